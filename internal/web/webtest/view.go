package webtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// View is the screen and the taste of whoever looks.
type View struct {
	Width        int  // CSS pixels
	Dark         bool // prefers the dark scheme
	ForcedColors bool // has chosen the system's own colours
	Print        bool // is about to print
}

// Look sets the tab's view. Motion is always reduced, so that a picture is of
// something at rest.
func (tab *Tab) Look(t testing.TB, v View) {
	t.Helper()
	scheme, forced, media := "light", "none", ""
	if v.Dark {
		scheme = "dark"
	}
	if v.ForcedColors {
		forced = "active"
	}
	if v.Print {
		media = "print"
	}
	tab.Do(t,
		chromedp.EmulateViewport(int64(v.Width), 800),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Media: media,
				Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"},
					{Name: "forced-colors", Value: forced},
				},
			})
			return err
		}),
	)
}

// Open goes to a page and waits until it is loaded and its fonts are there.
func (tab *Tab) Open(t testing.TB, url string) {
	t.Helper()
	tab.Do(t, chromedp.Navigate(url))
	Ask(t, tab, chromedp.Evaluate[bool](`document.fonts.ready.then(() => true)`, chromedp.EvalAwaitPromise))
}

// Picture writes the whole page as a PNG; folders on the way are made.
func (tab *Tab) Picture(t testing.TB, path string) {
	t.Helper()
	png := Ask(t, tab, chromedp.FullScreenshot(100))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Overflows says whether the page is wider than its screen, so that one would
// have to scroll sideways to read it.
func (tab *Tab) Overflows(t testing.TB) bool {
	t.Helper()
	return Ask(t, tab, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`))
}

// Screenshot writes a picture of the page at url, as wide as width CSS pixels.
func Screenshot(t testing.TB, url string, width int, dark bool, path string) {
	t.Helper()
	tab := Browser(t)
	tab.Look(t, View{Width: width, Dark: dark})
	tab.Open(t, url)
	tab.Picture(t, path)
}
