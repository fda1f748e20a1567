package alerts

import (
	"math"
	"slices"

	"pgregory.net/rapid"
)

// reference is the trend policy once more, as plainly as it can be written:
// every day from the start, the whole history in a map, nothing incremental
// but what the policy defines so. It is what the state is held to. It has the
// three trend rules and their own numbers, taken from nowhere else.
func reference(scale Scale, answers []Answer, through Day) []refEpisode {
	score := make(map[Day]float64)
	for _, a := range answers {
		if a.Day <= through {
			score[a.Day] = a.Score
		}
	}
	if len(score) == 0 {
		return nil
	}
	first := answers[0].Day
	level := (scale.Max - scale.Min) / 4
	var (
		episodes           []refEpisode
		inside             = make(map[Day]bool)
		open               bool
		mu, sd, n, e       float64
		ready              bool
		streak, calmInARow int
		prevDrop           = math.NaN()
		prevDay            Day
	)
	closeAt := func(d Day, why CloseReason) {
		last := &episodes[len(episodes)-1]
		last.closed, last.why = d, why
		for i := last.opened; i < d; i++ {
			inside[i] = true
		}
		open, streak = false, 0
	}
	for d := first; d <= through; d++ {
		var learned []float64
		upTo := max(d-7, min(first+14, d))
		for i := max(first, upTo-56); i < upTo; i++ {
			x, ok := score[i]
			if ok && !inside[i] && (!open || i < episodes[len(episodes)-1].opened) {
				learned = append(learned, x)
			}
		}
		if d >= first+14 && len(learned) >= 7 {
			n = float64(len(learned))
			mu = 0
			for _, x := range learned {
				mu += x / n
			}
			ss := 0.0
			for _, x := range learned {
				ss += (x - mu) * (x - mu)
			}
			sd = math.Sqrt((8*scale.Spread*scale.Spread + ss) / (8 + n - 1))
			if !ready {
				e, ready = mu, true
			}
		}
		x, answered := score[d]
		var fired []string
		if answered && ready {
			e = 0.2*x + 0.8*e
			z := (e - mu) / (sd * math.Sqrt(0.2/1.8*(1.24/0.76)+1.3/0.7/n))
			drop := mu - x
			if drop >= max(1.25*level, 1.5*sd)-tiny {
				streak++
			} else {
				streak = 0
			}
			if z <= -2.4 {
				fired = append(fired, "WB-TREND-EWMA")
			}
			if streak >= 3 {
				fired = append(fired, "WB-BELOW-USUAL-3")
			}
			if d-prevDay <= 3 && min(drop, prevDrop) >= max(1.5*level, 1.5*sd)-tiny &&
				max(drop, prevDrop) >= max(2*level, 2.25*sd)-tiny {
				fired = append(fired, "WB-DROP-CONFIRMED")
			}
			prevDrop, prevDay = drop, d
			if drop <= 0.5*max(sd, 0.5)+tiny && z > -1.5 {
				calmInARow++
			} else {
				calmInARow = 0
			}
			if open && calmInARow >= 3 {
				closeAt(d, ClosedCalm)
				e = mu
				continue
			}
		}
		if open && d == episodes[len(episodes)-1].opened+28 {
			closeAt(d, ClosedLength)
			continue
		}
		if !open && len(fired) > 0 && (len(episodes) == 0 || d >= episodes[len(episodes)-1].closed+3) {
			episodes = append(episodes, refEpisode{opened: d, rules: fired})
			open, calmInARow = true, 0
		}
	}
	return episodes
}

// tiny keeps a limit that is reached exactly from hanging on the last bit of
// a mean that is summed up in another order.
const tiny = 1e-9

type refEpisode struct {
	opened, closed Day
	why            CloseReason
	rules          []string
}

func (e refEpisode) same(o Episode) bool {
	return e.opened == o.Opened && e.closed == o.Closed && e.why == o.Why && slices.Equal(e.rules, o.Rules())
}

// histories draws a patient's answers: stretches of days at a level, with a
// wobble and days without answer, so that declines, recoveries, long silences
// and second episodes all come up.
func histories(scale Scale) *rapid.Generator[[]Answer] {
	return rapid.Custom(func(t *rapid.T) []Answer {
		day := Day(rapid.IntRange(-400, 20000).Draw(t, "start"))
		var answers []Answer
		for range rapid.IntRange(1, 8).Draw(t, "stretches") {
			level := rapid.Float64Range(scale.Min, scale.Max).Draw(t, "level")
			missing := rapid.SampledFrom([]int{0, 2, 5, 8}).Draw(t, "missing of ten")
			for range rapid.IntRange(1, 45).Draw(t, "days") {
				wobble := rapid.SampledFrom([]float64{0, 0, 0, -1, 1, -2}).Draw(t, "wobble")
				if rapid.IntRange(0, 9).Draw(t, "luck") >= missing {
					x := math.Round(min(scale.Max, max(scale.Min, level+wobble)))
					answers = append(answers, Answer{Day: day, Score: x})
				}
				day++
			}
			if rapid.IntRange(0, 9).Draw(t, "silence") == 0 {
				day += Day(rapid.IntRange(1, 300).Draw(t, "silent days"))
			}
		}
		return answers
	})
}
