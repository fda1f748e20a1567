package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
	"howareyou/internal/crypto"
)

// TakeIn stores a batch of inbound texts, reads them and applies what they say,
// in one transaction. A text that was seen before has no effect (INV-2). At
// most one text of a number may be in a batch: the next must see what the first
// changed. The returned batch is what the bell must ring for; it is empty when
// nothing needs telling.
func (s *Store) TakeIn(ctx context.Context, texts []carenet.InboundText) (carenet.Batch, error) {
	var batch carenet.Batch
	err := s.inTx(ctx, nil, func(tx pgx.Tx) error {
		in := intake{store: s, tx: tx, now: s.Now()}
		in.batch.ID = carenet.NewID(in.now)
		if err := in.run(ctx, texts); err != nil {
			return err
		}
		batch = in.batch
		return nil
	})
	return batch, err
}

// intake is the work on one batch.
type intake struct {
	store *Store
	tx    pgx.Tx
	now   time.Time
	batch carenet.Batch

	items []*intakeItem
}

// intakeItem is one text on its way.
type intakeItem struct {
	text carenet.InboundText
	id   carenet.ID // of the inbound_message
	org  carenet.ID
	ctx  dialogue.Context
	out  dialogue.Outcome
}

func (in *intake) run(ctx context.Context, texts []carenet.InboundText) error {
	fresh, err := in.claim(ctx, texts)
	if err != nil {
		return fmt.Errorf("claim inbound texts: %w", err)
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := in.load(ctx); err != nil {
		return fmt.Errorf("load conversations: %w", err)
	}
	for _, it := range in.items {
		in.decide(it)
	}
	if err := in.applyAcks(ctx); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	if err := in.applyOrders(ctx); err != nil {
		return err
	}
	if err := in.applyOffers(ctx); err != nil {
		return fmt.Errorf("answer to an offer of a call: %w", err)
	}
	if err := in.write(ctx); err != nil {
		return fmt.Errorf("write inbound texts: %w", err)
	}
	return nil
}

const (
	// Sorted, so that two batches with the same texts wait for each other in one order.
	sqlSeen = `INSERT INTO inbound_seen (sid, seen_at)
SELECT sid, $2 FROM unnest($1::text[]) AS sid ORDER BY sid
ON CONFLICT DO NOTHING RETURNING sid`
	sqlSenders  = `SELECT number AS name, org, sender FROM lookup_senders($1)`
	sqlServices = `SELECT sid AS name, org, sender FROM lookup_sender_services($1)`
	sqlUnrouted = `INSERT INTO inbound_unrouted (id, sid, to_number, body_enc, received_at) VALUES ($1, $2, $3, $4, $5)`
)

// claim keeps the texts not seen before, and finds their organisations.
func (in *intake) claim(ctx context.Context, texts []carenet.InboundText) ([]*intakeItem, error) {
	bySID := make(map[string]carenet.InboundText, len(texts))
	var sids, numbers, services []string
	for _, t := range texts {
		if _, dup := bySID[t.SID]; !dup {
			bySID[t.SID] = t
			sids = append(sids, t.SID)
		}
		if !slices.Contains(numbers, t.To) {
			numbers = append(numbers, t.To)
		}
		if t.Service != "" && !slices.Contains(services, t.Service) {
			services = append(services, t.Service)
		}
	}
	var fresh []string
	type senderRow struct {
		Name   string // a number, or the id of a messaging service
		Org    carenet.ID
		Sender carenet.ID
	}
	senders := map[string]senderRow{}
	b := &pgx.Batch{}
	b.Queue(sqlSeen, sids, in.now).Query(func(rows pgx.Rows) (err error) {
		fresh, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	keep := func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[senderRow])
		for _, f := range found {
			senders[f.Name] = f
		}
		return err
	}
	b.Queue(sqlSenders, numbers).Query(keep)
	if len(services) > 0 {
		b.Queue(sqlServices, services).Query(keep)
	}
	if err := in.tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	slices.SortFunc(fresh, strings.Compare)
	for _, sid := range fresh {
		t := bySID[sid]
		if t.ReceivedAt.IsZero() {
			t.ReceivedAt = in.now
		}
		it := &intakeItem{text: t, id: carenet.NewID(in.now)}
		to, known := senders[t.To]
		if !known {
			to, known = senders[t.Service]
		}
		// Nobody can answer a short code or a name, and no conversation is had with one.
		if !known || !t.FromPhone() {
			if err := in.keepUnrouted(ctx, it); err != nil {
				return nil, err
			}
			continue
		}
		it.org = to.Org
		it.ctx = dialogue.Context{Org: to.Org, Sender: to.Sender, Inbound: it.id, Batch: in.batch.ID, Now: in.now, Said: t.ReceivedAt}
		in.items = append(in.items, it)
	}
	return in.items, nil
}

// keepUnrouted stores a text to a number that is no organisation's, or from what is
// no telephone.
func (in *intake) keepUnrouted(ctx context.Context, it *intakeItem) error {
	body, err := in.store.keys.Seal(it.text.From+"\n"+it.text.Body, crypto.AD{Table: "inbound_unrouted", Column: "body_enc", Row: it.id})
	if err != nil {
		return err
	}
	_, err = in.tx.Exec(ctx, sqlUnrouted, it.id, it.text.SID, it.text.To, body, it.text.ReceivedAt)
	return err
}

// decide reads one text. A reading that panics must cost only its own text: it
// is kept unread, for a human.
func (in *intake) decide(it *intakeItem) {
	defer func() {
		if recover() != nil {
			it.out = dialogue.Outcome{State: dialogue.Unread, Kind: "unknown", Reason: "the reading failed"}
		}
	}()
	it.out = dialogue.Decide(it.text, it.ctx)
}
