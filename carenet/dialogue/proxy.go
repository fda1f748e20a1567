package dialogue

import (
	"slices"
	"strings"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// Ward is a patient whom somebody on the number follows, and may answer for or not.
type Ward struct {
	Follower carenet.ID // the place in the circle
	By       carenet.ID // who follows
	Patient  carenet.ID
	Name     string           // the patient's
	Relation carenet.Relation // what the patient is to who follows; "" when nobody has said
	May      bool             // they may answer for the patient
	Asked    bool             // the patient's prompt waits for an answer
}

// forWard is a text as an answer for somebody.
type forWard struct {
	wards   []Ward // whom it may mean
	text    string // without the name
	lead    bool   // it says that it is for somebody: "for Mary 3"
	unknown bool   // a relation stands there, and nobody is known to stand in it
	reading reply.Reading
	before  int // see reply.ReadFor
}

// readWard looks for the name, or the known relation, of a followed patient in front of
// the text. A patient on the number says "Mary 3" of themselves: only "for Mary" is then
// of somebody else.
func (d *decision) readWard(w writer) (f forWard, ok bool) {
	f.text, f.lead = reply.CutFor(d.text.Body, w.Language)
	said := f.text
	here := func(x Ward) bool {
		return slices.ContainsFunc(d.ctx.People, func(p Person) bool {
			return p.Patient != nil && (p.ID == x.Patient || sameFirst(p.Name, x.Name))
		})
	}
	wards := slices.DeleteFunc(slices.Clone(d.ctx.Wards), func(x Ward) bool { return !f.lead && here(x) })
	for _, name := range []func(string) string{func(n string) string { return n }, carenet.FirstName} {
		for _, x := range wards {
			rest, cut := cutName(withoutGenitive(said), carenet.NameWords(name(x.Name)))
			if cut {
				f.wards, f.text = append(f.wards, x), rest
			}
		}
		if len(f.wards) > 0 {
			break
		}
	}
	if len(f.wards) == 0 {
		// Nobody says "Mum 3" of themselves, also on a number that Mum shares.
		relation, rest, cut := reply.CutRelation(withoutGenitive(said), w.Language)
		if !cut || len(d.ctx.Wards) == 0 {
			return f, false
		}
		f.text = rest
		for _, x := range d.ctx.Wards {
			if string(x.Relation) == relation {
				f.wards = append(f.wards, x)
			}
		}
		f.unknown = len(f.wards) == 0
	}
	asked := slices.ContainsFunc(f.wards, func(x Ward) bool { return x.Asked })
	f.reading, f.before = reply.ReadFor(f.text, reply.Context{
		Lang: w.Language, Role: reply.Patient, OpenPrompt: asked, Scale: reply.Scale{Min: carenet.WellbeingScale.Min, Max: carenet.WellbeingScale.Max},
	})
	return f, true
}

func sameFirst(a, b string) bool {
	return slices.Equal(carenet.NameWords(carenet.FirstName(a)), carenet.NameWords(carenet.FirstName(b)))
}

// withoutGenitive reads "Mary's 3" as "Mary 3".
func withoutGenitive(s string) string {
	first, rest, spaced := strings.Cut(strings.TrimSpace(s), " ")
	for _, end := range []string{"'s", "’s"} {
		if cut, ok := strings.CutSuffix(first, end); ok && spaced {
			return cut + " " + rest
		}
	}
	return s
}

// forSomebody takes what somebody says of a patient whom they follow. A score counts
// when they may answer for that patient and no other is meant; nothing is guessed. Words
// without a score stay a kind word.
func (d *decision) forSomebody(w writer) bool {
	if len(d.ctx.Wards) == 0 || d.ctx.WrongNumber {
		return false
	}
	whole := d.read(d.text.Body, w.readingContext())
	switch {
	case whole.Kind == reply.OptOut, whole.Kind == reply.Help, whole.Kind == reply.OptIn, whole.Has(reply.FlagAutoReply), whole.Has(reply.FlagWrongNumber),
		whole.Kind == reply.Command && whole.Command != reply.CommandPrivate, d.text.OptOutType == "STOP",
		followerCommand(d.text.Body, w.Language):
		return false
	}
	f, ok := d.readWard(w)
	if !ok {
		return false
	}
	if d.whereabouts(f, w) {
		return true
	}
	mine := slices.ContainsFunc(f.wards, func(x Ward) bool { return x.May })
	r := f.reading
	r.Flags = joined(r.Flags, whole.Flags)
	if whole.Kind == reply.Crisis {
		r.Kind = reply.Crisis
	}
	// Straight after the name a number is hardly anything else. Behind other words it is
	// only from whoever may answer, and says nothing of themselves.
	score := r.Score != nil && (f.before == 0 || f.before > 0 && (f.lead || mine && w.Patient == nil))
	here := patientsOf(d.ctx.People)
	unclear := r.Asks() && (f.lead || f.before == 0)
	switch {
	case r.Kind == reply.Crisis && !mine:
		return false // whoever it is, and of whom: see crisis
	case r.Kind == reply.Crisis && (len(f.wards) > 1 || len(here) > 0):
		// Any of them may be meant, and so may whoever is a patient on this number: "Mum I
		// want to die". Staff are called for each.
		d.heardAnyway(w, here)
		meant := d.asPatients(f.wards)
		for _, p := range here {
			if !slices.ContainsFunc(meant, func(m Person) bool { return m.ID == p.ID }) {
				meant = append(meant, p)
			}
		}
		d.speakAs(f.wards[0])
		d.safety(r, d.asFollower(f.wards[0]), meant)
		return true
	case r.Kind == reply.Crisis, score && mine && len(f.wards) == 1:
		if !score {
			r.Score = nil
		}
		d.answersFor(r, f.wards[0])
		return true
	case !score && !(unclear && mine):
		return false
	}
	before := d.out
	d.take(r, Stored)
	d.speakAs(firstOf(f.wards, d.ctx.Wards))
	to := d.asFollower(firstOf(f.wards, d.ctx.Wards))
	switch {
	case f.unknown:
		d.out.Patient = carenet.NilID
		if !slices.ContainsFunc(d.ctx.Wards, func(x Ward) bool { return x.May }) {
			d.out = before
			return false // a kind word, as it ever was
		}
		d.out.Reason = "nobody is known to be that to them"
		d.guide(carenet.ReplyProxyRelation, to)
	case len(f.wards) > 1:
		d.out.Patient, d.out.Reason = carenet.NilID, "more than one of whom they follow is called so"
		d.guide(carenet.ReplyProxyWhich, to)
	case !mine:
		d.out.Reason = "they may not answer for this patient"
		d.guide(carenet.ReplyProxyNot, to)
	default:
		d.out.Reason = "the number for somebody else is unclear"
		d.guide(carenet.ReplyProxyHow, to)
	}
	return true
}

// whereabouts takes "Mary is in hospital" as the report that it is: as a kind word it
// would go to Mary. Whoever follows may say so; two of one name are told apart by the
// words for a name behind the command.
func (d *decision) whereabouts(f forWard, w writer) bool {
	if len(f.wards) != 1 {
		return false
	}
	said := reply.Read(f.text, reply.Context{Lang: w.Language, Role: reply.Follower})
	if said.Kind != reply.Command || said.Arg != "" {
		return false
	}
	switch said.Command {
	case reply.CommandHospital, reply.CommandHome, reply.CommandDied:
		said.Arg = f.wards[0].Name
		d.followerSays(d.asFollower(f.wards[0]), said)
		return true
	}
	return false
}

func firstOf(some, all []Ward) Ward {
	if len(some) > 0 {
		return some[0]
	}
	return all[0]
}

// joined are the flags of both, each once.
func joined(a, b []string) []string {
	out := slices.Clone(a)
	for _, f := range b {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// speakAs says whose text it is, and of whom.
func (d *decision) speakAs(x Ward) { d.out.Person, d.out.Patient = x.By, x.Patient }

func (d *decision) asFollower(x Ward) writer {
	w := writer{as: carenet.ToFollower, sure: true, text: d.text.Body}
	if i := slices.IndexFunc(d.ctx.People, func(p Person) bool { return p.ID == x.By }); i >= 0 {
		w.Person = d.ctx.People[i]
	}
	w.Patient = nil
	return w
}

func (d *decision) asPatients(wards []Ward) (all []Person) {
	for _, x := range wards {
		all = append(all, Person{ID: x.Patient, Name: x.Name})
	}
	return all
}

// OrderProxy is the order that records an answer for somebody else.
const OrderProxy = "proxy"

// answersFor has the answer recorded where the patient is locked: whether the follower
// may still give it is decided there.
func (d *decision) answersFor(r reply.Reading, x Ward) {
	d.take(r, Read)
	d.out.Reason = "answers for somebody else"
	d.speakAs(x)
	d.out.Order = &Order{Command: OrderProxy, By: x.By, As: carenet.ToFollower, Patient: x.Patient, Ward: x, Reading: r}
}

// AnswerFor records what a follower says for a patient: a check-in of a series of its
// own. Last is what that follower said of them last; the patient's own answers are
// neither corrected nor counted. Words that somebody must see call staff for the patient.
func AnswerFor(text carenet.InboundText, c Context, patient Person, by carenet.ID, r reply.Reading) Outcome {
	d := decision{text: text, ctx: c}
	d.out.Person, d.out.Patient = by, patient.ID
	d.take(r, Read)
	d.out.Reason = "answers for somebody else"
	w := writer{Person: patient, as: carenet.ToFollower, sure: true, by: by}
	crisis := r.Kind == reply.Crisis
	if (r.Score != nil || r.Kind == reply.Words) && patient.Patient.Active {
		d.checkIn(w, r, crisis)
	}
	if crisis {
		to := w
		to.ID = by
		d.event(carenet.EventSafety, patient.ID, c.Inbound, carenet.Detail{Flags: r.Flags, Conversation: c.Conversation, Person: by, Audience: carenet.ToFollower})
		d.answer(carenet.ReplyCrisis, to)
	}
	return d.out
}

// RefuseFor answers a follower who may not, or may no more, answer for a patient.
func RefuseFor(text carenet.InboundText, c Context, patient Person, by carenet.ID, r reply.Reading) Outcome {
	d := decision{text: text, ctx: c}
	d.out.Person, d.out.Patient = by, patient.ID
	if r.Kind == reply.Crisis {
		// Whose words they are does not matter: somebody must see them.
		return AnswerFor(text, c, Person{ID: patient.ID, Patient: &Patient{}}, by, r)
	}
	d.take(r, Stored)
	d.out.Reason = "they may not answer for this patient"
	d.guide(carenet.ReplyProxyNot, writer{Person: Person{ID: by}, as: carenet.ToFollower})
	return d.out
}
