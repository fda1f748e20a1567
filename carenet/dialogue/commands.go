package dialogue

import (
	"strconv"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// Order is what a command asks for. What it meets there (whose name, which
// alert, whether it is open) is decided where the rows are locked, by the pure
// functions of this package.
type Order struct {
	Command string // one of the reply package's
	By      carenet.ID
	As      carenet.Audience
	Patient carenet.ID // for commands of a patient
	Zone    *time.Location
	Name    string        // DROP, ALLOW: the name as typed
	Until   time.Time     // PAUSE and AWAY: from when on they are asked again
	For     time.Duration // MUTE; SNOOZE: for how long, 0 when that is not clear
	Number  int           // of an alert: 0 the only one, NoAlert none
	Words   string        // TELL: what to pass on; RESOLVE: the note; SNOOZE: why
	Outcome string        // RESOLVE: what came of it, "" when it was not said
	Quiet   bool          // nothing is answered: the number was answered too often

	Question carenet.ID // OrderAnswer: which one
	Said     reply.Said
	Invite   carenet.Invite // ADD
	Ward     Ward           // OrderProxy: for whom
	Reading  reply.Reading  // OrderProxy: what was said
}

// patientCommand carries out a command of a patient.
func (d *decision) patientCommand(w writer, r reply.Reading) {
	o := Order{Command: r.Command, By: w.ID, As: carenet.ToPatient, Patient: w.ID, Zone: w.Zone}
	switch r.Command {
	case reply.CommandWho:
		d.tell(r, carenet.ReplyWho, w)
		return
	case reply.CommandWeb:
		d.freshLink(r, w, "patient")
		return
	case reply.CommandWhen, reply.CommandResume:
	case reply.CommandLess, reply.CommandMore:
		d.howOften(r, w, o)
		return
	case reply.CommandDrop, reply.CommandAllow, reply.CommandDisallow:
		o.Name = r.Arg
	case reply.CommandAdd:
		in, ok := ParseInvite(r.Arg)
		if !ok {
			d.take(r, Stored)
			d.guide(carenet.ReplyAddHow, w)
			return
		}
		o.Invite = in
	case reply.CommandPause, reply.CommandAway:
		until, ok := PauseUntil(r.Command, r.Arg, w.Language, carenet.LocalDay(d.ctx.Now, w.Zone), w.Zone)
		if !ok {
			d.take(r, Stored)
			d.guide(carenet.ReplyPauseHow, w)
			return
		}
		o.Until = until
	default:
		d.take(r, Stored)
		d.guide(carenet.ReplyHelp, w)
		return
	}
	d.order(r, o)
}

// order has a command carried out, unless its number is answered for ever: a
// command is answered, and a machine could send commands. What somebody wants told to
// fewer, or to be asked less, is carried out all the same, without an answer.
func (d *decision) order(r reply.Reading, o Order) {
	d.take(r, Read)
	if d.ctx.Answered >= MaxAnswers {
		switch o.Command {
		case reply.CommandDrop, reply.CommandDisallow, reply.CommandPause, reply.CommandAway, reply.CommandMute:
			o.Quiet = true
			d.out.Order = &o
			return
		}
		d.out.State, d.out.Reason = Unread, tooMany
		return
	}
	d.out.Order = &o
}

// tell answers a command that changes nothing.
func (d *decision) tell(r reply.Reading, answer carenet.Reply, w writer) {
	d.take(r, Read)
	d.guide(answer, w)
}

// freshLink sends a new way in to whoever asks from their own phone.
func (d *decision) freshLink(r reply.Reading, w writer, door string) {
	d.take(r, Read)
	if d.ctx.Answered >= MaxAnswers {
		d.out.State, d.out.Reason = Unread, tooMany
		return
	}
	d.event(carenet.EventSignIn, carenet.NilID, w.ID, carenet.Detail{Person: w.ID, Door: door})
}

// asksClinic leaves a question to the clinic's people and says when they read.
func (d *decision) asksClinic(r reply.Reading, w writer) {
	d.take(r, Unread)
	d.out.Reason = "a question to the clinic"
	if d.ctx.Answered < MaxAnswers {
		d.answer(carenet.ReplyAsked, w)
	}
}

// askAgain asks for the number once more, once a prompt: whoever is not
// understood twice is for a human.
func (d *decision) askAgain(r reply.Reading, answer carenet.Reply, w writer) {
	d.take(r, Stored)
	open := w.Patient.Open
	if open != nil && open.AskedAgain {
		d.out.State, d.out.Reason = Unread, "the number was asked for once already"
		return
	}
	d.forPerson(r, w.Person)
	d.guide(answer, w)
	if open != nil && d.out.State == Stored {
		d.out.AskedAgain = open.ID
	}
}

// The lengths of a pause: what PAUSE alone means, and the longest, in days.
const (
	usualPause   = 7
	longestPause = 120
)

// PauseUntil reads until when a patient is away: the beginning of the day, in
// their zone, on which they are asked again. "7" are seven days without asking;
// "12 May" is the day on which they are back.
func PauseUntil(command, arg, lang string, today carenet.Day, zone *time.Location) (time.Time, bool) {
	var back carenet.Day
	days, err := strconv.Atoi(arg)
	switch {
	case arg == "":
		back = today + usualPause
	case err == nil:
		back = today + carenet.Day(days)
	case command == reply.CommandAway:
		day, ok := DayNamed(arg, lang, today)
		if !ok {
			return time.Time{}, false
		}
		back = day
	default:
		return time.Time{}, false
	}
	if ahead := back.Sub(today); ahead < 1 || ahead > longestPause {
		return time.Time{}, false
	}
	return back.Time(zone).UTC(), true
}
