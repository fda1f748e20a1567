package clinic

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// Record is what staff write down about a patient. What cannot be kept is of code
// Invalid; what somebody else changed meanwhile, Conflict.
type Record interface {
	WriteNote(ctx context.Context, actor carenet.Actor, patient carenet.ID, n carenet.NewNote) (carenet.Batch, error)
	KeepGoal(ctx context.Context, actor carenet.Actor, patient carenet.ID, n carenet.NewGoal) (carenet.Batch, error)
}

// shownNotes are those that stand open on the page; older ones are folded away.
const shownNotes = 5

// recording is a note or goal on its way: what was typed, and what is wrong with it.
type recording struct {
	form         string // which form, see noteForm and goalForm; "" none
	words, day   string
	key          string
	fault, dayIs string
}

// Which form of the page is meant.
func noteForm(kind carenet.NoteKind, about carenet.ID) string {
	return "note-" + string(kind) + "-" + about.String()
}

func goalForm(change bool, goal carenet.ID) string {
	if change {
		return "goal-change-" + goal.String()
	}
	return "goal-" + goal.String()
}

// recordBox is one form: where words are written down.
type recordBox struct {
	id, action, key string
	kind            string // of the entry; "" when the buttons say it
	about, after    string
	summary         string
	label, hint     string
	words, fault    string
	lines           int
	review          string // the day of a review; "" when none is asked for
	dayFault        string
	min, max        string
	save            string
	choices         []option
	open            bool
}

// typed puts back what was typed in this form.
func (b recordBox) typed(in *recording) recordBox {
	if in.form != b.id {
		return b
	}
	b.open, b.words, b.fault, b.dayFault, b.key = true, in.words, in.fault, in.dayIs, in.key
	if b.review != "" {
		b.review = in.day
	}
	in.form = "" // it has its place
	return b
}

// noteView is a note with its words chosen.
type noteView struct {
	id, by, words string
	withdrawn     bool
	earlier       []recordStep
	correct, take recordBox
}

// recordStep is an entry that something followed.
type recordStep struct{ by, words string }

// notesView is the section of the notes.
type notesView struct {
	about        string
	write        recordBox
	newest, rest []noteView
	more         bool
}

func newNotesView(r front.Reader, base string, p carenet.PatientPage, in *recording) notesView {
	name := text.Data{"Name": carenet.FirstName(p.Name)}
	v := notesView{about: r.Say(text.RecordNotesFor, name), more: p.MoreNotes}
	action := patientURL(base, p.Patient) + "/notes#notes"
	box := func(kind carenet.NoteKind, about carenet.ID) recordBox {
		b := recordBox{
			id: noteForm(kind, about), action: action, key: carenet.NewID(r.Now).String(), kind: string(kind), lines: 4,
			label: r.Say(text.RecordNoteWords), hint: r.Say(text.RecordNoteHint, text.Data{"Max": carenet.MaxNote}),
		}
		if about != carenet.NilID {
			b.about = about.String()
		}
		return b
	}
	for i, n := range p.Notes {
		out := noteView{id: "note-" + n.Written.ID.String(), words: n.Words, withdrawn: n.Kind == carenet.NoteWithdrawn, by: noteBy(r, n.NoteEntry)}
		for _, e := range n.Earlier {
			out.earlier = append(out.earlier, recordStep{noteBy(r, e), e.Words})
		}
		if !out.withdrawn {
			b := box(carenet.NoteCorrected, n.ID)
			b.summary, b.save, b.words = r.Say(text.RecordNoteCorrect), r.Say(text.RecordNoteCorrectSave), n.Words
			out.correct = b.typed(in)
			b = box(carenet.NoteWithdrawn, n.ID)
			b.summary, b.save, b.lines = r.Say(text.RecordNoteWithdraw), r.Say(text.RecordNoteWithdraw), 2
			b.label, b.hint = r.Say(text.RecordNoteWhy), r.Say(text.RecordNoteWhyHint, text.Data{"Max": carenet.MaxWhy})
			out.take = b.typed(in)
		}
		if i < shownNotes || out.correct.open || out.take.open {
			v.newest = append(v.newest, out)
		} else {
			v.rest = append(v.rest, out)
		}
	}
	b := box(carenet.NoteWritten, carenet.NilID)
	b.summary, b.save = r.Say(text.RecordNoteWrite), r.Say(text.RecordNoteSave)
	// Words for a note that was changed meanwhile have no place of their own any more.
	if strings.HasPrefix(in.form, "note-") {
		in.form = b.id
	}
	v.write = b.typed(in)
	return v
}

func noteBy(r front.Reader, e carenet.NoteEntry) string {
	key := map[carenet.NoteKind]text.Key{carenet.NoteCorrected: text.RecordNoteCorrected, carenet.NoteWithdrawn: text.RecordNoteWithdrawn}[e.Kind]
	if key == "" {
		key = text.RecordNoteBy
	}
	return r.Say(key, text.Data{"Name": e.By, "When": r.On(e.At)})
}

// writeNote keeps a note, or the correction or withdrawal of one.
func (h *Handler) writeNote(c *fiber.Ctx) error {
	patient, err := pathID(c)
	if err != nil {
		return err
	}
	form := c.Request().PostArgs()
	n := carenet.NewNote{
		Kind: carenet.NoteKind(form.Peek("kind")), About: formID(c, "about"), Words: carenet.CleanWords(string(form.Peek("words"))), Key: h.formKey(c),
	}
	batch, err := h.store.WriteNote(c.UserContext(), front.Actor(c), patient, n)
	in := recording{form: noteForm(n.Kind, n.About), words: n.Words, key: n.Key.String()}
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(patientURL(base(c), patient)+"?kept=note#notes", fiber.StatusSeeOther)
	case carenet.Invalid:
		limit := carenet.MaxNote
		if n.Kind == carenet.NoteWithdrawn {
			limit = carenet.MaxWhy
		}
		in.fault = front.Texts(c).Say(text.RecordFaultWords, text.Data{"Max": limit})
		return h.showAnswering(c, fiber.StatusUnprocessableEntity, patient, carenet.NilID, answering{record: in})
	case carenet.Conflict:
		in.fault = front.Texts(c).Say(text.RecordFaultMeanwhile)
		return h.showAnswering(c, fiber.StatusConflict, patient, carenet.NilID, answering{record: in})
	}
	return err
}

func formID(c *fiber.Ctx, name string) carenet.ID {
	id, err := carenet.ParseID(string(c.Request().PostArgs().Peek(name)))
	if err != nil {
		return carenet.NilID
	}
	return id
}

// formKey is made with a form, so that sending it twice has one effect.
func (h *Handler) formKey(c *fiber.Ctx) carenet.ID {
	if id := formID(c, "key"); id != carenet.NilID {
		return id
	}
	return carenet.NewID(h.site.Now())
}

// recordSaid is what was just kept.
func recordSaid(r front.Reader, kept string) notice {
	switch kept {
	case "note":
		return notice{ui.ToneLeaf, r.Say(text.RecordNoteKept)}
	case "goal":
		return notice{ui.ToneLeaf, r.Say(text.RecordGoalKept)}
	}
	return notice{}
}
