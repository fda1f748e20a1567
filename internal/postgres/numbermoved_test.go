package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/postgres"
)

// Whoever had the number hears, once and in words that tell nothing, that another is used;
// the new one is told nothing personal before it has said whose it is.
func TestTheOldNumberIsTold(t *testing.T) {
	const sams, sams2, sams3 = "+447700900101", "+447700900811", "+447700900812"
	c := newClinic(t)
	lee := c.lee()
	person := c.asFollower(c.sam).Person
	correct := func(number string) {
		t.Helper()
		b, err := c.store.CorrectNumber(c.ctx, lee, person, number)
		c.must(err)
		c.rest(b)
	}
	correct(sams2)
	if got := c.leaves(); !slices.Equal(got, []string{sams + ": number_moved to Sam Okafor about "}) {
		t.Fatalf("told: %q", got)
	}
	c.text(marys, "2 rough night")
	got := strings.Join(c.leaves(), "\n")
	if strings.Contains(got, sams2+": update") || !strings.Contains(got, sams2+": number_check") || strings.Contains(got, sams+":") {
		t.Fatalf("before the new number has confirmed:\n%s", got)
	}
	// A slip of the pen: a stranger is not told about a number that was never theirs.
	correct(sams3)
	if got := about(c.leaves(), "number_moved"); len(got) != 0 {
		t.Errorf("a number that never said whose it is was told %q", got)
	}
	confirm := func(number string) {
		t.Helper()
		c.advance(time.Hour)
		c.text(marys, "4")
		c.leaves()
		c.text(number, "yes")
		if got := strings.Join(c.leaves(), "\n"); !strings.Contains(got, number+": reply to Sam Okafor about  reply=check_yes") {
			t.Fatalf("%s confirms: %q", number, got)
		}
	}
	confirm(sams3)
	// Reported wrong, or stopped: nothing goes there.
	for _, says := range []string{"wrong number", "STOP"} {
		at := sams3
		if says == "STOP" {
			at = sams2
			confirm(at)
		}
		c.text(at, says)
		c.leaves()
		if at == sams3 {
			correct(sams2)
		} else {
			correct("+447700900813")
		}
		if got := about(c.leaves(), "number_moved"); len(got) != 0 {
			t.Errorf("after %q the number was told %q", says, got)
		}
	}
	// By night it waits for the morning.
	confirm("+447700900813")
	c.standAt(1, 23, 30)
	correct("+447700900814")
	if got := c.leaves(); len(got) != 0 {
		t.Errorf("at night: %q", got)
	}
	c.standAt(2, 8, 5)
	if got := about(c.leaves(), "number_moved"); len(got) != 1 {
		t.Errorf("in the morning: %q", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'number.correct'`); n != 5 {
		t.Errorf("%d rows of audit", n)
	}
}

// Who has died is not written to.
func TestTheNumberOfSomebodyWhoDiedIsNotTold(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	b, err := c.store.ReportPatient(c.ctx, lee, c.mary, carenet.ReportDied)
	c.must(err)
	c.rest(b)
	c.leaves()
	b, err = c.store.CorrectNumber(c.ctx, lee, c.mary, "07700 900815")
	c.must(err)
	c.rest(b)
	if got := c.to(marys); len(got) != 0 {
		t.Errorf("told %q", got)
	}
}

// Alerts and sign-in links go where a colleague's number says: that is not given away.
func TestTheNumberOfStaffIsNotCorrected(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	for _, staff := range []carenet.ID{c.dana, lee.Person} {
		_, err := c.store.CorrectNumber(c.ctx, lee, staff, "07700 900816")
		c.code(carenet.Forbidden, err)
	}
	// Also of one who is a follower besides.
	_, err := c.store.AddFollower(c.ctx, c.operator(), postgres.NewFollower{
		NewPerson: postgres.NewPerson{Name: "Nurse Dana", Phone: danas}, Patient: c.mary, Scope: carenet.ScopeOf([]string{"score"}),
	})
	c.must(err)
	_, err = c.store.CorrectNumber(c.ctx, lee, c.dana, "07700 900816")
	c.code(carenet.Forbidden, err)
	if got := valueOf[int](c, c.admin(), `SELECT count(*) FROM contact_point WHERE person_id = $1 AND removed_at IS NULL`, c.dana); got != 1 {
		t.Errorf("%d numbers of hers", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'number.correct'`); n != 0 {
		t.Errorf("%d corrections on record", n)
	}
}

// Whoever waits for a sign-in link has the phone in their hand: their number is asked at
// any hour, while all else that would ask it waits for the morning.
func TestASignInAtNightAsksTheNumberAtOnce(t *testing.T) {
	c := newClinic(t)
	c.silentCircle(70)
	c.standAt(95, 23, 30)
	c.text(marys, "4")
	c.leaves()
	if got := c.to("+447700900101"); len(got) != 0 {
		t.Fatalf("an update at night asks for %q", got)
	}
	batches, err := c.store.RequestSignIn(c.ctx, "+447700900102", auth.FollowerDoor, "")
	c.must(err)
	for _, b := range batches {
		c.rest(b)
	}
	if got := c.leaves(); !slices.Equal(got, []string{"+447700900102: number_check to Ruth about "}) {
		t.Fatalf("at night: %q", got)
	}
	c.text("+447700900102", "yes")
	got := strings.Join(c.leaves(), "\n")
	if !strings.Contains(got, "+447700900102: sign_in to Ruth") || strings.Contains(got, "+447700900101") {
		t.Errorf("after her yes: %q", got)
	}
	c.standAt(96, 8, 5)
	if got := about(c.leaves(), "+447700900101"); !slices.Equal(got, []string{"+447700900101: number_check to Sam Okafor about "}) {
		t.Errorf("in the morning: %q", got)
	}
}
