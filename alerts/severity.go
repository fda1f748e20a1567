package alerts

// Severity says how soon a human must look, and where a finding is shown.
type Severity string

// The severities, most urgent first.
const (
	Red       Severity = "red"        // danger now
	AmberHigh Severity = "amber-high" // the same day
	Amber     Severity = "amber"      // within one working day
	// AskFirst means that the patient is asked first whether they would like a call:
	// amber-high when they say yes or nothing.
	AskFirst Severity = "ask"
	Outreach Severity = "outreach" // silence: make contact within two working days
	Watch    Severity = "watch"    // on the watch list; nobody is called
	Digest   Severity = "digest"   // in the weekly digest
)

// urgency lists the severities from least to most urgent.
var urgency = [...]Severity{Digest, Watch, Outreach, AskFirst, Amber, AmberHigh, Red}

// Rank orders severities: higher is more urgent, 0 is not a severity.
func (s Severity) Rank() int {
	for i, u := range urgency {
		if u == s {
			return i + 1
		}
	}
	return 0
}

// Worst returns the most urgent severity of the findings, or "" of none.
func Worst(findings []Finding) Severity {
	var worst Severity
	for _, f := range findings {
		if f.Severity.Rank() > worst.Rank() {
			worst = f.Severity
		}
	}
	return worst
}
