package front

import (
	"bufio"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
)

const (
	// heartbeat finds silent dead clients: nothing else does.
	heartbeat = 8 * time.Second
	// maxStreams is how many pages one person may keep open.
	maxStreams = 8
)

// streamCount counts the open streams of each person.
type streamCount struct {
	mu   sync.Mutex
	open map[carenet.ID]int
}

func (s *streamCount) enter(who carenet.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[carenet.ID]int{}
	}
	if s.open[who] >= maxStreams {
		return false
	}
	s.open[who]++
	return true
}

func (s *streamCount) leave(who carenet.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[who]--; s.open[who] <= 0 {
		delete(s.open, who)
	}
}

// Stream tells an open page that something changed under one of the topics. The
// page then asks for what it may see; the stream itself carries ids alone. A
// page that comes back hears "update" at once, so that it never misses what
// happened while it was away.
func (s *Site) Stream(c *fiber.Ctx, topics ...carenet.ID) error {
	who := Actor(c).Person
	if !s.streams.enter(who) {
		return carenet.Errorf(carenet.Busy, "open stream", "too many open pages; close one")
	}
	changes, cancel := s.subscribe(topics)
	gone := c.Context().Done()
	c.Set("Content-Type", "text/event-stream")
	c.Set("Cache-Control", "no-store")
	c.Set("X-Accel-Buffering", "no")
	back := c.Get("Last-Event-ID") != ""
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.streams.leave(who)
		defer cancel()
		beat := time.NewTicker(heartbeat)
		defer beat.Stop()
		first := ": open\n\n"
		if back {
			first = "event: update\nid: 0\ndata: {}\n\n"
		}
		if !send(w, first) {
			return
		}
		for {
			select {
			case id, ok := <-changes:
				if !ok || !send(w, "event: update\nid: "+id.String()+"\ndata: {}\n\n") {
					return
				}
			case <-beat.C:
				if !send(w, ": still here\n\n") {
					return
				}
			case <-gone:
				return
			case <-s.Closing:
				return
			}
		}
	})
	return nil
}

func send(w *bufio.Writer, s string) bool {
	if _, err := w.WriteString(s); err != nil {
		return false
	}
	return w.Flush() == nil
}

// subscribe hears several topics as one.
func (s *Site) subscribe(topics []carenet.ID) (changes <-chan carenet.ID, cancel func()) {
	all := make(chan carenet.ID)
	quit := make(chan struct{})
	var cancels []func()
	for _, t := range topics {
		one, stop := s.Live.Subscribe(t)
		cancels = append(cancels, stop)
		go func() {
			for {
				select {
				case id, ok := <-one:
					if !ok {
						return
					}
					select {
					case all <- id:
					case <-quit:
						return
					}
				case <-quit:
					return
				}
			}
		}()
	}
	return all, func() {
		close(quit)
		for _, stop := range cancels {
			stop()
		}
	}
}

// TopicPatient is heard by those who follow the patient.
func TopicPatient(patient carenet.ID) carenet.ID { return patient }

// TopicOrganisation is heard by the organisation's staff.
func TopicOrganisation(org carenet.ID) carenet.ID { return org }
