package reply

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// order is a command as read.
type order struct {
	name, arg string
	words     string // what came after it
	ok        bool
}

// reAckGlued is an acknowledgement without a space: "ACK4821", "ack#12".
var reAckGlued = regexp.MustCompile(`^(\p{L}+)#?(\d+)$`)

// command reads the fixed commands of the sender's role. Each form is exact,
// so that a sentence that happens to begin with the word stays a sentence.
func (r *reader) command() order {
	if len(r.tokens) == 0 {
		return order{}
	}
	for _, e := range r.l.words["commands_"+string(r.ctx.Role)] {
		if o := r.commandAs(e); o.ok {
			return o
		}
	}
	return order{}
}

func (r *reader) commandAs(e entry) order {
	o := order{name: e.name}
	n := len(e.words)
	if r.ctx.Role == Clinician && n == 1 && e.name != CommandWho {
		if m := reAckGlued.FindStringSubmatch(r.tokens[0].text); m != nil && m[1] == e.words[0] {
			o.arg, o.words, o.ok = m[2], r.rest(1), true
			return o
		}
	}
	if !r.spells(e.words, 0) {
		return o
	}
	alone := r.lo == 0 && r.hi == n || n == len(r.tokens)
	switch e.name {
	case CommandWho, CommandWhen, CommandWeb, CommandResume, CommandOnIt, CommandUnmute, CommandDaily, CommandWeekly, CommandAtOnce, CommandLess, CommandMore:
		o.ok = alone
	case CommandAck:
		o.arg, o.words, o.ok = r.alertNumber(n)
		o.ok = o.ok || alone
	case CommandResolve:
		if o.arg, o.words, o.ok = r.alertNumber(n); !o.ok {
			o.words, o.ok = r.rest(n), true
		}
	case CommandUseful, CommandNotUseful: // with a word more it is a sentence: "useful 2 have somebody there"
		o.arg, o.words, o.ok = r.alertNumber(n)
		o.ok = o.ok && o.words == "" || alone
	case CommandSnooze:
		o.words, o.ok = r.rest(n), true
	case CommandEscalate:
		o.arg, o.words, o.ok = r.alertNumber(n)
		o.ok = o.ok || alone
	case CommandPause:
		o.arg, o.ok = r.days(n)
		if alone {
			o.arg, o.ok = "", true
		}
	case CommandDrop:
		o.arg, o.ok = r.rest(n), r.isName(n)
	case CommandHospital, CommandHome, CommandDied:
		o.arg, o.ok = r.rest(n), alone || r.isName(n)
		if alone {
			o.arg = ""
		}
	case CommandAdd:
		o.arg, o.ok = r.rest(n), n < len(r.tokens) && r.tokens[n].kind == word && (r.isName(n) || r.digitsFrom(n) >= fewestDigits)
	case CommandMute:
		o.arg, o.ok = r.rest(n), len(r.tokens) <= n+2 || alone
		if alone {
			o.arg = ""
		}
	case CommandAway:
		o.arg = r.rest(n)
		o.ok = o.arg != ""
	case CommandTell, commandAsk:
		o.words = r.rest(n)
		o.ok = o.words != ""
	}
	return o
}

// commandAsk is how a list names the command that makes a question; it never
// leaves the package.
const commandAsk = "ask"

// alertNumber reads the number of an alert at token n and the words after it.
func (r *reader) alertNumber(n int) (arg, words string, ok bool) {
	if n >= len(r.tokens) || r.tokens[n].spelled || !reCode.MatchString(r.tokens[n].text) {
		return "", "", false
	}
	return strings.TrimPrefix(r.tokens[n].text, "#"), r.rest(n + 1), true
}

// days reads "7", "7 days", "2 weeks" or "for a week" at token n, as days, and nothing after it.
func (r *reader) days(n int) (string, bool) {
	for n < len(r.tokens) && r.in("pause_words", r.tokens[n].text) {
		n++
	}
	days, last := 1, n
	switch {
	case n >= len(r.tokens):
		return "", false
	case r.tokens[n].kind == number:
		days, last = r.tokens[n].value, n+1
	case !r.in("weeks", r.tokens[n].text) && !r.in("days", r.tokens[n].text):
		return "", false
	}
	if last < len(r.tokens) {
		switch unit := r.tokens[last].text; {
		case r.in("weeks", unit):
			days, last = days*7, last+1
		case r.in("days", unit):
			last++
		}
	}
	return strconv.Itoa(days), last == len(r.tokens) || last == r.hi
}

// isName reports whether one or two words without digits follow from token n.
func (r *reader) isName(n int) bool {
	if k := len(r.tokens) - n; k < 1 || k > 2 {
		return false
	}
	for _, t := range r.tokens[n:] {
		if t.kind != word {
			return false
		}
	}
	return true
}

// fewestDigits is how many make a telephone number and no amount of anything.
const fewestDigits = 6

// digitsFrom counts the digits that were typed from token n on.
func (r *reader) digitsFrom(n int) (digits int) {
	for _, c := range r.rest(n) {
		if unicode.IsDigit(c) {
			digits++
		}
	}
	return digits
}

// rest is what was typed from token n on.
func (r *reader) rest(n int) string {
	if n >= len(r.tokens) {
		return ""
	}
	return tidy(r.raw[r.tokens[n].from:])
}

// private takes the word PRIVATE off either end of a patient's text and
// reports whether it was there, and where.
func (r *reader) private() (from, to int, ok bool) {
	plo, phi := r.trim("private_around", r.lo, r.hi)
	for _, e := range r.l.words["private"] {
		n := len(e.words)
		for _, end := range [][2]int{{plo, plo + n}, {phi - n, phi}} {
			if end[0] < plo || end[1] > phi || !r.spells(e.words, end[0]) {
				continue
			}
			// The words around it ("keep this private") go with it.
			first, last := end[0], end[1]
			if first == plo {
				first = 0
			}
			for first > 0 && r.sameClause(first-1, first) &&
				(r.in("private_around", r.tokens[first-1].text) || r.in("polite", r.tokens[first-1].text)) {
				first--
			}
			if last == phi {
				last = len(r.tokens)
			}
			from, to = r.tokens[first].from, r.tokens[last-1].to
			r.tokens = append(r.tokens[:first:first], r.tokens[last:]...)
			return from, to, true
		}
	}
	return 0, 0, false
}
