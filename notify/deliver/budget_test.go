package deliver_test

import (
	"cmp"
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"howareyou/notify"
	"howareyou/notify/deliver"
)

// purse is a budget of so many texts at once, and of so many a second.
type purse struct {
	mu       sync.Mutex
	has      int
	every    time.Duration
	wait     time.Duration // what it says; every when zero
	returned int
}

func (p *purse) Take(_ context.Context, _ notify.Due, n int) (int, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	got := min(n, p.has)
	p.has -= got
	if got < n {
		time.AfterFunc(p.every, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.has++
		})
	}
	return got, cmp.Or(p.wait, p.every+time.Nanosecond)
}

func (p *purse) Return(_ notify.Due, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.has += n
	p.returned += n
}

// What a rate holds back leaves when it may, without anybody's kick.
func TestARateHoldsTextsBackAndLetsThemGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := &counter{due: texts(10)}, &purse{has: 3, every: time.Second}
		d, stop := running(t, s, &network{}, deliver.Options{Budget: p})
		d.Kick()
		synctest.Wait()
		if got := s.recorded(); got != 3 {
			t.Errorf("%d left at once, want 3", got)
		}
		<-time.After(20 * time.Second)
		synctest.Wait()
		if got := s.recorded(); got != 10 {
			t.Errorf("%d left after 20 s at one a second, want all 10", got)
		}
		stop()
	})
}

// However often it is kicked while a rate holds everything back, it looks again
// at the rate's pace and no faster.
func TestARateIsNotAskedAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := &counter{due: texts(1000)}, &purse{every: time.Hour}
		p.wait = time.Second
		d, stop := running(t, s, &network{}, deliver.Options{Budget: p})
		for range 300 {
			d.Kick()
			<-time.After(70 * time.Millisecond)
		}
		s.mu.Lock()
		before := s.asked
		s.mu.Unlock()
		<-time.After(30 * time.Second)
		synctest.Wait()
		s.mu.Lock()
		asked := s.asked - before
		s.mu.Unlock()
		if asked < 25 || asked > 35 {
			t.Errorf("asked %d times in 30 s, want about one a second", asked)
		}
		stop()
	})
}

// A deliverer of alerts beside one of updates: while every place of the others
// waits for a provider that is slow, an alert leaves at once.
func TestAnAlertFindsAPlaceWhileAllOthersAreTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &network{takes: evenly(2 * time.Second)}
		updates, alerts := &counter{due: texts(500)}, &counter{}
		u, stopUpdates := running(t, updates, slow, deliver.Options{Low: notify.PriorityReply, High: notify.PriorityDigest, Concurrency: 32})
		a, stopAlerts := running(t, alerts, slow, deliver.Options{Low: notify.PriorityRed, High: notify.PriorityAlert, Concurrency: 8})
		u.Kick()
		synctest.Wait()
		alerts.mu.Lock()
		alerts.due = texts(1)
		alerts.mu.Unlock()
		began := time.Now()
		a.Kick()
		synctest.Wait()
		slow.mu.Lock()
		flying := slow.inFlight
		slow.mu.Unlock()
		if flying != 33 || time.Since(began) > 0 {
			t.Errorf("%d in flight after %s, want the alert beside 32 updates at once", flying, time.Since(began))
		}
		stopAlerts()
		stopUpdates()
	})
}
