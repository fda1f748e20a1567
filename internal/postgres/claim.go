package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

// claimRow is a due delivery with the event that called for it.
type claimRow struct {
	OrgID          carenet.ID
	EventID        carenet.ID
	ID             carenet.ID
	Kind           string
	Channel        string
	Audience       string
	RecipientID    carenet.ID
	ConversationID carenet.ID
	PatientID      *carenet.ID
	FollowerID     *carenet.ID
	SenderID       *carenet.ID
	Priority       int
	AttemptNo      int
	ExpiresAt      time.Time
	BodyEnc        []byte
	EventKind      string
	EventAt        time.Time
	SubjectID      *carenet.ID
	Detail         carenet.Detail
}

const (
	sqlClaimLanes = `SELECT org, event, delivery FROM claim_lanes($1, $2, $3, $4, $5)`

	// Locked in one order, so that a claim and a STOP of the same number wait for
	// each other: what commits second sees the first (INV-8). Each is looked up by its
	// key: left to itself the planner compares every conversation with every delivery
	// while the tables are young and it knows nothing of them.
	sqlClaimConversations = `SELECT c.* FROM (SELECT DISTINCT d.org_id, d.conversation_id FROM delivery d
  WHERE d.org_id = ANY ($1) AND d.event_id = ANY ($2) AND d.id = ANY ($3) ORDER BY d.org_id, d.conversation_id) AS k
CROSS JOIN LATERAL (SELECT c.org_id, c.id, c.number_enc, c.opted_out_at IS NOT NULL AS opted_out,
  c.wrong_number_at IS NOT NULL AS wrong_number, c.suspect_at IS NOT NULL AS suspect, c.suspect_code, c.unsettled, c.starts,
  c.check_asked_at IS NOT NULL AS asked, c.check_wanted,
  CASE WHEN greatest(c.last_in_at, c.checked_at, c.created_at) < $4 THEN greatest(c.last_in_at, c.checked_at, c.created_at,
    (SELECT max(i.at) FROM contact_point cp JOIN check_in i ON i.org_id = cp.org_id AND i.patient_id = cp.person_id AND i.channel = 'page' AND i.at >= $4
      WHERE cp.org_id = c.org_id AND cp.conversation_id = c.id AND cp.removed_at IS NULL)) END AS silent_since,
  CASE WHEN greatest(c.last_in_at, c.checked_at, c.created_at) < $4 THEN (SELECT o.checks_from FROM organisation o WHERE o.org_id = c.org_id) END AS checks_from
  FROM conversation c WHERE c.org_id = k.org_id AND c.id = k.conversation_id LIMIT 1 FOR UPDATE) c`

	sqlClaimRows = `SELECT d.org_id, d.event_id, d.id, d.kind, d.channel, d.audience, d.recipient_id, d.conversation_id, d.patient_id, d.follower_id, d.sender_id,
  d.priority, d.attempt_no, d.expires_at, d.body_enc, e.kind AS event_kind, e.at AS event_at, e.subject_id, e.detail
FROM delivery d JOIN event e ON e.org_id = d.org_id AND e.id = d.event_id
WHERE d.org_id = ANY ($1) AND d.event_id = ANY ($2) AND d.id = ANY ($3)
ORDER BY d.priority, d.due_at, d.event_id, d.id`

	sqlStartDelivery = `UPDATE delivery SET state = 'sending', attempt_no = $4, body_enc = $5, changed_at = $6, sender_id = $7
WHERE org_id = $1 AND event_id = $2 AND id = $3`
	sqlStartAttempt = `INSERT INTO attempt (org_id, event_id, id, delivery_id, no, sender_id, conversation_id, state, started_at, lease_until, changed_at, starts, segments)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'sending', $8, $9, $8, $10, $11)`
	// An alert does not wait for what is unsettled, and must not hide it either; nor
	// is it hidden by it.
	sqlUnsettled = `UPDATE conversation SET last_out_at = $4, unsettled = coalesce(unsettled, $3),
  beside = CASE WHEN unsettled IS NULL THEN beside ELSE array_append(beside, $3) END, sender_id = coalesce(sender_id, $5)
WHERE org_id = $1 AND id = $2`
	sqlPostpone    = `UPDATE delivery SET due_at = $4, cause = $5, changed_at = $6 WHERE org_id = $1 AND event_id = $2 AND id = $3`
	sqlEndDelivery = `UPDATE delivery SET state = $4, cause = $5, changed_at = $6, staff_at = CASE WHEN $4 = 'needs_human' THEN $6 ELSE staff_at END
WHERE org_id = $1 AND event_id = $2 AND id = $3`
)

