package twiliosim

// draft is a text that a sender asks to have sent.
type draft struct {
	From, To, Body string
	Service        string // MG..., when a messaging service chooses the sender
	Callback       string
	Direction      string
	Fate           int
	Hidden         bool // until show is called
}

// accept takes a text: from here on it exists, is counted and will go its way.
// The caller holds the lock.
func (s *Sim) accept(d draft) *message {
	now := s.now()
	m := &message{
		SID: newSID("SM"), Direction: d.Direction, From: d.From, To: d.To, Body: d.Body,
		Status: queued, Service: d.Service, Callback: d.Callback, Fate: d.Fate,
		Created: now, Updated: now, hidden: d.Hidden,
	}
	if d.Service != "" {
		m.Status = accepted
	}
	s.seq++
	m.Seq = s.seq
	s.index(m)
	s.phone(m.To)
	s.save(record{Message: m})
	s.announce(m)
	s.later(s.opt.Step, &s.steps, func() { s.advance(m) })
	return m
}

// index files a message under everything it is looked up by. The caller holds
// the lock or is alone.
func (s *Sim) index(m *message) {
	s.all = append(s.all, m)
	s.bySID[m.SID] = m
	s.byTo[m.To] = append(s.byTo[m.To], m)
	s.byFrom[m.From] = append(s.byFrom[m.From], m)
	if m.Direction == outboundAPI {
		s.counts[countKey{m.To, BodyHash(m.Body)}]++
	}
}

// nextStatus is the way of a text that nothing stops.
var nextStatus = map[string]string{accepted: queued, queued: sending, sending: sent, sent: delivered}

// advance moves an outbound text one status on, and comes back for the next.
func (s *Sim) advance(m *message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || m.final() {
		return
	}
	m.Status = nextStatus[m.Status]
	m.Updated = s.now()
	switch {
	case m.Status == sent:
		m.Sent = m.Updated
	case m.Status == delivered && m.Fate != 0:
		m.Status, m.ErrorCode = undelivered, m.Fate
	case m.Status == delivered:
		s.arrive(m)
	}
	s.save(record{Message: m})
	s.announce(m)
	if !m.final() {
		s.later(s.opt.Step, &s.steps, func() { s.advance(m) })
	}
}

// arrive puts a text on its handset's screen. The caller holds the lock.
func (s *Sim) arrive(m *message) {
	s.seq++
	m.Arrival, m.At = s.seq, s.now()
	h := s.phone(m.handset())
	h.texts = append(h.texts, m)
	s.changed(h)
}

// show ends a message's absence from lists.
func (s *Sim) show(m *message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.hidden = false
}

// resume goes on with what an earlier process left under way: a real provider
// does not forget either.
func (s *Sim) resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.all {
		switch {
		case m.Direction == inbound && m.Webhook == webhookPending:
			s.enqueueWebhook(m)
		case m.Direction != inbound && !m.final():
			s.later(s.opt.Step, &s.steps, func() { s.advance(m) })
		}
	}
	for _, c := range s.voice {
		if !c.final() {
			s.later(s.opt.Step, &s.steps, func() { s.ring(c) })
		}
	}
}
