package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

// Attempts are locked in one order before they change, and looked at again
// under the lock: a callback may have come while the answer was on its way. So
// are their deliveries: one that is claimed again meanwhile has a newer attempt.
const (
	// The earlier tries have ended: nothing but news of a late kind changes them.
	sqlLockAttempts = `SELECT a.org_id, a.event_id, a.id, a.delivery_id, a.no, a.state, a.rank, a.sid, a.started_at, a.conversation_id, a.starts,
  a.heard, a.pressed, d.kind, d.channel, d.expires_at, d.attempt_no, d.state AS delivery_state, past.refused, past.unclear, past.failed, past.lost
FROM attempt a JOIN delivery d ON d.org_id = a.org_id AND d.event_id = a.event_id AND d.id = a.delivery_id
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE p.class = 'retry' AND p.rank = 0) AS refused,
    count(*) FILTER (WHERE p.class = 'unknown') AS unclear, count(*) FILTER (WHERE p.class = 'retry' AND p.rank > 0) AS failed,
    count(*) FILTER (WHERE p.rank > 0 AND p.code = ANY ($4)) AS lost
  FROM attempt p WHERE p.org_id = a.org_id AND p.event_id = a.event_id AND p.delivery_id = a.delivery_id AND p.no < a.no) AS past
WHERE a.org_id = ANY ($1) AND a.event_id = ANY ($2) AND a.id = ANY ($3)
ORDER BY a.event_id, a.id FOR UPDATE OF a, d`

	sqlUpdateAttempt = `UPDATE attempt SET state = $4, sid = CASE WHEN $5 <> '' THEN $5 ELSE sid END, provider_status = $6, rank = $7,
  class = $8, code = $9, detail = $10, lease_until = coalesce($11, lease_until), changed_at = $12, heard = $13, ask_at = $14
WHERE org_id = $1 AND event_id = $2 AND id = $3`

	sqlUpdateDelivery = `UPDATE delivery SET state = $4, cause = $5, due_at = coalesce($6, due_at), changed_at = $7,
  staff_at = CASE WHEN $8 THEN coalesce(staff_at, $7) END
WHERE org_id = $1 AND event_id = $2 AND id = $3`

	// In the order in which texts in and claims lock them: else a burst of answers
	// to a burst of prompts ends in deadlocks.
	sqlLockSettled = `SELECT c.id FROM conversation c WHERE c.org_id = ANY ($1) AND c.id = ANY ($2)
ORDER BY c.org_id, c.id FOR NO KEY UPDATE`

	// What was begun beside it takes its place, so that the number is free only
	// when nothing is open any more.
	sqlSettled = `UPDATE conversation SET
  unsettled = CASE WHEN unsettled = $3 THEN beside[1] ELSE unsettled END,
  beside = CASE WHEN unsettled = $3 THEN beside[2:] ELSE array_remove(beside, $3) END
WHERE org_id = $1 AND id = $2 AND (unsettled = $3 OR $3 = ANY (beside))`

	sqlCarrierStop = `UPDATE conversation SET opted_out_at = $3, opted_out_by = 'carrier'
WHERE org_id = $1 AND id = $2 AND opted_out_at IS NULL AND starts = $4`

	// A number that texted us since the try began works.
	sqlSuppress = `UPDATE conversation SET suspect_at = $3, suspect_code = $4
WHERE org_id = $1 AND id = $2 AND suspect_at IS NULL AND (last_in_at IS NULL OR last_in_at < $5)`

	// A prompt counts as handed over once the provider has it (INV-14).
	sqlPromptHanding = `UPDATE prompt SET handing = $3,
  handed_over_at = CASE WHEN $3 IN ('handed', 'confirmed') THEN coalesce(handed_over_at, $4) ELSE handed_over_at END
WHERE org_id = $1 AND id = (SELECT e.subject_id FROM event e WHERE e.org_id = $1 AND e.id = $2)`
)

type attemptRow struct {
	OrgID          carenet.ID
	EventID        carenet.ID
	ID             carenet.ID
	DeliveryID     carenet.ID
	No             int
	State          string
	Rank           int
	SID            string
	StartedAt      time.Time
	ConversationID carenet.ID
	Starts         int
	Heard          string
	Pressed        string
	Kind           string
	Channel        string
	ExpiresAt      time.Time
	AttemptNo      int
	DeliveryState  string
	Refused        int
	Unclear        int
	Failed         int
	Lost           int
}

func (r attemptRow) attempt() notify.Attempt {
	return notify.Attempt{
		ID: r.ID, No: r.No, State: notify.AttemptState(r.State), Rank: r.Rank, SID: r.SID,
		Kind: notify.Kind(r.Kind), Channel: notify.Channel(r.Channel), Heard: notify.Heard(r.Heard), StartedAt: r.StartedAt, ExpiresAt: r.ExpiresAt,
		Past: notify.Past{Refused: r.Refused, Unclear: r.Unclear, Failed: r.Failed, Lost: r.Lost},
	}
}

// onceMore are the codes of which a second one ends a delivery.
var onceMore = notify.CodesThat(func(p notify.Policy) bool { return p.Again == notify.OnceMore })

// attemptRef names an attempt with its partition.
type attemptRef struct{ org, event, attempt carenet.ID }

