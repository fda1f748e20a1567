package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// letSam has Mary let Sam answer for her, by text.
func (c *clinic) letSam() {
	c.text("+447700900001", "ALLOW SAM")
	c.text("+447700900001", "yes")
	c.sent()
}

// TestWhoAnswersStandsInASeriesOfTheirOwn: it answers the question and the silence, and
// touches neither what the patient says nor what is usual for them.
func TestWhoAnswersStandsInASeriesOfTheirOwn(t *testing.T) {
	c := newClinic(t)
	c.letSam()
	c.standAt(0, 9, 1)
	c.due()
	c.text("+447700900101", "Mary 2 slept badly")
	if got := c.sent(); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "+447700900001: answered_for") }) ||
		slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "+447700900101: update") }) ||
		!slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "+447700900102: update") }) {
		t.Errorf("they heard %q", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt WHERE state = 'answered' AND by_proxy`); n != 1 {
		t.Fatalf("%d questions have an answer for her", n)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'check_in.record' AND actor_kind = 'follower' AND actor_id = $1`, c.asFollower(c.sam).Person); n != 1 {
		t.Errorf("%d are on record as Sam's", n)
	}
	c.text("+447700900001", "4") // she answers herself after all
	reporters := valueOf[string](c, c.admin(), `SELECT string_agg(reporter || ' ' || (superseded_by IS NULL)::text || ' ' || (prompt_id IS NOT NULL)::text, ', ' ORDER BY at, id) FROM check_in`)
	if reporters != "proxy true true, self true true" {
		t.Error(reporters)
	}
	c.text("+447700900101", "Mary 3") // Sam corrects what he said, and not what she did
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt q JOIN check_in k ON k.id = q.check_in_id WHERE k.reporter = 'self' AND NOT q.by_proxy`); n != 1 {
		t.Error("his answer took the place of hers")
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM check_in k JOIN check_in l ON l.id = k.superseded_by WHERE k.reporter <> l.reporter`); n != 0 {
		t.Error("a series corrects the other")
	}
	page, err := c.store.PatientPage(c.ctx, c.lee(), c.mary)
	c.must(err)
	series := map[carenet.Reporter]float64{}
	for _, d := range page.Series {
		series[d.Reporter] = d.Score
	}
	if len(series) != 2 || series[carenet.ReporterSelf] != 4 || series[carenet.ReporterProxy] != 3 {
		t.Errorf("the chart has %v", page.Series)
	}
	if l := page.Row.Last; l == nil || l.By != "Sam Okafor" {
		t.Errorf("staff are not told who answered: %+v", l)
	}
	if !slices.ContainsFunc(page.Thread, func(m carenet.Message) bool { return m.In && m.Author == "Sam Okafor" && m.Body == "Mary 3" }) {
		t.Error("the thread does not say whose text it is")
	}
	// The next day nobody answers: that he did the day before is no silence of hers.
	for day := 1; day < 3; day++ {
		c.standAt(day, 9, 1)
		c.due()
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt WHERE state = 'closed' AND slot_day = (SELECT min(slot_day) FROM prompt)`); n != 0 {
		t.Errorf("%d questions are called unanswered", n)
	}
}

// TestManyAnswersOfOthersMoveNoBaseline: the rules of trends read the patient's own
// answers alone.
func TestManyAnswersOfOthersMoveNoBaseline(t *testing.T) {
	c := newClinic(t)
	c.letSam()
	for range 20 {
		c.advance(24 * time.Hour)
		c.text("+447700900101", "Mary 5")
	}
	for range 4 {
		c.advance(24 * time.Hour)
		c.text("+447700900101", "Mary 2")
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM episode`) + valueOf[int](c, c.admin(), `SELECT count(*) FROM alert`); n != 0 {
		t.Errorf("%d episodes and alerts of what others say", n)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM patient WHERE usual_mean IS NOT NULL`); n != 0 {
		t.Error("there is a baseline of what others say")
	}
}

// TestTheLowestAnswerForSomebodyCallsStaffOnce, and again when that one is closed.
func TestTheLowestAnswerForSomebodyCallsStaffOnce(t *testing.T) {
	c := newClinic(t)
	c.letSam()
	c.text("+447700900101", "Mary 1")
	c.advance(2 * time.Hour)
	c.text("+447700900101", "Mary 1 still")
	rule := valueOf[string](c, c.admin(), `SELECT string_agg(rule_id || ' ' || severity, ', ') FROM alert`)
	if rule != carenet.LowestByProxy+" amber-high" {
		t.Error(rule)
	}
	// Words of alarm stand on her board, not among the texts of nobody.
	c.text("+447700900101", "Mary has chest pain")
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE rule_id = 'SAFE-REDFLAG' AND patient_id = $1`, c.mary); n != 1 {
		t.Errorf("%d alerts of her", n)
	}
}

