package clinic

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// goalView is a goal with its words chosen.
type goalView struct {
	id, words, agreed string
	state             string
	review            string // when it is looked at; "" of one that is over
	due               bool
	history           []recordStep
	became, change    recordBox
}

// goalsView is the section of the goals.
type goalsView struct {
	about           string
	none            string
	due             string // how many are to be looked at; "" none
	write           recordBox
	standing, ended []goalView
}

var goalSteps = map[carenet.GoalKind]text.Key{
	carenet.GoalAgreed: text.RecordStepAgreed, carenet.GoalGoing: text.RecordStepGoing, carenet.GoalChanged: text.RecordStepChanged,
	carenet.GoalReached: text.RecordStepReached, carenet.GoalDropped: text.RecordStepDropped,
}

func newGoalsView(r front.Reader, base string, p carenet.PatientPage, in *recording) goalsView {
	name := text.Data{"Name": carenet.FirstName(p.Name)}
	v := goalsView{about: r.Say(text.RecordGoalsFor, name)}
	if len(p.Goals) == 0 {
		v.none = r.Say(text.RecordGoalsNone, name)
	}
	box := func(change bool, g carenet.Goal) recordBox {
		b := recordBox{
			id: goalForm(change, g.ID), action: patientURL(base, p.Patient) + "/goals#goals", key: carenet.NewID(r.Now).String(), lines: 2,
			review: (p.Today + carenet.UsualReviewDays).String(), min: (p.Today + 1).String(), max: (p.Today + carenet.MaxReviewDays).String(),
			label: r.Say(text.RecordGoalWords, name), hint: r.Say(text.RecordGoalHint, text.Data{"Max": carenet.MaxGoal}),
		}
		if g.ID != carenet.NilID {
			b.about, b.after = g.ID.String(), g.Newest.String()
		}
		return b
	}
	due := 0
	for _, g := range p.Goals {
		out := goalView{id: "goal-at-" + g.ID.String(), words: g.Words, state: r.Say(goalSteps[g.State]), due: g.Due(p.Today)}
		out.agreed = r.Say(text.RecordGoalAgreed, text.Data{"Name": g.By, "When": r.On(g.At)})
		for _, e := range g.History {
			out.history = append(out.history, recordStep{r.Say(text.RecordStepBy, text.Data{"What": r.Say(goalSteps[e.Kind]), "Name": e.By, "When": r.On(e.At)}), e.Words})
		}
		b := box(false, g)
		b.summary = r.Say(text.RecordGoalBecame)
		b.label, b.hint = r.Say(text.RecordGoalSaid), r.Say(text.RecordGoalSaidHint, text.Data{"Max": carenet.MaxWhy})
		if g.Over() {
			b.summary = r.Say(text.RecordGoalAgain)
			b.choices = []option{{value: string(carenet.GoalGoing), label: b.summary}}
			out.became = b.typed(in)
			v.ended = append(v.ended, out)
			continue
		}
		for _, k := range []carenet.GoalKind{carenet.GoalGoing, carenet.GoalReached, carenet.GoalDropped} {
			b.choices = append(b.choices, option{value: string(k), label: r.Say(goalSteps[k])})
		}
		out.became = b.typed(in)
		b = box(true, g)
		b.kind, b.summary, b.save, b.words = string(carenet.GoalChanged), r.Say(text.RecordGoalChange), r.Say(text.RecordGoalChangeSave), g.Words
		out.change = b.typed(in)
		key := text.RecordGoalNext
		if out.due {
			key = text.RecordGoalDue
			due++
		}
		out.review = r.Say(key, text.Data{"When": r.Day(g.Review, p.Today)})
		v.standing = append(v.standing, out)
	}
	if due > 0 {
		v.due = r.Say(text.RecordGoalsDue, text.Data{"Count": due})
	}
	b := box(false, carenet.Goal{})
	b.kind, b.summary, b.save = string(carenet.GoalAgreed), r.Say(text.RecordGoalWrite), r.Say(text.RecordGoalSave)
	if strings.HasPrefix(in.form, "goal-") {
		in.form = b.id // the goal is no longer there to be changed
	}
	v.write = b.typed(in)
	return v
}

// keepGoal keeps a goal, or what became of one.
func (h *Handler) keepGoal(c *fiber.Ctx) error {
	patient, err := pathID(c)
	if err != nil {
		return err
	}
	form := c.Request().PostArgs()
	n := carenet.NewGoal{
		Kind: carenet.GoalKind(form.Peek("kind")), Goal: formID(c, "goal"), After: formID(c, "after"),
		Words: carenet.CleanWords(string(form.Peek("words"))), Key: h.formKey(c),
	}
	day := string(form.Peek("review"))
	n.Review, _ = carenet.ParseDay(day) // none is one that cannot be kept
	batch, err := h.store.KeepGoal(c.UserContext(), front.Actor(c), patient, n)
	in := recording{form: goalForm(n.Kind == carenet.GoalChanged, n.Goal), words: n.Words, day: day, key: n.Key.String()}
	t := front.Texts(c)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(patientURL(base(c), patient)+"?kept=goal#goals", fiber.StatusSeeOther)
	case carenet.Invalid:
		limit := carenet.MaxWhy
		if n.Kind == carenet.GoalAgreed || n.Kind == carenet.GoalChanged {
			limit = carenet.MaxGoal
		}
		// Whatever day it is there: words that can be kept leave only the day.
		if _, fault, _ := n.Clean(carenet.LocalDay(h.site.Now(), time.UTC)); fault == carenet.FaultWords {
			in.fault = t.Say(text.RecordFaultWords, text.Data{"Max": limit})
		} else {
			in.dayIs = t.Say(text.RecordFaultDay)
		}
		return h.showAnswering(c, fiber.StatusUnprocessableEntity, patient, carenet.NilID, answering{record: in})
	case carenet.Conflict:
		in.fault = t.Say(text.RecordFaultMeanwhile)
		return h.showAnswering(c, fiber.StatusConflict, patient, carenet.NilID, answering{record: in})
	}
	return err
}
