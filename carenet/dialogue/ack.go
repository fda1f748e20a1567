package dialogue

import (
	"slices"
	"strconv"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// acknowledges handles the command of a clinician on the number, whoever else
// they are. "A 3" of a patient who was named is not one.
func (d *decision) acknowledges(w writer) bool {
	i := slices.IndexFunc(d.ctx.People, func(p Person) bool { return p.Clinician })
	if i < 0 || w.named {
		return false
	}
	by := d.ctx.People[i]
	r := reply.Read(d.text.Body, reply.Context{Lang: by.Language, Role: reply.Clinician})
	if r.Kind != reply.Command || r.Command != reply.CommandAck {
		return false
	}
	d.take(r, Read)
	d.out.Person, d.out.Patient = by.ID, carenet.NilID
	d.out.Ack = &Ack{By: by.ID, Number: alertNumber(r.Arg)}
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
