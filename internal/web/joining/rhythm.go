package joining

import (
	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// rhythmView is how often a patient is asked, in their words.
type rhythmView struct {
	now                     string
	offer, rare, less, keep string
	back                    string
}

func newRhythmView(t *text.Texts, x carenet.Rhythm) rhythmView {
	if x.PerWeek == 0 {
		return rhythmView{}
	}
	v := rhythmView{now: t.Say(text.JoinRhythmNow, text.Data{"Often": t.Often(x.PerWeek)})}
	if x.Eased {
		before := text.Data{"Before": t.Often(x.Before)}
		v.now = t.Say(text.JoinRhythmEased, text.Data{"Often": t.Often(x.PerWeek), "Before": t.Often(x.Before)})
		v.back = t.Say(text.JoinRhythmBack, before)
	}
	if x.Offered && x.Less > 0 {
		less := text.Data{"Often": t.Often(x.Less)}
		v.offer, v.less, v.keep = t.Say(text.JoinRhythmOffer, less), t.Say(text.JoinRhythmLess, less), t.Say(text.JoinRhythmKeep)
		if ask.MissesDrops(x.Less) {
			v.rare = t.Say(text.JoinRhythmRare)
		}
	}
	return v
}

// rhythm is what a patient says of it. What is no longer asked changes nothing: the page
// says how it is now.
func (h *Handler) rhythm(c *fiber.Ctx) error {
	actor := front.Actor(c)
	var batch carenet.Batch
	var err error
	switch say := string(c.Request().PostArgs().Peek("say")); say {
	case "less", "keep":
		batch, err = h.store.AnswerEase(c.UserContext(), actor, say == "less")
	case "back":
		batch, err = h.store.EndEase(c.UserContext(), actor, actor.Person)
	default:
		return carenet.Errorf(carenet.Invalid, "change how often you are asked", "say less, keep or back")
	}
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
	case carenet.Conflict:
	default:
		return err
	}
	return c.Redirect(front.DoorOf(c).Base+"/me?rhythm=1", fiber.StatusSeeOther)
}
