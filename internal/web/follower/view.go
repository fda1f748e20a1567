package follower

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// shown is how many days of a patient stand open; the others are under "Earlier".
const shown = 7

// view is the page with its words chosen.
type view struct {
	front.Reader
	page     ui.Page
	base     string
	viewer   string
	news     string // the newest update in a sentence, for screen readers
	patients []section
}

// section is one patient.
type section struct {
	id    string
	name  string // what they are called
	title string // "How Mary is"
	quiet string // what is said when nothing is new; "" when there is news today
	cards []card // newest first
	sees  []string

	more      []string // answers to further questions, newest first: "today 10:02: pain 4 (0-10)"
	moreTitle string

	answer, answerURL string // to answer for the patient; "" for who may not
	where, whereURL   string // to say where the patient is
}

// card is a day of one patient: the newest update large, the day's others below.
type card struct {
	id      string
	newest  line
	earlier []line
}

// line is an update with its words chosen.
type line struct {
	at    time.Time
	when  string
	face  int
	score *float64
	said  string // instead of a score: "Mary has answered."
	words string
	notes []string
}

func newView(f carenet.Feed, door front.Door, now time.Time) view {
	r := front.Reader{Texts: text.For(f.Language), Now: now, Zone: f.Zone}
	v := view{Reader: r, base: door.Base, viewer: f.Viewer}
	patients := slices.Clone(f.Patients)
	slices.SortStableFunc(patients, func(a, b carenet.FeedPatient) int { return newest(b).Compare(newest(a)) })
	for _, p := range patients {
		v.patients = append(v.patients, newSection(r, door, p))
	}
	title := r.Say(text.PageFeedTitle)
	if len(v.patients) == 1 {
		title = v.patients[0].title
	}
	if len(patients) > 0 && len(v.patients[0].cards) > 0 {
		l := v.patients[0].cards[0].newest
		v.news = strings.Join([]string{v.patients[0].name, cmp.Or(r.FaceLabel(l.face), l.said), l.when}, ", ")
	}
	v.page = front.Frame{
		Title: title, Organisation: f.Organisation, Emergency: f.EmergencyNumber, Home: door.Home(),
		Audience: ui.ForFollower, Live: true,
	}.Page(r.Texts)
	return v
}

func newest(p carenet.FeedPatient) (at time.Time) {
	for _, u := range p.Updates {
		if u.At.After(at) {
			at = u.At
		}
	}
	return at
}

func newSection(r front.Reader, door front.Door, p carenet.FeedPatient) section {
	name := carenet.FirstName(p.Name)
	s := section{id: "p-" + p.Patient.String(), name: name, title: r.Say(text.PageFeedTitleOne, text.Data{"Name": name})}
	if p.Answers {
		s.answer, s.answerURL = r.Say(text.ProxyTitle, text.Data{"Name": name}), proxyURL(door, p.Patient)
	}
	if p.Where {
		s.where, s.whereURL = r.Say(text.ProxyReportLink, text.Data{"Name": name}), door.Base+"/circle/where/"+p.Patient.String()
	}
	updates := slices.Clone(p.Updates)
	slices.SortStableFunc(updates, func(a, b carenet.Update) int { return b.At.Compare(a.At) })
	var day carenet.Day
	for i, u := range updates {
		l := newLine(r, name, p.Scope, u)
		if d := carenet.LocalDay(u.At, r.Zone); i == 0 || d != day {
			day = d
			s.cards = append(s.cards, card{id: s.id + "-" + d.String(), newest: l})
			continue
		}
		last := &s.cards[len(s.cards)-1]
		last.earlier = append(last.earlier, l)
	}
	switch {
	case len(updates) == 0:
		s.quiet = r.Say(text.PageFeedNone, text.Data{"Name": name})
	case carenet.LocalDay(updates[0].At, r.Zone) != carenet.LocalDay(r.Now, r.Zone):
		s.quiet = r.Say(text.PageFeedQuiet, text.Data{"When": r.On(updates[0].At)})
	}
	if p.Scope.Has(carenet.PartMore) {
		s.moreTitle = r.Say(text.MoreTitle)
		for _, a := range p.More {
			s.more = append(s.more, r.On(a.At)+": "+front.FurtherSaid(r, a))
		}
	}
	for _, part := range p.Scope.Normal() {
		if key, ok := seesKeys[part]; ok {
			s.sees = append(s.sees, r.Say(key))
		}
	}
	return s
}

var seesKeys = map[carenet.Part]text.Key{
	carenet.PartAnswered: text.PageFeedSeesAnswered,
	carenet.PartScore:    text.PageFeedSeesScore,
	carenet.PartWords:    text.PageFeedSeesWords,
	carenet.PartTrend:    text.PageFeedSeesTrend,
	carenet.PartAlerts:   text.PageFeedSeesAlerts,
	carenet.PartMore:     text.MoreSees,
}

// newLine cuts the update to the scope once more: a page must not depend on
// another layer to keep what was not consented to.
func newLine(r front.Reader, name string, scope carenet.Scope, u carenet.Update) line {
	l := line{at: u.At, when: r.On(u.At)}
	if scope.Has(carenet.PartScore) {
		l.score, l.face = u.Score, front.FaceOf(u.Score)
	}
	if scope.Has(carenet.PartWords) {
		l.words = u.Words
	}
	if l.score == nil {
		l.said = r.Say(text.PageFeedAnswered, text.Data{"Name": name})
	}
	switch u.Reporter {
	case carenet.ReporterProxy:
		if u.By != "" {
			by := r.Say(text.ProxyAnswered, text.Data{"By": carenet.FirstName(u.By), "Name": name})
			if l.said != "" {
				l.said = by
			} else {
				l.notes = append(l.notes, by)
			}
			break
		}
		l.notes = append(l.notes, r.Say(text.PageFeedBy, text.Data{"By": r.Say(text.PageChartProxy, text.Data{"Name": name})}))
	case carenet.ReporterStaff:
		l.notes = append(l.notes, r.Say(text.PageFeedBy, text.Data{"By": r.Say(text.PageChartStaff)}))
	}
	if u.Corrected {
		l.notes = append(l.notes, r.Say(text.PageFeedCorrected))
	}
	if u.Late {
		l.notes = append(l.notes, r.Say(text.PageFeedLate))
	}
	return l
}

// open and older split the days.
func (s section) open() []card  { return s.cards[:min(shown, len(s.cards))] }
func (s section) older() []card { return s.cards[min(shown, len(s.cards)):] }
