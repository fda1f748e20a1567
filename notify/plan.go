package notify

import (
	"slices"
	"time"

	"howareyou/carenet"
)

// Kind says what a delivery tells.
type Kind string

// The kinds of delivery.
const (
	KindPrompt      Kind = "prompt"
	KindThanks      Kind = "thanks"
	KindUpdate      Kind = "update"
	KindReply       Kind = "reply"
	KindAlert       Kind = "alert"
	KindAlertTaken  Kind = "alert_taken"
	KindSignIn      Kind = "sign_in"
	KindKindWord    Kind = "kind_word"    // a follower's word for the patient
	KindStaff       Kind = "staff"        // a person wrote it
	KindQuestion    Kind = "question"     // to be answered with yes or no
	KindReport      Kind = "report"       // for staff: what somebody says of a patient
	KindTask        Kind = "task"         // for staff: a text that somebody must read now
	KindCircle      Kind = "circle"       // for the patient: who sees what has changed
	KindDigest      Kind = "digest"       // a summary, for a follower who asked for one
	KindDutyOn      Kind = "duty_on"      // for staff: they have come on duty, and what is open
	KindReview      Kind = "review"       // for staff: the summary of the week
	KindDutyOff     Kind = "duty_off"     // for staff: they have gone off duty and still have alerts
	KindRhythm      Kind = "rhythm"       // for the patient: they are asked as often as before again
	KindCallOffer   Kind = "call_offer"   // asks a patient who gave the lowest answer whether they would like a call
	KindProxy       Kind = "proxy"        // for a follower: they may answer for the patient
	KindAnsweredFor Kind = "answered_for" // for the patient: somebody has answered for them
)

// Reach is how a person can be told something by text.
type Reach struct {
	Person       carenet.ID
	Conversation carenet.ID // NilID: no number is known
	Sender       carenet.ID // the sender that the number knows us by
	Stopped      bool       // the number is stopped, or somebody else's, as far as is known now
	Contact      Contact    // on which channels
	Address      carenet.ID // of their email; NilID: none is known
	Unsubscribed bool       // they want no emails as a follower
	wants        Channel    // what they chose, where they may choose
}

// CircleMember is a follower as the planner sees them.
type CircleMember struct {
	Follower   carenet.ID
	Active     bool
	Scope      carenet.Scope
	Pace       carenet.Pace   // when they want to hear
	Wants      Channel        // on which channel; "" on the first that they have
	NightsHeld bool           // what comes at night waits for the morning of Zone
	Zone       *time.Location // where they live
	Reach
}

// Responder is a clinician as the planner sees them.
type Responder struct {
	Roles []string
	Reach
}

// World is what the planner must know about the events of one batch.
type World struct {
	Now        time.Time
	Senders    []Sender
	Patients   map[carenet.ID]Reach
	Circles    map[carenet.ID][]CircleMember
	Responders []Responder
	People     map[carenet.ID]Reach // anybody else an event names
	CheckIns   map[carenet.ID]carenet.CheckIn
	Told       map[carenet.ID][]carenet.ID  // alert -> people already told of it
	Danger     map[carenet.ID]bool          // alerts of danger now
	OnDuty     []carenet.ID                 // whom the rota has on duty now
	Usual      map[carenet.ID]carenet.Usual // what the patients' answers are usually like
}

// Planned is one delivery that an event calls for, or that it would have called
// for: Cause then says why nobody is told.
type Planned struct {
	Event        carenet.Event
	Kind         Kind
	Channel      Channel
	Audience     carenet.Audience
	Recipient    carenet.ID
	Conversation carenet.ID
	Address      carenet.ID // of an email
	Follower     carenet.ID
	Sender       carenet.ID
	Priority     Priority
	Reason       string // why this person is told
	Cause        string // why they are not; empty when they are
	Wait         string // why they are told later than now; empty when nothing keeps it
	DueAt        time.Time
	ExpiresAt    time.Time
}

// Lifetimes: after it, a text would confuse more than it tells.
const (
	promptLife = 12 * time.Hour
	replyLife  = 2 * time.Hour
	updateLife = 24 * time.Hour
	alertLife  = 7 * 24 * time.Hour
	signInLife = 15 * time.Minute
	digestLife = 20 * time.Hour // the next day's comes after it
	// A confirmation of a STOP that comes late reads as if it had been ignored.
	optedOutLife = 5 * time.Minute
)

