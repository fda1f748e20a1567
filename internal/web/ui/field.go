package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// Input is a field to write in, with its label, hint and error.
type Input struct {
	ID           string // also the ground of the hint's and error's ids
	Name         string
	Label        string
	Value        string
	Hint         string
	Error        string // what is wrong and what to do; empty: nothing is
	Type         string // "text" when empty; "tel", "email", "search", "date"...
	Lines        int    // more than one: a text area of this height
	MaxLength    int    // 0: no limit
	Autocomplete string
	InputMode    string
	Required     bool
	Attrs        templ.Attributes
}

func (i Input) kind() string {
	if i.Type == "" {
		return "text"
	}
	return i.Type
}

// dir lets each person's words run their own way; numbers and addresses always
// run left to right.
func (i Input) dir() string {
	switch i.Type {
	case "tel", "email", "url":
		return LTR
	}
	return "auto"
}

// describedBy lists the ids of the hint and the error that are shown.
func (i Input) describedBy() string {
	return describedBy(i.ID, i.Hint, i.Error)
}

func describedBy(id, hint, fault string) string {
	var ids []string
	if hint != "" {
		ids = append(ids, id+"-hint")
	}
	if fault != "" {
		ids = append(ids, id+"-error")
	}
	return strings.Join(ids, " ")
}

// attributes are those that both kinds of field share.
func (i Input) attributes() templ.Attributes {
	all := templ.Attributes{"id": i.ID, "name": i.Name, "dir": i.dir(), "required": i.Required}
	set := func(name, value string) {
		if value != "" {
			all[name] = value
		}
	}
	set("aria-describedby", i.describedBy())
	set("autocomplete", i.Autocomplete)
	set("inputmode", i.InputMode)
	if i.Error != "" {
		all["aria-invalid"] = "true"
	}
	if i.MaxLength > 0 {
		all["maxlength"] = i.MaxLength
	}
	for name, value := range i.Attrs {
		all[name] = value
	}
	return all
}

// Tick is a box to tick.
type Tick struct {
	ID      string
	Name    string
	Value   string
	Label   string
	Hint    string
	Checked bool
}
