package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/internal/app"
	"howareyou/notify/twiliosim"
)

// ordeal is one installation on which one fault after the other is tried, each
// with a circle of its own. Two workers run, as in every installation that may
// lose one.
type ordeal struct {
	*clinic
	whole   *testing.T // of all faults: what is started in one of them outlives it
	web     *process
	workers []*process
	fresh   []circle
}

func newOrdeal(t *testing.T, faults int, w wishes) *ordeal {
	t.Helper()
	o := &ordeal{clinic: newClinic(t, w), whole: t}
	o.env = append(o.env, "HOWAREYOU_GRACE=1s") // the last one counts
	o.fresh = o.circles(faults, 1)
	o.web, o.workers = o.start(2)
	return o
}

// next is a circle that was in no fault before; what fails from here on fails t.
func (o *ordeal) next(t *testing.T) circle {
	t.Helper()
	o.t = t
	ci := o.fresh[0]
	o.fresh = o.fresh[1:]
	return ci
}

func (c circle) begins() { c.patient.Texts(c.texts[0]) }

// ends waits until all has come to its end, and fails unless the circle heard of
// its text once.
func (o *ordeal) ends(ci circle) {
	o.t.Helper()
	o.settled()
	o.arrivedOnce([]circle{ci})
}

// dies kills every worker, as the machine's end does, and returns a function that
// starts others.
func (o *ordeal) dies() (others func()) {
	for _, w := range o.workers {
		w.kill()
	}
	return func() {
		of := o.t
		defer func() { o.t = of }()
		o.t = o.whole
		for i := range o.workers {
			o.workers[i] = o.worker()
		}
	}
}

// TestFaultsOfTheProvider: whatever the provider answers, each text arrives once,
// and its delivery comes to an end.
func TestFaultsOfTheProvider(t *testing.T) {
	t.Parallel()
	faults := []struct {
		name  string
		fault twiliosim.Fault
		end   string // of the follower's delivery
	}{
		{"F01 INV-4 429", twiliosim.Fault{Kind: twiliosim.Rate429, Count: 2}, "delivered"},
		{"F02 INV-4 500", twiliosim.Fault{Kind: twiliosim.Error500, Count: 1}, "delivered"},
		{"F03 INV-4 500 after it took the text", twiliosim.Fault{Kind: twiliosim.Error500AfterAccept, Count: 2}, "delivered"},
		{"F04 INV-4 a gateway's page with 502", twiliosim.Fault{Kind: twiliosim.HTML502, Count: 1}, "delivered"},
		{"F05 INV-4 half a 201", twiliosim.Fault{Kind: twiliosim.Truncated201, Count: 2}, "delivered"},
		{"F06 INV-4 taken, and no answer", twiliosim.Fault{Kind: twiliosim.AcceptThenTimeout, Count: 2, Delay: 4 * time.Second}, "delivered"},
		{"F07 INV-3 news before the answer", twiliosim.Fault{Kind: twiliosim.Slow, Count: 2, Delay: time.Second}, "delivered"},
		{"F08 INV-3 news dropped", twiliosim.Fault{Kind: twiliosim.DropCallback, Count: 20}, "sent"},
		{"F09 INV-3 news doubled", twiliosim.Fault{Kind: twiliosim.DuplicateCallback, Count: 8}, "delivered"},
		{"F10 INV-3 news in another order", twiliosim.Fault{Kind: twiliosim.ReorderCallback, Count: 4}, "delivered"},
		{"F11 INV-2 the webhook twice at once", twiliosim.Fault{Kind: twiliosim.DuplicateWebhook, Count: 1}, "delivered"},
	}
	o := newOrdeal(t, len(faults), wishes{})
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			ci := o.next(t)
			before := o.sim.FaultsFired()[f.fault.Kind]
			if err := o.sim.AddFault(f.fault); err != nil {
				t.Fatal(err)
			}
			defer o.sim.ClearFaults()
			ci.begins()
			ci.follower.Expects(ci.texts[0][2:])
			o.ends(ci)
			if o.sim.FaultsFired()[f.fault.Kind] == before {
				t.Error("the fault never happened: the test proves nothing")
			}
			if n := o.count(`SELECT count(*) FROM delivery d JOIN follower f ON f.id = d.follower_id
				WHERE f.id = $1 AND d.state = $2`, ci.follower.id, f.end); n != 1 {
				t.Errorf("%d deliveries to the follower ended %s, want 1", n, f.end)
			}
		})
	}
}

