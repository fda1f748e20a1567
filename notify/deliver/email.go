package deliver

import (
	"context"
	"log/slog"
	"sync"

	"howareyou/notify"
)

// EmailStore is where emails are claimed and their outcomes are kept.
type EmailStore interface {
	ClaimEmails(ctx context.Context, low, high notify.Priority, limit int) (claims []notify.EmailClaim, done int, err error)
	RecordEmails(ctx context.Context, outcomes []notify.EmailOutcome) error
}

// Mailer takes emails.
type Mailer interface {
	Send(ctx context.Context, e notify.OutboundEmail) notify.SendOutcome
}

// Emailer sends the emails that are due in its lanes. It is no Deliverer: an email
// has no number to wait for, no rate of a sender, and no list to be found in.
type Emailer struct {
	store  EmailStore
	mailer Mailer
	EmailOptions
	kick chan struct{}
}

// EmailOptions configure an Emailer.
type EmailOptions struct {
	Low, High   notify.Priority // the lanes it serves
	Concurrency int             // emails in flight at once; 4 when zero: each has a connection
	Answered    func(notify.EmailOutcome)
	Log         *slog.Logger
}

// NewEmailer makes an Emailer; Run starts it.
func NewEmailer(store EmailStore, mailer Mailer, o EmailOptions) *Emailer {
	if o.Concurrency == 0 {
		o.Concurrency = 4
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Answered == nil {
		o.Answered = func(notify.EmailOutcome) {}
	}
	return &Emailer{store: store, mailer: mailer, EmailOptions: o, kick: make(chan struct{}, 1)}
}

// Kick says that something may be due now. It never blocks.
func (m *Emailer) Kick() {
	select {
	case m.kick <- struct{}{}:
	default:
	}
}

// Run claims and sends whenever it is kicked, until ctx ends; then it waits for what
// is in flight and records it.
func (m *Emailer) Run(ctx context.Context) {
	places := make(chan struct{}, m.Concurrency)
	var flying sync.WaitGroup
	defer flying.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.kick:
			m.drain(ctx, places, &flying)
		}
	}
}

// drain claims until nothing more is due or all places are taken; an email that
// comes back kicks again.
func (m *Emailer) drain(ctx context.Context, places chan struct{}, flying *sync.WaitGroup) {
	for ctx.Err() == nil {
		free := cap(places) - len(places)
		if free == 0 {
			return
		}
		claiming, release := context.WithTimeout(ctx, recordTime)
		// From before the claim: a try ends before its lease does.
		lease, end := context.WithTimeout(context.WithoutCancel(ctx), notify.EmailLease)
		claims, done, err := m.store.ClaimEmails(claiming, m.Low, m.High, free)
		release()
		if err != nil {
			m.Log.Error("claim emails", "error", err)
		}
		if err != nil || done == 0 {
			end()
			return
		}
		var batch sync.WaitGroup
		for _, c := range claims {
			places <- struct{}{}
			batch.Add(1)
			flying.Go(func() {
				defer batch.Done()
				m.send(lease, c)
				<-places
				m.Kick()
			})
		}
		flying.Go(func() {
			batch.Wait()
			end()
		})
	}
}

func (m *Emailer) send(lease context.Context, c notify.EmailClaim) {
	o := notify.EmailOutcome{Claim: c, Outcome: m.mailer.Send(lease, c.Email)}
	m.Answered(o)
	if o.Outcome.Class != notify.Accepted {
		m.Log.Warn("an email did not leave", "attempt", c.Attempt.ID, "class", o.Outcome.Class, "code", o.Outcome.Code, "detail", o.Outcome.Detail)
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(lease), recordTime)
	defer cancel()
	if err := m.store.RecordEmails(within, []notify.EmailOutcome{o}); err != nil {
		// Nothing is lost: the lease runs out and it is sent again under its id.
		m.Log.Error("record an email", "attempt", c.Attempt.ID, "error", err)
	}
}
