package dialogue

import (
	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// checkIn records the answer. It answers the prompt that waits; when none does,
// it may be about the answer just before it.
func (d *decision) checkIn(w writer, r reply.Reading, noThanks bool) {
	p, said := w.Patient, d.ctx.said()
	c := carenet.CheckIn{
		ID: carenet.NewID(d.ctx.Now), Org: d.ctx.Org, Patient: w.ID,
		Reporter: carenet.ReporterSelf, ReporterID: w.ID, Channel: carenet.ChannelSMS,
		Private: r.Private, Inbound: d.ctx.Inbound, Set: p.Set, Item: p.Item,
		Words: r.Words, Flags: r.Flags, Day: carenet.LocalDay(said, w.Zone), At: said,
	}
	if w.by != carenet.NilID {
		c.Reporter, c.ReporterID = carenet.ReporterProxy, w.by
	}
	if r.Score != nil {
		s := float64(*r.Score)
		c.Score = &s
	}
	if p.Open != nil && !said.Before(p.Open.SlotAt) {
		c.Prompt, c.Late = p.Open.ID, p.Open.Late
	} else if p.Last != nil && said.Before(p.Last.At) {
		d.overtaken(&c, *p.Last)
		c.Repeats = c.OvertakenBy != carenet.NilID && c.Words == p.Last.Words
	} else if p.Last != nil && said.Sub(p.Last.At) <= carenet.CorrectWithin {
		if said.Sub(p.Last.At) <= carenet.SameTextWithin && sameSaying(*p.Last, c) {
			d.out.State, d.out.Reason = Stored, "the same answer once more"
			return
		}
		if c.Score != nil {
			d.follows(&c, w, *p.Last)
		}
	}
	c, err := carenet.NewCheckIn(c, p.Scale)
	if err != nil {
		d.out.State, d.out.Reason = Stored, carenet.MessageOf(err)
		return
	}
	d.out.CheckIn = &c
	// Words alone may come from a machine that answers our thanks.
	noThanks = noThanks || c.Score == nil && d.ctx.Answered >= MaxAnswers
	// What is asked next is the thanks.
	if w.by == carenet.NilID {
		noThanks = d.goesOn(w, c, noThanks)
	}
	d.event(carenet.EventCheckIn, w.ID, c.ID, carenet.Detail{
		Conversation: d.ctx.Conversation, Sender: d.ctx.Sender, Person: c.ReporterID, NoThanks: noThanks, Proxy: w.by != carenet.NilID,
	})
}

// follows ties a score to the answer shortly before it: it corrects a score,
// and adds to words that had none. Either way it is about the same asking, and
// what was kept private stays so: told once too often cannot be taken back.
func (d *decision) follows(c *carenet.CheckIn, w writer, last Earlier) {
	c.Prompt, c.Late = last.Prompt, last.Late
	c.Private = c.Private || last.Private
	c.Day = carenet.LocalDay(last.At, w.Zone)
	if last.Score != nil {
		c.Corrects, c.Repeats = last.ID, c.Words == last.Words
	}
}

// overtaken: the text was on its way while a newer answer came. That one counts, and
// if it would have corrected this one it does so now.
func (d *decision) overtaken(c *carenet.CheckIn, last Earlier) {
	if c.Score == nil || last.Score == nil || last.At.Sub(c.At) > carenet.CorrectWithin {
		return
	}
	d.out.Reason = "a newer answer was here first"
	c.OvertakenBy = last.ID
	c.Private = c.Private || last.Private
}

// sameSaying says whether c says nothing that last did not: also not that it
// is to be kept private from now on.
func sameSaying(last Earlier, c carenet.CheckIn) bool {
	if (last.Score == nil) != (c.Score == nil) || (last.Score != nil && *last.Score != *c.Score) {
		return false
	}
	return last.Words == c.Words && (last.Private || !c.Private)
}
