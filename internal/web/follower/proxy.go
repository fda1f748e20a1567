package follower

import (
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// proxyView is the page on which a follower answers for a patient.
type proxyView struct {
	front.Reader
	page      ui.Page
	name      string
	action    string
	fault     string
	done      bool
	help      string // what to do in danger; "" when nothing calls for it
	emergency string // the number to tap
	chosen    int
	words     string
	key       string
	back      string
}

// proxy asks how the patient is; once answered it says so.
func (h *Handler) proxy(c *fiber.Ctx) error {
	patient, err := patientID(c)
	if err != nil {
		return err
	}
	return h.showProxy(c, fiber.StatusOK, patient, proxyView{done: c.Query("done") == "1", help: c.Query("help")})
}

func (h *Handler) showProxy(c *fiber.Ctx, status int, patient carenet.ID, v proxyView) error {
	form, err := h.store.ProxyForm(c.UserContext(), front.Actor(c), patient)
	if carenet.CodeOf(err) == carenet.Forbidden {
		return h.mayNotAnswer(c)
	}
	if err != nil {
		return err
	}
	door := front.DoorOf(c)
	v.Reader = front.Reader{Texts: text.For(form.Language), Now: h.site.Now(), Zone: form.Zone}
	v.name, v.action, v.back = carenet.FirstName(form.Name), proxyURL(door, patient), door.Home()
	v.emergency = form.EmergencyNumber
	if v.help != "" {
		number := v.Say(text.EmergencyServices)
		if form.EmergencyNumber != "" {
			number = front.Number(form.EmergencyNumber)
		}
		v.help = v.Say(text.PageDoneCrisis, text.Data{"Emergency": number})
	}
	if form.Last != nil && v.fault == "" && !v.done {
		v.chosen, v.words = front.FaceOf(form.Last.Score), form.Last.Words
	}
	if v.key == "" {
		v.key = rand.Text()
	}
	v.page = front.Frame{
		Title: v.Say(text.ProxyTitle, text.Data{"Name": v.name}), Organisation: form.Organisation, Emergency: form.EmergencyNumber, Home: door.Home(), Audience: ui.ForFollower,
	}.Page(v.Texts)
	if v.fault != "" {
		v.fault = v.Say(text.ProxyChoose, text.Data{"Name": v.name})
	}
	return front.Render(c, status, proxyPage(v))
}

// mayNotAnswer: the patient, or staff, have thought otherwise since the page was opened.
func (h *Handler) mayNotAnswer(c *fiber.Ctx) error {
	t := front.Texts(c)
	page := front.Frame{Title: t.Say(text.ProxyNoAnswerTitle), Home: front.DoorOf(c).Home(), Audience: ui.ForFollower}.Page(t)
	return front.Render(c, fiber.StatusForbidden, front.Plain(page, t.Say(text.ProxyNotAnyMore)))
}

// submitProxy keeps the answer. A score that is none of the five is never taken for one.
func (h *Handler) submitProxy(c *fiber.Ctx) error {
	patient, err := patientID(c)
	if err != nil {
		return err
	}
	form := c.Request().PostArgs()
	in := carenet.PageAnswer{Words: cleanWords(string(form.Peek("words"))), Key: formKey(string(form.Peek("key")))}
	v := proxyView{words: in.Words, key: in.Key}
	if s := string(form.Peek("score")); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < carenet.WellbeingScale.Min || n > carenet.WellbeingScale.Max {
			v.fault = "score"
			return h.showProxy(c, fiber.StatusUnprocessableEntity, patient, v)
		}
		in.Score, v.chosen = &n, n
	}
	batch, err := h.store.SubmitProxy(c.UserContext(), front.Actor(c), patient, in)
	switch carenet.CodeOf(err) {
	case "":
	case carenet.Invalid:
		v.fault = "nothing"
		return h.showProxy(c, fiber.StatusUnprocessableEntity, patient, v)
	case carenet.Forbidden:
		return h.mayNotAnswer(c)
	default:
		return err
	}
	h.committed(batch)
	to := proxyURL(front.DoorOf(c), patient) + "?done=1"
	if slices.ContainsFunc(batch.Events, func(e carenet.Event) bool { return e.Kind == carenet.EventSafety }) {
		to += "&help=1"
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

func proxyURL(door front.Door, patient carenet.ID) string {
	return door.Base + "/circle/answer/" + patient.String()
}

func patientID(c *fiber.Ctx) (carenet.ID, error) {
	id, err := carenet.ParseID(string([]byte(c.Params("patient"))))
	if err != nil {
		return id, carenet.Errorf(carenet.NotFound, "read address", "you do not follow this person")
	}
	return id, nil
}

// cleanWords keeps what can be read.
func cleanWords(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, s))
}

// formKey makes sending a form twice one answer.
func formKey(sent string) string {
	if len(sent) < 16 || len(sent) > 64 || strings.ContainsFunc(sent, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return rand.Text()
	}
	return sent
}
