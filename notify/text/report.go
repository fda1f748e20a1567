package text

import (
	"fmt"

	"howareyou/carenet"
)

var reportKeys = map[carenet.Report]Key{
	carenet.ReportHospital: ReportedHospital,
	carenet.ReportDied:     ReportedDied,
	carenet.ReportHome:     ReportedHome,
	carenet.ReportUndone:   ReportedUndone,
}

// report tells staff what somebody has said of a patient.
func (c composer) report() (string, error) {
	key, ok := reportKeys[c.d.Report]
	if !ok {
		return "", fmt.Errorf("nothing is said of the report %q", c.d.Report)
	}
	return c.say(key, Data{"By": c.d.About, "Name": c.patientForStaff(), "Link": c.d.Link})
}
