package dialogue

import (
	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/reply"
)

// inWords takes a text as the answer to a question that asks for words: any sentence is
// one, and a person reads it. What has a meaning of its own keeps it: STOP, help, commands,
// machines, numbers, and a yes or no to what else is asked. A cry for help is kept as well,
// and nothing more is asked after it.
func (d *decision) inWords(w writer, patients []Person, q ask.Question) bool {
	more := w.Patient.More
	r := d.read(w.text, reply.Context{Lang: w.Language, Role: reply.Patient})
	switch {
	case r.Kind == reply.OptOut, r.Kind == reply.Help, r.Kind == reply.Command, r.Kind == reply.Question && r.Reason == "fixed_word",
		r.Has(reply.FlagAutoReply), r.Has(reply.FlagWrongNumber), w.Follower && followerCommand(d.text.Body, w.Language):
		return false
	case r.Kind == reply.Crisis:
		if w.Patient.Offer != nil && d.callsForOffer(r, w) {
			return false
		}
		d.out.Patient = w.ID
		d.heardAnyway(w, patients)
		d.safety(r, w, patients)
		d.keepItem(w, more.CheckIn, answered{question: q, words: w.text})
		d.event(carenet.EventItem, w.ID, more.CheckIn, carenet.Detail{Person: w.ID})
		return true
	case d.staffCommand(w):
		return true
	case d.answersOther(w, q, true):
		return false
	}
	if named, rest, ok := d.namedItem(w, more); ok {
		return d.item(w, named, rest, true)
	}
	none := reply.NothingToTell(w.text, w.Language)
	switch said, _ := d.saidYesNo(); {
	case r.Kind == reply.OptIn && said == "":
		return false
	case !none && (reply.NumberList(w.text) != nil || r.Kind == reply.Answer && r.Score != nil && r.Words == "" && r.Reason != "scale_word"):
		return false // another answer to the first question
	}
	d.take(r, Read)
	d.out.Kind, d.out.Reason = string(reply.Words), "they tell the clinic something"
	a := answered{question: q, words: w.text}
	if none {
		d.out.Reason, a.words = "they have nothing to tell", ""
	}
	d.record(w, more.CheckIn, more.Running, []answered{a})
	return true
}
