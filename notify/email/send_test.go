package email_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/email"
)

var at = time.Date(2026, 11, 2, 9, 5, 0, 0, time.UTC)

const to = "sam@family.example"

func update() notify.OutboundEmail {
	return notify.OutboundEmail{
		To: to, Subject: "Rowan Clinic: news from Mary", Language: "en", Unsubscribe: "https://care.example/stop/abc",
		Body:     "Mary: 2 of 5, \"it <hurts> & so\".\n\nStop: https://care.example/stop/abc.\nBye é",
		Delivery: carenet.ID{15: 7},
	}
}

func client(t *testing.T, raw string, roots *x509.CertPool) *email.Client {
	t.Helper()
	server, err := email.ParseURL(raw)
	if err != nil {
		t.Fatal(err)
	}
	o := email.Options{Now: func() time.Time { return at }}
	if roots != nil {
		o.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return email.New(server, o)
}

func address(m *mailServer, scheme, user, query string) string {
	return fmt.Sprintf("%s://%s%s?from=How+Are+You+%%3Ccare@clinic.example%%3E%s", scheme, user, m.addr, query)
}

func TestSendArrives(t *testing.T) {
	for _, c := range []struct {
		what, scheme, user, query string
		how                       way
	}{
		{"this machine, without TLS", "smtp", "", "", plain},
		{"STARTTLS", "smtp", "", "&tls=starttls", startTLS},
		{"TLS from the first byte", "smtps", "", "", implicitTLS},
		{"a password over STARTTLS", "smtp", "care:s3cret@", "&tls=starttls", startTLS},
		{"a password over TLS", "smtps", "care:s3cret@", "", implicitTLS},
		{"a password on this machine", "smtp", "care:s3cret@", "", plain},
	} {
		t.Run(c.what, func(t *testing.T) {
			m := serve(t, c.how, "")
			cl := client(t, address(m, c.scheme, c.user, c.query), m.roots)
			if err := cl.Ping(t.Context()); err != nil {
				t.Fatalf("it does not let us in: %v", err)
			}
			if out := cl.Send(t.Context(), update()); out.Class != notify.Accepted {
				t.Fatalf("%+v", out)
			}
			got := m.mails()
			if len(got) != 1 || got[0].to != to || got[0].from != "care@clinic.example" {
				t.Fatalf("the server has %+v", got)
			}
		})
	}
}

// What is written is what a mail program needs, and the same each time.
func TestAMessageIsWhole(t *testing.T) {
	m := serve(t, plain, "")
	cl := client(t, address(m, "smtp", "", ""), nil)
	for range 2 {
		if out := cl.Send(t.Context(), update()); out.Class != notify.Accepted {
			t.Fatalf("%+v", out)
		}
	}
	var ids []string
	for _, got := range m.mails() {
		msg, err := mail.ReadMessage(strings.NewReader(got.data))
		if err != nil {
			t.Fatal(err)
		}
		h := msg.Header
		ids = append(ids, h.Get("Message-ID"))
		for name, want := range map[string]string{
			"Message-ID": "<" + update().Delivery.String() + "@clinic.example>", "Auto-Submitted": "auto-generated",
			"List-Unsubscribe": "<https://care.example/stop/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
			"Subject": "Rowan Clinic: news from Mary", "Date": at.Format(time.RFC1123Z), "From": `"How Are You" <care@clinic.example>`,
			"Content-Language": "en",
		} {
			if h.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, h.Get(name), want)
			}
		}
		parts := partsOf(t, msg)
		if got := strings.ReplaceAll(parts["text/plain"], "\r\n", "\n"); got != update().Body {
			t.Errorf("the text is %q", got)
		}
		page := parts["text/html"]
		for _, want := range []string{
			`lang="en" dir="ltr"`, "it &lt;hurts&gt; &amp; so", `<a href="https://care.example/stop/abc">https://care.example/stop/abc</a>.<br>Bye é`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q: %s", want, page)
			}
		}
		for _, never := range []string{"<img", "<script", "http://"} {
			if strings.Contains(page, never) {
				t.Errorf("the page has %q", never)
			}
		}
	}
	if len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("INV-4: a double has another id: %v", ids)
	}
}

func partsOf(t *testing.T, msg *mail.Message) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatal(kind, err)
	}
	parts := map[string]string{}
	r := multipart.NewReader(msg.Body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		parts[kind] = string(body)
	}
}

func TestWhatCanGoWrongHasItsClass(t *testing.T) {
	for _, c := range []struct {
		fault string
		class notify.SendClass
		code  int
		has   int // how many the server has all the same
	}{
		{refusesRecipient, notify.Permanent, 550, 0},
		{greylists, notify.Retry, 451, 0},
		{refusesData, notify.Permanent, 554, 0},
		{breaksAtRcpt, notify.Retry, 0, 0},
		{breaksAfterData, notify.Unknown, 0, 1},
	} {
		t.Run(c.fault, func(t *testing.T) {
			m := serve(t, plain, c.fault)
			out := client(t, address(m, "smtp", "", ""), nil).Send(t.Context(), update())
			if out.Class != c.class || out.Code != c.code || len(m.mails()) != c.has {
				t.Errorf("%+v, and the server has %d", out, len(m.mails()))
			}
			if strings.Contains(out.Detail, to) || strings.Contains(out.Detail, "Mary") {
				t.Errorf("INV-13: %q", out.Detail)
			}
		})
	}
}

// A server that hangs holds nobody up: the context ends it.
func TestTheContextEndsAServerThatHangs(t *testing.T) {
	m := serve(t, plain, hangs)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if out := client(t, address(m, "smtp", "", ""), nil).Send(ctx, update()); out.Class != notify.Retry {
		t.Errorf("%+v", out)
	}

	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never greets
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, scheme := range []string{"smtp", "smtps"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		out := client(t, fmt.Sprintf("%s://%s?from=care@clinic.example", scheme, silent.Addr()), nil).Send(ctx, update())
		if out.Class != notify.Retry || !strings.Contains(out.Detail, "did not answer in time") {
			t.Errorf("%s: %+v", scheme, out)
		}
	}
}

func TestNothingIsSaidToAServerThatIsNotTrusted(t *testing.T) {
	for _, c := range []struct {
		what, scheme, user, query, says string
		how                             way
		roots                           bool
	}{
		{"no TLS where it is a must", "smtp", "", "&tls=starttls", "has no TLS", plain, false},
		{"a certificate of somebody else, STARTTLS", "smtp", "", "&tls=starttls", "not to be trusted", startTLS, false},
		{"a certificate of somebody else, TLS", "smtps", "", "", "not to be trusted", implicitTLS, false},
		{"a wrong password", "smtp", "care:wrong@", "&tls=starttls", "does not let us in", startTLS, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			m := serve(t, c.how, "")
			roots := m.roots
			if !c.roots {
				roots = nil
			}
			cl := client(t, address(m, c.scheme, c.user, c.query), roots)
			if err := cl.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("doctor says %v", err)
			}
			out := cl.Send(t.Context(), update())
			if out.Class != notify.Retry || len(m.mails()) != 0 || strings.Contains(out.Detail, "wrong@") {
				t.Errorf("%+v", out)
			}
		})
	}
}