// OfferTime is how long a patient has to answer the offer of a call before staff
// are called.
const OfferTime = 2 * time.Hour

// Plan says who is told what of one event, with a reason each. It is pure; what
// it decides from consent is checked again when the text is about to leave.
func Plan(e carenet.Event, w World) []Planned {
	p := planner{event: e, world: w}
	switch e.Kind {
	case carenet.EventCheckIn:
		p.checkIn()
	case carenet.EventPrompt:
		p.one(KindPrompt, carenet.ToPatient, known(w.Patients, e.Patient), PriorityPrompt, promptLife, "their slot came")
	case carenet.EventReply:
		p.reply()
	case carenet.EventAlertStep:
		p.alertStep()
	case carenet.EventAlertTaken:
		p.alertTaken()
	case carenet.EventQuestion:
		p.question()
	case carenet.EventNumberCheck:
		p.numberCheck()
	case carenet.EventReported:
		p.staff(KindReport, PriorityReply, "staff must know")
	case carenet.EventSafety:
		if e.Patient == carenet.NilID {
			// Nobody whose board an alert could stand on: a person must read the text.
			p.staff(KindTask, PriorityAlert, "words that somebody must see now")
		}
	case carenet.EventCircleChange:
		p.circleChange()
	case carenet.EventNumberMoved:
		p.numberMoved()
	case carenet.EventRhythmBack:
		p.later(p.one(KindRhythm, carenet.ToPatient, known(w.Patients, e.Patient), PriorityReply, updateLife, "they are asked as often as before again"), updateLife)
	case carenet.EventEncouraged:
		p.encouraged()
	case carenet.EventDigest:
		p.digest()
	case carenet.EventCallOffer:
		p.one(KindCallOffer, carenet.ToPatient, known(w.Patients, e.Patient), PriorityReply, OfferTime, "they gave the lowest answer")
	case carenet.EventDutyBegan:
		p.dutyBegan()
	case carenet.EventReview:
		p.review()
	case carenet.EventDutyEnded:
		p.one(KindDutyOff, carenet.ToClinician, known(p.world.People, e.Detail.Person), PriorityReply, replyLife, "their time on duty is over")
	case carenet.EventSignIn:
		r := known(w.People, e.Detail.Person)
		if e.Detail.ByEmail {
			r.wants = Email
		}
		p.one(KindSignIn, audienceOfDoor(e.Detail.Door), r, PriorityReply, signInLife, "they asked for a sign-in link")
	}
	return p.out
}

type planner struct {
	event carenet.Event
	world World
	out   []Planned
}

func (p *planner) one(kind Kind, to carenet.Audience, r Reach, prio Priority, life time.Duration, reason string) *Planned {
	if r.Person == carenet.NilID {
		return nil
	}
	d := Planned{
		Event: p.event, Kind: kind, Channel: SMS, Audience: to, Recipient: r.Person, Conversation: r.Conversation,
		Priority: prio, Reason: reason, DueAt: p.world.Now, ExpiresAt: p.world.Now.Add(life),
	}
	first, instead := r.first(kind, to)
	switch {
	case first == Email:
		d.byEmail(r, to, instead)
		p.out = append(p.out, d)
		return &p.out[len(p.out)-1]
	case instead != "":
		d.Channel, d.Reason = first, reason+"; "+instead
	case r.Conversation == carenet.NilID:
		d.Cause = causeNoNumber
	case r.Stopped && kind == KindAlert:
		// Known now, so that somebody else is asked at once. What else is
		// stopped ends when it is about to leave: a START may come before.
		d.Cause = causeStopped
	}
	var texted carenet.ID
	if r.Conversation == p.event.Detail.Conversation {
		texted = p.event.Detail.Sender
	}
	d.Sender, _ = ChooseSender(p.world.Senders, texted, r.Sender, r.Conversation)
	p.out = append(p.out, d)
	return &p.out[len(p.out)-1]
}

