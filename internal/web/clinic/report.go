package clinic

import (
	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// reporting is what staff may say of where a patient is.
type reporting struct {
	action  string
	state   string // what is known, in a sentence; "" when the patient is at home
	choices []reportChoice
	died    bool // they may say that the patient has died
	undo    string
}

type reportChoice struct{ value, label string }

var reportWords = map[carenet.Report]text.Key{
	carenet.ReportHospital: text.JoinReportHospital, carenet.ReportHome: text.JoinReportHome,
	carenet.ReportDied: text.JoinReportDied, carenet.ReportUndone: text.JoinReportUndone,
}

func newReporting(r front.Reader, base string, p carenet.PatientPage) reporting {
	v := reporting{action: patientURL(base, p.Patient) + "/report"}
	for _, what := range []carenet.Report{carenet.ReportHospital, carenet.ReportHome} {
		if _, ok := what.Becomes(p.State); ok {
			v.choices = append(v.choices, reportChoice{string(what), r.Say(reportButtons[what])})
		}
	}
	_, v.died = carenet.ReportDied.Becomes(p.State)
	if len(p.Reports) > 0 {
		newest := p.Reports[0]
		if !carenet.Reachable(p.State) {
			v.state = r.Say(reportWords[newest.What], text.Data{"Name": newest.By}) + " " + r.Say(text.JoinReportStopped)
		}
		if p.MayUndo {
			v.undo = r.Say(text.JoinReportUndo, text.Data{"Name": newest.By, "When": r.On(newest.At)})
		}
	}
	return v
}

var reportButtons = map[carenet.Report]text.Key{
	carenet.ReportHospital: text.JoinReportSayHospital, carenet.ReportHome: text.JoinReportSayHome,
}

// report notes where a patient is, as staff say it. Of a death they must say that they
// are sure; anything may be taken back for a day.
func (h *Handler) report(c *fiber.Ctx) error {
	patient, err := pathID(c)
	if err != nil {
		return err
	}
	form := c.Request().PostArgs()
	what := carenet.Report(form.Peek("what"))
	if _, known := reportWords[what]; !known || what == carenet.ReportDied && string(form.Peek("sure")) != "yes" {
		return h.showPatient(c, fiber.StatusUnprocessableEntity, patient, carenet.NilID)
	}
	batch, err := h.store.ReportPatient(c.UserContext(), front.Actor(c), patient, what)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(patientURL(base(c), patient)+"#report", fiber.StatusSeeOther)
	case carenet.Conflict:
		return h.showPatient(c, fiber.StatusConflict, patient, carenet.NilID)
	}
	return err
}
