package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/notify"
)

// waitedAtMost is how long anything may have waited for a number to say that it is still
// theirs: longer than any text lives.
const waitedAtMost = 4 * 24 * time.Hour

const (
	sqlAskNumber = `UPDATE conversation SET check_asked_at = $3, check_times = 1, check_next_at = $4 WHERE org_id = $1 AND id = $2 AND check_asked_at IS NULL`
	// Only where the question waits for later, so that it is asked once; one that is being
	// looked at in this moment leaves by itself.
	sqlAskAtOnce = `WITH later AS (UPDATE delivery d SET state = 'withdrawn', cause = $5, changed_at = $4 FROM (
  SELECT q.org_id, q.event_id, q.id FROM delivery q WHERE q.org_id = $1 AND q.conversation_id = $2 AND q.event_id >= $3 AND q.kind = 'number_check' AND q.state = 'queued' AND q.due_at > $4
  FOR UPDATE SKIP LOCKED) AS k WHERE d.org_id = k.org_id AND d.event_id = k.event_id AND d.id = k.id RETURNING d.org_id)
INSERT INTO event (org_id, id, batch_id, kind, subject_id, detail, at, state) SELECT l.org_id, $6, $7, $8, $2, $9, $4, 'pending' FROM later l LIMIT 1`
	// Of the conversations that said so, what waits for it leaves.
	// One that is being looked at in this moment is left to that: a claim locks a delivery
	// before its conversation.
	sqlLetLeave = `UPDATE delivery d SET due_at = $4, cause = '' FROM (
  SELECT w.org_id, w.event_id, w.id FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS n(org_id, id, checked)
  JOIN delivery w ON w.org_id = n.org_id AND w.conversation_id = n.id
  WHERE n.checked AND w.event_id >= $6 AND w.state = 'queued' AND w.cause = $5 FOR UPDATE OF w SKIP LOCKED) AS k
WHERE d.org_id = k.org_id AND d.event_id = k.event_id AND d.id = k.id`

	sqlChecksDue = `SELECT org, conversation FROM lookup_checks_due($1, $2)`
	sqlCheckDue  = `SELECT c.org_id, c.id, c.check_times, cp.person_id, n.zone, EXISTS (SELECT FROM patient p WHERE p.org_id = cp.org_id AND p.id = cp.person_id) AS patient
FROM conversation c
LEFT JOIN LATERAL (SELECT x.org_id, x.person_id FROM contact_point x WHERE x.org_id = c.org_id AND x.conversation_id = c.id AND x.removed_at IS NULL ORDER BY x.id LIMIT 1) cp ON true
LEFT JOIN person n ON n.org_id = cp.org_id AND n.id = cp.person_id
WHERE c.org_id = ANY ($1) AND c.id = ANY ($2) AND c.check_next_at <= $3 ORDER BY c.org_id, c.id FOR UPDATE OF c SKIP LOCKED`
	sqlCheckAgain = `UPDATE conversation SET check_times = check_times + 1, check_next_at = $3 WHERE org_id = $1 AND id = $2`
	// Nothing personal goes there until somebody has said so: staff see to it.
	sqlCheckOver   = `UPDATE conversation SET check_next_at = NULL WHERE org_id = $1 AND id = $2`
	sqlCheckToDesk = `UPDATE delivery SET staff_at = $4, handled_at = NULL, handled_by = NULL, cause = $5 WHERE org_id = $1 AND (event_id, id) = (SELECT d.event_id, d.id FROM delivery d
WHERE d.org_id = $1 AND d.conversation_id = $2 AND d.kind = 'number_check' AND d.event_id >= $3 ORDER BY d.event_id DESC LIMIT 1)`
)

// Whoever signs in by a link that was texted to a number has it: they need not be asked
// whether it is theirs because they only ever read. A number that is being asked, or must
// be, answers itself. A conversation that is in use is left for the next time.
const sqlNumberReached = `UPDATE conversation SET checked_at = $3 WHERE org_id = $1 AND id IN (
  SELECT c.id FROM contact_point cp JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
  WHERE cp.org_id = $1 AND cp.person_id = $2 AND cp.kind = 'phone' AND cp.removed_at IS NULL AND NOT c.check_wanted AND c.check_asked_at IS NULL
    AND EXISTS (SELECT FROM delivery d WHERE d.org_id = $1 AND d.conversation_id = c.id AND d.event_id >= $4 AND d.recipient_id = $2 AND d.kind = 'sign_in' AND d.channel = 'sms')
  FOR UPDATE OF c SKIP LOCKED)`

