package joining

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// mayAnswerView asks a patient once more, before somebody may answer for them.
type mayAnswerView struct {
	front.Reader
	page         ui.Page
	name         string
	action, back string
	relations    []partView
}

// mayAnswer says what it means that somebody may answer. Only its button does it.
func (h *Handler) mayAnswer(c *fiber.Ctx) error {
	id, err := followerID(c)
	if err != nil {
		return err
	}
	p, err := h.store.OwnCircle(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Places, func(x carenet.OwnPlace) bool { return x.Follower == id && x.Active })
	if i < 0 {
		return carenet.Errorf(carenet.NotFound, "find follower", "there is nobody like that in your circle")
	}
	r := front.Reader{Texts: text.For(p.Language), Now: h.site.Now(), Zone: p.Zone}
	door := front.DoorOf(c)
	v := mayAnswerView{Reader: r, name: carenet.FirstName(p.Places[i].Name), action: door.Base + "/me/circle/" + id.String() + "/answers", back: door.Base + "/me"}
	for _, x := range carenet.Relations {
		v.relations = append(v.relations, partView{value: string(x), label: r.Say(front.RelationWords[x]), chosen: x == p.Places[i].Proxy.Relation})
	}
	v.page = front.Frame{
		Title: r.Say(text.ProxyMeTitle, text.Data{"Name": v.name}), Organisation: p.Organisation, Emergency: p.EmergencyNumber, Home: v.back, Audience: ui.ForPatient,
	}.Page(r.Texts)
	return front.Render(c, fiber.StatusOK, mayAnswerPage(v))
}

func (h *Handler) letAnswer(c *fiber.Ctx) error {
	id, err := followerID(c)
	if err != nil {
		return err
	}
	a := carenet.Authority{Basis: carenet.BasisPatient, Relation: carenet.RelationOf(string(c.Request().PostArgs().Peek("relation")))}
	actor := front.Actor(c)
	batch, err := h.store.SetProxy(c.UserContext(), actor, actor.Person, id, a)
	if err != nil {
		return err
	}
	h.committed(batch)
	return c.Redirect(front.DoorOf(c).Base+"/me?answers="+id.String(), fiber.StatusSeeOther)
}

func (h *Handler) endAnswer(c *fiber.Ctx) error {
	id, err := followerID(c)
	if err != nil {
		return err
	}
	actor := front.Actor(c)
	batch, err := h.store.EndProxy(c.UserContext(), actor, actor.Person, id)
	if err != nil {
		return err
	}
	h.committed(batch)
	return c.Redirect(front.DoorOf(c).Base+"/me?ended="+id.String(), fiber.StatusSeeOther)
}
