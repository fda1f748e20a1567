package text

import (
	"strconv"
	"strings"

	"howareyou/notify"
)

// dutyOn tells whoever has come on duty until when, and what is open: numbers alone.
func (c composer) dutyOn() (string, error) {
	data := Data{
		"When": c.When(c.d.Until, c.d.Now, c.d.Zone), "Open": c.d.Open, "Red": c.d.Red, "Link": c.d.Link,
		"Held": numbersOf(c.d.Held),
	}
	switch {
	case len(c.d.Held) > 0:
		return c.say(DutyOnHeld, data)
	case c.d.Open == 0:
		return c.say(DutyOnCalm, data)
	}
	return c.say(DutyOn, data)
}

// dutyOff tells whoever has gone off duty which alerts they still have.
func (c composer) dutyOff() (string, error) {
	return c.say(DutyOff, Data{"Held": numbersOf(c.d.Held), "Link": c.d.Link})
}

// mostHeld is how many alerts a text names.
const mostHeld = 6

// numbersOf lists the numbers of alerts: "12, 14".
func numbersOf(held []notify.HeldBy) string {
	var all []string
	for _, h := range held {
		for _, n := range h.Numbers {
			all = append(all, strconv.Itoa(n))
		}
	}
	if len(all) > mostHeld {
		all = append(all[:mostHeld], "...")
	}
	return strings.Join(all, ", ")
}

// onDuty says who is on duty, or that nobody is and whom alerts go to then.
func (c composer) onDuty(data Data) Key {
	switch {
	case len(c.d.Names) == 0:
		return OnDutyNobody
	case c.d.Gap:
		data["Who"] = strings.Join(c.d.Names, ", ")
		return DutyWhoGap
	case c.d.Until.IsZero():
		data["Who"] = strings.Join(c.d.Names, ", ")
		return OnDuty
	}
	data["Who"], data["When"] = strings.Join(c.d.Names, ", "), c.When(c.d.Until, c.d.Now, c.d.Zone)
	return DutyWho
}
