package alerts

// When an episode closes, and when the next may open.
const (
	calmAnswers   = 3   // in a row
	calmZ         = 1.5 // and the average no lower than this many errors below
	calmFloor     = 0.5 // least spread that calm is measured with
	calmShare     = 0.5 // share of the spread that calm answers stay within
	episodeLength = 28  // days; it closes by itself, the alert does not
	episodeApart  = 3   // days from a close to the next opening
)

// CloseReason says why an episode closed.
type CloseReason string

// The ways an episode closes.
const (
	ClosedCalm   CloseReason = "calm"   // the answers are back to usual
	ClosedLength CloseReason = "length" // it reached its longest duration
)

// Episode is a stretch of days in which trend rules fired. It is a pure
// function of the answers; what people did about it is the Alert's affair.
// One patient has at most one open at a time, so Opened names it.
type Episode struct {
	Opened Day
	// Closed is the day it closed, itself no longer part of the episode;
	// meaningless while Why is "".
	Closed  Day
	Why     CloseReason // "" while it is open
	Opening []Finding   // what opened it; never altered afterwards
}

// Open says whether the episode has not closed.
func (e Episode) Open() bool { return e.Why == "" }

// Severity is the most urgent severity of what opened the episode.
func (e Episode) Severity() Severity { return Worst(e.Opening) }

// Rules returns the rules that opened the episode, in the pack's order.
func (e Episode) Rules() []string {
	ids := make([]string, len(e.Opening))
	for i, f := range e.Opening {
		ids[i] = f.Rule
	}
	return ids
}

// calm says whether an answer counts towards the end of an episode.
func calm(f *Features) bool {
	return f.Drop.Value <= calmShare*max(f.BaseSD.Value, calmFloor) && f.EWMAZ.Value > -calmZ
}

// course is where a patient is between episodes.
type course struct {
	current    *Episode // open now; the episode it points to is never altered
	calm       int      // calm answers in a row
	reopenFrom Day
	closedOne  bool // reopenFrom is meaningful
}

func (c *course) overdue(d Day) bool {
	return c.current != nil && d >= c.current.Opened+episodeLength
}

func (c *course) mayOpen(d Day) bool {
	return c.current == nil && (!c.closedOne || d >= c.reopenFrom)
}

func (c *course) open(d Day, opening []Finding) *Episode {
	*c = course{current: &Episode{Opened: d, Opening: opening}}
	return c.current
}

func (c *course) close(d Day, why CloseReason) *Episode {
	closed := *c.current
	closed.Closed, closed.Why = d, why
	*c = course{reopenFrom: d + episodeApart, closedOne: true}
	return &closed
}

// answered moves the open episode on by an answer, and returns it if that
// closed it. A calm end wins over the longest duration on the same day: of the
// two it says more.
func (c *course) answered(d Day, f *Features) *Episode {
	if c.current == nil {
		return nil
	}
	if calm(f) {
		c.calm++
	} else {
		c.calm = 0
	}
	switch {
	case c.calm >= calmAnswers:
		return c.close(d, ClosedCalm)
	case c.overdue(d):
		return c.close(c.current.Opened+episodeLength, ClosedLength)
	}
	return nil
}