// TestINV4_KilledAtEachStep kills the workers with -9 where it is worst: each text
// arrives once all the same.
func TestINV4_KilledAtEachStep(t *testing.T) {
	t.Parallel()
	steps := []struct {
		name string
		to   func(o *ordeal, ci circle) // returns when the workers stand at the step
	}{
		{"F20 while they plan", func(o *ordeal, ci circle) {
			defer o.block("LOCK TABLE delivery IN EXCLUSIVE MODE", ci.begins)()
		}},
		{"F21 while they claim", func(o *ordeal, ci circle) {
			defer o.block("SELECT FROM conversation WHERE id = (SELECT conversation_id FROM contact_point WHERE person_id = (SELECT person_id FROM follower WHERE id = '"+ci.follower.id+"')) FOR UPDATE", ci.begins)()
		}},
		{"F22 while a text is on its way", func(o *ordeal, ci circle) {
			o.held.Store(true)
			ci.begins()
			o.nextOnWay()
			defer o.dies()()
			o.held.Store(false)
		}},
		{"F23 after the provider took it, before it answered", func(o *ordeal, ci circle) {
			if err := o.sim.AddFault(twiliosim.Fault{Kind: twiliosim.Slow, Count: 2, Delay: time.Minute}); err != nil {
				o.t.Fatal(err)
			}
			defer o.sim.ClearFaults()
			ci.begins()
			ci.follower.Expects(ci.texts[0][2:])
			defer o.dies()()
		}},
		{"F24 while they record the answer", func(o *ordeal, ci circle) {
			ci.begins()
			o.nextOnWay()
			defer o.block("LOCK TABLE attempt IN EXCLUSIVE MODE", func() {})()
		}},
	}
	o := newOrdeal(t, len(steps), wishes{transit: 150 * time.Millisecond})
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			ci := o.next(t)
			s.to(o, ci)
			o.ends(ci)
		})
	}
	if o.broken.Load() == 0 {
		t.Error("no text died on its way: the test proves too little")
	}
}

// block takes a lock, lets something begin, and waits until somebody stands at the
// lock. Then the workers are killed. What it returns frees the lock and starts
// others.
func (o *ordeal) block(statement string, begin func()) (free func()) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 2*patience)
	conn, err := pgx.Connect(ctx, o.db.admin)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "BEGIN; "+statement); err != nil {
		o.t.Fatal(err)
	}
	release := func() {
		_ = conn.Close(context.WithoutCancel(ctx)) // and with it the lock
		cancel()
	}
	o.t.Cleanup(release)
	begin()
	o.until("somebody waits for the lock", func() bool {
		return o.count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0
	})
	others := o.dies()
	return func() {
		release()
		others()
	}
}

// TestINV5_WhateverRedisDoes: Redis takes no writes, cuts every connection, or
// forgets everything, again and again: each text arrives once, at most 5 s late.
func TestINV5_WhateverRedisDoes(t *testing.T) {
	t.Parallel()
	const texts = 5
	ills := []struct {
		name  string
		begin []string // once
		often []string // every few milliseconds
		end   []string
	}{
		{"F30 full", []string{"CONFIG", "SET", "maxmemory", "1"}, nil, []string{"CONFIG", "SET", "maxmemory", "0"}},
		{"F31 cut at completion", nil, []string{"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}, nil},
		{"F32 flushed", nil, []string{"FLUSHALL"}, nil},
	}
	o := newOrdeal(t, texts*len(ills), wishes{})
	for _, ill := range ills {
		t.Run(ill.name, func(t *testing.T) {
			var all []circle
			for range texts {
				all = append(all, o.next(t))
			}
			conn, err := dialRedis(o.redis)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.close()
			do := func(command []string) {
				if len(command) == 0 {
					return
				}
				if _, err := conn.do(command...); err != nil {
					t.Errorf("%v: %v", command, err)
				}
			}
			do(ill.begin)
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				beat := time.NewTicker(5 * time.Millisecond)
				defer beat.Stop()
				for {
					select {
					case <-beat.C:
						do(ill.often)
					case <-stop:
						return
					}
				}
			}()
			for _, ci := range all {
				ci.begins()
				if late := ci.follower.Expects(ci.texts[0][2:]).After(ci.patient); late > 5*time.Second {
					t.Errorf("the follower heard after %s, want at most 5s", late)
				}
			}
			close(stop)
			<-stopped
			do(ill.end)
			o.settled()
			o.arrivedOnce(all)
		})
	}
}

// TestINV6_ManyWorkersAskOnce: three workers tick at the same slot, and each
// patient is asked once.
func TestINV6_ManyWorkersAskOnce(t *testing.T) {
	t.Parallel()
	k := &clock{}
	f := family{clinic: newClinic(t, wishes{now: k.now})}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	slot := k.now().Add(3 * time.Hour).Truncate(time.Minute)
	var all []*phone
	for i := range 25 {
		all = append(all, f.patient(fmt.Sprintf("Patient%02d", i), fmt.Sprintf("+4477009011%02d", i), "--at", slot.In(london).Format("15:04")))
	}
	m := f.move(k)
	for _, more := range []string{"second", "third"} {
		f.run(k, more, app.Roles{Worker: true})
	}
	m.to(slot.Add(-time.Minute))
	for _, p := range all {
		p.ExpectsNothingMore()
	}
	m.to(slot)
	for _, p := range all {
		p.Expects("How are you overall today")
	}
	m.on(time.Minute)
	m.nobodyElse()
	if n := m.count("SELECT count(*) FROM prompt"); n != len(all) {
		t.Errorf("%d prompts for %d patients", n, len(all))
	}
}
