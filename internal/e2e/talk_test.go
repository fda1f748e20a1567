package e2e

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/internal/postgres"
	"howareyou/notify/text"
	"howareyou/notify/twiliosim"
)

// stage is one organisation in one language, on which scenes are played.
type stage struct {
	*clinic
	lang    string
	number  string // that people text to
	org     carenet.ID
	alert   string // the number of the alert that the nurse heard of last
	onCall  *player
	numbers func() string
}

// player is one phone of a scene.
type player struct {
	number string
	heard  map[string]bool
}

// TestConversations plays every scene in every language, all against one
// installation. Whoever adds a scene adds its lines in each language.
func TestConversations(t *testing.T) {
	t.Parallel()
	if len(scenes)+len(alarms) < 25 {
		t.Fatalf("only %d scenes", len(scenes)+len(alarms))
	}
	for _, lang := range text.Languages {
		for _, s := range slices.Concat(scenes, alarms) {
			for _, step := range s.steps {
				for _, line := range append(slices.Clone(step.holds), step.says) {
					if line != "" && len(line) > 1 && scripts[lang][line] == "" {
						t.Errorf("%s has no line for %q, which %q needs", lang, line, s.name)
					}
				}
			}
		}
	}
	if t.Failed() {
		return
	}
	began := time.Now()
	m, stages := newStages(t)
	plays := m.enrol(stages)
	m.to(noonToday(m.clock.now()).Add(time.Minute))
	t.Run("all", func(t *testing.T) {
		for _, p := range plays {
			t.Run(p.stage.lang+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				p.run(t)
			})
		}
	})
	t.Run("alarms", func(t *testing.T) {
		for _, lang := range text.Languages {
			var own []*play
			for _, s := range alarms {
				p := stages[lang].play(s)
				p.enrol(m)
				own = append(own, p)
			}
			plays = append(plays, own...)
			t.Run(lang, func(t *testing.T) {
				t.Parallel()
				for _, p := range own {
					t.Run(p.name, p.run)
				}
			})
		}
	})
	m.settled()
	for _, p := range plays {
		p.nothingMore(t)
	}
	t.Logf("%d conversations took %s", len(plays), time.Since(began).Round(time.Millisecond))
}

// noonToday is noon in London on the day of at.
func noonToday(at time.Time) time.Time {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	l := at.In(london)
	return time.Date(l.Year(), l.Month(), l.Day(), 12, 0, 0, 0, london)
}

// newStages sets up one installation with an organisation a language. Its clock
// stands a little before noon, when people may be disturbed.
func newStages(t *testing.T) (moving, map[string]*stage) {
	t.Helper()
	k := &clock{}
	noon := noonToday(k.now())
	if ahead := noon.Add(-10 * time.Minute).Sub(k.now()); ahead > 0 {
		k.ahead.Add(int64(ahead))
	} else {
		k.ahead.Add(int64(ahead + 24*time.Hour))
	}
	w := wishes{now: k.now, numbers: []string{"+447700900998", "+447700900997"}}
	c := newClinic(t, w)
	next := 100
	numbers := func() string {
		next++
		return fmt.Sprintf("+447700900%03d", next)
	}
	stages := map[string]*stage{"en": {clinic: c, lang: "en", number: service, org: c.parse(c.org), numbers: numbers}}
	for i, lang := range []string{"es", "ar"} {
		org := c.admin("add-organisation", "--name", "Riverside Care", "--emergency", "999", "--carrier-keywords", "ours", "--per-minute", "none", "--language", lang, "--sender", w.numbers[i])
		stages[lang] = &stage{clinic: c, lang: lang, number: w.numbers[i], org: c.parse(org), numbers: numbers}
	}
	return family{clinic: c}.move(k), stages
}

// play is one scene in one language.
type play struct {
	scene
	stage *stage
	cast  map[string]*player
}

func (s *stage) play(of scene) *play {
	return &play{scene: of, stage: s, cast: map[string]*player{}}
}

// enrol brings the people of all scenes onto their stages.
func (m moving) enrol(stages map[string]*stage) []*play {
	m.t.Helper()
	var plays []*play
	for _, lang := range text.Languages {
		for _, s := range scenes {
			p := stages[lang].play(s)
			p.enrol(m)
			plays = append(plays, p)
		}
	}
	return plays
}