// TestINV7_NobodyAnswersAfterTheRightHasEnded, whoever ended it and however, and a new
// place in the circle does not bring it back.
func TestINV7_NobodyAnswersAfterTheRightHasEnded(t *testing.T) {
	for name, end := range map[string]func(c *clinic){
		"by text": func(c *clinic) { c.text("+447700900001", "DISALLOW SAM") },
		"dropped": func(c *clinic) { c.text("+447700900001", "DROP SAM") },
		"on her page": func(c *clinic) {
			_, err := c.store.EndProxy(c.ctx, carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}, c.mary, c.sam)
			c.must(err)
		},
		"by staff": func(c *clinic) {
			_, err := c.store.EndProxy(c.ctx, c.lee(), c.mary, c.sam)
			c.must(err)
		},
		"by nobody: it was never given": func(c *clinic) {
			c.exec(c.admin(), `UPDATE follower SET proxy_basis = NULL, proxy_by = NULL, proxy_at = NULL`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClinic(t)
			c.letSam()
			end(c)
			c.text("+447700900101", "Mary 3")
			_, err := c.store.SubmitProxy(c.ctx, c.asFollower(c.sam), c.mary, carenet.PageAnswer{Words: "slept badly"})
			if code := carenet.CodeOf(err); code != carenet.Forbidden && code != carenet.NotFound {
				t.Errorf("on the page: %v", err)
			}
			if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM check_in`); n != 0 {
				t.Errorf("%d answers", n)
			}
			if name == "dropped" {
				c.exec(c.admin(), `UPDATE follower SET state = 'active' WHERE id = $1`, c.sam)
				c.text("+447700900101", "Mary 3")
				if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM check_in`); n != 0 {
					t.Error("back in the circle he answers as if nothing had been")
				}
			}
		})
	}
}

