package twilio

import (
	"strconv"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// Inbound reads the webhook of an inbound text out of a verified form. Only
// the names below are looked at, whatever else the form holds. Call it with
// the pairs that were verified and with nothing else.
//
// An error of code Invalid means that the form is not one of an inbound text. A
// short code or a name as the sender (advertisers and carriers have those) is no
// phone, but its text is one: see carenet.InboundText.FromPhone. The body is kept
// as it came.
func Inbound(pairs []Pair, receivedAt time.Time) (carenet.InboundText, error) {
	const op = "read inbound text"
	text := carenet.InboundText{ReceivedAt: receivedAt}
	var sawBody bool
	for _, p := range pairs {
		switch p.Name {
		case "MessageSid":
			text.SID = p.Value
		case "From":
			text.From = p.Value
		case "To":
			text.To = p.Value
		case "MessagingServiceSid":
			text.Service = p.Value
		case "Body":
			text.Body, sawBody = p.Value, true
		case "OptOutType":
			switch p.Value {
			case "STOP", "START", "HELP":
				text.OptOutType = p.Value
			}
		case "NumMedia":
			n, err := strconv.Atoi(p.Value)
			if err != nil || n < 0 {
				return carenet.InboundText{}, carenet.Errorf(carenet.Invalid, op, "NumMedia is not a count")
			}
			text.NumMedia = n
		}
	}
	switch {
	case !sidShape.MatchString(text.SID):
		return carenet.InboundText{}, carenet.Errorf(carenet.Invalid, op, "MessageSid is missing or malformed")
	case text.From == "" || len(text.From) > 64:
		return carenet.InboundText{}, carenet.Errorf(carenet.Invalid, op, "From is missing or too long")
	case !numberShape.MatchString(text.To):
		return carenet.InboundText{}, carenet.Errorf(carenet.Invalid, op, "To is not a phone number")
	case !sawBody:
		return carenet.InboundText{}, carenet.Errorf(carenet.Invalid, op, "there is no Body")
	}
	return text, nil
}

// statuses are those that the callbacks of an outbound SMS carry.
var statuses = map[string]bool{
	"accepted": true, "queued": true, "sending": true, "sent": true,
	"delivered": true, "undelivered": true, "failed": true, "canceled": true,
}

// Status reads a status callback out of a verified form; m is the attempt's
// id, from the query of the callback's address, which the signature covers.
func Status(pairs []Pair, m string, at time.Time) (notify.StatusReport, error) {
	const op = "read status"
	attempt, err := carenet.ParseID(m)
	if err != nil || attempt == carenet.NilID {
		return notify.StatusReport{}, carenet.Errorf(carenet.Invalid, op, "m is not an attempt")
	}
	report := notify.StatusReport{Attempt: attempt, At: at}
	for _, p := range pairs {
		switch p.Name {
		case "MessageSid":
			report.SID = p.Value
		case "MessageStatus":
			report.Status = p.Value
		case "ErrorCode":
			if p.Value == "" {
				continue
			}
			if report.Code, err = strconv.Atoi(p.Value); err != nil || report.Code < 0 {
				return notify.StatusReport{}, carenet.Errorf(carenet.Invalid, op, "ErrorCode is not a number")
			}
		}
	}
	switch {
	case !sidShape.MatchString(report.SID):
		return notify.StatusReport{}, carenet.Errorf(carenet.Invalid, op, "MessageSid is missing or malformed")
	case !statuses[report.Status]:
		return notify.StatusReport{}, carenet.Errorf(carenet.Invalid, op, "MessageStatus is not one we know")
	}
	return report, nil
}
