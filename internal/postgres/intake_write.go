package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
	"howareyou/notify"
)

const (
	sqlInsertInbound = `INSERT INTO inbound_message (org_id, id, sid, conversation_id, sender_id, person_id, patient_id, body_enc,
  state, kind, reason, flags, check_in_id, received_at)
SELECT n.org_id, n.id, n.sid, n.conversation_id, n.sender_id, n.person_id, n.patient_id, n.body_enc,
  n.state, n.kind, n.reason, string_to_array(n.flags, ' '), n.check_in_id, n.received_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::bytea[],
  $9::text[], $10::text[], $11::text[], $12::text[], $13::uuid[], $14::timestamptz[])
  AS n(org_id, id, sid, conversation_id, sender_id, person_id, patient_id, body_enc, state, kind, reason, flags, check_in_id, received_at)`

	// A number that texts us works, whatever the provider said of it.
	sqlConversationIn = `UPDATE conversation c SET last_in_at = $3, suspect_at = NULL, suspect_code = 0,
  starts = c.starts + CASE WHEN n.started THEN 1 ELSE 0 END,
  opted_out_at = CASE WHEN n.started THEN NULL WHEN n.stopped_by <> '' THEN coalesce(c.opted_out_at, $3) ELSE c.opted_out_at END,
  opted_out_by = CASE WHEN n.started THEN NULL WHEN n.stopped_by <> '' THEN coalesce(c.opted_out_by, n.stopped_by) ELSE c.opted_out_by END,
  wrong_number_at = CASE WHEN n.started THEN NULL WHEN n.stopped_by = 'wrong_number' THEN coalesce(c.wrong_number_at, $3) ELSE c.wrong_number_at END,
  unknown_told_at = CASE WHEN n.told THEN $3 ELSE c.unknown_told_at END,
  checked_at = CASE WHEN n.checked THEN $3 ELSE c.checked_at END, check_wanted = c.check_wanted AND NOT n.checked,
  check_asked_at = CASE WHEN n.checked OR n.stopped_by <> '' THEN NULL ELSE c.check_asked_at END,
  check_next_at = CASE WHEN n.checked OR n.stopped_by <> '' THEN NULL ELSE c.check_next_at END
FROM unnest($1::uuid[], $2::uuid[], $4::boolean[], $5::text[], $6::boolean[], $7::boolean[]) AS n(org_id, id, started, stopped_by, told, checked)
WHERE c.org_id = n.org_id AND c.id = n.id`
)

const sqlAskedAgain = `UPDATE prompt q SET asked_again_at = $3 FROM unnest($1::uuid[], $2::uuid[]) AS n(org_id, id)
WHERE q.org_id = n.org_id AND q.id = n.id`

// intakeRows collects every change of a batch, so that it is written in a
// handful of statements however many texts it holds.
type intakeRows struct {
	inbound  inboundRows
	convs    conversationRows
	checkIns checkInRows
	toRead   wordsRows // what no answer holds
	events   eventRows
	audit    auditRows
	again    becauseOf // prompts whose answers were asked for again
	items    []sealedItem
	itemsOf  []dialogue.ItemAgain // further questions that were asked once more
	itemOrgs []carenet.ID
}

type inboundRows struct {
	org, id, conversation, sender   []carenet.ID
	person, patient, checkIn        []*carenet.ID
	sid, state, kind, reason, flags []string
	body                            [][]byte
	at                              []time.Time
}

type conversationRows struct {
	org, id       []carenet.ID
	started, told []bool
	checked       []bool
	stoppedBy     []string // text, carrier, wrong_number; empty when it was not stopped
}

// write writes every change of the batch in one pipeline.
func (in *intake) write(ctx context.Context) error {
	var rows intakeRows
	for _, it := range in.items {
		if err := in.add(&rows, it); err != nil {
			return err
		}
	}
	b := &pgx.Batch{}
	rows.queue(b, in.now)
	return in.tx.SendBatch(ctx, b).Close()
}

func (r *intakeRows) queue(b *pgx.Batch, now time.Time) {
	if t := r.inbound; len(t.id) > 0 {
		b.Queue(sqlInsertInbound, t.org, t.id, t.sid, t.conversation, t.sender, t.person, t.patient, t.body,
			t.state, t.kind, t.reason, t.flags, t.checkIn, t.at)
	}
	r.checkIns.queue(b)
	r.toRead.queue(b)
	if c := r.convs; len(c.id) > 0 {
		b.Queue(sqlConversationIn, c.org, c.id, now, c.started, c.stoppedBy, c.told, c.checked)
		if slices.Contains(c.checked, true) {
			b.Queue(sqlLetLeave, c.org, c.id, c.checked, now, notify.WaitCheck, carenet.FloorID(now.Add(-waitedAtMost)))
		}
	}
	if len(r.again.id) > 0 {
		b.Queue(sqlAskedAgain, r.again.org, r.again.id, now)
	}
	for _, a := range r.items {
		a.queue(b)
	}
	for i, a := range r.itemsOf {
		b.Queue(sqlItemAgain, r.itemOrgs[i], a.Prompt, a.Item)
	}
	r.events.queue(b)
	r.audit.queue(b)
}

