package clinic

import (
	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// askingNow is whether the patient may be asked once more, and if not why.
type askingNow struct {
	action, about, button string
	instead               string // why there is no button
}

var askNowWords = map[carenet.AskNowAnswer]text.Key{
	carenet.AskNowNotHere: text.CareAskNotHere, carenet.AskNowHospital: text.CareAskHospital, carenet.AskNowStopped: text.CareAskStopped,
	carenet.AskNowAway: text.CareAskAway, carenet.AskNowJustAsked: text.CareAskJust, carenet.AskNowEnough: text.CareAskEnough,
	carenet.AskNowSoon: text.CareAskSoon, carenet.AskNowNight: text.CareAskNight,
}

func newAskingNow(r front.Reader, base string, p carenet.PatientPage) askingNow {
	name := text.Data{"Name": carenet.FirstName(p.Name), "When": r.On(p.AskNowAt)}
	if key, ok := askNowWords[p.AskNow]; ok {
		return askingNow{instead: r.Say(key, name)}
	}
	return askingNow{action: patientURL(base, p.Patient) + "/ask", about: r.Say(text.CareAskAbout, name), button: r.Say(text.CareAsk, name)}
}

// askNow asks the patient once more. Whoever may not be asked now is not, and the page
// says why: also after a second press, since they were asked by the first.
func (h *Handler) askNow(c *fiber.Ctx) error {
	patient, err := pathID(c)
	if err != nil {
		return err
	}
	batch, err := h.store.AskNow(c.UserContext(), front.Actor(c), patient)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(patientURL(base(c), patient)+"?asked=1#ask-now", fiber.StatusSeeOther)
	case carenet.Conflict:
		return h.showPatient(c, fiber.StatusConflict, patient, carenet.NilID)
	}
	return err
}
