package clinic

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/web/front"
)

// maxOutcomeNote is the longest note on what came of an alert, in characters.
const maxOutcomeNote = 300

// outcomeChoice is one button: one tap closes the alert with it.
type outcomeChoice struct{ value, label string }

// outcomeOrder is that of the buttons: what is done most often comes first.
var outcomeOrder = []alerts.Outcome{
	alerts.OutcomeCalled, alerts.OutcomeVisited, alerts.OutcomeMedication, alerts.OutcomeFalseAlarm, alerts.OutcomeOther,
}

func outcomeChoices(r front.Reader) (all []outcomeChoice) {
	for _, o := range outcomeOrder {
		all = append(all, outcomeChoice{string(o), r.Say(outcomes[o])})
	}
	return all
}

// resolve closes an alert with what came of it and returns to its patient's page.
// Who comes second sees there who was faster.
func (h *Handler) resolve(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	actor, ctx := front.Actor(c), c.UserContext()
	patient, err := h.store.PatientOfAlert(ctx, actor, id)
	if err != nil {
		return err
	}
	form := c.Request().PostArgs()
	outcome := alerts.Outcome(form.Peek("outcome"))
	note := strings.TrimSpace(strings.ToValidUTF8(string(form.Peek("note")), ""))
	if utf8.RuneCountInString(note) > maxOutcomeNote {
		note = string([]rune(note)[:maxOutcomeNote])
	}
	batch, err := h.store.ResolveAlert(ctx, actor, id, outcome, note)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(patientURL(base(c), patient)+"?taken="+id.String()+"#alert-"+id.String(), fiber.StatusSeeOther)
	case carenet.Conflict:
		return h.showPatient(c, fiber.StatusConflict, patient, id)
	}
	return err
}
