package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	sqlInsertInbound = `INSERT INTO inbound_message (org_id, id, sid, conversation_id, sender_id, person_id, patient_id, body_enc,
  state, kind, reason, flags, check_in_id, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

	sqlInsertCheckIn = `INSERT INTO check_in (org_id, id, patient_id, prompt_id, reporter, reporter_id, channel, private, late,
  corrects_id, inbound_id, idempotency, words_enc, local_day, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

	sqlInsertAnswer = `INSERT INTO answer (org_id, id, check_in_id, question_set_id, item, value) VALUES ($1, $2, $3, $4, $5, $6)`

	sqlSupersede = `UPDATE check_in SET superseded_by = $3 WHERE org_id = $1 AND id = $2`

	sqlAnswerPrompt = `UPDATE prompt SET state = 'answered', check_in_id = $3, cause = '' WHERE org_id = $1 AND id = $2`

	sqlConversationIn = `UPDATE conversation SET last_in_at = $3,
  opted_out_at = CASE WHEN $4 THEN NULL WHEN $5 THEN coalesce(opted_out_at, $3) ELSE opted_out_at END,
  opted_out_by = CASE WHEN $4 THEN NULL WHEN $5 THEN coalesce(opted_out_by, $6) ELSE opted_out_by END,
  wrong_number_at = CASE WHEN $4 THEN NULL WHEN $7 THEN coalesce(wrong_number_at, $3) ELSE wrong_number_at END,
  unknown_told_at = CASE WHEN $8 THEN $3 ELSE unknown_told_at END
WHERE org_id = $1 AND id = $2`

	sqlInsertEvent = `INSERT INTO event (org_id, id, batch_id, kind, patient_id, subject_id, detail, state, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8)`
)

// write queues every change of the batch in one pipeline.
func (in *intake) write(ctx context.Context) error {
	b := &pgx.Batch{}
	for _, it := range in.items {
		if err := in.writeItem(b, it); err != nil {
			return err
		}
	}
	return in.tx.SendBatch(ctx, b).Close()
}

func (in *intake) writeItem(b *pgx.Batch, it *intakeItem) error {
	out := it.out
	body, err := in.store.seal(it.text.Body, it.org, "inbound_message", "body_enc", it.id)
	if err != nil {
		return err
	}
	if body == nil {
		body = []byte{} // an empty text is still a text
	}
	var checkIn carenet.ID
	if out.CheckIn != nil {
		checkIn = out.CheckIn.ID
		if err := in.store.queueCheckIn(b, *out.CheckIn); err != nil {
			return err
		}
		in.store.queueAudit(b, carenet.Actor{Kind: carenet.ActorPatient, Org: it.org, Person: out.Person, Via: "sms"},
			in.now, audited{Action: "check_in.record", Table: "check_in", Row: checkIn, Patient: out.Patient})
	}
	flags := out.Flags
	if flags == nil {
		flags = []string{}
	}
	b.Queue(sqlInsertInbound, it.org, it.id, it.text.SID, it.ctx.Conversation, it.ctx.Sender, orNull(out.Person), orNull(out.Patient),
		body, string(out.State), out.Kind, out.Reason, flags, orNull(checkIn), it.text.ReceivedAt)
	stopped, by := out.OptOut || out.WrongNumber, "text"
	switch {
	case out.WrongNumber:
		by = "wrong_number"
	case it.text.OptOutType != "":
		by = "carrier"
	}
	b.Queue(sqlConversationIn, it.org, it.ctx.Conversation, in.now, out.OptIn, stopped, by, out.WrongNumber, out.TellOnce)
	if stopped || out.OptIn {
		action := "number.stop"
		if out.OptIn {
			action = "number.start"
		}
		in.store.queueAudit(b, carenet.Actor{Kind: in.actorKind(it), Org: it.org, Person: out.Person, Via: "sms"},
			in.now, audited{Action: action, Table: "conversation", Row: it.ctx.Conversation, Patient: out.Patient})
	}
	for _, e := range out.Events {
		queueEvent(b, e)
		in.batch.Events = append(in.batch.Events, e)
	}
	return nil
}

func (in *intake) actorKind(it *intakeItem) carenet.ActorKind {
	for _, p := range it.ctx.People {
		if p.ID != it.out.Person {
			continue
		}
		switch {
		case p.Patient != nil:
			return carenet.ActorPatient
		case p.Clinician:
			return carenet.ActorClinician
		}
		return carenet.ActorFollower
	}
	return carenet.ActorSystem
}

// queueCheckIn writes a check-in, its answer, what it corrects and the prompt it answers.
func (s *Store) queueCheckIn(b *pgx.Batch, c carenet.CheckIn) error {
	words, err := s.seal(c.Words, c.Org, "check_in", "words_enc", c.ID)
	if err != nil {
		return err
	}
	b.Queue(sqlInsertCheckIn, c.Org, c.ID, c.Patient, orNull(c.Prompt), string(c.Reporter), c.ReporterID, string(c.Channel), c.Private, c.Late,
		orNull(c.Corrects), orNull(c.Inbound), c.Key, words, int(c.Day), c.At)
	if c.Score != nil {
		b.Queue(sqlInsertAnswer, c.Org, carenet.NewID(c.At), c.ID, c.Set, c.Item, *c.Score)
	}
	if c.Corrects != carenet.NilID {
		b.Queue(sqlSupersede, c.Org, c.Corrects, c.ID)
	}
	if c.Prompt != carenet.NilID {
		b.Queue(sqlAnswerPrompt, c.Org, c.Prompt, c.ID)
	}
	return nil
}

func queueEvent(b *pgx.Batch, e carenet.Event) {
	b.Queue(sqlInsertEvent, e.Org, e.ID, e.Batch, string(e.Kind), orNull(e.Patient), orNull(e.Subject), e.Detail, e.At)
}
