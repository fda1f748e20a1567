package live

import (
	"sync"

	"howareyou/carenet"
)

// Refetch is what a subscriber receives in the place of an id when something
// may have been missed: ask again for everything on the page.
var Refetch = carenet.NilID

// buffer is how many changes wait for a page. A page that falls further behind
// is told to refetch instead.
const buffer = 16

// hub delivers within the process.
type hub struct {
	mu     sync.Mutex
	topics map[carenet.ID]map[*subscriber]struct{}
}

type subscriber struct{ changes chan carenet.ID }

func (h *hub) subscribe(topic carenet.ID) (<-chan carenet.ID, func()) {
	s := &subscriber{changes: make(chan carenet.ID, buffer)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.topics == nil {
		h.topics = make(map[carenet.ID]map[*subscriber]struct{})
	}
	if h.topics[topic] == nil {
		h.topics[topic] = make(map[*subscriber]struct{})
	}
	h.topics[topic][s] = struct{}{}
	return s.changes, func() { h.drop(topic, s) }
}

func (h *hub) drop(topic carenet.ID, s *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, there := h.topics[topic][s]; !there {
		return
	}
	delete(h.topics[topic], s)
	if len(h.topics[topic]) == 0 {
		delete(h.topics, topic)
	}
	close(s.changes)
}

func (h *hub) tell(topic, id carenet.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.topics[topic] {
		s.tell(id)
	}
}

func (h *hub) tellAll(id carenet.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, subscribers := range h.topics {
		for s := range subscribers {
			s.tell(id)
		}
	}
}

// tell never blocks. A full channel is emptied, and one Refetch stands for all
// that was in it. Only the hub sends, under its lock, so there is room then.
func (s *subscriber) tell(id carenet.ID) {
	select {
	case s.changes <- id:
		return
	default:
	}
	for {
		select {
		case <-s.changes:
			continue
		default:
		}
		break
	}
	s.changes <- Refetch
}
