package text

import "howareyou/carenet"

// thanksFor thanks somebody who answered for a patient. By text there is always a score.
func (c composer) thanksFor(data Data) (string, error) {
	data["Score"] = ""
	if c.d.Update.Score != nil {
		data["Score"] = c.Number(*c.d.Update.Score)
	}
	if c.d.Update.Corrected {
		return c.say(CorrectionFor, data)
	}
	return c.say(ThanksFor, data)
}

// answeredFor tells a patient that somebody has answered in their stead, and what: only
// they can say whether it is so.
func (c composer) answeredFor() (string, error) {
	data := Data{"By": carenet.FirstName(c.d.From), "Max": c.d.Scale.Max}
	if c.d.Update.Score == nil {
		return c.say(AnsweredForWords, data)
	}
	data["Score"] = c.Number(*c.d.Update.Score)
	return c.say(AnsweredFor, data)
}
