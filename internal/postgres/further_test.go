package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

const maryPhone = "+447700900001"

// asked has Mary asked what is planned for today's slot.
func (c *clinic) asked() {
	c.t.Helper()
	b, n, err := c.store.TickPrompts(c.ctx, 10)
	c.must(err)
	if n != 1 {
		c.t.Fatalf("%d slots", n)
	}
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	c.sent()
}

// replies are what Mary's phone got as answers, without the rest.
func (c *clinic) replies() []string {
	c.t.Helper()
	var out []string
	for _, s := range c.sent() {
		switch {
		case strings.Contains(s, " reply="):
			_, s, _ = strings.Cut(s, " reply=")
			out = append(out, s)
		case strings.Contains(s, "alert="):
			out = append(out, "alert")
		}
	}
	return out
}

func (c *clinic) plan(code, rule string) {
	c.t.Helper()
	c.must(c.store.PlanSet(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}, c.mary, code, rule))
}

// values are the further answers that count, as item=value.
func (c *clinic) values() string {
	c.t.Helper()
	conn := c.admin()
	rows, err := conn.Query(c.ctx, `SELECT DISTINCT ON (item) item || '=' || value FROM item_answer ORDER BY item, at DESC, id DESC`)
	c.must(err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		c.must(rows.Scan(&s))
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestOneQuestionAfterTheOtherByText(t *testing.T) {
	c := newClinic(t)
	c.plan("pain", "")
	c.plan("weight", "")
	c.advance(30 * time.Minute)
	c.asked()
	c.text(maryPhone, "3 tired")
	got := c.sent()
	want := []string{
		"+447700900001: reply to Mary Okafor about Mary Okafor reply=next_question",
		"+447700900101: update to Sam Okafor about Mary Okafor score=3 words=tired",
		"+447700900102: update to Ruth about Mary Okafor score=3",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("after the first answer:\n%s", strings.Join(got, "\n"))
	}
	steps := []struct{ says, hears, values string }{
		{"my knee hurts", "question_again", ""},
		{"12", "", ""}, // asked for once already: for a human
		{"6", "next_question", "pain=6"},
		{"72,5 kg", "all_answered", "pain=6 weight=72.5"},
		{"72.9", "item_changed", "pain=6 weight=72.9"},
		{"pain 2", "item_changed", "pain=2 weight=72.9"},
		{"WHEN", "when", "pain=2 weight=72.9"},
	}
	for _, s := range steps {
		c.advance(time.Minute)
		c.text(maryPhone, s.says)
		if got := strings.Join(c.replies(), " "); got != s.hears {
			t.Errorf("%q is answered %q, want %q", s.says, got, s.hears)
		}
		if got := c.values(); got != s.values {
			t.Errorf("after %q: %s, want %s", s.says, got, s.values)
		}
	}
	// The first question's answer is corrected by its name, and followers hear of that alone.
	c.text(maryPhone, "overall 2")
	got = c.sent()
	if len(got) != 3 || !strings.Contains(got[0], "thanks to Mary Okafor about Mary Okafor score=2") || !strings.Contains(got[1], "score=2") {
		t.Errorf("overall 2: %q", got)
	}
}

func TestAllAnswersInOneText(t *testing.T) {
	c := newClinic(t)
	c.plan("pain", "")
	c.plan("weight", "")
	c.advance(30 * time.Minute)
	c.asked()
	c.text(maryPhone, "3 11 72") // 11 is off the scale: nothing is taken, all may be out of step
	if got := strings.Join(c.replies(), " "); got != "ask_again_ambiguous" || c.values() != "" {
		t.Errorf("out of step: %s, %s", got, c.values())
	}
	c.text(maryPhone, "3 6 72")
	got := strings.Join(c.replies(), " ")
	if got != "all_answered" || c.values() != "pain=6 weight=72" {
		t.Errorf("in step: %s, %s", got, c.values())
	}
}

func TestAHalfFinishedCheckInCountsWhatItHas(t *testing.T) {
	c := newClinic(t)
	c.plan("pain", "")
	c.plan("weight", "")
	c.advance(30 * time.Minute)
	c.asked()
	c.text(maryPhone, "PRIVATE 3")
	if got := c.sent(); len(got) != 1 {
		t.Errorf("a private check-in told %q", got)
	}
	c.text(maryPhone, "8")
	if got := strings.Join(c.replies(), " "); got != "alert next_question" && got != "next_question alert" {
		t.Errorf("severe pain: %s", got)
	}
	c.advance(24 * time.Hour)
	c.asked()
	// The weight of yesterday is not asked for any more: this is today's first answer.
	c.text(maryPhone, "4")
	if got := strings.Join(c.replies(), " "); got != "next_question" || c.values() != "pain=8" {
		t.Errorf("the next day: %s, %s", got, c.values())
	}
}

func TestRulesSeeTheAnswersToFurtherQuestions(t *testing.T) {
	c := newClinic(t)
	c.plan("weight", "")
	c.plan("phq2", "FREQ=WEEKLY;BYDAY=MO")
	c.advance(30 * time.Minute)
	say := func(texts ...string) (heard []string) {
		t.Helper()
		c.asked()
		for _, s := range texts {
			c.text(maryPhone, s)
			heard = append(heard, c.replies()...)
		}
		c.advance(24 * time.Hour)
		return heard
	}
	rules := func() string {
		t.Helper()
		rows, err := c.admin().Query(c.ctx, `SELECT rule_id FROM alert ORDER BY number`)
		c.must(err)
		defer rows.Close()
		var out []string
		for rows.Next() {
			var s string
			c.must(rows.Scan(&s))
			out = append(out, s)
		}
		return strings.Join(out, " ")
	}
	say("4", "72", "1", "1") // Monday; a total of 2
	if got := rules(); got != "" {
		t.Errorf("Monday: %s", got)
	}
	say("4", "72.4")
	say("4", "74.1") // 2.1 kg above Monday
	if got := rules(); got != "HF-WEIGHT" {
		t.Errorf("Wednesday: %s", got)
	}
	for range 4 {
		say("4", "72")
	}
	heard := say("4", "72", "2", "1", "yes", "1", "1", "0", "0", "1", "0", "2")
	if got := rules(); got != "HF-WEIGHT MOOD-PHQ2 SAFE-SELFHARM" {
		t.Errorf("the next Monday: %s; heard %q", got, heard)
	}
	if !slices.Contains(heard, "crisis") || slices.Contains(heard, "all_answered") {
		t.Errorf("the ninth item is answered %q", heard)
	}
}

func TestYesIsAnAnswerOnlyWhileItIsAskedFor(t *testing.T) {
	c := newClinic(t)
	c.plan("phq2", "")
	c.advance(30 * time.Minute)
	c.asked()
	for _, s := range []struct{ says, hears string }{
		{"3", "next_question"},
		{"several days", "next_question"},
		{"3", "alert next_question"},
		{"maybe", "question_again"},
		{"NO", "all_answered"},
	} {
		c.text(maryPhone, s.says)
		got := c.replies()
		slices.Sort(got)
		if strings.Join(got, " ") != s.hears {
			t.Errorf("%q is answered %q, want %q", s.says, got, s.hears)
		}
	}
	c.text(maryPhone, "STOP")
	if got := strings.Join(c.replies(), " "); got != "opted_out" {
		t.Errorf("STOP: %s", got)
	}
	c.text(maryPhone, "YES")
	if got := strings.Join(c.replies(), " "); got != "opted_in" {
		t.Errorf("YES: %s", got)
	}
}

func TestWhichSetsMayBePlanned(t *testing.T) {
	c := newClinic(t)
	op := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	c.plan("pain", "FREQ=WEEKLY;BYDAY=MO")
	for _, f := range []struct {
		patient    carenet.ID
		code, rule string
		want       carenet.Code
	}{
		{c.mary, "pain", "", carenet.Conflict},
		{c.mary, "wellbeing", "", carenet.Conflict},
		{c.mary, "weight", "FREQ=HOURLY", carenet.Invalid},
		{c.mary, "nothing", "", carenet.NotFound},
		{c.dana, "weight", "", carenet.Conflict},
		{c.org, "weight", "", carenet.NotFound},
	} {
		if err := c.store.PlanSet(c.ctx, op, f.patient, f.code, f.rule); carenet.CodeOf(err) != f.want {
			t.Errorf("%s %s: %v, want %s", f.code, f.rule, err, f.want)
		}
	}
	c.must(c.store.EndSet(c.ctx, op, c.mary, "pain"))
	if err := c.store.EndSet(c.ctx, op, c.mary, "pain"); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("ended twice: %v", err)
	}
	c.plan("pain", "")
	own, _ := ask.Shipped("pain")
	own.Code, own.Items = "joints", slices.Clone(own.Items)
	own.Items[0].Code = "joints"
	c.must(c.store.AddQuestionSet(c.ctx, op, own))
	if err := c.store.AddQuestionSet(c.ctx, op, own); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("the same version twice: %v", err)
	}
	c.plan("joints", "")
}

