package carenet_test

import (
	"testing"
	"time"

	"howareyou/carenet"
)

func TestReports(t *testing.T) {
	for _, c := range []struct {
		report      carenet.Report
		state, next string
		ok          bool
	}{
		{carenet.ReportHospital, "active", "in_hospital", true},
		{carenet.ReportHospital, "in_hospital", "in_hospital", false},
		{carenet.ReportHospital, "died", "died", false},
		{carenet.ReportHome, "in_hospital", "active", true},
		{carenet.ReportHome, "active", "active", false},
		{carenet.ReportHome, "died", "died", false}, // that is staff's to undo
		{carenet.ReportDied, "active", "died", true},
		{carenet.ReportDied, "in_hospital", "died", true},
		{carenet.ReportDied, "died", "died", false},
		{carenet.ReportDied, "invited", "invited", false},
		{carenet.ReportHospital, "left", "left", false},
	} {
		if next, ok := c.report.Becomes(c.state); next != c.next || ok != c.ok {
			t.Errorf("%s of somebody %s: %s %t", c.report, c.state, next, ok)
		}
	}
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	died := carenet.Reported{What: carenet.ReportDied, At: at}
	if !carenet.MayUndo(died, at.Add(23*time.Hour)) || carenet.MayUndo(died, at.Add(24*time.Hour)) {
		t.Error("a report may be undone for a day")
	}
	if carenet.MayUndo(carenet.Reported{What: carenet.ReportUndone, At: at}, at) || carenet.MayUndo(carenet.Reported{}, at) {
		t.Error("there is nothing to undo")
	}
	for state, want := range map[string]bool{"active": true, "invited": true, "in_hospital": false, "died": false, "left": false, "": false} {
		if carenet.Reachable(state) != want {
			t.Errorf("%q: %t", state, !want)
		}
	}
}
