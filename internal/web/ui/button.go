package ui

import "github.com/a-h/templ"

// Weight is how strongly an action asks to be taken.
type Weight string

// The weights. A page has one WeightFirst at most.
const (
	WeightFirst  Weight = "first"
	WeightSecond Weight = "second"
	WeightDanger Weight = "danger" // ends or removes something
	WeightQuiet  Weight = "quiet"  // reads as a link
)

// Action is a button, or a link that looks like one.
type Action struct {
	Label    string
	Weight   Weight // empty: WeightFirst
	Icon     IconName
	Href     string // a link when set, else a button
	Name     string
	Value    string
	Plain    bool // type="button": it does not send the form
	Wide     bool // as wide as what holds it
	Disabled bool
	Attrs    templ.Attributes // anything else, such as hx-post
}

func (a Action) class() string {
	class := "button"
	if a.Weight != "" && a.Weight != WeightFirst {
		class += " button-" + string(a.Weight)
	}
	if a.Wide {
		class += " button-wide"
	}
	return class
}

func (a Action) kind() string {
	if a.Plain {
		return "button"
	}
	return "submit"
}
