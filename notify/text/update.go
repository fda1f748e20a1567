package text

import (
	"strings"

	"howareyou/carenet"
)

// maxUpdateParts is how many parts an update with a patient's words may take.
// Whatever is longer goes on behind the link.
const maxUpdateParts = 2

// updateKeys are the texts of an update, first as news, then as a correction.
var updateKeys = map[string][2]Key{
	"answered":          {UpdateAnswered, UpdateCorrectionAnswered},
	"words":             {UpdateWords, UpdateCorrectionWords},
	"score":             {UpdateScore, UpdateCorrectionScore},
	"score plain":       {UpdateScorePlain, UpdateCorrectionScorePlain},
	"score words":       {UpdateScoreWords, UpdateCorrectionScoreWords},
	"score words plain": {UpdateScoreWordsPlain, UpdateCorrectionScoreWordsPlain},
}

// update tells a follower what the patient lets them know, and nothing else:
// the draft is already cut to the consent.
func (c composer) update() (string, error) {
	u := c.d.Update
	data, form := Data{"Name": c.name(), "Max": c.d.Scale.Max}, "answered"
	words := strings.Join(strings.Fields(u.Words), " ")
	by := carenet.FirstName(c.d.From)
	if by != "" {
		data["By"] = by
	}
	if u.Score != nil {
		digits, face := c.score(*u.Score)
		data["Score"], data["Face"], form = digits, face, "score"
		if words != "" {
			form = "score words"
		}
		if face == "" {
			form += " plain"
		}
	} else if words != "" {
		form = "words"
	}
	key := updateKeys[form][0]
	if u.Corrected {
		key = updateKeys[form][1]
	}
	if u.Reporter == carenet.ReporterProxy && by != "" {
		// "Sam for Mary": it is never read as if she had said it.
		switch key {
		case UpdateAnswered:
			key = UpdateAnsweredFor
		case UpdateCorrectionAnswered:
			key = UpdateCorrectionAnsweredFor
		default:
			data["Name"] = c.Say(UpdateByFor, Data{"By": by, "Name": c.name()})
		}
	}
	if words == "" {
		return c.say(key, data)
	}
	return c.withWords(key, data, words)
}

// withWords says as many of the patient's words as fit, cut between words.
func (c composer) withWords(key Key, data Data, words string) (string, error) {
	all := Plain(words)
	data["Words"] = all
	body, err := c.say(key, data)
	if err != nil || fits(body) {
		return body, err
	}
	// Sixteen hundred bytes at most: trying each cut from the end is cheap
	// beside what a sent part costs.
	for cut := lastSpace(all, len(all)); ; cut = lastSpace(all, cut) {
		data["Words"] = strings.TrimRight(all[:cut], " ,;:-") + "..."
		if body, err = c.say(key, data); err != nil {
			return "", err
		}
		if c.d.Link != "" {
			if body, err = c.say(UpdateMore, Data{"Update": body, "Link": c.d.Link}); err != nil {
				return "", err
			}
		}
		if cut == 0 || fits(body) {
			return body, nil
		}
	}
}

func fits(body string) bool {
	_, _, parts := Segments(Plain(body))
	return parts <= maxUpdateParts
}

// lastSpace returns where the last word before end begins, less its space; 0
// when there is none.
func lastSpace(s string, end int) int { return max(0, strings.LastIndexByte(s[:end], ' ')) }
