package carenet

import (
	"slices"
	"time"
)

// MaxGoal is the longest goal, in characters: a sentence of the patient's own.
const MaxGoal = 200

// Reviews of goals: within a year, and unless somebody chooses otherwise in four weeks.
const (
	MaxReviewDays   = 366
	UsualReviewDays = 28
)

// GoalKind says what an entry does to a goal.
type GoalKind string

// The kinds of entries.
const (
	GoalAgreed  GoalKind = "agreed"
	GoalGoing   GoalKind = "going"   // looked at, and still going; also taken up again
	GoalChanged GoalKind = "changed" // other words from now on
	GoalReached GoalKind = "reached"
	GoalDropped GoalKind = "dropped"
)

// ends says whether the goal is over with such an entry.
func (k GoalKind) ends() bool { return k == GoalReached || k == GoalDropped }

// says whether the words of the entry are the goal itself.
func (k GoalKind) says() bool { return k == GoalAgreed || k == GoalChanged }

// GoalEntry is one step of a goal.
type GoalEntry struct {
	ID     ID
	Goal   ID // its first entry
	Kind   GoalKind
	By     string // the member of staff who agreed it with the patient
	Words  string // the goal in the patient's words, or what was said of it
	Review Day    // when it is looked at next; 0 of one that is over
	At     time.Time
}

// Goal is what a patient wants to reach, as it stands.
type Goal struct {
	ID      ID
	Newest  ID // the entry that a change follows
	Words   string
	State   GoalKind // of the newest entry
	By      string   // who agreed the words that stand, and when
	At      time.Time
	Since   time.Time // of the newest entry
	Review  Day
	History []GoalEntry // all entries, the newest first
}

// Over says whether nobody works towards it any more.
func (g Goal) Over() bool { return g.State.ends() }

// Due says whether the goal is to be looked at.
func (g Goal) Due(today Day) bool { return !g.Over() && g.Review <= today }

// NewGoal is what a form says.
type NewGoal struct {
	Kind        GoalKind
	Goal, After ID // NilID of one that is agreed
	Words       string
	Review      Day
	Key         ID // of the form: sending it twice writes once
}

// What can be wrong with a form.
const (
	FaultWords  = "words"
	FaultReview = "review"
)

// Clean makes the form fit to keep, and says what is wrong with it: the words, or the
// day of the review.
func (n NewGoal) Clean(today Day) (clean NewGoal, fault string, err error) {
	const op = "keep goal"
	n.Words = CleanWords(n.Words)
	switch n.Kind {
	case GoalAgreed, GoalChanged:
		if err := checkWords(op, n.Words, MaxGoal); err != nil {
			return n, FaultWords, err
		}
	case GoalGoing, GoalReached, GoalDropped:
		if n.Words != "" {
			if err := checkWords(op, n.Words, MaxWhy); err != nil {
				return n, FaultWords, err
			}
		}
	default:
		return n, FaultWords, Errorf(Invalid, op, "say what became of the goal")
	}
	if first := n.Kind == GoalAgreed; first != (n.Goal == NilID) || first != (n.After == NilID) {
		return n, FaultWords, Errorf(Invalid, op, "say which goal is meant")
	}
	if n.Kind.ends() {
		n.Review = 0
	} else if n.Review <= today || n.Review > today+MaxReviewDays {
		return n, FaultReview, Errorf(Invalid, op, "choose a day of the coming year")
	}
	return n, "", nil
}

// Goals are what entries, in the order of writing, amount to: those that stand first, by
// when they are looked at next, then those that are over, the newest first.
func Goals(entries []GoalEntry) []Goal {
	var goals []Goal
	for _, e := range entries {
		i := slices.IndexFunc(goals, func(g Goal) bool { return g.ID == e.Goal })
		if i < 0 {
			i, goals = len(goals), append(goals, Goal{ID: e.Goal})
		}
		g := &goals[i]
		if e.Kind.says() {
			g.Words, g.By, g.At = e.Words, e.By, e.At
		}
		g.Newest, g.State, g.Review, g.Since = e.ID, e.Kind, e.Review, e.At
		g.History = slices.Insert(g.History, 0, e)
	}
	slices.SortStableFunc(goals, func(a, b Goal) int {
		switch {
		case a.Over() != b.Over() && a.Over():
			return 1
		case a.Over() != b.Over():
			return -1
		case a.Over():
			return b.Since.Compare(a.Since)
		}
		return int(a.Review - b.Review)
	})
	return goals
}
