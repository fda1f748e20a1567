package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// days lets Mary be asked daily and answer, from the day of its clock on.
func (c *clinic) steadyFor(from, days int, answer func(day int) string) {
	c.t.Helper()
	for day := from; day < from+days; day++ {
		c.standAt(day, 9, 0)
		b, _, err := c.store.TickPrompts(c.ctx, 10)
		c.must(err)
		c.rest(b)
		if !slices.ContainsFunc(c.sent(), func(s string) bool { return strings.HasPrefix(s, marys+": prompt") }) {
			continue // no slot of hers
		}
		c.advance(10 * time.Minute)
		c.text(marys, answer(day))
		c.sent()
	}
}

func fours(day int) string { return []string{"4", "5"}[day%2] }

// rhythm is her schedule's rule and the days until its next slot.
func (c *clinic) rhythm() string {
	c.t.Helper()
	return valueOf[string](c, c.admin(), `SELECT rrule FROM schedule WHERE patient_id = $1 AND ended_at IS NULL`, c.mary)
}

// afterOffer is what leaves once it is too late to correct an answer.
func (c *clinic) afterOffer() []string {
	c.t.Helper()
	c.advance(carenet.EaseOfferAfter)
	c.rest(carenet.Batch{})
	return c.leaves()
}

func TestWhoIsSteadyIsOfferedFewerTextsOnce(t *testing.T) {
	c := newClinic(t)
	c.steadyFor(0, 55, fours)
	if got := c.afterOffer(); len(got) != 0 {
		t.Fatalf("after less than eight weeks: %q", got)
	}
	var offer []string
	day := 55
	for ; day < 75 && len(offer) == 0; day++ {
		c.steadyFor(day, 1, fours)
		offer = about(c.afterOffer(), "question to")
	}
	if want := []string{marys + ": question to Mary Okafor about Mary Okafor ease of \"\" for [], 3 a week"}; !slices.Equal(offer, want) {
		t.Fatalf("day %d: offered %q", day, offer)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'question.ease' AND patient_id = $1`, c.mary); n != 1 {
		t.Errorf("%d rows of audit", n)
	}
	// A yes that is meant for a prompt agrees to nothing.
	c.standAt(day, 9, 0)
	b, _, err := c.store.TickPrompts(c.ctx, 10)
	c.must(err)
	c.rest(b)
	c.sent()
	c.text(marys, "yes")
	c.sent()
	if got := c.rhythm(); got != "FREQ=DAILY" {
		t.Fatalf("a yes to a prompt: %s", got)
	}
	c.text(marys, "4")
	c.sent()
	c.text(marys, "LESS")
	got := strings.Join(c.leaves(), "\n")
	if !strings.Contains(got, "reply=eased") || c.rhythm() != "FREQ=WEEKLY;BYDAY=MO,WE,FR" {
		t.Fatalf("after LESS: %q, %s", got, c.rhythm())
	}
	page, err := c.store.PatientPage(c.ctx, c.asDana(), c.mary)
	c.must(err)
	if r := page.Rhythm; !r.Eased || r.PerWeek != 3 || r.Before != 7 || r.Since.IsZero() {
		t.Errorf("the page says %+v", r)
	}
	board, err := c.store.Board(c.ctx, c.asDana())
	c.must(err)
	if board.Rows[0].EasedAt.IsZero() {
		t.Error("the board does not say that it was agreed")
	}
	// Said again it changes nothing: nothing is offered any more.
	c.text(marys, "less")
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, "reply=ease_wish") || c.rhythm() != "FREQ=WEEKLY;BYDAY=MO,WE,FR" {
		t.Errorf("LESS once more: %q", got)
	}
	// Steady on, she is not asked about it week after week.
	for ; day < 75+40; day++ {
		c.steadyFor(day, 1, fours)
		if got := about(c.afterOffer(), "question to"); len(got) != 0 {
			t.Fatalf("day %d: %q", day, got)
		}
	}
	// One drop, and she is asked as before, and told.
	for ; !slices.Contains([]int{0, 2, 4}, day%7); day++ { // slots on Monday, Wednesday, Friday
	}
	c.steadyFor(day, 1, func(int) string { return "2" })
	if got := strings.Join(c.afterOffer(), "\n"); c.rhythm() != "FREQ=DAILY" {
		t.Fatalf("after a 2 on day %d: %s, %q", day, c.rhythm(), got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM delivery WHERE kind = 'rhythm' AND recipient_id = $1 AND state IN ('sending', 'sent', 'delivered')`, c.mary); n != 1 {
		t.Errorf("she was told %d times", n)
	}
	if next := valueOf[time.Time](c, c.admin(), `SELECT next_at FROM schedule WHERE patient_id = $1`, c.mary); !next.After(c.clock()) || next.Sub(c.clock()) > 24*time.Hour {
		t.Errorf("asked next at %s, now is %s", next, c.clock())
	}
}

