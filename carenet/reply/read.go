package reply

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Read reads one text. It never fails: what it cannot read is Unknown, and the
// reason says why. The same text and context always give the same reading.
func Read(text string, ctx Context) Reading {
	if ctx.Scale == (Scale{}) {
		ctx.Scale = Scale{Min: 1, Max: 5}
	}
	if ctx.Role == "" {
		ctx.Role = Patient
	}
	lang, _, _ := strings.Cut(strings.ToLower(ctx.Lang), "-")
	ctx.Lang = lang
	out := read(text, ctx)
	if lang != "" && !slices.Contains(Languages, lang) {
		out.Flags = append(out.Flags, FlagNotScreened)
	}
	out.Confidence = confidence(out)
	return out
}

func read(text string, ctx Context) Reading {
	f := fold(text)
	out := Reading{Text: text, Normalised: f.String(), Words: tidy(text)}
	r := newReader(text, f, ctx)
	if len(r.tokens) == 0 {
		out.Kind, out.Reason, out.Words = Unknown, "nothing_said", ""
		return out
	}
	if reason, ok := r.optOut(); ok {
		out.Kind, out.Reason = OptOut, reason
		if ctx.Role != Clinician {
			// It stops our texts; it must not stop anybody from seeing the rest.
			found, denied := r.crisis()
			out.Flags = append(append(out.Flags, found...), denied...)
		}
		return out
	}
	// Fixed words are set aside before anything could make them an answer.
	help, start := r.whole("help"), r.whole("start")
	asks := r.question()
	var found, denied []string
	if ctx.Role != Clinician {
		// Staff write about falls and pain of others; their texts are read by staff anyway.
		found, denied = r.crisis()
		out.Flags = append(append(out.Flags, found...), denied...)
		if r.mentions("wrong_number") {
			out.Flags = append(out.Flags, FlagWrongNumber)
		}
	}
	if r.mentions("auto_reply") {
		return r.automatic(out, found)
	}
	order := r.command()
	var v verdict
	if ctx.Role == Patient && !help && !start && !order.ok {
		v = r.readScore(&out)
	}
	switch {
	case len(found) > 0:
		out.Kind, out.Reason = Crisis, "crisis_words"
	case help:
		out.Kind, out.Reason = Help, "fixed_word"
	case start:
		out.Kind, out.Reason = OptIn, "fixed_word"
	case order.ok && order.name == commandAsk:
		out.Kind, out.Reason, out.Words = Question, "fixed_word", order.words
	case order.ok:
		out.Kind, out.Reason, out.Command, out.Arg, out.Words = Command, "fixed_word", order.name, order.arg, order.words
	case out.Private:
		out.Kind, out.Reason, out.Command = Command, "private_"+orNone(v.reason), CommandPrivate
		if v.kind == Ambiguous || v.kind == OutOfRange {
			out.Flags = append(out.Flags, FlagAsk)
		}
	case asks:
		out.Kind, out.Reason = Question, "asks"
	case v.kind != "":
		out.Kind, out.Reason = v.kind, v.reason
	case ctx.Role == Patient && !r.hasWords() && v.reason != "" || !r.hasAnything():
		out.Kind, out.Reason = Unknown, orNone(v.reason)
	default:
		out.Kind, out.Reason = Words, "no_score"
	}
	if v.kind == Answer && !ctx.OpenPrompt {
		out.Flags = append(out.Flags, FlagUnprompted)
	}
	return out
}

// automatic reads what a machine sent. It wants no call, whatever it offers; any
// other word of alarm in it is for a human to judge.
func (r *reader) automatic(out Reading, found []string) Reading {
	out.Flags = slices.DeleteFunc(out.Flags, func(f string) bool { return strings.HasPrefix(f, FlagWantsContact) })
	out.Flags = append(out.Flags, FlagAutoReply)
	out.Kind, out.Reason = Words, "automatic_reply"
	if len(found) > 1 || len(found) == 1 && found[0] != FlagWantsContact {
		out.Kind, out.Reason = Crisis, "crisis_words"
	}
	return out
}

// readScore takes PRIVATE off, weighs the numbers, and fills Score, Private,
// Words and the flag.
func (r *reader) readScore(out *Reading) verdict {
	from, to, private := r.private()
	v := r.score()
	if private {
		out.Private = true
		out.Flags = append(out.Flags, FlagPrivate)
	}
	if v.kind == Answer {
		score := v.value
		out.Score = &score
		out.Words = without(r.raw, span{from, to}, span{v.from, v.to})
	} else {
		out.Words = without(r.raw, span{from, to})
	}
	return v
}

// hasAnything reports whether the text holds more than signs and codes.
func (r *reader) hasAnything() bool {
	for _, t := range r.tokens {
		if t.kind != symbol && t.kind != coded {
			return true
		}
	}
	return false
}

func orNone(reason string) string {
	if reason == "" {
		return "no_score"
	}
	return reason
}

// span is a stretch of bytes.
type span struct{ from, to int }

// without returns raw less the spans, tidied. Spans do not overlap: what
// PRIVATE covers is no longer there to be a score.
func without(raw string, cut ...span) string {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		inside := false
		for _, s := range cut {
			if i >= s.from && i < s.to {
				inside = true
				if i == s.from {
					b.WriteByte(' ')
				}
			}
		}
		if !inside {
			b.WriteByte(raw[i])
		}
	}
	return tidy(b.String())
}

var reSpaceBeforeMark = regexp.MustCompile(`\s+([,.;:!?،؛؟])`)

// tidy collapses space and takes stray punctuation off both ends; a text
// without letters, digits or signs is nothing.
func tidy(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, " ")), " ")
	s = reSpaceBeforeMark.ReplaceAllString(s, "$1")
	s = strings.TrimLeftFunc(s, func(c rune) bool { return strings.ContainsRune(" ,.;:-–—!?…)/'’*،؛؟", c) })
	s = strings.TrimRightFunc(s, func(c rune) bool { return strings.ContainsRune(" ,;:-–—(/*،؛", c) })
	if !strings.ContainsFunc(s, func(c rune) bool {
		return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.Is(unicode.So, c)
	}) {
		return ""
	}
	return s
}
