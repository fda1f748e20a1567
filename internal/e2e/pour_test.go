package e2e

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// pour is traffic that goes on while a test does something to the service.
type pour struct {
	c       *clinic
	begun   chan int // the number of each text, as it is begun; never far ahead of the test
	running sync.WaitGroup

	refused, unanswered, givenUp atomic.Int64 // tries answered with an error, or not at all; texts never taken
}

// ahead is how many texts may be begun while the test does something else, so
// that there is always traffic left.
const ahead = 10

// pour posts the texts of all circles, one after the other for each patient, as
// a provider that tries again until its webhook is taken.
func (c *clinic) pour(all []circle, pause time.Duration) *pour {
	p := &pour{c: c, begun: make(chan int, ahead)}
	p.running.Go(func() {
		ctx, cancel := context.WithTimeout(c.t.Context(), 3*patience)
		defer cancel()
		defer close(p.begun)
		var texts sync.WaitGroup
		defer texts.Wait()
		before := map[*phone]chan struct{}{} // closed when the patient's last text is in
		beat := time.NewTicker(pause)
		defer beat.Stop()
		number := 0
		for n := range all[0].texts {
			for _, ci := range all {
				<-beat.C
				w, last, taken := c.textWebhook(ci.patient.number, ci.texts[n]), before[ci.patient], make(chan struct{})
				before[ci.patient] = taken
				texts.Go(func() {
					defer close(taken)
					if last != nil {
						<-last
					}
					p.insist(ctx, w)
				})
				p.begun <- number
				number++
			}
		}
	})
	return p
}

// insist delivers a webhook until it is taken.
func (p *pour) insist(ctx context.Context, w webhook) {
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	for {
		switch status := w.deliver(ctx); status {
		case http.StatusOK:
			return
		case http.StatusServiceUnavailable:
			p.refused.Add(1)
		case 0:
			p.unanswered.Add(1)
		default:
			p.c.t.Errorf("a webhook is answered with %d", status)
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			p.givenUp.Add(1)
			return
		}
	}
}

// reached waits until text number n has been begun, or all have.
func (p *pour) reached(n int) {
	for number := range p.begun {
		if number == n {
			return
		}
	}
}

// done waits until every text is taken.
func (p *pour) done() {
	p.c.t.Helper()
	p.reached(-1)
	p.running.Wait()
	if n := p.givenUp.Load(); n > 0 {
		p.c.fail("%d texts were never taken in", n)
	}
}
