package webtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

func serve(t *testing.T, policy, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = fmt.Fprint(w, `<!DOCTYPE html><html lang="en"><title>A page</title><main><h1>A page</h1>`+body+`</main></html>`)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestAxeFinds: the check is able to fail, and passes what is well.
func TestAxeFinds(t *testing.T) {
	tab := Browser(t)
	for _, c := range []struct {
		body string
		rule string // empty: nothing is wrong
	}{
		{`<p>Good.</p>`, ""},
		{`<img src="data:,">`, "image-alt"},
		{`<input name="phone">`, "label"},
		{`<a href="/1">a</a><a href="/2">b</a>`, "target-size"},
	} {
		tab.Look(t, View{Width: 360})
		tab.Open(t, serve(t, "script-src 'none'", c.body))
		var rules []string
		for _, v := range tab.axe(t) {
			rules = append(rules, v.ID)
		}
		if c.rule == "" && len(rules) > 0 || c.rule != "" && !slices.Contains(rules, c.rule) {
			t.Errorf("%s: axe found %v, want %q", c.body, rules, c.rule)
		}
	}
}

// TestComplaints: a breach of the policy and a thrown error are both noticed.
func TestComplaints(t *testing.T) {
	for _, c := range []struct{ policy, body, want string }{
		{"script-src 'none'", `<script>document.title = "run"</script>`, "Content Security Policy"},
		{"style-src 'none'", `<p style="color: red">Hm.</p>`, "Content Security Policy"},
		{"", `<script>throw new Error("planted")</script>`, "planted"},
	} {
		tab := Browser(t)
		tab.Open(t, serve(t, c.policy, c.body))
		if got := tab.forgive(t); !strings.Contains(got, c.want) {
			t.Errorf("%s: complaints %q, want %q", c.body, got, c.want)
		}
	}
}

// forgive waits for a complaint and drops it, so that the test may go on.
func (tab *Tab) forgive(t *testing.T) string {
	t.Helper()
	// Complaints come in order with answers, but through a goroutine: each
	// question asked gives it another turn.
	for range 1000 {
		if complaints := tab.Complaints(); len(complaints) > 0 {
			tab.mu.Lock()
			tab.complaints = nil
			tab.mu.Unlock()
			return strings.Join(complaints, "\n")
		}
		Ask(t, tab, chromedp.Evaluate[bool]("true"))
	}
	return ""
}

func TestViews(t *testing.T) {
	tab := Browser(t)
	url := serve(t, "", `<div id="wide">x</div><style>#wide { width: 500px }</style>`)
	for _, c := range []struct {
		view     View
		query    string
		overflow bool
	}{
		{View{Width: 360}, "(prefers-color-scheme: light) and (width: 360px)", true},
		{View{Width: 1280, Dark: true}, "(prefers-color-scheme: dark) and (width: 1280px)", false},
		{View{Width: 1280, ForcedColors: true}, "(forced-colors: active)", false},
		{View{Width: 700, Print: true}, "print", false},
		{View{Width: 700}, "(prefers-reduced-motion: reduce) and (forced-colors: none)", false},
	} {
		tab.Look(t, c.view)
		tab.Open(t, url)
		if !Ask(t, tab, chromedp.Evaluate[bool](fmt.Sprintf("matchMedia(%q).matches", c.query))) {
			t.Errorf("%+v does not match %s", c.view, c.query)
		}
		if got := tab.Overflows(t); got != c.overflow {
			t.Errorf("%+v: overflows %t, want %t", c.view, got, c.overflow)
		}
	}
	path := filepath.Join(t.TempDir(), "new", "page.png")
	Screenshot(t, url, 360, true, path)
	if picture, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(picture), "\x89PNG") {
		t.Errorf("no picture at %s: %v", path, err)
	}
}

// TestAxeSums: axe is the file that scripts/assets.sh brought.
func TestAxeSums(t *testing.T) {
	sums, err := os.ReadFile("axe/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(sums)), "\n")
	entries, err := os.ReadDir("axe")
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != len(entries)-1 {
		t.Errorf("%d sums for %d files", len(lines), len(entries)-1)
	}
	for _, line := range lines {
		want, name, _ := strings.Cut(line, "  ")
		body, err := os.ReadFile(filepath.Join("axe", name))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s differs from its sum; run scripts/assets.sh", name)
		}
	}
}
