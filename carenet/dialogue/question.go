package dialogue

import (
	"cmp"
	"slices"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// Asked is a question that waits for somebody's yes or no on the number.
type Asked struct {
	ID      carenet.ID
	Kind    carenet.QuestionKind
	Person  carenet.ID // who is asked
	Patient carenet.ID // whom it is about
	Names   []string   // by which an answer may name it: whoever is asked, and whom it is about
	At      time.Time
}

// askedApart is how far apart two questions must have been asked for an answer to be
// to the newer: whoever reads two texts together answers either.
const askedApart = 10 * time.Minute

// WhichQuestion is the question that a yes or no answers. A name says which; without
// one it is the only one, or the newest of one person. Two people who share a phone
// are never guessed between: a yes is somebody's word.
func WhichQuestion(open []Asked, name string) (one *Asked, ok bool) {
	if name != "" {
		said := carenet.NameWords(name)
		var named []Asked
		for _, q := range open {
			if slices.ContainsFunc(q.Names, func(n string) bool { return isNamed(n, said) }) {
				named = append(named, q)
			}
		}
		if len(named) == 0 {
			return nil, false
		}
		open = named
	}
	open = slices.SortedFunc(slices.Values(open), func(a, b Asked) int { return cmp.Or(b.At.Compare(a.At), slices.Compare(a.ID[:], b.ID[:])) })
	switch {
	case len(open) == 0:
		return nil, false
	case len(open) == 1:
		return &open[0], true
	case slices.ContainsFunc(open, func(q Asked) bool { return q.Person != open[0].Person }):
		return nil, false
	case open[0].At.Sub(open[1].At) < askedApart:
		return nil, false
	}
	return &open[0], true
}

// isNamed says whether the words are a part of the name.
func isNamed(name string, said []string) bool {
	words := carenet.NameWords(name)
	return len(said) > 0 && !slices.ContainsFunc(said, func(w string) bool { return !slices.Contains(words, w) })
}

// answersQuestion takes a yes or no to what was asked. A number that is stopped, or
// somebody else's, answers nothing: START, and staff, come first.
func (d *decision) answersQuestion(r reply.Reading, w writer) bool {
	open := d.answerable(w)
	if len(open) == 0 || d.ctx.OptedOut || d.ctx.WrongNumber {
		return false
	}
	switch r.Kind {
	case reply.OptOut, reply.Crisis, reply.Help:
		return false
	}
	if r.Has(reply.FlagAutoReply) || r.Has(reply.FlagWrongNumber) || d.text.OptOutType == "STOP" {
		return false
	}
	said, name := d.saidYesNo()
	if said == "" {
		return false
	}
	q, ok := WhichQuestion(open, name)
	if !ok && name != "" && r.Kind != reply.OptIn {
		return false // "no pain": the word after it names nobody
	}
	d.take(r, Read)
	d.out.Kind = string(reply.Answer)
	if !ok {
		d.out.State, d.out.Reason = Stored, "more than one question is open"
		d.guide(carenet.ReplyYesWhich, w)
		return true
	}
	d.out.Reason = "answers what was asked: " + string(q.Kind)
	d.out.Person, d.out.Patient = q.Person, q.Patient
	as := carenet.ToPatient
	if q.Kind == carenet.AskFollow || q.Kind == carenet.AskDied {
		as = carenet.ToFollower
	}
	zone := time.UTC
	if i := slices.IndexFunc(d.ctx.People, func(p Person) bool { return p.ID == q.Person }); i >= 0 {
		zone = d.ctx.People[i].Zone
	}
	// An answer to a question of ours is not counted against a machine's: each is
	// asked and answered once.
	d.out.Order = &Order{Command: OrderAnswer, By: q.Person, As: as, Patient: q.Patient, Zone: zone, Question: q.ID, Said: said}
	return true
}

// OrderAnswer is the order that carries an answer to a question out.
const OrderAnswer = "answer"

// saidYesNo reads the text in each language of the number. What is a polite word in one
// of them is no name in another: "no gracias".
func (d *decision) saidYesNo() (said reply.Said, name string) {
	for _, lang := range append(d.languages(), "en") {
		if s, n := reply.YesNo(d.text.Body, lang); s != "" && (said == "" || n == "") {
			said, name = s, n
		}
		if said != "" && name == "" {
			break
		}
	}
	return said, name
}

// asksOnly says whether whoever writes has nothing to do with us but a question that
// is open: they are told what they may say.
func (d *decision) asksOnly(w writer) bool {
	return w.Patient == nil && !w.Follower && !w.Clinician &&
		slices.ContainsFunc(d.ctx.Questions, func(q Asked) bool { return q.Person == w.ID })
}
