package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlBatchOrgs  = `SELECT org FROM lookup_batch($1)`
	sqlLockEvents = `SELECT e.org_id, e.id, e.batch_id, e.kind, e.patient_id, e.subject_id, e.detail, e.at
FROM event e WHERE e.batch_id = $1 AND e.state = 'pending' ORDER BY e.id FOR UPDATE SKIP LOCKED`
	// A round says nothing to anybody: what it plans leaves only after a claim, whose
	// commit is flushed and flushes this one before it. One that a crash of the
	// server loses is done again from its events, which are still pending then.
	sqlUnflushed  = `SELECT set_config('synchronous_commit', 'off', true)`
	sqlEventsDone = `UPDATE event SET state = 'done', done_at = $2 WHERE id = ANY ($1)`
	// A fact that cannot be planned is tried at least five times and for as long as
	// giveUpAfter, then left for a human. What another worker did meanwhile stays done.
	sqlEventFailed = `UPDATE event SET tries = tries + 1, state = CASE WHEN tries >= 4 AND at <= $2 THEN 'dead' ELSE state END
WHERE id = $1 AND state = 'pending' RETURNING state`
)

// giveUpAfter is how long a fact that cannot be planned is tried: long enough for
// somebody to put right what is wrong with the process and not with the fact, such
// as a key that it was not given.
const giveUpAfter = 15 * time.Minute

type eventRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	BatchID   carenet.ID
	Kind      string
	PatientID *carenet.ID
	SubjectID *carenet.ID
	Detail    carenet.Detail
	At        time.Time
}

func (r eventRow) event() carenet.Event {
	return carenet.Event{
		ID: r.ID, Org: r.OrgID, Batch: r.BatchID, Kind: carenet.EventKind(r.Kind),
		Patient: orNil(r.PatientID), Subject: orNil(r.SubjectID), Detail: r.Detail, At: r.At,
	}
}

// Round plans and evaluates the pending events of one committed batch: who is
// told, and whether a rule fires. What the rules add is planned in the same
// transaction. It returns the events it handled, for open pages; running it
// twice, or at once in two processes, does nothing twice.
func (s *Store) Round(ctx context.Context, batch carenet.ID) ([]carenet.Event, error) {
	done, err := s.round(ctx, batch, carenet.NilID)
	if err == nil || ctx.Err() != nil {
		return done, err
	}
	// One bad event must not hold up the others: each on its own.
	return s.roundOneByOne(ctx, batch, err)
}

func (s *Store) round(ctx context.Context, batch, only carenet.ID) ([]carenet.Event, error) {
	var handled []carenet.Event
	orgs, err := s.batchOrgs(ctx, batch)
	if err != nil || len(orgs) == 0 {
		return nil, err
	}
	err = s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		var found []eventRow
		b := &pgx.Batch{}
		b.Queue(sqlUnflushed)
		collect(b.Queue(sqlLockEvents, batch), &found)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		var events []carenet.Event
		for _, r := range found {
			if only == carenet.NilID || r.ID == only {
				events = append(events, r.event())
			}
		}
		if len(events) == 0 {
			handled = nil
			return nil
		}
		handled, err = s.roundIn(ctx, tx, events)
		return err
	})
	return handled, err
}

func (s *Store) batchOrgs(ctx context.Context, batch carenet.ID) ([]carenet.ID, error) {
	rows, err := s.pool.Query(ctx, sqlBatchOrgs, batch)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
}

