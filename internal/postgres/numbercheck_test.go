package postgres_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

// checksDue asks again, or gives up, what is due.
func (c *clinic) checksDue() {
	c.t.Helper()
	b, _, err := c.store.TickNumberChecks(c.ctx, 100)
	c.must(err)
	c.rest(b)
}

// rest runs what no bell rang for.
func (c *clinic) rest(b carenet.Batch) {
	c.t.Helper()
	if len(b.Events) > 0 {
		_, err := c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
	pending, err := c.store.PendingBatches(c.ctx, 0, 100)
	c.must(err)
	for _, id := range pending {
		_, err := c.store.Round(c.ctx, id)
		c.must(err)
	}
}

// leaves are the texts that leave now, with what they bring about.
func (c *clinic) leaves() (got []string) {
	c.t.Helper()
	got = c.sent()
	c.advance(time.Second)
	c.rest(carenet.Batch{})
	return append(got, c.sent()...)
}

// silent lets Mary's circle be silent for n days while she answers.
func (c *clinic) silentCircle(days int) {
	c.t.Helper()
	for range days / 10 {
		c.advance(10 * 24 * time.Hour)
		c.text(marys, "4")
		c.sent()
	}
}

func TestANumberThatWasSilentForLongIsAskedBeforeAnythingPersonal(t *testing.T) {
	c := newClinic(t)
	c.silentCircle(70)
	if got := valueOf[int](c, c.admin(), `SELECT count(*) FROM conversation WHERE check_asked_at IS NOT NULL`); got != 0 {
		t.Fatalf("%d numbers are asked after 70 days", got)
	}
	c.advance(21 * 24 * time.Hour)
	c.text(marys, "2 rough night")
	got := c.leaves()
	want := []string{
		"+447700900001: thanks to Mary Okafor about Mary Okafor score=2 words=rough night", // she texted a moment ago
		"+447700900101: number_check to Sam Okafor about ", "+447700900102: number_check to Ruth about ",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("sent\n%s", strings.Join(got, "\n"))
	}
	waits := func() string {
		return valueOf[string](c, c.admin(), `SELECT string_agg(state || ' ' || cause, ', ') FROM delivery WHERE kind = 'update' AND recipient_id = $1 AND body_enc IS NULL AND state = 'queued'`, c.asFollower(c.sam).Person)
	}
	if got := waits(); got != "queued "+notify.WaitCheck {
		t.Errorf("what is for Sam: %q", got)
	}
	// Asked once, however much waits.
	c.advance(time.Hour)
	c.text(marys, "5 better")
	if got := c.leaves(); len(got) != 1 || !strings.Contains(got[0], "thanks") {
		t.Errorf("an hour later: %q", got)
	}
	// Words tell nothing, and open nothing.
	c.text("+447700900101", "hello there")
	if got := c.leaves(); !slices.Equal(got, []string{"+447700900101: reply to Sam Okafor about  reply=check_how"}) {
		t.Errorf("after words: %q", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM encouragement`); n != 0 {
		t.Error("a stranger's words were passed on")
	}
	c.text("+447700900101", "YES")
	got = c.leaves()
	if len(got) != 3 || !strings.Contains(strings.Join(got, "\n"), "reply=check_yes") || !strings.Contains(strings.Join(got, "\n"), "score=5 words=better") {
		t.Errorf("after the yes: %q", got)
	}
	c.text(marys, "3")
	if got := c.leaves(); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "+447700900101: update") }) {
		t.Errorf("later: %q", got)
	}
	// Ruth's number is another's by now.
	c.text("+447700900102", "no")
	if got := c.leaves(); len(got) != 0 {
		t.Errorf("a stranger was told %q", got)
	}
	if got := valueOf[string](c, c.admin(), `SELECT opted_out_by || ' ' || (check_asked_at IS NULL) FROM conversation WHERE wrong_number_at IS NOT NULL`); got != "wrong_number true" {
		t.Errorf("Ruth's number: %s", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM inbound_message WHERE state = 'unread' AND handled_at IS NULL AND reason LIKE '%not theirs'`); n != 1 {
		t.Errorf("%d tasks for staff", n)
	}
}

func TestWhoDoesNotSayIsAskedOnceMoreAndThenStaffSeeIt(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	c.silentCircle(90)
	c.advance(24 * time.Hour)
	c.text(marys, "2")
	c.leaves()
	c.advance(48 * time.Hour)
	c.checksDue()
	if got := c.to("+447700900101"); len(got) != 1 || !strings.HasPrefix(got[0], "number_check") {
		t.Errorf("after two days: %q", got)
	}
	// What waited has ended by its own time, and nothing personal went.
	if got := valueOf[string](c, c.admin(), `SELECT state FROM delivery WHERE kind = 'update' AND recipient_id = $1 ORDER BY event_id DESC LIMIT 1`, c.asFollower(c.sam).Person); got != "expired" {
		t.Errorf("the update: %s", got)
	}
	desk, err := c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	before := len(desk.Out)
	c.advance(5 * 24 * time.Hour)
	c.checksDue()
	c.hears("+447700900101")
	desk, err = c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	if len(desk.Out) != before+2 || !slices.ContainsFunc(desk.Out, func(x carenet.TextOut) bool {
		return x.Kind == "number_check" && strings.Contains(x.Cause, "nobody has said")
	}) {
		t.Errorf("the desk shows %+v", desk.Out)
	}
	c.checksDue()
	c.text(marys, "4")
	if got := c.to("+447700900101"); len(got) != 0 {
		t.Errorf("given up, and told all the same: %q", got)
	}
	c.text("+447700900101", "Yes")
	if got := c.to("+447700900101"); len(got) != 2 {
		t.Errorf("a late yes: %q", got)
	}
}

func TestAPatientWhoIsSilentForLongIsAskedFirst(t *testing.T) {
	c := newClinic(t)
	for day := range 75 {
		c.standAt(day, 9, 0)
		c.asked()
	}
	for day := 75; day < 92; day++ {
		c.standAt(day, 9, 0)
		b, _, err := c.store.TickPrompts(c.ctx, 10)
		c.must(err)
		c.rest(b)
		if got := strings.Join(c.leaves(), "\n"); day == 91 && strings.Contains(got, "prompt to") {
			t.Errorf("day %d: %s", day, got)
		}
	}
	c.advance(7 * time.Hour)
	board, err := c.store.Board(c.ctx, c.asDana())
	c.must(err)
	if board.Rows[0].Silence != carenet.Unsure {
		t.Errorf("the board says %q", board.Rows[0].Silence)
	}
	// An answer is more than a stranger could say.
	c.text(marys, "3")
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, "thanks to Mary Okafor") {
		t.Errorf("after her answer: %s", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM conversation WHERE check_asked_at IS NOT NULL AND id = (SELECT conversation_id FROM contact_point WHERE person_id = $1)`, c.mary); n != 0 {
		t.Error("she is still asked")
	}
}

// Staff are reached whatever their numbers said of late.
func TestINV9_AnAlertAsksNoNumberFirst(t *testing.T) {
	c := newClinic(t)
	c.silentCircle(100)
	c.text(marys, "I want to die")
	if got := about(c.sent(), "alert="); len(got) != 1 || !strings.HasPrefix(got[0], danas) {
		t.Errorf("staff hear %q", got)
	}
}

// Who answers on the page alone has the phone that the link went to.
func TestThePageShowsThatANumberWorks(t *testing.T) {
	c := newClinic(t)
	c.advance(100 * 24 * time.Hour)
	three := 3
	c.submit(c.page(), carenet.PageAnswer{Score: &three, Key: "page"})
	c.sent()
	b, err := c.store.AskNow(c.ctx, c.asDana(), c.mary)
	if carenet.CodeOf(err) == carenet.Conflict {
		c.advance(4 * time.Hour)
		b, err = c.store.AskNow(c.ctx, c.asDana(), c.mary)
	}
	c.must(err)
	c.rest(b)
	c.hears(marys, "prompt to Mary Okafor")
}

// Who only reads has the phone that the sign-in link went to; an email proves no phone.
func TestSigningInShowsThatANumberWorks(t *testing.T) {
	c := newClinic(t)
	c.silentCircle(70)
	batches, err := c.store.RequestSignIn(c.ctx, "+447700900101", auth.FollowerDoor, "")
	c.must(err)
	for _, b := range batches {
		c.rest(b)
	}
	c.hears("+447700900101", "sign_in")
	token, hash := auth.NewToken(auth.ForSignIn)
	_, err = c.admin().Exec(c.ctx, "UPDATE link SET token_hash = $1 WHERE purpose = 'sign_in'", hash)
	c.must(err)
	_, _, _, err = c.store.SignIn(c.ctx, token)
	c.must(err)
	c.advance(21 * 24 * time.Hour)
	c.text(marys, "2 rough night")
	got := about(c.leaves(), "+4477009001")
	if want := []string{
		"+447700900101: update to Sam Okafor about Mary Okafor score=2 words=rough night",
		"+447700900102: number_check to Ruth about ",
	}; !slices.Equal(got, want) {
		t.Errorf("sent\n%s", strings.Join(got, "\n"))
	}
}

// An answer behind a texted link is more than a stranger could give: it ends the asking.
func TestAnAnswerBehindATextedLinkProvesTheNumber(t *testing.T) {
	c := newClinic(t)
	asking := func() {
		c.exec(c.admin(), `UPDATE conversation SET check_asked_at = $1, check_times = 1, check_next_at = $1
WHERE id = (SELECT conversation_id FROM contact_point WHERE person_id = $2)`, c.clock(), c.mary)
	}
	asked := func() bool {
		return valueOf[bool](c, c.admin(), `SELECT check_asked_at IS NOT NULL FROM conversation WHERE id = (SELECT conversation_id FROM contact_point WHERE person_id = $1)`, c.mary)
	}
	token := c.page() // the prompt with its link left before
	asking()
	c.text("+447700900101", "TELL see you soon")
	if got := c.to(marys); len(got) != 0 {
		t.Fatalf("a stranger reads %q", got)
	}
	four := 4
	c.submit(token, carenet.PageAnswer{Score: &four, Key: "one"})
	if asked() {
		t.Error("she answered behind the link, and is asked still")
	}
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, marys+": kind_word") {
		t.Errorf("what waited: %q", got)
	}
	// A link that was not texted to the number shows nothing of it.
	c.standAt(1, 8, 40)
	asking()
	c.submit(c.page(), carenet.PageAnswer{Score: &four, Key: "two"})
	if !asked() {
		t.Error("a link that never left proved the number")
	}
	// Nor does an answer of somebody with the old phone for a number just written down.
	c.exec(c.admin(), `UPDATE conversation SET check_asked_at = NULL, check_next_at = NULL`)
	c.standAt(2, 8, 40)
	token = c.page()
	c.exec(c.admin(), `UPDATE conversation SET check_wanted = true`)
	asking()
	c.submit(token, carenet.PageAnswer{Score: &four, Key: "three"})
	if !asked() {
		t.Error("a number that staff have just written down must say so itself")
	}
}

// On the day on which a service begins to ask, nearly all goes on as it did.
func TestAnUpgradeAsksNoCrowdAtOnce(t *testing.T) {
	const followers = 60
	c := newClinic(t)
	for i := range followers {
		_, err := c.store.AddFollower(c.ctx, c.operator(), postgres.NewFollower{
			NewPerson: postgres.NewPerson{Name: "Friend " + strconv.Itoa(i), Phone: fmt.Sprintf("+447700901%03d", i)},
			Patient:   c.mary, Scope: carenet.ScopeOf([]string{"score"}),
		})
		c.must(err)
	}
	c.advance(200 * 24 * time.Hour)
	c.exec(c.admin(), `UPDATE organisation SET checks_from = NULL`) // as it was before
	told := func() (updates, checks int) {
		for range 40 {
			got := c.sent()
			if len(got) == 0 {
				break
			}
			updates, checks = updates+len(about(got, ": update")), checks+len(about(got, ": number_check"))
			c.advance(time.Second)
			c.rest(carenet.Batch{})
		}
		return updates, checks
	}
	c.text(marys, "4")
	if updates, checks := told(); checks != 0 || updates != followers+2 {
		t.Fatalf("before a worker has seen the day: %d updates, %d asked", updates, checks)
	}
	_, err := c.store.BeginChecks(c.ctx, 0)
	c.must(err)
	began := valueOf[time.Time](c, c.admin(), `SELECT checks_from FROM organisation`)
	asked := 0
	for day := range 29 {
		c.advance(24 * time.Hour)
		c.text(marys, strconv.Itoa(3+day%3))
		updates, checks := told()
		if asked += checks; checks > followers/6 || updates+asked != followers+2 {
			t.Fatalf("day %d: %d updates, %d asked (%d in all)", day+1, updates, checks, asked)
		}
	}
	if asked != followers+2 {
		t.Errorf("after four weeks %d of %d were asked", asked, followers+2)
	}
	_, err = c.store.BeginChecks(c.ctx, 0)
	c.must(err)
	if again := valueOf[time.Time](c, c.admin(), `SELECT checks_from FROM organisation`); !again.Equal(began) {
		t.Errorf("begun at %s, and again at %s", began, again)
	}
}

func TestACorrectedNumberIsAskedFirst(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	c.text(marys, "You have the wrong number")
	if got := c.leaves(); len(got) != 0 {
		t.Fatalf("a stranger was told %q", got)
	}
	in := valueOf[carenet.ID](c, c.admin(), `SELECT id FROM inbound_message WHERE state = 'unread'`)
	page, err := c.store.InPage(c.ctx, lee, in)
	c.must(err)
	if len(page.Wrong) != 1 || page.Wrong[0].Name != "Mary Okafor" || page.Wrong[0].ID != c.mary {
		t.Fatalf("staff see %+v", page.Wrong)
	}
	_, err = c.store.CorrectNumber(c.ctx, lee, c.mary, "none")
	c.code(carenet.Invalid, err)
	_, err = c.store.CorrectNumber(c.ctx, c.asDana(), c.mary, "07700 900800")
	c.code(carenet.Forbidden, err)
	c.text("+447700900801", "STOP")
	c.sent()
	_, err = c.store.CorrectNumber(c.ctx, lee, c.mary, "07700 900801")
	c.code(carenet.Conflict, err)
	_, err = c.store.CorrectNumber(c.ctx, lee, c.mary, "07700 900800")
	c.must(err)
	page, err = c.store.InPage(c.ctx, lee, in)
	c.must(err)
	if len(page.Wrong) != 0 {
		t.Errorf("corrected, and still shown: %+v", page.Wrong)
	}
	// The old number is nobody's: it hears nothing, and says nothing that counts.
	c.text(marys, "3")
	c.standAt(0, 9, 0)
	c.asked2()
	c.hears(marys)
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM check_in`); n != 0 {
		t.Errorf("%d answers of a stranger count", n)
	}
	c.text("+447700900800", "yes")
	got := strings.Join(c.leaves(), "\n")
	if !strings.Contains(got, "reply=check_yes") || !strings.Contains(got, "+447700900800: prompt to Mary Okafor") {
		t.Errorf("after her yes: %s", got)
	}
	if got := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'number.correct' AND patient_id = $1`, c.mary); got != 1 {
		t.Errorf("%d rows of audit", got)
	}
	// A jest of hers: staff write the same number again.
	c.text("+447700900800", "wrong number")
	_, err = c.store.CorrectNumber(c.ctx, lee, c.mary, "07700 900800")
	c.must(err)
	c.text("+447700900800", "4")
	if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, "+447700900800: thanks") {
		t.Errorf("the number is good again: %s", got)
	}
}

// asked2 has the slot of now come, and asks the new number whether it is theirs.
func (c *clinic) asked2() {
	c.t.Helper()
	b, _, err := c.store.TickPrompts(c.ctx, 10)
	c.must(err)
	c.rest(b)
	c.hears("+447700900800")
	c.advance(time.Second)
	c.rest(carenet.Batch{})
	c.hears("+447700900800", "number_check")
}
