package twiliosim

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// What a handset may do wrong.
var (
	ErrNotANumber = errors.New("not an E.164 number")
	ErrNoSender   = errors.New("no such number in this account")
	ErrBody       = errors.New("a text has 1 to 1600 characters")
)

// Send texts a number of the account from a handset, and returns the message's
// id at once; the webhook follows as Twilio would make it. An empty to means
// the number that texted this handset last, else the account's first.
func (s *Sim) Send(from, to, body string) (sid string, err error) {
	from, ok := normalNumber(from)
	if !ok {
		return "", ErrNotANumber
	}
	if n := len([]rune(body)); n == 0 || n > maxBody {
		return "", ErrBody
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", ErrClosed
	}
	if to == "" {
		to = s.partner(from)
	} else if to, ok = normalNumber(to); !ok {
		return "", ErrNotANumber
	}
	number, ok := s.number(to)
	if !ok {
		return "", ErrNoSender
	}

	now := s.now()
	m := &message{
		SID: newSID("SM"), Direction: inbound, From: from, To: to, Body: body, Status: received,
		Service: number.MessagingServiceSID, Created: now, Updated: now, Sent: now, Webhook: webhookPending,
	}
	var reply string
	if number.CarrierKeywords {
		m.OptOutType, reply = s.carrier(pair{to, from}, body)
	}
	s.seq++
	m.Seq = s.seq
	s.index(m)
	s.arrive(m)
	s.save(record{Message: m})
	if reply != "" {
		s.accept(draft{From: to, To: from, Body: reply, Direction: outboundReply})
	}
	s.enqueueWebhook(m)
	return m.SID, nil
}

// partner is the number that a handset's texts go to unless it says otherwise.
func (s *Sim) partner(phone string) string {
	if h, ok := s.byPhone[phone]; ok {
		for i := len(h.texts) - 1; i >= 0; i-- {
			if h.texts[i].Direction != inbound {
				return h.texts[i].From
			}
		}
	}
	return s.numbers[0].E164
}

// enqueueWebhook makes the texts of one handset be tried in the order they were
// sent. Only the first try is in order: a failing one does not hold up the next
// text for long. The caller holds the lock.
func (s *Sim) enqueueWebhook(m *message) {
	h := s.phone(m.From)
	h.waiting = append(h.waiting, m)
	if !h.draining {
		h.draining = true
		s.later(0, &s.hooks, func() { s.drainWebhooks(h) })
	}
}

func (s *Sim) drainWebhooks(h *handset) {
	for {
		s.mu.Lock()
		if len(h.waiting) == 0 || s.closed {
			h.draining = false
			s.mu.Unlock()
			return
		}
		m := h.waiting[0]
		h.waiting = h.waiting[1:]
		number, _ := s.number(m.To)
		s.mu.Unlock()
		s.firstTry(m, number)
	}
}

func (s *Sim) firstTry(m *message, number Number) {
	if number.SMSURL == "" {
		s.settle(m, webhookNone)
		return
	}
	if _, struck := s.faults.strikes(DropWebhook); struck {
		s.settle(m, webhookDropped)
		return
	}
	params, header := s.webhook(m), http.Header{"I-Twilio-Idempotency-Token": {newSID("")}}
	if f, struck := s.faults.strikes(DuplicateWebhook); struck {
		s.later(f.Delay, &s.hooks, func() { s.run(m, s.post(number.SMSURL, params, header)) })
	}
	a := s.post(number.SMSURL, params, header)
	if s.run(m, a) {
		s.settle(m, webhookOK)
		return
	}
	s.later(0, &s.hooks, func() { s.tryOn(m, number, a, params, header) })
}

// tryOn is what follows a failed first try: once more unless the answer was a
// refusal, then the fallback address, then nothing.
func (s *Sim) tryOn(m *message, number Number, last answer, params url.Values, header http.Header) {
	if last.status == 0 || last.status >= 500 {
		last = s.post(number.SMSURL, params, header)
		if s.run(m, last) {
			s.settle(m, webhookOK)
			return
		}
	}
	if number.FallbackURL != "" {
		params.Set("ErrorCode", "11200")
		params.Set("ErrorUrl", number.SMSURL)
		if s.run(m, s.post(number.FallbackURL, params, header)) {
			s.settle(m, webhookOK)
			return
		}
	}
	s.settle(m, webhookFailed)
}

// run carries out a webhook's answer: the texts it wants sent. It reports
// whether the answer was one.
func (s *Sim) run(m *message, a answer) bool {
	if !a.ok() {
		return false
	}
	replies, err := readReplies(a)
	if err != nil {
		s.opt.Log.Warn("twilio simulator: webhook answered with unreadable TwiML (12100)")
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range replies {
		to, from := m.From, m.To
		if r.To != "" {
			to = r.To
		}
		if r.From != "" {
			from = r.From
		}
		if _, ok := s.number(from); !ok || !e164.MatchString(to) || s.blocked[pair{from, to}] {
			s.opt.Log.Warn("twilio simulator: a webhook's reply cannot be sent")
			continue
		}
		s.accept(draft{From: from, To: to, Body: r.Body, Direction: outboundReply, Callback: r.Action})
	}
	return true
}

// settle notes what became of the announcement, unless the process is ending:
// then the next one tries anew.
func (s *Sim) settle(m *message, outcome string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	m.Webhook = outcome
	s.save(record{Message: m})
	s.changed(s.phone(m.From))
}

func (s *Sim) webhook(m *message) url.Values {
	p := url.Values{
		"AccountSid":    {s.opt.AccountSID},
		"ApiVersion":    {apiVersion},
		"MessageSid":    {m.SID},
		"SmsMessageSid": {m.SID},
		"SmsSid":        {m.SID},
		"SmsStatus":     {received},
		"From":          {m.From},
		"To":            {m.To},
		"Body":          {m.Body},
		"NumMedia":      {"0"},
		"NumSegments":   {strconv.Itoa(segments(m.Body))},
	}
	for side, number := range map[string]string{"From": m.From, "To": m.To} {
		p.Set(side+"Country", country(number))
		p.Set(side+"State", "")
		p.Set(side+"City", "")
		p.Set(side+"Zip", "")
	}
	if m.Service != "" {
		p.Set("MessagingServiceSid", m.Service)
	}
	if m.OptOutType != "" {
		p.Set("OptOutType", m.OptOutType)
	}
	return p
}

// country guesses where a number is from; empty where Twilio would not say.
func country(number string) string {
	for prefix, iso := range map[string]string{"+1": "US", "+44": "GB", "+34": "ES", "+33": "FR", "+353": "IE"} {
		if strings.HasPrefix(number, prefix) {
			return iso
		}
	}
	return ""
}
