package rulebook

import (
	"cmp"
	"slices"

	"howareyou/alerts"
	"howareyou/alerts/pack"
)

// Kind says how what a pack finds stands to what the pack in force finds.
type Kind string

// The kinds.
const (
	Same    Kind = "same"
	Changed Kind = "changed" // both find it, with different severities
	New     Kind = "new"     // only the tried pack finds it
	Gone    Kind = "gone"    // only the pack in force does
	Faulty  Kind = "fault"   // a rule of the tried pack could not be judged
)

// Kinds are all of them, what matters most first.
var Kinds = []Kind{Faulty, Gone, New, Changed, Same}

// Match is one matter that either pack finds in one patient's answers: an episode,
// or a spell of a rule's findings.
type Match struct {
	Kind        Kind
	Rule        string // that an alert would name
	Opened      alerts.Day
	Severity    alerts.Severity // by the tried pack; "" where it finds nothing
	SeverityWas alerts.Severity // by the pack in force
	Episode     bool
}

// Calls says whether a severity has staff called. One that asks the patient first
// may.
func Calls(s alerts.Severity) bool {
	return s != "" && alerts.CourseOf(s) == alerts.CourseCall
}

// together: what begins as close as this is one matter, as it is to the service when
// a corrected answer moves its beginning.
const together = 7

// Period is from a first day to a last, both included.
type Period struct{ From, To alerts.Day }

func (p Period) holds(d alerts.Day) bool { return d >= p.From && d <= p.To }

// Days is its length.
func (p Period) Days() int { return int(p.To-p.From) + 1 }

// Compare sets what two packs find in one patient's answers side by side, of the
// matters that begin within a period.
func Compare(tried, inForce alerts.Result, p Period) []Match {
	now, was := matters(tried, p), matters(inForce, p)
	var out []Match
	taken := make([]bool, len(was))
	for _, m := range now {
		best := -1
		for i, o := range was {
			if taken[i] || o.Episode != m.Episode || !m.Episode && o.Rule != m.Rule || apart(o, m) > together {
				continue
			}
			if best < 0 || apart(o, m) < apart(was[best], m) {
				best = i
			}
		}
		if best < 0 {
			if m.Kind = New; p.holds(m.Opened) {
				out = append(out, m)
			}
			continue
		}
		taken[best] = true
		if m.Kind, m.SeverityWas = Same, was[best].Severity; m.SeverityWas != m.Severity {
			m.Kind = Changed
		}
		if p.holds(m.Opened) {
			out = append(out, m)
		}
	}
	for i, o := range was {
		if !taken[i] && p.holds(o.Opened) {
			o.Kind, o.SeverityWas, o.Severity = Gone, o.Severity, ""
			out = append(out, o)
		}
	}
	out = append(out, faults(tried, p)...)
	slices.SortStableFunc(out, func(a, b Match) int { return cmp.Compare(a.Opened, b.Opened) })
	return out
}

func apart(a, b Match) int { return max(int(a.Opened-b.Opened), int(b.Opened-a.Opened)) }

// matters are the episodes and spells that begin within a period or a little beside
// it, in order of days.
func matters(r alerts.Result, p Period) (out []Match) {
	wide := Period{p.From - together, p.To + together}
	for _, e := range r.Episodes {
		if wide.holds(e.Opened) {
			out = append(out, Match{Rule: gravest(e.Opening), Opened: e.Opened, Severity: e.Severity(), Episode: true})
		}
	}
	for _, s := range alerts.Spells(r.Findings) {
		if wide.holds(s.Opened()) && s.First.Pack != alerts.SafetyPack().ID {
			out = append(out, Match{Rule: s.First.Rule, Opened: s.Opened(), Severity: s.First.Severity})
		}
	}
	return out
}

// gravest is the rule that an episode's alert names.
func gravest(opening []alerts.Finding) string {
	f := opening[0]
	for _, o := range opening {
		if o.Severity.Rank() > f.Severity.Rank() {
			f = o
		}
	}
	return f.Rule
}

// faults are the rules that could not be judged, each once.
func faults(r alerts.Result, p Period) (out []Match) {
	for _, f := range r.Faults {
		known := slices.ContainsFunc(out, func(m Match) bool { return m.Rule == f.Rule })
		if p.holds(f.Day) && !known {
			out = append(out, Match{Kind: Faulty, Rule: f.Rule, Opened: f.Day})
		}
	}
	return out
}

// Tried is a pack to be tried, ready to run.
type Tried struct {
	Pack, InForce alerts.Pack
	Scale         alerts.Scale
	Period        Period
}

// One is one patient's part: what both packs find, and how many days of the period
// lie between their first answer and the last sign of them, an answer or a question
// that stayed unanswered. ok is false where there are none.
func (t Tried) One(h alerts.History) (found []Match, days int, ok bool, err error) {
	through := t.Period.To
	if len(h.Answers) == 0 {
		return nil, 0, false, nil
	}
	last := h.Answers[len(h.Answers)-1].Day
	if n := len(h.Prompts); n > 0 {
		last = max(last, h.Prompts[n-1].Day)
	}
	days = int(min(last, through)-max(t.Period.From, h.Answers[0].Day)) + 1
	if days <= 0 {
		return nil, 0, false, nil
	}
	h.Under = nil
	prompts := slices.Clone(h.Prompts)
	for i := range prompts {
		prompts[i].Under = nil
	}
	h.Prompts = prompts
	now, err := alerts.Trend{Scale: t.Scale, Pack: t.Pack}.ReplayHistory(h, through)
	if err != nil {
		return nil, 0, false, err
	}
	was, err := alerts.Trend{Scale: t.Scale, Pack: t.InForce}.ReplayHistory(h, through)
	if err != nil {
		return nil, 0, false, err
	}
	return Compare(now, was, t.Period), days, true, nil
}

// Read reads the text of a pack; its own when there is none.
func Read(text []byte) (pack.Pack, error) {
	if len(text) == 0 {
		return pack.Default(), nil
	}
	return pack.Parse(text)
}
