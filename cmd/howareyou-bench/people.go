package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/internal/postgres/pgyard"
	"howareyou/internal/rig"
)

// clinic is one organisation with its patients, who are asked once a day.
type clinic struct {
	store *postgres.Store
	clock *atomic.Int64 // unix microseconds: the store's time
	slot  time.Time     // when the patients are asked today; it has passed
	org   carenet.ID
}

// An hour ago at the latest: late prompts are not sent.
const slotAgo = 5 * time.Minute

// newClinic opens the organisation on the day before the first slot that will
// be asked for: daysBack 0 makes today's slot the first.
func newClinic(ctx context.Context, g *rig.Ground, daysBack int) (*clinic, error) {
	c := &clinic{clock: new(atomic.Int64), slot: time.Now().UTC().Add(-slotAgo).Truncate(time.Minute)}
	c.at(c.slot.AddDate(0, 0, -daysBack).Add(-time.Hour))
	var err error
	c.store, err = g.OpenStore(ctx, func() time.Time { return time.UnixMicro(c.clock.Load()) })
	if err != nil {
		return nil, err
	}
	c.org, err = c.store.AddOrganisation(ctx, postgres.NewOrganisation{
		PerMinute: postgres.NoLimit, Name: "Bench", Zone: "Etc/UTC", Language: "en", Region: "GB",
		EmergencyNumber: "999", Sender: rig.Service,
	})
	if err != nil {
		c.store.Close()
		return nil, err
	}
	return c, nil
}

func (c *clinic) at(t time.Time) { c.clock.Store(t.UnixMicro()) }

func (c *clinic) actor() carenet.Actor {
	return carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
}

// phone is the number of the n-th person of a kind: 070 00 is assigned to
// nobody, and no text leaves this machine.
func phone(kind, n int) string { return fmt.Sprintf("+4470000%d%04d", kind, n) }

// The kinds of people, as digits of their numbers. Ten thousand of each.
const (
	patients  = 1
	followers = 2
	maxPeople = 10_000
)

// enrol adds n patients, each with a follower who sees score and words if asked.
// The planner learns early what the tables are like, as it does by itself in the
// minutes that people at a keyboard take.
func (c *clinic) enrol(ctx context.Context, yard *pgyard.Yard, n int, followed bool) error {
	if n > maxPeople {
		return fmt.Errorf("%d patients are more than there are numbers for", n)
	}
	for done := 0; done < n; {
		part := min(max(200, done), n-done)
		if err := c.add(ctx, done, part, followed); err != nil {
			return err
		}
		if err := yard.Analyze(ctx); err != nil {
			return err
		}
		done += part
	}
	return nil
}

func (c *clinic) add(ctx context.Context, first, n int, followed bool) error {
	return parallel(ctx, 8, n, func(ctx context.Context, i int) error {
		i += first
		id, err := c.store.AddPatient(ctx, c.actor(), postgres.NewPatient{
			NewPerson: postgres.NewPerson{Name: fmt.Sprintf("Pat Number%d", i), Phone: phone(patients, i)},
			LocalTime: c.slot.Format("15:04"),
		})
		if err != nil || !followed {
			return err
		}
		scope, err := carenet.ParseScope("score,words")
		if err != nil {
			return err
		}
		_, err = c.store.AddFollower(ctx, c.actor(), postgres.NewFollower{
			NewPerson: postgres.NewPerson{Name: fmt.Sprintf("Sam Number%d", i), Phone: phone(followers, i)},
			Patient:   id, Scope: scope,
		})
		return err
	})
}

// ask opens the prompts of the day that lies so far back, as a worker would.
func (c *clinic) ask(ctx context.Context, daysBack int) error {
	c.at(c.slot.AddDate(0, 0, -daysBack).Add(time.Minute))
	for {
		_, done, err := c.store.TickPrompts(ctx, 1000)
		if err != nil || done == 0 {
			return err
		}
	}
}

// parallel runs jobs on so many goroutines and returns the first error.
func parallel(ctx context.Context, workers, jobs int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for i := int(next.Add(1)) - 1; i < jobs && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}