// RecordOutcomes writes what the provider answered, for many attempts at once.
func (s *Store) RecordOutcomes(ctx context.Context, outcomes []notify.Outcome) error {
	refs := make([]attemptRef, 0, len(outcomes))
	byAttempt := make(map[carenet.ID]notify.SendOutcome, len(outcomes))
	for _, o := range outcomes {
		refs = append(refs, attemptRef{o.Claim.Org, o.Claim.Event, o.Claim.Attempt.ID})
		byAttempt[o.Claim.Attempt.ID] = o.Outcome
	}
	return s.settle(ctx, refs, func(a notify.Attempt, now time.Time) notify.Verdict {
		return s.rules.AfterSend(a, byAttempt[a.ID], now)
	})
}

// settle locks attempts, decides each and writes what changes.
func (s *Store) settle(ctx context.Context, refs []attemptRef, decide func(notify.Attempt, time.Time) notify.Verdict) error {
	var orgs, events, ids []carenet.ID
	for _, r := range refs {
		orgs, events, ids = addID(orgs, r.org), addID(events, r.event), append(ids, r.attempt)
	}
	var verdicts []notify.Verdict
	err := s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		now := s.Now()
		rows, err := tx.Query(ctx, sqlLockAttempts, orgs, events, ids, onceMore)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[attemptRow])
		if err != nil {
			return err
		}
		verdicts = make([]notify.Verdict, len(found))
		var conversations []carenet.ID
		for i, r := range found {
			verdicts[i] = decide(r.attempt(), now)
			if v := verdicts[i]; v.Settles() || v.StopsOut || v.Suppresses {
				conversations = addID(conversations, r.ConversationID)
			}
		}
		b := &pgx.Batch{}
		b.Queue(sqlLockSettled, orgs, conversations)
		for i, r := range found {
			s.queueVerdict(b, r, verdicts[i], now)
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if err := s.stopNumbers(ctx, tx, found, verdicts, now); err != nil {
			return err
		}
		var moved []ended
		for i, r := range found {
			if v := verdicts[i]; endsWithout(v) && r.No == r.AttemptNo {
				moved = append(moved, ended{
					r.OrgID, r.EventID, r.DeliveryID,
					notify.Tried{State: v.Delivery, Code: v.Code, Cause: v.Cause, StopsOut: v.StopsOut},
				})
			}
		}
		return s.moveOn(ctx, tx, moved, now)
	})
	if err != nil {
		return err
	}
	for _, v := range verdicts {
		if v.Pages {
			s.onCode(v.Code)
		}
	}
	return nil
}

// queueVerdict writes a decision about an attempt. The delivery follows only
// while this is its newest attempt (fencing by attempt number): an old one's
// news is kept with the attempt alone.
func (s *Store) queueVerdict(b *pgx.Batch, r attemptRow, v notify.Verdict, now time.Time) {
	if v.Attempt == "" {
		return
	}
	b.Queue(sqlUpdateAttempt, r.OrgID, r.EventID, r.ID, string(v.Attempt), v.SID, v.Status, v.Rank, string(v.Class), v.Code, v.Detail,
		orNever(v.LookAt), now, string(v.Heard), orNever(askAt(r, v, now)))
	newest := r.No == r.AttemptNo
	if newest {
		b.Queue(sqlUpdateDelivery, r.OrgID, r.EventID, r.DeliveryID, string(v.Delivery), v.Cause, orNever(v.NextTryAt), now, v.TellsStaff)
	}
	if v.Settles() {
		b.Queue(sqlSettled, r.OrgID, r.ConversationID, r.ID)
	}
	if r.Kind != string(notify.KindPrompt) {
		return
	}
	// That an older try failed says nothing of the newer one.
	if handing := handingOf(v.Delivery); handing != "" && (newest || handing != carenet.Refused) {
		b.Queue(sqlPromptHanding, r.OrgID, r.EventID, string(handing), now)
	}
}

// askAt is when to ask the provider what became of a try that it has taken; news that
// come until then put it off.
func askAt(r attemptRow, v notify.Verdict, now time.Time) time.Time {
	if v.Attempt != notify.AttemptSent {
		return time.Time{}
	}
	return notify.AskAt(notify.Channel(r.Channel), r.StartedAt, now)
}

// orNever turns the zero time into NULL.
func orNever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// handingOf is what a delivery's state says of the way of its prompt.
func handingOf(s notify.State) carenet.Handing {
	switch s {
	case notify.Sent:
		return carenet.Handed
	case notify.Delivered:
		return carenet.Confirmed
	case notify.Failed:
		return carenet.Refused
	}
	return ""
}

// stopNumbers carries out what the carriers say of numbers, in the transaction
// that holds their locks. What is written is on record; what came too late to be
// true any more is not written.
func (s *Store) stopNumbers(ctx context.Context, tx pgx.Tx, found []attemptRow, verdicts []notify.Verdict, now time.Time) error {
	b := &pgx.Batch{}
	for i, r := range found {
		v := verdicts[i]
		if v.StopsOut {
			tag, err := tx.Exec(ctx, sqlCarrierStop, r.OrgID, r.ConversationID, now, r.Starts)
			if err != nil {
				return err
			}
			if tag.RowsAffected() > 0 {
				s.queueAudit(b, carenet.SystemActor(r.OrgID), now, audited{
					Action: "number.stop", Table: "conversation", Row: r.ConversationID,
					Detail: map[string]any{"by": "carrier"},
				})
			}
		}
		if v.Suppresses {
			tag, err := tx.Exec(ctx, sqlSuppress, r.OrgID, r.ConversationID, now, v.Code, r.StartedAt)
			if err != nil {
				return err
			}
			if tag.RowsAffected() > 0 {
				s.queueAudit(b, carenet.SystemActor(r.OrgID), now, audited{
					Action: "number.suppress", Table: "conversation", Row: r.ConversationID,
					Detail: map[string]any{"code": v.Code},
				})
			}
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}
