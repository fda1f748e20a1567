package ui

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"howareyou/internal/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(webtest.Run(m)) }

// gallery serves every component in each language, one page an audience, under
// the policy that the product serves its pages with.
func gallery(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc(AssetPrefix, serveAsset)
	for _, words := range []galleryWords{english, arabic} {
		for name, page := range galleryPages(words) {
			mux.HandleFunc("/"+words.lang+"/"+name, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.Header().Set("Content-Security-Policy", CSP())
				_ = page.Render(r.Context(), w)
			})
		}
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	asset, ok := LoadAsset(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", asset.Type)
	w.Header().Set("ETag", asset.ETag)
	_, _ = w.Write(asset.Body)
}

func galleryPages(w galleryWords) map[string]templ.Component {
	frame := func(audience Audience) Page {
		return Page{Lang: w.lang, Dir: w.dir, Title: w.title, Organisation: w.organisation, Audience: audience, Words: w.frame}
	}
	follower := frame(ForFollower)
	follower.Home = "/"
	follower.Live = true
	clinic := follower
	clinic.Audience = ForClinic
	clinic.Nav = []Link{
		{Href: "/patients", Label: w.nav[0], Icon: IconCircle, Current: true},
		{Href: "/alerts", Label: w.nav[1], Icon: IconBell},
		{Href: "/out", Label: w.nav[2], Icon: IconSignOut},
	}
	return map[string]templ.Component{
		"patient":  within(Layout(frame(ForPatient)), patientParts(w)...),
		"follower": within(Layout(follower), followerParts(w)...),
		"clinic":   within(Layout(clinic), clinicParts(w)...),
	}
}

func patientParts(w galleryWords) []templ.Component {
	faces := FaceQuestion{
		ID: "how", Name: "score", Question: w.question, Heading: true, Hint: w.hint,
		Words: w.faces, Digits: w.digits, Chosen: 2, Required: true,
	}
	return []templ.Component{
		markup(`<form class="stack-wide" method="post" action="/">`),
		Faces(faces),
		Field(Input{ID: "words", Name: "words", Label: w.ownWords, Hint: w.ownHint, Lines: 3, MaxLength: 500}),
		Check(Tick{ID: "private", Name: "private", Value: "yes", Label: w.private, Hint: w.privateMeans, Checked: true}),
		Button(Action{Label: w.tell, Icon: IconSend, Wide: true}),
		markup(`</form>`),
		within(Notice(ToneLeaf), text("p", w.seen)),
		ErrorState(Fault{What: w.fault, Kept: w.kept, Do: w.do}),
	}
}

func followerParts(w galleryWords) []templ.Component {
	return []templ.Component{
		text("h1", w.title),
		Live("live", "/nothing"),
		within(Card(Box{ID: "one", Label: w.question}),
			markup(`<div class="row row-between">`), text("h2", w.faces[1]), Time(today, w.today), markup(`</div>`),
			FaceWord(2, w.faces[1]), text("p", w.note),
			markup(`<div class="row">`),
			Button(Action{Label: w.tell, Weight: WeightSecond, Icon: IconKindWord, Plain: true}),
			Button(Action{Label: w.more, Weight: WeightQuiet, Href: "/all"}),
			Button(Action{Label: w.stop, Weight: WeightDanger, Plain: true}),
			Button(Action{Label: w.notNow, Disabled: true}),
			markup(`</div>`)),
		within(Card(Box{ID: "two", Label: w.badges[2], Tone: ToneRed}), Badge(ToneRed, w.badges[2]), text("p", w.note)),
		Faces(FaceQuestion{ID: "again", Name: "again", Question: w.question, Error: w.choose, Words: w.faces, Digits: w.digits}),
		within(EmptyState(w.empty, w.emptyText), Button(Action{Label: w.more, Href: "/all", Weight: WeightSecond, Icon: IconForward})),
		Loading("wait", w.wait),
	}
}

func clinicParts(w galleryWords) []templ.Component {
	rtl := w.dir == RTL
	parts := []templ.Component{
		text("h1", w.people),
		markup(`<div class="row">`),
		Badge(ToneNeutral, w.badges[0]), Badge(ToneAmber, w.badges[1]), Badge(ToneRed, w.badges[2]), Badge(ToneLeaf, w.badges[3]),
		markup(`</div><div class="row">`),
	}
	for score := 1; score <= 5; score++ {
		parts = append(parts, FaceWord(score, w.faces[score-1]))
	}
	return append(parts,
		markup(`</div><div class="row">`), Sparkline(Spark{ID: "spark", Title: w.spark, Series: sampleSeries(rtl)}), text("span", w.sentence), markup(`</div>`),
		ChartFigure(sampleChart(w, "month", sampleSeries(rtl))),
		ChartFigure(sampleChart(w, "quarter", longSeries(rtl))),
		within(Notice(ToneAmber), text("p", w.note)),
		within(Notice(ToneNeutral), text("p", w.seen)),
		Field(Input{ID: "phone", Name: "phone", Label: w.phone, Hint: w.phoneHint, Error: w.phoneError, Type: "tel", Value: "+4477", Autocomplete: "tel"}),
		Button(Action{Label: w.tell, Icon: IconDone}),
	)
}

// within puts children into a component, as a template would.
func within(parent templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

func markup(html string) templ.Component { return templ.Raw(html) }

func text(element, words string) templ.Component {
	return templ.Raw("<" + element + ">" + templ.EscapeString(words) + "</" + element + ">")
}

// TestGalleryInBrowser shows every component to axe and to whoever looks at the
// pictures, which are kept where HOWAREYOU_PICTURES names a folder.
func TestGalleryInBrowser(t *testing.T) {
	pictures := os.Getenv("HOWAREYOU_PICTURES")
	server := gallery(t)
	tab := webtest.Browser(t)
	for _, name := range []string{"en/patient", "en/follower", "en/clinic", "ar/patient", "ar/follower", "ar/clinic"} {
		for _, view := range galleryViews {
			if pictures == "" && !view.checked {
				continue
			}
			t.Run(name+"/"+view.name, func(t *testing.T) {
				tab.Look(t, view.View)
				tab.Open(t, server.URL+"/"+name)
				if view.Width > 320 && view.checked {
					tab.Axe(t)
				}
				if tab.Overflows(t) {
					t.Error("one must scroll sideways to read this page")
				}
				if pictures != "" {
					tab.Picture(t, filepath.Join(pictures, strings.ReplaceAll(name, "/", "-")+"-"+view.name+".png"))
				}
			})
		}
	}
}

// galleryViews are the ways a page is looked at. Those that are not checked only
// make pictures. At 320 pixels the check is that the page reflows (WCAG 1.4.10).
var galleryViews = []struct {
	name string
	webtest.View
	checked bool
}{
	{"360-light", webtest.View{Width: 360}, true},
	{"360-dark", webtest.View{Width: 360, Dark: true}, true},
	{"1280-light", webtest.View{Width: 1280}, true},
	{"320-light", webtest.View{Width: 320}, true},
	{"1280-dark", webtest.View{Width: 1280, Dark: true}, false},
	{"print", webtest.View{Width: 700, Dark: true, Print: true}, false},
	{"forced", webtest.View{Width: 700, ForcedColors: true}, false},
}

// TestFacesByKeyboard walks the five faces without script or pointer.
func TestFacesByKeyboard(t *testing.T) {
	tab := webtest.Browser(t)
	tab.Look(t, webtest.View{Width: 360})
	tab.Open(t, gallery(t).URL+"/en/patient")
	tab.Do(t, chromedp.Focus("#how-2"), chromedp.KeyEvent(kb.ArrowDown))
	chosen := webtest.Ask(t, tab, chromedp.Evaluate[string](`document.querySelector('input[name=score]:checked').value`))
	if chosen != "3" {
		t.Errorf("arrow down from 2 chose %q, want 3", chosen)
	}
	ring := webtest.Ask(t, tab, chromedp.Evaluate[string](`getComputedStyle(document.activeElement).outline`))
	if !strings.Contains(ring, "rgb(29, 42, 46)") || !strings.Contains(ring, "3px") {
		t.Errorf("the focus ring is %q, want 3px of ink", ring)
	}
	small := webtest.Ask(t, tab, chromedp.Evaluate[int](
		`[...document.querySelectorAll('.faces-choice input')].filter((e) => e.getBoundingClientRect().height < 72 || e.getBoundingClientRect().width < 72).length`))
	if small != 0 {
		t.Errorf("%d faces are smaller than 72 pixels", small)
	}
}
