package front

import (
	"bufio"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
)

const (
	// heartbeat finds silent dead clients: nothing else does.
	heartbeat = 8 * time.Second
	// maxStreams is how many pages one person may keep open.
	maxStreams = 16
)

// streamCount knows the open streams of each person, oldest first.
type streamCount struct {
	mu   sync.Mutex
	open map[carenet.ID][]chan struct{}
}

// enter adds a stream; its channel closes when it must make room. Who comes back
// over a bad network leaves streams behind that only look alive, so it is the
// oldest that goes and never the newest that is refused.
func (s *streamCount) enter(who carenet.ID) (evicted chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[carenet.ID][]chan struct{}{}
	}
	if all := s.open[who]; len(all) >= maxStreams {
		close(all[0])
		s.open[who] = slices.Clone(all[1:])
	}
	evicted = make(chan struct{})
	s.open[who] = append(s.open[who], evicted)
	return evicted
}

func (s *streamCount) leave(who carenet.ID, stream chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[who] = slices.DeleteFunc(s.open[who], func(c chan struct{}) bool { return c == stream })
	if len(s.open[who]) == 0 {
		delete(s.open, who)
	}
}

// eventStream is the type of a stream's answer, and what asks for one.
const eventStream = "text/event-stream"

// Stream tells an open page that something changed under one of the topics. The
// page then asks for what it may see; the stream itself carries ids alone.
//
// Its first event is "open": whatever happened between the making of the page
// and this moment is to be asked for. A page that comes back hears "update"
// instead, so that it never misses what happened while it was away.
//
// Before each update still is asked whether the reader may go on listening
// (nil: always), and the stream ends where not. It must not hold the request:
// that is over by then.
func (s *Site) Stream(c *fiber.Ctx, still func(context.Context) bool, topics ...carenet.ID) error {
	return s.StreamSince(c, nil, still, topics...)
}

// StreamSince is Stream for a page that does not ask again by itself: changed says,
// once the stream listens, whether anything has happened since the page was made, and
// then an "update" follows the "open" at once.
func (s *Site) StreamSince(c *fiber.Ctx, changed, still func(context.Context) bool, topics ...carenet.ID) error {
	who := Actor(c).Person
	evicted := s.streams.enter(who)
	changes, cancel := s.subscribe(topics)
	gone := c.Context().Done()
	c.Set("Content-Type", eventStream)
	c.Set("Cache-Control", "no-store")
	c.Set("X-Accel-Buffering", "no")
	first := "open"
	if c.Get("Last-Event-ID") != "" {
		first = "update"
	} else if changed != nil && changed(c.UserContext()) {
		first = "open\nid: 0\ndata: {}\n\nevent: update"
	}
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.streams.leave(who, evicted)
		defer cancel()
		beat := time.NewTicker(heartbeat)
		defer beat.Stop()
		// With an id, or the browser would come back without one.
		if !send(w, "event: "+first+"\nid: 0\ndata: {}\n\n") {
			return
		}
		for {
			select {
			case id, ok := <-changes:
				if !ok || !may(still) || !send(w, "event: update\nid: "+id.String()+"\ndata: {}\n\n") {
					return
				}
			case <-beat.C:
				if !send(w, ": still here\n\n") {
					return
				}
			case <-evicted:
				return
			case <-gone:
				return
			case <-s.Closing:
				return
			}
		}
	})
	return nil
}

func may(still func(context.Context) bool) bool {
	if still == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), requestTime)
	defer cancel()
	return still(ctx)
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
