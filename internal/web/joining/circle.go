package joining

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// circleView is a patient's own page with its words chosen.
type circleView struct {
	front.Reader
	page         ui.Page
	base         string
	organisation string
	viewer       string
	said         string // what was just done
	places       []placeView
	full         bool
	invite       inviteView
	rhythm       rhythmView
	goals, over  []goalView
}

// goalView is what the patient wants to reach, in their own words, to read.
type goalView struct {
	words string
	lines []string
}

// goalsOf says how each goal stands. What staff said of it is not for this page.
func goalsOf(r front.Reader, goals []carenet.Goal) (standing, over []goalView) {
	today := carenet.LocalDay(r.Now, r.Zone)
	for _, g := range goals {
		switch since := (text.Data{"When": r.On(g.Since)}); {
		case g.State == carenet.GoalReached:
			over = append(over, goalView{g.Words, []string{r.Say(text.RecordOwnReached, since)}})
		case g.Over():
			over = append(over, goalView{g.Words, []string{r.Say(text.RecordOwnDropped, since)}})
		default:
			look := r.Say(text.RecordOwnNext, text.Data{"When": r.Day(g.Review, today)})
			if g.Due(today) {
				look = r.Say(text.RecordOwnDue)
			}
			standing = append(standing, goalView{g.Words, []string{r.Say(text.RecordOwnAgreed, text.Data{"Name": g.By, "When": r.On(g.At)}), look}})
		}
	}
	return standing, over
}

type placeView struct {
	id, name, example, waiting string
	parts                      []partView
}

type partView struct {
	value, label string
	chosen       bool
}

// inviteView is an invitation on its way: what was typed, and what is wrong with it.
type inviteView struct {
	in                   carenet.Invite
	parts                []partView
	faultName, faultTel  string
	looks                bool // they look at what it means, before they say yes
	name, example, scope string
}

var partKeys = []struct {
	part carenet.Part
	word text.Key
}{
	{carenet.PartAnswered, text.JoinPartAnswered},
	{carenet.PartScore, text.JoinPartScore},
	{carenet.PartWords, text.JoinPartWords},
	{carenet.PartTrend, text.JoinPartTrend},
	{carenet.PartAlerts, text.JoinPartAlerts},
}

func partsOf(t *text.Texts, s carenet.Scope) (all []partView) {
	for _, k := range partKeys {
		all = append(all, partView{string(k.part), t.Say(k.word), s.Has(k.part)})
	}
	return all
}

func (h *Handler) circle(c *fiber.Ctx) error {
	return h.showCircle(c, fiber.StatusOK, inviteView{in: carenet.Invite{Scope: carenet.Scope{carenet.PartScore}}})
}

