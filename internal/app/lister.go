package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"howareyou/carenet"
	"howareyou/notify"
)

// The provider tells us of a text by a webhook, and gives up on that after 15
// seconds and one more try. What it gave up on still stands in its list.
const (
	// listEvery is how often the list of a sender is read.
	listEvery = time.Minute
	// listOverlap is read again each time: an entry may show late.
	listOverlap = 10 * time.Minute
	// webhookTime is left to the webhook and its second try: what is younger is not
	// missing yet.
	webhookTime = 35 * time.Second
	// listBack is how far back the list is read at most. Texts are known by their ids
	// for 30 days: what is older could count twice (INV-2).
	listBack = 25 * 24 * time.Hour
	// listWindow is how much of a list is read at once; half as much where that is more
	// than can be. What was read counts, window by window: a long list that breaks off
	// goes on where it broke off.
	listWindow = time.Hour
	// listers is how many lists a worker reads in one look.
	listers = 20
)

var (
	inboundMissed = promauto.With(registry).NewCounter(prometheus.CounterOpts{
		Name: "howareyou_inbound_missed_total", Help: "Texts in that no webhook told us of, found in the provider's list.",
	})
	inboundLists = promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
		Name: "howareyou_inbound_lists_total", Help: "Readings of the provider's list of texts in, by outcome (whole, failed).",
	}, []string{"outcome"})
)

// inboundStore is what the lister needs of the database.
type inboundStore interface {
	ClaimInboundLists(ctx context.Context, every time.Duration, limit int) ([]carenet.InboundList, error)
	InboundListed(ctx context.Context, l carenet.InboundList, upTo time.Time) error
	SeenInbound(ctx context.Context, sids []string) (map[string]bool, error)
}

// inboundProvider lists what came in.
type inboundProvider interface {
	ListInbound(ctx context.Context, number, service string, since, before time.Time) ([]carenet.InboundText, error)
}

// lister takes in what no webhook told us of.
type lister struct {
	store    inboundStore
	provider inboundProvider
	submit   func(ctx context.Context, text carenet.InboundText) error
	spooling func() bool // texts that were taken wait on the disk: they are not missing
	now      func() time.Time
	log      *slog.Logger
}

// look reads the lists that are due.
func (l *lister) look(ctx context.Context) error {
	if l.spooling() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	due, err := l.store.ClaimInboundLists(ctx, listEvery, listers)
	if err != nil {
		return fmt.Errorf("claim the lists of texts in: %w", err)
	}
	var errs []error
	for _, d := range due {
		if err := l.read(ctx, d); err != nil {
			inboundLists.WithLabelValues("failed").Inc()
			errs = append(errs, fmt.Errorf("read the list of sender %s: %w", d.Sender, err))
			continue
		}
		inboundLists.WithLabelValues("whole").Inc()
	}
	return errors.Join(errs...)
}

// read takes in what is missing of one sender, oldest first.
func (l *lister) read(ctx context.Context, d carenet.InboundList) error {
	now := l.now().UTC()
	from, end := d.Since.Add(-listOverlap), now.Add(-webhookTime)
	if oldest := now.Add(-listBack); from.Before(oldest) {
		from = oldest
	}
	for window := listWindow; from.Before(end); {
		to := from.Add(window)
		if to.After(end) {
			to = end
		}
		switch err := l.readWindow(ctx, d, from, to); {
		case errors.Is(err, notify.ErrListTooLong) && window > time.Second:
			window /= 2
		case err != nil:
			return err
		default:
			from, window = to, min(2*window, listWindow)
		}
	}
	return nil
}

// readWindow takes in what is missing between two instants. It counts as read only when
// all of it was taken in.
func (l *lister) readWindow(ctx context.Context, d carenet.InboundList, from, to time.Time) error {
	listed, err := l.provider.ListInbound(ctx, d.Number, d.Service, from, to)
	if err != nil {
		return err
	}
	var sids []string
	for _, t := range listed {
		sids = append(sids, t.SID)
	}
	seen, err := l.store.SeenInbound(ctx, sids)
	if err != nil {
		return err
	}
	missed := 0
	var errs []error // one that cannot be taken in must not keep the others out
	for _, t := range listed {
		// What is younger than the window's end comes with the next.
		if seen[t.SID] || t.ReceivedAt.After(to) {
			continue
		}
		if err := l.submit(ctx, t); err != nil {
			errs = append(errs, fmt.Errorf("take in text %s, that no webhook told us of: %w", t.SID, err))
			continue
		}
		missed++
	}
	if missed > 0 {
		inboundMissed.Add(float64(missed))
		l.log.Warn("texts came in that no webhook told us of; is the number's webhook right, and were we reachable?", "count", missed, "organisation", d.Org, "sender", d.Sender)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return l.store.InboundListed(ctx, d, to)
}
