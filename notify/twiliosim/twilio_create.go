package twiliosim

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// twilio guards an endpoint of the REST API: account and token must be right.
func (s *Sim) twilio(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		sameUser := subtle.ConstantTimeCompare([]byte(user), []byte(s.opt.AccountSID))
		samePassword := subtle.ConstantTimeCompare([]byte(password), []byte(s.opt.AuthToken))
		switch {
		case sameUser&samePassword != 1:
			w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
			refuse(w, http.StatusUnauthorized, 20003, "Authenticate")
		case r.PathValue("account") != s.opt.AccountSID:
			notFound(w, r)
		default:
			next(w, r)
		}
	}
}

func notFound(w http.ResponseWriter, r *http.Request) {
	refuse(w, http.StatusNotFound, 20404, "The requested resource %s was not found", r.URL.Path)
}

// createMessage is POST Messages.json: checks first, then whatever faults are
// active, so that a refused request never uses up a fault.
func (s *Sim) createMessage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "The request body cannot be read")
		return
	}
	d, code, words := s.readDraft(r.PostForm)
	if code != 0 {
		refuse(w, http.StatusBadRequest, code, "%s", words)
		return
	}
	if s.refuseByFault(w) {
		return
	}

	d.Fate = s.faults.undeliverable(d.To)
	lag, lags := s.faults.strikes(ListLag)
	d.Hidden = lags
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	m := s.accept(d)
	shown := s.resource(m)
	s.mu.Unlock()
	if lags {
		s.pauses.after(lag.Delay, func() { s.show(m) })
	}
	s.answerAccepted(w, r, shown)
}

// readDraft checks a send as Twilio does; code 0 means that it stands. Some of
// Twilio's words hold the number: whoever logs them as they are leaks it.
func (s *Sim) readDraft(form url.Values) (d draft, code int, words string) {
	d = draft{
		To: form.Get("To"), From: form.Get("From"), Body: form.Get("Body"),
		Service: form.Get("MessagingServiceSid"), Callback: form.Get("StatusCallback"), Direction: outboundAPI,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case d.To == "":
		return d, 21604, "A 'To' phone number is required."
	case d.From == "" && d.Service == "":
		return d, 21603, "A 'From' phone number is required."
	case d.Body == "":
		return d, 21602, "Message body is required."
	case len([]rune(d.Body)) > maxBody:
		return d, 21617, "The concatenated message body exceeds the 1600 character limit"
	case !e164.MatchString(d.To):
		return d, 21211, fmt.Sprintf("The 'To' number %s is not a valid phone number.", d.To)
	case d.Callback != "" && !webAddress(d.Callback):
		return d, 21609, "The 'StatusCallback' URL is not a valid URL."
	}
	if d.From == "" {
		for _, n := range s.numbers {
			if n.MessagingServiceSID == d.Service {
				d.From = n.E164
				break
			}
		}
		if d.From == "" {
			return d, 21701, "The Messaging Service does not exist."
		}
	}
	_, ours := s.number(d.From)
	switch {
	case !e164.MatchString(d.From):
		return d, 21212, fmt.Sprintf("The 'From' number %s is not a valid phone number, shortcode, or alphanumeric sender ID.", d.From)
	case !ours:
		return d, 21606, "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination."
	case d.To == d.From:
		return d, 21266, "'To' and 'From' number cannot be the same"
	case s.blocked[pair{d.From, d.To}]:
		return d, 21610, "Attempt to send to unsubscribed recipient"
	}
	return d, 0, ""
}

// refuseByFault answers in place of acceptance, if a fault wants that.
func (s *Sim) refuseByFault(w http.ResponseWriter) bool {
	if _, struck := s.faults.strikes(OptedOut21610); struck {
		refuse(w, http.StatusBadRequest, 21610, "Attempt to send to unsubscribed recipient")
		return true
	}
	return s.refuseCallByFault(w)
}

// refuseCallByFault is refuseByFault for what no carrier's opt-out stops.
func (s *Sim) refuseCallByFault(w http.ResponseWriter) bool {
	if f, struck := s.faults.strikes(Rate429); struck {
		seconds := int(math.Ceil(f.Delay.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		refuse(w, http.StatusTooManyRequests, 20429, "Too Many Requests")
		return true
	}
	if _, struck := s.faults.strikes(Error500); struck {
		refuse(w, http.StatusInternalServerError, 20500, "An internal server error has occurred")
		return true
	}
	if _, struck := s.faults.strikes(HTML502); struck {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n" +
			"<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"))
		return true
	}
	return false
}

// answerAccepted tells the sender that its message, or call, was accepted, unless a fault
// garbles the answer.
func (s *Sim) answerAccepted(w http.ResponseWriter, r *http.Request, m any) {
	if f, struck := s.faults.strikes(AcceptThenTimeout); struck {
		s.hang(r, f.Delay)
		panic(http.ErrAbortHandler) // hangs up without a word
	}
	if _, struck := s.faults.strikes(Error500AfterAccept); struck {
		refuse(w, http.StatusInternalServerError, 20500, "An internal server error has occurred")
		return
	}
	if f, struck := s.faults.strikes(Slow); struck && !s.hang(r, f.Delay) {
		panic(http.ErrAbortHandler)
	}
	if _, struck := s.faults.strikes(Truncated201); struck {
		body, err := json.Marshal(m)
		if err == nil {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(body[:len(body)/2])
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler) // cuts the connection
	}
	writeJSON(w, http.StatusCreated, m)
}

// hang keeps a request open, and reports whether the whole delay passed with
// the client still there.
func (s *Sim) hang(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// resourceSID takes the id out of "SM....json".
func resourceSID(r *http.Request) string { return strings.TrimSuffix(r.PathValue("file"), ".json") }