func (p *planner) checkIn() {
	c, ok := p.world.CheckIns[p.event.Subject]
	if !ok {
		return
	}
	if p.event.Detail.Conversation != carenet.NilID && !p.event.Detail.NoThanks {
		// Thanks go to the number that the answer came from.
		to := carenet.ToPatient
		if c.Reporter == carenet.ReporterProxy {
			to = carenet.ToFollower
		}
		p.one(KindThanks, to, Reach{Person: c.ReporterID, Conversation: p.event.Detail.Conversation},
			PriorityReply, replyLife, "they checked in by text")
	}
	if c.Reporter == carenet.ReporterProxy {
		d := p.one(KindAnsweredFor, carenet.ToPatient, known(p.world.Patients, c.Patient), PriorityUpdate, updateLife, "somebody answered for them")
		if d != nil && d.Cause == "" && d.Channel == SMS && d.Conversation != carenet.NilID && d.Conversation == p.event.Detail.Conversation {
			d.Cause = "the answer came from their own number" // where it was thanked for
		}
	}
	for _, m := range p.world.Circles[c.Patient] {
		tie := carenet.Tie{Org: p.event.Org, Patient: c.Patient, Following: m.Active, Scope: m.Scope}
		actor := carenet.Actor{Kind: carenet.ActorFollower, Org: p.event.Org, Person: m.Person}
		_, sees := c.For(carenet.Look(actor, tie))
		d := p.one(KindUpdate, carenet.ToFollower, m.reach(), PriorityUpdate, updateLife, "in the circle, by the patient's consent")
		if d == nil {
			continue
		}
		d.Follower = m.Follower
		switch {
		case c.Reporter == carenet.ReporterProxy && m.Person == c.ReporterID:
			d.Cause = "they gave the answer themselves"
		case c.Private:
			d.Cause = "kept private by the patient"
		case c.Score == nil && c.Prompt == carenet.NilID && !m.Scope.Has(carenet.PartWords):
			d.Cause = "more words, which are not for them"
		case !sees:
			d.Cause = "no longer in the circle"
		default:
			d.paced(m, c, p.world.Usual[c.Patient])
		}
	}
}

func (p *planner) reply() {
	d := p.event.Detail
	r := Reach{Person: d.Person, Conversation: d.Conversation}
	if r.Person == carenet.NilID {
		r.Person = d.Conversation // nobody we know: the number itself
	}
	life := replyLife
	if d.Reply == carenet.ReplyOptedOut {
		life = optedOutLife
	}
	p.one(KindReply, d.Audience, r, PriorityReply, life, "answers their text: "+string(d.Reply))
}

// encouraged tells the patient what a follower sent, in the patient's waking
// hours, to the patient's own number alone.
func (p *planner) encouraged() {
	d := p.one(KindKindWord, carenet.ToPatient, known(p.world.Patients, p.event.Patient), PriorityUpdate, updateLife, "somebody in their circle sent a kind word")
	if d == nil {
		return
	}
	d.Follower = p.event.Detail.About
	if at := p.event.Detail.At; at.After(d.DueAt) {
		d.DueAt, d.ExpiresAt = at, at.Add(updateLife)
	}
}

func (p *planner) alertStep() {
	told, lane := false, PriorityAlert
	if p.world.Danger[p.event.Subject] {
		lane = PriorityRed
	}
	for _, r := range p.world.Responders {
		why := p.asks(r)
		if why == "" {
			continue
		}
		d := p.one(KindAlert, carenet.ToClinician, r.Reach, lane, alertLife, why)
		p.beside(d, r.Reach)
		told = told || d != nil && d.Cause == ""
	}
	if told {
		return
	}
	// Nobody who can be reached stands at this step: rather tell all than nobody.
	for _, r := range p.world.Responders {
		if !slices.ContainsFunc(p.out, func(d Planned) bool { return d.Recipient == r.Person }) {
			p.beside(p.one(KindAlert, carenet.ToClinician, r.Reach, lane, alertLife, "told early: nobody at this step can be reached"), r.Reach)
		}
	}
}

func (p *planner) alertTaken() {
	for _, id := range p.world.Told[p.event.Subject] {
		if id != p.event.Detail.Person {
			p.one(KindAlertTaken, carenet.ToClinician, known(p.world.People, id), PriorityReply, replyLife, "they were asked to take this alert")
		}
	}
}

// known is how the person can be reached; whom the world does not know is
// planned for all the same, so that it shows that nobody could be told.
func known(people map[carenet.ID]Reach, id carenet.ID) Reach {
	r := people[id]
	r.Person = id
	return r
}

func audienceOfDoor(door string) carenet.Audience {
	switch door {
	case "clinic":
		return carenet.ToClinician
	case "follower":
		return carenet.ToFollower
	}
	return carenet.ToPatient
}
