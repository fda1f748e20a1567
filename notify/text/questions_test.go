package text_test

import (
	"testing"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/notify"
	"howareyou/notify/text"
)

// TestShippedQuestionsAsTexts: a question of ours fits one part. Those of the PHQ
// are an instrument's, with their four answers: shortening them further would make
// them another instrument.
func TestShippedQuestionsAsTexts(t *testing.T) {
	for _, code := range ask.ShippedCodes() {
		set, _ := ask.Shipped(code)
		for _, item := range set.Items {
			for _, lang := range text.Languages {
				body, err := text.Composer{}.Compose(notify.Draft{
					Kind: notify.KindReply, Audience: carenet.ToPatient, Reply: carenet.ReplyNext, Language: lang,
					Organisation: "Riverside Care", Further: item.Asks(lang),
				})
				if err != nil {
					t.Fatal(err)
				}
				most := 1
				if item.Kind == ask.KindChoice {
					most = 4
				}
				if enc, units, parts := text.Segments(body); parts > most {
					t.Errorf("%s in %s takes %d parts (%s %d): %s", item.Code, lang, parts, enc, units, body)
				}
			}
		}
	}
}
