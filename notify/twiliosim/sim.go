package twiliosim

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// ErrClosed is returned by calls that wait when the simulator is closed.
var ErrClosed = errors.New("twiliosim: closed")

// Sim is one simulated Twilio account with its phones. All methods may be
// called from any goroutine.
type Sim struct {
	opt    Options
	faults faultSet
	work   tally  // statuses, callbacks and webhooks under way
	steps  crew   // moves messages on; never waits
	calls  crew   // status callbacks: one goroutine a message, in order
	hooks  crew   // inbound webhooks
	pauses timers // what is due later
	feed   feed   // open web pages
	client *http.Client
	ctx    context.Context // ends when the simulator closes
	cancel context.CancelFunc

	mu      sync.Mutex
	store   *store // nil without Dir
	closed  bool
	seq     int64
	numbers []Number
	phones  []*handset // in order of appearance
	byPhone map[string]*handset
	all     []*message // by Seq
	bySID   map[string]*message
	byTo    map[string][]*message
	byFrom  map[string][]*message
	blocked map[pair]bool
	voice   []*call
	answers map[string]Answer // how handsets answer calls by themselves
	counts  map[countKey]int
}

// pair is a number of the account and a handset.
type pair struct{ number, phone string }

// handset is a phone with what it shows.
type handset struct {
	Phone
	texts    []*message
	bell     chan struct{} // closed and replaced at every change
	waiting  []*message    // own texts whose webhook is still to be tried
	draining bool
}

// New makes a simulator and goes on with what Options.Dir says was under way.
// It listens nowhere: serve Handler.
func New(opt Options) (*Sim, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	s := &Sim{
		opt:     opt,
		byPhone: make(map[string]*handset),
		bySID:   make(map[string]*message),
		byTo:    make(map[string][]*message),
		byFrom:  make(map[string][]*message),
		blocked: make(map[pair]bool),
		counts:  make(map[countKey]int),
		answers: make(map[string]Answer),
		numbers: append([]Number(nil), opt.Numbers...),
	}
	s.steps.limit, s.calls.limit, s.hooks.limit = 4, 64, 64
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, p := range opt.Phones {
		s.addPhone(p)
	}
	if opt.Dir != "" {
		if err := s.restore(opt.Dir); err != nil {
			s.cancel()
			return nil, err
		}
	}
	s.resume()
	return s, nil
}

// Close ends everything under way and returns when no goroutine of the
// simulator is left, but for requests that its caller's server still holds:
// those are hung up on at once.
func (s *Sim) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	s.mu.Unlock()

	s.cancel()
	s.pauses.close()
	s.steps.close()
	s.calls.close()
	s.hooks.close()
	s.client.CloseIdleConnections()

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store != nil {
		s.store.close()
	}
}

// Idle waits until no message, callback or webhook is under way.
func (s *Sim) Idle(ctx context.Context) error {
	return s.work.wait(ctx, s.ctx.Done())
}

// later runs a job on the crew after a pause, counted as work under way.
func (s *Sim) later(d time.Duration, c *crew, job func()) {
	s.work.add()
	counted := func() {
		defer s.work.done()
		job()
	}
	if d <= 0 {
		c.do(counted)
		return
	}
	s.pauses.after(d, func() { c.do(counted) })
}

// pause waits, and reports whether the simulator is still open.
func (s *Sim) pause(d time.Duration) bool {
	if d <= 0 {
		return s.ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

func (s *Sim) now() time.Time { return s.opt.Now().UTC().Truncate(time.Microsecond) }
