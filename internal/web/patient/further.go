package patient

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// further is the page of one more question.
type further struct {
	front.Reader
	page    ui.Page
	asks    carenet.FurtherQuestion
	action  string
	later   string // the address for whoever stops here
	fault   string
	options []furtherOption
}

type furtherOption struct{ value, words string }

func (h *Handler) further(f carenet.CheckInForm, action, fault string) further {
	r := h.reader(f)
	v := further{Reader: r, page: frame(r, f), asks: *f.Further, action: action, later: action + "?done=1", fault: fault}
	switch f.Further.Kind {
	case "choice":
		for _, o := range f.Further.Options {
			v.options = append(v.options, furtherOption{strconv.Itoa(o.Value), o.Words})
		}
	case "yesno":
		v.options = []furtherOption{{"1", r.Say(text.PageFurtherSayYes)}, {"0", r.Say(text.PageFurtherSayNo)}}
	case "scale":
		for n := f.Further.Min; n <= f.Further.Max; n++ {
			v.options = append(v.options, furtherOption{value: strconv.Itoa(n), words: r.Number(float64(n))})
		}
	}
	return v
}

// submitFurther keeps the answer to one further question and shows the next.
func (h *Handler) submitFurther(c *fiber.Ctx, door front.Door, token, item string) error {
	answer := cleanWords(string(c.Request().PostArgs().Peek("answer")))
	if c.Request().PostArgs().Has("nothing") {
		answer = ""
	}
	batch, err := h.store.SubmitFurther(c.UserContext(), token, item, answer)
	switch carenet.CodeOf(err) {
	case "":
	case carenet.Expired, carenet.NotFound, carenet.Forbidden:
		return h.leadsNowhere(c, err)
	case carenet.Invalid:
		form, err := h.store.CheckInForm(c.UserContext(), token)
		if err != nil {
			return h.leadsNowhere(c, err)
		}
		if form.Further == nil {
			return c.Redirect(address(door, token), fiber.StatusSeeOther)
		}
		v := h.further(form, address(door, token), "")
		v.fault = v.Say(text.PageFurtherChoose)
		return front.Render(c, fiber.StatusUnprocessableEntity, furtherPage(v))
	default:
		return err
	}
	if len(batch.Events) > 0 {
		h.committed(batch)
	}
	return c.Redirect(address(door, token), fiber.StatusSeeOther)
}
