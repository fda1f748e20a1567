package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlDeskText = `SELECT ` + textColumns + `, d.body_enc, o.name AS organisation, o.zone AS org_zone,
  coalesce(c.opted_out_at IS NOT NULL OR c.wrong_number_at IS NOT NULL, false) AS stopped, c.id AS talk_id, c.number_enc
FROM delivery d JOIN organisation o ON o.org_id = d.org_id
LEFT JOIN conversation c ON c.org_id = d.org_id AND c.id = d.conversation_id
WHERE d.org_id = $1 AND d.event_id = $2 AND d.id = $3`
	sqlDeskTries = `SELECT a.no, a.state, a.sid, a.provider_status, a.class, a.code, a.detail, a.started_at, a.changed_at
FROM attempt a WHERE a.org_id = $1 AND a.event_id = $2 AND a.delivery_id = $3 ORDER BY a.no`
	sqlHandlings = `SELECT h.org_id, h.id, h.action, h.by_id, h.note_enc, h.at FROM handling h WHERE h.org_id = $1 AND h.about_id = $2 ORDER BY h.id`
	sqlDeskIn    = `SELECT m.org_id, m.id, m.person_id, m.patient_id, m.conversation_id, m.reason, m.body_enc, m.received_at, m.handled_at
FROM inbound_message m WHERE m.org_id = $1 AND m.id = $2`
	sqlNumberOf = `SELECT number_enc FROM conversation WHERE org_id = $1 AND id = $2`
	sqlDeskFact = `SELECT e.id, e.kind, e.patient_id, e.tries, e.at FROM event e WHERE e.org_id = $1 AND e.id = $2 AND e.state = 'dead'`
)

type deskTextRow struct {
	textRow
	BodyEnc      []byte
	Organisation string
	OrgZone      string
	Stopped      bool
	TalkID       *carenet.ID
	NumberEnc    []byte
}

type deskTryRow struct {
	No             int
	State          string
	SID            string
	ProviderStatus string
	Class          string
	Code           int
	Detail         string
	StartedAt      time.Time
	ChangedAt      time.Time
}

type handlingRow struct {
	OrgID   carenet.ID
	ID      carenet.ID
	Action  string
	ByID    carenet.ID
	NoteEnc []byte
	At      time.Time
}

// TextPage is the whole way of one text, for those who see to texts.
func (s *Store) TextPage(ctx context.Context, actor carenet.Actor, ref carenet.TextRef) (carenet.TextPage, error) {
	var page carenet.TextPage
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = carenet.TextPage{}
		if err := s.requireManager(ctx, tx, actor); err != nil {
			return err
		}
		var found []deskTextRow
		var tries []deskTryRow
		var handled []handlingRow
		b := &pgx.Batch{}
		collect(b.Queue(sqlDeskText, actor.Org, ref.Event, ref.ID), &found)
		collect(b.Queue(sqlDeskTries, actor.Org, ref.Event, ref.ID), &tries)
		collect(b.Queue(sqlHandlings, actor.Org, ref.ID), &handled)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if len(found) == 0 {
			return carenet.Errorf(carenet.NotFound, "read text", "there is no such text")
		}
		r := found[0]
		people := addID(addID([]carenet.ID{r.RecipientID}, orNil(r.PatientID)), orNil(r.AuthorID))
		names, err := s.names(ctx, tx, actor.Org, people)
		if err != nil {
			return err
		}
		page.TextOut, page.Organisation, page.Zone, page.Stopped = r.text(names), r.Organisation, zoneOf(r.OrgZone), r.Stopped
		if page.Body, err = s.open(r.BodyEnc, r.OrgID, "delivery", "body_enc", r.ID); err != nil {
			page.Body = "" // for want of a key, perhaps: the way is still worth seeing
		}
		if r.TalkID != nil && r.Audience == string(carenet.ToPatient) {
			if page.Phone, err = s.open(r.NumberEnc, r.OrgID, "conversation", "number_enc", *r.TalkID); err != nil {
				page.Phone = ""
			}
		}
		var states []notify.AttemptState
		for _, t := range tries {
			states = append(states, notify.AttemptState(t.State))
			page.Words = append(page.Words, carenet.TextTry{
				No: t.No, State: t.State, SID: t.SID, Provider: t.ProviderStatus, Class: t.Class,
				Code: t.Code, Detail: t.Detail, StartedAt: t.StartedAt, ChangedAt: t.ChangedAt,
			})
		}
		page.Waits = r.StaffAt != nil && r.HandledAt == nil
		page.MayRetry, page.WhyNot = notify.MayRetry(notify.State(r.State), states, r.Stopped)
		if page.Handled, err = s.handledBy(ctx, tx, actor.Org, handled); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "message.read", Table: "delivery", Row: r.ID, Patient: orNil(r.PatientID)})
	})
	return page, err
}

