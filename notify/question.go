package notify

import (
	"time"

	"howareyou/carenet"
)

// A question is of use until it is asked again.
const questionLife = 36 * time.Hour

// question has somebody asked to say yes or no, at an hour at which they may be
// disturbed. What they have asked for themselves this minute comes at once.
func (p *planner) question() {
	lane := PriorityReply
	if p.event.Detail.Many {
		lane = PriorityDigest
	}
	d := p.one(KindQuestion, p.event.Detail.Audience, known(p.world.People, p.event.Detail.Person), lane, questionLife, "they are asked to say yes or no")
	p.later(d, questionLife)
}

// circleChange tells the patient what became different in their circle.
func (p *planner) circleChange() {
	if p.event.Detail.Change == carenet.ChangeProxy {
		p.mayAnswer()
	}
	if p.event.Detail.NoThanks {
		return // what they texted is answered
	}
	d := p.one(KindCircle, carenet.ToPatient, known(p.world.Patients, p.event.Patient), PriorityReply, updateLife, "something is different in their circle")
	p.later(d, updateLife)
	if d != nil {
		d.Follower = p.event.Subject
	}
}

// mayAnswer tells a follower that they may answer for the patient, and how: nobody can
// do what they have not heard of.
func (p *planner) mayAnswer() {
	for _, m := range p.world.Circles[p.event.Patient] {
		if m.Follower != p.event.Subject {
			continue
		}
		if d := p.one(KindProxy, carenet.ToFollower, m.reach(), PriorityReply, updateLife, "they may answer for the patient from now on"); d != nil {
			d.Follower = m.Follower
		}
	}
}

// later moves a delivery to the time that its event is for.
func (p *planner) later(d *Planned, life time.Duration) {
	if d == nil {
		return
	}
	if at := p.event.Detail.At; at.After(d.DueAt) {
		d.DueAt, d.ExpiresAt = at, at.Add(life)
	}
}

// staff tells all staff who are told of anything; not whoever has done it themselves.
func (p *planner) staff(kind Kind, lane Priority, reason string) {
	for _, r := range p.world.Responders {
		if r.Person != p.event.Detail.About {
			p.one(kind, carenet.ToClinician, r.Reach, lane, alertLife, reason)
		}
	}
}
