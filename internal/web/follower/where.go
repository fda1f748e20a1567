package follower

import (
	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// whereView is the page on which a follower says where a patient is.
type whereView struct {
	front.Reader
	page    ui.Page
	action  string
	back    string
	said    string // what is known, or was just done
	about   string
	choices []option
	sure    string // what they are asked to confirm
	yes     string
	weight  ui.Weight
	undo    string
}

// whereWords are what a report is called, and how it is asked about.
var whereWords = map[carenet.Report]struct{ button, sure, about, yes text.Key }{
	carenet.ReportHospital: {text.ProxyReportHospital, text.ProxySureHospital, text.ProxySureHospitalAbout, text.ProxyYesHospital},
	carenet.ReportHome:     {text.ProxyReportHome, text.ProxySureHome, text.ProxySureHomeAbout, text.ProxyYesHome},
	carenet.ReportDied:     {text.ProxyReportDied, text.ProxySureDied, text.ProxySureDiedAbout, text.ProxyYesDied},
}

func (h *Handler) where(c *fiber.Ctx) error {
	patient, err := patientID(c)
	if err != nil {
		return err
	}
	return h.showWhere(c, fiber.StatusOK, patient, carenet.Report(c.Query("what")))
}

// showWhere offers what can be said, or asks whether what was chosen is meant.
func (h *Handler) showWhere(c *fiber.Ctx, status int, patient carenet.ID, what carenet.Report) error {
	form, err := h.store.WhereForm(c.UserContext(), front.Actor(c), patient)
	if err != nil {
		return err
	}
	door := front.DoorOf(c)
	r := front.Reader{Texts: text.For(form.Language), Now: h.site.Now(), Zone: form.Zone}
	name := text.Data{"Name": carenet.FirstName(form.Name)}
	v := whereView{Reader: r, action: door.Base + "/circle/where/" + patient.String(), back: door.Home(), about: r.Say(text.ProxyReportAbout, name)}
	title := r.Say(text.ProxyReportTitle, name)
	for _, may := range []carenet.Report{carenet.ReportHospital, carenet.ReportHome, carenet.ReportDied} {
		if _, ok := may.Becomes(form.State); !ok {
			continue
		}
		v.choices = append(v.choices, option{value: string(may), label: r.Say(whereWords[may].button, name)})
		if may == what {
			w := whereWords[may]
			v.sure, title, v.about, v.yes, v.weight = string(may), r.Say(w.sure, name), r.Say(w.about, name), r.Say(w.yes, name), ui.WeightFirst
			if may == carenet.ReportDied {
				v.weight = ui.WeightDanger
			}
		}
	}
	if v.sure == "" {
		switch {
		case c.Query("undone") == "1":
			v.said = r.Say(text.ProxyUndone)
		case form.State == string(carenet.ReportHospital):
			v.said = r.Say(text.ProxyNowHospital, name)
		case form.State == string(carenet.ReportDied):
			v.said = r.Say(text.ProxyNowDied, name)
		case form.Own != nil && form.Own.What == carenet.ReportHome && form.MayUndo:
			v.said = r.Say(text.ProxyNowHome, name)
		}
		if form.MayUndo {
			v.undo = r.Say(text.ProxyUndoAbout, text.Data{"When": r.On(form.Own.At)})
		}
	}
	v.page = front.Frame{Title: title, Organisation: form.Organisation, Emergency: form.EmergencyNumber, Home: door.Home(), Audience: ui.ForFollower}.Page(r.Texts)
	return front.Render(c, status, wherePage(v))
}

// sayWhere notes what was confirmed, or takes it back. What nobody confirmed is asked
// about, never done.
func (h *Handler) sayWhere(c *fiber.Ctx) error {
	patient, err := patientID(c)
	if err != nil {
		return err
	}
	form := c.Request().PostArgs()
	what := carenet.Report(string(form.Peek("what")))
	_, known := whereWords[what]
	if what != carenet.ReportUndone && (!known || string(form.Peek("sure")) != "yes") {
		return h.showWhere(c, fiber.StatusUnprocessableEntity, patient, what)
	}
	batch, err := h.store.ReportFollowed(c.UserContext(), front.Actor(c), patient, what)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
	case carenet.Conflict: // the page says what is known
		return h.showWhere(c, fiber.StatusConflict, patient, "")
	default:
		return err
	}
	to := front.DoorOf(c).Base + "/circle/where/" + patient.String()
	if what == carenet.ReportUndone {
		to += "?undone=1"
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}
