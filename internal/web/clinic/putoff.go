package clinic

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// maxPutOffWhy is the longest reason for putting an alert off, in characters.
const maxPutOffWhy = 300

// putOffBox is the form that puts an alert off. The zero box is none.
type putOffBox struct {
	action string
	hours  []option
}

// putOffHours are the times to choose from, as far as the alert allows.
var putOffHours = []int{1, 2, 4, 8, 24, 48}

// life adds what can be done with an alert beside taking and closing it.
func (v *alertView) life(r front.Reader, base string, a carenet.AlertView) {
	at := base + "/clinic/alerts/" + a.ID.String()
	switch alerts.Status(a.State) {
	case alerts.StatusResolved:
		v.rate = at + "/useful"
		if a.Useful != nil {
			key := text.DutyUsefulSaidNo
			if *a.Useful {
				key = text.DutyUsefulSaidYes
			}
			v.useful = r.Say(key)
		}
	case alerts.StatusOpen, alerts.StatusAcknowledged:
		for _, h := range putOffHours {
			if time.Duration(h)*time.Hour <= a.MayPutOff {
				v.putOff.hours = append(v.putOff.hours, option{value: strconv.Itoa(h), label: r.Say(text.TimeHours, text.Data{"Count": h})})
			}
		}
		if len(v.putOff.hours) > 0 {
			v.putOff.action = at + "/put-off"
		}
	}
	v.note = a.Note
}

// putAlertOff lets an alert ask nobody for some hours and returns to its patient.
func (h *Handler) putAlertOff(c *fiber.Ctx) error {
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
	why := strings.TrimSpace(strings.ToValidUTF8(string(form.Peek("why")), ""))
	if utf8.RuneCountInString(why) > maxPutOffWhy {
		why = string([]rune(why)[:maxPutOffWhy])
	}
	hours, err := strconv.Atoi(string(form.Peek("hours")))
	if err != nil || hours < 1 || hours > putOffHours[len(putOffHours)-1] {
		hours = putOffHours[0]
	}
	batch, err := h.store.PutOffAlert(ctx, actor, id, time.Duration(hours)*time.Hour, why)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(patientURL(base(c), patient)+"?taken="+id.String()+"#alert-"+id.String(), fiber.StatusSeeOther)
	case carenet.Invalid:
		return h.showAnswering(c, fiber.StatusUnprocessableEntity, patient, carenet.NilID, answering{said: text.DutyPutOffError})
	case carenet.Conflict:
		return h.showAnswering(c, fiber.StatusConflict, patient, carenet.NilID, answering{said: text.DutyPutOffNot})
	}
	return err
}

// rateAlert keeps whether a closed alert was useful.
func (h *Handler) rateAlert(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	actor, ctx := front.Actor(c), c.UserContext()
	patient, err := h.store.PatientOfAlert(ctx, actor, id)
	if err != nil {
		return err
	}
	useful := string(c.Request().PostArgs().Peek("useful"))
	if useful != "yes" && useful != "no" {
		return h.showPatient(c, fiber.StatusUnprocessableEntity, patient, id)
	}
	batch, err := h.store.RateAlert(ctx, actor, id, useful == "yes")
	if err != nil {
		return err
	}
	h.committed(batch)
	return c.Redirect(patientURL(base(c), patient)+"?taken="+id.String()+"#alert-"+id.String(), fiber.StatusSeeOther)
}
