package e2e

import (
	"testing"
	"time"

	"howareyou/notify/twiliosim"
)

// INV-14: a question never reached the handset, and the callback that says so got
// lost. The provider is asked; nobody waits for an answer to what was never read.
func TestINV14_WhatTheProviderDidNotTellIsAskedFor(t *testing.T) {
	t.Parallel()
	k := &clock{}
	f := newFamily(t, wishes{now: k.now})
	m := f.move(k)
	f.mary.GetsNoTexts()
	if err := f.sim.AddFault(twiliosim.Fault{Kind: twiliosim.DropCallback, Rate: 1}); err != nil {
		t.Fatal(err)
	}
	m.to(m.slot())
	const prompt = `SELECT count(*) FROM delivery d JOIN prompt p ON p.patient_id = d.patient_id WHERE d.kind = 'prompt' AND `
	if n := m.count(prompt + `d.state = 'sent' AND p.handing = 'handed'`); n != 1 {
		t.Fatalf("%d questions are sent", n)
	}
	m.on(16 * time.Minute)
	if n := m.count(prompt + `d.state = 'failed' AND p.handing = 'refused'`); n != 1 {
		t.Errorf("%d questions are known not to have come", n)
	}
}
