package patient

import (
	"crypto/rand"
	"strconv"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
)

// entered is what the form holds: an answer on its way, or the one to change.
type entered struct {
	answer  carenet.PageAnswer
	unclear bool // a score was sent that is none of the five
	chosen  int  // the face, 0 for none
}

// complete says whether there is something to keep. Words alone are enough:
// who has no face for it may still say it.
func (e entered) complete() bool {
	return !e.unclear && (e.answer.Score != nil || e.answer.Words != "")
}

// readForm reads the body alone, so that an answer never stands in an address.
// A value that is missing stays missing and is never 0.
func readForm(c *fiber.Ctx) entered {
	value := func(name string) string { return string(c.Request().PostArgs().Peek(name)) }
	e := entered{answer: carenet.PageAnswer{
		Words: cleanWords(value("words")), Private: value("private") == "yes", Key: formKey(value("key")),
	}}
	if s := value("score"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < carenet.WellbeingScale.Min || n > carenet.WellbeingScale.Max {
			e.unclear = true
			return e
		}
		e.answer.Score, e.chosen = &n, n
	}
	return e
}

// cleanWords keeps what can be read: browsers end lines with two signs, and
// control characters have no place in a text.
func cleanWords(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// formKey is the key that makes sending a form twice one answer. A form that
// comes without a sound one gets its own.
func formKey(sent string) string {
	if len(sent) < 16 || len(sent) > 64 || strings.ContainsFunc(sent, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return rand.Text()
	}
	return sent
}

// earlier is an answer given before, to be changed.
func earlier(u *carenet.Update) entered {
	e := entered{answer: carenet.PageAnswer{Key: rand.Text()}}
	if u != nil {
		e.answer.Words, e.answer.Private = u.Words, u.Private
		e.chosen = front.FaceOf(u.Score)
	}
	return e
}
