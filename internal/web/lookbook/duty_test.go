package lookbook

import (
	"context"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

// RotaPage has shifts, a cover and a gap; in the empty town there is none.
func (w *town) RotaPage(context.Context, carenet.Actor) (carenet.RotaPage, error) {
	p := carenet.RotaPage{
		Organisation: w.words.organisation, Zone: zone, Today: today, MayEdit: !w.calm,
		Staff: []carenet.PersonName{{ID: dana, Name: w.words.dana}, {ID: sam, Name: w.words.lee}},
	}
	if w.empty {
		return p, nil
	}
	p.Asked = true
	p.Now = []carenet.OnDuty{{ID: dana, Name: w.words.dana, From: now.Add(-2 * time.Hour), Until: now.Add(10 * time.Hour)}}
	p.Ahead = []carenet.OnDuty{p.Now[0], {ID: sam, Name: w.words.lee, From: now.Add(20 * time.Hour), Until: now.Add(32 * time.Hour), For: w.words.dana}, {ID: dana, Name: w.words.dana, From: now.Add(230 * time.Hour), Until: now.Add(240 * time.Hour)}}
	p.Gaps = []carenet.Gap{{From: now.Add(10 * time.Hour), Until: now.Add(20 * time.Hour)}, {From: now.Add(32 * time.Hour), Until: now.Add(230 * time.Hour)}}
	p.Shifts = []carenet.RotaShift{
		{ID: dana, Name: w.words.dana, Weekly: true, Weekday: time.Monday, First: today - 20, From: 480, Until: 1200},
		{ID: sam, Name: w.words.lee, Weekly: true, Weekday: time.Tuesday, First: today + 3, From: 1200, Until: 480},
		{ID: mary, Name: w.words.dana, First: today + 9, From: 540, Until: 1020},
	}
	p.Covers = []carenet.RotaCover{{ID: dana, Away: w.words.dana, By: w.words.lee, First: today, Last: today + 3}, {ID: sam, Away: w.words.lee, First: today + 5, Last: today + 6}}
	if w.calm {
		p.Gaps, p.Covers = nil, nil
	}
	return p, nil
}

// AddShifts does nothing.
func (w *town) AddShifts(context.Context, carenet.Actor, []alerts.Shift) error { return nil }

// EndShift does nothing.
func (w *town) EndShift(context.Context, carenet.Actor, carenet.ID) error { return nil }

// AddCover does nothing.
func (w *town) AddCover(context.Context, carenet.Actor, alerts.Cover) error { return nil }

// EndCover does nothing.
func (w *town) EndCover(context.Context, carenet.Actor, carenet.ID) error { return nil }

// PolicyPage has one escalation of the town's own.
func (w *town) PolicyPage(context.Context, carenet.Actor) (carenet.PolicyPage, map[alerts.Severity]alerts.Escalation, error) {
	p := carenet.PolicyPage{
		Organisation: w.words.organisation, Zone: zone, MayEdit: !w.calm,
		Staff:   []carenet.PersonName{{ID: dana, Name: w.words.dana}, {ID: sam, Name: w.words.lee}},
		Version: map[string]int{"red": 3}, Since: map[string]time.Time{"red": now.AddDate(0, 0, -3)},
	}
	all := map[alerts.Severity]alerts.Escalation{}
	for _, s := range alerts.Escalated {
		all[s] = alerts.DefaultEscalation(s)
	}
	all[alerts.Red] = alerts.Escalation{
		Steps: []alerts.Step{
			{To: []alerts.Role{alerts.RoleOnDuty}}, {After: 10 * time.Minute, To: []alerts.Role{alerts.RoleResponder}, People: []carenet.ID{sam}},
		},
		Repeat: 15 * time.Minute, Hold: 45 * time.Minute,
	}
	for s, e := range all {
		for day := time.Monday; day <= time.Friday && !w.empty; day++ {
			e.Hours.Spans = append(e.Hours.Spans, alerts.WeekSpan{Weekday: day, From: 8 * 60, Until: 18 * 60})
		}
		e.Hours.Zone = zone
		all[s] = e
	}
	return p, all, nil
}

// SetStaffedHours takes any.
func (w *town) SetStaffedHours(context.Context, carenet.Actor, []alerts.WeekSpan, map[string]string) error {
	return nil
}

// SetEscalation refuses what the rules refuse.
func (w *town) SetEscalation(_ context.Context, _ carenet.Actor, s alerts.Severity, e alerts.Escalation) error {
	return e.CheckFor(s)
}

// Review has each list; in the empty town nothing stands out.
func (w *town) Review(context.Context, carenet.Actor) (carenet.Review, error) {
	r := carenet.Review{Organisation: w.words.organisation, Zone: zone, Since: now.AddDate(0, 0, -7), Until: now, Wanted: !w.calm}
	if w.empty {
		return r, nil
	}
	why := []carenet.Evidence{{Rule: "WB-SLOPE-WATCH", Say: map[string]string{
		"en": "Falling for three weeks, by -0.5 a week (p 0.004, 18 answers). Usually 4, lately 3.5.",
		"ar": "انخفاض منذ ثلاثة أسابيع، -0.5 في الأسبوع. المعتاد 4، ومؤخرا 3.5.",
	}}}
	r.Drift = []carenet.ReviewPatient{{ID: mary, Name: w.words.mary, Why: why}}
	r.Watch = []carenet.ReviewPatient{{ID: willID, Name: w.words.will, Why: why}}
	r.Silent = []carenet.ReviewPatient{{ID: sueID, Name: w.words.sue, Cause: carenet.NoReply, Missed: 4}, {ID: joeID, Name: w.words.joe, Cause: carenet.Undelivered}}
	r.Rules = []carenet.ReviewRule{{Rule: "WB-BELOW-USUAL-3", Severity: "amber", Opened: 5, Closed: 3, FalseAlarm: 1, Useful: 2, NotUseful: 1}}
	r.Standing = 2
	r.Goals = []carenet.ReviewPatient{{ID: mary, Name: w.words.mary, Goals: 2}}
	r.Over = []carenet.ReviewBudget{{Rule: "WB-BELOW-USUAL-3", Week: 5, Month: 19, Budget: 3}}
	return r, nil
}

// SetReview does nothing.
func (w *town) SetReview(context.Context, carenet.Actor, bool) error { return nil }