// TestTheRightToAnswerIsOnRecord: what was given and ended, by whom and by what right;
// the patient is told of each change, and the history cannot be changed.
func TestTheRightToAnswerIsOnRecord(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	place := c.sam
	b, err := c.store.SetProxy(c.ctx, lee, c.mary, place, carenet.Authority{Basis: carenet.BasisAttorney, Relation: carenet.Mother})
	c.must(err)
	c.rest(b)
	told := c.sent()
	for _, want := range []string{"+447700900001: circle", "+447700900101: proxy"} {
		if !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("nobody heard %s: %q", want, told)
		}
	}
	c.text("+447700900101", "mum 3")
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM check_in WHERE reporter = 'proxy' AND reporter_id = $1`, c.asFollower(c.sam).Person); n != 1 {
		t.Errorf("%d answers for his mother", n)
	}
	page, err := c.store.PatientPage(c.ctx, lee, c.mary)
	c.must(err)
	i := slices.IndexFunc(page.Circle, func(p carenet.CirclePlace) bool { return p.Follower == place })
	if a := page.Circle[i].Proxy; a.Basis != carenet.BasisAttorney || a.By != "Dr Lee" || a.At.IsZero() || a.Relation != carenet.Mother {
		t.Errorf("staff see %+v", a)
	}
	own, err := c.store.OwnCircle(c.ctx, carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"})
	c.must(err)
	if i := slices.IndexFunc(own.Places, func(p carenet.OwnPlace) bool { return p.Follower == place }); own.Places[i].Proxy.By != "Dr Lee" {
		t.Errorf("the patient sees %+v", own.Places[i])
	}
	b, err = c.store.EndProxy(c.ctx, lee, c.mary, place)
	c.must(err)
	c.rest(b)
	if told := c.sent(); !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, "+447700900001: circle") }) {
		t.Errorf("the patient did not hear of its end: %q", told)
	}
	history := valueOf[string](c, c.admin(), `SELECT string_agg(kind || ' ' || basis || ' ' || actor_kind, ', ' ORDER BY at, id) FROM consent WHERE kind LIKE 'proxy%'`)
	if history != "proxy attorney clinician, proxy_end  clinician" {
		t.Error(history)
	}
	if _, err := c.store.SetProxy(c.ctx, c.asFollower(c.sam), c.mary, place, carenet.Authority{Basis: carenet.BasisPatient}); carenet.CodeOf(err) != carenet.Forbidden {
		t.Errorf("he gives it to himself: %v", err)
	}
	joe := carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.asFollower(c.sam).Person, Via: "page"}
	if _, err := c.store.SetProxy(c.ctx, joe, c.mary, place, carenet.Authority{Basis: carenet.BasisPatient}); carenet.CodeOf(err) != carenet.Forbidden {
		t.Errorf("another patient gives it: %v", err)
	}
}

// TestAnAnswerOnThePageIsOnceAndIsHers alone: a form sent twice, its correction, words of
// alarm, and the patient's own page that still asks.
func TestAnAnswerOnThePageForSomebody(t *testing.T) {
	c := newClinic(t)
	c.letSam()
	c.standAt(0, 9, 1)
	c.due()
	sam, two := c.asFollower(c.sam), 2
	in := carenet.PageAnswer{Score: &two, Words: "slept badly", Key: "0123456789abcdefghij"}
	for range 2 {
		b, err := c.store.SubmitProxy(c.ctx, sam, c.mary, in)
		c.must(err)
		if len(b.Events) > 0 {
			c.rest(b)
		}
	}
	three := 3
	b, err := c.store.SubmitProxy(c.ctx, sam, c.mary, carenet.PageAnswer{Score: &three, Words: "she has chest pain", Key: "1123456789abcdefghij"})
	c.must(err)
	c.rest(b)
	got := valueOf[string](c, c.admin(), `SELECT string_agg(channel || ' ' || (superseded_by IS NULL)::text, ', ' ORDER BY at, id) FROM check_in WHERE reporter = 'proxy'`)
	if got != "page false, page true" {
		t.Error(got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE patient_id = $1 AND rule_id = 'SAFE-REDFLAG'`, c.mary); n != 1 {
		t.Errorf("%d alerts", n)
	}
	if _, err := c.store.ProxyForm(c.ctx, c.asFollower(c.ruth), c.mary); carenet.CodeOf(err) != carenet.Forbidden {
		t.Errorf("Ruth may: %v", err)
	}
	feed, err := c.store.Feed(c.ctx, c.asFollower(c.ruth))
	c.must(err)
	if u := feed.Patients[0].Updates; len(u) != 1 || u[0].By != "Sam Okafor" || u[0].Words != "" || feed.Patients[0].Answers {
		t.Errorf("Ruth sees %+v", feed.Patients[0])
	}
}

