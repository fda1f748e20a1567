package twilio

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"howareyou/notify"
)

// A process that stood still between the start of a call and its writing must not
// write any more: others have taken the text over. It may stand still with its
// machine, whose steady clock then stands still as well.
func TestINV4_NothingIsWrittenOnceTheCallsTimeIsOver(t *testing.T) {
	var stood, requests atomic.Int64
	for name, clock := range map[string]func() time.Time{
		"the process": func() time.Time { return time.Now().Add(time.Duration(stood.Load())) },
		"the machine": func() time.Time {
			now := time.Now()
			return now.Round(0).Add(time.Duration(stood.Load()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := provider(t, Config{Clock: clock}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				answer(201, `{"sid":"`+goodSID+`","status":"queued"}`)(w, r)
			}))
			send := func() notify.SendOutcome {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				return client.Send(ctx, outbound())
			}
			for _, step := range []struct {
				what  string
				stood time.Duration
				want  notify.SendClass
				asks  int64
			}{
				{"stood still, on a new connection", 90 * time.Second, notify.Retry, 0},
				{"in time", 0, notify.Accepted, 1},
				{"stood still, on a connection that was kept", 90 * time.Second, notify.Retry, 0},
				{"in time again", 0, notify.Accepted, 1},
			} {
				stood.Store(int64(step.stood))
				before := requests.Load()
				out := send()
				if asked := requests.Load() - before; out.Class != step.want || asked != step.asks {
					t.Errorf("%s: %s (%s) after %d requests, want %s after %d", step.what, out.Class, out.Detail, asked, step.want, step.asks)
				}
			}
		})
	}
}