// What cannot be opened, for want of a key perhaps, is left alone for a while: it
// must not keep others from leaving, and another process may have the key.
const (
	unreadableWait  = 15 * time.Second
	causeUnreadable = "its number or its words cannot be opened"
)

type claimedConversation struct {
	OrgID       carenet.ID
	ID          carenet.ID
	NumberEnc   []byte
	OptedOut    bool
	WrongNumber bool
	Suspect     bool
	SuspectCode int
	Unsettled   *carenet.ID
	Starts      int
	Asked       bool // whether it is still theirs, and has not said
	CheckWanted bool // it must be, whatever it did
	SilentSince *time.Time
	ChecksFrom  *time.Time
}

// unsure says whether nothing personal goes there before it has said whose it is.
func (c claimedConversation) unsure(now time.Time) bool {
	return c.Asked || c.CheckWanted ||
		c.SilentSince != nil && c.ChecksFrom != nil && now.After(notify.CheckDue(c.ID, *c.SilentSince, *c.ChecksFrom))
}

// Claim takes up to limit texts of whatever is due, in every lane and whatever
// the senders' rates.
func (s *Store) Claim(ctx context.Context, limit int) (claims []notify.Claim, done int, err error) {
	due, err := s.Due(ctx, notify.Lanes[0], notify.Lanes[len(notify.Lanes)-1], limit)
	if err != nil || len(due) == 0 {
		return nil, 0, err
	}
	return s.ClaimGranted(ctx, notify.Share(due, limit, 0))
}

// ClaimGranted takes what was granted of each lane: it re-checks each text against
// this very moment, writes it, and starts an attempt, all committed before
// anything leaves. Deliveries that may no longer leave end here with their cause.
// done is how many rows were moved, sent or not: 0 means that nothing was there.
func (s *Store) ClaimGranted(ctx context.Context, grants []notify.Grant) (claims []notify.Claim, done int, err error) {
	var senders []carenet.ID
	var lanes, most []int
	for _, g := range grants {
		senders, lanes, most = append(senders, g.Sender), append(lanes, int(g.Lane)), append(most, g.Most)
	}
	err = s.inTx(ctx, nil, func(tx pgx.Tx) error {
		claims, done = nil, 0
		now := s.Now()
		orgs, events, ids, err := claimedInEvents(ctx, tx, sqlClaimLanes, now, claimFloor(now), senders, lanes, most)
		if err != nil || len(ids) == 0 {
			return err
		}
		var convs []claimedConversation
		var found []claimRow
		b := &pgx.Batch{}
		b.Queue(sqlScope, orgs)
		collect(b.Queue(sqlClaimConversations, orgs, events, ids, now.Add(-notify.SilentAtLeast)), &convs)
		collect(b.Queue(sqlClaimRows, orgs, events, ids), &found)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		facts, err := s.loadFacts(ctx, tx, orgs, found)
		if err != nil {
			return fmt.Errorf("load what the texts say: %w", err)
		}
		w := &pgx.Batch{}
		busy := map[carenet.ID]bool{}
		var moved []ended
		for _, r := range found {
			i := slices.IndexFunc(convs, func(c claimedConversation) bool { return c.OrgID == r.OrgID && c.ID == r.ConversationID })
			if i < 0 {
				w.Queue(sqlEndDelivery, r.OrgID, r.EventID, r.ID, string(notify.Withdrawn), "no number is known", now)
				done++
				continue
			}
			conv := &convs[i]
			if !notify.Priority(r.Priority).Urgent() && (conv.Unsettled != nil || busy[conv.ID]) {
				continue // one unsettled attempt a number: it waits its turn
			}
			claim, end, err := s.claimOne(w, r, conv, facts, now)
			if err != nil {
				return err
			}
			if end.State != "" {
				moved = append(moved, ended{r.OrgID, r.EventID, r.ID, end})
			}
			done++
			if claim != nil {
				claims = append(claims, *claim)
				busy[conv.ID] = true
			}
		}
		if err := tx.SendBatch(ctx, w).Close(); err != nil {
			return err
		}
		return s.moveOn(ctx, tx, moved, now)
	})
	if err != nil {
		return nil, 0, err
	}
	return claims, done, nil
}

// compose writes the text of a draft; a draft that makes it panic costs only itself.
func (s *Store) compose(d notify.Draft) (body string, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("panic in %s", panicked())
		}
	}()
	return s.composer.Compose(d)
}

