package twiliosim

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// call is a voice call to a handset. Nobody picks up a simulated phone: it
// rings and ends as no-answer.
type call struct {
	SID      string    `json:"sid"`
	From     string    `json:"from"`
	To       string    `json:"to"`
	URL      string    `json:"url,omitempty"`
	Twiml    string    `json:"twiml,omitempty"`
	Callback string    `json:"callback,omitempty"`
	Status   string    `json:"status"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
}

const noAnswer = "no-answer"

func (c *call) final() bool { return c.Status == noAnswer }

// Call is a voice call that was placed.
type Call struct {
	SID, From, To string
	URL, Twiml    string // what the call would have said
	Status        string // queued, ringing, no-answer
	At            time.Time
}

// Calls lists the voice calls, oldest first.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Call, 0, len(s.voice))
	for _, c := range s.voice {
		list = append(list, Call{c.SID, c.From, c.To, c.URL, c.Twiml, c.Status, c.Created})
	}
	return list
}

// putCall files a call, or its newer state. The caller holds the lock or is
// alone.
func (s *Sim) putCall(c *call) {
	i := slices.IndexFunc(s.voice, func(known *call) bool { return known.SID == c.SID })
	if i >= 0 {
		s.voice[i] = c
		return
	}
	s.voice = append(s.voice, c)
}

func (s *Sim) createCall(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "The request body cannot be read")
		return
	}
	placed, code, words := s.place(r.PostForm)
	if code != 0 {
		refuse(w, http.StatusBadRequest, code, "%s", words)
		return
	}
	writeJSON(w, http.StatusCreated, placed)
}

// place checks a call as Twilio does, and lets it ring; code 0 means that it
// stands.
func (s *Sim) place(form url.Values) (placed map[string]any, code int, words string) {
	c := &call{
		SID: newSID("CA"), From: form.Get("From"), To: form.Get("To"), URL: form.Get("Url"),
		Twiml: form.Get("Twiml"), Callback: form.Get("StatusCallback"), Status: queued,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ours := s.number(c.From)
	switch {
	case c.To == "":
		return nil, 21201, "No 'To' number is specified"
	case c.From == "":
		return nil, 21213, "'From' phone number is required"
	case !e164.MatchString(c.To):
		return nil, 21211, "The 'To' number " + c.To + " is not a valid phone number."
	case !ours:
		return nil, 21210, "'From' phone number not verified"
	case c.Twiml == "" && !webAddress(c.URL):
		return nil, 21205, "Url parameter is required."
	case s.closed:
		panic(http.ErrAbortHandler)
	}
	c.Created = s.now()
	c.Updated = c.Created
	s.putCall(c)
	s.save(record{Call: c})
	s.later(s.opt.Step, &s.steps, func() { s.ring(c) })
	return s.callResource(c), 0, ""
}

// ring moves a call on.
func (s *Sim) ring(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || c.final() {
		return
	}
	if c.Status == queued {
		c.Status = "ringing"
		s.later(s.opt.Step, &s.steps, func() { s.ring(c) })
	} else {
		c.Status = noAnswer
		if c.Callback != "" {
			params := url.Values{
				"AccountSid": {s.opt.AccountSID}, "ApiVersion": {apiVersion}, "CallSid": {c.SID},
				"CallStatus": {c.Status}, "From": {c.From}, "To": {c.To}, "Called": {c.To}, "Caller": {c.From},
				"Direction": {outboundAPI}, "CallDuration": {"0"}, "Duration": {"0"},
			}
			s.later(0, &s.calls, func() { s.post(c.Callback, params, nil) })
		}
	}
	c.Updated = s.now()
	s.save(record{Call: c})
}

func (s *Sim) listCalls(w http.ResponseWriter, r *http.Request) {
	to, from := r.URL.Query().Get("To"), r.URL.Query().Get("From")
	s.mu.Lock()
	list := []map[string]any{}
	for _, c := range slices.Backward(s.voice) {
		if (to == "" || c.To == to) && (from == "" || c.From == from) {
			list = append(list, s.callResource(c))
		}
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{
		"calls": list, "page": 0, "page_size": len(list), "start": 0, "end": max(0, len(list)-1),
		"first_page_uri": s.accountPath() + "/Calls.json?Page=0", "next_page_uri": nil,
		"previous_page_uri": nil, "uri": r.URL.RequestURI(),
	})
}

func (s *Sim) fetchCall(w http.ResponseWriter, r *http.Request) {
	sid := resourceSID(r)
	s.mu.Lock()
	i := slices.IndexFunc(s.voice, func(c *call) bool { return c.SID == sid })
	var shown map[string]any
	if i >= 0 {
		shown = s.callResource(s.voice[i])
	}
	s.mu.Unlock()
	if i < 0 {
		notFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, shown)
}

func (s *Sim) callResource(c *call) map[string]any {
	r := map[string]any{
		"account_sid": s.opt.AccountSID, "api_version": apiVersion, "sid": c.SID, "status": c.Status,
		"to": c.To, "to_formatted": c.To, "from": c.From, "from_formatted": c.From, "direction": outboundAPI,
		"date_created": twilioDate(c.Created), "date_updated": twilioDate(c.Updated),
		"start_time": nil, "end_time": nil, "duration": nil, "price": nil, "price_unit": "USD",
		"answered_by": nil, "parent_call_sid": nil, "caller_name": "", "queue_time": "0",
		"uri": s.accountPath() + "/Calls/" + c.SID + ".json", "subresource_uris": map[string]string{},
	}
	if c.final() {
		r["end_time"], r["duration"] = twilioDate(c.Updated), "0"
	}
	return r
}
