// Package roster reads a list of patients to enrol, as a spreadsheet writes it: which
// rows can be enrolled, and what is wrong with each other one. It is pure, and guesses
// nothing: a file whose letters cannot be read with certainty is refused as a whole.
package roster

import (
	"slices"
	"time"

	"howareyou/carenet"
)

// MaxRows and MaxBytes bound a file.
const (
	MaxRows  = 10_000
	MaxBytes = 2 << 20
)

// Problem is why a row is not enrolled.
type Problem string

// The problems of a row. Known and Stopped are found beside what the organisation has.
const (
	NoName      Problem = "no_name"
	LongName    Problem = "long_name"
	NoPhone     Problem = "no_phone"
	BadPhone    Problem = "bad_phone"
	BadLanguage Problem = "bad_language"
	BadTime     Problem = "bad_time"
	BadDays     Problem = "bad_days"
	Twice       Problem = "twice" // SameAs says where first
	Known       Problem = "known"
	Stopped     Problem = "stopped"
)

// Problems are all of them.
var Problems = []Problem{NoName, LongName, NoPhone, BadPhone, BadLanguage, BadTime, BadDays, Twice, Known, Stopped}

// Row is one person of a list.
type Row struct {
	Line      int       `json:"line"` // in the file
	Name      string    `json:"name"`
	Phone     string    `json:"phone"` // in E.164, or as written when it is none
	Language  string    `json:"language"`
	RRule     string    `json:"rrule"`
	LocalTime string    `json:"at"`
	Problems  []Problem `json:"problems,omitempty"`
	SameAs    int       `json:"same_as,omitempty"` // the line that has this person already
	Shares    int       `json:"shares,omitempty"`  // a line with another name on this number
	SharesOur bool      `json:"shares_our,omitempty"`
}

// Good says whether the row can be enrolled.
func (r Row) Good() bool { return len(r.Problems) == 0 }

// With is the row with one more problem.
func (r Row) With(p Problem) Row {
	if !slices.Contains(r.Problems, p) {
		r.Problems = append(slices.Clone(r.Problems), p)
	}
	return r
}

// List is what a file holds.
type List struct {
	Rows    []Row    `json:"rows"`
	Unread  []string `json:"unread,omitempty"` // columns that nobody reads, as they are headed
	Choices Choices  `json:"-"`
}

// Good counts the rows that can be enrolled.
func (l List) Good() (n int) {
	for _, r := range l.Rows {
		if r.Good() {
			n++
		}
	}
	return n
}

// Choices are what a row means that says nothing.
type Choices struct {
	Region   string // of numbers without a country code
	Language string
	RRule    string
	At       string
}

// State says where an import stands.
type State string

// The states of an import.
const (
	Previewed State = "preview"
	Running   State = "running"
	Done      State = "done"
	Forgotten State = "forgotten" // nobody confirmed it in time, or somebody took it back
)

// Page is an import as staff see it. The list is shown only before it is confirmed: it
// is not kept after that.
type Page struct {
	Organisation string
	Language     string // the organisation's
	Emergency    string
	Viewer       string
	Zone         *time.Location
	ID           carenet.ID
	State        State
	List         List
	Total, Good  int
	Imported     int
	LeftOut      []int // lines that were good and could not be enrolled in the end
	ExpiresAt    time.Time
}

// Fault is what is wrong with a whole file, in a word of ours; Line is where.
type Fault struct {
	What string
	Line int
}

// The faults of a file.
const (
	FaultEncoding = "encoding" // not UTF-8, nor UTF-16 that says so
	FaultEmpty    = "empty"
	FaultColumns  = "columns" // no column of names, or none of numbers
	FaultQuotes   = "quotes"  // a quotation mark without its other
	FaultMany     = "many"    // more than MaxRows
	FaultBig      = "big"     // more than MaxBytes
)

// Faults are all of them.
var Faults = []string{FaultEncoding, FaultEmpty, FaultColumns, FaultQuotes, FaultMany, FaultBig}

func (f *Fault) Error() string { return "the file cannot be read: " + f.What }
