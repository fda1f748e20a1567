package queue

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sweepFor runs a sweep for a while of the fake clock.
func sweepFor(t *testing.T, d time.Duration, s *Sweep, meanwhile func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var run sync.WaitGroup
	run.Go(func() { s.Run(ctx) })
	meanwhile()
	run.Wait()
}

func TestSweepLooksAtOnceAndAboutEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var looks []time.Duration
		s := NewSweep(time.Second, func(context.Context) error {
			looks = append(looks, time.Since(start))
			return nil
		}, nil)
		sweepFor(t, 100*time.Second, s, func() {})
		if looks[0] != 0 {
			t.Errorf("the first look came after %v", looks[0])
		}
		different := map[time.Duration]bool{}
		for i := range looks[1:] {
			gap := looks[i+1] - looks[i]
			if gap < 900*time.Millisecond || gap > 1100*time.Millisecond {
				t.Errorf("a gap of %v", gap)
			}
			different[gap] = true
		}
		if len(looks) < 90 || len(different) < 10 {
			t.Errorf("%d looks, %d different gaps in 100 s", len(looks), len(different))
		}
	})
}

func TestSweepWakesAtAKick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var looks []time.Duration
		s := NewSweep(time.Hour, func(context.Context) error {
			looks = append(looks, time.Since(start))
			return nil
		}, nil)
		sweepFor(t, time.Minute, s, func() {
			synctest.Wait()
			<-time.After(time.Second)
			for range 100 {
				s.Kick()
			}
		})
		// One at the start, and for the hundred kicks one, or two when a look
		// began while they still came in.
		if len(looks) < 2 || len(looks) > 3 || looks[1] != time.Second {
			t.Errorf("looked at %v", looks)
		}
	})
}

func TestSweepDoesNotMissAKickDuringALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		var s *Sweep
		s = NewSweep(time.Hour, func(context.Context) error {
			if looks++; looks == 1 {
				s.Kick() // what was committed now may have been passed already
			}
			return nil
		}, nil)
		sweepFor(t, time.Minute, s, func() {})
		if looks != 2 {
			t.Errorf("%d looks", looks)
		}
	})
}

func TestSweepNeverLooksTwiceAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks, under := 0, 0
		s := NewSweep(10*time.Millisecond, func(context.Context) error {
			looks++
			if under++; under > 1 {
				t.Error("two looks at the same time")
			}
			<-time.After(25 * time.Millisecond)
			under--
			return nil
		}, nil)
		sweepFor(t, 10*time.Second, s, func() {
			sweepFor(t, 5*time.Second, s, func() {})
		})
		if looks < 200 {
			t.Errorf("%d looks in 10 s", looks)
		}
	})
}

func TestSweepGoesOnAfterFailureAndPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		looks := 0
		s := NewSweep(time.Second, func(context.Context) error {
			switch looks++; looks {
			case 1:
				return errors.New("the database is away")
			case 2:
				panic("Mary")
			}
			return nil
		}, slog.New(slog.NewTextHandler(&log, nil)))
		sweepFor(t, 10*time.Second, s, func() {})
		if looks < 9 {
			t.Errorf("%d looks", looks)
		}
		if got := log.String(); !strings.Contains(got, "database is away") || !strings.Contains(got, "sweep panicked") || strings.Contains(got, "Mary") {
			t.Errorf("the log says %s", got)
		}
	})
}
