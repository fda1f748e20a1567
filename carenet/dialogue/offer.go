package dialogue

import (
	"slices"
	"strings"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// OfferFor is how long an answer to the offer of a call is looked for: a YES that
// comes after staff were called for want of one is still heard.
const OfferFor = 24 * time.Hour

// Offer is the newest offer of a call that a patient was made of late.
type Offer struct {
	ID    carenet.ID
	State carenet.OfferState
}

// OfferAnswer is what a text says to an offer.
type OfferAnswer struct {
	Offer   carenet.ID
	Patient carenet.ID
	State   carenet.OfferState // yes or no
	// Heard: staff are called by the same text already, so that no alert need be opened.
	Heard bool
}

// What people say to "Would you like a call today?", in all languages at once:
// whoever is asked in one may answer in another. Folded as reply.Normalise does.
var (
	yesWords  = words("yes y yeah yep yup yess please sure definitely si sip claro dale نعم اي ايوه ايوا اجل اكيد")
	callWords = words("call phone ring llamar llamada llamame llamenme llameme llamen llame اتصل اتصلوا اتصلي مكالمه اتصال")
	noWords   = words("no n nope nah non nunca tampoco لا كلا")
	notWords  = words("not dont don never without nobody no sin نلا ما بدون")
	mildWords = words("please pls plz thanks thank you ta dear love now today would like i me a the do can could will you someone somebody give need want to get id rather ok por favor gracias hoy quiero puede pueden que una ahora من فضلك شكرا لو سمحت اليوم اريد")
)

// weakYes are a yes only where nothing else is said.
var weakYes = words("please sure")

func words(list string) []string { return strings.Fields(list) }

// withoutWords refuse a call by themselves: "NO CALL" in one word, where the text that
// asks has no room for two.
var withoutWords = words("without sin بدون")

// sayTo reads a text as an answer to an offer; "" when it is none. The text that offers
// asks for words that answer nothing else, in each language: byName says that they were
// used, so that a bare yes or no is left to whatever asks for that. more says that the
// text holds more than an answer.
func sayTo(text string) (said carenet.OfferState, byName, more bool) {
	tokens := strings.FieldsFunc(strings.ReplaceAll(reply.Normalise(text), "'", ""), func(r rune) bool {
		return strings.ContainsRune(" .,;:!?()-/\"", r)
	})
	if len(tokens) == 0 {
		return "", false, false
	}
	in := func(list []string) func(string) bool {
		return func(t string) bool { return slices.Contains(list, t) }
	}
	named := slices.ContainsFunc(tokens, in(callWords))
	denied := slices.ContainsFunc(tokens, in(notWords))
	first := tokens[0]
	rest := slices.DeleteFunc(slices.Clone(tokens), func(t string) bool {
		return slices.ContainsFunc([][]string{yesWords, callWords, noWords, notWords, mildWords}, func(l []string) bool { return slices.Contains(l, t) })
	})
	alone := len(rest) == 0
	refused := denied || slices.ContainsFunc(tokens, in(noWords))
	polite := in(weakYes)(first)
	yes := in(yesWords)(first) && !polite
	switch {
	case in(noWords)(first), named && denied, len(tokens) == 1 && in(withoutWords)(first), refused && alone && !yes:
		said = carenet.OfferNo
	case polite && !alone: // "please don't bother", "sure, my daughter is here"
		return "", false, false
	case yes, polite, named && alone && len(tokens) <= mostCallWords:
		said = carenet.OfferYes
	default:
		return "", false, false
	}
	return said, named || in(withoutWords)(first), !alone
}

// mostCallWords: a longer text that speaks of a call may speak of another one.
const mostCallWords = 6

// answersOffer takes a text as the answer to the offer of a call that one of the
// patients was made, and says whether it was one.
func (d *decision) answersOffer(r reply.Reading, w writer, patients []Person) bool {
	// "Please call me" is a call for help of its own, and stays one (INV-10).
	if r.Kind == reply.Crisis && (!r.Has(reply.FlagWantsContact) || r.CallsForMore(reply.FlagWantsContact)) {
		return false
	}
	if d.ctx.OptedOut || d.ctx.WrongNumber || r.Kind == reply.OptOut || r.Kind == reply.Help || r.Has(reply.FlagAutoReply) {
		return false
	}
	who, ok := offered(w, patients)
	if !ok {
		return false
	}
	said, byName, more := sayTo(w.text)
	offer := who.Patient.Offer
	switch {
	case len(d.others()) > 0 && !byName && (said == carenet.OfferNo || offer.State != carenet.OfferOpen):
		return false // it may be to what else is asked; silence calls staff, a no would not
	case said == "", r.Kind == reply.Command, r.Kind == reply.Crisis && said != carenet.OfferYes:
		return false
	case offer.State == carenet.OfferOpen:
	case said != carenet.OfferYes, r.Kind == reply.Crisis, offer.State == carenet.OfferYes && !byName, offer.State == carenet.OfferNo && !byName:
		return false
	}
	w.Person, w.as, w.ask = who, carenet.ToPatient, false
	d.take(r, Read)
	d.out.Person, d.out.Patient, d.out.Reason = who.ID, who.ID, "answers the offer of a call"
	if r.Score != nil && who.Patient.Active {
		d.checkIn(w, r, true)
	} else if more {
		// What else they say is for a human to read.
		d.out.State, d.out.Reason = Unread, "more was said than yes or no to a call"
	}
	if offer.State != said {
		d.out.Offer = &OfferAnswer{Offer: offer.ID, Patient: who.ID, State: said, Heard: r.Kind == reply.Crisis}
	}
	if r.Kind == reply.Crisis {
		d.callStaff(r, writer{Person: who, as: carenet.ToPatient, sure: true}, nil)
	}
	answer := carenet.ReplyCallNo
	if said == carenet.OfferYes {
		answer = carenet.ReplyCallYes
		if d.out.Offer != nil && !d.out.Offer.Heard {
			d.event(carenet.EventCallWanted, who.ID, offer.ID, carenet.Detail{Person: who.ID})
		}
	}
	if d.out.Offer == nil {
		d.guide(answer, w)
	} else {
		d.answer(answer, w)
	}
	return true
}

// offered is the one patient who was made an offer; ok is false when none was, or
// when it may be another's.
func offered(w writer, patients []Person) (who Person, ok bool) {
	if !w.ask {
		return w.Person, w.Patient != nil && w.Patient.Offer != nil
	}
	for _, p := range patients {
		if p.Patient.Offer != nil && p.Patient.Offer.State == carenet.OfferOpen {
			if ok {
				return Person{}, false
			}
			who, ok = p, true
		}
	}
	return who, ok
}

// heardAnyway ends open offers of those for whom staff are called by this text
// already: nobody is called twice for one cry.
func (d *decision) heardAnyway(w writer, patients []Person) {
	if who, ok := offered(w, patients); ok && who.Patient.Offer.State == carenet.OfferOpen {
		d.out.Offer = &OfferAnswer{Offer: who.Patient.Offer.ID, Patient: who.ID, State: carenet.OfferYes, Heard: true}
	}
}
