package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/carenet"
)

var morning = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

func stopped() time.Time { return morning }

// service stands for the product: instants at which something falls due, and
// those that were run.
type service struct {
	clock *clock
	mu    sync.Mutex
	due   []time.Time
	ran   []time.Time // what fell due, in the order in which it was run
	seen  []time.Time // the clock at each settling
	stuck bool
}

func (s *service) nextDue(context.Context) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.due) == 0 {
		return time.Time{}, nil
	}
	return slices.MinFunc(s.due, time.Time.Compare), nil
}

func (s *service) settle(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	s.seen = append(s.seen, now)
	if s.stuck {
		return nil // what is due stays due, as with texts on hold
	}
	slices.SortFunc(s.due, time.Time.Compare)
	for len(s.due) > 0 && !s.due[0].After(now) {
		s.ran = append(s.ran, s.due[0])
		s.due = s.due[1:]
	}
	return nil
}

func newMover(t *testing.T, due ...time.Duration) (*mover, *service) {
	t.Helper()
	c, err := openClock(filepath.Join(t.TempDir(), "clock"), stopped)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{clock: c}
	for _, d := range due {
		s.due = append(s.due, morning.Add(d))
	}
	return &mover{
		clock: c, life: t.Context(), hang: 10 * time.Millisecond, nextDue: s.nextDue, settle: s.settle,
		open: func(context.Context) (int, error) { return 0, nil },
	}, s
}

func by(d time.Duration) func(time.Time) time.Time {
	return func(now time.Time) time.Time { return now.Add(d) }
}

func TestMoveStopsAtEachInstantInOrder(t *testing.T) {
	m, s := newMover(t, 26*time.Hour, time.Hour, 49*time.Hour, -time.Minute, 25*time.Hour, 100*time.Hour)
	out, err := m.Move(t.Context(), by(72*time.Hour))
	if err != nil || out.Note != "" || !out.Now.Equal(morning.Add(72*time.Hour)) {
		t.Fatalf("%+v, %v", out, err)
	}
	want := []time.Time{morning, morning.Add(time.Hour), morning.Add(25 * time.Hour), morning.Add(26 * time.Hour), morning.Add(49 * time.Hour), out.Now}
	if got := slices.Compact(s.seen); !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Errorf("settled at\n%v, want\n%v", got, want)
	}
	if len(s.ran) != 5 || len(s.due) != 1 {
		t.Errorf("ran %v, left %v", s.ran, s.due)
	}
}

func TestWhatStaysDueDoesNotStopTime(t *testing.T) {
	m, s := newMover(t, -time.Hour, 3*time.Hour)
	s.stuck = true
	out, err := m.Move(t.Context(), by(24*time.Hour))
	if err != nil || !out.Now.Equal(morning.Add(24*time.Hour)) {
		t.Fatalf("%+v, %v", out, err)
	}
	if !slices.IsSortedFunc(s.seen, time.Time.Compare) || len(s.seen) > 24*4+4 {
		t.Errorf("%d settlings", len(s.seen))
	}
}

func TestWhatHangsIsSaid(t *testing.T) {
	m, _ := newMover(t)
	uncertain := 0
	m.open = func(context.Context) (int, error) { return uncertain, nil }
	m.settle = func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	if out, err := m.Move(t.Context(), by(time.Hour)); err != nil || !strings.Contains(out.Note, "on their way") || !out.Now.Equal(morning.Add(time.Hour)) {
		t.Errorf("%+v, %v", out, err)
	}
	ending, end := context.WithCancel(t.Context())
	m.life = ending
	end()
	if _, err := m.Move(t.Context(), by(time.Hour)); err == nil {
		t.Error("the demo's end does not end a move")
	}
	m.life = t.Context()
	m.settle = func(context.Context) error { return nil }
	uncertain = 2
	if out, err := m.Move(t.Context(), by(time.Hour)); err != nil || !strings.Contains(out.Note, "no clear answer") {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestOneMoveAtATime(t *testing.T) {
	m, s := newMover(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := m.Move(t.Context(), by(time.Hour)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if now := m.clock.Now(); !now.Equal(morning.Add(8 * time.Hour)) {
		t.Errorf("eight hours, one after the other, lead to %s", now)
	}
	if !slices.IsSortedFunc(s.seen, time.Time.Compare) {
		t.Errorf("settled at %v", s.seen)
	}
}

func TestClockGoesForwardAndIsRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clock")
	c, err := openClock(path, stopped)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []time.Duration{time.Hour, -time.Hour, 30 * time.Minute} {
		if err := c.Forward(morning.Add(to)); err != nil {
			t.Fatal(err)
		}
	}
	later := func() time.Time { return morning.Add(24*time.Hour + 1500*time.Nanosecond) }
	again, err := openClock(path, later)
	if err != nil {
		t.Fatal(err)
	}
	if want := morning.Add(25*time.Hour + time.Microsecond); !again.Now().Equal(want) || again.Now().Location() != time.UTC {
		t.Errorf("a day later it is %s, want %s", again.Now(), want)
	}
	if err := writeFile(path, []byte("soon")); err != nil {
		t.Fatal(err)
	}
	if _, err := openClock(path, stopped); err == nil {
		t.Error("a broken clock was opened")
	}
}

func TestClockOverHTTP(t *testing.T) {
	m, _ := newMover(t)
	mux := http.NewServeMux()
	for _, r := range m.routes() {
		mux.Handle(r.Method+" "+r.Path, r.Handler)
	}
	for _, c := range []struct {
		method, body, site string
		status             int
		answer             string
	}{
		{"GET", "", "", 200, `{"now":"2026-11-02T08:00:00Z"}`},
		{"POST", `{"advance":"72h"}`, "", 200, `{"now":"2026-11-05T08:00:00Z"}`},
		{"POST", `{"to":"2026-11-05T10:01:00+01:00"}`, "", 200, `{"now":"2026-11-05T09:01:00Z"}`},
		{"POST", `{"to":"2026-11-05T09:00:00Z"}`, "", 422, "the clock goes forward only; it is 2026-11-05T09:01:00Z"},
		{"POST", `{"advance":"-1s"}`, "", 422, "forward only"},
		{"POST", `{"advance":"9000h"}`, "", 422, "at most 366 days"},
		{"POST", `{"advance":"soon"}`, "", 422, "a duration like"},
		{"POST", `{"to":"tomorrow"}`, "", 422, "an instant like"},
		{"POST", `{"to":"2027-01-01T00:00:00Z","advance":"1h"}`, "", 422, "send "},
		{"POST", `{}`, "", 422, "send "},
		{"POST", `advance=1h`, "", 422, "send "},
		{"POST", `{"advance":"1h"}`, "cross-site", 403, ""},
		{"GET", "", "", 200, `{"now":"2026-11-05T09:01:00Z"}`},
	} {
		req := httptest.NewRequest(c.method, clockPath, strings.NewReader(c.body))
		if c.site != "" {
			req.Header.Set("Sec-Fetch-Site", c.site)
		}
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, req)
		if got := rec.Body.String(); rec.Code != c.status || !strings.Contains(got, c.answer) {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.body, rec.Code, got, c.status, c.answer)
		}
	}
	m.nextDue = func(context.Context) (time.Time, error) {
		return time.Time{}, carenet.Errorf(carenet.Internal, "look", "no database")
	}
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest("POST", clockPath, strings.NewReader(`{"advance":"1h"}`)))
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("without a database: %d", rec.Code)
	}
}
