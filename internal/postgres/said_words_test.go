package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// toRead is what waits to be read, as "who: words".
func (c *clinic) toRead() (got []string) {
	c.t.Helper()
	page, err := c.store.Words(c.ctx, c.asDana())
	c.must(err)
	if page.Waiting != len(page.List) {
		c.t.Errorf("%d wait, %d are listed", page.Waiting, len(page.List))
	}
	board, err := c.store.Board(c.ctx, c.asDana())
	c.must(err)
	if board.Words != page.Waiting {
		c.t.Errorf("the board says %d, the page %d", board.Words, page.Waiting)
	}
	for _, w := range page.List {
		got = append(got, w.Name+": "+w.Words)
	}
	return got
}

// Every sentence waits for a person, by text and from a page, flagged ones first, until
// one has said that they read it. What was never written in words does not.
func TestWordsWaitUntilSomebodyHasReadThem(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "3")
	if got := c.toRead(); len(got) != 0 {
		t.Fatalf("a number alone: %q", got)
	}
	c.advance(2 * time.Hour)
	c.text(marys, "2 rough night")
	token := c.page()
	four := 4
	c.submit(token, carenet.PageAnswer{Score: &four, Words: "the nurse was kind", Key: "one"})
	c.advance(2 * time.Hour)
	c.text(marys, "1 pain in my chest")
	want := []string{"Mary Okafor: pain in my chest", "Mary Okafor: rough night", "Mary Okafor: the nurse was kind"}
	if got := c.toRead(); !slices.Equal(got, want) {
		t.Fatalf("to read %q", got)
	}
	page, err := c.store.Words(c.ctx, c.asDana())
	c.must(err)
	if w := page.List[0]; !slices.Contains(w.Flags, "chest_pain") || !w.Screened || w.Score == nil || *w.Score != 1 {
		t.Errorf("the first is %+v", w)
	}
	// What comes while somebody reads stays for the next look.
	c.advance(2 * time.Hour)
	c.text(marys, "3 better now")
	ids := []carenet.ID{page.List[0].ID, page.List[1].ID, page.List[2].ID}
	n, err := c.store.MarkWords(c.ctx, c.asDana(), ids)
	c.must(err)
	if got := c.toRead(); n != 3 || !slices.Equal(got, []string{"Mary Okafor: better now"}) {
		t.Errorf("%d marked, left %q", n, got)
	}
	n, err = c.store.MarkWords(c.ctx, c.lee(), ids)
	c.must(err)
	by := valueOf[int](c, c.admin(), `SELECT count(*) FROM said_words WHERE read_by = $1 AND read_at IS NOT NULL`, c.dana)
	audited := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'words.mark' AND patient_id = $1`, c.mary)
	if n != 0 || by != 3 || audited != 3 {
		t.Errorf("marked again: %d; %d by Dana, %d on record", n, by, audited)
	}
}

// A cry for help that is no answer stands on top as well, also when the same text stops ours.
func TestACryThatIsNoAnswerStandsAmongTheWords(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "2 rough night")
	c.text(marys, "pain in my chest")
	c.advance(time.Hour)
	c.text(marys, "STOP. I want to die")
	want := []string{"Mary Okafor: pain in my chest", "Mary Okafor: STOP. I want to die", "Mary Okafor: rough night"}
	if got := c.toRead(); !slices.Equal(got, want) {
		t.Errorf("to read %q", got)
	}
	page, err := c.store.Words(c.ctx, c.asDana())
	c.must(err)
	if w := page.List[1]; !slices.Contains(w.Flags, "self_harm") || w.Score != nil {
		t.Errorf("the second is %+v", w)
	}
}

// A correction that says the words again is read once, one that says none leaves them.
func TestWordsOfWhatWasCorrectedAreReadOnce(t *testing.T) {
	c := newClinic(t)
	token := c.page()
	two, three := 2, 3
	c.submit(token, carenet.PageAnswer{Score: &two, Words: "rough night", Key: "one"})
	c.submit(token, carenet.PageAnswer{Score: &three, Words: "rough night", Key: "two"})
	if got := c.toRead(); !slices.Equal(got, []string{"Mary Okafor: rough night"}) {
		t.Errorf("to read %q", got)
	}
	c.advance(3 * time.Minute)
	c.text(marys, "4")
	if got := c.toRead(); !slices.Equal(got, []string{"Mary Okafor: rough night"}) {
		t.Errorf("after a number alone: %q", got)
	}
}

// Followers and patients do not see the list, nor another organisation's staff.
func TestWordsAreForStaff(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "2 rough night")
	sam := c.asFollower(c.sam)
	_, err := c.store.Words(c.ctx, sam)
	c.code(carenet.Forbidden, err)
	page, err := c.store.Words(c.ctx, c.asDana())
	c.must(err)
	_, err = c.store.MarkWords(c.ctx, sam, []carenet.ID{page.List[0].ID})
	c.code(carenet.Forbidden, err)
	if got := c.toRead(); len(got) != 1 {
		t.Errorf("left %q", got)
	}
}

// Whoever has the number that is used no more may be the one it was taken from.
func TestWhatTheOldNumberSaysIsForAPerson(t *testing.T) {
	const sams = "+447700900101"
	c := newClinic(t)
	lee := c.lee()
	b, err := c.store.CorrectNumber(c.ctx, lee, c.asFollower(c.sam).Person, "+447700900811")
	c.must(err)
	c.rest(b)
	c.leaves()
	c.text(sams, "But I did not change my number!")
	desk, err := c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	if len(desk.In) != 1 || !strings.Contains(desk.In[0].Reason, "another number") {
		t.Fatalf("for a person: %+v", desk.In)
	}
	page, err := c.store.InPage(c.ctx, lee, desk.In[0].ID)
	c.must(err)
	if page.Moved == nil || page.Moved.Name != "Sam Okafor" || page.Number != sams {
		t.Errorf("whose it was: %+v", page.Moved)
	}
	c.advance(15 * 24 * time.Hour)
	c.text(sams, "hello?")
	if desk, err = c.store.Desk(c.ctx, lee, carenet.TextFilter{}); err != nil || len(desk.In) != 1 {
		t.Errorf("weeks later: %+v, %v", desk.In, err)
	}
}

// A correction with other words takes nothing away, nor does a text that was late.
func TestWordsThatWereOvertakenAreReadAllTheSame(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "2 my leg is swollen and hot")
	c.advance(10 * time.Minute)
	c.text(marys, "3 thanks for the flowers")
	if got := c.toRead(); !slices.Equal(got, []string{"Mary Okafor: my leg is swollen and hot", "Mary Okafor: thanks for the flowers"}) {
		t.Errorf("to read %q", got)
	}
}

// STOP beside a cry stops nothing on a page, and hides nothing.
func TestINV10_ACryBesideAStopOnThePageCallsStaff(t *testing.T) {
	c := newClinic(t)
	token := c.page()
	two := 2
	c.submit(token, carenet.PageAnswer{Score: &two, Words: "Please stop texting me, I want to die", Key: "one"})
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE rule_id = 'SAFE-SELFHARM'`); n != 1 {
		t.Errorf("%d alerts", n)
	}
	page, err := c.store.Words(c.ctx, c.asDana())
	c.must(err)
	if len(page.List) != 1 || !slices.Contains(page.List[0].Flags, "self_harm") {
		t.Errorf("to read: %+v", page.List)
	}
}

// What reads as a command that names nobody may be no command.
func TestACommandThatNamesNobodyIsReadByAPerson(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "Remove my stitches please")
	if got := c.toRead(); !slices.Equal(got, []string{"Mary Okafor: Remove my stitches please"}) {
		t.Errorf("to read %q", got)
	}
	c.text(marys, "remove sam")
	if got := valueOf[string](c, c.admin(), `SELECT state FROM follower WHERE id = $1`, c.sam); got != "dropped" || len(c.toRead()) != 1 {
		t.Errorf("Sam is %s", got)
	}
}