// A link lives for days, a number for years: an answer behind a link that was texted to a
// number this asking shows that whoever answers has it, also while it is being asked. One
// that staff have just written down says so itself. A conversation that is in use is left.
const sqlNumberAnswered = `UPDATE conversation SET checked_at = $4, check_asked_at = NULL, check_next_at = NULL WHERE org_id = $1 AND id IN (
  SELECT c.id FROM contact_point cp JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
  WHERE cp.org_id = $1 AND cp.person_id = $2 AND cp.kind = 'phone' AND cp.removed_at IS NULL AND NOT c.check_wanted AND c.wrong_number_at IS NULL
    AND EXISTS (SELECT FROM prompt q JOIN delivery d ON d.org_id = q.org_id AND d.conversation_id = c.id AND d.kind = 'prompt' AND d.channel = 'sms'
      AND d.recipient_id = $2 AND d.event_id >= $5 AND d.attempt_no > 0
      JOIN event e ON e.org_id = d.org_id AND e.id = d.event_id AND e.subject_id = q.id WHERE q.org_id = $1 AND q.id = $3)
  FOR UPDATE OF c SKIP LOCKED) RETURNING id`

// linkLives is longer than the link of an asking does.
const linkLives = 4 * 24 * time.Hour

// numberAnswered notes that the number of whoever answered behind a link is theirs, and
// lets leave what waited for that.
func numberAnswered(ctx context.Context, tx pgx.Tx, l linkRow, now time.Time) error {
	floor := carenet.FloorID(now.Add(-linkLives))
	rows, err := tx.Query(ctx, sqlNumberAnswered, l.OrgID, l.PersonID, orNil(l.PromptID), now, floor)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
	if err != nil || len(ids) == 0 {
		return err
	}
	_, err = tx.Exec(ctx, sqlLetLeave, slices.Repeat([]carenet.ID{l.OrgID}, len(ids)), ids, slices.Repeat([]bool{true}, len(ids)), now, notify.WaitCheck, floor)
	return err
}

const sqlBeginChecks = `UPDATE organisation SET checks_from = $2 WHERE org_id = ANY ($1) AND checks_from IS NULL`

// BeginChecks notes since when this service asks silent numbers whose they are: what was
// silent for long by then is asked by and by, not all on the day of an upgrade.
func (s *Store) BeginChecks(ctx context.Context, _ int) (int, error) {
	orgs, err := s.Organisations(ctx)
	if err != nil || len(orgs) == 0 {
		return 0, err
	}
	return 0, s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlBeginChecks, orgs, s.Now())
		return err
	})
}

const sqlTrustNumbers = `UPDATE conversation SET checked_at = $2 WHERE org_id = $1 AND NOT check_wanted`

// TrustNumbers takes the numbers of an organisation for those of whom they are said to
// be, as of now: whoever brings people in with their past has just been in touch with them.
func (s *Store) TrustNumbers(ctx context.Context, actor carenet.Actor) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlTrustNumbers, actor.Org, s.Now()); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "number.trust", Table: "conversation", Row: actor.Org})
	})
}

// causeAskedAtOnce says why a question that waited for the morning was not asked then.
const causeAskedAtOnce = "asked at once instead: they wait for a sign-in link"

// causeUnsure says on the desk why a check stands there.
const causeUnsure = "nobody has said whether this number is still theirs"

// unsure says what a silence was when the number had not said that it is still theirs: it
// was neither the patient's nor an outage of ours.
func unsure(cause carenet.Cause, checkAsked *time.Time) carenet.Cause {
	if cause == carenet.OurOutage && checkAsked != nil {
		return carenet.Unsure
	}
	return cause
}

// askNumber has a number asked whether it is still theirs, once.
func (s *Store) askNumber(w *pgx.Batch, r claimRow, conv *claimedConversation, zone *time.Location, now time.Time) {
	if conv.Asked {
		if r.Kind == string(notify.KindSignIn) {
			// What asked before waits for the morning perhaps; they stand at the door now.
			e := checkEvent(r.OrgID, conv.ID, r.RecipientID, carenet.Audience(r.Audience), carenet.NewID(now), now, now)
			w.Queue(sqlAskAtOnce, r.OrgID, conv.ID, carenet.FloorID(now.Add(-2*notify.CheckGiveUp)), now, causeAskedAtOnce, e.ID, e.Batch, string(e.Kind), e.Detail)
		}
		return
	}
	conv.Asked = true
	at := carenet.InWakingHours(now, zone)
	if r.Kind == string(notify.KindSignIn) {
		at = now // they wait for it with the telephone in their hand
	}
	w.Queue(sqlAskNumber, r.OrgID, conv.ID, now, carenet.InWakingHours(at.Add(notify.CheckAgainAfter), zone))
	queueEvent(w, checkEvent(r.OrgID, conv.ID, r.RecipientID, carenet.Audience(r.Audience), carenet.NewID(now), at, now))
	s.queueAudit(w, carenet.SystemActor(r.OrgID), now, audited{Action: "number.ask", Table: "conversation", Row: conv.ID})
}

