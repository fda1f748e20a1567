package twiliosim

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// statusCall is one status callback to be made.
type statusCall struct {
	status string
	params url.Values
}

// announce queues the callback for a message's present status. Callbacks of a
// message are made one after another, those of different messages side by side.
// The caller holds the lock.
func (s *Sim) announce(m *message) {
	if m.Callback == "" {
		return
	}
	m.calls = append(m.calls, statusCall{status: m.Status, params: s.statusParams(m)})
	if !m.draining {
		m.draining = true
		s.later(0, &s.calls, func() { s.drainCallbacks(m) })
	}
}

func (s *Sim) statusParams(m *message) url.Values {
	p := url.Values{
		"AccountSid":    {s.opt.AccountSID},
		"ApiVersion":    {apiVersion},
		"MessageSid":    {m.SID},
		"SmsSid":        {m.SID},
		"MessageStatus": {m.Status},
		"SmsStatus":     {m.Status},
		"To":            {m.To},
	}
	if m.Status != accepted {
		p.Set("From", m.From)
	}
	if m.Service != "" {
		p.Set("MessagingServiceSid", m.Service)
	}
	if m.ErrorCode != 0 {
		p.Set("ErrorCode", strconv.Itoa(m.ErrorCode))
	}
	if m.Status == delivered || m.Status == undelivered {
		p.Set("RawDlrDoneDate", m.Updated.Format("0601021504"))
	}
	return p
}

// drainCallbacks makes a message's callbacks until none is due. One struck by
// reorder_callback is held back until its successor is through; the last status
// is never held, so nothing is left behind.
func (s *Sim) drainCallbacks(m *message) {
	for {
		s.mu.Lock()
		if len(m.calls) == 0 || s.closed {
			m.draining = false
			s.mu.Unlock()
			return
		}
		c := m.calls[0]
		m.calls = m.calls[1:]
		held, holdFor := m.held, m.holdFor
		m.held, m.holdFor = nil, 0
		if f, struck := s.reorders(c); struck {
			m.held, m.holdFor = append(held, c), max(holdFor, f.Delay)
			s.mu.Unlock()
			continue
		}
		s.mu.Unlock()

		s.callBack(m.Callback, c)
		if len(held) > 0 && s.pause(holdFor) {
			for _, h := range held {
				s.callBack(m.Callback, h)
			}
		}
	}
}

func (s *Sim) reorders(c statusCall) (Fault, bool) {
	if c.status == delivered || c.status == undelivered {
		return Fault{}, false
	}
	return s.faults.strikes(ReorderCallback)
}

// callBack makes one status callback. Twilio does not repeat one that failed:
// who missed it has to ask.
func (s *Sim) callBack(address string, c statusCall) {
	if _, struck := s.faults.strikes(DropCallback); struck {
		return
	}
	s.post(address, c.params, nil)
	if f, struck := s.faults.strikes(DuplicateCallback); struck && s.pause(f.Delay) {
		s.post(address, c.params, nil)
	}
}

// answer is what a webhook's address said. Status 0 is no answer at all.
type answer struct {
	status      int
	contentType string
	body        []byte
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// post makes one signed request.
func (s *Sim) post(address string, params url.Values, header http.Header) answer {
	ctx, cancel := context.WithTimeout(s.ctx, s.opt.WebhookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(params.Encode()))
	if err != nil {
		s.opt.Log.Error("twilio simulator: bad webhook address")
		return answer{}
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("X-Twilio-Signature", signature(s.opt.AuthToken, address, params))

	res, err := s.client.Do(req)
	if err != nil {
		s.opt.Log.Debug("twilio simulator: webhook unanswered")
		return answer{}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return answer{}
	}
	return answer{status: res.StatusCode, contentType: res.Header.Get("Content-Type"), body: body}
}
