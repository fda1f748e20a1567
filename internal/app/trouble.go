package app

import (
	"fmt"
	"time"

	"howareyou/internal/postgres"
)

// Trouble is something about the texts that an operator should know, in words.
type Trouble struct {
	Wrong bool // to be mended; otherwise to be known
	Says  string
}

// How long what is due may wait before it is stuck, and what is unknown.
const (
	stuckAfter     = 5 * time.Minute
	uncertainAfter = time.Hour
	unseenAfter    = 24 * time.Hour
)

// Troubles says what is stuck, why, and what to do about it.
func Troubles(st postgres.Standing) []Trouble {
	var all []Trouble
	add := func(wrong bool, format string, a ...any) {
		all = append(all, Trouble{wrong, fmt.Sprintf(format, a...)})
	}
	for _, l := range st.Lanes {
		waits := st.At.Sub(l.Oldest)
		switch {
		case l.Waiting == 0:
		case l.Held:
			add(false, "%d %s are held by an operator's word, the oldest for %s; howareyou admin hold off lets them go", l.Waiting, l.Lane, inWords(waits))
		case waits > stuckAfter && l.Lane.Urgent():
			add(true, "%d %s have waited for up to %s: does a worker run, and does the provider take texts?", l.Waiting, l.Lane, inWords(waits))
		case waits > stuckAfter:
			add(true, "%d %s have waited for up to %s: a worker is missing, a number has a text of unknown fate, or the rate of a sender is too low (howareyou admin senders)", l.Waiting, l.Lane, inWords(waits))
		}
	}
	for _, l := range st.Emails {
		if waits := st.At.Sub(l.Oldest); waits > stuckAfter && !l.Held {
			add(true, "%d emails (%s) have waited for up to %s: does a worker run with SMTP_URL, and does the mail server take them?", l.Waiting, l.Lane, inWords(waits))
		}
	}
	if age := st.At.Sub(st.OldestUncertain); st.Uncertain > 0 && age > uncertainAfter {
		add(true, "%d texts are of unknown fate, the oldest for %s: does the provider's list answer?", st.Uncertain, inWords(age))
	}
	for _, f := range st.Faults {
		add(true, "the provider answered %d (%s) %d times within a day, last %s ago; see %s", f.Policy.Code, f.Policy.Meaning, f.Times, inWords(st.At.Sub(f.Last)), f.Policy.Source)
	}
	if age := st.At.Sub(st.OldestForStaff); st.ForStaff > 0 {
		add(age > unseenAfter, "%d texts did not arrive and no staff have dealt with them, the oldest for %s", st.ForStaff, inWords(age))
	}
	return all
}

// inWords is a duration as people say it.
func inWords(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
