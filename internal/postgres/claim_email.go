package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/notify"
)

const (
	sqlClaimEmails = `SELECT org, event, delivery FROM claim_emails($1, $2, $3, $4, $5)`
	// Shared locks: who unsubscribes while an email is claimed waits for the claim, and
	// whose word came first is seen.
	sqlEmailAddresses = `SELECT d.id AS delivery_id, p.org_id, p.id, p.value_enc, p.removed_at IS NOT NULL AS removed, p.unsubscribed_at IS NOT NULL AS unsubscribed
FROM delivery d JOIN contact_point p ON p.org_id = d.org_id AND p.id = d.contact_id
WHERE d.org_id = ANY ($1) AND d.event_id = ANY ($2) AND d.id = ANY ($3) ORDER BY p.org_id, p.id FOR SHARE OF p`
	// due_at is the end of the lease: what is not recorded by then is due again.
	sqlStartEmail = `UPDATE delivery SET state = 'sending', attempt_no = $4, body_enc = $5, changed_at = $6, due_at = $7
WHERE org_id = $1 AND event_id = $2 AND id = $3`
	// A try whose worker is gone: it may have got through.
	sqlLostEmail = `UPDATE attempt SET state = 'abandoned', class = 'unknown', detail = 'its worker was lost', changed_at = $5
WHERE org_id = $1 AND event_id = $2 AND delivery_id = $3 AND no = $4 AND state = 'sending'`
	sqlInsertStop = `INSERT INTO link (org_id, id, token_hash, purpose, person_id, door, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
)

// mailSender is what stands where a text has its sender: the greatest id, which no
// sender has, so that the lanes of texts pass emails by.
var mailSender = carenet.ID{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

type emailAddressRow struct {
	DeliveryID   carenet.ID
	OrgID        carenet.ID
	ID           carenet.ID
	ValueEnc     []byte
	Removed      bool
	Unsubscribed bool
}

// ClaimEmails takes up to limit emails that are due in the lanes from low to high. As
// with texts, each is checked against this very moment, written, and its try started,
// all committed before anything leaves. An email has no conversation: nothing is
// locked but its delivery, its address and what it tells of.
func (s *Store) ClaimEmails(ctx context.Context, low, high notify.Priority, limit int) (claims []notify.EmailClaim, done int, err error) {
	err = s.inTx(ctx, nil, func(tx pgx.Tx) error {
		claims, done = nil, 0
		now := s.Now()
		orgs, events, ids, err := claimedInEvents(ctx, tx, sqlClaimEmails, now, claimFloor(now), int(low), int(high), limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		addresses := map[carenet.ID]emailAddressRow{}
		var found []claimRow
		b := &pgx.Batch{}
		b.Queue(sqlScope, orgs)
		byID(b.Queue(sqlEmailAddresses, orgs, events, ids), &addresses, func(r emailAddressRow) carenet.ID { return r.DeliveryID })
		collect(b.Queue(sqlClaimRows, orgs, events, ids), &found)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		facts, err := s.loadFacts(ctx, tx, orgs, found)
		if err != nil {
			return fmt.Errorf("load what the emails say: %w", err)
		}
		w := &pgx.Batch{}
		for _, r := range found {
			claim, err := s.claimEmail(w, r, addresses[r.ID], facts, now)
			if err != nil {
				return err
			}
			done++
			if claim != nil {
				claims = append(claims, *claim)
			}
		}
		return tx.SendBatch(ctx, w).Close()
	})
	if err != nil {
		return nil, 0, err
	}
	return claims, done, nil
}

func (s *Store) claimEmail(w *pgx.Batch, r claimRow, to emailAddressRow, f claimFacts, now time.Time) (*notify.EmailClaim, error) {
	c, draft := f.candidate(s, r, claimedConversation{}, now)
	c.Removed, c.Unsubscribed = to.ID == carenet.NilID || to.Removed, to.Unsubscribed && mayUnsubscribe(r)
	if err := f.aboutCommand(s, r, &c, &draft); err != nil {
		w.Queue(sqlPostpone, r.OrgID, r.EventID, r.ID, now.Add(unreadableWait), causeUnreadable, now)
		return nil, nil //nolint:nilerr // this one waits or ends, and the others go on
	}
	w.Queue(sqlLostEmail, r.OrgID, r.EventID, r.ID, r.AttemptNo, now)
	if ok, state, cause := notify.Recheck(c); !ok {
		w.Queue(sqlEndDelivery, r.OrgID, r.EventID, r.ID, string(state), cause, now)
		return nil, nil
	}
	if at := c.HeldUntil(draft.Zone); !at.IsZero() {
		w.Queue(sqlPostpone, r.OrgID, r.EventID, r.ID, at, notify.WaitNight, now)
		return nil, nil
	}
	address, err := s.open(to.ValueEnc, to.OrgID, "contact_point", "value_enc", to.ID)
	if err != nil {
		w.Queue(sqlPostpone, r.OrgID, r.EventID, r.ID, now.Add(unreadableWait), causeUnreadable, now)
		return nil, nil //nolint:nilerr // this one waits or ends, and the others go on
	}
	stop := s.queueStop(w, r, now)
	// Each try is written anew, and has links of its own: nobody looks for it by its words.
	if draft.Link, err = s.queueLink(w, r, draft, now); err != nil {
		return nil, err
	}
	subject, body, err := s.letter(draft, stop)
	if err != nil {
		w.Queue(sqlEndDelivery, r.OrgID, r.EventID, r.ID, string(notify.NeedsHuman), "the email could not be written", now)
		return nil, nil //nolint:nilerr // this one waits or ends, and the others go on
	}
	sealed, err := s.seal(body, r.OrgID, "delivery", "body_enc", r.ID)
	if err != nil {
		return nil, err
	}
	attempt, no := carenet.NewID(now), r.AttemptNo+1
	until := now.Add(notify.EmailLease + s.rules.Skew)
	w.Queue(sqlStartEmail, r.OrgID, r.EventID, r.ID, no, sealed, now, until)
	w.Queue(sqlStartAttempt, r.OrgID, r.EventID, attempt, r.ID, no, mailSender, carenet.NilID, now, until, 0, 0)
	return &notify.EmailClaim{
		Org: r.OrgID, Event: r.EventID, Delivery: r.ID, Lane: notify.Priority(r.Priority), EventAt: r.EventAt,
		Email: notify.OutboundEmail{
			To: address, Subject: subject, Body: body, Language: draft.Language, RightToLeft: draft.Language == "ar",
			Unsubscribe: stop, Delivery: r.ID,
		},
		Attempt: notify.Attempt{ID: attempt, No: no, State: notify.AttemptSending, Kind: notify.Kind(r.Kind), StartedAt: now, ExpiresAt: r.ExpiresAt},
	}, nil
}

// mayUnsubscribe: a follower may end our emails by a click. Staff may not end alerts
// so, nor anybody the link that they have just asked for.
func mayUnsubscribe(r claimRow) bool {
	return carenet.Audience(r.Audience) == carenet.ToFollower && notify.Kind(r.Kind) != notify.KindSignIn
}

// queueStop makes the link that ends such emails; "" when there is none.
func (s *Store) queueStop(b *pgx.Batch, r claimRow, now time.Time) string {
	if !mayUnsubscribe(r) {
		return ""
	}
	token, hash := auth.NewToken(auth.ForUnsubscribe)
	b.Queue(sqlInsertStop, r.OrgID, carenet.NewID(now), hash, string(auth.ForUnsubscribe), r.RecipientID, string(auth.FollowerDoor), now.Add(auth.UnsubscribeLasts), now)
	return s.siteURL + "/stop/" + token
}

// letter writes the email of a draft; a draft that makes it panic costs only itself.
func (s *Store) letter(d notify.Draft, stop string) (subject, body string, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("panic in %s", panicked())
		}
	}()
	if l, ok := s.composer.(notify.Letters); ok {
		return l.Letter(d, stop)
	}
	body, err = s.composer.Compose(d)
	return d.Organisation, body, err
}

// RecordEmails writes what the mail server answered.
func (s *Store) RecordEmails(ctx context.Context, outcomes []notify.EmailOutcome) error {
	refs := make([]attemptRef, 0, len(outcomes))
	byAttempt := make(map[carenet.ID]notify.SendOutcome, len(outcomes))
	for _, o := range outcomes {
		refs = append(refs, attemptRef{o.Claim.Org, o.Claim.Event, o.Claim.Attempt.ID})
		byAttempt[o.Claim.Attempt.ID] = o.Outcome
	}
	return s.settle(ctx, refs, func(a notify.Attempt, now time.Time) notify.Verdict {
		return s.rules.AfterEmail(a, byAttempt[a.ID], now)
	})
}
