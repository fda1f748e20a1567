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
	Due(ctx context.Context, low, high notify.Priority, most int) ([]notify.Due, error)
	ClaimGranted(ctx context.Context, grants []notify.Grant) (claims []notify.Claim, done int, err error)
	RecordOutcomes(ctx context.Context, outcomes []notify.Outcome) error
	Unsettled(ctx context.Context, limit int) ([]notify.Unsettled, error)
	BoundSIDs(ctx context.Context, sids []string) (map[string]bool, error)
	SettleListed(ctx context.Context, u notify.Unsettled, found *notify.ListedText) error
}

// Provider takes texts, or calls, and lists those it has.
type Provider interface {
	Send(ctx context.Context, text notify.OutboundText) notify.SendOutcome
	List(ctx context.Context, to string, since time.Time) ([]notify.ListedText, error)
}

// Budget says how many texts may leave from a sender now.
type Budget interface {
	// Take asks for n texts of a lane. It returns how many may leave, and if those
	// are fewer, after how long to ask again.
	Take(ctx context.Context, due notify.Due, n int) (got int, again time.Duration)
	// Return gives back what was taken and not needed.
	Return(due notify.Due, n int)
}

// Watch is told of texts on their way, for whoever measures. It must not block.
type Watch interface {
	Leaving(notify.Claim)
	Answered(notify.Outcome)
}

// Deliverer sends what is due in its lanes, at most Concurrency texts at once.
// Any number of them may run, in any number of processes. One for alerts beside
// one for the rest keeps places free for alerts, however many others wait for a
// provider that is slow.
type Deliverer struct {
	store    Store
	provider Provider
	Options
	kick chan struct{}
	turn int
	// most is what a claim takes at most: half as much after one that did not end
	// within its lease, on a machine that is overburdened, or none would ever.
	most int
	wake *time.Timer // kicks when a rate lets the next text go; one at a time
}

// Options configure a Deliverer.
type Options struct {
	Low, High   notify.Priority             // the lanes it serves; all when both are zero
	Concurrency int                         // texts in flight at once; 32 when zero
	Channels    map[notify.Channel]Provider // of other channels than texts
	Lease       time.Duration               // how long one try may take; the rules' lease when zero
	Budget      Budget                      // no limits when nil
	Watch       Watch
	Log         *slog.Logger
}

// recordTime bounds the writing of outcomes. It is longer than a lease: what is
// written late is still true, and what is not written must be looked for.
const recordTime = 6 * time.Second

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
	if o.Low == 0 && o.High == 0 {
		o.Low, o.High = notify.Lanes[0], notify.Lanes[len(notify.Lanes)-1]
	}
	if o.Budget == nil {
		o.Budget = unlimited{}
	}
	if o.Watch == nil {
		o.Watch = nobody{}
	}
	return &Deliverer{store: store, provider: provider, Options: o, kick: make(chan struct{}, 1), most: o.Concurrency}
}

type unlimited struct{}

func (unlimited) Take(_ context.Context, _ notify.Due, n int) (int, time.Duration) { return n, 0 }
func (unlimited) Return(notify.Due, int)                                           {}

type nobody struct{}

func (nobody) Leaving(notify.Claim)    {}
func (nobody) Answered(notify.Outcome) {}

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
	outcomes := make(chan notify.Outcome, d.Concurrency)
	slots := make(chan struct{}, d.Concurrency)
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
		lease, release := context.WithTimeout(ctx, d.Lease)
		deadline, _ := lease.Deadline()
		claims, done, err := d.claim(lease, min(free, d.most))
		release()
		if err != nil {
			d.most = max(d.most/2, 1)
			d.Log.Error("claim deliveries", "at_most", d.most, "error", err)
			return
		}
		d.most = min(2*d.most, d.Concurrency)
		for _, c := range claims {
			sendCtx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
			slots <- struct{}{}
			flying.Go(func() {
				defer cancel()
				d.Watch.Leaving(c)
				o := notify.Outcome{Claim: c, Outcome: d.send(sendCtx, c.Text)}
				d.Watch.Answered(o)
				outcomes <- o
			})
		}
		if done == 0 {
			return
		}
	}
}

// on is the provider of a channel; nil when this process has none.
func (d *Deliverer) on(c notify.Channel) Provider {
	if c == notify.SMS || c == "" {
		return d.provider
	}
	return d.Channels[c]
}

func (d *Deliverer) send(ctx context.Context, t notify.OutboundText) notify.SendOutcome {
	p := d.on(t.Channel)
	if p == nil {
		// Another process may serve it.
		return notify.SendOutcome{Class: notify.Retry, Detail: "this process does not serve the channel"}
	}
	return p.Send(ctx, t)
}

// claim takes what is due and within the senders' rates.
func (d *Deliverer) claim(ctx context.Context, free int) (claims []notify.Claim, done int, err error) {
	due, err := d.store.Due(ctx, d.Low, d.High, free)
	if err != nil {
		return nil, 0, err
	}
	d.turn++
	var grants []notify.Grant
	var again time.Duration
	for _, g := range notify.Share(due, free, d.turn) {
		got, after := d.Budget.Take(ctx, g.Due, g.Most)
		if got < g.Most && after > 0 && (again == 0 || after < again) {
			again = after
		}
		if g.Most = got; got > 0 {
			grants = append(grants, g)
		}
	}
	if d.wake != nil {
		d.wake.Stop()
	}
	if again > 0 {
		d.wake = time.AfterFunc(again, d.Kick)
	}
	if len(grants) == 0 {
		return nil, 0, nil
	}
	claims, done, err = d.store.ClaimGranted(ctx, grants)
	for _, g := range grants {
		for _, c := range claims {
			if c.Sender == g.Sender && c.Lane == g.Lane {
				g.Most--
			}
		}
		if g.Most > 0 {
			d.Budget.Return(g.Due, g.Most)
		}
	}
	return claims, done, err
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
		within, cancel := context.WithTimeout(ctx, recordTime)
		err := d.store.RecordOutcomes(within, batch)
		cancel()
		if err != nil {
			// Nothing is lost: the leases run out and the list is asked.
			d.Log.Error("record outcomes", "count", len(batch), "error", err)
		}
		for range batch {
			<-slots
		}
		d.Kick() // slots are free, and numbers that were busy
	}
}
