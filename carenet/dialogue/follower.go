package dialogue

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// followerSays handles what a follower texts: a command, or words for the
// patient. A plain reply is a kind word too.
func (d *decision) followerSays(w writer, r reply.Reading) {
	o := Order{By: w.ID, As: carenet.ToFollower, Zone: w.Zone}
	switch {
	case r.Kind == reply.Command:
		o.Command, o.Words = r.Command, r.Words
		switch r.Command {
		case reply.CommandMute:
			length, ok := MuteFor(r.Arg)
			if !ok {
				d.take(r, Stored)
				d.guide(carenet.ReplyMuteHow, w)
				return
			}
			o.For = length
		case reply.CommandHospital, reply.CommandHome, reply.CommandDied:
			o.Name = r.Arg
		case reply.CommandOnIt, reply.CommandTell, reply.CommandUnmute, reply.CommandDaily, reply.CommandWeekly, reply.CommandAtOnce:
		case reply.CommandWeb:
			d.freshLink(r, w, "follower")
			return
		default:
			d.take(r, Stored)
			d.guide(carenet.ReplyHelp, w)
			return
		}
	case r.Kind == reply.Question && r.Reason == "fixed_word":
		d.asksClinic(r, w)
		return
	case reply.Read(d.text.Body, reply.Context{Role: reply.Clinician}).Kind == reply.Command:
		// What a clinician would command is no kind word.
		d.take(r, Stored)
		d.guide(carenet.ReplyHelp, w)
		return
	case !strings.ContainsFunc(r.Words, unicode.IsLetter) && !hasPicture(r.Words):
		// A number is no word, and no answer for somebody else either.
		d.take(r, Stored)
		d.guide(carenet.ReplyHelp, w)
		return
	default:
		o.Command, o.Words = reply.CommandTell, r.Words
	}
	d.order(r, o)
}

func hasPicture(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.So, r) })
}

// The lengths of a silence: what MUTE alone means, and the longest.
const (
	usualMute   = 8 * time.Hour
	longestMute = 14 * 24 * time.Hour
)

// MuteFor reads "8H", "8", "2 days": hours unless days are named.
func MuteFor(arg string) (time.Duration, bool) {
	if arg == "" {
		return usualMute, true
	}
	said := reply.Normalise(arg)
	digits := strings.IndexFunc(said, func(r rune) bool { return r < '0' || r > '9' })
	unit := ""
	if digits >= 0 {
		said, unit = said[:digits], strings.TrimSpace(said[digits:])
	}
	n, err := strconv.Atoi(said)
	if err != nil || n < 1 {
		return 0, false
	}
	var length time.Duration
	switch {
	case unit == "" || slices.Contains([]string{"h", "hs", "hr", "hrs", "hour", "hours", "hora", "horas", "ساعه", "ساعات", "س"}, unit):
		length = time.Duration(n) * time.Hour
	case slices.Contains([]string{"d", "day", "days", "dia", "dias", "يوم", "ايام"}, unit):
		length = time.Duration(n) * 24 * time.Hour
	default:
		return 0, false
	}
	return min(length, longestMute), length > 0
}

// Followed is a patient whom the writer follows.
type Followed struct {
	Follower carenet.ID // the place in the circle
	Patient  carenet.ID
	Name     string
	Zone     *time.Location
	ToldAt   time.Time // when they last heard of this patient; zero: not of late
}

// Whom says whose words these are, and the words without the name: a name in
// front says it; else there is only one; else it is the one of whom the follower
// heard last, when they heard of no other since yesterday. Never guess.
func Whom(words string, followed []Followed) (who *Followed, rest string) {
	var named []int
	for i, f := range followed {
		if after, ok := cutName(words, carenet.NameWords(carenet.FirstName(f.Name))); ok {
			named, rest = append(named, i), after
		}
	}
	switch {
	case len(followed) == 1:
		// "Mary you are doing well" said to Mary keeps her name.
		return &followed[0], words
	case len(named) == 1:
		return &followed[named[0]], rest
	case len(named) > 1:
		return nil, words
	}
	var heard []int
	for i, f := range followed {
		if !f.ToldAt.IsZero() {
			heard = append(heard, i)
		}
	}
	if len(heard) == 1 {
		return &followed[heard[0]], words
	}
	return nil, words
}

// HeardOfLate is how far back an update still says whom an answer is about.
const HeardOfLate = 24 * time.Hour
