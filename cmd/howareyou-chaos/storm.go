package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"time"

	"howareyou/internal/devenv"
	"howareyou/internal/rig"
)

// storm is what befalls the service while texts go in and out.
type storm struct {
	ground   *rig.Ground
	way      ways
	random   *rand.Rand
	mu       sync.Mutex // of what runs
	running  []*running
	kills    int
	mishaps  []mishap       // besides kills, in turns
	befell   map[string]int // how often each did
	lasting  sync.WaitGroup // mishaps that end by themselves
	failures []error
	note     func(string, ...any)
	began    time.Time // when the first text was sent
}

// ways are the doors that everything passes through.
type ways struct{ web, postgres, redis, provider *door }

func (w ways) all() []*door { return []*door{w.web, w.postgres, w.redis, w.provider} }

// running is one process of the service.
type running struct {
	role, name string
	env        []string
	group      *devenv.Group
}

func (s *storm) start(ctx context.Context, addresses []string, workers int) error {
	for i, address := range addresses {
		s.running = append(s.running, &running{role: "serve", name: fmt.Sprintf("serve%d", i), env: []string{"LISTEN=" + address}})
	}
	for i := range workers {
		s.running = append(s.running, &running{role: "worker", name: fmt.Sprintf("worker%d", i)})
	}
	for _, p := range s.running {
		if err := s.launch(p); err != nil {
			return err
		}
	}
	return s.ground.Ready(ctx)
}

func (s *storm) launch(p *running) (err error) {
	p.group, err = s.ground.Launch(p.role, p.name, p.env...)
	return err
}

// one kind of mishap besides kills, and how long it lasts.
type mishap struct {
	name  string
	lasts time.Duration
	begin func(*storm) error
	end   func(*storm) error
}

func nothing(*storm) error { return nil }

// mishaps take turns. Each has ended before the next begins.
var mishaps = []mishap{
	{"worker_stopped", 10 * time.Second, func(s *storm) error { return s.signal(syscall.SIGSTOP) }, func(s *storm) error { return s.signal(syscall.SIGCONT) }},
	{"redis_killed", time.Second, func(s *storm) error { return s.ground.Redis.Kill() }, func(s *storm) error { return s.ground.Redis.Restart(context.Background()) }},
	{"postgres_killed", time.Second, func(s *storm) error { return s.ground.Postgres.Kill() }, func(s *storm) error { return s.ground.Postgres.Restart(context.Background()) }},
	{"redis_flushed", 0, func(s *storm) error { return s.flush() }, nothing},
	{"provider_black_hole", 4 * time.Second, hole(func(w ways) *door { return w.provider }), opened(func(w ways) *door { return w.provider })},
	{"redis_black_hole", 4 * time.Second, hole(func(w ways) *door { return w.redis }), opened(func(w ways) *door { return w.redis })},
	{"postgres_black_hole", 4 * time.Second, hole(func(w ways) *door { return w.postgres }), opened(func(w ways) *door { return w.postgres })},
	{"connections_cut", 0, func(s *storm) error {
		for _, d := range s.way.all() {
			d.cut()
		}
		return nil
	}, nothing},
	{"postgres_restarted", 0, func(s *storm) error { return s.ground.Postgres.Restart(context.Background()) }, nothing},
}

func hole(which func(ways) *door) func(*storm) error {
	return func(s *storm) error { which(s.way).blackHole(); return nil }
}

func opened(which func(ways) *door) func(*storm) error {
	return func(s *storm) error { which(s.way).open(); return nil }
}

// rage brings misfortune as the texts go on: kills spread over all of them, and
// other mishaps in turn as often as there is time for. It returns when no text
// begins any more and everything that it broke is whole again.
func (s *storm) rage(begun <-chan int, messages, kills int) {
	every := float64(messages) / float64(max(kills, 1))
	// Each twice at least, and in a long run again and again.
	mishapEvery := max(min(messages/max(2*len(s.mishaps), 1), 1000), 1)
	var busy sync.Mutex // one mishap at a time; a turn that comes too early is left out
	turn := 0
	for n := range begun {
		if tenth := messages / 10; tenth > 0 && n%tenth == 0 {
			s.note("%d of %d texts after %s, %d kills", n, messages, time.Since(s.began).Round(time.Second), s.kills)
		}
		for s.kills < kills && float64(n) > every*float64(s.kills) {
			s.kill()
		}
		if len(s.mishaps) == 0 || n%mishapEvery != 0 || !busy.TryLock() {
			continue
		}
		m := s.mishaps[turn%len(s.mishaps)]
		turn++
		s.befell[m.name]++
		if err := m.begin(s); err != nil {
			s.failed(fmt.Errorf("%s: %w", m.name, err))
		}
		s.lasting.Go(func() {
			defer busy.Unlock()
			over := time.NewTimer(m.lasts)
			defer over.Stop()
			<-over.C
			if err := m.end(s); err != nil {
				s.failed(fmt.Errorf("after %s: %w", m.name, err))
			}
		})
	}
	s.lasting.Wait()
	for _, d := range s.way.all() {
		d.open()
	}
}

func (s *storm) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, err)
}

// kill ends one process as kill -9 does, and starts another in its place.
func (s *storm) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.running[s.random.IntN(len(s.running))]
	s.kills++
	s.end(p)
	if err := s.launch(p); err != nil {
		s.failures = append(s.failures, err)
	}
}

func (s *storm) end(p *running) {
	p.group.Signal(syscall.SIGKILL)
	<-p.group.Done()
	p.group.Kill() // and dismisses the group's guard
}

// signal stops the last worker in its tracks, or lets it go on. One that was
// killed meanwhile is another process, which a second SIGCONT does not harm.
func (s *storm) signal(sig syscall.Signal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running[len(s.running)-1].group.Signal(sig)
	return nil
}

func (s *storm) flush() error {
	return flushRedis(s.ground.Redis.Socket())
}

// close ends what runs, in order, and says what did not end well.
func (s *storm) close(within time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	errs := s.failures
	for _, p := range s.running {
		if p.group == nil {
			continue
		}
		p.group.Signal(syscall.SIGTERM)
		late := time.NewTimer(within)
		select {
		case <-p.group.Done():
			if !p.group.State().Success() {
				errs = append(errs, fmt.Errorf("%s did not end well: %s", p.name, p.group.State()))
			}
		case <-late.C:
			errs = append(errs, fmt.Errorf("%s did not end in time", p.name))
		}
		late.Stop()
		p.group.Kill()
	}
	return errors.Join(errs...)
}

// told are the mishaps in words.
func (s *storm) told() string {
	var all []string
	for _, m := range mishaps {
		all = append(all, fmt.Sprintf("%s %d", m.name, s.befell[m.name]))
	}
	return strings.Join(all, ", ")
}
