package e2e

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/notify/twiliosim"
)

// GetsNoTexts makes the handset one that no text reaches, such as a landline.
func (p *phone) GetsNoTexts() {
	p.c.t.Helper()
	if err := p.c.sim.AddFault(twiliosim.Fault{Kind: "undeliverable_30006", Rate: 1, To: p.number}); err != nil {
		p.c.t.Fatal(err)
	}
}

// Answers says how the handset answers calls from now on.
func (p *phone) Answers(how, digits string) {
	p.c.t.Helper()
	if err := p.c.sim.AnswerAll(p.number, twiliosim.Answer{Answer: how, Digits: digits}); err != nil {
		p.c.t.Fatal(err)
	}
}

// IsCalled waits for the end of the handset's n-th call.
func (p *phone) IsCalled(n int) twiliosim.Call {
	p.c.t.Helper()
	ctx, cancel := context.WithTimeout(p.c.t.Context(), patience)
	defer cancel()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for {
		calls := slices.DeleteFunc(p.c.sim.Calls(), func(c twiliosim.Call) bool { return c.To != p.number })
		if len(calls) >= n && calls[n-1].Status == "completed" {
			return calls[n-1]
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			p.c.fail("%s was not called for the time %d: %+v", p.name, n, calls)
		}
	}
}

// expectsCall fails unless the sentences that the call said hold these words, one
// after another, and no more of them.
func (p *phone) expectsCall(c twiliosim.Call, said ...string) {
	p.c.t.Helper()
	if len(c.Said) != len(said) {
		p.c.fail("%s heard %q, want %d sentences", p.name, c.Said, len(said))
	}
	for i, words := range said {
		if !strings.Contains(c.Said[i], words) {
			p.c.fail("%s heard %q, which does not hold %q", p.name, c.Said[i], words)
		}
	}
}

// INV-9: an alert whose text reaches nobody leads to a call; a key in it takes the
// alert, and everybody else is told.
func TestINV9_AnAlertThatNoTextBringsIsACall(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	kim := f.clinician("Nurse Kim", "+447700900203", "responder")
	f.dana.GetsNoTexts()
	f.dana.Answers("human", "14")
	f.start(1)

	f.mary.Texts("chest pain")
	kim.Expects("Alert 1", "Mary O")
	call := f.dana.IsCalled(1)
	f.dana.expectsCall(call, "Alert 1 is for Nurse Dana", "Alert 1 is about Mary O", "You have taken alert 1")
	if strings.Contains(call.Said[0], "Mary") {
		f.fail("before a key was pressed the call said %q", call.Said[0])
	}
	kim.Expects("Nurse Dana has taken alert 1")
	f.settled()
	if n := f.count(`SELECT count(*) FROM delivery WHERE kind = 'alert' AND channel = 'voice' AND state = 'delivered' AND reason LIKE 'the text could not be delivered: %'`); n != 1 {
		f.fail("%d calls were heard", n)
	}
	if n := f.count(`SELECT count(*) FROM alert WHERE state = 'acknowledged'`); n != 1 {
		f.fail("%d alerts are taken", n)
	}
	if n := len(f.sim.Calls()); n != 1 {
		f.fail("%d calls were placed", n)
	}
}

// INV-9: another key passes the alert on: everybody is asked at once.
func TestINV9_AnAlertIsPassedOnInACall(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	lee := f.clinician("Dr Lee", "+447700900202", "coordinator")
	f.dana.GetsNoTexts()
	f.dana.Answers("human", "6")
	f.start(1)

	f.mary.Texts("chest pain")
	f.dana.expectsCall(f.dana.IsCalled(1), "Alert 1 is for Nurse Dana", "Everybody is asked now")
	lee.Expects("Alert 1", "Mary O")
	if n := f.count(`SELECT count(*) FROM alert WHERE state = 'open'`); n != 1 {
		f.fail("%d alerts are open", n)
	}
}

// INV-9: an answering machine is nobody. It hears nothing of anybody, the alert stays
// open, and they are called again.
func TestINV9_AnAnsweringMachineIsNobody(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.dana.GetsNoTexts()
	f.dana.Answers("machine", "4")
	f.start(1)

	f.mary.Texts("chest pain")
	call := f.dana.IsCalled(1)
	f.dana.expectsCall(call, "with a message for Nurse Dana")
	if strings.Contains(call.Said[0], "Mary") || strings.Contains(call.Said[0], "lert") {
		f.fail("the machine recorded %q", call.Said[0])
	}
	f.until("the call waits for another try", func() bool {
		return f.count(`SELECT count(*) FROM delivery WHERE channel = 'voice' AND state = 'queued' AND cause = 'an answering machine took the call'`) == 1
	})
	if n := f.count(`SELECT count(*) FROM alert WHERE state = 'open'`); n != 1 {
		f.fail("%d alerts are open", n)
	}
}

// INV-9, INV-4: a call whose fate is not known at first is found in the provider's
// list and not placed twice.
func TestINV9_ACallThatWasAcceptedUnseenIsFound(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.dana.Answers("human", "4")
	f.start(1)
	f.dana.Texts("STOP")
	f.dana.Expects("no more texts")
	f.settled()
	for _, kind := range []string{twiliosim.Error500AfterAccept, twiliosim.DropCallback} {
		if err := f.sim.AddFault(twiliosim.Fault{Kind: kind, Rate: 1}); err != nil {
			t.Fatal(err)
		}
	}
	f.mary.Texts("chest pain")
	f.dana.expectsCall(f.dana.IsCalled(1), "Alert 1 is for Nurse Dana", "You have taken alert 1")
	f.sim.ClearFaults()
	f.settled()
	if n := len(f.sim.Calls()); n != 1 {
		f.fail("%d calls were placed", n)
	}
}
