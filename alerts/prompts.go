package alerts

import (
	"math"
	"math/bits"
)

// responseWindow is how many of the last askings tell how often a patient
// answers.
const responseWindow = 56

// Prompts is what is remembered of how a patient's askings ended. The zero
// value is a patient who was never asked.
type Prompts struct {
	answered uint64 // a bit an asking, the newest lowest
	asked    int    // bits in use, at most responseWindow
	missed   int    // askings without answer in a row, since the last sign of life
}

// Ended takes in how one more asking ended.
func (p Prompts) Ended(answered bool) Prompts {
	p.answered = p.answered << 1 & (1<<responseWindow - 1)
	p.asked = min(p.asked+1, responseWindow)
	p.missed++
	if answered {
		p.answered |= 1
		p.missed = 0
	}
	return p
}

// Heard ends a row of missed askings by an answer that nobody had asked for.
func (p Prompts) Heard() Prompts {
	p.missed = 0
	return p
}

// Missed counts the askings in a row that went unanswered.
func (p Prompts) Missed() int { return p.missed }

// Rate is how often the patient answers: (answered+1)/(asked+2) over the last
// 56 askings, which is Laplace's rule of succession. It is never 0 or 1, and a
// patient asked for the first time is taken to answer every other one.
func (p Prompts) Rate() float64 {
	return float64(bits.OnesCount64(p.answered)+1) / float64(p.asked+2)
}

// SilenceP is how likely the present silence would be, were the patient as
// willing to answer as before: (1-rate)^k for k missed askings in a row.
func (p Prompts) SilenceP() float64 {
	return math.Pow(1-p.Rate(), float64(p.missed))
}