func (s *Store) handledBy(ctx context.Context, tx pgx.Tx, org carenet.ID, rows []handlingRow) ([]carenet.Handled, error) {
	var people []carenet.ID
	for _, r := range rows {
		people = addID(people, r.ByID)
	}
	names, err := s.names(ctx, tx, org, people)
	if err != nil {
		return nil, err
	}
	var out []carenet.Handled
	for _, r := range rows {
		note, err := s.open(r.NoteEnc, r.OrgID, "handling", "note_enc", r.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, carenet.Handled{Action: r.Action, By: names[r.ByID], Note: note, At: r.At})
	}
	return out, nil
}

// InPage is one text in that a human must read.
func (s *Store) InPage(ctx context.Context, actor carenet.Actor, id carenet.ID) (carenet.InPage, error) {
	var page carenet.InPage
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = carenet.InPage{}
		if err := s.requireManager(ctx, tx, actor); err != nil {
			return err
		}
		var found []attendInRow
		var handled []handlingRow
		b := &pgx.Batch{}
		collect(b.Queue(sqlDeskIn, actor.Org, id), &found)
		collect(b.Queue(sqlHandlings, actor.Org, id), &handled)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if len(found) == 0 {
			return carenet.Errorf(carenet.NotFound, "read text", "there is no such text")
		}
		r := found[0]
		names, err := s.names(ctx, tx, actor.Org, addID(nil, orNil(r.PersonID)))
		if err != nil {
			return err
		}
		page.TextIn = r.text(names)
		if err := orgHead(ctx, tx, actor.Org, &page.Organisation, &page.Zone); err != nil {
			return err
		}
		if page.Body, err = s.open(r.BodyEnc, r.OrgID, "inbound_message", "body_enc", r.ID); err != nil {
			return err
		}
		var number []byte
		if err := tx.QueryRow(ctx, sqlNumberOf, actor.Org, r.ConversationID).Scan(&number); err != nil {
			return err
		}
		if page.Number, err = s.open(number, r.OrgID, "conversation", "number_enc", r.ConversationID); err != nil {
			return err
		}
		if page.Wrong, err = s.peopleOf(ctx, tx, sqlWrongOf, actor.Org, r.ConversationID); err != nil {
			return err
		}
		moved, err := s.peopleOf(ctx, tx, sqlMovedFrom, actor.Org, r.ConversationID)
		if err != nil {
			return err
		}
		if len(moved) > 0 && r.PersonID == nil {
			page.Moved = &moved[0]
		}
		if page.Handled, err = s.handledBy(ctx, tx, actor.Org, handled); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "message.read", Table: "inbound_message", Row: r.ID, Patient: orNil(r.PatientID)})
	})
	return page, err
}

const sqlWrongOf = `SELECT DISTINCT cp.person_id FROM contact_point cp JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
WHERE cp.org_id = $1 AND cp.conversation_id = $2 AND cp.removed_at IS NULL AND c.wrong_number_at IS NOT NULL ORDER BY cp.person_id`

const sqlMovedFrom = `SELECT cp.person_id FROM contact_point cp JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
WHERE cp.org_id = $1 AND cp.conversation_id = $2 AND cp.removed_at = c.number_moved_at AND c.wrong_number_at IS NULL
  AND NOT EXISTS (SELECT FROM contact_point x WHERE x.org_id = cp.org_id AND x.conversation_id = cp.conversation_id AND x.removed_at IS NULL) ORDER BY cp.id LIMIT 1`

// peopleOf are those that a statement finds for a conversation.
func (s *Store) peopleOf(ctx context.Context, tx pgx.Tx, sql string, org, conversation carenet.ID) (people []carenet.PersonName, err error) {
	rows, err := tx.Query(ctx, sql, org, conversation)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, tx, org, ids)
	for _, id := range ids {
		people = append(people, carenet.PersonName{ID: id, Name: names[id]})
	}
	return people, err
}
