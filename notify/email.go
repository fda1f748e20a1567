package notify

import (
	"slices"
	"time"

	"howareyou/carenet"
)

// OutboundEmail is one email to hand to the mail server.
type OutboundEmail struct {
	To          string
	Subject     string // says who writes and never how somebody is
	Body        string // plain text; a blank line ends a paragraph
	Language    string
	RightToLeft bool
	Unsubscribe string     // the address that ends these emails; "" for one that nobody may end by a click
	Delivery    carenet.ID // the same for each try, so that a double can be told by its id
}

// EmailClaim is an email that may be handed to the mail server now.
type EmailClaim struct {
	Org, Event, Delivery carenet.ID
	Lane                 Priority
	EventAt              time.Time // when what it tells of was committed
	Email                OutboundEmail
	Attempt              Attempt
}

// EmailOutcome is what came of handing one email over.
type EmailOutcome struct {
	Claim   EmailClaim
	Outcome SendOutcome
}

// EmailLease is how long one try of an email may take. Mail servers look at what
// they are given before they answer; RFC 5321 asks for minutes of patience, which a
// worker that was killed would cost its emails too.
const EmailLease = 30 * time.Second

// AfterEmail decides what a mail server's answer means. There is no list to look
// in and no callback to wait for: what may have got through is sent again under
// the same id, since an email that comes twice does no harm and a lost one does.
// What the server took is as far as we ever hear.
func (r Rules) AfterEmail(a Attempt, out SendOutcome, now time.Time) Verdict {
	if settled(a.State) && out.Class != Accepted {
		return Verdict{}
	}
	v := Verdict{Status: out.Status, Class: out.Class, Code: out.Code, Detail: out.Detail, Rank: a.Rank}
	switch out.Class {
	case Accepted:
		v.Attempt, v.Delivery, v.Rank = AttemptSent, Sent, 1
	case Retry:
		return r.again(a, v, afterRefusal(a, out.RetryAfter), "the mail server was not ready", now)
	case Permanent, OptedOut:
		v.Attempt, v.Delivery, v.TellsStaff = AttemptFailed, Failed, true
		v.Cause = "refused by the mail server: " + SMTPMeaning(out.Code)
	default:
		v.Class = Unknown
		return r.again(a, v, spread(a.ID, RetryWait(a.Kind, a.Past.Unclear+1)), "no clear answer from the mail server", now)
	}
	return v
}

// SMTPMeaning is what a mail server's reply code says, in our words (RFC 5321,
// section 4.2.3).
func SMTPMeaning(code int) string {
	switch code {
	case 550, 551, 553:
		return "there is no such mailbox, or it takes nothing from us"
	case 552:
		return "the mailbox is full"
	case 521, 556:
		return "the address takes no mail"
	case 530, 534, 535, 538:
		return "it does not let us in"
	case 554:
		return "it takes this for unwanted mail"
	case 0:
		return "no reason was given"
	}
	return "it said no"
}

// Why no email goes to somebody.
const (
	causeUnsubscribed = "they unsubscribed from our emails"
	reasonChosen      = "by email, as they chose"
)

// reach is how the member is reached in this circle.
func (m CircleMember) reach() Reach {
	r := m.Reach
	r.wants = m.Wants
	return r
}

// first is the channel on which the person is told first: the one that they chose, if
// there is such a way to them at all, else the first that is open.
func (r Reach) first(k Kind, to carenet.Audience) (first Channel, reason string) {
	ways := r.Contact.Ways(to)
	_, byEmail := ways[Email]
	if byEmail = byEmail && slices.Contains(Channels(k, to), Email); byEmail {
		switch {
		case r.wants == Email:
			return Email, reasonChosen
		case r.Contact.Number.None:
			return Email, "no text can reach them: " + causeNoNumber
		}
	}
	return FirstChannel(k, to, ways)
}

// byEmail makes an email of what was to be a text.
func (p *Planned) byEmail(r Reach, to carenet.Audience, why string) {
	p.Channel, p.Conversation, p.Address, p.Reason = Email, carenet.NilID, r.Address, p.Reason+"; "+why
	// A link that they have asked for comes all the same.
	if r.Unsubscribed && to == carenet.ToFollower && p.Kind != KindSignIn {
		p.Cause = causeUnsubscribed
	}
}

// beside sends an email as well, of an alert that no text can bring and a call is to:
// it costs nobody anything, and a call may ring for long.
func (p *planner) beside(d *Planned, r Reach) {
	if d == nil || d.Channel != Voice || d.Cause != "" || !r.Contact.Email {
		return
	}
	also := *d
	also.byEmail(r, also.Audience, "beside the call")
	also.Sender = carenet.NilID
	p.out = append(p.out, also)
}
