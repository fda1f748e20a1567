package twiliosim

import (
	"encoding/xml"
	"fmt"
	"mime"
	"strings"
)

// reply is a text that a webhook's answer asks for.
type reply struct {
	To     string
	From   string
	Body   string
	Action string // status callback address
}

// readReplies reads a webhook's answer: TwiML with Message (or the older Sms)
// verbs, or plain text, which Twilio sends to the person as it is. An empty
// answer asks for nothing.
func readReplies(a answer) ([]reply, error) {
	if strings.TrimSpace(string(a.body)) == "" {
		return nil, nil
	}
	kind, _, err := mime.ParseMediaType(a.contentType)
	if err != nil {
		return nil, fmt.Errorf("content type: %w", err)
	}
	switch kind {
	case "text/plain":
		return []reply{{Body: string(a.body)}}, nil
	case "text/xml", "application/xml", "text/html": // Twilio reads all three as TwiML
	default:
		return nil, fmt.Errorf("content type %s is not TwiML", kind)
	}

	var doc struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []struct {
			XMLName xml.Name
			To      string  `xml:"to,attr"`
			From    string  `xml:"from,attr"`
			Action  string  `xml:"statusCallback,attr"`
			Text    string  `xml:",chardata"`
			Body    *string `xml:"Body"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal(a.body, &doc); err != nil {
		return nil, fmt.Errorf("TwiML: %w", err)
	}
	var replies []reply
	for _, v := range doc.Verbs {
		if v.XMLName.Local != "Message" && v.XMLName.Local != "Sms" {
			continue
		}
		body := strings.TrimSpace(v.Text)
		if v.Body != nil {
			body = *v.Body
		}
		if body == "" || len([]rune(body)) > maxBody {
			return nil, fmt.Errorf("TwiML: a message has no body or too long a one")
		}
		replies = append(replies, reply{To: v.To, From: v.From, Body: body, Action: v.Action})
	}
	return replies, nil
}