func (p *play) enrol(m moving) {
	m.t.Helper()
	store, line := m.app.Store(), scripts[p.stage.lang]
	op := carenet.Actor{Kind: carenet.ActorOperator, Org: p.stage.org, Via: "test"}
	must := func(id carenet.ID, err error) carenet.ID {
		if err != nil {
			m.t.Fatal(err)
		}
		return id
	}
	for _, who := range []string{patientPhone, followerPhone, strangerPhone} {
		p.cast[who] = &player{number: p.stage.numbers(), heard: map[string]bool{}}
	}
	person := func(name, who string) postgres.NewPerson {
		return postgres.NewPerson{Name: line[name], Phone: p.cast[who].number, Language: p.stage.lang, Zone: "Europe/London"}
	}
	patient := must(store.AddPatient(m.t.Context(), op, postgres.NewPatient{NewPerson: person("patient full", patientPhone), LocalTime: "12:00"}))
	if strings.Contains(p.scene.cast, "pain and weight") {
		for _, set := range []string{"pain", "weight"} {
			if err := store.PlanSet(m.t.Context(), op, patient, set, ""); err != nil {
				m.t.Fatal(err)
			}
		}
	}
	if p.scene.cast == "news" {
		words := map[string]string{}
		for _, lang := range text.Languages {
			words[lang] = scripts[lang]["news question"]
		}
		err := store.AddQuestionSet(m.t.Context(), op, ask.QuestionSet{
			Code: "news", Version: 1, About: ask.About{Source: "ours", Licence: "ours"},
			Items: []ask.Item{{Code: "news", Kind: ask.KindWords, Question: words, Name: words}},
		})
		if err != nil && carenet.CodeOf(err) != carenet.Conflict { // another scene has brought it
			m.t.Fatal(err)
		}
		if err := store.PlanSet(m.t.Context(), op, patient, "news", ""); err != nil {
			m.t.Fatal(err)
		}
	}
	if p.scene.cast == "steady" {
		if _, err := store.OfferEase(m.t.Context(), op, patient); err != nil {
			m.t.Fatal(err)
		}
	}
	if p.scene.cast == "corrected" {
		admin := must(store.AddClinician(m.t.Context(), op, postgres.NewClinician{
			NewPerson: postgres.NewPerson{Name: "Olu Bright", Phone: p.stage.numbers(), Language: p.stage.lang}, Roles: []string{"admin"},
		}))
		if _, err := store.CorrectNumber(m.t.Context(), carenet.Actor{Kind: carenet.ActorClinician, Org: p.stage.org, Person: admin, Via: "page"}, patient, p.cast[patientPhone].number); err != nil {
			m.t.Fatal(err)
		}
	}
	if p.scene.cast == "twin" {
		must(store.AddPatient(m.t.Context(), op, postgres.NewPatient{NewPerson: person("twin", patientPhone), LocalTime: "12:00"}))
	}
	must(store.AddFollower(m.t.Context(), op, postgres.NewFollower{
		NewPerson: person("follower full", followerPhone), Patient: patient,
		Scope: carenet.Scope{carenet.PartScore, carenet.PartWords},
	}))
	if strings.Contains(p.scene.cast, "also followed") {
		must(store.AddFollower(m.t.Context(), op, postgres.NewFollower{
			NewPerson: person("invited", strangerPhone), Patient: patient, Scope: carenet.Scope{carenet.PartScore, carenet.PartWords},
		}))
	}
	if p.scene.cast == "namesake" {
		other := must(store.AddPatient(m.t.Context(), op, postgres.NewPatient{
			NewPerson: postgres.NewPerson{Name: line["namesake"], Phone: p.stage.numbers(), Language: p.stage.lang, Zone: "Europe/London"}, LocalTime: "12:00",
		}))
		must(store.AddFollower(m.t.Context(), op, postgres.NewFollower{NewPerson: person("follower full", followerPhone), Patient: other, Scope: carenet.Scope{carenet.PartScore}}))
	}
	p.cast[nursePhone] = p.stage.nurse(m, op)
}

