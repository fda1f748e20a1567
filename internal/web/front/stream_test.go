package front_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
)

// bus is a live feed within the test.
type bus struct {
	mu     sync.Mutex
	topics map[carenet.ID][]chan carenet.ID
}

func (b *bus) Subscribe(topic carenet.ID) (<-chan carenet.ID, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ch := make(chan carenet.ID, 16)
	b.topics[topic] = append(b.topics[topic], ch)
	return ch, func() {}
}

func (b *bus) tell(topic, id carenet.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ch := range b.topics[topic] {
		ch <- id
	}
}

// events reads the names of a stream's events; the channel closes with it.
func events(body io.Reader) <-chan string {
	out := make(chan string, 16)
	go func() {
		defer close(out)
		lines := bufio.NewScanner(body)
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				out <- name
			}
		}
	}()
	return out
}

func next(t *testing.T, from <-chan string) string {
	t.Helper()
	select {
	case name, ok := <-from:
		if !ok {
			return "end"
		}
		return name
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		return ""
	}
}

// TestINV7_StreamEndsWithTheConsent: who may no longer listen hears nothing
// more, not even that something happened.
func TestINV7_StreamEndsWithTheConsent(t *testing.T) {
	site, _ := newSite(io.Discard)
	feed := &bus{topics: map[carenet.ID][]chan carenet.ID{}}
	closing := make(chan struct{})
	site.Live, site.Closing = feed, closing
	mary := carenet.NewID(time.UnixMilli(3))
	var allowed atomic.Bool
	allowed.Store(true)
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError, DisableStartupMessage: true})
	app.Get("/live", site.Enter(front.Door{Kind: auth.FollowerDoor}), func(c *fiber.Ctx) error {
		return site.Stream(c, func(context.Context) bool { return allowed.Load() }, mary)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(l) }()
	t.Cleanup(func() {
		close(closing)
		if err := app.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	open := func(headers map[string]string) <-chan string {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+l.Addr().String()+"/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", "__Host-howareyou_follower=sams")
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = res.Body.Close() })
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%d %v", res.StatusCode, res.Header)
		}
		return events(res.Body)
	}
	first := open(nil)
	if name := next(t, first); name != "open" {
		t.Fatalf("a new page hears %q first", name)
	}
	if name := next(t, open(map[string]string{"Last-Event-ID": "0"})); name != "update" {
		t.Errorf("a page that comes back hears %q first", name)
	}
	feed.tell(mary, sam)
	if name := next(t, first); name != "update" {
		t.Errorf("a change is heard as %q", name)
	}
	allowed.Store(false)
	feed.tell(mary, sam)
	if name := next(t, first); name != "end" {
		t.Errorf("after the consent was withdrawn the page heard %q", name)
	}
}
