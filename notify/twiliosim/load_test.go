package twiliosim_test

import (
	"fmt"
	"sync"
	"testing"

	"howareyou/notify/twiliosim"
)

// Under load and with faults in the mix nothing accepted is lost on the way to
// its phone, and each message's callbacks keep their order.
func TestLoad(t *testing.T) {
	const senders, each = 20, 20
	w := newWorld(t)
	w.fault(twiliosim.Fault{Kind: "error_500_after_accept", Rate: 0.1, Seed: 1})
	w.fault(twiliosim.Fault{Kind: "truncated_201", Rate: 0.1, Seed: 1})
	var all sync.WaitGroup
	for i := range senders {
		phone := fmt.Sprintf("+4477009100%02d", i)
		all.Go(func() {
			for n := range each {
				p := w.text(phone, fmt.Sprint(n)).SetStatusCallback(fmt.Sprintf("%s/status?m=%d-%d", w.product.URL, i, n))
				_, _ = w.api.CreateMessage(p) // every fault here accepts first
			}
		})
	}
	all.Wait()
	w.idle()
	for i := range senders {
		if got := len(w.Messages(fmt.Sprintf("+4477009100%02d", i))); got != each {
			t.Errorf("phone %d shows %d texts", i, got)
		}
		for n := range each {
			if got := w.product.statuses(fmt.Sprintf("/status?m=%d-%d", i, n)); got != "queued sending sent delivered" {
				t.Errorf("message %d-%d: %s", i, n, got)
			}
		}
	}
}

// One send over HTTP through Twilio's library, with its four callbacks.
func BenchmarkMessage(b *testing.B) {
	w := newWorld(b)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := w.api.CreateMessage(w.text(mary, "Hello")); err != nil {
				b.Error(err)
			}
		}
	})
	if err := w.Idle(b.Context()); err != nil {
		b.Error(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}
