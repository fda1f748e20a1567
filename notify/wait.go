package notify

import (
	"time"

	"howareyou/carenet"
)

// How long a text waits for its next try.
const (
	// firstWait doubles with each refusal up to longWait, or alertWait for an
	// alert: after an outage of any length a text leaves at most that much later.
	firstWait = 2 * time.Second
	longWait  = 2 * time.Minute
	alertWait = 15 * time.Second
	// firstLater doubles up to longLater: six tries of a phone that is switched
	// off span a night.
	firstLater   = 15 * time.Minute
	longLater    = 4 * time.Hour
	onceMoreWait = 30 * time.Second
	// firstCall doubles up to longCall: who did not answer may be at a bedside.
	firstCall = time.Minute
	longCall  = 5 * time.Minute
)

// RetryWait is the wait after refusal number n, from 1 on.
func RetryWait(k Kind, n int) time.Duration {
	if k == KindAlert {
		return doubled(firstWait, alertWait, n)
	}
	return doubled(firstWait, longWait, n)
}

// laterWait is the wait for a phone that could not be reached before.
func laterWait(before int) time.Duration { return doubled(firstLater, longLater, before+1) }

// callWait is the wait after a call that nobody heard.
func callWait(before int) time.Duration { return doubled(firstCall, longCall, before+1) }

func doubled(first, most time.Duration, n int) time.Duration {
	d := first
	for i := 1; i < n && d < most; i++ {
		d *= 2
	}
	return min(d, most)
}

// afterRefusal is the wait after a try that was surely not accepted: never
// sooner than the provider asked for, and spread, so that what was refused
// together does not come back together.
func afterRefusal(a Attempt, asked time.Duration) time.Duration {
	wait := spread(a.ID, RetryWait(a.Kind, a.Past.Refused+1))
	if asked > wait {
		return asked + spread(a.ID, asked)/4
	}
	return wait
}

// spread is d, a fifth more or less. The chance is in the attempt's id, so that
// the same decision has the same outcome when it is replayed.
func spread(id carenet.ID, d time.Duration) time.Duration {
	part := int64(id[14])<<8 | int64(id[15]) // random bits of a uuid v7
	return d - d/5 + time.Duration(int64(d)*2/5*part>>16)
}
