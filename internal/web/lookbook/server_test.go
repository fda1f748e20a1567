package lookbook

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/clinic"
	"howareyou/internal/web/follower"
	"howareyou/internal/web/front"
	"howareyou/internal/web/joining"
	"howareyou/internal/web/patient"
	"howareyou/internal/web/rules"
	"howareyou/internal/web/signin"
	"howareyou/internal/web/ui"
	"howareyou/internal/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(webtest.Run(m)) }

var now = time.Date(2026, 3, 9, 10, 42, 0, 0, time.UTC)

// site serves the pages of one town on a port of its own.
type site struct {
	url string

	mu     sync.Mutex
	topics map[carenet.ID][]chan carenet.ID
}

// Subscribe makes the site its own live feed.
func (s *site) Subscribe(topic carenet.ID) (<-chan carenet.ID, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan carenet.ID, 64)
	s.topics[topic] = append(s.topics[topic], ch)
	return ch, func() {}
}

// tell lets open pages know that something changed.
func (s *site) tell(topic carenet.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.topics[topic] {
		ch <- carenet.NewID(now)
	}
}

// SessionOf lets in whoever holds a language, in the role of the door.
func (*site) SessionOf(_ context.Context, door auth.Door, token string, acts bool) (carenet.SignedIn, error) {
	if token == "" {
		return carenet.SignedIn{}, carenet.Errorf(carenet.Expired, "open session", "please sign in again")
	}
	kind, person := carenet.ActorFollower, sam
	if door == auth.PatientDoor {
		kind, person = carenet.ActorPatient, mary
	}
	if door == auth.ClinicDoor {
		kind, person = carenet.ActorClinician, dana
	}
	return carenet.SignedIn{Actor: carenet.Actor{Kind: kind, Org: org, Person: person}, Language: token, Governs: true}, nil
}

// EndSession has nothing to end.
func (*site) EndSession(context.Context, string) error { return nil }

// serve starts a site with a town at each path, such as "/en/full".
func serve(t *testing.T, towns map[string]*town) *site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{url: "http://" + l.Addr().String(), topics: map[carenet.ID][]chan carenet.ID{}}
	public, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	closing := make(chan struct{})
	f := &front.Site{
		Public: public, Origin: s.url, Sessions: s, Live: s, Now: func() time.Time { return now },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Closing: closing,
	}
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: f.OnError, DisableStartupMessage: true})
	app.Use(f.Begin)
	app.Get(ui.AssetPrefix+"*", front.Assets)
	for base, w := range towns {
		r := app.Group(base, front.Headers(""))
		door := front.Door{Base: base, As: func(context.Context) (string, error) { return w.words.lang, nil }}
		patient.New(f, w, func(carenet.Batch) {}).Mount(r, door)
		follower.New(f, w, func(carenet.Batch) {}).Mount(r, door)
		clinic.New(f, w, func(carenet.Batch) {}).Mount(r, door)
		joining.New(f, w, func(carenet.Batch) {}).Mount(r, door)
		rules.New(f, w).Mount(r, door)
		signin.New(f, w, signin.Options{Region: "GB", Emails: true, Committed: func(carenet.Batch) {}, Secret: make([]byte, 32), Allow: func(context.Context, string, int) bool { return true }}).Mount(r, door)
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(l) }()
	t.Cleanup(func() {
		close(closing)
		if err := app.ShutdownWithTimeout(5 * time.Second); err != nil {
			t.Log(err) // the browser may hold a connection
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s
}
