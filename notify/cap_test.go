package notify_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// INV-10: nothing of what calls for help waits for tomorrow.
func TestINV10_TheDaysLimitHoldsBackNoCallForHelp(t *testing.T) {
	tomorrow := now.Add(15 * time.Hour)
	for _, c := range []struct {
		kind  notify.Kind
		reply carenet.Reply
		waits bool
	}{
		{notify.KindAlert, "", false},
		{notify.KindAlertTaken, "", false},
		{notify.KindStaff, "", false},
		{notify.KindReply, carenet.ReplyCrisis, false},
		{notify.KindReply, carenet.ReplyOptedOut, false},
		{notify.KindReply, carenet.ReplyAckTaken, false},
		{notify.KindReply, carenet.ReplyAckWhich, false},
		{notify.KindReply, carenet.ReplyHelp, true},
		{notify.KindReply, carenet.ReplyAskWho, true},
		{notify.KindReply, carenet.ReplyUnknown, true},
		{notify.KindUpdate, "", true},
		{notify.KindPrompt, "", true},
		{notify.KindThanks, "", true},
		{notify.KindSignIn, "", true},
	} {
		for _, cp := range []struct {
			notify.Cap
			over bool
		}{
			{notify.Cap{PerDay: 10, Planned: 10, Tomorrow: tomorrow}, true},
			{notify.Cap{PerDay: 10, Planned: 9, Tomorrow: tomorrow}, false},
			{notify.Cap{Planned: 1_000_000, Tomorrow: tomorrow}, false},
		} {
			p := notify.Planned{Kind: c.kind, Event: carenet.Event{Detail: carenet.Detail{Reply: c.reply}}, DueAt: now, ExpiresAt: now.Add(time.Hour)}
			today := p.Under(cp.Cap)
			waits := !p.DueAt.Equal(now)
			if want := c.waits && cp.over; waits != want || today == want || (p.Wait != "") != want || p.Cause != "" {
				t.Errorf("%s %s under %+v: due %s, counts today %t, %q", c.kind, c.reply, cp.Cap, p.DueAt, today, p.Wait)
			}
		}
	}
}
