package notify

import "howareyou/carenet"

// Priority is the lane of a delivery: lower goes first. What is at most
// PriorityAlert may be sent while an earlier text to the same number is
// unsettled, because a doubled alert is better than a late one.
type Priority int

// The lanes.
const (
	PriorityRed    Priority = -1 // an alert of danger now
	PriorityAlert  Priority = 0
	PriorityReply  Priority = 1
	PriorityPrompt Priority = 2
	PriorityUpdate Priority = 3
	PriorityDigest Priority = 4
)

// Lanes are all of them, the most urgent first.
var Lanes = []Priority{PriorityRed, PriorityAlert, PriorityReply, PriorityPrompt, PriorityUpdate, PriorityDigest}

// Urgent says whether the lane is one of the alerts'.
func (p Priority) Urgent() bool { return p <= PriorityAlert }

// String is the lane's name, for metrics and for who runs the service.
func (p Priority) String() string {
	switch p {
	case PriorityRed:
		return "red alerts"
	case PriorityAlert:
		return "alerts"
	case PriorityReply:
		return "replies"
	case PriorityPrompt:
		return "prompts"
	case PriorityUpdate:
		return "updates"
	case PriorityDigest:
		return "digests"
	}
	return "other"
}

// Due is a sender's lane in which texts may leave now.
type Due struct {
	Org       carenet.ID
	Sender    carenet.ID
	Lane      Priority
	Waiting   int // numbers that wait for one, at most as many as were asked for
	PerMinute int // the sender's rate, 0 for no limit
}

// Grant lets so many texts of a lane leave.
type Grant struct {
	Due
	Most int
}

// Share divides free places among what is due: the most urgent lane first, and
// within a lane evenly among its senders, so that one organisation's flood holds
// up nobody else. turn says who gets a place that cannot be divided.
func Share(due []Due, free, turn int) []Grant {
	var grants []Grant
	for len(due) > 0 && free > 0 {
		n := 1
		for n < len(due) && due[n].Lane == due[0].Lane {
			n++
		}
		lane := due[:n]
		due = due[n:]
		most := make([]int, n)
		for given := true; given && free > 0; {
			given = false
			for i := range lane {
				at := (i + turn) % n
				if most[at] < lane[at].Waiting && free > 0 {
					most[at]++
					free--
					given = true
				}
			}
		}
		for i, d := range lane {
			if most[i] > 0 {
				grants = append(grants, Grant{d, most[i]})
			}
		}
	}
	return grants
}
