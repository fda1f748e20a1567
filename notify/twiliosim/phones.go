package twiliosim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// addPhone makes a handset known, or completes what is known of it. The caller
// holds the lock or is alone.
func (s *Sim) addPhone(p Phone) *handset {
	h, ok := s.byPhone[p.Number]
	if !ok {
		h = &handset{Phone: p, bell: make(chan struct{})}
		s.byPhone[p.Number] = h
		s.phones = append(s.phones, h)
		return h
	}
	if h.Name == "" {
		h.Name, h.Role, h.Shown = p.Name, p.Role, p.Shown
	}
	return h
}

// phone finds a handset; a number nobody has used yet becomes one. The caller
// holds the lock.
func (s *Sim) phone(number string) *handset {
	if h, ok := s.byPhone[number]; ok {
		return h
	}
	h := s.addPhone(Phone{Number: number})
	s.save(record{Phone: &h.Phone})
	s.feed.tell(event{Name: "phone", Phone: number})
	return h
}

// changed wakes whoever watches this handset. The caller holds the lock.
func (s *Sim) changed(h *handset) {
	close(h.bell)
	h.bell = make(chan struct{})
	s.feed.tell(event{Name: "text", Phone: h.Number})
}

// Phones lists the handsets, seeded ones first.
func (s *Sim) Phones() []Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Phone, 0, len(s.phones))
	for _, h := range s.phones {
		list = append(list, h.Phone)
	}
	return list
}

// AddPhone makes a handset known by name.
func (s *Sim) AddPhone(p Phone) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.addPhone(p)
	s.save(record{Phone: &h.Phone})
	s.feed.tell(event{Name: "phone", Phone: p.Number})
}

// Messages is what a handset shows, oldest first: texts that reached it and
// texts sent from it. A text that is still on its way, or never arrived, is not
// there.
func (s *Sim) Messages(phone string) []Text {
	texts, _ := s.messagesAfter(phone, "")
	return texts
}

// messagesAfter is Messages from behind one of them, and a channel that closes
// when the handset changes. An id that the handset does not show is before all.
func (s *Sim) messagesAfter(phone, sid string) ([]Text, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.byPhone[phone]
	if !ok {
		h = s.phone(phone)
	}
	first := 0
	if sid != "" {
		first = 1 + slices.IndexFunc(h.texts, func(m *message) bool { return m.SID == sid })
	}
	texts := make([]Text, 0, len(h.texts)-first)
	for _, m := range h.texts[first:] {
		texts = append(texts, m.text())
	}
	return texts, h.bell
}

// attempted is every text from and to a handset, in order of creation, with
// those that are on their way or never arrived.
func (s *Sim) attempted(phone string) []Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	texts := make([]Text, 0, len(s.byTo[phone])+len(s.byFrom[phone]))
	list := slices.Concat(s.byTo[phone], s.byFrom[phone])
	slices.SortFunc(list, func(a, b *message) int { return int(a.Seq - b.Seq) })
	for _, m := range list {
		texts = append(texts, m.text())
	}
	return texts
}

// WaitFor returns the first text of a handset, present or to come, that fulfils
// the condition.
func (s *Sim) WaitFor(ctx context.Context, phone string, condition func(Text) bool) (Text, error) {
	for {
		texts, bell := s.messagesAfter(phone, "")
		if i := slices.IndexFunc(texts, condition); i >= 0 {
			return texts[i], nil
		}
		select {
		case <-bell:
		case <-s.ctx.Done():
			return Text{}, ErrClosed
		case <-ctx.Done():
			return Text{}, ctx.Err()
		}
	}
}

type countKey struct{ number, hash string }

// Count says how many messages with one body were accepted for one number. More
// than the sender meant to send is a double.
type Count struct {
	Number   string `json:"number"`
	BodyHash string `json:"body_hash"` // SHA-256, lower-case hexadecimal
	Accepted int    `json:"accepted"`
}

// BodyHash is the hash under which Stats counts a body.
func BodyHash(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// Stats counts what the account's REST API accepted, in order of number and
// hash. Texts the carrier or a webhook's answer sent are not in it.
func (s *Sim) Stats() []Count {
	s.mu.Lock()
	list := make([]Count, 0, len(s.counts))
	for k, n := range s.counts {
		list = append(list, Count{k.number, k.hash, n})
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b Count) int {
		if c := strings.Compare(a.Number, b.Number); c != 0 {
			return c
		}
		return strings.Compare(a.BodyHash, b.BodyHash)
	})
	return list
}

// AddFault makes something go wrong from now on.
func (s *Sim) AddFault(f Fault) error { return s.faults.add(f) }

// ClearFaults ends all faults. What they did stays counted.
func (s *Sim) ClearFaults() { s.faults.clear() }

// FaultsFired says how often each kind of fault happened since the start.
func (s *Sim) FaultsFired() map[string]int {
	_, fired := s.faults.snapshot()
	return fired
}

// Numbers lists the account's senders.
func (s *Sim) Numbers() []Number {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.numbers)
}

// SetNumber adds a sender to the account or changes where its texts go.
func (s *Sim) SetNumber(n Number) error {
	if err := n.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.numbers {
		if s.numbers[i].E164 == n.E164 {
			s.numbers[i] = n
			return nil
		}
	}
	s.numbers = append(s.numbers, n)
	return nil
}

// number finds a sender of the account. The caller holds the lock.
func (s *Sim) number(e164 string) (Number, bool) {
	i := slices.IndexFunc(s.numbers, func(n Number) bool { return n.E164 == e164 })
	if i < 0 {
		return Number{}, false
	}
	return s.numbers[i], true
}
