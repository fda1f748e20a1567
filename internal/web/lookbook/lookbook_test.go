package lookbook

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"howareyou/internal/web/webtest"
)

// pages are all pages in all their states: a path, and the form's button to
// press there.
var pages = []struct{ name, path, press string }{
	{"check-in", "/full/c/new", ""},
	{"check-in-refused", "/full/c/new", "form button"},
	{"check-in-change", "/full/c/answered?change=1", ""},
	{"check-in-thanks", "/full/c/answered", ""},
	{"check-in-private", "/full/c/private", ""},
	{"check-in-offered", "/full/c/offered", ""},
	{"check-in-worrying", "/full/c/worrying", ""},
	{"check-in-fault", "/full/c/" + brokenToken, "#how-2, form button"},
	{"question-scale", "/full/c/pain", ""},
	{"question-choice", "/full/c/phq2", ""},
	{"question-yes-no", "/full/c/phq2-offer", ""},
	{"question-number", "/full/c/weight", ""},
	{"question-refused", "/full/c/weight", "form button"},
	{"check-in-old", "/full/c/old", ""},
	{"circle", "/full/circle", ""},
	{"circle-quiet", "/calm/circle", ""},
	{"circle-empty", "/empty/circle", ""},
	{"answer-for", "/full/circle/answer/" + mary.String(), ""},
	{"answer-for-refused", "/full/circle/answer/" + mary.String(), "#answer button"},
	{"answer-for-again", "/calm/circle/answer/" + mary.String(), ""},
	{"answer-for-done", "/full/circle/answer/" + mary.String() + "?done=1", ""},
	{"answer-for-worrying", "/full/circle/answer/" + mary.String() + "?done=1&help=1", ""},
	{"answer-for-not", "/empty/circle/answer/" + mary.String(), ""},
	{"where", "/full/circle/where/" + mary.String(), ""},
	{"where-hospital", "/full/circle/where/" + mary.String() + "?what=in_hospital", ""},
	{"where-died", "/full/circle/where/" + mary.String() + "?what=died", ""},
	{"where-in-hospital", "/calm/circle/where/" + mary.String(), ""},
	{"where-dead", "/empty/circle/where/" + mary.String(), ""},
	{"may-answer", "/full/me/circle/" + mary.String() + "/answers", ""},
	{"board", "/full/clinic", ""},
	{"board-calm", "/calm/clinic", ""},
	{"board-empty", "/empty/clinic", ""},
	{"patient", "/full/clinic/patients/" + mary.String(), ""},
	{"patient-new", "/empty/clinic/patients/" + mary.String(), ""},
	{"patient-stopped", "/calm/clinic/patients/" + mary.String(), ""},
	{"patient-note-refused", "/full/clinic/patients/" + mary.String(), "#notes form button"},
	{"patient-goal-refused", "/full/clinic/patients/" + mary.String(), "#goals > details form button"},
	{"messages", "/full/clinic/messages", ""},
	{"messages-calm", "/calm/clinic/messages", ""},
	{"messages-empty", "/empty/clinic/messages?kind=alert", ""},
	{"message", "/full/clinic/messages/out/" + failedText.String() + "/" + failedText.String(), ""},
	{"message-stopped", "/calm/clinic/messages/out/" + failedText.String() + "/" + failedText.String(), ""},
	{"message-in", "/full/clinic/messages/in/" + failedText.String(), ""},
	{"message-wrong-number", "/calm/clinic/messages/in/" + failedText.String(), ""},
	{"message-number-moved", "/empty/clinic/messages/in/" + failedText.String(), ""},
	{"words", "/full/clinic/words", ""},
	{"words-calm", "/calm/clinic/words?marked=3", ""},
	{"message-fact", "/full/clinic/messages/fact/" + failedText.String(), ""},
	{"agree", "/full/a/" + enrolToken, ""},
	{"agree-follow", "/full/a/" + followToken, ""},
	{"agree-said", "/calm/a/" + enrolToken, ""},
	{"own-circle", "/full/me", ""},
	{"own-circle-empty", "/empty/me", ""},
	{"joining", "/full/clinic/joining", ""},
	{"joining-empty", "/empty/clinic/joining", ""},
	{"enrol", "/full/clinic/joining/new", ""},
	{"rota", "/full/clinic/rota", ""},
	{"rota-calm", "/calm/clinic/rota", ""},
	{"rota-empty", "/empty/clinic/rota", ""},
	{"escalation", "/full/clinic/escalation", ""},
	{"escalation-edit", "/full/clinic/escalation/red", ""},
	{"staffed-hours", "/full/clinic/hours", ""},
	{"week", "/full/clinic/week", ""},
	{"week-calm", "/calm/clinic/week", ""},
	{"week-empty", "/empty/clinic/week", ""},
	{"worth", "/full/clinic/worth", ""},
	{"worth-empty", "/empty/clinic/worth", ""},
	{"import", "/full/clinic/joining/import", ""},
	{"import-preview", "/full/clinic/joining/import/" + mary.String(), ""},
	{"import-done", "/calm/clinic/joining/import/" + mary.String(), ""},
	{"import-forgotten", "/empty/clinic/joining/import/" + mary.String(), ""},
	{"rules", "/full/clinic/rules", ""},
	{"rules-empty", "/empty/clinic/rules", ""},
	{"rules-new", "/full/clinic/rules/new", ""},
	{"rules-refused", "/full/clinic/rules/new?from=built-in", "main form button"},
	{"rules-version", "/full/clinic/rules/" + newPackID.String(), ""},
	{"rules-version-ready", "/empty/clinic/rules/" + newPackID.String(), ""},
	{"rules-version-reader", "/calm/clinic/rules/" + newPackID.String(), ""},
	{"rules-version-in-force", "/full/clinic/rules/" + ownPackID.String(), ""},
	{"rules-tests", "/full/clinic/rules/tests", ""},
	{"rules-tests-busy", "/full/clinic/rules/tests", "main form button"},
	{"rules-test", "/full/clinic/rules/tests/" + doneTest.String(), ""},
	{"rules-test-running", "/full/clinic/rules/tests/" + runTest.String(), ""},
	{"rules-test-failed", "/full/clinic/rules/tests/" + failedTest.String(), ""},
	{"rules-test-empty", "/full/clinic/rules/tests/" + emptyTest.String(), ""},
	{"sign-in", "/full/in?out=1", ""},
	{"sign-in-link", "/full/in/Zx5qTfW9bYc3kLmN2pQrSt", ""},
	{"sign-in-old", "/full/in/old", ""},
	{"not-found", "/full/nothing", ""},
}

