package twiliosim

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

func (s *Sim) getPhones(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Phones())
}

// maxWait bounds how long a request for new texts may be held.
const maxWait = time.Minute

// getTexts lists a handset's texts. after=SID leaves out those up to that one;
// wait=5s holds the answer until there is one, or the time is over; all=1 lists
// also those that are on their way or never arrived, in order of creation.
func (s *Sim) getTexts(w http.ResponseWriter, r *http.Request) {
	phone, ok := normalNumber(r.PathValue("e164"))
	if !ok {
		fail(w, http.StatusBadRequest, ErrNotANumber)
		return
	}
	q := r.URL.Query()
	if q.Get("all") == "1" {
		writeJSON(w, http.StatusOK, s.attempted(phone))
		return
	}
	var wait time.Duration
	if q.Has("wait") {
		var err error
		if wait, err = time.ParseDuration(q.Get("wait")); err != nil || wait < 0 {
			fail(w, http.StatusBadRequest, errors.New("wait must be a duration such as 5s"))
			return
		}
	}
	timeout := time.NewTimer(min(wait, maxWait))
	defer timeout.Stop()
	for {
		texts, bell := s.messagesAfter(phone, q.Get("after"))
		if len(texts) > 0 || wait == 0 {
			writeJSON(w, http.StatusOK, texts)
			return
		}
		select {
		case <-bell:
		case <-timeout.C:
			wait = 0
		case <-s.ctx.Done():
			wait = 0
		case <-r.Context().Done():
			return
		}
	}
}

func (s *Sim) postText(w http.ResponseWriter, r *http.Request) {
	var in struct{ Body, To string }
	if !readJSON(w, r, &in) {
		return
	}
	sid, err := s.Send(r.PathValue("e164"), in.To, in.Body)
	switch {
	case errors.Is(err, ErrClosed):
		fail(w, http.StatusServiceUnavailable, err)
	case err != nil:
		fail(w, http.StatusBadRequest, err)
	default:
		writeJSON(w, http.StatusCreated, map[string]string{"sid": sid})
	}
}

// faultJSON is a fault as the API shows it: the delay in words such as 500ms.
type faultJSON struct {
	Kind  string  `json:"kind"`
	Rate  float64 `json:"rate,omitempty"`
	Count int     `json:"count,omitempty"`
	Delay string  `json:"delay,omitempty"`
	Seed  uint64  `json:"seed"`
	To    string  `json:"to,omitempty"`
}

func (s *Sim) getFaults(w http.ResponseWriter, _ *http.Request) {
	active, fired := s.faults.snapshot()
	list := make([]faultJSON, 0, len(active))
	for _, f := range active {
		shown := faultJSON{Kind: f.Kind, Rate: f.Rate, Count: f.Count, Seed: f.Seed, To: f.To}
		if f.Delay > 0 {
			shown.Delay = f.Delay.String()
		}
		list = append(list, shown)
	}
	writeJSON(w, http.StatusOK, map[string]any{"active": list, "fired": fired})
}

func (s *Sim) postFault(w http.ResponseWriter, r *http.Request) {
	var in faultJSON
	if !readJSON(w, r, &in) {
		return
	}
	f := Fault{Kind: in.Kind, Rate: in.Rate, Count: in.Count, Seed: in.Seed, To: in.To}
	if in.Delay != "" {
		d, err := time.ParseDuration(in.Delay)
		if err != nil {
			fail(w, http.StatusBadRequest, errors.New("delay must be a duration such as 500ms"))
			return
		}
		f.Delay = d
	}
	if err := s.AddFault(f); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusCreated, in)
}

func (s *Sim) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	s.ClearFaults()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sim) getStats(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Stats())
}

func (s *Sim) getNumbers(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Numbers())
}

// postNumber changes a sender of the account, or adds one: fields that are left
// out stay as they are.
func (s *Sim) postNumber(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Number    string  `json:"number"`
		SMSURL    *string `json:"sms_url"`
		Fallback  *string `json:"fallback_url"`
		Service   *string `json:"messaging_service_sid"`
		CarrierKW *bool   `json:"carrier_keywords"`
	}
	if !readJSON(w, r, &in) {
		return
	}
	s.mu.Lock()
	n, _ := s.number(in.Number)
	s.mu.Unlock()
	n.E164 = in.Number
	for _, field := range []struct{ from, into *string }{
		{in.SMSURL, &n.SMSURL}, {in.Fallback, &n.FallbackURL}, {in.Service, &n.MessagingServiceSID},
	} {
		if field.from != nil {
			*field.into = *field.from
		}
	}
	if in.CarrierKW != nil {
		n.CarrierKeywords = *in.CarrierKW
	}
	if err := s.SetNumber(n); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, n)
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(into); err != nil {
		fail(w, http.StatusBadRequest, errors.New("the body is not the JSON that belongs here"))
		return false
	}
	return true
}

func fail(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]string{"error": err.Error()})
}
