package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"howareyou/internal/web/webtest"
)

// TestLivePageRecovers: the stream's first connections are refused, so the page
// says that it cannot hear; it knocks again, hears of a change, and fetches the
// part that changed. All of it under the policy that forbids inline code.
func TestLivePageRecovers(t *testing.T) {
	var willing atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc(AssetPrefix, serveAsset)
	mux.HandleFunc("/part", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "new")
	})
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		if !willing.Load() {
			http.Error(w, "<p>not now</p>", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "id: 1\nevent: update\ndata: {}\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", CSP())
		page := within(Layout(Page{Lang: "en", Dir: LTR, Live: true, Words: english.frame}),
			Live("live", "/events"),
			markup(`<div id="part" hx-get="/part" hx-trigger="update from:#live">old</div>`))
		_ = page.Render(r.Context(), w)
	})
	server := httptest.NewServer(mux)
	tab := webtest.Browser(t)
	t.Cleanup(server.CloseClientConnections)

	tab.Open(t, server.URL)
	tab.Await(t, `document.documentElement.hasAttribute("data-offline")`)
	if words := webtest.Ask(t, tab, chromedp.Text(".offline")); words != english.frame.Offline {
		t.Errorf("while offline the page says %q", words)
	}
	willing.Store(true)
	tab.Await(t, `document.getElementById("part").textContent === "new"`)
	if still := webtest.Ask(t, tab, chromedp.Evaluate[bool](`document.documentElement.hasAttribute("data-offline")`)); still {
		t.Error("the page hears again and still says that it does not")
	}
	if body := webtest.Ask(t, tab, chromedp.Evaluate[string](`document.getElementById("live").innerHTML`)); body != "" {
		t.Errorf("the refusal was put into the page: %q", body)
	}
}
