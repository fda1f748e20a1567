package twiliosim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// call is a voice call to a handset. Nobody picks up by themselves: it rings until
// somebody says how it is answered, and ends as no-answer if nobody does.
type call struct {
	SID        string    `json:"sid"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	URL        string    `json:"url,omitempty"`
	Twiml      string    `json:"twiml,omitempty"`
	Callback   string    `json:"callback,omitempty"`
	Events     []string  `json:"events,omitempty"` // of which the callback is told
	Detect     bool      `json:"detect,omitempty"` // says who answered
	Status     string    `json:"status"`
	AnsweredBy string    `json:"answered_by,omitempty"`
	Said       []string  `json:"said,omitempty"`    // each sentence that was spoken
	Pressed    string    `json:"pressed,omitempty"` // each key, in order
	Created    time.Time `json:"created"`
	Updated    time.Time `json:"updated"`

	hidden   bool // missing from lists for a while (list_lag)
	taken    bool // somebody has decided how it is answered
	news     []statusCall
	draining bool
}

// The statuses of calls, in Twilio's words.
const (
	ringing    = "ringing"
	inProgress = "in-progress"
	completed  = "completed"
	busy       = "busy"
	noAnswer   = "no-answer"
)

func (c *call) final() bool { return c.Status == completed || c.Status == busy || c.Status == noAnswer }

// Call is a voice call that was placed.
type Call struct {
	SID        string    `json:"sid"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	URL        string    `json:"url,omitempty"`
	Twiml      string    `json:"twiml,omitempty"` // what the call would have said
	Status     string    `json:"status"`          // queued, ringing, in-progress, completed, busy, no-answer
	AnsweredBy string    `json:"answered_by,omitempty"`
	Said       []string  `json:"said"`
	Pressed    string    `json:"pressed"`
	At         time.Time `json:"at"`
}

func (c *call) shown() Call {
	return Call{c.SID, c.From, c.To, c.URL, c.Twiml, c.Status, c.AnsweredBy, append([]string{}, c.Said...), c.Pressed, c.Created}
}

// Calls lists the voice calls, oldest first.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Call, 0, len(s.voice))
	for _, c := range s.voice {
		list = append(list, c.shown())
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
	c, code, words := s.readCall(r.PostForm)
	if code != 0 {
		refuse(w, http.StatusBadRequest, code, "%s", words)
		return
	}
	if s.refuseCallByFault(w) {
		return
	}
	lag, lags := s.faults.strikes(ListLag)
	c.hidden = lags
	placed := s.place(c)
	if lags {
		s.pauses.after(lag.Delay, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			c.hidden = false
		})
	}
	s.answerAccepted(w, r, placed)
}

// readCall checks a call as Twilio does; code 0 means that it stands.
func (s *Sim) readCall(form url.Values) (c *call, code int, words string) {
	c = &call{
		SID: newSID("CA"), From: form.Get("From"), To: form.Get("To"), URL: form.Get("Url"),
		Twiml: form.Get("Twiml"), Callback: form.Get("StatusCallback"), Events: form["StatusCallbackEvent"],
		Detect: form.Get("MachineDetection") == "Enable", Status: queued,
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
	}
	return c, 0, ""
}

// place lets a call ring.
func (s *Sim) place(c *call) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		panic(http.ErrAbortHandler)
	}
	c.Created = s.now()
	c.Updated = c.Created
	s.putCall(c)
	s.phone(c.To)
	s.save(record{Call: c})
	s.later(s.opt.Step, &s.steps, func() { s.ring(c) })
	return s.callResource(c)
}

// ring moves a call on until somebody answers. The pause until nobody does is no
// work under way: whoever waits for the end of that would wait for people.
func (s *Sim) ring(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || c.final() || c.taken {
		return
	}
	if c.Status == queued {
		s.callIs(c, ringing)
	}
	if plan, ok := s.answers[c.To]; ok {
		s.take(c, plan)
		return
	}
	if s.opt.Ring == 0 {
		s.later(s.opt.Step, &s.steps, func() { s.giveUp(c) })
		return
	}
	s.pauses.after(s.opt.Ring, func() { s.giveUp(c) })
}

func (s *Sim) giveUp(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && !c.final() && !c.taken {
		s.callIs(c, noAnswer)
	}
}

// eventOf is the name of the event under which a callback asks for a status.
var eventOf = map[string]string{queued: "initiated", ringing: "ringing", inProgress: "answered"}

// callIs gives a call its next status. The caller holds the lock.
func (s *Sim) callIs(c *call, status string) {
	c.Status, c.Updated = status, s.now()
	s.save(record{Call: c})
	s.feed.tell(event{Name: "text", Phone: c.To})
	news := eventOf[status]
	if news == "" {
		news = "completed"
	}
	told := slices.Contains(c.Events, news) || len(c.Events) == 0 && news == "completed"
	if c.Callback == "" || !told {
		return
	}
	p := s.callParams(c)
	p.Set("CallDuration", "0")
	p.Set("SequenceNumber", strconv.Itoa(len(c.news)))
	c.news = append(c.news, statusCall{status: status, params: p})
	if !c.draining {
		c.draining = true
		s.later(0, &s.calls, func() { s.drainCall(c) })
	}
}

// drainCall makes a call's callbacks in order until none is due.
func (s *Sim) drainCall(c *call) {
	for {
		s.mu.Lock()
		if len(c.news) == 0 || s.closed {
			c.draining = false
			s.mu.Unlock()
			return
		}
		next := c.news[0]
		c.news = c.news[1:]
		s.mu.Unlock()
		s.callBack(c.Callback, next)
	}
}

// callParams is what each request about a call carries.
func (s *Sim) callParams(c *call) url.Values {
	p := url.Values{
		"AccountSid": {s.opt.AccountSID}, "ApiVersion": {apiVersion}, "CallSid": {c.SID}, "CallStatus": {c.Status},
		"From": {c.From}, "To": {c.To}, "Called": {c.To}, "Caller": {c.From}, "Direction": {outboundAPI},
	}
	if c.AnsweredBy != "" {
		p.Set("AnsweredBy", c.AnsweredBy)
	}
	return p
}

func (s *Sim) listCalls(w http.ResponseWriter, r *http.Request) {
	to, from := r.URL.Query().Get("To"), r.URL.Query().Get("From")
	s.mu.Lock()
	list := []map[string]any{}
	for _, c := range slices.Backward(s.voice) {
		if (to == "" || c.To == to) && (from == "" || c.From == from) && !c.hidden {
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
	c := s.callBySID(sid)
	var shown map[string]any
	if c != nil {
		shown = s.callResource(c)
	}
	s.mu.Unlock()
	if c == nil {
		notFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, shown)
}

// callBySID is nil when there is none. The caller holds the lock.
func (s *Sim) callBySID(sid string) *call {
	i := slices.IndexFunc(s.voice, func(c *call) bool { return c.SID == sid })
	if i < 0 {
		return nil
	}
	return s.voice[i]
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
	if c.AnsweredBy != "" {
		r["answered_by"] = c.AnsweredBy
	}
	if c.final() {
		r["end_time"], r["duration"] = twilioDate(c.Updated), "0"
	}
	return r
}
