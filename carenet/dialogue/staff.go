package dialogue

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// NoAlert is a number that no alert has.
const NoAlert = math.MaxInt32

// staffCommand handles the command of a clinician on the number, whoever else
// they are. "A 3" of a patient who was named is not one, and WHO of a patient
// who is also staff asks for their circle.
func (d *decision) staffCommand(w writer) bool {
	i := slices.IndexFunc(d.ctx.People, func(p Person) bool { return p.Clinician })
	if i < 0 || w.named {
		return false
	}
	by := d.ctx.People[i]
	r := reply.Read(d.text.Body, reply.Context{Lang: by.Language, Role: reply.Clinician})
	if r.Kind != reply.Command || w.Patient != nil && r.Command == reply.CommandWho {
		return false
	}
	me := writer{Person: by, as: carenet.ToClinician, sure: true}
	o := Order{Command: r.Command, By: by.ID, As: carenet.ToClinician, Number: alertNumber(r.Arg)}
	switch r.Command {
	case reply.CommandAck:
		d.take(r, Read)
		d.out.Person, d.out.Patient = by.ID, carenet.NilID
		d.out.Ack = &Ack{By: by.ID, Number: o.Number}
		return true
	case reply.CommandEscalate, reply.CommandUseful, reply.CommandNotUseful:
	case reply.CommandSnooze:
		o.Number, o.For, o.Words = SnoozeSaid(strings.TrimSpace(r.Arg + " " + r.Words))
	case reply.CommandResolve:
		o.Outcome, o.Words = OutcomeSaid(r.Words)
	case reply.CommandWho:
		d.out.Person, d.out.Patient = by.ID, carenet.NilID
		d.take(r, Read)
		d.answer(carenet.ReplyOnDuty, me)
		return true
	default:
		return false
	}
	d.out.Person, d.out.Patient = by.ID, carenet.NilID
	// What a clinician asks about alerts is answered however often they were.
	d.take(r, Read)
	d.out.Order = &o
	return true
}

// alertNumber reads which alert is meant. A number that cannot be one must not
// read as "the only one".
func alertNumber(arg string) int {
	if arg == "" {
		return 0
	}
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 || n > NoAlert {
		return NoAlert
	}
	return n
}

// outcomeWords are how clinicians name what came of an alert, in all languages
// at once: the outcome is stored by its English word. Folded as
// reply.Normalise does.
var outcomeWords = map[string][]string{
	"called": {
		"called", "call", "rang", "phoned", "spoke", "spoken", "talked", "contacted", "telephoned", "llamada", "llamado", "llame", "hable", "hablado", "contactado",
		"اتصلت", "اتصال", "تكلمت", "تحدثت", "مكالمه",
	},
	"visited":     {"visited", "visit", "seen", "saw", "visita", "visitado", "visitada", "visite", "visto", "vista", "زرت", "زياره", "زرته", "زرتها"},
	"medication":  {"medication", "meds", "medicine", "dose", "prescribed", "prescription", "medicacion", "medicamento", "medicina", "receta", "dosis", "دواء", "ادويه", "الدواء", "جرعه", "وصفه"},
	"false_alarm": {"false alarm", "false", "mistake", "error", "falsa alarma", "falsa", "equivocacion", "انذار كاذب", "خطا", "كاذب"},
	"other":       {"other", "otro", "otra", "otros", "اخر", "اخرى", "غير ذلك"},
}

// OutcomeSaid finds what came of an alert in the words behind RESOLVE: the word
// that comes first, and all of the words as the note. "" is not said: then the
// alert stays, since no alert ends without an outcome.
func OutcomeSaid(words string) (outcome, note string) {
	folded := " " + strings.Map(func(r rune) rune {
		if strings.ContainsRune(".,;:!?()-/", r) {
			return ' '
		}
		return r
	}, reply.Normalise(words)) + " "
	at := len(folded)
	for name, list := range outcomeWords {
		for _, w := range list {
			if i := strings.Index(folded, " "+w+" "); i >= 0 && i < at {
				outcome, at = name, i
			}
		}
	}
	return outcome, words
}
