package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// longList is a provider and a store: what came in, what was taken, and up to when the
// list was read.
type longList struct {
	came   []carenet.InboundText
	most   int // entries that are read at once
	fails  int // after so many readings each fails; 0: none
	reads  int
	taken  []string
	listed time.Time
}

func (l *longList) ListInbound(_ context.Context, _, _ string, since, before time.Time) (found []carenet.InboundText, err error) {
	if l.reads++; l.fails > 0 && l.reads > l.fails {
		return nil, carenet.Errorf(carenet.Busy, "list", "502")
	}
	for _, t := range l.came {
		if !t.ReceivedAt.Before(since) && !t.ReceivedAt.After(before) {
			found = append(found, t)
		}
	}
	if len(found) > l.most {
		return nil, notify.ErrListTooLong
	}
	return found, nil
}

func (l *longList) ClaimInboundLists(context.Context, time.Duration, int) ([]carenet.InboundList, error) {
	return nil, nil
}

func (l *longList) InboundListed(_ context.Context, _ carenet.InboundList, upTo time.Time) error {
	l.listed = upTo
	return nil
}

func (l *longList) SeenInbound(_ context.Context, sids []string) (map[string]bool, error) {
	seen := map[string]bool{}
	for _, sid := range sids {
		seen[sid] = slices.Contains(l.taken, sid)
	}
	return seen, nil
}

// INV-1: after a long outage the provider's list is longer than can be read at once, and
// its answers fail now and then. It is read all the same, bit by bit, each text once, and
// in the order in which they came.
func TestINV1_AListThatIsTooLongIsReadBitByBit(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	began := now.Add(-30 * time.Hour)
	l := &longList{most: 40, fails: 60}
	var want []string
	for i := range 1000 { // bursts of different density
		at := began.Add(time.Duration(i%10)*time.Second + time.Duration(i/10*i/100)*9*time.Second)
		l.came = append(l.came, carenet.InboundText{SID: carenet.NewID(at).String(), ReceivedAt: at})
	}
	slices.SortStableFunc(l.came, func(a, b carenet.InboundText) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	for _, text := range l.came {
		want = append(want, text.SID)
	}
	r := &lister{
		store: l, provider: l, spooling: func() bool { return false }, now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler),
		submit: func(_ context.Context, text carenet.InboundText) error {
			l.taken = append(l.taken, text.SID)
			return nil
		},
	}
	d := carenet.InboundList{Since: began}
	looks := 0
	for l.reads = 0; l.listed.Before(now.Add(-webhookTime)); looks++ {
		if looks == 100 {
			t.Fatalf("read up to %s after %d looks", l.listed, looks)
		}
		before := l.listed
		err := r.read(t.Context(), d)
		if err != nil && carenet.CodeOf(err) != carenet.Busy {
			t.Fatal(err)
		}
		if err != nil && !l.listed.After(before) {
			t.Fatalf("look %d brought nothing, from %s on", looks, before)
		}
		l.reads, d.Since = 0, l.listed
	}
	if looks < 2 {
		t.Error("no look ever broke off: the test proves nothing")
	}
	if !slices.Equal(l.taken, want) {
		t.Errorf("took %d texts of %d, or in another order", len(l.taken), len(want))
	}
	// What cannot be narrowed any more is an error, not a loop.
	l.came, l.most, l.taken, l.reads, l.fails = l.came[:1], 0, nil, 0, 0
	if err := r.read(t.Context(), carenet.InboundList{Since: began}); !errors.Is(err, notify.ErrListTooLong) {
		t.Errorf("%v", err)
	}
}