func (in *intake) add(rows *intakeRows, it *intakeItem) error {
	out := it.out
	var checkIn carenet.ID
	if out.CheckIn != nil {
		checkIn = out.CheckIn.ID
		if err := rows.checkIns.add(in.store, *out.CheckIn); err != nil {
			return err
		}
		kind := carenet.ActorPatient
		if out.CheckIn.Reporter == carenet.ReporterProxy {
			kind = carenet.ActorFollower
		}
		rows.audit.add(carenet.Actor{Kind: kind, Org: it.org, Person: out.Person, Via: "sms"},
			in.now, audited{Action: "check_in.record", Table: "check_in", Row: checkIn, Patient: out.Patient})
	}
	if err := in.addText(&rows.inbound, it, checkIn); err != nil {
		return err
	}
	for _, of := range out.ToRead() {
		rows.toRead.add(it.org, it.ctx.Inbound, of, "text", out.Flags, in.now)
	}
	by := in.stoppedBy(it)
	c := &rows.convs
	c.org, c.id, c.started = append(c.org, it.org), append(c.id, it.ctx.Conversation), append(c.started, out.OptIn)
	c.stoppedBy, c.told = append(c.stoppedBy, by), append(c.told, out.TellOnce)
	c.checked = append(c.checked, out.Checked || out.OptIn)
	if by != "" || out.OptIn {
		action := "number.stop"
		if out.OptIn {
			action = "number.start"
		}
		rows.audit.add(carenet.Actor{Kind: in.actorKind(it), Org: it.org, Person: out.Person, Via: "sms"},
			in.now, audited{Action: action, Table: "conversation", Row: it.ctx.Conversation, Patient: out.Patient})
	}
	if out.AskedAgain != carenet.NilID {
		rows.again.org, rows.again.id = append(rows.again.org, it.org), append(rows.again.id, out.AskedAgain)
	}
	for _, a := range out.Items {
		a.Flags = out.Flags
		item, err := in.store.sealItem(a)
		if err != nil {
			return err
		}
		rows.items = append(rows.items, item)
		rows.audit.add(carenet.Actor{Kind: carenet.ActorPatient, Org: it.org, Person: out.Person, Via: "sms"},
			in.now, audited{Action: "item.record", Table: "item_answer", Row: a.ID, Patient: a.Patient})
	}
	if out.ItemAgain.Item != "" {
		rows.itemsOf, rows.itemOrgs = append(rows.itemsOf, out.ItemAgain), append(rows.itemOrgs, it.org)
	}
	for _, e := range out.Events {
		rows.events.add(e)
		in.batch.Events = append(in.batch.Events, e)
	}
	return nil
}

func (in *intake) addText(t *inboundRows, it *intakeItem, checkIn carenet.ID) error {
	body, err := in.store.seal(it.text.Body, it.org, "inbound_message", "body_enc", it.id)
	if err != nil {
		return err
	}
	if body == nil {
		body = []byte{} // an empty text is still a text
	}
	out := it.out
	t.org, t.id, t.conversation, t.sender = append(t.org, it.org), append(t.id, it.id), append(t.conversation, it.ctx.Conversation), append(t.sender, it.ctx.Sender)
	t.person, t.patient, t.checkIn = append(t.person, orNull(out.Person)), append(t.patient, orNull(out.Patient)), append(t.checkIn, orNull(checkIn))
	t.sid, t.state, t.kind, t.reason = append(t.sid, it.text.SID), append(t.state, string(out.State)), append(t.kind, out.Kind), append(t.reason, out.Reason)
	// Flags are words of ours, without spaces.
	t.flags = append(t.flags, strings.Join(out.Flags, " "))
	t.body, t.at = append(t.body, body), append(t.at, it.text.ReceivedAt)
	return nil
}

// stoppedBy says by what the text stopped its number; empty when it did not.
func (in *intake) stoppedBy(it *intakeItem) string {
	switch {
	case it.out.WrongNumber:
		return "wrong_number"
	case !it.out.OptOut:
		return ""
	case it.text.OptOutType != "":
		return "carrier"
	}
	return "text"
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
