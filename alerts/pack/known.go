package pack

import (
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"gopkg.in/yaml.v3"

	"howareyou/alerts"
)

type kind = *cel.Type

var (
	boolType   = cel.BoolType
	doubleType = cel.DoubleType
)

// A moment is a kind of day on which features are missing. A condition must be
// able to decide on each without reading what is not known.
type moment struct {
	says     string
	guard    string
	features alerts.Features
}

// momentsOf are the moments that a rule meets, the barest first.
func momentsOf(after string) []moment {
	n := alerts.Num
	// Everything that is never missing.
	bare := alerts.Features{
		Level: 1, ScaleMin: 1, ScaleMax: 5, LowStreak: n(0), MKN: n(0), MKP: n(1), AnchorN: n(0), Recent28N: n(0),
		MissedStreak: n(0), MissedP: n(1),
	}
	usual := func(f alerts.Features) alerts.Features {
		f.BaselineReady, f.BaseMean, f.BaseSD, f.BaseN = true, n(4), n(0.7), n(14)
		f.EWMA, f.EWMAZ, f.BelowStreak = n(4), n(0), n(0)
		f.DaysSincePrev, f.MKN, f.SlopeWeek, f.AnchorN, f.AnchorMean, f.Recent28N, f.Recent28Mean = n(1), n(14), n(0), n(14), n(4), n(14), n(4)
		return f
	}
	if after == afterSilence {
		bare.MissedStreak, bare.MissedP = n(1), n(0.5)
		return []moment{
			{"when the patient has never answered", "anchor_n > 0 (score is never known after silence)", bare},
			{"after a question that stayed unanswered", "anchor_n > 0 (score and drop are never known after silence)", usual(bare)},
		}
	}
	first := bare
	first.Answered, first.Score, first.LowStreak, first.MKN = true, 4, n(0), n(1)
	first.AnchorN, first.AnchorMean, first.Recent28N, first.Recent28Mean = n(1), n(4), n(1), n(4)
	late := first // long after the first weeks, with a gap
	late.AnchorN, late.AnchorMean = n(0), alerts.Number{}
	ready := usual(first)
	ready.Drop = n(0)
	return []moment{
		{"on a patient's first answer", "baseline_ready (or prev_ready, mk_n >= 2, anchor_n > 0)", first},
		{"when there was no answer in the first weeks", "anchor_n > 0", late},
		{"on the first day with a baseline", "prev_ready", ready},
	}
}

// checkKnown tries a condition on every moment on which something is missing,
// with all that is known once low and once high, so that it cannot pass by
// never getting as far as the missing feature. A limit is tried only where its
// rule's condition could hold.
func (r *Refusal) checkKnown(node *yaml.Node, w rule, field string, x expression, when *expression) {
	for _, m := range momentsOf(w.After) {
		for _, f := range variants(m.features, x, when) {
			if when != nil {
				if fires, err := when.bool(&f); err != nil || !fires {
					continue
				}
			}
			if _, err := x.eval(&f); err != nil {
				guard := m.guard
				if errors.Is(err, errNoItem) {
					guard = `"pain" in item (and in prev_item, base_item or low3_item, where one of them is read)`
				}
				r.add(Problem{Rule: w.ID, Line: lineOf(node, firstWord(field)), Why: field + ": " + err.Error() + ": " +
					m.says + "; ask first, as in: " + guard + " && ..."})
				return
			}
		}
	}
}

// variants are a moment with every value that is known calm, then alarming, and
// with the items that the expressions name answered for the first time.
func variants(f alerts.Features, x expression, when *expression) []alerts.Features {
	alarm := f
	n := alerts.Num
	if f.Answered {
		alarm.Score, alarm.LowStreak = 1, n(9)
	}
	if f.BaselineReady {
		alarm.EWMA, alarm.EWMAZ, alarm.BelowStreak = n(1), n(-9), n(9)
	}
	if f.Drop.Known {
		alarm.Drop = n(3)
	}
	if f.SlopeWeek.Known {
		alarm.SlopeWeek = n(-3)
	}
	if f.Recent28Mean.Known && f.AnchorMean.Known {
		alarm.Recent28Mean, alarm.AnchorMean = n(1), n(5)
	}
	alarm.MKP, alarm.MissedStreak, alarm.MissedP = n(0), n(9), n(0)
	out := []alerts.Features{f, alarm}
	words := x.words
	if when != nil {
		words = slices.Concat(words, when.words)
	}
	if !f.Answered || len(words) == 0 {
		return out
	}
	for _, value := range []float64{0, 100} {
		items := make(map[string]float64, len(words))
		for _, w := range words {
			items[w] = value
		}
		with := f
		with.Item = items
		with.Flags = words
		out = append(out, with)
	}
	return out
}

func firstWord(field string) string {
	word, _, _ := strings.Cut(field, ",")
	return word
}
