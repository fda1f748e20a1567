package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

func TestAMachineThatAnswersUsIsNotAnsweredForEver(t *testing.T) {
	c := newClinic(t)
	answers := 0
	for range 9 {
		c.text("+447700900101", "We are closed today")
		for _, s := range c.sent() {
			if strings.HasPrefix(s, "+447700900101") {
				answers++
			}
		}
		c.advance(time.Minute)
	}
	if answers != 5 {
		t.Errorf("%d automatic answers within the hour, want 5", answers)
	}
	c.advance(time.Hour)
	c.text("+447700900101", "when is the fair?")
	if got := c.sent(); len(got) != 2 {
		t.Errorf("an hour later: %q", got)
	}
	// One that says what it is gets no answer at all.
	c.text("+447700900101", "Automatic reply: I am on holiday until Monday")
	if got := c.sent(); len(got) != 0 {
		t.Errorf("answered a machine: %q", got)
	}
}

func TestINV10_CrisisOnASharedPhoneCallsStaffForEach(t *testing.T) {
	c := newClinic(t)
	op := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	_, err := c.store.AddPatient(c.ctx, op, postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "John Okafor", Phone: "+447700900001"}, LocalTime: "09:00"})
	c.must(err)
	c.text("+447700900001", "I want to die")
	got := c.sent()
	about := func(who string) bool {
		return slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "alert to Nurse Dana about "+who) })
	}
	if !about("Mary Okafor") || !about("John Okafor") || !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "reply=crisis") }) {
		t.Errorf("sent %q", got)
	}
}

func TestACorrectionOfAPrivateAnswerStaysPrivate(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "PRIVATE 2")
	c.sent()
	c.advance(5 * time.Minute)
	c.text("+447700900001", "3")
	c.expect("+447700900001: thanks to Mary Okafor about Mary Okafor score=3")
}

func TestAWrongNumberIsNobodysAnswerUntilItIsStarted(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "You have the wrong number")
	c.text("+447700900001", "2")
	c.expect()
	c.text("+447700900001", "START")
	c.sent()
	c.text("+447700900001", "2")
	if got := c.sent(); len(got) != 3 {
		t.Errorf("after START: %q", got)
	}
}

// The step's only responder has stopped our texts: somebody else is asked now,
// not when the alert climbs.
func TestINV9_AStoppedResponderIsPassedOver(t *testing.T) {
	c := newClinic(t)
	op := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	_, err := c.store.AddClinician(c.ctx, op, postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Dr Lee", Phone: "+447700900202"}, Roles: []string{"coordinator"}})
	c.must(err)
	c.text("+447700900201", "STOP")
	c.sent()
	c.text("+447700900001", "I want to die")
	if got := c.sent(); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "+447700900202: alert to Dr Lee") }) {
		t.Errorf("sent %q", got)
	}
}
