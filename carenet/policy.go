package carenet

// Tie is how an actor is tied to a patient: the facts that the policy judges.
type Tie struct {
	Org       ID // the patient's organisation
	Patient   ID
	Following bool  // an active place in the patient's circle
	Scope     Scope // what the patient's standing consent allows that follower
	Staff     bool  // an active clinician of the patient's organisation
}

// View is what an actor may see and do with one patient. The zero View is nothing.
type View struct {
	Parts       Scope
	Private     bool // check-ins kept from followers
	Alerts      bool // alerts and their handling
	Thread      bool // every text in and out
	Answer      bool // may check in as the patient
	Acknowledge bool // may take an alert
	Reason      string
}

// Sees says whether anything of the patient may be seen at all.
func (v View) Sees() bool { return v.Parts.Has(PartAnswered) }

// Look is the access policy: pure, and the same for pages, texts, API and
// export. It says what actor may see of the patient of tie, and why.
func Look(actor Actor, tie Tie) View {
	if actor.Org != tie.Org || actor.Org == NilID {
		return View{Reason: "another organisation"}
	}
	switch actor.Kind {
	case ActorPatient:
		if actor.Person != tie.Patient || actor.Person == NilID {
			return View{Reason: "a patient sees only their own check-ins"}
		}
		return View{Parts: everything(), Private: true, Answer: true, Reason: "their own"}
	case ActorFollower:
		scope := tie.Scope.Normal()
		if !tie.Following || len(scope) == 0 {
			return View{Reason: "not in this circle, or consent was withdrawn"}
		}
		return View{Parts: scope, Alerts: scope.Has(PartAlerts), Reason: "the patient's consent"}
	case ActorClinician:
		if !tie.Staff {
			return View{Reason: "not, or no longer, staff here"}
		}
		return View{Parts: everything(), Private: true, Alerts: true, Thread: true, Acknowledge: true, Reason: "staff of the organisation"}
	case ActorSystem, ActorOperator:
		return View{Parts: everything(), Private: true, Alerts: true, Thread: true, Reason: "the service itself"}
	}
	return View{Reason: "unknown kind of actor"}
}
