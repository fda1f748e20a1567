package dialogue

import (
	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// crisis flags words that a human must see now. An answer that comes with them
// counts as well. On a number that patients share, unless they said who, it may
// be any of them: staff are called for each, since nobody may be guessed away.
func (d *decision) crisis(r reply.Reading, w writer, patients []Person) {
	if !w.ask && w.Patient != nil && w.Patient.Active && r.Score != nil && !d.ctx.WrongNumber {
		d.checkIn(w, r, true)
	}
	d.safety(r, w, patients)
}

// safety flags the text for each of the patients, or for nobody we know, and
// says where help is. No cap, pause or quiet hour stands in its way.
func (d *decision) safety(r reply.Reading, w writer, patients []Person) {
	d.take(r, Read)
	if len(patients) == 0 {
		// No patient's board can hold an alert: staff are told to read it, and it waits for them.
		d.out.State, d.out.Reason = Unread, "words that somebody must see now, of no patient"
	}
	d.callStaff(r, w, patients)
	d.answer(carenet.ReplyCrisis, w)
}

// callStaff flags the text. It is all that happens when the same text stops
// ours: then nothing may be texted back, and staff call.
func (d *decision) callStaff(r reply.Reading, w writer, patients []Person) {
	if w.sure && w.Patient != nil {
		patients = []Person{w.Person}
	}
	detail := carenet.Detail{Flags: r.Flags, Conversation: d.ctx.Conversation, Person: d.out.Person, Audience: w.as}
	for _, p := range patients {
		d.event(carenet.EventSafety, p.ID, d.ctx.Inbound, detail)
	}
	if len(patients) == 0 {
		d.event(carenet.EventSafety, carenet.NilID, d.ctx.Inbound, detail)
	}
}
