package carenet

import (
	"slices"
	"time"
)

// Basis says by what right somebody answers for a patient.
type Basis string

// The bases.
const (
	BasisPatient  Basis = "patient"       // the patient said so
	BasisAttorney Basis = "attorney"      // a power of attorney, or they are the guardian
	BasisInterest Basis = "best_interest" // staff judged it to be in the patient's best interest
)

// Bases are all of them, the patient's own word first.
var Bases = []Basis{BasisPatient, BasisAttorney, BasisInterest}

// Relation is what a patient is to whoever answers for them: it is what "Mum 3" says.
type Relation string

// The relations. The empty one is of whom nobody has said it.
const (
	Mother      Relation = "mother"
	Father      Relation = "father"
	Grandmother Relation = "grandmother"
	Grandfather Relation = "grandfather"
	Wife        Relation = "wife"
	Husband     Relation = "husband"
	Sister      Relation = "sister"
	Brother     Relation = "brother"
	Daughter    Relation = "daughter"
	Son         Relation = "son"
	Aunt        Relation = "aunt"
	Uncle       Relation = "uncle"
)

// Relations are all of them but the empty one.
var Relations = []Relation{Mother, Father, Grandmother, Grandfather, Wife, Husband, Sister, Brother, Daughter, Son, Aunt, Uncle}

// Authority is by what right a follower answers for a patient. The zero Authority is
// none.
type Authority struct {
	Basis    Basis
	By       string // who said or recorded it
	At       time.Time
	Relation Relation
}

// Stands says whether the follower may answer.
func (a Authority) Stands() bool { return a.Basis != "" }

// ProxyForm is the page on which a follower answers for a patient.
type ProxyForm struct {
	Organisation    string
	EmergencyNumber string
	Language        string // the follower's
	Zone            *time.Location
	Patient         ID
	Name            string // the patient's
	Follower        string
	Scale           Scale
	Last            *Update // what this follower said of them last, while it can be corrected
}

// RelationOf reads a relation of a form; "" for what is none.
func RelationOf(s string) Relation {
	if r := Relation(s); slices.Contains(Relations, r) {
		return r
	}
	return ""
}

// LowestByProxy is the rule that calls staff when somebody who answers for a patient
// gives the lowest answer: the patient, who may not be able to say so, cannot be asked
// whether they would like a call.
const LowestByProxy = "WB-LOWEST-PROXY"
