package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"howareyou/notify/twiliosim"
)

// result is what came of a run.
type result struct {
	lost, doubled, unsettled int
	messages, kills, faults  int
	seed                     uint64
	p50, p99                 time.Duration
}

func (r result) clean() bool { return r.lost == 0 && r.doubled == 0 && r.unsettled == 0 }

func (r result) String() string {
	return fmt.Sprintf("lost=%d doubled=%d unsettled=%d messages=%d kills=%d faults=%d seed=%d p50_ms=%d p99_ms=%d",
		r.lost, r.doubled, r.unsettled, r.messages, r.kills, r.faults, r.seed, r.p50.Milliseconds(), r.p99.Milliseconds())
}

// atHandsets counts, for each text of each patient, how often the follower's
// handset shows it; and whether the nurse's shows every alert. A clinician's
// alert may double, never vanish.
func (t *town) atHandsets(alerts []int) (lost, doubled int, examples []string) {
	note := func(format string, a ...any) {
		if len(examples) < 20 {
			examples = append(examples, fmt.Sprintf(format, a...))
		}
	}
	for i := range t.patients {
		shown := t.provider.Messages(number(asFollower, i))
		for text := range perPatient {
			word, n := token(i, text), 0
			for _, m := range shown {
				if heard(m, word) {
					n++
				}
			}
			if n == 0 && !ofDanger(i, text) {
				lost++
				note("lost: %s", word)
			}
			if n > 1 {
				doubled += n - 1
				note("doubled: %s, %d times", word, n)
			}
		}
	}
	for i := range t.patients {
		thanks, answers, rescued := 0, 0, i%frightened != 0
		for _, m := range t.provider.Messages(number(asPatient, i)) {
			if m.Direction != "in" {
				continue
			}
			answers++
			rescued = rescued || answeredDanger(m)
			if strings.Contains(m.Body, "noted 4 of 5") {
				thanks++
			}
		}
		if thanks == 0 {
			lost++
			note("lost: the thanks of patient %d", i)
		}
		if !rescued {
			lost++
			note("lost: the emergency number for patient %d", i)
		}
		if more := max(thanks-1, answers-perPatient, 0); more > 0 {
			doubled += more
			note("doubled: patient %d was answered %d times, thanked %d times", i, answers, thanks)
		}
	}
	nurse := t.provider.Messages(number(asNurse, 0))
	for _, a := range alerts {
		ack := fmt.Sprintf("ACK %d.", a)
		if !slices.ContainsFunc(nurse, func(m twiliosim.Text) bool { return m.Direction == "in" && strings.Contains(m.Body+".", ack) }) {
			lost++
			note("lost: alert %d", a)
		}
	}
	if missing := t.frights - len(alerts); missing > 0 {
		lost += missing
		note("lost: %d alerts that were never opened", missing)
	}
	return lost, doubled, examples
}
