package clinic

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// maxAnswer is the longest text that staff may write, in characters.
const maxAnswer = 400

// answering is a text on its way to a patient: what was typed, and what became of it.
type answering struct {
	words   string
	fault   bool     // it is empty or too long
	stopped bool     // the number was stopped meanwhile
	said    text.Key // what else became of what was pressed; "" for nothing
	record  recording
	number  numbering
}

// answerPatient sends what a member of staff wrote, under their name.
func (h *Handler) answerPatient(c *fiber.Ctx) error {
	patient, err := pathID(c)
	if err != nil {
		return err
	}
	form := c.Request().PostArgs()
	words := strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(string(form.Peek("words")), ""), "\r\n", "\n"))
	if words == "" || utf8.RuneCountInString(words) > maxAnswer {
		return h.showAnswering(c, fiber.StatusUnprocessableEntity, patient, carenet.NilID, answering{words: words, fault: true})
	}
	key, err := carenet.ParseID(string(form.Peek("key")))
	if err != nil {
		key = carenet.NewID(h.site.Now())
	}
	batch, err := h.store.WriteToPatient(c.UserContext(), front.Actor(c), patient, words, key)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(patientURL(base(c), patient)+"?wrote=1#thread", fiber.StatusSeeOther)
	case carenet.Invalid:
		return h.showAnswering(c, fiber.StatusUnprocessableEntity, patient, carenet.NilID, answering{words: words, fault: true})
	case carenet.Conflict:
		return h.showAnswering(c, fiber.StatusConflict, patient, carenet.NilID, answering{words: words, stopped: true})
	}
	return err
}
