package dialogue

import (
	"maps"
	"slices"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/reply"
)

// CheckOptions refuses a set of which an option cannot be chosen by its words, since they
// mean something else to everybody who texts them: "stop", "more". Its error has the code
// Invalid.
func CheckOptions(q ask.QuestionSet) error {
	for _, item := range q.Items {
		for _, o := range item.Options {
			for _, lang := range slices.Sorted(maps.Keys(o.Words)) {
				if words := o.Words[lang]; otherMeaning(words, lang) {
					return carenet.Errorf(carenet.Invalid, "check question set", "option %d of question %s is %q in %s, which means something else when it is texted: choose other words", o.Value, item.Code, words, lang)
				}
			}
		}
	}
	return nil
}

// otherMeaning says whether a text is read before any answer is, as furtherSays reads.
func otherMeaning(words, lang string) bool {
	r := reply.Read(words, reply.Context{Lang: lang, Role: reply.Patient})
	switch r.Kind {
	case reply.OptOut, reply.Help, reply.Command, reply.Question:
		return true
	}
	return r.Has(reply.FlagAutoReply) || r.Has(reply.FlagWrongNumber)
}
