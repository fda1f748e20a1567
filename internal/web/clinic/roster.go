package clinic

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/carenet/roster"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// Importing is what administrators do with a list of patients: see what would happen,
// then have those enrolled whom they saw. PreviewImport fails with a *roster.Fault when
// the file cannot be read, ConfirmImport is of code Conflict for a list that is forgotten.
type Importing interface {
	ImportStart(ctx context.Context, actor carenet.Actor) (roster.Page, error)
	PreviewImport(ctx context.Context, actor carenet.Actor, file []byte) (carenet.ID, error)
	ImportPage(ctx context.Context, actor carenet.Actor, id carenet.ID) (roster.Page, error)
	ConfirmImport(ctx context.Context, actor carenet.Actor, id carenet.ID) error
	ForgetImport(ctx context.Context, actor carenet.Actor, id carenet.ID) error
}

func (h *Handler) mountRoster(r fiber.Router, enter fiber.Handler) {
	r.Get("/clinic/joining/import", enter, func(c *fiber.Ctx) error { return h.showUpload(c, fiber.StatusOK, "") })
	r.Post("/clinic/joining/import", h.site.Guard, enter, h.upload)
	r.Get("/clinic/joining/import/:id", enter, h.importing)
	r.Post("/clinic/joining/import/:id/confirm", h.site.Guard, enter, h.confirmImport)
	r.Post("/clinic/joining/import/:id/forget", h.site.Guard, enter, h.forgetImport)
}

// rosterView is the upload, or where an import stands.
type rosterView struct {
	front.Reader
	page    ui.Page
	base    string
	columns string
	limits  string
	fault   string

	id       string
	state    roster.State
	good     string
	bad      string
	unread   string
	text     string
	badRows  []rosterRow
	moreBad  string
	goodRows []rosterRow
	moreGood string
	confirm  string // the button; "" when nobody would be asked
	said     string // what became of it
	leftOut  string
}

type rosterRow struct {
	line, name, phone, how string
	notes                  []string
}

// How many rows a page shows.
const (
	mostBad  = 200
	mostGood = 50
)

var faultWords = map[string]text.Key{
	roster.FaultEncoding: text.ImportFaultEncoding, roster.FaultEmpty: text.ImportFaultEmpty, roster.FaultColumns: text.ImportFaultColumns,
	roster.FaultQuotes: text.ImportFaultQuotes, roster.FaultMany: text.ImportFaultMany, roster.FaultBig: text.ImportFaultBig,
}

var problemWords = map[roster.Problem]text.Key{
	roster.NoName: text.ImportProblemNoName, roster.LongName: text.ImportProblemLongName, roster.NoPhone: text.ImportProblemNoPhone,
	roster.BadPhone: text.ImportProblemBadPhone, roster.BadLanguage: text.ImportProblemBadLanguage, roster.BadTime: text.ImportProblemBadTime,
	roster.BadDays: text.ImportProblemBadDays, roster.Twice: text.ImportProblemTwice, roster.Known: text.ImportProblemKnown, roster.Stopped: text.ImportProblemStopped,
}

func (h *Handler) showUpload(c *fiber.Ctx, status int, fault string) error {
	p, err := h.store.ImportStart(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	r := h.reader(c, p.Zone)
	v := rosterView{
		Reader: r, base: base(c), fault: fault,
		columns: r.Say(text.ImportColumns, text.Data{"Language": ownNames[p.Language]}),
		limits:  r.Say(text.ImportLimits, text.Data{"Rows": strconv.Itoa(roster.MaxRows)}),
	}
	v.page = h.joiningFrame(r, v.base, p.Organisation, r.Say(text.ImportTitle))
	return front.Render(c, status, uploadPage(v))
}

func (h *Handler) upload(c *fiber.Ctx) error {
	t := front.Texts(c)
	file, err := uploaded(c)
	if err != nil || len(file) == 0 {
		return h.showUpload(c, fiber.StatusUnprocessableEntity, t.Say(text.ImportFaultNone))
	}
	id, err := h.store.PreviewImport(c.UserContext(), front.Actor(c), file)
	var f *roster.Fault
	if errors.As(err, &f) {
		return h.showUpload(c, fiber.StatusUnprocessableEntity, t.Say(faultWords[f.What], text.Data{"Line": f.Line}))
	}
	if err != nil {
		return err
	}
	return c.Redirect(importURL(c, id), fiber.StatusSeeOther)
}

func importURL(c *fiber.Ctx, id carenet.ID) string {
	return base(c) + "/clinic/joining/import/" + id.String()
}

// uploaded is the file of the form, in memory alone.
func uploaded(c *fiber.Ctx) ([]byte, error) {
	head, err := c.FormFile("file")
	if err != nil {
		return nil, err
	}
	f, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, roster.MaxBytes+1))
}

