package notify

import (
	"slices"

	"howareyou/carenet"
)

// onDuty is the role of a step that asks whoever the rota has on duty, and responder
// the one that is asked in its stead while nobody is.
const (
	onDuty    = "on_duty"
	responder = "responder"
)

// asks says why the step of an escalation asks a member of staff, "" when it does not.
// A step that asks who is on duty asks all responders while nobody is: a gap in the
// rota must not be a gap in the asking.
func (p *planner) asks(r Responder) string {
	d := p.event.Detail
	switch {
	case slices.Contains(d.Roles, onDuty) && slices.Contains(p.world.OnDuty, r.Person):
		return "told at this step of the escalation: they are on duty"
	case slices.ContainsFunc(r.Roles, func(role string) bool { return slices.Contains(d.Roles, role) }), slices.Contains(d.People, r.Person):
		return "told at this step of the escalation"
	case slices.Contains(d.Roles, onDuty) && len(p.world.OnDuty) == 0 && slices.Contains(r.Roles, responder):
		return "told at this step of the escalation: nobody is on duty"
	}
	return ""
}

// dutyBegan tells whoever has come on duty, as long as they are on it.
func (p *planner) dutyBegan() {
	life := replyLife
	if left := p.event.Detail.At.Sub(p.world.Now); left < life {
		life = left
	}
	p.one(KindDutyOn, carenet.ToClinician, known(p.world.People, p.event.Detail.Person), PriorityReply, life, "they have come on duty")
}

// review tells one of the staff of the week: by email where they have one, else by a
// text that says where it stands.
func (p *planner) review() {
	const reason = "their summary of the week"
	r := known(p.world.People, p.event.Detail.Person)
	if r.Address != carenet.NilID {
		r.wants = Email
	}
	if d := p.one(KindReview, carenet.ToClinician, r, PriorityDigest, p.event.Detail.At.Sub(p.world.Now), reason); d != nil {
		d.Reason = reason
	}
}
