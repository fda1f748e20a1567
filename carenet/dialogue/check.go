package dialogue

import (
	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// answersCheck reads a text of a number that was asked whether it is still that of
// whoever signed up. Only a yes, or a score from a patient's, opens it again; a no is a
// wrong number; anything else is for a human, and is asked about once more, in words that
// tell nothing. That holds for commands: "who?" and "ok" are what a stranger texts.
func (d *decision) answersCheck(r reply.Reading, w writer) bool {
	if !d.ctx.Check || d.ctx.OptedOut || d.ctx.WrongNumber {
		return false
	}
	switch r.Kind {
	case reply.OptOut, reply.Crisis, reply.Help:
		return false
	}
	if r.Has(reply.FlagAutoReply) || r.Has(reply.FlagWrongNumber) {
		return false
	}
	said, name := d.saidYesNo()
	switch {
	case said == reply.Yes && name == "":
		d.take(r, Read)
		d.out.Kind, d.out.Reason, d.out.Checked = string(reply.Answer), "says that this number is theirs", true
		d.answer(carenet.ReplyCheckYes, w)
		return true
	case said == reply.No && name == "":
		d.notTheirs(r)
		return true
	case r.Kind == reply.Answer && r.Score != nil && w.as == carenet.ToPatient:
		d.out.Checked = true
		return false
	}
	d.take(r, Unread)
	d.out.Reason = "nobody has said yet whether this number is still theirs"
	d.guide(carenet.ReplyCheckHow, w)
	return true
}

// notTheirs stops the texts to a number that is somebody else's, and reveals nothing.
func (d *decision) notTheirs(r reply.Reading) {
	d.take(r, Unread)
	d.out.Reason = NotTheirs
	d.out.WrongNumber = true
	d.event(carenet.EventStopped, d.out.Patient, d.ctx.Conversation, carenet.Detail{Conversation: d.ctx.Conversation})
}

// NotTheirs is why a text of a wrong number waits for a human.
const NotTheirs = "they say that this number is not theirs"
