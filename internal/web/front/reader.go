package front

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/language"

	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// spoken matches what a browser asks for with what we speak.
var spoken = func() language.Matcher {
	var tags []language.Tag
	for _, l := range text.Languages {
		tags = append(tags, language.MustParse(l))
	}
	return language.NewMatcher(tags)
}()

// Texts are the words for whoever reads the answer: in the language of their
// session, or else in the one that their browser asks for.
func Texts(c *fiber.Ctx) *text.Texts {
	if l := Language(c); l != "" {
		return text.For(l)
	}
	_, i := language.MatchStrings(spoken, c.Get(fiber.HeaderAcceptLanguage))
	return text.For(text.Languages[i])
}

// Reader is what a page must know of its reader to say words and times.
type Reader struct {
	*text.Texts
	Now     time.Time
	Zone    *time.Location
	Governs bool // sees to texts, joining and rules, at a clinic
}

// On says a time as people say it, in the reader's zone.
func (r Reader) On(at time.Time) string { return r.When(at, r.Now, r.Zone) }

// Frame is what differs from page to page in the frame around them.
type Frame struct {
	Title        string
	Organisation string // "" when it is not known whose page this is
	Emergency    string // number to call in danger, as dialled; "" for none
	Home         string
	Audience     ui.Audience
	Live         bool
	Nav          []ui.Link
}

// Page is the frame in the words of t.
func (f Frame) Page(t *text.Texts) ui.Page {
	p := ui.Page{
		Lang: t.Lang(), Dir: t.Dir(), Title: f.Title, Organisation: f.Organisation, Home: f.Home, Audience: f.Audience, Nav: f.Nav, Live: f.Live,
		Words: ui.PageWords{
			Skip: t.Say(text.PageFrameSkip), Menu: t.Say(text.PageFrameMenu),
			NotEmergency: t.Say(text.PageFrameNotEmergency), Offline: t.Say(text.PageFrameOffline),
		},
	}
	if p.Organisation == "" {
		p.Organisation = t.Say(text.PageCheckinTitle)
	}
	if f.Emergency != "" {
		p.Words.Call, p.Words.CallNumber = t.Say(text.PageFrameCall, text.Data{"Emergency": Number(f.Emergency)}), f.Emergency
	}
	return p
}

// FaceOf is the face of a score, 0 when it has none.
func FaceOf(score *float64) int {
	if score == nil || *score != float64(int(*score)) || *score < 1 || *score > 5 {
		return 0
	}
	return int(*score)
}

// Number keeps a telephone number in one line and in its own order: among
// Arabic words its groups would otherwise change places.
func Number(s string) string {
	if strings.Trim(s, "0123456789") == "" {
		return s
	}
	const leftToRight, end = "\u2066", "\u2069"
	return leftToRight + strings.ReplaceAll(s, " ", "\u00a0") + end
}