// roundIn evaluates and plans events in tx, and marks them done. A fact that
// makes the planning panic is one that cannot be planned: it costs only itself.
func (s *Store) roundIn(ctx context.Context, tx pgx.Tx, events []carenet.Event) (handled []carenet.Event, err error) {
	defer func() {
		if recover() != nil {
			handled, err = nil, fmt.Errorf("panic in %s", panicked())
		}
	}()
	now := s.Now()
	raised, err := s.evaluate(ctx, tx, events, now)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	all := append(events[:len(events):len(events)], raised...)
	world, err := s.loadWorld(ctx, tx, all, now)
	if err != nil {
		return nil, fmt.Errorf("load who is to be told: %w", err)
	}
	b := &pgx.Batch{}
	ids := make([]carenet.ID, 0, len(all))
	var planned []notify.Planned
	for _, e := range all {
		ids = append(ids, e.ID)
		planned = append(planned, notify.Plan(e, world[e.Org])...)
	}
	if err := s.underCaps(ctx, tx, planned, now); err != nil {
		return nil, fmt.Errorf("count the day's texts: %w", err)
	}
	for _, p := range planned {
		queueDelivery(b, p, now)
	}
	b.Queue(sqlEventsDone, ids, now)
	return all, tx.SendBatch(ctx, b).Close()
}

// panicked says, in a deferred function that recovered, where the panic was. Its
// value may quote anything, so it goes nowhere.
func panicked() string {
	var at [32]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(3, at[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("%s, line %d", f.Function, f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}

func (s *Store) roundOneByOne(ctx context.Context, batch carenet.ID, cause error) ([]carenet.Event, error) {
	orgs, err := s.batchOrgs(ctx, batch)
	if err != nil {
		return nil, cause
	}
	var ids []carenet.ID
	err = s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlLockEvents, batch)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[eventRow])
		for _, r := range found {
			ids = append(ids, r.ID)
		}
		return err
	})
	if err != nil {
		return nil, cause
	}
	var handled []carenet.Event
	var last error
	for _, id := range ids {
		done, err := s.round(ctx, batch, id)
		handled = append(handled, done...)
		if err == nil {
			continue
		}
		last = err
		if passing(err) {
			continue // the moment's fault, not the fact's
		}
		dead, err := s.eventFailed(ctx, orgs, id)
		if err != nil {
			return handled, err
		}
		if dead {
			last = fmt.Errorf("event %s is given up and left for a human: %w", id, last)
		}
	}
	return handled, last
}

// eventFailed counts a failure against an event, and says whether it was the last.
func (s *Store) eventFailed(ctx context.Context, orgs []carenet.ID, id carenet.ID) (dead bool, err error) {
	err = s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		var state string
		err := tx.QueryRow(ctx, sqlEventFailed, id, s.Now().Add(-giveUpAfter)).Scan(&state)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // somebody else has done it
		}
		dead = state == "dead"
		return err
	})
	return dead, err
}

const sqlInsertDelivery = `INSERT INTO delivery (org_id, event_id, id, kind, audience, recipient_id, conversation_id, patient_id, follower_id,
  channel, priority, state, reason, cause, due_at, expires_at, created_at, changed_at, sender_id, contact_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $18, $10, $11, $12, $13, $14, $15, $16, $16, $17, $19)
ON CONFLICT (org_id, event_id, recipient_id, channel) DO NOTHING`

// queueDelivery writes one planned delivery; a second one for the same event,
// recipient and channel changes nothing (INV-3). One with a cause is kept too:
// it is the answer to "why was nobody told?".
func queueDelivery(b *pgx.Batch, p notify.Planned, now time.Time) {
	state, cause := notify.Queued, p.Wait
	if p.Cause != "" {
		state, cause = notify.Withdrawn, p.Cause
	}
	sender := p.Sender
	if p.Channel == notify.Email {
		sender = mailSender
	}
	b.Queue(sqlInsertDelivery, p.Event.Org, p.Event.ID, carenet.NewID(now), string(p.Kind), string(p.Audience), p.Recipient,
		p.Conversation, orNull(p.Event.Patient), orNull(p.Follower), int(p.Priority), string(state), p.Reason, cause,
		p.DueAt, p.ExpiresAt, now, orNull(sender), string(p.Channel), orNull(p.Address))
}

const sqlPendingBatches = `SELECT batch FROM lookup_pending_batches($1, $2)`

// PendingBatches lists batches whose bell was lost: those older than age.
func (s *Store) PendingBatches(ctx context.Context, age time.Duration, limit int) ([]carenet.ID, error) {
	rows, err := s.pool.Query(ctx, sqlPendingBatches, carenet.FloorID(s.Now().Add(-age)), limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
}
