package backtest

import (
	"slices"
	"strconv"
	"strings"

	"howareyou/alerts"
)

// worker judges patients one after the other with memory of its own.
type worker struct {
	values  *values
	options Options
	buf     []value
	history alerts.History
}

func (w *worker) all(patients []uint32, starts []int) outcome {
	var out outcome
	for _, p := range patients {
		w.buf = w.values.of(starts[p], starts[p+1], w.buf)
		one, err := w.one(w.values.people[p])
		if err != nil {
			out.err = err
			return out
		}
		out.patients = append(out.patients, one)
	}
	return out
}

func (w *worker) one(name string) (judged, error) {
	var p judged
	slices.Sort(w.buf)
	w.days(&p)
	if len(w.history.Answers) == 0 {
		return p, nil
	}
	p.answered = true
	p.first = w.history.Answers[0].Day
	p.days = int(w.buf[len(w.buf)-1].day()-p.first) + 1
	trend := alerts.Trend{Scale: w.options.Scale, Pack: w.options.Pack}
	r, err := trend.ReplayHistory(w.history, w.values.last)
	if err != nil {
		return p, err
	}
	p.episodes, p.faults = len(r.Episodes), r.Faults
	p.rows = rows(name, r)
	for _, f := range r.Findings {
		if f.Part == alerts.PartOwn {
			p.own = append(p.own, f.Rule)
		}
	}
	return p, nil
}

// days turns a patient's values, in order of time, into a history. Of a day the
// last answer counts, of one moment the worst; an asking whose moment has an
// answer was answered.
func (w *worker) days(p *judged) {
	h := &w.history
	h.Answers, h.Prompts = h.Answers[:0], h.Prompts[:0]
	tied := false
	for i := 0; i < len(w.buf); {
		v := w.buf[i]
		answered, worst := false, 0.0
		for ; i < len(w.buf) && w.buf[i].moment() == v.moment(); i++ {
			code := w.buf[i].code()
			if code == unanswered {
				continue
			}
			score := w.values.scores[code]
			if answered && score != worst {
				tied = true
			}
			if !answered || score < worst {
				answered, worst = true, score
			}
		}
		day := v.day()
		if n := len(h.Answers); answered && n > 0 && h.Answers[n-1].Day == day {
			h.Answers[n-1].Score = worst
		} else if answered {
			h.Answers = append(h.Answers, alerts.Answer{Day: day, Score: worst})
		} else {
			p.missed++
		}
		if w.values.silent {
			slot := 0
			if n := len(h.Prompts); n > 0 && h.Prompts[n-1].Day == day {
				slot = h.Prompts[n-1].Slot + 1
			}
			h.Prompts = append(h.Prompts, alerts.Asking{Day: day, Slot: slot, Answered: answered})
		}
		if tied && (i == len(w.buf) || w.buf[i].day() != day) {
			p.tied++
			tied = false
		}
	}
}

var header = []string{"patient", "opened_at", "closed_at", "severity", "rules", "reason"}

// rows are a patient's episodes and findings, in order of days, an episode
// before the findings of its first day.
func rows(name string, r alerts.Result) [][]string {
	if len(r.Findings) == 0 {
		return nil
	}
	out := make([][]string, 0, len(r.Episodes)+len(r.Findings))
	episodes := r.Episodes
	upTo := func(day alerts.Day) {
		for len(episodes) > 0 && episodes[0].Opened <= day {
			out = append(out, episodeRow(name, episodes[0], r.Findings))
			episodes = episodes[1:]
		}
	}
	for _, f := range r.Findings {
		upTo(f.Day)
		if f.Part == alerts.PartOwn {
			out = append(out, []string{name, f.Day.String(), "", string(f.Severity), f.Rule, reason(f)})
		}
	}
	return out
}

// episodeRow is an episode with all rules that fired in it, in the order in
// which they first did, and the gravest of their severities.
func episodeRow(name string, e alerts.Episode, findings []alerts.Finding) []string {
	var rules []string
	var within []alerts.Finding
	for _, f := range findings {
		if (f.Part == alerts.PartOpens || f.Part == alerts.PartEvidence) && f.Episode == e.Opened {
			if !slices.Contains(rules, f.Rule) {
				rules = append(rules, f.Rule)
				within = append(within, f)
			}
		}
	}
	closed := ""
	if !e.Open() {
		closed = e.Closed.String()
	}
	worst := alerts.Worst(within)
	said := within[0]
	for _, f := range e.Opening {
		if f.Severity.Rank() > said.Severity.Rank() {
			said = f
		}
	}
	return []string{name, e.Opened.String(), closed, string(worst), strings.Join(rules, "+"), reason(said)}
}

// reason is the sentence that staff read, and the figures behind it.
func reason(f alerts.Finding) string {
	var b strings.Builder
	b.WriteString(f.Sentence("en"))
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteByte('(')
	b.WriteString(f.Rule + " version " + strconv.Itoa(f.RuleVersion) + " of " + f.Pack + " " + strconv.Itoa(f.PackVersion))
	for _, l := range f.Evidence.Limits {
		b.WriteString("; " + l.Feature + " " + figure(l.Value) + ", limit " + figure(l.Limit))
	}
	if base := f.Evidence.Baseline; base.Ready() {
		b.WriteString("; baseline " + figure(base.Mean) + " ± " + figure(base.SD) + " of " + strconv.Itoa(base.N) + " answers")
	}
	b.WriteByte(')')
	return b.String()
}

func figure(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }
