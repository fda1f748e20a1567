package dialogue

import (
	"slices"
	"strings"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// carrierWords are those that the provider's default handling of a number
// answers itself when a text is nothing else. It does not always say so with
// the text: OptOutType comes with its advanced handling only.
var carrierWords = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "START", "UNSTOP", "YES", "HELP", "INFO"}

// carrierAnswered says whether the writer has heard from the carrier already.
func (d *decision) carrierAnswered() bool {
	return d.text.OptOutType != "" ||
		d.ctx.CarrierKeywords && slices.Contains(carrierWords, strings.ToUpper(strings.TrimSpace(d.text.Body)))
}

// fixedWords handles what has the same meaning from everybody.
func (d *decision) fixedWords(r reply.Reading, w writer) bool {
	about := carenet.Detail{Conversation: d.ctx.Conversation}
	switch r.Kind {
	case reply.OptOut:
		d.take(r, Read)
		d.out.OptOut = true
		if d.ctx.OptedOut {
			return true // they have their confirmation; after it, silence
		}
		d.event(carenet.EventStopped, d.out.Patient, d.ctx.Conversation, about)
		if !d.carrierAnswered() {
			d.answer(carenet.ReplyOptedOut, w)
		}
	case reply.OptIn:
		if !d.ctx.OptedOut {
			d.keep(r, "the number was not stopped")
			return true
		}
		if d.ctx.said().Before(d.ctx.StoppedAt) {
			d.keep(r, "the number was stopped after this was sent")
			return true
		}
		d.take(r, Read)
		d.out.OptIn = true
		d.event(carenet.EventStarted, d.out.Patient, d.ctx.Conversation, about)
		if !d.carrierAnswered() {
			d.answer(carenet.ReplyOptedIn, w)
		}
	case reply.Help:
		d.take(r, Read)
		// A patient hears us also when the carrier has answered: its own words
		// say nothing of whom to call, and a frightened person types this word.
		if w.as == carenet.ToPatient || !d.carrierAnswered() {
			d.answer(carenet.ReplyHelp, w)
		}
	default:
		return false
	}
	return true
}

// wrongNumber stops the texts to somebody who does not know us, and reveals
// nothing, not even that we understood; staff read it. What they write after that is nobody's
// answer until a START or staff make the number good again.
func (d *decision) wrongNumber(r reply.Reading, w writer) bool {
	switch {
	case d.ctx.WrongNumber:
		d.keep(r, "somebody else may have this number now")
	case r.Has(reply.FlagWrongNumber) && r.Score == nil:
		d.notTheirs(r)
	default:
		return false
	}
	return true
}

// read reads the text in the language of its writer and, for the words that
// must never be missed, in the others that are spoken on the number.
func (d *decision) read(text string, c reply.Context) reply.Reading {
	r := reply.Read(text, c)
	for _, lang := range d.languages() {
		if lang == c.Lang || fixed(r) {
			continue
		}
		in := c
		in.Lang = lang
		if other := reply.Read(text, in); fixed(other) {
			r = other
		}
	}
	// The carrier has acted on what it read, by a list that may not be ours.
	const carrier = "the carrier read it so"
	switch {
	case d.text.OptOutType == "STOP" && r.Kind != reply.OptOut:
		r.Kind, r.Score, r.Reason = reply.OptOut, nil, carrier
	case d.text.OptOutType == "START" && !fixed(r):
		r.Kind, r.Score, r.Reason = reply.OptIn, nil, carrier
	case d.text.OptOutType == "HELP" && !fixed(r):
		r.Kind, r.Score, r.Reason = reply.Help, nil, carrier
	}
	return r
}

// fixed says whether a reading is of a kind that nobody may miss.
func fixed(r reply.Reading) bool {
	switch r.Kind {
	case reply.OptOut, reply.Crisis, reply.Help, reply.OptIn:
		return true
	}
	return false
}

// languages are the organisation's and those of the people on the number.
func (d *decision) languages() []string {
	langs := []string{d.ctx.Language}
	for _, p := range d.ctx.People {
		if !slices.Contains(langs, p.Language) {
			langs = append(langs, p.Language)
		}
	}
	return langs
}