func (h *Handler) showCircle(c *fiber.Ctx, status int, in inviteView) error {
	p, err := h.store.OwnCircle(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	r := front.Reader{Texts: text.For(p.Language), Now: h.site.Now(), Zone: p.Zone}
	door := front.DoorOf(c)
	v := circleView{Reader: r, base: door.Base, organisation: p.Organisation, viewer: p.Name, full: p.Open >= carenet.MaxInvitations, invite: in}
	v.goals, v.over = goalsOf(r, p.Goals)
	v.invite.parts = partsOf(r.Texts, in.in.Scope)
	if in.looks {
		v.invite.name = carenet.FirstName(in.in.Name)
		v.invite.example = example(r.Texts, p.Organisation, p.Name, in.in.Scope)
		v.invite.scope = strings.Join(in.in.Scope.Strings(), ",")
	}
	for _, f := range p.Places {
		name := carenet.FirstName(f.Name)
		out := placeView{id: f.Follower.String(), name: name, example: example(r.Texts, p.Organisation, p.Name, f.Scope), parts: partsOf(r.Texts, f.Scope)}
		switch {
		case f.Active:
		case f.Asked:
			out.waiting = r.Say(text.JoinWaiting, text.Data{"Name": name, "When": r.On(f.AskedAt)})
		default:
			out.waiting = r.Say(text.JoinNotSent, text.Data{"Name": name})
		}
		v.places = append(v.places, out)
		if c.Query("changed") == out.id {
			v.said = r.Say(text.JoinSaidChanged, text.Data{"Name": name})
		}
		if c.Query("invited") == "1" && f.Asked {
			v.said = r.Say(text.JoinSaidInvited, text.Data{"Name": name})
		}
	}
	v.rhythm = newRhythmView(r.Texts, p.Rhythm)
	if c.Query("rhythm") == "1" && p.Rhythm.PerWeek > 0 {
		v.said = r.Say(text.JoinRhythmSaid, text.Data{"Often": r.Often(p.Rhythm.PerWeek)})
	}
	v.page = front.Frame{
		Title: r.Say(text.JoinCircleTitle), Organisation: p.Organisation, Emergency: p.EmergencyNumber, Home: door.Base + "/me", Audience: ui.ForPatient,
	}.Page(r.Texts)
	return front.Render(c, status, circlePage(v))
}

// invite shows first what somebody would get; only a second press asks them.
func (h *Handler) invite(c *fiber.Ctx) error {
	form := c.Request().PostArgs()
	in := carenet.Invite{Name: clean(string(form.Peek("name"))), Number: clean(string(form.Peek("phone")))}
	for _, v := range form.PeekMulti("part") {
		in.Scope = append(in.Scope, carenet.Part(v))
	}
	if s := string(form.Peek("scope")); s != "" {
		scope, err := carenet.ParseScope(s)
		if err != nil {
			return err
		}
		in.Scope = scope
	}
	if in.Scope = in.Scope.Normal(); len(in.Scope) == 0 {
		in.Scope = carenet.Scope{carenet.PartAnswered}
	}
	v := inviteView{in: in}
	t := front.Texts(c)
	if in.Name == "" {
		v.faultName = t.Say(text.JoinErrorName)
	}
	if in.Number == "" {
		v.faultTel = t.Say(text.JoinErrorPhone)
	}
	if v.faultName != "" || v.faultTel != "" {
		return h.showCircle(c, fiber.StatusUnprocessableEntity, v)
	}
	if string(form.Peek("sure")) != "yes" {
		v.looks = true
		return h.showCircle(c, fiber.StatusOK, v)
	}
	batch, err := h.store.InviteFromPage(c.UserContext(), front.Actor(c), in)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(front.DoorOf(c).Base+"/me?invited=1", fiber.StatusSeeOther)
	case carenet.Invalid:
		v.faultTel = t.Say(text.JoinErrorPhone)
	case carenet.Forbidden:
		v.faultTel = t.Say(text.JoinErrorCountry)
	case carenet.Conflict:
		v.faultTel = t.Say(text.JoinErrorAlready)
	case carenet.Busy:
		v.faultTel = t.Say(text.JoinInviteFull)
	default:
		return err
	}
	return h.showCircle(c, fiber.StatusUnprocessableEntity, v)
}

func clean(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
}

func (h *Handler) change(c *fiber.Ctx) error {
	id, err := followerID(c)
	if err != nil {
		return err
	}
	var scope carenet.Scope
	for _, v := range c.Request().PostArgs().PeekMulti("part") {
		scope = append(scope, carenet.Part(v))
	}
	if scope = scope.Normal(); len(scope) == 0 {
		scope = carenet.Scope{carenet.PartAnswered}
	}
	batch, err := h.store.ShowFollower(c.UserContext(), front.Actor(c), id, scope)
	if err != nil {
		return err
	}
	h.committed(batch)
	return c.Redirect(front.DoorOf(c).Base+"/me?changed="+id.String(), fiber.StatusSeeOther)
}

func (h *Handler) drop(c *fiber.Ctx) error {
	id, err := followerID(c)
	if err != nil {
		return err
	}
	batch, err := h.store.DropFollower(c.UserContext(), front.Actor(c), id)
	if err != nil {
		return err
	}
	h.committed(batch)
	return c.Redirect(front.DoorOf(c).Base+"/me", fiber.StatusSeeOther)
}

func followerID(c *fiber.Ctx) (carenet.ID, error) {
	id, err := carenet.ParseID(c.Params("id"))
	if err != nil {
		return id, carenet.Errorf(carenet.NotFound, "read address", "there is no such page")
	}
	return id, nil
}
