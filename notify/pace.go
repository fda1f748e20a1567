package notify

import (
	"time"

	"howareyou/carenet"
)

// paced keeps back an update that the follower hears otherwise, or does not want.
func (p *Planned) paced(m CircleMember, c carenet.CheckIn, usual carenet.Usual) {
	if p.Cause != "" {
		return
	}
	switch m.Pace {
	case carenet.Daily:
		p.Cause = "it comes with their daily summary"
	case carenet.Weekly:
		p.Cause = "it comes with their weekly summary"
	case carenet.BelowUsual:
		switch {
		case !m.Scope.Has(carenet.PartScore):
			// Silence would tell how the patient is, which they may not know.
			p.Reason += "; they may not know what is below usual, so they hear of each"
		case c.Reporter != carenet.ReporterSelf && c.Reporter != "":
			// What is usual is what the patient says of themselves.
			p.Reason += "; somebody else said it, so nobody knows what is usual"
		case c.Corrects != carenet.NilID || c.Score == nil:
			// What they heard before may no longer be true, or nobody can say.
		case !usual.Below(*c.Score):
			p.Cause = "they want to hear only of what is below usual"
		default:
			p.Reason += "; it is below usual"
		}
	}
	if !m.NightsHeld || p.Cause != "" {
		return
	}
	if at := carenet.InWakingHours(p.DueAt, m.Zone); at.After(p.DueAt) {
		p.Wait, p.DueAt, p.ExpiresAt = WaitNight, at, at.Add(updateLife)
	}
}

// WaitNight says why what came at night waits.
const WaitNight = "it waits for their morning"

// digest has a follower told of a day or a week, when they said that they want to.
func (p *planner) digest() {
	reason := "their daily summary is due"
	if p.event.Detail.Weekly {
		reason = "their weekly summary is due"
	}
	for _, m := range p.world.Circles[p.event.Patient] {
		if m.Follower != p.event.Subject {
			continue
		}
		d := p.one(KindDigest, carenet.ToFollower, m.reach(), PriorityDigest, digestLife, reason)
		if d == nil {
			return
		}
		d.Follower = m.Follower
		if at := p.event.Detail.At; at.After(d.DueAt) {
			d.DueAt, d.ExpiresAt = at, at.Add(digestLife)
		}
	}
}

// digestSlack is how long after its time a summary may leave without a look at the
// hour: what is on time is in the evening.
const digestSlack = time.Hour

// DigestAt is when a summary that was due at due is told, at now: at once, or when
// its reader is awake again after an outage of ours.
func DigestAt(due, now time.Time, zone *time.Location) time.Time {
	if now.Sub(due) <= digestSlack {
		return now
	}
	return carenet.InWakingHours(now, zone)
}
