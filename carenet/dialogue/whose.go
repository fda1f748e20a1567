package dialogue

import (
	"strings"
	"unicode"

	"howareyou/carenet"
)

// whose says whose text it is. Several patients may share a number: a name or
// its first letter in front says who ("M 3", "Mary 3"); else a single open
// prompt says who; else we ask and never guess. The returned text is without
// the name.
func (d *decision) whose() (who Person, text string, ask bool) {
	text = d.text.Body
	var patients []Person
	for _, p := range d.ctx.People {
		if p.Patient != nil {
			patients = append(patients, p)
		}
	}
	switch len(patients) {
	case 0:
		for _, p := range d.ctx.People {
			if p.Clinician {
				return p, text, false
			}
		}
		return d.ctx.People[0], text, false
	case 1:
		return patients[0], text, false
	}
	if named, rest := named(text, patients); named != nil {
		return *named, rest, false
	}
	var open []Person
	for _, p := range patients {
		if p.Patient.asked() {
			open = append(open, p)
		}
	}
	if len(open) == 1 {
		return open[0], text, false
	}
	return patients[0], text, true
}

// named finds the one patient whose first name, or whose first letter where no
// other has it, stands in front of the text.
func named(text string, patients []Person) (*Person, string) {
	head, rest, found := strings.Cut(strings.TrimSpace(text), " ")
	if !found {
		return nil, text
	}
	head = strings.ToLower(strings.TrimFunc(head, unicode.IsPunct))
	var hit *Person
	for i := range patients {
		first := strings.ToLower(carenet.FirstName(patients[i].Name))
		if first == "" || head == "" {
			continue
		}
		letter := string([]rune(first)[:1])
		if head != first && head != letter {
			continue
		}
		if hit != nil {
			return nil, text // two of them: ask
		}
		hit = &patients[i]
	}
	if hit == nil {
		return nil, text
	}
	return hit, strings.TrimSpace(rest)
}
