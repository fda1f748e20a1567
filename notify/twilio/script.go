package twilio

import (
	"encoding/xml"
	"strings"

	"howareyou/notify"
)

// voices are the provider's for our languages. Arabic has a voice only by name.
var voices = map[string]struct{ language, voice string }{
	"en": {"en-GB", "Polly.Amy"},
	"es": {"es-ES", "Polly.Lucia"},
	"ar": {"arb", "Polly.Zeina"},
}

type (
	say struct {
		XMLName  xml.Name `xml:"Say"`
		Language string   `xml:"language,attr"`
		Voice    string   `xml:"voice,attr"`
		Text     string   `xml:",chardata"`
	}
	pause struct {
		XMLName xml.Name `xml:"Pause"`
		Length  int      `xml:"length,attr"`
	}
	gather struct {
		XMLName xml.Name `xml:"Gather"`
		Input   string   `xml:"input,attr"`
		Digits  int      `xml:"numDigits,attr"`
		Timeout int      `xml:"timeout,attr"`
		Action  string   `xml:"action,attr"`
		Method  string   `xml:"method,attr"`
		Says    []any
	}
	redirect struct {
		XMLName xml.Name `xml:"Redirect"`
		Method  string   `xml:"method,attr"`
		To      string   `xml:",chardata"`
	}
	hangup struct {
		XMLName xml.Name `xml:"Hangup"`
	}
	response struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []any
	}
)

// keyWait is how long, in seconds, a key is waited for after the last word.
const keyWait = 6

// Script writes what a call says for the provider: twice over, if a key is asked
// for, and then on to the address at which all was said. key and end are paths of
// ours; the provider takes them from where the script came from.
func Script(s notify.Script, key, end string) ([]byte, error) {
	v, ok := voices[base(s.Language)]
	if !ok {
		v = voices["en"]
	}
	says := []any{say{Language: v.language, Voice: v.voice, Text: s.Say}}
	var r response
	switch {
	case s.Asks:
		once := gather{Input: "dtmf", Digits: 1, Timeout: keyWait, Action: key, Method: "POST", Says: says}
		r.Verbs = []any{once, once, redirect{Method: "POST", To: end}}
	default:
		r.Verbs = append(says, hangup{})
	}
	if s.Machine {
		// A mailbox begins to record after its own words.
		r.Verbs = append([]any{pause{Length: 6}}, r.Verbs...)
	}
	body, err := xml.Marshal(r)
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), body...), nil
}

func base(lang string) string {
	b, _, _ := strings.Cut(lang, "-")
	return b
}
