package alerts

import (
	"time"

	"howareyou/carenet"
)

// Escalate has everybody asked at once, whatever step it is at, and gives up
// any acknowledgement: whoever asks for more hands has too few. From there on
// the last step repeats until somebody takes the alert, outside staffed hours too. It fails with Conflict
// when the alert is resolved and with Invalid without a person. The escalation
// must have passed Check.
func Escalate(a Alert, e Escalation, by carenet.ID, now time.Time) (Alert, []Change, error) {
	const op = "escalate alert"
	if by == carenet.NilID {
		return a, nil, carenet.Errorf(carenet.Invalid, op, "an alert is escalated by a person")
	}
	if a.Status == StatusResolved {
		return a, nil, carenet.Errorf(carenet.Conflict, op, "this alert is already resolved")
	}
	changes := []Change{{Kind: ChangeEscalated, At: now, By: by, Ack: a.Ack}}
	a.Pressed = true
	to := []Role{RoleResponder, RoleCoordinator}
	var people []carenet.ID
	a.Status, a.Ack, a.Snooze, a.AskingSince, a.Asked = StatusOpen, Ack{}, Snooze{}, now, 0
	if last := len(e.Steps) - 1; last >= 0 {
		for _, s := range e.Steps {
			to, people = union(to, s.To), union(people, s.People)
		}
		// As if all steps had been gone through by now.
		a.AskingSince, a.Asked = now.Add(-e.Steps[last].After), last+1
	}
	return a, append(changes, Change{Kind: ChangeAsked, At: now, Ask: Ask{Number: max(a.Asked-1, 0), Due: now, To: to, People: people}}), nil
}
