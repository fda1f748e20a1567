package dialogue

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// writer is whose text it is, as far as can be told.
type writer struct {
	Person
	as    carenet.Audience
	text  string     // without the name that said who
	sure  bool       // nobody else on the number can be meant
	named bool       // the text says who
	ask   bool       // more than one patient can be meant: never guess
	by    carenet.ID // who answers for the patient; NilID when it is the patient
}

// patientsOf are the patients whose text it may be: those whose answers count,
// or else those who were patients.
func patientsOf(people []Person) []Person {
	var active, others []Person
	for _, p := range people {
		switch {
		case p.Patient == nil:
		case p.Patient.Active:
			active = append(active, p)
		default:
			others = append(others, p)
		}
	}
	if len(active) > 0 {
		return active
	}
	return others
}

// whose says whose text it is. A patient goes before anybody else on the
// number. Several patients may share it: a name or its first letter in front
// says who ("M 3", "Mary 3"); else a single open prompt says who; else we ask.
func (d *decision) whose(patients []Person) writer {
	w := writer{as: carenet.ToPatient, text: d.text.Body}
	switch len(patients) {
	case 0:
		w.Person, w.as, w.sure = d.ctx.People[0], carenet.ToFollower, true
		if i := slices.IndexFunc(d.ctx.People, func(p Person) bool { return p.Clinician }); i >= 0 {
			w.Person, w.as = d.ctx.People[i], carenet.ToClinician
		}
		return w
	case 1:
		w.Person, w.sure = patients[0], true
		return w
	}
	if who, rest := named(w.text, patients); who != nil {
		w.Person, w.text, w.sure, w.named = *who, rest, true, true
		return w
	}
	asked := slices.DeleteFunc(slices.Clone(patients), func(p Person) bool { return !p.Patient.asked() })
	if len(asked) == 1 && !mentionsOther(w.text, asked[0], patients) {
		w.Person = asked[0]
		return w
	}
	w.Person, w.ask = patients[0], true
	return w
}

func (w writer) readingContext() reply.Context {
	c := reply.Context{Lang: w.Language, Role: reply.Follower}
	switch {
	case w.Patient != nil:
		c.Role, c.OpenPrompt = reply.Patient, w.Patient.asked()
		c.Scale = reply.Scale{Min: w.Patient.Scale.Min, Max: w.Patient.Scale.Max}
	case w.Clinician:
		c.Role = reply.Clinician
	}
	return c
}

// named finds the one patient whose first name stands in front of the text, or
// whose first letter stands in front of a digit: "I 3" may be Ingrid's, but "I
// am a 3" is not. The returned text is what follows the name.
func named(text string, patients []Person) (who *Person, rest string) {
	for i := range patients {
		name := carenet.NameWords(carenet.FirstName(patients[i].Name))
		if len(name) == 0 {
			continue
		}
		after, ok := cutName(text, name)
		if !ok {
			letter := []string{string([]rune(name[0])[:1])}
			after, ok = cutName(text, letter)
			first, _ := utf8.DecodeRuneInString(after)
			ok = ok && unicode.IsDigit(first)
		}
		if !ok {
			continue
		}
		if who != nil {
			return nil, "" // two of them
		}
		who, rest = &patients[i], after
	}
	return who, rest
}

// cutName cuts a name, as words made by carenet.NameWords, off the front of the
// text; what is left is never empty.
func cutName(text string, name []string) (rest string, ok bool) {
	text = strings.TrimLeftFunc(text, func(r rune) bool { return !inName(r) && !unicode.IsDigit(r) })
	end, runs, inside := len(text), 0, false
	for i, r := range text {
		if inName(r) {
			if !inside {
				runs++
			}
			inside = true
			continue
		}
		inside = false
		if runs == len(name) {
			end = i
			break
		}
	}
	if !slices.Equal(carenet.NameWords(text[:end]), name) {
		return "", false
	}
	rest = afterName(text[end:])
	return rest, rest != ""
}

// afterName takes off what may stand between a name and what is said: a point
// or a dash only when no digit follows, since "M -1" is not "M 1".
func afterName(s string) string {
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		next, _ := utf8.DecodeRuneInString(s[n:])
		mark := strings.ContainsRune(",:;،", r) || strings.ContainsRune(".-–—", r) && !unicode.IsDigit(next)
		if !mark && !unicode.IsSpace(r) {
			break
		}
		s = s[n:]
	}
	return s
}

// inName says whether a name goes on with r.
func inName(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || strings.ContainsRune("'’‘ʼ`´", r)
}

// mentionsOther says whether the first name of a patient other than who stands
// anywhere in the text: then who asked last says little.
func mentionsOther(text string, who Person, patients []Person) bool {
	said := carenet.NameWords(text)
	for _, p := range patients {
		name := carenet.NameWords(carenet.FirstName(p.Name))
		if p.ID == who.ID || len(name) == 0 {
			continue
		}
		if !slices.ContainsFunc(name, func(word string) bool { return !slices.Contains(said, word) }) {
			return true
		}
	}
	return false
}