// nurse is the one who gets the alerts of a language.
func (s *stage) nurse(m moving, op carenet.Actor) *player {
	m.t.Helper()
	if s.onCall != nil {
		return s.onCall
	}
	s.onCall = &player{number: s.numbers(), heard: map[string]bool{}}
	if _, err := m.app.Store().AddClinician(m.t.Context(), op, postgres.NewClinician{
		NewPerson: postgres.NewPerson{Name: scripts[s.lang]["nurse"], Phone: s.onCall.number, Language: s.lang}, Roles: []string{"responder"},
	}); err != nil {
		m.t.Fatal(err)
	}
	return s.onCall
}

func (p *play) run(t *testing.T) {
	for i, s := range p.steps {
		who := p.cast[s.who]
		if s.says != "" {
			p.say(t, who, strings.NewReplacer("#", p.stage.alert, "%", p.cast[strangerPhone].number).Replace(scripts[p.stage.lang][s.says]))
			continue
		}
		body := p.hear(t, i, who, s)
		if s.who == nursePhone && s.hears == text.AlertSafety {
			p.stage.alert = anyNumber.FindString(strings.TrimPrefix(body, "Riverside Care"))
		}
	}
}

var anyNumber = regexp.MustCompile(`\d+`)

// say sends a text and returns when the service has it for good.
func (p *play) say(t *testing.T, who *player, body string) {
	t.Helper()
	sent, err := p.stage.sim.Send(who.number, p.stage.number, body)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := p.stage.sim.WaitFor(ctx, who.number, func(m twiliosim.Text) bool { return m.SID == sent && m.Webhook == "ok" }); err != nil {
		t.Fatalf("%q was not taken in: %v\n%s", body, err, p.seen())
	}
}

// hear waits for a text that was not heard before, is this one in the language of
// the stage, and holds what it must.
func (p *play) hear(t *testing.T, at int, who *player, s step) string {
	t.Helper()
	form := pattern(p.stage.lang, s.hears)
	fits := func(m twiliosim.Text) bool {
		if m.Direction != "in" || who.heard[m.SID] || !form.MatchString(m.Body) {
			return false
		}
		for _, h := range s.holds {
			if line, ok := scripts[p.stage.lang][h]; ok {
				h = line
			}
			if !strings.Contains(m.Body, h) {
				return false
			}
		}
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := p.stage.sim.WaitFor(ctx, who.number, fits)
	if err != nil {
		t.Fatalf("step %d: the %s did not hear %s with %q: %v\n%s", at+1, s.who, s.hears, s.holds, err, p.seen())
	}
	who.heard[m.SID] = true
	return m.Body
}

// nothingMore fails when a phone of the scene heard what the scene does not say,
// but the question that everybody is asked at noon.
func (p *play) nothingMore(t *testing.T) {
	t.Helper()
	asked := pattern(p.stage.lang, text.PromptLink)
	for who, pl := range p.cast {
		for _, m := range p.stage.sim.Messages(pl.number) {
			if m.Direction == "in" && !pl.heard[m.SID] && !(who == patientPhone && asked.MatchString(m.Body)) {
				t.Errorf("%s/%s: the %s heard too much: %q\n%s", p.stage.lang, p.name, who, m.Body, p.seen())
			}
		}
	}
}

// seen is what the phones of the scene show.
func (p *play) seen() string {
	var b strings.Builder
	for who, pl := range p.cast {
		for _, m := range p.stage.sim.Messages(pl.number) {
			fmt.Fprintf(&b, "  %s %s %s %s\n", m.At.Format("15:04:05.000"), who, m.Direction, m.Body)
		}
	}
	return b.String()
}

// pattern is a text of the service with anything in its fields.
func pattern(lang string, key text.Key) *regexp.Regexp {
	const hole = "HOLE"
	data := text.Data{}
	for _, f := range []string{
		"Org", "Name", "Score", "Max", "Number", "By", "When", "Day", "Who", "Words", "Emergency", "Hours", "Clinic", "Link", "Usual", "Last", "Face", "Question", "Seen", "Often",
	} {
		data[f] = hole
	}
	body, err := text.Render(lang, key, data)
	if err != nil {
		panic(err)
	}
	form := strings.ReplaceAll(regexp.QuoteMeta(text.Plain(body)), hole, ".+")
	return regexp.MustCompile("^" + form + "( https?://\\S+)?$")
}
