package front

import (
	"fmt"

	"howareyou/carenet"
	"howareyou/notify/text"
)

// FurtherSaid is one answer to a further question in the reader's words: "pain 7 (0-10)".
func FurtherSaid(r Reader, a carenet.FurtherAnswer) string {
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
