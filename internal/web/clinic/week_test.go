package clinic_test

import (
	"context"
	"testing"

	"howareyou/carenet"
)

func (d *duty) Review(context.Context, carenet.Actor) (carenet.Review, error) {
	d.week.Zone, d.week.Since, d.week.Until, d.week.Wanted = d.zone(), now.AddDate(0, 0, -7), now, !d.unwanted
	return d.week, nil
}

func (d *duty) SetReview(_ context.Context, _ carenet.Actor, wanted bool) error {
	d.unwanted = !wanted
	return nil
}

func TestTheWeekInShort(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/clinic/week", "", nil)
	w.has(body, "From 2 March to 9 March", "Nothing stands out this week.", "0 alerts are not closed.", "We tell you of this on Monday mornings", "not", "Watch list")
	why := []carenet.Evidence{{Rule: "WB-DRIFT", Say: map[string]string{"en": "At first 4.4, in the last four weeks 3.2."}}}
	w.fake.week = carenet.Review{
		Drift: []carenet.ReviewPatient{{ID: mary, Name: "Mary Okafor", Why: why}}, Watch: []carenet.ReviewPatient{{ID: mary, Name: "Watched Wyn", Why: why}},
		Silent:   []carenet.ReviewPatient{{ID: mary, Name: "Silent Sue", Cause: carenet.NoReply, Missed: 4}, {ID: mary, Name: "Gone Gus", Cause: carenet.Undelivered}},
		Goals:    []carenet.ReviewPatient{{ID: mary, Name: "Mary Okafor", Goals: 1}},
		Over:     []carenet.ReviewBudget{{Rule: "WB-OVER", Week: 5, Month: 19, Budget: 3}},
		Rules:    []carenet.ReviewRule{{Rule: "WB-TREND-EWMA", Severity: "amber", Opened: 5, Closed: 3, FalseAlarm: 1, Useful: 2, NotUseful: 1}},
		Standing: 1,
	}
	_, body = w.ask("GET", "/clinic/week", "", nil)
	w.has(body, "Lower than when they began, slowly", "At first 4.4", `href="/demo/as/dana/clinic/patients/`+mary.String(), "Watch list", "Silent Sue", "4 days without an answer", "Our texts do not arrive.",
		"5 opened, 3 closed, 1 of them false alarms; 2 useful, 1 not useful", "1 alert is not closed.", "not", "Nothing stands out")
	if res, _ := w.ask("POST", "/clinic/week", "wanted=no", nil); res.StatusCode != 403 || w.fake.unwanted {
		t.Errorf("from nowhere: %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", "/clinic/week", "wanted=no", ours); res.StatusCode != 303 || !w.fake.unwanted {
		t.Errorf("%d, unwanted %t", res.StatusCode, w.fake.unwanted)
	}
	_, body = w.ask("GET", "/clinic/week?saved=1", "", nil)
	w.has(body, "You are not told of this.", "Tell me on Mondays", "Saved.")
}
