package clinic

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// numberForm is where staff write the right number of somebody.
type numberForm struct {
	action, person, label, typed, fault string
}

// numbering is a number that was typed, and what is wrong with it.
type numbering struct {
	person        carenet.ID
	number, fault string
}

func newNumberForm(r front.Reader, action string, who carenet.PersonName, did numbering) numberForm {
	f := numberForm{action: action, person: who.ID.String(), label: r.Say(text.CareWrongNumber, text.Data{"Name": who.Name})}
	if did.person == who.ID {
		f.typed, f.fault = did.number, did.fault
	}
	return f
}

// newNumbers are the forms for the numbers of a patient and their circle, for those who
// may change them.
func newNumbers(r front.Reader, base string, p carenet.PatientPage, did numbering) (forms []numberForm) {
	if !r.Governs || p.State == "died" {
		return nil
	}
	action := patientURL(base, p.Patient) + "/number#numbers"
	forms = append(forms, newNumberForm(r, action, carenet.PersonName{ID: p.Patient, Name: p.Name}, did))
	for _, f := range p.Circle {
		forms = append(forms, newNumberForm(r, action, carenet.PersonName{ID: f.Person, Name: f.Name}, did))
	}
	return forms
}

// number takes the number that a form gives somebody. did says what is wrong with it, in
// words; it is empty when it was taken.
func (h *Handler) number(c *fiber.Ctx) (did numbering, err error) {
	person, err := carenet.ParseID(c.FormValue("person"))
	if err != nil {
		return did, carenet.Errorf(carenet.Invalid, "correct number", "whose number it is is missing")
	}
	did = numbering{person: person, number: strings.TrimSpace(c.FormValue("phone"))}
	batch, err := h.store.CorrectNumber(c.UserContext(), front.Actor(c), person, did.number)
	switch code := carenet.CodeOf(err); {
	case err == nil:
		h.committed(batch)
	case code == carenet.Invalid:
		did.fault = front.Texts(c).Say(text.JoinErrorPhone)
	case code == carenet.Conflict:
		did.fault = front.Texts(c).Say(text.CareWrongTaken)
	case code == carenet.Forbidden && front.SignedIn(c).Governs:
		did.fault = front.Texts(c).Say(text.CareNumberStaff)
	default:
		return did, err
	}
	return did, nil
}

// patientNumber changes the number of a patient, or of somebody of their circle.
func (h *Handler) patientNumber(c *fiber.Ctx) error {
	patient, err := pathID(c)
	if err != nil {
		return err
	}
	did, err := h.number(c)
	if err != nil {
		return err
	}
	if did.fault != "" {
		return h.showAnswering(c, fiber.StatusUnprocessableEntity, patient, carenet.NilID, answering{number: did})
	}
	return c.Redirect(patientURL(base(c), patient)+"?number=1", fiber.StatusSeeOther)
}

// correctNumber takes the right number of somebody whose number is another's.
func (h *Handler) correctNumber(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	did, err := h.number(c)
	if err != nil {
		return err
	}
	if did.fault != "" {
		return h.showIn(c, fiber.StatusUnprocessableEntity, handling{number: did})
	}
	return c.Redirect(base(c)+"/clinic/messages/in/"+id.String()+"?number=1", fiber.StatusSeeOther)
}
