package lookbook

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"howareyou/carenet"
	"howareyou/internal/web/webtest"
)

// full serves the English town.
func full(t *testing.T) (*site, *town, *webtest.Tab) {
	t.Helper()
	w := &town{words: english}
	s := serve(t, map[string]*town{"/en": w})
	tab := webtest.Browser(t)
	tab.Look(t, webtest.View{Width: 1280})
	return s, w, tab
}

func (w *town) add(u carenet.Update) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.extra = append(w.extra, u)
}

// TestTwoTaps: a face and the button are the whole check-in; ticking the box
// changes what the button says it does.
func TestTwoTaps(t *testing.T) {
	s, w, tab := full(t)
	tab.Open(t, s.url+"/en/c/new")
	shown := func(class string) bool {
		return webtest.Ask(t, tab, chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector(%q).checkVisibility()`, class)))
	}
	if !shown(".tell-circle") || shown(".tell-clinic") {
		t.Error("the button does not say who is told")
	}
	tab.Do(t, chromedp.Click("#private"))
	if shown(".tell-circle") || !shown(".tell-clinic") {
		t.Error("the button of a private answer says that followers are told")
	}
	tab.Do(t, chromedp.Click("#private"))
	press(t, tab, "#how-4, form button")
	tab.Await(t, `document.querySelector("h1").textContent === "Thank you, Mary"`)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answered == nil || *w.answered.Score != 4 || w.answered.Private {
		t.Errorf("kept %+v", w.answered)
	}
}

// TestOfflineKeepsTheWords: without a network the form stays and says so.
func TestOfflineKeepsTheWords(t *testing.T) {
	s, w, tab := full(t)
	tab.Open(t, s.url+"/en/c/new")
	tab.Do(t, chromedp.Evaluate[chromedp.Void](`Object.defineProperty(navigator, "onLine", {get: () => false, configurable: true});
		document.getElementById("words").value = "hello"; document.querySelector("form button").click()`))
	tab.Await(t, `!document.getElementById("no-network").hidden && document.getElementById("words").value === "hello"`)
	tab.Do(t, chromedp.Evaluate[chromedp.Void](`Object.defineProperty(navigator, "onLine", {get: () => true, configurable: true}); dispatchEvent(new Event("online"))`))
	tab.Await(t, `document.getElementById("no-network").hidden`)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answered != nil {
		t.Error("the form was sent")
	}
}

// TestFeedIsLive: an update appears by itself, and what stood open stays open.
func TestFeedIsLive(t *testing.T) {
	s, w, tab := full(t)
	tab.Open(t, s.url+"/en/circle")
	tab.Await(t, `!!document.getElementById("live")._htmx?.sse`)
	tab.Do(t, chromedp.Evaluate[chromedp.Void](`document.querySelector("details").open = true; window.same = true`))
	w.add(carenet.Update{At: now, Score: score(5), Words: "the sun came out"})
	s.tell(mary)
	tab.Await(t, `document.getElementById("feed").textContent.includes("the sun came out")`)
	tab.Await(t, `document.querySelector("#feed article .face-word").textContent.includes("Very good") && document.getElementById("feed-news").textContent.includes("Mary, Very good")`)
	if !webtest.Ask(t, tab, chromedp.Evaluate[bool](`window.same && document.querySelector("details").open`)) {
		t.Error("the page was loaded anew, or what stood open was closed")
	}
}

// TestBoardStaysWhereItIs: what is new shows in its row at once, and the row
// moves only when asked to.
func TestBoardStaysWhereItIs(t *testing.T) {
	s, w, tab := full(t)
	tab.Open(t, s.url+"/en/clinic")
	tab.Await(t, `!!document.getElementById("live")._htmx?.sse`)
	const order = `[...document.querySelectorAll("[data-open]")].map((a) => a.textContent).join()`
	before := webtest.Ask(t, tab, chromedp.Evaluate[string](order))
	will := fmt.Sprintf(`document.getElementById("p-%s")`, willID)
	tab.Do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.getElementById("open-%s").focus()`, willID)))

	w.add(carenet.Update{At: now, Score: score(1), Words: "not a good day"})
	s.tell(org)
	tab.Await(t, will+`.textContent.includes("not a good day")`)
	tab.Await(t, `!document.querySelector("#changes a").hidden && document.querySelector("[data-count]").textContent === "(1)"`)
	if after := webtest.Ask(t, tab, chromedp.Evaluate[string](order)); after != before {
		t.Errorf("the list moved by itself:\n%s\n%s", before, after)
	}
	if !webtest.Ask(t, tab, chromedp.Evaluate[bool](will+`.contains(document.activeElement)`)) {
		t.Error("the keyboard lost its place")
	}
	tab.Do(t, chromedp.Click("#changes a"))
	tab.Await(t, `document.querySelector("#changes a").hidden && `+will+`.closest("[data-concern]").dataset.concern === "concern-low"`)
}

