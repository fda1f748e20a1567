package dialogue

import (
	"slices"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// others are the questions that wait for a yes or no and for nothing else. Whether to be
// asked less often has a word of its own, LESS, so that no yes or no that was meant for
// another question is ever taken for it.
func (d *decision) others() []Asked {
	return slices.DeleteFunc(slices.Clone(d.ctx.Questions), func(q Asked) bool { return q.Kind == carenet.AskEase })
}

// answerable are the questions that a yes or no may answer. To be asked less often is one
// of them only where nothing else can be meant: no other question, no offer of a call, no
// prompt and no further question waits.
func (d *decision) answerable(w writer) []Asked {
	others := d.others()
	if len(others) > 0 || w.ask || w.Patient == nil || w.Patient.asked() {
		return others
	}
	if o := w.Patient.Offer; o != nil && o.State == carenet.OfferOpen {
		return others
	}
	if m := w.Patient.More; m != nil && m.CheckIn != carenet.NilID && !m.Over {
		if _, waits := m.Next(); waits {
			return others
		}
	}
	return slices.DeleteFunc(slices.Clone(d.ctx.Questions), func(q Asked) bool { return q.Person != w.ID })
}

// EaseWish is why a text of somebody who would be asked more or less often waits for a human.
const EaseWish = "they would like to be asked more or less often"

// howOften carries out LESS and MORE. LESS agrees to what was offered, MORE takes it back
// or puts the former rhythm in force again. Without either it is a wish, and staff see to
// it: to be asked less often is agreed, not ordered.
func (d *decision) howOften(r reply.Reading, w writer, o Order) {
	i := slices.IndexFunc(d.ctx.Questions, func(q Asked) bool { return q.Kind == carenet.AskEase && q.Person == w.ID })
	switch {
	case r.Command == reply.CommandMore:
		d.order(r, o) // with what is in force, it ends an offer of still fewer
	case i >= 0:
		d.take(r, Read)
		d.out.Reason = "answers what was asked: " + string(carenet.AskEase)
		o.Command, o.Question, o.Said = OrderAnswer, d.ctx.Questions[i].ID, reply.Yes
		d.out.Order = &o
	default:
		d.take(r, Unread)
		d.out.Reason = EaseWish
		if d.ctx.Answered < MaxAnswers {
			d.answer(carenet.ReplyEaseWish, w)
		}
	}
}