func TestINV6_AMovedPatientIsAskedOnceADay(t *testing.T) {
	c := newClinic(t)
	op := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	c.advance(30 * time.Minute)
	c.asked() // Monday 09:00 in London
	c.must(c.store.MovePatient(c.ctx, op, c.mary, "America/Los_Angeles"))
	next, err := c.store.NextDue(c.ctx)
	c.must(err)
	if want := time.Date(2026, 11, 3, 17, 0, 0, 0, time.UTC); !next.Equal(want) {
		t.Errorf("after the move west: %s, want %s", next, want)
	}
	c.must(c.store.MovePatient(c.ctx, op, c.mary, "Europe/London"))
	if next, err = c.store.NextDue(c.ctx); err != nil || !next.Equal(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("back: %s, %v", next, err)
	}
	if err := c.store.MovePatient(c.ctx, op, c.dana, "Europe/London"); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("no patient: %v", err)
	}
	if err := c.store.MovePatient(c.ctx, op, c.mary, "Mars/Base"); carenet.CodeOf(err) != carenet.Invalid {
		t.Errorf("no zone: %v", err)
	}
}

func newsSet() ask.QuestionSet {
	three := func(s string) map[string]string { return map[string]string{"en": s, "es": s, "ar": s} }
	return ask.QuestionSet{Code: "news", Version: 1, About: ask.About{Source: "ours", Licence: "ours"}, Items: []ask.Item{
		{Code: "news", Kind: ask.KindWords, Question: three("Is there anything you want to tell us?"), Name: three("news")},
	}}
}

