// Package deliver hands due texts to the provider: it claims, sends outside any
// transaction, records what came of it, and looks for what got no clear answer.
package deliver

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"howareyou/notify"
)

// Store is where deliveries are claimed and their outcomes are kept.
type Store interface {
	Claim(ctx context.Context, limit int) (claims []notify.Claim, done int, err error)
	RecordOutcomes(ctx context.Context, outcomes []notify.Outcome) error
	Unsettled(ctx context.Context, limit int) ([]notify.Unsettled, error)
	BoundSIDs(ctx context.Context, sids []string) (map[string]bool, error)
	SettleListed(ctx context.Context, u notify.Unsettled, found *notify.ListedText) error
}

// Provider takes texts and lists those it has.
type Provider interface {
	Send(ctx context.Context, text notify.OutboundText) notify.SendOutcome
	List(ctx context.Context, to string, since time.Time) ([]notify.ListedText, error)
}

// Deliverer sends what is due, at most Concurrency texts at once. Any number of
// them may run, in any number of processes.
type Deliverer struct {
	store       Store
	provider    Provider
	log         *slog.Logger
	concurrency int
	lease       time.Duration
	kick        chan struct{}
}

// Options configure a Deliverer.
type Options struct {
	Concurrency int           // texts in flight at once; 32 when zero
	Lease       time.Duration // how long one try may take; the rules' lease when zero
	Log         *slog.Logger
}

// New makes a Deliverer; Run starts it.
func New(store Store, provider Provider, o Options) *Deliverer {
	if o.Concurrency == 0 {
		o.Concurrency = 32
	}
	if o.Lease == 0 {
		o.Lease = notify.DefaultRules.Lease
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Deliverer{
		store: store, provider: provider, log: o.Log, concurrency: o.Concurrency, lease: o.Lease,
		kick: make(chan struct{}, 1),
	}
}

// Kick says that something may be due now. It never blocks.
func (d *Deliverer) Kick() {
	select {
	case d.kick <- struct{}{}:
	default:
	}
}

// Run claims and sends whenever it is kicked, until ctx ends; then it waits for
// what is in flight and records it.
func (d *Deliverer) Run(ctx context.Context) {
	outcomes := make(chan notify.Outcome, d.concurrency)
	slots := make(chan struct{}, d.concurrency)
	recorded := make(chan struct{})
	go func() {
		defer close(recorded)
		d.record(context.WithoutCancel(ctx), outcomes, slots)
	}()
	var flying sync.WaitGroup
	for {
		select {
		case <-ctx.Done():
			flying.Wait()
			close(outcomes)
			<-recorded
			return
		case <-d.kick:
			d.drain(ctx, slots, &flying, outcomes)
		}
	}
}

// drain claims until nothing more is due or all slots are taken; a text that
// comes back kicks again.
func (d *Deliverer) drain(ctx context.Context, slots chan struct{}, flying *sync.WaitGroup, outcomes chan<- notify.Outcome) {
	for ctx.Err() == nil {
		free := cap(slots) - len(slots)
		if free == 0 {
			return
		}
		// The lease runs from before the claim, so that no try begins or ends after
		// it, not even one of a process that was stopped in between and woke up when
		// others had taken its work over.
		lease, release := context.WithTimeout(ctx, d.lease)
		deadline, _ := lease.Deadline()
		claims, done, err := d.store.Claim(lease, free)
		release()
		if err != nil {
			d.log.Error("claim deliveries", "error", err)
			return
		}
		for _, c := range claims {
			sendCtx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
			slots <- struct{}{}
			flying.Go(func() {
				defer cancel()
				outcomes <- notify.Outcome{Claim: c, Outcome: d.provider.Send(sendCtx, c.Text)}
			})
		}
		if done == 0 {
			return
		}
	}
}

// record writes outcomes, as many at once as wait, and only then frees their
// slots: whoever hears the kick finds them free, and while outcomes cannot be
// recorded no more than a slotful of texts leaves.
func (d *Deliverer) record(ctx context.Context, outcomes <-chan notify.Outcome, slots <-chan struct{}) {
	for first := range outcomes {
		batch := []notify.Outcome{first}
		for more := true; more && len(batch) < 256; {
			select {
			case o, ok := <-outcomes:
				if !ok {
					more = false
					break
				}
				batch = append(batch, o)
			default:
				more = false
			}
		}
		// A database that does not answer must not hold up the stop for ever.
		within, cancel := context.WithTimeout(ctx, d.lease)
		err := d.store.RecordOutcomes(within, batch)
		cancel()
		if err != nil {
			// Nothing is lost: the leases run out and the list is asked.
			d.log.Error("record outcomes", "count", len(batch), "error", err)
		}
		for range batch {
			<-slots
		}
		d.Kick() // slots are free, and numbers that were busy
	}
}
