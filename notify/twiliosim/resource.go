package twiliosim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	apiVersion = "2010-04-01"
	maxBody    = 1600 // characters; above it Twilio refuses with 21617
)

// messageResource is a Message as Twilio's REST API shows it.
type messageResource struct {
	AccountSID          string            `json:"account_sid"`
	APIVersion          string            `json:"api_version"`
	Body                string            `json:"body"`
	DateCreated         string            `json:"date_created"`
	DateSent            *string           `json:"date_sent"`
	DateUpdated         string            `json:"date_updated"`
	Direction           string            `json:"direction"`
	ErrorCode           *int              `json:"error_code"`
	ErrorMessage        *string           `json:"error_message"`
	From                *string           `json:"from"`
	MessagingServiceSID *string           `json:"messaging_service_sid"`
	NumMedia            string            `json:"num_media"`
	NumSegments         string            `json:"num_segments"`
	Price               *string           `json:"price"`
	PriceUnit           string            `json:"price_unit"`
	SID                 string            `json:"sid"`
	Status              string            `json:"status"`
	SubresourceURIs     map[string]string `json:"subresource_uris"`
	To                  string            `json:"to"`
	URI                 string            `json:"uri"`
}

// resource shows a message. The caller holds the lock.
func (s *Sim) resource(m *message) messageResource {
	path := s.accountPath() + "/Messages/" + m.SID
	r := messageResource{
		AccountSID: s.opt.AccountSID, APIVersion: apiVersion, Body: m.Body,
		DateCreated: twilioDate(m.Created), DateUpdated: twilioDate(m.Updated), Direction: m.Direction,
		From: &m.From, NumMedia: "0", NumSegments: strconv.Itoa(segments(m.Body)), PriceUnit: "USD",
		SID: m.SID, Status: m.Status, To: m.To, URI: path + ".json",
		SubresourceURIs: map[string]string{"media": path + "/Media.json", "feedback": path + "/Feedback.json"},
	}
	if !m.Sent.IsZero() {
		date := twilioDate(m.Sent)
		r.DateSent = &date
	}
	if m.ErrorCode != 0 {
		code, words := m.ErrorCode, undeliverableReasons[m.ErrorCode]
		r.ErrorCode, r.ErrorMessage = &code, &words
	}
	if m.Service != "" {
		r.MessagingServiceSID = &m.Service
	}
	if m.Status == accepted { // a service has not chosen a sender yet
		r.From, r.NumSegments = nil, "0"
	}
	return r
}

func (s *Sim) accountPath() string { return "/" + apiVersion + "/Accounts/" + s.opt.AccountSID }

// twilioDate is RFC 2822 in UTC, to the second.
func twilioDate(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000") }

// refusal is an error answer of the REST API.
type refusal struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`
}

func refuse(w http.ResponseWriter, status, code int, format string, args ...any) {
	writeJSON(w, status, refusal{
		Code: code, Message: fmt.Sprintf(format, args...), Status: status,
		MoreInfo: "https://www.twilio.com/docs/errors/" + strconv.Itoa(code),
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // who has gone needs no answer
}
