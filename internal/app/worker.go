package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"howareyou/carenet"
	"howareyou/internal/limit"
	"howareyou/notify"
	"howareyou/notify/deliver"
	"howareyou/notify/queue"
	"howareyou/notify/twilio"
)

// worker is the background role: rounds, deliveries and everything that falls
// due by itself. Any number of them may run.
type worker struct {
	*parts
	provider *twilio.Client
	limiter  *limit.Limiter
	alerts   *deliver.Deliverer // has places of its own
	others   *deliver.Deliverer
	mails    []*deliver.Emailer // none without a mail server
	server   *queue.Server
	sweeper  *queue.Sweep
	asker    *queue.Sweep
	hearer   *queue.Sweep // asks the provider what it did not tell
	stop     context.CancelFunc
	running  sync.WaitGroup

	partitioned time.Time
	swept       time.Time
}

const (
	sweepEvery = time.Second
	// settleEvery is part of how long a killed worker's text waits: see ADR 11.
	settleEvery = 400 * time.Millisecond
	// bellAge is how old a batch must be before the sweep takes it: a younger
	// one is still with its bell.
	bellAge = 500 * time.Millisecond
	// lookTime bounds one look: a database that was cut off does not say so, and
	// what a flood leaves undone the next look finds.
	lookTime = time.Minute
	// chunk is how many rows one step of the sweep takes.
	chunk = 200
	// How many alerts, and how many other texts, are with the provider at once.
	alertPlaces = 8
	otherPlaces = 32
)

func startWorker(p *parts) (*worker, error) {
	w := &worker{parts: p}
	var err error
	if w.provider, err = p.provider(); err != nil {
		return nil, err
	}
	if w.limiter, err = limit.New(p.cfg.RedisURL, SystemClock, limit.Options{Logger: p.log}); err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	o := deliver.Options{Channels: map[notify.Channel]deliver.Provider{notify.Voice: w.provider.Calls()}, Budget: newBudget(w.limiter), Watch: textWatch{p.now}, Log: p.log}
	o.Low, o.High, o.Concurrency = notify.PriorityRed, notify.PriorityAlert, alertPlaces
	w.alerts = deliver.New(p.store, w.provider, o)
	o.Low, o.High, o.Concurrency = notify.PriorityReply, notify.PriorityDigest, otherPlaces
	w.others = deliver.New(p.store, w.provider, o)
	w.server, err = queue.NewServer(p.cfg.RedisURL, w.round, queue.ServerOptions{Logger: p.log})
	if err != nil {
		w.limiter.Close()
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	w.sweeper = queue.NewSweep(sweepEvery, w.look, p.log)
	p.sweep.Store(w.sweeper)
	ctx, cancel := context.WithCancel(context.Background())
	w.stop = cancel
	if err := w.startMail(ctx); err != nil {
		cancel()
		w.limiter.Close()
		return nil, err
	}
	w.running.Go(func() { w.alerts.Run(ctx) })
	w.running.Go(func() { w.others.Run(ctx) })
	w.running.Go(func() { w.sweeper.Run(ctx) })
	// By itself: a flood of lost bells must not hold up the steps of alerts.
	w.asker = queue.NewSweep(sweepEvery, w.ask, p.log)
	w.running.Go(func() { w.asker.Run(ctx) })
	keeper := queue.NewSweep(upkeepEvery, w.upkeep, p.log)
	w.running.Go(func() { keeper.Run(ctx) })
	// By itself: a provider whose list is slow to answer must hold up nothing else.
	settler := queue.NewSweep(settleEvery, w.settle, p.log)
	w.running.Go(func() { settler.Run(ctx) })
	w.hearer = queue.NewSweep(upkeepEvery, w.askAfter, p.log)
	w.running.Go(func() { w.hearer.Run(ctx) })
	// By itself, and one patient after the other: what looks at years of answers must
	// hold up nobody's text.
	tester := queue.NewSweep(sweepEvery, w.backtests, p.log)
	w.running.Go(func() { tester.Run(ctx) })
	l := &lister{store: p.store, provider: w.provider, submit: p.texts.Submit, spooling: p.spooling, now: p.now, log: p.log}
	listing := queue.NewSweep(sweepEvery, l.look, p.log)
	w.running.Go(func() { listing.Run(ctx) })
	if err := w.server.Start(); err != nil {
		w.close(context.Background())
		return nil, fmt.Errorf("start the queue's server: %w", err)
	}
	return w, nil
}

// close stops in reverse: no new work, then what is under way ends and is
// recorded.
func (w *worker) close(ctx context.Context) {
	if err := w.server.Shutdown(ctx); err != nil {
		w.log.Warn("the queue's server did not stop in time", "error", err)
	}
	w.parts.sweep.Store(nil)
	w.stop()
	w.running.Wait()
	w.provider.Close()
	w.limiter.Close()
}

// round is what a bell leads to, and the sweep for a lost one: the same function.
func (w *worker) round(ctx context.Context, batch carenet.ID) error {
	events, err := w.store.Round(ctx, batch)
	w.tell(events)
	w.kick()
	return err
}

// kick lets what is due leave.
func (w *worker) kick() {
	w.alerts.Kick()
	w.others.Kick()
	for _, m := range w.mails {
		m.Kick()
	}
}

// ask moves the alerts on whose next step is due, and tells staff again of words that
// no alert can hold.
func (w *worker) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if err := w.clockIsRight(ctx); err != nil {
		return err
	}
	return errors.Join(w.tick(ctx, w.store.TickAlerts), w.tick(ctx, w.store.TickUnread))
}