// Any alert brings the old rhythm back at once, and takes an offer away.
func TestAnAlertEndsFewerTexts(t *testing.T) {
	c := newClinic(t)
	eased := func() {
		_, err := c.store.OfferEase(c.ctx, c.asDana(), c.mary)
		c.must(err)
		c.rest(carenet.Batch{})
		if got := about(c.leaves(), "question to"); len(got) != 1 {
			t.Fatalf("offered by staff: %q", got)
		}
	}
	eased()
	_, err := c.store.OfferEase(c.ctx, c.asDana(), c.mary)
	c.code(carenet.Conflict, err) // asked already
	c.text(marys, "yes")          // nothing else is asked
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, "reply=eased") {
		t.Fatalf("after the yes: %q", got)
	}
	eased() // and once a week
	c.text(marys, "less")
	c.leaves()
	if c.rhythm() != "FREQ=WEEKLY;BYDAY=MO" {
		t.Fatalf("after both: %s", c.rhythm())
	}
	c.text(marys, "I want to die")
	got := strings.Join(c.leaves(), "\n")
	if c.rhythm() != "FREQ=DAILY" || !strings.Contains(got, "rhythm to Mary Okafor") {
		t.Errorf("after the cry: %s, %q", c.rhythm(), got)
	}
	_, err = c.store.OfferEase(c.ctx, c.asDana(), c.mary)
	c.code(carenet.Conflict, err)
	if got := valueOf[string](c, c.admin(), `SELECT string_agg(ended_why, ' ' ORDER BY id) FROM easing`); got != "eased worse" {
		t.Errorf("ended %q", got)
	}
}

// The patient takes it back by MORE or on their page, staff on theirs; nobody else may.
func TestFewerTextsAreTakenBack(t *testing.T) {
	c := newClinic(t)
	me := carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}
	agree := func() {
		_, err := c.store.OfferEase(c.ctx, c.asDana(), c.mary)
		c.must(err)
		b, err := c.store.AnswerEase(c.ctx, me, true)
		c.must(err)
		c.rest(b)
		c.leaves()
		if c.rhythm() == "FREQ=DAILY" {
			t.Fatal("agreed, and asked as before")
		}
	}
	_, err := c.store.AnswerEase(c.ctx, me, true)
	c.code(carenet.Conflict, err)
	agree()
	c.text(marys, "more")
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, "reply=ease_back") || c.rhythm() != "FREQ=DAILY" {
		t.Errorf("after MORE: %q, %s", got, c.rhythm())
	}
	c.text(marys, "more")
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, "reply=ease_wish") {
		t.Errorf("MORE once more: %q", got)
	}
	agree()
	_, err = c.store.EndEase(c.ctx, carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.sam, Via: "page"}, c.mary)
	c.code(carenet.Forbidden, err)
	_, err = c.store.EndEase(c.ctx, c.asFollower(c.sam), c.mary)
	c.code(carenet.Forbidden, err)
	_, err = c.store.EndEase(c.ctx, me, c.mary)
	c.must(err)
	_, err = c.store.EndEase(c.ctx, me, c.mary)
	c.code(carenet.Conflict, err)
	agree()
	b, err := c.store.EndEase(c.ctx, c.asDana(), c.mary)
	c.must(err)
	c.rest(b)
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, "rhythm to Mary Okafor") || c.rhythm() != "FREQ=DAILY" {
		t.Errorf("put back by staff: %q, %s", got, c.rhythm())
	}
	// A no changes nothing, and a week of silence is a no.
	_, err = c.store.OfferEase(c.ctx, c.asDana(), c.mary)
	c.must(err)
	c.rest(carenet.Batch{})
	c.leaves()
	c.text(marys, "more")
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, "reply=ease_kept") || c.rhythm() != "FREQ=DAILY" {
		t.Errorf("after a no: %q", got)
	}
	_, err = c.store.OfferEase(c.ctx, c.asDana(), c.mary)
	c.must(err)
	c.rest(carenet.Batch{})
	c.leaves()
	c.advance(8 * 24 * time.Hour)
	q, _, err := c.store.TickQuestions(c.ctx, 10)
	c.must(err)
	c.rest(q)
	if got := about(c.leaves(), "question"); len(got) != 0 {
		t.Errorf("asked again: %q", got)
	}
	if got := valueOf[string](c, c.admin(), `SELECT state FROM open_question WHERE kind = 'ease' ORDER BY id DESC LIMIT 1`); got != "lapsed" {
		t.Errorf("the offer is %s", got)
	}
}
