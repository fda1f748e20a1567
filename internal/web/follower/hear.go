package follower

import (
	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// The ways of hearing, as the form says them.
const (
	byText  = "sms"
	byEmail = "email"
)

// hearView is the page of choices.
type hearView struct {
	front.Reader
	page  ui.Page
	saved bool
	forms []hearForm
}

// hearForm is the choice for one patient.
type hearForm struct {
	id, name, action string
	paces, ways      []option
	nightsHeld       bool
}

type option struct {
	value, label string
	chosen       bool
}

var paceKeys = map[carenet.Pace]text.Key{
	carenet.AtOnce:     text.HearAtOnce,
	carenet.Daily:      text.HearDaily,
	carenet.Weekly:     text.HearWeekly,
	carenet.BelowUsual: text.HearBelowUsual,
}

func (h *Handler) hear(c *fiber.Ctx) error {
	feed, err := h.store.Feed(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	door := front.DoorOf(c)
	r := front.Reader{Texts: text.For(feed.Language), Now: h.site.Now(), Zone: feed.Zone}
	v := hearView{Reader: r, saved: c.Query("saved") == "1"}
	v.page = front.Frame{
		Title: r.Say(text.HearTitle), Organisation: feed.Organisation, Emergency: feed.EmergencyNumber, Home: door.Home(),
		Audience: ui.ForFollower,
	}.Page(r.Texts)
	for _, p := range feed.Patients {
		f := hearForm{id: p.Patient.String(), name: carenet.FirstName(p.Name), action: door.Base + "/circle/hear/" + p.Patient.String(), nightsHeld: p.Hearing.NightsHeld}
		for _, pace := range carenet.Paces {
			f.paces = append(f.paces, option{string(pace), r.Say(paceKeys[pace]), pace == p.Hearing.Pace})
		}
		if p.Hearing.HasPhone {
			f.ways = append(f.ways, option{byText, r.Say(text.HearByText), !p.Hearing.ByEmail})
		}
		if p.Hearing.HasEmail {
			f.ways = append(f.ways, option{byEmail, r.Say(text.HearByEmail), p.Hearing.ByEmail})
		}
		v.forms = append(v.forms, f)
	}
	return front.Render(c, fiber.StatusOK, hearPage(v))
}

func (h *Handler) choose(c *fiber.Ctx) error {
	patient, err := carenet.ParseID(string([]byte(c.Params("patient"))))
	if err != nil {
		return carenet.Errorf(carenet.NotFound, "choose how to hear", "you do not follow this person")
	}
	form := c.Request().PostArgs()
	wish := carenet.Hearing{
		Pace: carenet.Pace(form.Peek("pace")), ByEmail: string(form.Peek("way")) == byEmail, NightsHeld: len(form.Peek("nights")) > 0,
	}
	if err := h.store.SetHearing(c.UserContext(), front.Actor(c), patient, wish); err != nil {
		return err
	}
	return c.Redirect(front.DoorOf(c).Base+"/circle/hear?saved=1", fiber.StatusSeeOther)
}

// mayStop shows what the link in an email does. It changes nothing: mail scanners
// open every link.
func (h *Handler) mayStop(c *fiber.Ctx, door front.Door) error {
	token := string([]byte(c.Params("token")))
	link, err := h.store.ShowUnsubscribe(c.UserContext(), token)
	if err != nil {
		return h.noStop(c, err)
	}
	t := text.For(link.Language)
	page := front.Frame{Title: t.Say(text.StopTitle), Organisation: link.Organisation, Audience: ui.ForFollower}.Page(t)
	return front.Render(c, fiber.StatusOK, stopPage(t, page, t.Say(text.StopAbout, text.Data{"Org": link.Organisation}), door.Base+"/stop/"+token))
}

// stop ends the emails. A mail program sends this for its reader, from wherever it is
// (RFC 8058): the link is the authority, and no cookie of ours is looked at.
func (h *Handler) stop(c *fiber.Ctx) error {
	link, err := h.store.Unsubscribe(c.UserContext(), string([]byte(c.Params("token"))))
	if err != nil {
		return h.noStop(c, err)
	}
	t := text.For(link.Language)
	page := front.Frame{Title: t.Say(text.StopDoneTitle), Organisation: link.Organisation, Audience: ui.ForFollower}.Page(t)
	return front.Render(c, fiber.StatusOK, front.Plain(page, t.Say(text.StopDone)))
}

func (h *Handler) noStop(c *fiber.Ctx, err error) error {
	switch carenet.CodeOf(err) {
	case carenet.Expired, carenet.NotFound:
	default:
		return err
	}
	t := front.Texts(c)
	page := front.Frame{Title: t.Say(text.StopGone), Audience: ui.ForFollower}.Page(t)
	return front.Render(c, front.Status(err), front.Plain(page))
}
