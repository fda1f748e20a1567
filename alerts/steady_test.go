package alerts

import (
	"testing"

	"pgregory.net/rapid"
)

// steadyDays is a history of n days with an answer each, as score says.
func steadyDays(n int, score func(Day) float64) (h History) {
	for d := range Day(n) {
		h.Answers = append(h.Answers, Answer{Day: d, Score: score(d)})
		h.Prompts = append(h.Prompts, Asking{Day: d, Answered: true})
	}
	return h
}

func weighed(t testing.TB, h History, today Day, weeks int) (Unsteady, bool) {
	t.Helper()
	trend := Trend{Scale: OneToFive(), Pack: TrendPack()}
	r, err := trend.ReplayHistory(h, today)
	if err != nil {
		t.Fatal(err)
	}
	return trend.Steady(h, r, today, weeks), trend.Slipped(h, r)
}

func TestWhoIsSteadyEnoughToBeAskedLessOften(t *testing.T) {
	for _, c := range []struct {
		why    string
		days   int
		change func(*History)
		want   Unsteady
	}{
		{"four and five for four months", 120, nil, ""},
		{"not yet eight weeks", 55, nil, UnsteadyNew},
		{"just eight weeks", 58, nil, ""},
		{"one bad day five weeks ago", 120, func(h *History) { h.Answers[85].Score = 2 }, UnsteadyLow},
		{"one bad day ten weeks ago", 120, func(h *History) { h.Answers[45].Score = 2 }, ""},
		{"a decline seven weeks ago that closed", 120, func(h *History) {
			for d := 62; d < 70; d++ {
				h.Answers[d].Score = 3
			}
			for d := 56; d < 62; d++ {
				h.Answers[d].Score = 2
			}
		}, UnsteadyEpisode},
		{"every third asking missed", 120, func(h *History) {
			for d := range h.Prompts {
				h.Prompts[d].Answered = d%3 != 0
			}
		}, UnsteadyQuiet},
		{"asked once a week", 120, func(h *History) {
			var kept []Asking
			for d := 0; d < 120; d += 7 {
				kept = append(kept, h.Prompts[d])
			}
			h.Prompts = kept
		}, UnsteadyQuiet},
		{"half a level lower than at enrolment", 200, func(h *History) {
			for d := range h.Answers {
				h.Answers[d].Score = 5
				if d > 60 {
					h.Answers[d].Score = 4 + float64(d%2)
				}
				if d > 120 {
					h.Answers[d].Score = 4
				}
			}
		}, UnsteadyFalls},
	} {
		h := steadyDays(c.days, func(d Day) float64 { return 4 + float64(d%2) })
		if c.change != nil {
			c.change(&h)
		}
		if got, _ := weighed(t, h, Day(c.days-1), SteadyWeeks); got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestWhoSlipsIsAskedAsBefore(t *testing.T) {
	for _, c := range []struct {
		why   string
		after func(*History)
		want  bool
	}{
		{"as usual", func(*History) {}, false},
		{"one below", func(h *History) { h.Answers[len(h.Answers)-1].Score = 4 }, false},
		{"a drop of more than one and a half", func(h *History) { h.Answers[len(h.Answers)-1].Score = 3 }, true},
		{"among the lowest", func(h *History) { h.Answers[len(h.Answers)-1].Score = 2 }, true},
		{"one missed", func(h *History) { h.Prompts = append(h.Prompts, Asking{Day: 90}) }, false},
		{"two missed", func(h *History) { h.Prompts = append(h.Prompts, Asking{Day: 90}, Asking{Day: 92}) }, true},
		{"two missed, and an answer since", func(h *History) {
			h.Prompts = append(h.Prompts, Asking{Day: 90}, Asking{Day: 92})
			h.Answers = append(h.Answers, Answer{Day: 93, Score: 5})
		}, false},
	} {
		h := steadyDays(90, func(Day) float64 { return 5 })
		c.after(&h)
		if _, got := weighed(t, h, 95, SteadyWeeks); got != c.want {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}

// Whoever is steady has not slipped; a longer wait never finds steady whom a shorter does
// not; and an episode or a low answer of the last weeks is never overlooked.
func TestSteadyNeverOverlooksADecline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(1, 160).Draw(t, "days")
		usual := rapid.IntRange(2, 5).Draw(t, "usual")
		h := History{}
		for d := range Day(days) {
			answered := rapid.IntRange(0, 9).Draw(t, "answers") > 0
			h.Prompts = append(h.Prompts, Asking{Day: d, Answered: answered})
			if answered {
				off := rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 1}).Draw(t, "off")
				h.Answers = append(h.Answers, Answer{Day: d, Score: float64(min(5, max(1, usual+off)))})
			}
		}
		trend, today := Trend{Scale: OneToFive(), Pack: TrendPack()}, Day(days-1)
		r, err := trend.ReplayHistory(h, today)
		if err != nil {
			t.Fatal(err)
		}
		short, long := trend.Steady(h, r, today, SteadyWeeks), trend.Steady(h, r, today, SteadyWeeksLong)
		if long == "" && short != "" && short != UnsteadyFalls && short != UnsteadyQuiet {
			t.Fatalf("steady for %d weeks and not for %d: %s", SteadyWeeksLong, SteadyWeeks, short)
		}
		if short != "" {
			return
		}
		since := today - 7*SteadyWeeks
		for _, e := range r.Episodes {
			if e.Open() || e.Closed > since {
				t.Fatalf("steady in an episode: %+v", e)
			}
		}
		for _, a := range h.Answers {
			if a.Day > since && low(trend.Scale, a.Score) {
				t.Fatalf("steady with %v on day %d", a.Score, a.Day)
			}
		}
		if _, open := r.State.Episode(); open {
			t.Fatal("steady while an episode is open")
		}
	})
}
