package postgres

import (
	"context"
	"errors"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

// NoLimit is the rate of a sender that may send as fast as it can: one of a
// simulated provider, or of one that queues for us.
const NoLimit = -1

// NewSender is a number or messaging service to be added.
type NewSender struct {
	Number           string // E.164, or a short code
	MessagingService string
	CarrierKeywords  bool // the carrier answers STOP, START and HELP itself
	PerMinute        int  // 0: as its kind; NoLimit
	Position         int  // those of one position are a pool; a higher one is a spare. 1 when 0
}

const (
	sqlInsertSender = `INSERT INTO sender (org_id, id, number, messaging_service_sid, carrier_keywords, position, created_at, kind, per_minute)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlOrgRegion  = `SELECT region FROM organisation WHERE org_id = $1`
	sqlSenderRate = `UPDATE sender SET per_minute = $3 WHERE org_id = $1 AND (number = $2 OR messaging_service_sid = $2) RETURNING id`
	sqlRetire     = `UPDATE sender SET retired_at = coalesce(retired_at, $3) WHERE org_id = $1 AND (number = $2 OR messaging_service_sid = $2) RETURNING id`
	sqlOthersStay = `SELECT EXISTS (SELECT 1 FROM sender WHERE org_id = $1 AND id <> $2 AND retired_at IS NULL)`
	sqlUnknow     = `UPDATE conversation SET sender_id = NULL WHERE org_id = $1 AND sender_id = $2`
	sqlUnplan     = `UPDATE delivery SET sender_id = NULL WHERE org_id = $1 AND sender_id = $2 AND state = 'queued' AND event_id >= $3`
	sqlSenderList = `SELECT id, number, messaging_service_sid AS service, kind, per_minute, position, retired_at FROM sender WHERE org_id = $1 ORDER BY position, id`
)

var (
	shortCode  = regexp.MustCompile(`^[1-9][0-9]{2,7}$`)
	serviceSID = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

// check brings the number into the form in which texts to it arrive.
func (n *NewSender) check(op, region string) error {
	switch {
	case n.Number == "" && !serviceSID.MatchString(n.MessagingService):
		return carenet.Errorf(carenet.Invalid, op, "a sender is a number, or a messaging service (MG and 32 hexadecimal digits)")
	case n.PerMinute < NoLimit:
		return carenet.Errorf(carenet.Invalid, op, "a rate is a number of texts a minute, or none")
	case n.Number != "" && !shortCode.MatchString(n.Number):
		phone, err := carenet.ParsePhone(n.Number, region)
		if err != nil {
			return err
		}
		n.Number = string(phone)
	}
	return nil
}

func (n NewSender) queue(b *pgx.Batch, org, id carenet.ID, now time.Time) {
	kind, keywords := notify.KindOfSender(n.Number), "ours"
	if n.CarrierKeywords {
		keywords = "twilio"
	}
	b.Queue(sqlInsertSender, org, id, n.Number, n.MessagingService, keywords, max(n.Position, 1), now, string(kind), rate(n.PerMinute, kind))
}

// rate is how a sender's rate is kept: NULL for no limit.
func rate(perMinute int, kind notify.SenderKind) *int {
	switch perMinute {
	case NoLimit:
		return nil
	case 0:
		perMinute = kind.PerMinute()
	}
	return &perMinute
}

// AddSender gives an organisation one more number or messaging service.
func (s *Store) AddSender(ctx context.Context, actor carenet.Actor, n NewSender) (carenet.ID, error) {
	const op = "add sender"
	now := s.Now()
	id := carenet.NewID(now)
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		var region string
		if err := tx.QueryRow(ctx, sqlOrgRegion, actor.Org).Scan(&region); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "there is no such organisation")
		} else if err != nil {
			return err
		}
		if err := n.check(op, region); err != nil {
			return err
		}
		b := &pgx.Batch{}
		n.queue(b, actor.Org, id, now)
		s.queueAudit(b, actor, now, audited{Action: "sender.add", Table: "sender", Row: id})
		return asConflict(tx.SendBatch(ctx, b).Close(), op, "an organisation already uses this sender")
	})
	return id, err
}

// SetSenderRate says how many texts a minute may leave from a sender, named by
// its number or its messaging service.
func (s *Store) SetSenderRate(ctx context.Context, actor carenet.Actor, sender string, perMinute int) error {
	const op = "set rate"
	if perMinute < NoLimit {
		return carenet.Errorf(carenet.Invalid, op, "a rate is a number of texts a minute, or none")
	}
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		var id carenet.ID
		if err := tx.QueryRow(ctx, sqlSenderRate, actor.Org, sender, rate(perMinute, notify.KindOfSender(sender))).Scan(&id); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "the organisation has no such sender")
		} else if err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "sender.rate", Table: "sender", Row: id, Detail: map[string]any{"per_minute": perMinute}})
	})
}

// RetireSender stops texts from leaving through a sender. It is still heard, so
// nobody's answer is lost; what waited for it leaves from another.
func (s *Store) RetireSender(ctx context.Context, actor carenet.Actor, sender string) error {
	const op = "retire sender"
	now := s.Now()
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		var id carenet.ID
		if err := tx.QueryRow(ctx, sqlRetire, actor.Org, sender, now).Scan(&id); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "the organisation has no such sender")
		} else if err != nil {
			return err
		}
		var others bool
		if err := tx.QueryRow(ctx, sqlOthersStay, actor.Org, id).Scan(&others); err != nil {
			return err
		}
		if !others {
			return carenet.Errorf(carenet.Conflict, op, "it is the organisation's last sender: add another first")
		}
		b := &pgx.Batch{}
		b.Queue(sqlUnknow, actor.Org, id)
		b.Queue(sqlUnplan, actor.Org, id, claimFloor(now))
		s.queueAudit(b, actor, now, audited{Action: "sender.retire", Table: "sender", Row: id})
		return tx.SendBatch(ctx, b).Close()
	})
}

// SenderView is a sender as its operator sees it.
type SenderView struct {
	ID        carenet.ID
	Number    string
	Service   string
	Kind      string
	PerMinute *int // nil: no limit
	Position  int
	RetiredAt *time.Time
}

// Senders lists an organisation's senders.
func (s *Store) Senders(ctx context.Context, actor carenet.Actor) (out []SenderView, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlSenderList, actor.Org)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByName[SenderView])
		return err
	})
	return out, err
}
