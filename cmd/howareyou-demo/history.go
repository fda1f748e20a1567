package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/postgres"
)

const (
	historyDays = 90
	seed        = 20260309
)

// pastDay is one asking: a score, or the cause of silence.
type pastDay struct {
	score   int // 0: nobody answered
	cause   carenet.Cause
	words   string
	private bool
	minutes int // from the question to the answer
}

// history is the same ninety days on every machine and at every start, oldest
// first. What the rules would call somebody for is drawn again, but for the one
// whose decline is part of the story.
func (p patient) history() ([]pastDay, error) {
	h := fnv.New64a()
	h.Write([]byte(p.phone + p.name)) // never fails
	for try := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed+try, h.Sum64()))
		days := p.draw(r)
		told := days
		if p.course == declining {
			told = days[:historyDays-len(decline)]
		}
		if findings(told) == 0 && (p.course != drifting || drift(days) >= 1) {
			p.speak(r, days)
			return days, nil
		}
	}
	return nil, fmt.Errorf("no history of %d days fits the rules", historyDays)
}

// findings counts what the trend rules find, all of them, in or out of the
// pack that is in force.
func findings(days []pastDay) int {
	var answers []alerts.Answer
	for i, d := range days {
		if d.score > 0 {
			answers = append(answers, alerts.Answer{Day: alerts.Day(i), Score: float64(d.score)})
		}
	}
	trend := alerts.Trend{Scale: alerts.OneToFive(), Pack: alerts.TrendPack()}
	result, err := trend.Replay(answers, alerts.Day(len(days)))
	if err != nil {
		panic(err) // scores of ours, off the scale
	}
	return len(result.Episodes)
}

// drift is by how much the last four weeks are worse than the first four, which
// a baseline that moves along does not see.
func drift(days []pastDay) float64 {
	return mean(days[:28]) - mean(days[historyDays-28:])
}

func mean(days []pastDay) float64 {
	var sum, n float64
	for _, d := range days {
		if d.score > 0 {
			sum += float64(d.score)
			n++
		}
	}
	return sum / n
}

// decline is how the last days of the declining patient went.
var decline = []pastDay{
	{score: 3, words: "not much sleep"}, {score: 2, words: "breathless on the stairs, very tired"}, {score: 1}, {score: 2, words: "no better"},
}

// silentDays is how long the silent patient has not answered.
const silentDays = 5

func (p patient) draw(r *rand.Rand) []pastDay {
	days := make([]pastDay, historyDays)
	scores := p.scores(r)
	for i := range days {
		days[i] = pastDay{score: scores[i], minutes: 1 + r.IntN(90)}
		recent := i >= historyDays-2 // the newest answers are there, so that only one is silent
		switch {
		case p.course == holiday && i >= 52 && i < 59:
			days[i] = pastDay{cause: carenet.Paused}
		case p.course == outOfReach && i >= 70 && i < 74:
			days[i] = pastDay{cause: carenet.Undelivered}
		case p.course == silent && i >= historyDays-silentDays,
			!recent && r.Float64() < p.silence():
			// Mary's fours alone are missing: without them she is better, not worse.
			if p.course != steady || scores[i] == 4 {
				days[i] = pastDay{cause: carenet.NoReply}
			}
		}
	}
	if p.course == declining {
		for i, d := range decline {
			d.minutes = 20
			days[historyDays-len(decline)+i] = d
		}
	}
	return days
}

// silence is the share of questions that the patient lets pass.
func (p patient) silence() float64 {
	switch p.course {
	case steady:
		return 0.08
	case gappy:
		return 0.4
	case noisy:
		return 0.2
	}
	return 0.07
}

func (p patient) scores(r *rand.Rand) []int {
	if p.course == steady {
		return steadyScores(r)
	}
	spread := 0.5
	if p.course == noisy {
		spread = 0.8
	}
	out := make([]int, historyDays)
	for i := range out {
		level := p.usual
		if p.course == drifting {
			level -= 1.9 * float64(i) / historyDays
		}
		out[i] = int(min(5, max(1, math.Round(level+spread*r.NormFloat64()))))
	}
	return out
}

// steadyScores deals fortnights of four 5s, nine 4s and one 3. However 56 days
// are cut out of them, the fortnights at both ends hold together at least as
// much as two 3s and twelve 4s: the mean is never below (3*59+54)/56 = 4.125,
// and every answer is within 1.2 of it.
func steadyScores(r *rand.Rand) []int {
	fortnight := []int{5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3}
	var out []int
	for len(out) < historyDays {
		r.Shuffle(len(fortnight), func(i, j int) { fortnight[i], fortnight[j] = fortnight[j], fortnight[i] })
		out = append(out, fortnight...)
	}
	return out[:historyDays]
}

// speak puts words beside some of the answers, and keeps a few answers of one
// patient from the circle.
func (p patient) speak(r *rand.Rand, days []pastDay) {
	for i := range days {
		d := &days[i]
		if d.score == 0 {
			continue
		}
		if d.words == "" && r.Float64() < 0.12 {
			said := phrases[p.language][d.score]
			d.words = said[r.IntN(len(said))]
		}
		d.private = p.course == noisy && d.score <= 2 && r.Float64() < 0.3
	}
}

// phrases are what people write beside a score.
var phrases = map[string]map[int][]string{
	"en": {
		1: {"awful night", "everything aches"},
		2: {"slept badly", "knees very sore", "no appetite"},
		3: {"so so", "bit tired", "rain again"},
		4: {"pottered in the garden", "Sam rang last night", "quiet day", "nice walk to the shops"},
		5: {"grandchildren came", "slept right through", "lovely morning"},
	},
	"es": {
		1: {"muy mala noche"},
		2: {"me duele la espalda", "dormí poco"},
		3: {"regular", "un poco cansado"},
		4: {"paseo por el parque", "bastante bien"},
		5: {"vino mi hija", "dormí muy bien"},
	},
	"ar": {
		1: {"ليلة صعبة"},
		2: {"ألم في الركبة", "لم أنم جيدا"},
		3: {"تعب قليل"},
		4: {"يوم هادئ", "مشيت قليلا"},
		5: {"زارتني ابنتي", "نمت جيدا"},
	},
}

// answer is the day as it is imported; asked is when the question came.
func (d pastDay) answer(asked time.Time) *postgres.PastAnswer {
	score := float64(d.score)
	return &postgres.PastAnswer{At: asked.Add(time.Duration(d.minutes) * time.Minute), Score: &score, Words: d.words, Private: d.private}
}