func checkEvent(org, conversation, person carenet.ID, as carenet.Audience, batch carenet.ID, at, now time.Time) carenet.Event {
	return carenet.Event{
		ID: carenet.NewID(now), Org: org, Batch: batch, Kind: carenet.EventNumberCheck, Subject: conversation,
		Detail: carenet.Detail{Conversation: conversation, Person: person, Audience: as, At: at}, At: now,
	}
}

type checkDueRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	CheckTimes int
	PersonID   *carenet.ID
	Zone       *string
	Patient    bool
}

// TickNumberChecks asks once more whether a number is still theirs, and then leaves it to
// staff: nothing personal goes there meanwhile.
func (s *Store) TickNumberChecks(ctx context.Context, limit int) (carenet.Batch, int, error) {
	return s.tick(ctx, sqlChecksDue, limit, func(tx pgx.Tx, t *ticking) error {
		if err := scope(ctx, tx, t.orgs); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlCheckDue, t.orgs, t.ids, t.now)
		if err != nil {
			return err
		}
		due, err := pgx.CollectRows(rows, pgx.RowToStructByName[checkDueRow])
		if err != nil {
			return err
		}
		w := &pgx.Batch{}
		for _, r := range due {
			if r.CheckTimes < 2 && r.PersonID != nil {
				zone := zoneOf(*r.Zone)
				at, as := carenet.InWakingHours(t.now, zone), carenet.ToFollower
				if r.Patient {
					as = carenet.ToPatient
				}
				w.Queue(sqlCheckAgain, r.OrgID, r.ID, at.Add(notify.CheckGiveUp))
				e := checkEvent(r.OrgID, r.ID, *r.PersonID, as, t.batch.ID, at, t.now)
				queueEvent(w, e)
				t.batch.Events = append(t.batch.Events, e)
				continue
			}
			w.Queue(sqlCheckOver, r.OrgID, r.ID)
			w.Queue(sqlCheckToDesk, r.OrgID, r.ID, carenet.FloorID(t.now.Add(-2*notify.CheckGiveUp)), t.now, causeUnsure)
			s.queueAudit(w, carenet.SystemActor(r.OrgID), t.now, audited{Action: "number.unsure", Table: "conversation", Row: r.ID})
		}
		t.done = len(due)
		return tx.SendBatch(ctx, w).Close()
	})
}

const (
	sqlNumbersOf = `SELECT cp.id, cp.conversation_id FROM contact_point cp
WHERE cp.org_id = $1 AND cp.person_id = $2 AND cp.kind = 'phone' AND cp.removed_at IS NULL ORDER BY cp.position, cp.id LIMIT 1`
	// In one order, as whoever claims or takes in does.
	sqlLockNumbers   = `SELECT c.id, c.opted_out_at IS NOT NULL AND c.wrong_number_at IS NULL AS stopped, c.wrong_number_at IS NOT NULL AS wrong, c.check_wanted FROM conversation c WHERE c.org_id = $1 AND c.id = ANY ($2) ORDER BY c.id FOR UPDATE`
	sqlWhoHadNumber  = `SELECT n.zone, p.id IS NOT NULL AS patient, coalesce(p.state, '') FROM person n LEFT JOIN patient p ON p.org_id = n.org_id AND p.id = n.id WHERE n.org_id = $1 AND n.id = $2`
	sqlIsSender      = `SELECT EXISTS (SELECT FROM sender s WHERE s.org_id = $1 AND s.number = $2)`
	sqlNumberMoved   = `UPDATE conversation SET number_moved_at = $3 WHERE org_id = $1 AND id = $2`
	sqlRemoveContact = `UPDATE contact_point SET removed_at = $3 WHERE org_id = $1 AND id = $2`
	sqlCheckWanted   = `UPDATE conversation SET check_wanted = true, check_asked_at = NULL, check_next_at = NULL, suspect_at = NULL, suspect_code = 0 WHERE org_id = $1 AND id = $2`
	// What was said of a wrong number is taken back; a STOP of its owner stays.
	sqlRightNumber = `UPDATE conversation SET wrong_number_at = NULL, opted_out_at = CASE WHEN opted_out_by = 'wrong_number' THEN NULL ELSE opted_out_at END,
  opted_out_by = CASE WHEN opted_out_by = 'wrong_number' THEN NULL ELSE opted_out_by END WHERE org_id = $1 AND id = $2`
)