func (h *Handler) importing(c *fiber.Ctx) error { return h.showImport(c, fiber.StatusOK) }

func (h *Handler) showImport(c *fiber.Ctx, status int) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	p, err := h.store.ImportPage(c.UserContext(), front.Actor(c), id)
	if err != nil {
		return err
	}
	r := h.reader(c, p.Zone)
	v := rosterView{Reader: r, base: base(c), id: id.String(), state: p.State}
	switch p.State {
	case roster.Previewed:
		v.preview(p)
	case roster.Running:
		v.said = r.Say(text.ImportRunning, text.Data{"Done": p.Imported, "Of": p.Good})
	case roster.Done:
		v.said = r.Say(text.ImportDone, text.Data{"Count": p.Imported})
		if len(p.LeftOut) > 0 {
			v.leftOut = r.Say(text.ImportLeftOut, text.Data{"Lines": lines(p.LeftOut)})
		}
	default:
		v.said = r.Say(text.ImportForgotten)
	}
	v.page = h.joiningFrame(r, v.base, p.Organisation, r.Say(text.ImportTitle))
	return front.Render(c, status, importPage(v))
}

func lines(of []int) string {
	said := make([]string, 0, len(of))
	for _, n := range of[:min(len(of), mostBad)] {
		said = append(said, strconv.Itoa(n))
	}
	if len(of) > mostBad {
		said = append(said, "...")
	}
	return strings.Join(said, ", ")
}

// preview is what would happen, row by row.
func (v *rosterView) preview(p roster.Page) {
	bad := 0
	for _, row := range p.List.Rows {
		if row.Good() {
			if len(v.goodRows) < mostGood {
				v.goodRows = append(v.goodRows, v.row(row))
			}
			continue
		}
		if bad++; bad <= mostBad {
			v.badRows = append(v.badRows, v.row(row))
		}
	}
	v.good = v.Say(text.ImportGood, text.Data{"Count": p.Good})
	if bad > 0 {
		v.bad = v.Say(text.ImportBad, text.Data{"Count": bad})
	}
	if n := bad - len(v.badRows); n > 0 {
		v.moreBad = v.Say(text.ImportMore, text.Data{"Count": n})
	}
	if n := p.Good - len(v.goodRows); n > 0 {
		v.moreGood = v.Say(text.ImportMore, text.Data{"Count": n})
	}
	if len(p.List.Unread) > 0 {
		v.unread = v.Say(text.ImportUnread, text.Data{"Columns": strings.Join(p.List.Unread, ", ")})
	}
	if p.Good > 0 {
		v.confirm = v.Say(text.ImportConfirm, text.Data{"Count": p.Good})
		for _, row := range p.List.Rows {
			if row.Good() {
				v.text = enrolPreview(carenet.JoiningPage{Organisation: p.Organisation, EmergencyNumber: p.Emergency, Viewer: p.Viewer},
					carenet.Enrolment{Name: row.Name, Language: row.Language}, daysOf(row.RRule).week)
				break
			}
		}
	}
}

type enrolDay struct {
	rule string
	word text.Key
	week int
}

func daysOf(rule string) enrolDay {
	for _, d := range enrolDays {
		if d.rule == rule {
			return d
		}
	}
	return enrolDays[0]
}

func (v *rosterView) row(r roster.Row) rosterRow {
	out := rosterRow{line: strconv.Itoa(r.Line), name: r.Name, phone: front.Number(r.Phone)}
	out.how = strings.Join([]string{ownNames[r.Language], v.Say(daysOf(r.RRule).word), r.LocalTime}, " · ")
	for _, p := range r.Problems {
		out.notes = append(out.notes, v.Say(problemWords[p], text.Data{"Line": r.SameAs}))
	}
	if !r.Good() {
		return out
	}
	if r.Shares > 0 {
		out.notes = append(out.notes, v.Say(text.ImportShares, text.Data{"Line": r.Shares}))
	}
	if r.SharesOur {
		out.notes = append(out.notes, v.Say(text.ImportSharesOurs))
	}
	return out
}

func (h *Handler) confirmImport(c *fiber.Ctx) error {
	return h.endPreview(c, h.store.ConfirmImport)
}

func (h *Handler) forgetImport(c *fiber.Ctx) error {
	return h.endPreview(c, h.store.ForgetImport)
}

func (h *Handler) endPreview(c *fiber.Ctx, do func(context.Context, carenet.Actor, carenet.ID) error) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	err = do(c.UserContext(), front.Actor(c), id)
	if carenet.CodeOf(err) == carenet.Conflict {
		return h.showImport(c, fiber.StatusConflict)
	}
	if err != nil {
		return err
	}
	return c.Redirect(importURL(c, id), fiber.StatusSeeOther)
}
