package e2e

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

// A page that is open hears of a check-in and shows what its reader may see, no
// more, and nobody else's page shows anything.
func TestOpenPagesShowACheckIn(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	other := f.patient("Peter Other", "+447700900009")
	tom := f.follower(other, "Tom Other", "+447700900109", "score,words")
	f.start(1)
	sam, ruth, dana, stranger := f.sam.SignsIn("follower"), f.ruth.SignsIn("follower"), f.dana.SignsIn("clinic"), tom.SignsIn("follower")
	samHears, danaHears := sam.Listens("/circle/live"), dana.Listens("/clinic/live")

	f.mary.Texts("2 rough night")
	for name, hears := range map[string]func() time.Time{"Sam's page": samHears, "the board": danaHears} {
		late := hears().Sub(f.mary.texted)
		t.Logf("%s heard after %s", name, late.Round(100*time.Microsecond))
		if late > 5*time.Second {
			t.Errorf("%s heard after %s", name, late)
		}
	}
	sam.Opens("/circle/feed").Shows(http.StatusOK, "Mary", "Bad", "rough night")
	ruth.Opens("/circle").Shows(http.StatusOK, "Mary", "Bad").Without("rough")
	stranger.Opens("/circle").Shows(http.StatusOK, "Peter").Without("Mary", "rough")
	dana.Opens("/clinic").Shows(http.StatusOK, "Mary Okafor", "rough night", "Peter Other")

	// A follower is no clinician, and nobody without a session is anybody.
	for _, path := range []string{"/clinic", "/clinic/rows", "/clinic/alerts/1"} {
		sam.Opens(path).Without("rough", "Mary Okafor")
		f.visitor("a passer-by").Opens(path).Without("rough", "Mary")
	}
	f.visitor("a passer-by").Opens("/circle").Without("rough", "Mary")
	f.mary.Expects("noted 2 of 5")
	f.sam.Expects("rough night")
	f.ruth.Expects("2 of 5")
	f.nobodyElse()
}

// The link of the question opens a page that works without script, and sending
// its form twice is one answer.
func TestAnAnswerOnThePageReachesTheCircle(t *testing.T) {
	t.Parallel()
	m, _ := newLife(t)
	m.to(m.slot())
	link, err := url.Parse(m.mary.Expects("How are you overall today, Mary?").Link())
	if err != nil {
		t.Fatal(err)
	}
	mary := m.visitor("Mary")
	form := mary.Opens(link.Path).Shows(http.StatusOK, "Mary")
	mary.Opens(link.Path).Shows(http.StatusOK) // looking answers nothing
	answer := url.Values{"score": {"3"}, "words": {"slept a bit"}, "key": {form.Find(`name="key" value="([^"]+)"`)}}
	m.mary.texted = time.Now()
	for range 2 {
		mary.Posts(link.Path, answer).Shows(http.StatusOK, "slept a bit")
	}
	t.Logf("Sam heard %s after the form", m.sam.Expects("3 of 5", "slept a bit").After(m.mary).Round(100*time.Microsecond))
	m.ruth.Expects("3 of 5").Without("slept")
	m.nobodyElse() // the page has thanked already
	if n := m.count("SELECT count(*) FROM check_in WHERE channel = 'page'"); n != 1 {
		t.Errorf("%d check-ins came of it, want 1", n)
	}

	// Another's page may not press the button in Mary's name.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+m.web+link.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "https://elsewhere.example")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site is answered with %d", res.StatusCode)
	}
	mary.Opens("/c/0123456789abcdefABCDEF").Shows(http.StatusNotFound).Without("Mary")
}
