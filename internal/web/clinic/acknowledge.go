package clinic

import (
	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
)

// acknowledge gives the alert to whoever pressed the button and returns to the
// page it was pressed on. Who comes second sees there who was faster.
func (h *Handler) acknowledge(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	actor, ctx := front.Actor(c), c.UserContext()
	onPatient := string(c.Request().PostArgs().Peek("back")) == "patient"
	batch, err := h.store.Acknowledge(ctx, actor, id)
	late := carenet.CodeOf(err) == carenet.Conflict
	if err != nil && !late {
		return err
	}
	if !late {
		h.committed(batch)
	}
	patient, err := h.store.PatientOfAlert(ctx, actor, id)
	switch {
	case err != nil:
		return err
	case late && onPatient:
		return h.showPatient(c, fiber.StatusConflict, patient, id)
	case late:
		return h.showBoard(c, fiber.StatusConflict, id)
	case onPatient:
		return c.Redirect(patientURL(base(c), patient)+"?taken="+id.String()+"#alert-"+id.String(), fiber.StatusSeeOther)
	}
	return c.Redirect(base(c)+"/clinic?taken="+id.String()+"#p-"+patient.String(), fiber.StatusSeeOther)
}
