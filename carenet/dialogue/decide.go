package dialogue

import (
	"slices"
	"unicode"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// Decide reads one text and says what it changes.
func Decide(text carenet.InboundText, c Context) Outcome {
	d := decision{text: text, ctx: c}
	if len(c.People) == 0 {
		d.fromNobodyWeKnow()
	} else {
		d.fromPeople()
	}
	return d.out
}

type decision struct {
	text carenet.InboundText
	ctx  Context
	out  Outcome
}

func (d *decision) event(kind carenet.EventKind, patient, subject carenet.ID, detail carenet.Detail) {
	d.out.Events = append(d.out.Events, carenet.Event{
		ID: carenet.NewID(d.ctx.Now), Org: d.ctx.Org, Batch: d.ctx.Batch, Kind: kind,
		Patient: patient, Subject: subject, Detail: detail, At: d.ctx.Now,
	})
}

// answer has an automatic text sent back to whoever w is.
func (d *decision) answer(r carenet.Reply, w writer) {
	d.event(carenet.EventReply, d.out.Patient, d.ctx.Inbound, carenet.Detail{
		Reply: r, Conversation: d.ctx.Conversation, Sender: d.ctx.Sender, Person: w.ID, Audience: w.as,
	})
}

// guide answers a text that we could do nothing with, unless the number was
// answered too often: then a human has to read it.
func (d *decision) guide(r carenet.Reply, w writer) {
	if d.ctx.Answered >= MaxAnswers {
		d.out.State, d.out.Reason = Unread, tooMany
		return
	}
	d.answer(r, w)
}

const tooMany = "too many automatic answers went to this number"

func (d *decision) take(r reply.Reading, state State) {
	d.out.State, d.out.Kind, d.out.Reason, d.out.Flags = state, string(r.Kind), r.Reason, r.Flags
}

// keep stores the text with a reason of ours and does nothing else with it.
func (d *decision) keep(r reply.Reading, reason string) {
	d.take(r, Stored)
	d.out.Reason = reason
}

// fromNobodyWeKnow answers a number that is not in our books: once who this is,
// then silence. STOP is kept all the same.
func (d *decision) fromNobodyWeKnow() {
	w := writer{as: carenet.ToUnknown, sure: true}
	r := d.read(d.text.Body, reply.Context{Lang: d.ctx.Language})
	if d.fixedWords(r, w) {
		return
	}
	if r.Kind == reply.Crisis {
		// Whoever it is, they hear where help is.
		d.safety(r, w, nil)
		return
	}
	d.keep(r, "nobody we know has this number")
	if d.ctx.Moved && !r.Has(reply.FlagAutoReply) {
		d.out.State, d.out.Reason = Unread, "it was told that another number is used now"
	}
	if !d.ctx.UnknownTold && !r.Has(reply.FlagAutoReply) {
		d.out.TellOnce = true
		d.answer(carenet.ReplyUnknown, w)
	}
}

func (d *decision) fromPeople() {
	patients := patientsOf(d.ctx.People)
	w := d.whose(patients)
	if !w.ask {
		d.out.Person = w.ID
		if w.Patient != nil {
			d.out.Patient = w.ID
		}
	}
	if d.answersCheck(d.read(w.text, w.readingContext()), w) {
		return
	}
	if d.forSomebody(w) {
		return
	}
	var done bool
	if w, done = d.furtherSays(w, patients); done {
		return
	}
	r := d.read(w.text, w.readingContext())
	if d.answersOffer(r, w, patients) {
		return // before START, which YES is a word for
	}
	if d.answersQuestion(r, w) {
		return
	}
	if d.fixedWords(r, w) {
		if d.out.OptOut && r.CallsForHelp() {
			d.callStaff(r, w, patients)
		}
		return
	}
	if r.Kind == reply.Crisis {
		d.heardAnyway(w, patients)
		d.crisis(r, w, patients)
		return
	}
	if r.Has(reply.FlagAutoReply) {
		d.keep(r, "a machine answered")
		return
	}
	if d.wrongNumber(r, w) || d.staffCommand(w) {
		return
	}
	switch {
	case d.asksOnly(w):
		d.take(r, Stored)
		d.guide(carenet.ReplyYesOrNo, w)
	case w.Patient == nil && w.as == carenet.ToFollower:
		d.followerSays(w, r)
	case w.Patient == nil && r.Kind == reply.Question && r.Reason == "fixed_word":
		d.asksClinic(r, w)
	case w.Patient == nil:
		d.take(r, Stored)
		d.guide(carenet.ReplyHelp, w)
	case !w.Patient.Active && slices.ContainsFunc(d.ctx.Questions, func(q Asked) bool { return q.Person == w.ID && q.Kind == carenet.AskEnrol }):
		d.keep(r, "they have not said yet that they want to be asked")
		d.forPerson(r, w.Person)
		d.guide(carenet.ReplyYesOrNo, w)
	case !w.Patient.Active:
		d.keep(r, "they are not asked, so nothing counts as an answer")
		if r.Kind == reply.Question {
			d.out.State = Unread
		}
		d.forPerson(r, w.Person)
		d.guide(carenet.ReplyHelp, w)
	case w.ask:
		d.askWho(r, w)
	case w.Follower && !w.Patient.asked() && followerCommand(d.text.Body, w.Language):
		d.followerSays(w, reply.Read(d.text.Body, reply.Context{Lang: w.Language, Role: reply.Follower}))
	default:
		d.patientSays(w, r)
	}
}

// followerCommand says whether a text of somebody who is patient and follower is
// a follower's command, but OK, which patients say for good as well.
func followerCommand(body, lang string) bool {
	r := reply.Read(body, reply.Context{Lang: lang, Role: reply.Follower})
	return r.Kind == reply.Command && r.Command != reply.CommandOnIt
}

// askWho asks which of the patients on the number is meant, if the text would
// be an answer for one of them. It stays in the thread of each.
func (d *decision) askWho(r reply.Reading, w writer) {
	d.keep(r, "more than one patient has this number")
	switch {
	case r.Score != nil || r.Asks():
		d.guide(carenet.ReplyAskWho, w)
	case r.Kind == reply.Question:
		d.out.State = Unread
	}
	d.forPerson(r, patientsOf(d.ctx.People)...)
}

// forPerson leaves words that are part of no answer to a person: what somebody has to say
// must not wait for a rule that understands it.
func (d *decision) forPerson(r reply.Reading, of ...Person) {
	if r.Has(reply.FlagAutoReply) || r.Kind == reply.Command && r.Command != reply.CommandPrivate || !saysSomething(r.Words) {
		return
	}
	for _, p := range of {
		d.out.Said = append(d.out.Said, p.ID)
	}
}

// saysSomething says whether there is a word of four letters: "2 or 3" has none.
func saysSomething(words string) bool {
	run := 0
	for _, r := range words {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			run = 0
			continue
		}
		if run++; run == 4 {
			return true
		}
	}
	return false
}

func (d *decision) patientSays(w writer, r reply.Reading) {
	switch r.Kind {
	case reply.OutOfRange:
		d.askAgain(r, carenet.ReplyAskRange, w)
		return
	case reply.Ambiguous:
		d.askAgain(r, carenet.ReplyAskAmbiguous, w)
		return
	case reply.Command:
		// Only PRIVATE is an answer; the other commands never become one.
		switch {
		case r.Command != reply.CommandPrivate:
			d.patientCommand(w, r)
			return
		case r.Asks():
			d.askAgain(r, carenet.ReplyAskAmbiguous, w)
			return
		case r.Score != nil || r.Words != "":
			d.take(r, Read)
			d.checkIn(w, r, false)
			return
		}
	case reply.Answer, reply.Words:
		d.take(r, Read)
		d.checkIn(w, r, false)
		return
	case reply.Question:
		// What is asked of the clinic is no word to the followers.
		if r.Score != nil {
			d.take(r, Read)
			d.checkIn(w, r, false)
			return
		}
		d.asksClinic(r, w)
		return
	}
	d.take(r, Stored)
	d.guide(carenet.ReplyHelp, w)
}
