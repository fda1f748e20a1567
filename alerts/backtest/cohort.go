package backtest

import (
	"math"

	"howareyou/alerts"
)

// The synthetic cohort. What it is made of is fixed: a change makes all figures
// that were ever measured with it incomparable.
const (
	cohortDays   = 98
	declineFirst = 35 // declines start on one of these days, both included
	declineLast  = 63
	rampDays     = 21 // of a gradual decline
	dipDays      = 5
)

// A patient's usual rate of answering is Beta(6, 2): mean 0.75, standard
// deviation 0.14. Silences come in bursts: whether a day is answered depends on
// the day before with the correlation burst, which makes the mean silence of a
// patient who answers three days in four 1.9 days instead of 1.3.
const (
	rateAnswers = 6
	rateMisses  = 2
	burst       = 0.3
	rateDecline = 0.8 // of the usual rate, during a decline
)

// person is one synthetic patient: all that chance decides, drawn once, so that
// the same days can be lived with and without a decline.
type person struct {
	latent [cohortDays]float64 // how they are, before rounding
	luck   [cohortDays]float64 // decides whether a day is answered
	rate   float64
	start  int // of a decline, if there is one
}

func draw(seed uint64, number int) *person {
	r := stream(seed, uint64(number))
	mean := r.normalWithin(3.6, 0.7, 2, 4.8)
	sd := math.Exp(r.normalWithin(math.Log(0.65), 0.35, math.Log(0.25), math.Log(1.4)))
	phi := r.normalWithin(0.2, 0.15, -0.1, 0.7)
	wave, phase := r.between(0, 0.25), r.between(0, 2*math.Pi)
	p := &person{rate: r.beta(rateAnswers, rateMisses), start: r.day(declineFirst, declineLast)}
	walk, now := 0.0, sd*r.normal()
	for d := range p.latent {
		if d > 0 {
			walk += 0.01 * r.normal()
			now = phi*now + sd*math.Sqrt(1-phi*phi)*r.normal()
		}
		bad := 0.0
		if r.unit() < 0.02 {
			bad = r.between(0.5, 2)
		}
		p.latent[d] = mean + walk + now + wave*math.Sin(2*math.Pi*float64(d)/7+phase) - bad
		p.luck[d] = r.unit()
	}
	return p
}

// A course is what happens to the patients of one arm.
type course struct {
	name  string
	depth func(daysIn int) float64 // how far below themselves, from day 0 on
	ill   func(daysIn int) bool    // while this lasts they answer less
	mute  bool                     // they stop answering altogether
}

func sudden(depth float64) course {
	return course{name: "sudden", depth: func(int) float64 { return depth }, ill: always}
}

func gradual(depth float64) course {
	return course{name: "gradual", ill: always, depth: func(in int) float64 {
		return depth * min(1, float64(in+1)/rampDays)
	}}
}

func dip(depth float64) course {
	during := func(in int) bool { return in < dipDays }
	return course{name: "dip", ill: during, depth: func(in int) float64 {
		if !during(in) {
			return 0
		}
		return depth
	}}
}

func stable() course { return course{name: "stable"} }

func silent() course { return course{name: "silent", mute: true} }

func always(int) bool { return true }

// live is the person's diary of a course: the answers, and how each day's
// asking ended.
func (p *person) live(c course, h *alerts.History) {
	h.Answers, h.Prompts = h.Answers[:0], h.Prompts[:0]
	answered := true
	for d := range p.latent {
		in := d - p.start
		rate, x := p.rate, p.latent[d]
		if c.ill != nil && in >= 0 && c.ill(in) {
			rate *= rateDecline
		}
		if c.depth != nil && in >= 0 {
			x -= c.depth(in)
		}
		// A chain with two states whose share of answered days is the rate.
		likely := rate * (1 - burst)
		if answered {
			likely += burst
		}
		answered = p.luck[d] < likely
		if c.mute && in >= 0 {
			answered = false
		}
		h.Prompts = append(h.Prompts, alerts.Asking{Day: alerts.Day(d), Answered: answered})
		if answered {
			h.Answers = append(h.Answers, alerts.Answer{Day: alerts.Day(d), Score: min(5, max(1, math.Round(x)))})
		}
	}
}
