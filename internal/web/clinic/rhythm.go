package clinic

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// easedForDays is how long the board says that somebody has agreed to be asked less often.
const easedForDays = 14

// rhythmView is how often a patient is asked, and what staff may do about it.
type rhythmView struct {
	title, now, action string
	offer, about, rare string
	instead            string // why nothing is offered
	back               string
}

var easeNotWords = map[carenet.EaseAnswer]text.Key{
	carenet.EaseAlert: text.CareRhythmNotAlert, carenet.EaseBusy: text.CareRhythmNotBusy, carenet.EaseNotHere: text.CareRhythmNotNow,
	carenet.EaseAway: text.CareRhythmNotNow, carenet.EaseUnheard: text.CareRhythmNotNow, carenet.EaseSilent: text.CareRhythmNotNow,
}

func newRhythmView(r front.Reader, base string, p carenet.PatientPage) rhythmView {
	name, x := carenet.FirstName(p.Name), p.Rhythm
	v := rhythmView{title: r.Say(text.CareRhythmTitle, text.Data{"Name": name}), action: patientURL(base, p.Patient) + "/rhythm"}
	if x.PerWeek == 0 {
		return rhythmView{} // nobody asks them, or by a plan of its own
	}
	v.now = r.Say(text.CareRhythmNow, text.Data{"Name": name, "Often": r.Often(x.PerWeek)})
	if x.Eased {
		v.now = r.Say(text.CareRhythmEased, text.Data{"Name": name, "Often": r.Often(x.PerWeek), "When": r.On(x.Since), "Before": r.Often(x.Before)})
		v.back = r.Say(text.CareRhythmBack, text.Data{"Name": name})
	}
	if x.Less == 0 {
		return v
	}
	less := text.Data{"Name": name, "Often": r.Often(x.Less)}
	key, not := easeNotWords[x.Why]
	switch {
	case x.Offered:
		v.instead = r.Say(text.CareRhythmOffered, less)
	case not:
		v.instead = r.Say(key, text.Data{"Name": name})
	case x.Why == carenet.EaseYes:
		v.offer, v.about = r.Say(text.CareRhythmOffer, less), r.Say(text.CareRhythmAbout, text.Data{"Name": name})
		if ask.MissesDrops(x.Less) {
			v.rare = r.Say(text.CareRhythmRare)
		}
	}
	return v
}

// said is what was just done about it.
func (v rhythmView) said(r front.Reader, done string, p carenet.PatientPage) string {
	name := carenet.FirstName(p.Name)
	switch {
	case done == "less" && p.Rhythm.Offered:
		return r.Say(text.CareRhythmAsking, text.Data{"Name": name, "Often": r.Often(p.Rhythm.Less)})
	case done == "back" && !p.Rhythm.Eased:
		return r.Say(text.CareRhythmWasBack, text.Data{"Name": name})
	}
	return ""
}

// rhythm offers a patient to be asked less often, or has them asked as before. What may
// not be done now is not done, and the page says why.
func (h *Handler) rhythm(c *fiber.Ctx) error {
	patient, err := pathID(c)
	if err != nil {
		return err
	}
	what := string(c.Request().PostArgs().Peek("what"))
	do := map[string]func(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error){"less": h.store.OfferEase, "back": h.store.EndEase}[what]
	if do == nil {
		return carenet.Errorf(carenet.Invalid, "change how often they are asked", "say less or back")
	}
	batch, err := do(c.UserContext(), front.Actor(c), patient)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(patientURL(base(c), patient)+"?rhythm="+what+"#rhythm", fiber.StatusSeeOther)
	case carenet.Conflict:
		return h.showPatient(c, fiber.StatusConflict, patient, carenet.NilID)
	}
	return err
}
