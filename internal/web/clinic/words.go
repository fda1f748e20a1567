package clinic

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// Words is what patients said in words, for staff to read.
type Words interface {
	Words(ctx context.Context, actor carenet.Actor) (carenet.WordsPage, error)
	MarkWords(ctx context.Context, actor carenet.Actor, ids []carenet.ID) (int, error)
}

// mountWords adds the page of what patients said in words.
func (h *Handler) mountWords(r fiber.Router, enter fiber.Handler) {
	r.Get("/clinic/words", enter, h.words)
	r.Post("/clinic/words", h.site.Guard, enter, h.markWords)
}

// wordsView is what waits to be read, with its words chosen.
type wordsView struct {
	front.Reader
	page          ui.Page
	action        string
	notice        notice
	count, shown  string
	markAll, none string
	list          []wordsRow
}

type wordsRow struct {
	id, name, url string
	by, asked     string
	flags         []string
	unscreened    bool
	score         *float64
	words         string
	private       bool
	at            time.Time
	when          string
}

func (h *Handler) words(c *fiber.Ctx) error {
	p, err := h.store.Words(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	r := h.reader(c, p.Zone)
	v := wordsView{Reader: r, action: base(c) + "/clinic/words"}
	if n, err := strconv.Atoi(c.Query("marked")); err == nil && n > 0 {
		v.notice = notice{ui.ToneLeaf, r.Say(text.SaidMarked, text.Data{"Count": n})}
	} else if err == nil && n == 0 {
		v.notice = notice{ui.ToneNeutral, r.Say(text.SaidMarkedBefore)}
	}
	for _, w := range p.List {
		v.list = append(v.list, newWordsRow(r, base(c), w))
	}
	v.none = r.Say(text.SaidNone)
	if p.Waiting > 0 {
		v.none, v.count = "", r.Say(text.SaidWaiting, text.Data{"Count": p.Waiting})
		v.markAll = r.Say(text.SaidMarkAll, text.Data{"Count": len(p.List)})
	}
	if p.Waiting > len(p.List) {
		v.shown = r.Say(text.SaidShown, text.Data{"Shown": len(p.List)})
	}
	v.page = front.Frame{
		Title: r.Say(text.SaidTitle), Organisation: p.Organisation, Home: base(c) + "/clinic", Audience: ui.ForClinic,
		Nav: r.ClinicNav(base(c), "/clinic/words"),
	}.Page(r.Texts)
	return front.Render(c, fiber.StatusOK, wordsPage(v))
}

func newWordsRow(r front.Reader, base string, w carenet.SaidWords) wordsRow {
	row := wordsRow{
		id: w.ID.String(), name: w.Name, url: patientURL(base, w.Patient), flags: flagsSaid(r, w.Flags), unscreened: !w.Screened,
		score: w.Score, words: w.Words, private: w.Private, at: w.At, when: r.On(w.At),
	}
	if w.By != "" {
		row.by = r.Say(text.ProxyAnswered, text.Data{"By": w.By, "Name": carenet.FirstName(w.Name)})
	}
	if q := w.Question[r.Lang()]; q != "" {
		row.asked = r.Say(text.SaidAsked, text.Data{"Question": q})
	}
	return row
}

// markWords marks the one whose button was pressed, or all that the page listed: what
// came meanwhile stays unread.
func (h *Handler) markWords(c *fiber.Ctx) error {
	form := c.Request().PostArgs()
	field := "shown"
	if form.Has("one") {
		field = "one"
	}
	var ids []carenet.ID
	for _, v := range form.PeekMulti(field) {
		id, err := carenet.ParseID(string(v))
		if err != nil {
			return carenet.Errorf(carenet.Invalid, "mark words", "this form names something else than an answer")
		}
		ids = append(ids, id)
	}
	n, err := h.store.MarkWords(c.UserContext(), front.Actor(c), ids)
	if err != nil {
		return err
	}
	return c.Redirect(base(c)+"/clinic/words?marked="+strconv.Itoa(n), fiber.StatusSeeOther)
}
