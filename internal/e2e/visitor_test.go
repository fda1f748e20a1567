package e2e

import (
	"bufio"
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// visitor is somebody at a browser without script: pages, forms, cookies.
type visitor struct {
	c      *clinic
	name   string
	client *http.Client
}

// page is what a visitor sees.
type page struct {
	by     *visitor
	path   string
	status int
	source string
	words  string // without the markup
}

// visitor opens a browser that has been nowhere yet.
func (c *clinic) visitor(name string) *visitor {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return &visitor{c: c, name: name, client: &http.Client{Jar: jar, Timeout: patience}}
}

// SignsIn asks for a link with the phone's number, waits for the text and
// presses the button of its page.
func (p *phone) SignsIn(door string) *visitor {
	p.c.t.Helper()
	v := p.c.visitor(p.name)
	v.Posts("/in", url.Values{"door": {door}, "phone": {p.number}}).Shows(http.StatusOK)
	link, err := url.Parse(p.Expects("To sign in, open", "once").Link())
	if err != nil {
		p.c.t.Fatal(err)
	}
	for range 2 { // looking uses nothing up: scanners of phones look too
		v.Opens(link.Path).Shows(http.StatusOK)
	}
	v.Posts(link.Path, nil).Shows(http.StatusOK)
	p.c.visitor("a thief").Posts(link.Path, nil).Shows(http.StatusGone)
	return v
}

// Opens follows a link.
func (v *visitor) Opens(path string) page {
	v.c.t.Helper()
	return v.ask(http.MethodGet, path, nil)
}

// Posts sends a form as one of our own pages does.
func (v *visitor) Posts(path string, form url.Values) page {
	v.c.t.Helper()
	return v.ask(http.MethodPost, path, form)
}

func (v *visitor) ask(method, path string, form url.Values) page {
	v.c.t.Helper()
	req, err := http.NewRequestWithContext(v.c.t.Context(), method, "http://"+v.c.web+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.c.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "http://"+v.c.web)
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.c.fail("%s asked for %s: %v", v.name, path, err)
	}
	defer res.Body.Close()
	source, err := io.ReadAll(res.Body)
	if err != nil {
		v.c.fail("%s asked for %s: %v", v.name, path, err)
	}
	return page{by: v, path: path, status: res.StatusCode, source: string(source), words: plain(string(source))}
}

var (
	markup = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<[^>]*>`)
	blank  = regexp.MustCompile(`\s+`)
)

// plain is what a page says.
func plain(source string) string {
	return blank.ReplaceAllString(html.UnescapeString(markup.ReplaceAllString(source, " ")), " ")
}

// Shows fails unless the page has this status and says all of these words.
func (p page) Shows(status int, words ...string) page {
	p.by.c.t.Helper()
	if p.status != status {
		p.by.c.fail("%s sees %s with status %d, want %d: %s", p.by.name, p.path, p.status, status, p.words)
	}
	for _, w := range words {
		if !strings.Contains(p.words, w) {
			p.by.c.fail("%s misses %q on %s: %s", p.by.name, w, p.path, p.words)
		}
	}
	return p
}

// Without fails when the page's source holds one of these words.
func (p page) Without(words ...string) page {
	p.by.c.t.Helper()
	for _, w := range words {
		if strings.Contains(p.source, w) {
			p.by.c.fail("%s sees %q on %s: %s", p.by.name, w, p.path, p.words)
		}
	}
	return p
}

// Find is the first group of a pattern in the page's source.
func (p page) Find(pattern string) string {
	p.by.c.t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(p.source)
	if found == nil {
		p.by.c.fail("%s finds no %s on %s: %s", p.by.name, pattern, p.path, p.source)
	}
	return html.UnescapeString(found[1])
}

// Listens opens a page's live stream; the returned function waits until the
// stream says that something has changed.
func (v *visitor) Listens(path string) (changed func() time.Time) {
	v.c.t.Helper()
	ctx, cancel := context.WithCancel(v.c.t.Context())
	v.c.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+v.c.web+path, nil)
	if err != nil {
		v.c.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	endless := *v.client
	endless.Timeout = 0
	res, err := endless.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		v.c.fail("%s cannot listen at %s: %v", v.name, path, err)
	}
	events := make(chan string, 16)
	go func() {
		defer close(events)
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				events <- event
			}
		}
	}()
	wait := func(want string) time.Time {
		v.c.t.Helper()
		select {
		case got, ok := <-events:
			if !ok || got != want {
				v.c.fail("%s hears %q at %s, want %q", v.name, got, path, want)
			}
		case <-time.After(patience):
			v.c.fail("%s hears nothing at %s", v.name, path)
		}
		return time.Now()
	}
	wait("open")
	return func() time.Time {
		v.c.t.Helper()
		return wait("update")
	}
}
