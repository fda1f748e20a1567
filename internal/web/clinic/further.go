package clinic

import (
	"fmt"
	"strings"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// furtherDay is what was answered at one asking besides how they are.
type furtherDay struct{ when, answers string }

// furtherDays groups the answers by asking, newest first.
func furtherDays(r front.Reader, all []carenet.FurtherAnswer) (out []furtherDay) {
	var asking carenet.ID
	var said []string
	flush := func() {
		if len(said) > 0 {
			out[len(out)-1].answers = strings.Join(said, " · ")
		}
		said = nil
	}
	for _, a := range all {
		if a.Asking != asking {
			flush()
			asking, out = a.Asking, append(out, furtherDay{when: r.On(a.At)})
		}
		said = append(said, furtherSaid(r, a))
	}
	flush()
	return out
}

// furtherSaid is one answer in the reader's words: "pain 7 (0-10)".
func furtherSaid(r front.Reader, a carenet.FurtherAnswer) string {
	name := a.Name[r.Lang()]
	if name == "" {
		name = a.Item
	}
	value := r.Number(a.Value)
	switch a.Kind {
	case "scale":
		value = fmt.Sprintf("%s (%d-%d)", value, a.Min, a.Max)
	case "choice":
		if words := a.Option[r.Lang()]; words != "" {
			value = fmt.Sprintf("%s (%s)", value, words)
		}
	case "yesno":
		value = r.Say(text.PageFurtherSayNo)
		if a.Value == 1 {
			value = r.Say(text.PageFurtherSayYes)
		}
	case "number":
		value += " " + a.Unit
	case "words":
		if a.Words == "" {
			return name + ": " + r.Say(text.PageFurtherNothing)
		}
		return name + ": “" + a.Words + "”"
	}
	return name + " " + value
}
