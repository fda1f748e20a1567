package carenet

// ActorKind says in which role somebody acts.
type ActorKind string

// The kinds of actor.
const (
	ActorPatient   ActorKind = "patient"
	ActorFollower  ActorKind = "follower"
	ActorClinician ActorKind = "clinician"
	ActorOperator  ActorKind = "operator" // a command line on the server
	ActorSystem    ActorKind = "system"   // the service itself: workers and ticks
)

// Actor is who reads or changes patient data. Every read and write takes one,
// and it is what the audit trail records.
type Actor struct {
	Kind   ActorKind
	Org    ID
	Person ID     // NilID for operator and system
	Via    string // sms, page, command, worker
}

// SystemActor is the service itself at work in org.
func SystemActor(org ID) Actor { return Actor{Kind: ActorSystem, Org: org, Via: "worker"} }
