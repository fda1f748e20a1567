package twiliosim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// event tells an open web page what to fetch again.
type event struct {
	Name  string // phone: a new handset; text: a handset changed
	Phone string
}

// feed tells open pages of changes. A page that reads slowly loses nothing and
// holds up nobody: its events wait in a set.
type feed struct {
	mu      sync.Mutex
	readers map[*reader]struct{}
}

type reader struct {
	pending map[event]struct{}
	bell    chan struct{}
}

func (f *feed) tell(e event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for r := range f.readers {
		r.pending[e] = struct{}{}
		select {
		case r.bell <- struct{}{}:
		default: // it knows already
		}
	}
}

func (f *feed) open() *reader {
	r := &reader{pending: make(map[event]struct{}), bell: make(chan struct{}, 1)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.readers == nil {
		f.readers = make(map[*reader]struct{})
	}
	f.readers[r] = struct{}{}
	return r
}

func (f *feed) close(r *reader) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.readers, r)
}

func (f *feed) take(r *reader) map[event]struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := r.pending
	r.pending = make(map[event]struct{})
	return taken
}

// heartbeat keeps a silent stream open and finds a reader that has gone.
const heartbeat = 10 * time.Second

// getEvents streams changes as server-sent events until the reader leaves.
func (s *Sim) getEvents(w http.ResponseWriter, r *http.Request) {
	to := s.feed.open()
	defer s.feed.close(to)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // a server's write timeout is not meant for streams
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	text := "event: hello\ndata: {}\n\n"
	for {
		if _, err := w.Write([]byte(text)); err != nil || out.Flush() != nil {
			return
		}
		text = ""
		select {
		case <-to.bell:
			for e := range s.feed.take(to) {
				data, err := json.Marshal(map[string]string{"phone": e.Phone})
				if err != nil {
					return
				}
				text += fmt.Sprintf("event: %s\ndata: %s\n\n", e.Name, data)
			}
		case <-beat.C:
			text = ": still here\n\n"
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}