// look does all else that is due: what no bell rang for, and slots. A
// part that fails does not stop the others.
func (w *worker) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	var errs []error
	if now := w.now(); now.Sub(w.partitioned).Abs() > time.Hour {
		if err := w.store.EnsurePartitions(ctx); err != nil {
			errs = append(errs, fmt.Errorf("make partitions: %w", err))
		} else {
			w.partitioned = now
		}
	}
	batches, err := w.store.PendingBatches(ctx, bellAge, chunk)
	errs = append(errs, err)
	for _, b := range batches {
		errs = append(errs, w.round(ctx, b))
	}
	heads, err := w.store.SealAudit(ctx)
	errs = append(errs, err)
	for org, head := range heads {
		// Outside the database, so that a cut tail is found (INV-16).
		w.log.Info("audit sealed", "organisation", org, "seq", head.Seq, "head", head.String())
	}
	if err := w.clockIsRight(ctx); err != nil {
		errs = append(errs, err)
	} else {
		errs = append(errs, w.tick(ctx, w.store.TickPrompts), w.tick(ctx, w.store.TickOffers), w.tick(ctx, w.store.TickDigests),
			w.tick(ctx, w.store.TickRotas), w.tick(ctx, w.store.TickReviews),
			w.tick(ctx, w.store.TickQuestions), w.tick(ctx, w.store.TickNumberChecks))
		// A part of a list at a time, and last: enrolling thousands holds up nobody's text.
		_, err := w.once(ctx, w.store.TickImports)
		errs = append(errs, err)
	}
	w.kick()
	return errors.Join(errs...)
}

// settle looks for texts without a clear answer. How long such a text is waited
// for is measured between the clocks of two machines, so a wrong one would send
// again what is still on its way.
func (w *worker) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if err := w.clockIsRight(ctx); err != nil {
		return err
	}
	looked, err := w.others.Reconcile(ctx, chunk)
	if looked > 0 {
		w.kick()
	}
	return err
}

// tick claims what is due until nothing is, and runs what that brings about.
func (w *worker) tick(ctx context.Context, claim func(context.Context, int) (carenet.Batch, int, error)) error {
	for ctx.Err() == nil {
		if done, err := w.once(ctx, claim); err != nil || done == 0 {
			return err
		}
	}
	return ctx.Err()
}

// once claims some of what is due, and runs what that brings about.
func (w *worker) once(ctx context.Context, claim func(context.Context, int) (carenet.Batch, int, error)) (done int, err error) {
	batch, done, err := claim(ctx, chunk)
	if err == nil && len(batch.Events) > 0 {
		err = w.round(ctx, batch.ID)
	}
	return done, err
}

// maxSkew is how far this machine's clock may be from the database's before it
// is no longer trusted with what falls due (INV-6). What goes by no clock but the
// database's order goes on.
const maxSkew = 500 * time.Millisecond

// clockIsRight says what is wrong with this machine's clock, if anything is.
func (w *worker) clockIsRight(ctx context.Context) error {
	skew, trip, err := w.store.Skew(ctx, SystemClock)
	if err != nil {
		return fmt.Errorf("compare clocks: %w", err)
	}
	if skew.Abs() > maxSkew+trip/2 {
		return fmt.Errorf("this machine's clock is %s off the database's: timers wait until it is mended", skew.Round(time.Millisecond))
	}
	return nil
}