// TestAFollowerSaysOnTheirPageWhereAPatientIs: with the effects of the text, and what they
// said they may take back for a day; what others said, never.
func TestAFollowerSaysOnTheirPageWhereAPatientIs(t *testing.T) {
	c := newClinic(t)
	c.standAt(0, 9, 1)
	c.due()
	sam, ruth := c.asFollower(c.sam), c.asFollower(c.ruth)
	c.sent()
	b, err := c.store.ReportFollowed(c.ctx, sam, c.mary, carenet.ReportDied)
	c.must(err)
	c.rest(b)
	if told := c.sent(); !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, "+447700900201: report") }) {
		t.Errorf("staff did not hear: %q", told)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt WHERE state = 'open'`); n != 0 {
		t.Error("she is still asked")
	}
	if _, err := c.store.WhereForm(c.ctx, ruth, c.mary); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("Ruth learns of it from a page: %v", err)
	}
	if feed, err := c.store.Feed(c.ctx, ruth); err != nil || feed.Patients[0].Where {
		t.Error("and is shown the way there", err)
	}
	if _, err := c.store.ReportFollowed(c.ctx, ruth, c.mary, carenet.ReportUndone); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("Ruth takes it back: %v", err)
	}
	if form, err := c.store.WhereForm(c.ctx, sam, c.mary); err != nil || !form.MayUndo || form.State != "died" {
		t.Errorf("%+v, %v", form, err)
	}
	_, err = c.store.ReportFollowed(c.ctx, sam, c.mary, carenet.ReportUndone)
	c.must(err)
	if state := valueOf[string](c, c.admin(), `SELECT state FROM patient WHERE id = $1`, c.mary); state != "active" {
		t.Error(state)
	}
	_, err = c.store.ReportFollowed(c.ctx, sam, c.mary, carenet.ReportHospital)
	c.must(err)
	c.advance(25 * time.Hour)
	if _, err := c.store.ReportFollowed(c.ctx, sam, c.mary, carenet.ReportUndone); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("after a day: %v", err)
	}
	stranger := sam
	stranger.Person = c.lee().Person
	if _, err := c.store.ReportFollowed(c.ctx, stranger, c.mary, carenet.ReportDied); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("a stranger reports: %v", err)
	}
}

// TestINV7_OtherAnswersAreShownToWhomThePatientChose: pain and weight alone, never of a
// check-in that was kept private, never about mood, and to nobody by default.
func TestINV7_OtherAnswersAreShownToWhomThePatientChose(t *testing.T) {
	c := newClinic(t)
	c.plan("pain", "")
	c.plan("phq2", "")
	shown := func(follower carenet.ID) (said []string) {
		feed, err := c.store.Feed(c.ctx, c.asFollower(follower))
		c.must(err)
		for _, a := range feed.Patients[0].More {
			said = append(said, a.Item)
		}
		return said
	}
	answer := func(first string) {
		c.text("+447700900001", first)
		for _, next := range []string{"7", "1", "1"} {
			c.advance(time.Minute)
			c.text("+447700900001", next)
		}
	}
	c.standAt(0, 9, 1)
	c.due()
	answer("3")
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM item_answer WHERE item LIKE 'phq%'`); n < 1 {
		t.Fatal("nothing about mood was answered")
	}
	if got := shown(c.sam); len(got) != 0 {
		t.Errorf("by default Sam sees %q", got)
	}
	mary := carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}
	_, err := c.store.ShowFollower(c.ctx, mary, c.sam, carenet.Scope{carenet.PartAnswered, carenet.PartMore})
	c.must(err)
	if got := shown(c.sam); !slices.Equal(got, []string{"pain"}) {
		t.Errorf("Sam sees %q", got)
	}
	if got := shown(c.ruth); len(got) != 0 {
		t.Errorf("Ruth sees %q", got)
	}
	c.standAt(1, 9, 1)
	c.due()
	answer("PRIVATE 3")
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM item_answer WHERE item = 'pain'`); n != 2 {
		t.Fatalf("pain was answered %d times", n)
	}
	if got := shown(c.sam); !slices.Equal(got, []string{"pain"}) {
		t.Errorf("of a private check-in Sam sees %q", got)
	}
}
