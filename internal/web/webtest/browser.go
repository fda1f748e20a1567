// Package webtest gives tests a real browser: tabs in a headless Chromium that
// the test process shares, screenshots, and the axe accessibility checks.
//
// Chromium is $HOWAREYOU_CHROMIUM or the first one on PATH. Where there is none
// a test skips, unless CI is set: there it fails, so that no run is green for
// want of a browser.
package webtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds one step in a tab.
const patience = 30 * time.Second

// shared is the process's one browser; it starts when first asked for.
var shared struct {
	sync.Mutex
	ctx  context.Context
	stop context.CancelFunc
}

// Run runs a package's tests and then closes the browser they shared:
//
//	func TestMain(m *testing.M) { os.Exit(webtest.Run(m)) }
//
// Without it the browser dies with the test process all the same, but its
// profile folder stays.
func Run(m *testing.M) int {
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.ctx != nil {
		if err := chromedp.Cancel(shared.ctx); err != nil {
			fmt.Fprintln(os.Stderr, "webtest: closing the browser:", err)
		}
		shared.stop()
		shared.ctx, shared.stop = nil, nil
	}
	return code
}

// Tab is a page in a browser context of its own: it shares neither cookies nor
// storage with other tabs. Steps run through Tab.Do, questions through Ask.
type Tab struct {
	Ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// Browser opens a tab and closes it when the test ends. The test fails if the
// page then broke its Content-Security-Policy or threw an error.
func Browser(t testing.TB) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser(t), chromedp.WithNewBrowserContext())
	tab := &Tab{Ctx: ctx}
	// The first step runs without a deadline: one would end the tab with it.
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		t.Fatalf("opening a tab: %v", err)
	}
	tab.listen()
	t.Cleanup(func() {
		for _, complaint := range tab.Complaints() {
			t.Errorf("the browser complains: %s", complaint)
		}
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("closing a tab: %v", err)
		}
		cancel()
	})
	return tab
}

// Complaints are the breaches of the Content-Security-Policy and the uncaught
// errors so far.
func (tab *Tab) Complaints() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return append([]string(nil), tab.complaints...)
}

// Do runs steps in the tab and fails the test when one does.
func (tab *Tab) Do(t testing.TB, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab.Ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("in the browser: %v", err)
	}
}

// Ask runs one action in the tab and returns its value.
func Ask[T any](t testing.TB, tab *Tab, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(tab.Ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatalf("in the browser: %v", err)
	}
	return value
}

// Leave does what leads to another page, and waits until that is there. A question
// that is asked while one page goes and the next comes has no answer: it is asked again.
func (tab *Tab) Leave(t testing.TB, step chromedp.Action[chromedp.Void]) {
	t.Helper()
	tab.Do(t, chromedp.Evaluate[chromedp.Void](`window.staying = true`), step)
	ctx, cancel := context.WithTimeout(tab.Ctx, patience)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		left, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!window.staying && document.readyState === "complete"`))
		if left && err == nil {
			return
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			t.Fatalf("in the browser: still on the same page: %v", err)
		}
	}
}

// Await waits until a JavaScript expression is true in the tab.
func (tab *Tab) Await(t testing.TB, expression string) {
	t.Helper()
	// By the clock, not by animation frames: a page out of sight gets none.
	Ask(t, tab, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond)))
}

func (tab *Tab) complain(format string, args ...any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.complaints = append(tab.complaints, fmt.Sprintf(format, args...))
}

// listen gathers complaints until the tab closes.
func (tab *Tab) listen() {
	entries := chromedp.Events(tab.Ctx, log.EntryAdded)
	thrown := chromedp.Events(tab.Ctx, runtime.ExceptionThrown)
	go func() {
		for event, err := range entries {
			if err != nil {
				return
			}
			if event.Entry.Source == log.EntrySourceSecurity {
				tab.complain("%s (%s)", event.Entry.Text, event.Entry.URL)
			}
		}
	}()
	go func() {
		for event, err := range thrown {
			if err != nil {
				return
			}
			tab.complain("%s", (&chromedp.ExceptionError{ExceptionDetails: event.ExceptionDetails}).Error())
		}
	}()
}

// browser returns the shared browser, starting it if need be.
func browser(t testing.TB) context.Context {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.ctx != nil && shared.ctx.Err() == nil {
		return shared.ctx
	}
	path := chromium(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("hide-scrollbars", true),
	)
	if os.Geteuid() == 0 {
		// Chromium refuses root with its sandbox on.
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopBrowser := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		stopBrowser()
		stopAllocator()
		t.Fatalf("starting %s: %v", path, err)
	}
	shared.ctx = ctx
	shared.stop = func() { stopBrowser(); stopAllocator() }
	return ctx
}

func chromium(t testing.TB) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	if named := os.Getenv("HOWAREYOU_CHROMIUM"); named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium on PATH, and HOWAREYOU_CHROMIUM names none")
	}
	t.Skip("no Chromium on PATH, and HOWAREYOU_CHROMIUM names none")
	return ""
}
