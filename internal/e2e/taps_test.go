package e2e

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"howareyou/internal/web/webtest"
)

// A nurse on a narrow phone, signed in: from the text to what came of the alert in
// three taps, where four were asked for.
func TestAFewTapsFromTheTextToTheOutcome(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.start(1)
	tab := webtest.Browser(t)
	tab.Look(t, webtest.View{Width: 360})
	f.visitor("Dana's browser").Posts("/in", url.Values{"door": {"clinic"}, "phone": {f.dana.number}}).Shows(http.StatusOK)
	tab.Open(t, f.dana.Expects("To sign in, open").Link())
	tab.Leave(t, chromedp.Click("main form button"))

	f.mary.Texts("I want to die")
	// The first tap, on the link in the text.
	tab.Open(t, f.dana.Expects("Alert 1", "/clinic/alerts/1").Link())
	if tab.Overflows(t) {
		t.Error("the page is wider than the phone")
	}
	// The other two.
	tab.Leave(t, chromedp.Click(`form[action$="/acknowledge"] button`))
	tab.Leave(t, chromedp.Click(`form[action$="/resolve"] button[value="called"]`))
	if n := f.count("SELECT count(*) FROM alert WHERE state = 'resolved' AND outcome = 'called' AND acked_by = resolved_by"); n != 1 {
		f.fail("%d alerts are closed after three taps", n)
	}
}