// What is said in words is for a human, encrypted, and for staff alone.
func TestAQuestionForWordsByText(t *testing.T) {
	c := newClinic(t)
	c.must(c.store.AddQuestionSet(c.ctx, c.operator(), newsSet()))
	c.plan("news", "")
	c.advance(30 * time.Minute)
	c.asked()
	c.text(maryPhone, "4")
	c.sent()
	c.text(maryPhone, "My daughter moves in on Friday")
	got := c.sent()
	if len(got) != 1 || !strings.Contains(got[0], "reply=all_answered") {
		t.Errorf("answered %q: followers hear nothing of it", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM item_answer WHERE value IS NULL AND octet_length(words_enc) > 20 AND position('daughter'::bytea IN words_enc) = 0`); n != 1 {
		t.Errorf("%d answers, sealed", n)
	}
	if got := c.toRead(); !slices.Equal(got, []string{"Mary Okafor: My daughter moves in on Friday"}) {
		t.Errorf("for a human: %q", got)
	}
	page, err := c.store.PatientPage(c.ctx, c.asDana(), c.mary)
	c.must(err)
	if len(page.Further) != 1 || page.Further[0].Words != "My daughter moves in on Friday" || page.Further[0].Kind != "words" {
		t.Errorf("the page shows %+v", page.Further)
	}
	// Words of alarm call staff, and are kept.
	c.standAt(1, 9, 0)
	c.asked()
	c.text(maryPhone, "3")
	c.sent()
	c.text(maryPhone, "I want to die")
	if got := c.replies(); !slices.Contains(got, "alert") || !slices.Contains(got, "crisis") || slices.Contains(got, "all_answered") {
		t.Errorf("a cry is answered %q", got)
	}
	// Nothing to tell is an answer, and no work for anybody.
	c.standAt(2, 9, 0)
	c.asked()
	c.text(maryPhone, "4")
	c.sent()
	c.text(maryPhone, "no thanks")
	if got := c.replies(); !slices.Equal(got, []string{"all_answered"}) {
		t.Errorf("nothing to tell: %q", got)
	}
	if got := valueOf[string](c, c.admin(), `SELECT string_agg((words_enc IS NOT NULL)::text, ' ' ORDER BY id) FROM item_answer`); got != "true true false" {
		t.Errorf("kept %s", got)
	}
}

func TestAQuestionForWordsOnThePage(t *testing.T) {
	c := newClinic(t)
	c.must(c.store.AddQuestionSet(c.ctx, c.operator(), newsSet()))
	c.plan("news", "")
	token := c.page()
	four := 4
	c.submit(token, carenet.PageAnswer{Score: &four, Key: "one"})
	c.sent()
	b, err := c.store.SubmitFurther(c.ctx, token, "news", "I have a pain in my chest, like an elephant on it. Chest pain.")
	c.must(err)
	c.rest(b)
	if got := strings.Join(c.sent(), "\n"); !strings.Contains(got, danas+": alert") || strings.Contains(got, ": update") {
		t.Errorf("sent %q", got)
	}
	form, err := c.store.CheckInForm(c.ctx, token)
	c.must(err)
	if !form.Worrying || form.Further != nil {
		t.Errorf("the page says where help is: %v; asks %+v", form.Worrying, form.Further)
	}
	words, err := c.store.Words(c.ctx, c.asDana())
	c.must(err)
	if len(words.List) != 1 || !slices.Contains(words.List[0].Flags, "chest_pain") || words.List[0].Question["en"] == "" {
		t.Errorf("to read: %+v", words.List)
	}
	page, err := c.store.PatientPage(c.ctx, c.asDana(), c.mary)
	c.must(err)
	if len(page.Further) != 1 || !strings.Contains(page.Further[0].Words, "elephant") || !page.Further[0].OnPage {
		t.Errorf("staff see %+v", page.Further)
	}
	c.standAt(1, 8, 40)
	token = c.page()
	c.submit(token, carenet.PageAnswer{Score: &four, Key: "two"})
	_, err = c.store.SubmitFurther(c.ctx, token, "news", "")
	c.must(err)
	page, err = c.store.PatientPage(c.ctx, c.asDana(), c.mary)
	c.must(err)
	if len(page.Further) != 2 || page.Further[0].Words != "" {
		t.Errorf("nothing to tell: %+v", page.Further)
	}
}
