package twilio

import (
	"strconv"
	"strings"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// callStatuses are those that the webhooks of a call carry.
var callStatuses = map[string]bool{
	"queued": true, "initiated": true, "ringing": true, "in-progress": true,
	"completed": true, "busy": true, "no-answer": true, "failed": true, "canceled": true,
}

// Call reads a webhook of a call out of a verified form: the provider asks what to
// say, tells which key was pressed, or how far the call is. m is the attempt's id,
// from the query of the address, which the signature covers.
func Call(pairs []Pair, m string, at time.Time) (notify.CallNews, error) {
	const op = "read call"
	attempt, err := carenet.ParseID(m)
	if err != nil || attempt == carenet.NilID {
		return notify.CallNews{}, carenet.Errorf(carenet.Invalid, op, "m is not an attempt")
	}
	news := notify.CallNews{StatusReport: notify.StatusReport{Attempt: attempt, At: at}}
	for _, p := range pairs {
		switch p.Name {
		case "CallSid":
			news.SID = p.Value
		case "CallStatus":
			news.Status = p.Value
		case "Digits":
			news.Digits = p.Value
		case "AnsweredBy":
			news.Heard = answeredBy(p.Value)
		case "ErrorCode":
			if p.Value == "" {
				continue
			}
			if news.Code, err = strconv.Atoi(p.Value); err != nil || news.Code < 0 {
				return notify.CallNews{}, carenet.Errorf(carenet.Invalid, op, "ErrorCode is not a number")
			}
		}
	}
	switch {
	case !callShape.MatchString(news.SID):
		return notify.CallNews{}, carenet.Errorf(carenet.Invalid, op, "CallSid is missing or malformed")
	case !callStatuses[news.Status]:
		return notify.CallNews{}, carenet.Errorf(carenet.Invalid, op, "CallStatus is not one we know")
	}
	return news, nil
}

// answeredBy reads who the provider thinks has answered. Where it does not know, a
// key says more than it could.
func answeredBy(word string) notify.Heard {
	switch {
	case word == "human":
		return notify.HeardPart
	case strings.HasPrefix(word, "machine"), word == "fax":
		return notify.HeardMachine
	}
	return notify.HeardNothing
}