type lockedNumberRow struct {
	ID      carenet.ID
	Stopped bool
	Wrong   bool
	// CheckWanted: nobody has said yet that it is theirs.
	CheckWanted bool
}

// CorrectNumber gives a person another number, or says of a number that was called wrong
// that it is theirs after all. Either way it is asked first whether it is, before anything
// personal goes there. The error is of code Invalid for what is no number, and Conflict
// for one that is stopped or known to be somebody else's.
func (s *Store) CorrectNumber(ctx context.Context, actor carenet.Actor, person carenet.ID, number string) (batch carenet.Batch, err error) {
	const op = "correct number"
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		if err := s.requireManager(ctx, tx, actor); err != nil {
			return err
		}
		// An alert and a sign-in link go where a colleague's number says: that is not given
		// away on a page.
		var staff bool
		if err := tx.QueryRow(ctx, sqlIsStaff, actor.Org, person).Scan(&staff); err != nil {
			return err
		}
		if staff {
			return carenet.Errorf(carenet.Forbidden, op, "the number of one of the staff is not changed here")
		}
		var language, zone, region string
		if err := tx.QueryRow(ctx, sqlOrgDefaults, actor.Org).Scan(&language, &zone, &region); err != nil {
			return err
		}
		phone, err := carenet.ParsePhone(number, region)
		if err != nil {
			return err
		}
		var ours bool
		if err := tx.QueryRow(ctx, sqlIsSender, actor.Org, string(phone)).Scan(&ours); err != nil {
			return err
		}
		if ours {
			return carenet.Errorf(carenet.Invalid, op, "this is the number that our own texts come from")
		}
		var contact, old carenet.ID
		if err := tx.QueryRow(ctx, sqlNumbersOf, actor.Org, person).Scan(&contact, &old); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "no number of theirs is known")
		} else if err != nil {
			return err
		}
		fresh, err := s.conversationFor(ctx, tx, actor.Org, string(phone))
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlLockNumbers, actor.Org, []carenet.ID{old, fresh})
		if err != nil {
			return err
		}
		locked, err := pgx.CollectRows(rows, pgx.RowToStructByName[lockedNumberRow])
		if err != nil {
			return err
		}
		for _, l := range locked {
			if l.ID == fresh && (l.Stopped || l.Wrong && fresh != old) {
				return carenet.Errorf(carenet.Conflict, op, "this number is stopped, or is somebody else's: call, do not text")
			}
		}
		b := &pgx.Batch{}
		if fresh == old {
			b.Queue(sqlRightNumber, actor.Org, old)
		} else {
			b.Queue(sqlRemoveContact, actor.Org, contact, now)
			if err := s.queueContact(b, actor.Org, person, "phone", string(phone), crypto.ForPhone, &fresh, 1); err != nil {
				return err
			}
		}
		b.Queue(sqlCheckWanted, actor.Org, fresh)
		s.queueAudit(b, actor, now, audited{Action: "number.correct", Table: "contact_point", Row: contact, Patient: person})
		batch = changedText(b, actor, nil, fresh, now)
		if fresh != old {
			told, err := tellOldNumber(ctx, tx, b, locked, actor.Org, person, old, batch.ID, now)
			if err != nil {
				return err
			}
			batch.Events = append(batch.Events, told...)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// tellOldNumber has the number that is used no more told so, once: a mistake, or somebody
// who takes a circle over, must not go unseen by whoever still has it. Not one that is
// stopped or somebody else's, as was said, nor one that never said whose it is, nor that
// of somebody who has died.
func tellOldNumber(ctx context.Context, tx pgx.Tx, b *pgx.Batch, locked []lockedNumberRow, org, person, old, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
	i := slices.IndexFunc(locked, func(l lockedNumberRow) bool { return l.ID == old })
	if i < 0 || locked[i].Stopped || locked[i].Wrong || locked[i].CheckWanted {
		return nil, nil
	}
	var zone, state string
	var patient bool
	if err := tx.QueryRow(ctx, sqlWhoHadNumber, org, person).Scan(&zone, &patient, &state); err != nil {
		return nil, err
	}
	if state == "died" {
		return nil, nil
	}
	as := carenet.ToFollower
	if patient {
		as = carenet.ToPatient
	}
	e := carenet.Event{
		ID: carenet.NewID(now), Org: org, Batch: batch, Kind: carenet.EventNumberMoved, Subject: old,
		Detail: carenet.Detail{Conversation: old, Person: person, Audience: as, At: carenet.InWakingHours(now, zoneOf(zone))}, At: now,
	}
	queueEvent(b, e)
	b.Queue(sqlNumberMoved, org, old, now)
	return []carenet.Event{e}, nil
}