// parts is as how many parts a text is charged; a call is none.
func (s *Store) parts(on notify.Channel, body string) int {
	if counts, ok := s.composer.(notify.CountsParts); ok && on == notify.SMS {
		return counts.Parts(body)
	}
	return 0
}

func (s *Store) claimOne(w *pgx.Batch, r claimRow, conv *claimedConversation, f claimFacts, now time.Time) (claim *notify.Claim, end notify.Tried, err error) {
	c, draft := f.candidate(s, r, *conv, now)
	if err := f.aboutCommand(s, r, &c, &draft); err != nil {
		w.Queue(sqlPostpone, r.OrgID, r.EventID, r.ID, now.Add(unreadableWait), causeUnreadable, now)
		return nil, end, nil //nolint:nilerr // this one waits or ends, and the others go on
	}
	ok, state, cause := notify.Recheck(c)
	if !ok {
		w.Queue(sqlEndDelivery, r.OrgID, r.EventID, r.ID, string(state), cause, now)
		// Whoever cannot be told because of their number may be told otherwise.
		if state == notify.Withdrawn && cause == c.Blocked() {
			end = notify.Tried{State: state, Cause: cause, Code: conv.SuspectCode, StopsOut: conv.OptedOut}
		}
		return nil, end, nil
	}
	if at := c.HeldUntil(draft.Zone); !at.IsZero() {
		w.Queue(sqlPostpone, r.OrgID, r.EventID, r.ID, at, notify.WaitNight, now)
		return nil, end, nil
	}
	if c.Personal() && conv.unsure(now) {
		s.askNumber(w, r, conv, draft.Zone, now)
		w.Queue(sqlPostpone, r.OrgID, r.EventID, r.ID, now.Add(notify.CheckLook), notify.WaitCheck, now)
		return nil, end, nil
	}
	number, err := s.open(conv.NumberEnc, r.OrgID, "conversation", "number_enc", conv.ID)
	var body string
	if err == nil {
		// A resend says the same words: what was accepted unseen must be findable by them.
		body, err = s.open(r.BodyEnc, r.OrgID, "delivery", "body_enc", r.ID)
	}
	if err != nil {
		w.Queue(sqlPostpone, r.OrgID, r.EventID, r.ID, now.Add(unreadableWait), causeUnreadable, now)
		return nil, end, nil //nolint:nilerr // this one waits or ends, and the others go on
	}
	if body == "" {
		if c.Channel == notify.Voice {
			draft.Stage = notify.StageAlert // what is said is made anew in the call itself
		} else if draft.Link, err = s.queueLink(w, r, draft, now); err != nil {
			return nil, end, err
		}
		if body, err = s.compose(draft); err != nil {
			w.Queue(sqlEndDelivery, r.OrgID, r.EventID, r.ID, string(notify.NeedsHuman), "the text could not be written", now)
			return nil, end, nil //nolint:nilerr // this one waits or ends, and the others go on
		}
	}
	sealed, err := s.seal(body, r.OrgID, "delivery", "body_enc", r.ID)
	if err != nil {
		return nil, end, err
	}
	sender, ok := f.sender(r)
	if c.Channel == notify.Voice {
		sender, ok = f.caller(r)
	}
	if !ok {
		w.Queue(sqlEndDelivery, r.OrgID, r.EventID, r.ID, string(notify.NeedsHuman), "the organisation has no sender", now)
		return nil, end, nil
	}
	attempt := carenet.NewID(now)
	no := r.AttemptNo + 1
	w.Queue(sqlStartDelivery, r.OrgID, r.EventID, r.ID, no, sealed, now, sender.ID)
	w.Queue(sqlStartAttempt, r.OrgID, r.EventID, attempt, r.ID, no, sender.ID, r.ConversationID, now, now.Add(s.rules.Lease+s.rules.Skew), conv.Starts, s.parts(c.Channel, body))
	w.Queue(sqlUnsettled, r.OrgID, r.ConversationID, attempt, now, sender.ID)
	return &notify.Claim{
		Org: r.OrgID, Event: r.EventID, Delivery: r.ID, Sender: orNil(r.SenderID), Lane: notify.Priority(r.Priority), EventAt: r.EventAt,
		Text: notify.OutboundText{Channel: notify.Channel(r.Channel), From: sender.Number, MessagingServiceSID: sender.MessagingServiceSID, To: number, Body: body, Attempt: attempt},
		Attempt: notify.Attempt{
			ID: attempt, No: no, State: notify.AttemptSending,
			Kind: notify.Kind(r.Kind), Channel: c.Channel, StartedAt: now, ExpiresAt: r.ExpiresAt,
		},
	}, end, nil
}