// TestKeys: j and k go through the names, a takes the alert, ? explains, and all
// can be switched off.
func TestKeys(t *testing.T) {
	s, w, tab := full(t)
	tab.Open(t, s.url+"/en/clinic")
	focused := func(name string) {
		t.Helper()
		tab.Await(t, fmt.Sprintf(`document.activeElement.textContent === %q`, name))
	}
	const first = "Robert Featherstonehaugh-Williamson" // in danger, and Dr Lee is with him
	tab.Do(t, chromedp.KeyEvent("j"))
	focused(first)
	tab.Do(t, chromedp.KeyEvent("j"), chromedp.KeyEvent("j"))
	focused("Ann Lee")
	tab.Do(t, chromedp.KeyEvent("k"), chromedp.KeyEvent("k"), chromedp.KeyEvent("k"))
	focused(first)
	tab.Do(t, chromedp.KeyEvent("?"))
	tab.Await(t, `document.getElementById("keys").open`)
	tab.Do(t, chromedp.Click("#keys-use"), chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`), chromedp.KeyEvent("j"))
	if webtest.Ask(t, tab, chromedp.Evaluate[bool](`document.activeElement.hasAttribute("data-open")`)) {
		t.Error("keys that are switched off still work")
	}
	tab.Open(t, s.url+"/en/clinic")
	if webtest.Ask(t, tab, chromedp.Evaluate[bool](`document.getElementById("keys-use").checked`)) {
		t.Error("the switch was forgotten")
	}
	tab.Do(t, chromedp.Evaluate[chromedp.Void](`document.getElementById("keys-use").click(); document.activeElement.blur()`), chromedp.KeyEvent("j"), chromedp.KeyEvent("j"))
	focused("Mary Okafor")
	tab.Leave(t, chromedp.KeyEvent("a"))
	tab.Await(t, `document.querySelector("[role=status].strong")?.textContent === "Alert 12 is yours"`)
	tab.Do(t, chromedp.KeyEvent("j"), chromedp.KeyEvent("j"))
	tab.Leave(t, chromedp.KeyEvent(kb.Enter))
	tab.Await(t, `location.pathname.startsWith("/en/clinic/patients/")`)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.taken {
		t.Error("nobody took the alert")
	}
}

// TestPatientPageOnlyOffers: it says that something changed and is not read by
// itself, since reading it is on record.
func TestPatientPageOnlyOffers(t *testing.T) {
	s, w, tab := full(t)
	tab.Open(t, s.url+"/en/clinic/patients/"+mary.String())
	tab.Await(t, `!!document.getElementById("live")._htmx?.sse`)
	w.mu.Lock()
	before := w.read
	w.mu.Unlock()
	s.tell(mary)
	tab.Await(t, `!document.querySelector("#changes a").hidden`)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.read != before {
		t.Error("the page was read again though nobody looked")
	}
}
