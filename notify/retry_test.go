package notify_test

import (
	"testing"

	"howareyou/notify"
)

// INV-4: a person's second try never follows one that may have been accepted.
func TestINV4_WhatMayHaveBeenAcceptedIsNotTriedAgain(t *testing.T) {
	all := []notify.AttemptState{notify.AttemptSending, notify.AttemptUncertain, notify.AttemptSent, notify.AttemptDelivered, notify.AttemptFailed, notify.AttemptAbandoned}
	over := map[notify.AttemptState]bool{notify.AttemptFailed: true, notify.AttemptAbandoned: true}
	for _, state := range []notify.State{notify.Queued, notify.Sending, notify.Uncertain, notify.Sent, notify.Delivered, notify.Failed, notify.Expired, notify.Withdrawn, notify.NeedsHuman} {
		ended := state == notify.Failed || state == notify.Expired || state == notify.NeedsHuman
		for _, first := range all {
			for _, second := range all {
				for _, stopped := range []bool{false, true} {
					ok, why := notify.MayRetry(state, []notify.AttemptState{first, second}, stopped)
					if want := ended && over[first] && over[second] && !stopped; ok != want || ok == (why != "") {
						t.Errorf("%s after %s and %s, stopped %t: %t, %q", state, first, second, stopped, ok, why)
					}
				}
			}
		}
		if ok, _ := notify.MayRetry(state, nil, false); ok != ended {
			t.Errorf("%s without a try: %t", state, ok)
		}
	}
}
