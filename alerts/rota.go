package alerts

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"howareyou/carenet"
)

// Shift is when a clinician is on duty, on the clocks of their organisation: each
// week on a weekday, or once. One that ends at or before its beginning ends on the
// next day.
type Shift struct {
	ID        carenet.ID
	Clinician carenet.ID
	Weekly    bool
	Weekday   time.Weekday // of a weekly one
	First     carenet.Day  // its day, or from when on it is repeated
	Last      carenet.Day  // of a weekly one, the last day on which it begins; 0 none
	From      carenet.LocalTime
	Until     carenet.LocalTime
}

// Cover has somebody take over the shifts of another that begin on its days, or
// nobody: then their shifts are a gap.
type Cover struct {
	ID    carenet.ID
	Away  carenet.ID
	By    carenet.ID // NilID: nobody yet
	First carenet.Day
	Last  carenet.Day
}

// Rota is who is on duty when. Of several covers of one shift the last counts.
type Rota struct {
	Zone   *time.Location
	Shifts []Shift
	Covers []Cover
}

// Duty is a stretch in which somebody is on duty without a break.
type Duty struct {
	Clinician carenet.ID
	From      time.Time
	Until     time.Time  // itself no longer covered
	For       carenet.ID // whom they cover; NilID for their own shift
}

// Span is a stretch of time.
type Span struct{ From, Until time.Time }

// Empty says whether there is no shift at all: then the rota says nothing.
func (r Rota) Empty() bool { return len(r.Shifts) == 0 }

const (
	longestShift = 24 * time.Hour
	// seen is how far ahead a stretch without a break is followed.
	seen = 8 * 24 * time.Hour
)

// on is the shift as it is worked on its day; ok is false when it does not begin
// then. Times that the clocks skip are those right after, as with all slots.
func (r Rota) on(s Shift, day carenet.Day) (d Duty, ok bool) {
	switch {
	case !s.Weekly && day != s.First, s.Weekly && (day < s.First || s.Last != 0 && day > s.Last || day.Weekday() != s.Weekday), !day.ExistsIn(r.Zone):
		return Duty{}, false
	}
	ends := day
	if s.Until <= s.From {
		ends++
	}
	d.Clinician = s.Clinician
	d.From, _ = day.At(s.From, r.Zone)
	d.Until, _ = ends.At(s.Until, r.Zone)
	for _, c := range r.Covers {
		if c.Away == s.Clinician && day >= c.First && day <= c.Last {
			d.Clinician, d.For = c.By, s.Clinician
		}
	}
	// A shift of the hour that the clocks skip has no length.
	return d, d.Clinician != carenet.NilID && d.From.Before(d.Until)
}

// Duties are the shifts that touch the time between two instants, by their
// beginning; those of one person that meet or overlap are one.
func (r Rota) Duties(from, until time.Time) []Duty {
	var all []Duty
	last := carenet.LocalDay(until, r.Zone)
	for day := carenet.LocalDay(from.Add(-longestShift), r.Zone) - 1; day <= last; day++ {
		for _, s := range r.Shifts {
			if d, ok := r.on(s, day); ok && d.From.Before(until) && d.Until.After(from) {
				all = append(all, d)
			}
		}
	}
	slices.SortFunc(all, func(a, b Duty) int {
		return cmp.Or(a.From.Compare(b.From), bytes.Compare(a.Clinician[:], b.Clinician[:]), a.Until.Compare(b.Until), bytes.Compare(a.For[:], b.For[:]))
	})
	var whole []Duty
	for _, d := range all {
		i := slices.IndexFunc(whole, func(w Duty) bool { return w.Clinician == d.Clinician && !d.From.After(w.Until) })
		switch {
		case i < 0:
			whole = append(whole, d)
		case d.Until.After(whole[i].Until):
			whole[i].Until = d.Until
		}
	}
	return whole
}

// On is who is on duty at an instant, since when and until when.
func (r Rota) On(at time.Time) []Duty {
	return slices.DeleteFunc(r.Duties(at.Add(-seen), at.Add(seen)), func(d Duty) bool { return d.From.After(at) || !d.Until.After(at) })
}

// Next is the first instant after one at which a shift begins or ends; ok is
// false when none ever does.
func (r Rota) Next(after time.Time) (next time.Time, ok bool) {
	offer := func(at time.Time) {
		if at.After(after) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	today := carenet.LocalDay(after, r.Zone)
	for _, s := range r.Shifts {
		first := max(today-2, s.First)
		for day := first; day <= first+9; day++ {
			if d, works := r.on(s, day); works {
				offer(d.From)
				offer(d.Until)
			}
		}
	}
	if next.IsZero() && slices.ContainsFunc(r.Covers, func(c Cover) bool { return c.Last >= today-1 }) {
		// All that is near is covered by nobody: look again when that may be over.
		return after.Add(seen), true
	}
	return next, !next.IsZero()
}

// Gaps are the times between two instants in which nobody is on duty.
func (r Rota) Gaps(from, until time.Time) []Span {
	var gaps []Span
	at := from
	for _, d := range r.Duties(from, until) {
		if d.From.After(at) {
			gaps = append(gaps, Span{at, d.From})
		}
		if d.Until.After(at) {
			at = d.Until
		}
	}
	if at.Before(until) {
		gaps = append(gaps, Span{at, until})
	}
	return gaps
}

// HandOver says who has come on duty since an instant and who has gone off, given
// who was on then. Found late, after an outage, it is about who is on now: nobody is
// told that they are on duty when their shift is over.
func (r Rota) HandOver(before []carenet.ID, since, now time.Time) (came []Duty, went []carenet.ID) {
	on := r.On(now)
	is := func(id carenet.ID) bool {
		return slices.ContainsFunc(on, func(d Duty) bool { return d.Clinician == id })
	}
	for _, d := range on {
		if d.From.After(since) || !slices.Contains(before, d.Clinician) {
			came = append(came, d)
		}
	}
	gone := slices.Clone(before)
	for _, d := range r.Duties(since, now) {
		gone = append(gone, d.Clinician)
	}
	for _, id := range gone {
		if !is(id) && !slices.Contains(went, id) {
			went = append(went, id)
		}
	}
	return came, went
}
