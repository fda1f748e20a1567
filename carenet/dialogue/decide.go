package dialogue

import (
	"strconv"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// Decide reads one text and says what it changes.
func Decide(text carenet.InboundText, c Context) Outcome {
	d := decision{text: text, ctx: c}
	if len(c.People) == 0 {
		d.fromNobodyWeKnow()
		return d.out
	}
	d.fromPeople()
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

func (d *decision) answer(r carenet.Reply, as carenet.Audience) {
	d.event(carenet.EventReply, d.out.Patient, d.ctx.Inbound, carenet.Detail{
		Reply: r, Conversation: d.ctx.Conversation, Sender: d.ctx.Sender, Person: d.out.Person, Audience: as,
	})
}

func (d *decision) take(r reply.Reading, state State) {
	d.out.State, d.out.Kind, d.out.Reason, d.out.Flags = state, string(r.Kind), r.Reason, r.Flags
}

// fixedWords handles what has the same meaning from everybody.
func (d *decision) fixedWords(r reply.Reading, as carenet.Audience) bool {
	switch r.Kind {
	case reply.OptOut:
		d.take(r, Read)
		d.out.OptOut = true
		d.event(carenet.EventStopped, d.out.Patient, d.ctx.Conversation, carenet.Detail{Conversation: d.ctx.Conversation})
		if !d.ctx.OptedOut && d.text.OptOutType == "" {
			d.answer(carenet.ReplyOptedOut, as)
		}
	case reply.OptIn:
		d.take(r, Read)
		if !d.ctx.OptedOut {
			d.out.State, d.out.Reason = Stored, "the number was not stopped"
			return true
		}
		d.out.OptIn = true
		d.event(carenet.EventStarted, d.out.Patient, d.ctx.Conversation, carenet.Detail{Conversation: d.ctx.Conversation})
		if d.text.OptOutType == "" {
			d.answer(carenet.ReplyOptedIn, as)
		}
	case reply.Help:
		d.take(r, Read)
		if d.text.OptOutType == "" {
			d.answer(carenet.ReplyHelp, as)
		}
	default:
		return d.wrongNumber(r)
	}
	return true
}

// wrongNumber stops the texts to somebody who does not know us, and reveals
// nothing, not even that we understood.
func (d *decision) wrongNumber(r reply.Reading) bool {
	if !r.Has(reply.FlagWrongNumber) || r.Score != nil || len(d.ctx.People) == 0 {
		return false
	}
	d.take(r, Read)
	d.out.WrongNumber = true
	d.event(carenet.EventStopped, d.out.Patient, d.ctx.Conversation, carenet.Detail{Conversation: d.ctx.Conversation})
	return true
}

// fromNobodyWeKnow answers a number that is not in our books: once who this is,
// then silence. STOP is kept all the same.
func (d *decision) fromNobodyWeKnow() {
	r := reply.Read(d.text.Body, reply.Context{Lang: d.ctx.Language, Scale: reply.Scale{Min: 1, Max: 5}})
	if d.fixedWords(r, carenet.ToUnknown) {
		return
	}
	d.take(r, Stored)
	d.out.Reason = "nobody we know has this number"
	if r.Kind == reply.Crisis {
		// Whoever it is, they hear where help is, and staff hear of it.
		d.safety(r, carenet.ToUnknown)
		return
	}
	if !d.ctx.UnknownTold {
		d.out.TellOnce = true
		d.answer(carenet.ReplyUnknown, carenet.ToUnknown)
	}
}

func (d *decision) fromPeople() {
	who, text, ask := d.whose()
	if ask {
		d.out = Outcome{State: Stored, Kind: string(reply.Ambiguous), Reason: "more than one patient has this number"}
		d.out.Person = d.ctx.People[0].ID
		r := d.read(text, who)
		if d.fixedWords(r, carenet.ToPatient) {
			return
		}
		if r.Kind == reply.Crisis {
			d.take(r, Read)
			d.safety(r, carenet.ToPatient)
			return
		}
		d.take(r, Stored)
		d.out.Reason = "more than one patient has this number"
		if r.Score != nil {
			d.answer(carenet.ReplyAskWho, carenet.ToPatient)
		}
		return
	}
	d.out.Person = who.ID
	as := carenet.ToFollower
	switch {
	case who.Patient != nil:
		as, d.out.Patient = carenet.ToPatient, who.ID
	case who.Clinician:
		as = carenet.ToClinician
	}
	r := d.read(text, who)
	if d.fixedWords(r, as) {
		return
	}
	if r.Kind == reply.Crisis && as != carenet.ToClinician {
		d.take(r, Read)
		if as == carenet.ToPatient && r.Score != nil {
			d.checkIn(who, r, true)
		}
		d.safety(r, as)
		return
	}
	if d.clinicianSays(r) {
		return
	}
	if as != carenet.ToPatient {
		d.take(r, Stored)
		d.answer(carenet.ReplyHelp, as)
		return
	}
	d.patientSays(who, r)
}

// clinicianSays handles the commands of staff, whoever else they are.
func (d *decision) clinicianSays(r reply.Reading) bool {
	if r.Kind != reply.Command || r.Command != reply.CommandAck {
		return false
	}
	for _, p := range d.ctx.People {
		if !p.Clinician {
			continue
		}
		d.take(r, Read)
		d.out.Person = p.ID
		n, err := strconv.Atoi(r.Arg)
		if err != nil {
			n = 0
		}
		d.out.Ack = &Ack{By: p.ID, Number: n}
		return true
	}
	return false
}

func (d *decision) patientSays(who Person, r reply.Reading) {
	switch r.Kind {
	case reply.OutOfRange:
		d.take(r, Stored)
		d.answer(carenet.ReplyAskRange, carenet.ToPatient)
	case reply.Ambiguous:
		d.take(r, Stored)
		d.answer(carenet.ReplyAskAmbiguous, carenet.ToPatient)
	case reply.Command:
		// Only PRIVATE is an answer; the other commands never become one.
		d.take(r, Read)
		switch {
		case r.Command == reply.CommandPrivate && r.Asks():
			d.answer(carenet.ReplyAskAmbiguous, carenet.ToPatient)
		case r.Command == reply.CommandPrivate && (r.Score != nil || r.Words != ""):
			d.checkIn(who, r, false)
		default:
			d.out.State = Stored
			d.answer(carenet.ReplyHelp, carenet.ToPatient)
		}
	case reply.Answer, reply.Words, reply.Question, reply.Unknown:
		d.take(r, Read)
		if r.Score == nil && r.Words == "" {
			d.out.State = Stored
			d.answer(carenet.ReplyHelp, carenet.ToPatient)
			return
		}
		d.checkIn(who, r, false)
	default:
		d.take(r, Stored)
	}
}

// safety flags words that staff must see at once, and says where help is. No
// cap, pause or quiet hour stands in its way.
func (d *decision) safety(r reply.Reading, as carenet.Audience) {
	d.event(carenet.EventSafety, d.out.Patient, d.ctx.Inbound, carenet.Detail{
		Flags: r.Flags, Conversation: d.ctx.Conversation, Person: d.out.Person, Audience: as,
	})
	d.answer(carenet.ReplyCrisis, as)
}

// checkIn records the answer, as a correction when it follows one closely.
func (d *decision) checkIn(who Person, r reply.Reading, noThanks bool) {
	p := who.Patient
	c := carenet.CheckIn{
		ID: carenet.NewID(d.ctx.Now), Org: d.ctx.Org, Patient: who.ID,
		Reporter: carenet.ReporterSelf, ReporterID: who.ID, Channel: carenet.ChannelSMS,
		Private: r.Private, Inbound: d.ctx.Inbound, Set: p.Set, Item: p.Item,
		Words: r.Words, Day: carenet.LocalDay(d.ctx.Now, who.Zone), At: d.ctx.Now,
	}
	if r.Score != nil {
		s := float64(*r.Score)
		c.Score = &s
	}
	if p.Open != nil {
		c.Prompt, c.Late = p.Open.ID, p.Open.Late
	}
	if last := p.Last; last != nil && d.ctx.Now.Sub(last.At) <= carenet.CorrectWithin && p.Open == nil {
		if sameSaying(*last, c) && d.ctx.Now.Sub(last.At) <= carenet.SameTextWithin {
			d.out.State, d.out.Reason = Stored, "the same answer once more"
			return
		}
		if c.Score != nil {
			c.Corrects, c.Prompt = last.ID, last.Prompt
		}
	}
	c, err := carenet.NewCheckIn(c, p.Scale)
	if err != nil {
		d.out.State, d.out.Reason = Stored, carenet.MessageOf(err)
		return
	}
	d.out.CheckIn = &c
	d.event(carenet.EventCheckIn, who.ID, c.ID, carenet.Detail{
		Conversation: d.ctx.Conversation, Sender: d.ctx.Sender, Person: who.ID, NoThanks: noThanks,
	})
}

func sameSaying(last Earlier, c carenet.CheckIn) bool {
	if (last.Score == nil) != (c.Score == nil) || (last.Score != nil && *last.Score != *c.Score) {
		return false
	}
	return last.Words == c.Words
}

func (d *decision) read(text string, who Person) reply.Reading {
	ctx := reply.Context{Lang: who.Language, Scale: reply.Scale{Min: 1, Max: 5}, Role: reply.Follower}
	switch {
	case who.Patient != nil:
		ctx.Role, ctx.OpenPrompt = reply.Patient, who.Patient.asked()
		ctx.Scale = reply.Scale{Min: who.Patient.Scale.Min, Max: who.Patient.Scale.Max}
	case who.Clinician:
		ctx.Role = reply.Clinician
	}
	return reply.Read(text, ctx)
}
