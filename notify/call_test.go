package notify_test

import (
	"testing"
	"time"

	"howareyou/notify"
)

func TestCallNews(t *testing.T) {
	rules, began := notify.DefaultRules, now
	sid := "CA0123456789abcdef0123456789abcdef"
	for _, c := range []struct {
		what     string
		attempt  notify.Attempt
		report   notify.StatusReport
		state    notify.AttemptState
		delivery notify.State
		cause    string
		wait     time.Duration
	}{
		{"it rings", notify.Attempt{}, notify.StatusReport{Status: "ringing"}, notify.AttemptSent, notify.Sent, "", 0},
		{"old news", notify.Attempt{State: notify.AttemptSent, Rank: 3}, notify.StatusReport{Status: "ringing"}, "", "", "", 0},
		{"somebody answers", notify.Attempt{State: notify.AttemptSent, Rank: 2}, notify.StatusReport{Status: "in-progress", Heard: notify.HeardPart}, notify.AttemptSent, notify.Sent, "", 0},
		{"a key is pressed", notify.Attempt{State: notify.AttemptSent, Rank: 3, Heard: notify.HeardPart}, notify.StatusReport{Status: "in-progress", Heard: notify.HeardKey}, notify.AttemptDelivered, notify.Delivered, "", 0},
		{"all was said to a human", notify.Attempt{State: notify.AttemptSent, Rank: 3, Heard: notify.HeardPart}, notify.StatusReport{Status: "in-progress", Heard: notify.HeardAll}, notify.AttemptDelivered, notify.Delivered, "", 0},
		{"a key in a call whose end was faster", notify.Attempt{State: notify.AttemptAbandoned, Rank: 4}, notify.StatusReport{Status: "in-progress", Heard: notify.HeardKey}, notify.AttemptDelivered, notify.Delivered, "", 0},
		{"an end after the end", notify.Attempt{State: notify.AttemptDelivered, Rank: 5, Heard: notify.HeardKey}, notify.StatusReport{Status: "completed"}, "", "", "", 0},
		{"INV-9 a machine was told nothing", notify.Attempt{State: notify.AttemptSent, Rank: 3, Heard: notify.HeardMachine}, notify.StatusReport{Status: "completed"}, notify.AttemptAbandoned, notify.Queued, "an answering machine took the call", time.Minute},
		{"INV-9 who hung up was told nothing", notify.Attempt{State: notify.AttemptSent, Rank: 3, Heard: notify.HeardPart}, notify.StatusReport{Status: "completed"}, notify.AttemptAbandoned, notify.Queued, "somebody hung up before all was said", time.Minute},
		{"INV-9 completed alone says nothing", notify.Attempt{}, notify.StatusReport{Status: "completed"}, notify.AttemptAbandoned, notify.Queued, "the call ended before anything was said", time.Minute},
		{"nobody answers", notify.Attempt{}, notify.StatusReport{Status: "no-answer"}, notify.AttemptAbandoned, notify.Queued, "nobody answered", time.Minute},
		{"busy for the second time", notify.Attempt{Past: notify.Past{Failed: 1}}, notify.StatusReport{Status: "busy"}, notify.AttemptAbandoned, notify.Queued, "the line was busy", 2 * time.Minute},
		{"nobody answers three calls", notify.Attempt{Past: notify.Past{Failed: 2}}, notify.StatusReport{Status: "no-answer"}, notify.AttemptAbandoned, notify.Failed, "called 3 times: nobody answered", 0},
		{"a call that may have been answered counts", notify.Attempt{Past: notify.Past{Failed: 1, Unclear: 1}}, notify.StatusReport{Status: "busy"}, notify.AttemptAbandoned, notify.Failed, "called 3 times: the line was busy", 0},
		{"not put through", notify.Attempt{}, notify.StatusReport{Status: "failed"}, notify.AttemptAbandoned, notify.Queued, "the call could not be put through", time.Minute},
		{"never put through", notify.Attempt{}, notify.StatusReport{Status: "failed", Code: 21211}, notify.AttemptFailed, notify.Failed, "the call could not be put through: the recipient's number is not valid", 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			c.attempt.Channel, c.attempt.Kind, c.report.SID = notify.Voice, notify.KindAlert, sid
			c.attempt.ExpiresAt = began.Add(24 * time.Hour)
			if c.attempt.State == "" {
				c.attempt.State = notify.AttemptSending
			}
			v := rules.AfterStatus(c.attempt, c.report, now)
			if v.Attempt != c.state || v.Delivery != c.delivery || v.Cause != c.cause {
				t.Errorf("%s, %s because %q", v.Attempt, v.Delivery, v.Cause)
			}
			if c.wait > 0 && !v.NextTryAt.Equal(now.Add(c.wait)) {
				t.Errorf("tried again at %s", v.NextTryAt)
			}
			if v.Delivery == notify.Failed && !v.TellsStaff {
				t.Error("nobody is told of the end")
			}
			if again := rules.AfterStatus(notify.Attempt{State: v.Attempt, Rank: v.Rank, Heard: v.Heard, Channel: notify.Voice, ExpiresAt: c.attempt.ExpiresAt}, c.report, now); v.Attempt != "" && again.Attempt != "" {
				t.Errorf("the same news twice: %+v", again)
			}
		})
	}
}
