package dialogue

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"howareyou/carenet/reply"
)

// snoozeUnits are how clinicians name a length of time, in all languages at once,
// folded as reply.Normalise does.
var snoozeUnits = map[string]time.Duration{
	"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"minuto": time.Minute, "minutos": time.Minute, "دقيقه": time.Minute, "دقائق": time.Minute, "دقايق": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"hora": time.Hour, "horas": time.Hour, "ساعه": time.Hour, "ساعات": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour, "dia": 24 * time.Hour, "dias": 24 * time.Hour,
	"يوم": 24 * time.Hour, "ايام": 24 * time.Hour,
}

// snoozePairs are two of a unit in one word, which no number goes before.
var snoozePairs = map[string]time.Duration{"ساعتين": 2 * time.Hour, "ساعتان": 2 * time.Hour, "يومين": 48 * time.Hour, "يومان": 48 * time.Hour}

var (
	reSnoozeGlued = regexp.MustCompile(`^(\d{1,4})(\p{L}+)$`)
	reSnoozeAlert = regexp.MustCompile(`^#?(\d+)$`)
)

// fillers are words before a length of time: "for 2 hours", "an hour".
var fillers = map[string]bool{"for": true, "a": true, "an": true, "una": true, "un": true, "por": true, "durante": true, "لمده": true}

// SnoozeSaid reads the words behind SNOOZE: "12 2h the GP rings back", or "2 hours her
// son is there" when one alert is meant. A time or a reason that is not there is 0 or
// "": then the alert stays as it is, since none waits for nobody knows how long or why.
func SnoozeSaid(words string) (number int, forTime time.Duration, reason string) {
	raw := strings.Fields(words)
	folded := make([]string, len(raw))
	for i, w := range raw {
		folded[i] = strings.Trim(reply.Normalise(w), ".,;:!?()-")
	}
	at := 0
	if len(folded) > 0 {
		if m := reSnoozeAlert.FindStringSubmatch(folded[0]); m != nil {
			if d, _ := lengthAt(folded, 0); d == 0 {
				number, at = alertNumber(m[1]), 1
			}
		}
	}
	forTime, n := lengthAt(folded, at)
	if forTime == 0 {
		return number, 0, ""
	}
	return number, forTime, strings.TrimLeft(strings.Join(raw[at+n:], " "), " .,;:-")
}

// lengthAt reads a length of time at word i, and of how many words it is.
func lengthAt(words []string, i int) (d time.Duration, n int) {
	start := i
	for i < len(words) && fillers[words[i]] {
		i++
	}
	if i >= len(words) {
		return 0, 0
	}
	if pair := snoozePairs[words[i]]; pair > 0 {
		return pair, i + 1 - start
	}
	if m := reSnoozeGlued.FindStringSubmatch(words[i]); m != nil {
		if unit := snoozeUnits[m[2]]; unit > 0 {
			return times(m[1], unit), i + 1 - start
		}
	}
	if unit := snoozeUnits[words[i]]; unit > 0 && len([]rune(words[i])) > 1 {
		return unit, i + 1 - start
	}
	if i+1 < len(words) && snoozeUnits[words[i+1]] > 0 {
		if d := times(words[i], snoozeUnits[words[i+1]]); d > 0 {
			return d, i + 2 - start
		}
	}
	return 0, 0
}

// times multiplies a unit; what is no number, or absurd, is 0.
func times(digits string, unit time.Duration) time.Duration {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 9999 {
		return 0
	}
	return time.Duration(n) * unit
}
