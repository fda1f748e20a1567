package postgres_test

import (
	"strings"
	"testing"

	"howareyou/carenet"
)

func TestFurtherQuestionsOnThePage(t *testing.T) {
	c := newClinic(t)
	c.plan("weight", "")
	c.plan("phq2", "")
	token := c.page()
	next := func() string {
		t.Helper()
		form, err := c.store.CheckInForm(c.ctx, token)
		c.must(err)
		if form.Further == nil {
			return ""
		}
		return form.Further.Item
	}
	answer := func(item, said string) carenet.Batch {
		t.Helper()
		b, err := c.store.SubmitFurther(c.ctx, token, item, said)
		c.must(err)
		if len(b.Events) > 0 {
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
		}
		return b
	}
	if got := next(); got != "" {
		t.Errorf("before the first question %s is asked", got)
	}
	three := 3
	c.submit(token, carenet.PageAnswer{Score: &three, Key: "once"})
	c.sent()
	if _, err := c.store.SubmitFurther(c.ctx, token, "weight", "7"); carenet.CodeOf(err) != carenet.Invalid {
		t.Errorf("7 kg: %v", err)
	}
	answer("weight", "72,5")
	if b := answer("weight", "99"); len(b.Events) != 0 {
		t.Error("an old page answered again")
	}
	for _, s := range [][2]string{
		{"phq_interest", "2"},
		{"phq_down", "1"},
		{"phq9_offer", "1"},
		{"phq_sleep", "0"},
		{"phq_energy", "0"},
		{"phq_appetite", "0"},
		{"phq_failure", "0"},
		{"phq_focus", "0"},
		{"phq_moving", "0"},
		{"phq_dead", "1"},
	} {
		if got := next(); got != s[0] {
			t.Fatalf("asked %q, want %s", got, s[0])
		}
		answer(s[0], s[1])
	}
	form, err := c.store.CheckInForm(c.ctx, token)
	c.must(err)
	if form.Further != nil || !form.Worrying {
		t.Errorf("at the end: %+v, worrying %t", form.Further, form.Worrying)
	}
	if got := c.values(); !strings.Contains(got, "weight=72.5") || !strings.Contains(got, "phq_dead=1") {
		t.Errorf("kept %s", got)
	}
	alerts := 0
	for _, s := range c.sent() {
		if strings.Contains(s, "alert=") {
			alerts++
		} else {
			t.Errorf("somebody hears of a further answer: %s", s)
		}
	}
	if alerts != 2 {
		t.Errorf("%d alerts, want that of the total and that of the ninth item", alerts)
	}
	// Staff read all of it, and which way it came.
	page, err := c.store.PatientPage(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}, c.mary)
	c.must(err)
	if len(page.Further) != 11 || !page.Further[0].OnPage || page.Further[10].Item != "weight" || page.Further[10].Value != 72.5 {
		t.Errorf("staff read %+v", page.Further)
	}
	// What the page began goes on by text: the same check-in, the same questions.
	c.text(maryPhone, "weight 73")
	if got := strings.Join(c.replies(), " "); got != "item_changed" || !strings.Contains(c.values(), "weight=73") {
		t.Errorf("corrected by text: %s, %s", got, c.values())
	}
}
