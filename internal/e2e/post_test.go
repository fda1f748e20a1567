package e2e

import (
	"errors"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// post is a mail server that people have their mailboxes at: a real one, in this
// process.
type post struct {
	t    *testing.T
	addr string
	mu   sync.Mutex
	mail []letter
	read int // how many a test has looked at
}

// letter is one email as it arrived.
type letter struct {
	to     string
	header mail.Header
	text   string
	page   string
}

func newPost(t *testing.T) *post {
	t.Helper()
	p := &post{t: t}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	s := smtp.NewServer(p)
	s.Domain = "mail.test"
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-served
	})
	return p
}

// env is what a process must be told of the server.
func (p *post) env() string { return "SMTP_URL=smtp://" + p.addr + "?from=care@riverside.example" }

// NewSession is part of smtp.Backend.
func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &handover{post: p}, nil }

type handover struct {
	post *post
	to   string
}

func (d *handover) Mail(string, *smtp.MailOptions) error { return nil }
func (d *handover) Reset()                               {}
func (d *handover) Logout() error                        { return nil }
func (d *handover) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = to
	return nil
}

func (d *handover) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	l := letter{to: d.to, header: m.Header}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			l.text = string(body)
		} else {
			l.page = string(body)
		}
	}
	d.post.mu.Lock()
	defer d.post.mu.Unlock()
	d.post.mail = append(d.post.mail, l)
	return nil
}

// Expects waits for the next email, which must be to somebody and hold these words.
func (p *post) Expects(c *clinic, to string, words ...string) letter {
	p.t.Helper()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(patience); ; <-poll.C {
		p.mu.Lock()
		if len(p.mail) > p.read {
			l := p.mail[p.read]
			p.read++
			p.mu.Unlock()
			for _, w := range words {
				if !strings.Contains(l.text, w) || !strings.Contains(html.UnescapeString(markup.ReplaceAllString(l.page, "")), w) || l.to != to {
					c.fail("the email to %s lacks %q, or is not to %s:\n%s", l.to, w, to, l.text)
				}
			}
			return l
		}
		p.mu.Unlock()
		if time.Now().After(deadline) {
			c.fail("no email came to %s", to)
		}
	}
}

// ExpectsNothingMore says that everything that came has been looked at.
func (p *post) ExpectsNothingMore(c *clinic) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.mail) > p.read {
		c.fail("an email too many came to %s:\n%s", p.mail[p.read].to, p.mail[p.read].text)
	}
}

// drain looks at everything that came.
func (p *post) drain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read = len(p.mail)
}
