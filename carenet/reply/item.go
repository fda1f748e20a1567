package reply

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ItemKind says how an answer to a further question looks.
type ItemKind string

// The kinds of further questions.
const (
	ItemScale  ItemKind = "scale"
	ItemChoice ItemKind = "choice"
	ItemYesNo  ItemKind = "yesno"
	ItemNumber ItemKind = "number"
	ItemWords  ItemKind = "words"
)

// nothing is what people say who have nothing to tell, beside a plain no.
var nothing = map[string]bool{}

func init() {
	for _, w := range []string{
		"nothing", "nothing really", "nothing thanks", "nothing thank you", "no nothing", "none", "not really", "no im fine", "nothing today", "all good", "-", "x",
		"nada", "nada gracias", "no nada", "nada mas", "nada hoy", "ninguna", "ninguno", "todo bien",
		"لا شيء", "لا شي", "لاشيء", "ولا شيء", "لا يوجد", "لا شيء شكرا", "مافي", "ما في شي", "كل شيء تمام",
	} {
		nothing[foldItem(w)] = true
	}
}

// NothingToTell says whether a text answers a question for words with none.
func NothingToTell(text, lang string) bool {
	plain := strings.Trim(foldItem(text), " .,;:!?'\"()،؛؟")
	for _, l := range []string{lang, "en"} {
		if yes, ok := yesNo[l][plain]; ok && !yes {
			return true
		}
	}
	plain = strings.Join(strings.Fields(strings.NewReplacer("'", "", ",", " ", ".", " ", "!", " ", "،", " ").Replace(plain)), " ")
	return plain == "" || nothing[plain]
}

// Item is the question that a text answers.
type Item struct {
	Kind    ItemKind
	Scale   Scale
	Unit    string         // of a number
	Options map[string]int // of a choice: words and their value
	Lang    string
}

// ItemReading is what a text says to one question.
type ItemReading struct {
	Kind   Kind // Answer, Ambiguous, OutOfRange, or Words where it says nothing to the question
	Value  float64
	Reason string
}

// yes and no, each said alone. Whoever says more is asked for the one word: "yes
// but" and "no idea" are neither.
var yesNo = map[string]map[string]bool{
	"en": {"yes": true, "y": true, "yeah": true, "yep": true, "yes please": true, "ok yes": true, "no": false, "n": false, "nope": false, "no thanks": false, "no thank you": false},
	"es": {"si": true, "s": true, "claro": true, "si gracias": true, "si por favor": true, "no": false, "n": false, "no gracias": false},
	"ar": {"نعم": true, "اي": true, "ايوه": true, "ايوا": true, "اجل": true, "نعم من فضلك": true, "لا": false, "كلا": false, "لا شكرا": false},
}

// units are the words for what a number is measured in, with what one of them is
// in the unit that is kept.
var units = map[string]map[string]float64{
	"kg": {
		"": 1, "kg": 1, "kgs": 1, "kilo": 1, "kilos": 1, "kilogram": 1, "kilograms": 1, "kilogramos": 1, "كغ": 1, "كجم": 1, "كيلو": 1, "كيلوغرام": 1,
		"lb": poundKG, "lbs": poundKG, "pound": poundKG, "pounds": poundKG, "libras": poundKG, "libra": poundKG, "رطل": poundKG,
	},
}

const poundKG = 0.45359237

var measured = regexp.MustCompile(`^(\d{1,4})(?:[.,](\d{1,2}))?\s*([^\d\s.,][^\d.,]*)?$`)

// ReadItem reads a text as the answer to one question. It reads by the question's
// own scale, unit and words, and guesses nothing.
func ReadItem(text string, q Item) ItemReading {
	plain := strings.Trim(foldItem(text), " .,;:!?'\"()،؛؟")
	if plain == "" {
		return ItemReading{Kind: Words, Reason: "nothing_said"}
	}
	switch q.Kind {
	case ItemWords:
		return ItemReading{Kind: Answer, Reason: "words"}
	case ItemYesNo:
		for _, lang := range []string{q.Lang, "en"} {
			if yes, ok := yesNo[lang][plain]; ok {
				value := 0.0
				if yes {
					value = 1
				}
				return ItemReading{Kind: Answer, Value: value, Reason: "yes_or_no"}
			}
		}
		return ItemReading{Kind: Ambiguous, Reason: "neither_yes_nor_no"}
	case ItemNumber:
		return readMeasure(plain, q)
	case ItemChoice:
		for words, value := range q.Options {
			if foldItem(words) == plain {
				return ItemReading{Kind: Answer, Value: float64(value), Reason: "option"}
			}
		}
	}
	r := Read(text, Context{Lang: q.Lang, Scale: q.Scale, Role: Patient})
	switch {
	case r.Score != nil && !r.Asks() && r.Reason != "face" && r.Reason != "scale_word":
		return ItemReading{Kind: Answer, Value: float64(*r.Score), Reason: r.Reason}
	case r.Kind == OutOfRange, r.Kind == Ambiguous:
		return ItemReading{Kind: r.Kind, Reason: r.Reason}
	}
	return ItemReading{Kind: Words, Reason: r.Reason}
}

func readMeasure(plain string, q Item) ItemReading {
	m := measured.FindStringSubmatch(plain)
	if m == nil {
		if strings.ContainsAny(plain, "0123456789") {
			return ItemReading{Kind: Ambiguous, Reason: "not_one_number"}
		}
		return ItemReading{Kind: Words, Reason: "no_number"}
	}
	per, ok := units[q.Unit][strings.TrimSpace(m[3])]
	if !ok && (m[3] != "" && strings.TrimSpace(m[3]) != q.Unit) {
		return ItemReading{Kind: Ambiguous, Reason: "other_unit"}
	}
	if !ok {
		per = 1
	}
	value, err := strconv.ParseFloat(m[1]+"."+orZero(m[2]), 64)
	if err != nil {
		return ItemReading{Kind: Ambiguous, Reason: "not_one_number"}
	}
	value = float64(int(value*per*100+0.5)) / 100
	if value < float64(q.Scale.Min) || value > float64(q.Scale.Max) {
		return ItemReading{Kind: OutOfRange, Reason: "off_the_scale"}
	}
	return ItemReading{Kind: Answer, Value: value, Reason: "measured"}
}

func orZero(digits string) string {
	if digits == "" {
		return "0"
	}
	return digits
}

// NumberList splits a text that is nothing but several numbers ("3 7 2",
// "3, 7, 72.5"): one answer after the other. Anything more than numbers is none.
func NumberList(text string) []string {
	parts := strings.FieldsFunc(foldItem(text), func(r rune) bool { return strings.ContainsRune(" \n\t;،؛", r) })
	var out []string
	for _, p := range parts {
		p = strings.TrimRight(p, ".,")
		if !bareNumber.MatchString(p) {
			return nil
		}
		out = append(out, p)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

var bareNumber = regexp.MustCompile(`^\d{1,3}([.,]\d{1,2})?$`)

// CutNamed cuts the name of a question off the front: "pain 6" is 6 for pain. What
// is left is never empty.
func CutNamed(text string, names []string) (rest string, ok bool) {
	words := strings.Fields(text)
	for n := min(3, len(words)-1); n > 0; n-- {
		said := strings.Trim(foldItem(strings.Join(words[:n], " ")), " .,:;،")
		if slices.ContainsFunc(names, func(name string) bool { return name != "" && foldItem(name) == said }) {
			return strings.Join(words[n:], " "), true
		}
	}
	return "", false
}

// foldItem makes equal what people type differently: case, accents, digits of
// other scripts, space.
func foldItem(s string) string { return fold(s).String() }
