package email

import (
	"html"
	"regexp"
	"strings"

	mail "github.com/wneessen/go-mail"

	"howareyou/notify"
)

// message writes an email: plain text, and the same words as a page for those who
// read that. It looks the same each time it is tried, but for its date.
func (c *Client) message(e notify.OutboundEmail) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	m.FromMailAddress(&c.server.From)
	if err := m.To(e.To); err != nil {
		return nil, errAddress
	}
	m.Subject(e.Subject)
	m.SetDateWithValue(c.Now())
	_, domain, _ := strings.Cut(c.server.From.Address, "@")
	m.SetMessageIDWithValue(e.Delivery.String() + "@" + domain)
	// No machine answers this, and no absence either (RFC 3834).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetGenHeader(mail.HeaderContentLang, e.Language)
	if e.Unsubscribe != "" {
		m.SetGenHeaderPreformatted(mail.HeaderListUnsubscribe, "<"+e.Unsubscribe+">")
		// RFC 8058: one click of the mail program sends a POST.
		m.SetGenHeaderPreformatted(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	m.SetBodyString(mail.TypeTextPlain, e.Body)
	m.AddAlternativeString(mail.TypeTextHTML, page(e))
	return m, nil
}

type plainError string

func (e plainError) Error() string { return string(e) }

const errAddress = plainError("the address is none that mail goes to")

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// page is the body as a page: a paragraph for each of the text, and links that can
// be followed. It has no picture and asks nobody for anything, so that opening it
// tells nobody. Colours are the reader's own.
func page(e notify.OutboundEmail) string {
	dir := "ltr"
	if e.RightToLeft {
		dir = "rtl"
	}
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="` + html.EscapeString(e.Language) + `" dir="` + dir + `"><head><meta charset="utf-8">` +
		`<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>` +
		html.EscapeString(e.Subject) + `</title></head><body style="margin:0;padding:24px;font:18px/1.5 sans-serif"><main style="max-width:36em">`)
	for paragraph := range strings.SplitSeq(e.Body, "\n\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			b.WriteString("<p>" + strings.ReplaceAll(linked(paragraph), "\n", "<br>") + "</p>")
		}
	}
	b.WriteString("</main></body></html>")
	return b.String()
}

// linked escapes a text and makes its addresses links.
func linked(text string) string {
	var b strings.Builder
	at := 0
	for _, span := range address.FindAllStringIndex(text, -1) {
		link := strings.TrimRight(text[span[0]:span[1]], ".,;:!?)")
		b.WriteString(html.EscapeString(text[at:span[0]]))
		b.WriteString(`<a href="` + html.EscapeString(link) + `">` + html.EscapeString(link) + `</a>`)
		at = span[0] + len(link)
	}
	b.WriteString(html.EscapeString(text[at:]))
	return b.String()
}