var views = []struct {
	name    string
	checked bool // by axe and the ruler on every run; the others are for pictures
	webtest.View
}{
	{"360", true, webtest.View{Width: 360}},
	{"1280-dark", true, webtest.View{Width: 1280, Dark: true}},
	{"320", false, webtest.View{Width: 320}},
	{"360-dark", false, webtest.View{Width: 360, Dark: true}},
	{"1280", false, webtest.View{Width: 1280}},
	{"print", false, webtest.View{Width: 700, Print: true}},
}

// towns are the languages in their states.
func towns(languages ...people) map[string]*town {
	all := map[string]*town{}
	for _, w := range languages {
		all["/"+w.lang+"/full"] = &town{words: w}
		all["/"+w.lang+"/calm"] = &town{words: w, calm: true}
		all["/"+w.lang+"/empty"] = &town{words: w, empty: true}
	}
	return all
}

// reads makes the tab ask for a language, as a browser does for pages of people
// whom the site does not know.
func reads(t *testing.T, tab *webtest.Tab, lang string) {
	t.Helper()
	tab.Do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": lang}})
		return err
	}))
}

// TestPagesInBrowser: axe finds nothing on any page, and none is wider than its
// screen. HOWAREYOU_PICTURES names a folder for pictures of all views.
func TestPagesInBrowser(t *testing.T) {
	pictures := os.Getenv("HOWAREYOU_PICTURES")
	s := serve(t, towns(english, arabic))
	for _, lang := range []string{"en", "ar"} {
		tab := webtest.Browser(t)
		reads(t, tab, lang)
		for _, p := range pages {
			for _, v := range views {
				checked := v.checked && (lang == "en" || v.Width == 360)
				if pictures == "" && !checked {
					continue
				}
				t.Run(lang+"/"+p.name+"/"+v.name, func(t *testing.T) {
					tab.Look(t, v.View)
					tab.Open(t, s.url+"/"+lang+p.path)
					press(t, tab, p.press)
					if checked {
						tab.Axe(t)
					}
					if tab.Overflows(t) {
						t.Error("one must scroll sideways to read this page")
					}
					if got := webtest.Ask(t, tab, chromedp.Evaluate[string](`document.documentElement.lang`)); got != lang {
						t.Errorf("the page is in %q", got)
					}
					if pictures != "" {
						tab.Picture(t, filepath.Join(pictures, strings.Join([]string{p.name, lang, v.name}, "-")+".png"))
					}
				})
			}
		}
	}
}

// press clicks one after the other; the last one leads to another page.
func press(t *testing.T, tab *webtest.Tab, selectors string) {
	t.Helper()
	if selectors == "" {
		return
	}
	steps := strings.Split(selectors, ", ")
	for _, selector := range steps[:len(steps)-1] {
		tab.Do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).click()`, selector)))
	}
	last := fmt.Sprintf(`setTimeout(() => document.querySelector(%q).click())`, steps[len(steps)-1])
	tab.Leave(t, chromedp.Evaluate[chromedp.Void](last))
}
