package text

import (
	"strings"

	"howareyou/carenet"
)

// reviewLetter is the week of an organisation for one of its staff: names as they stand
// on the board, and what the rules say.
func (c composer) reviewLetter() (string, error) {
	r := c.d.Review
	today := carenet.LocalDay(r.Until, c.d.Zone)
	head, err := c.say(DutyWeekLetter, Data{"From": c.Day(carenet.LocalDay(r.Since, c.d.Zone), today), "To": c.Day(today, today)})
	if err != nil {
		return "", err
	}
	parts := []string{head}
	list := func(title Key, lines []string) {
		if len(lines) > 0 {
			parts = append(parts, c.Say(title)+":\n"+strings.Join(lines, "\n"))
		}
	}
	list(DutyWeekDrift, c.reviewLines(r.Drift))
	list(DutyWeekWatch, c.reviewLines(r.Watch))
	list(DutyWeekSilent, c.reviewLines(r.Silent))
	list(DutyWeekGoals, c.reviewLines(r.Goals))
	var over, rules []string
	for _, x := range r.Over {
		over = append(over, "- "+c.Say(DutyWeekOverRule, Data{"Rule": x.Rule, "Month": x.Month, "Week": x.Week, "Budget": x.Budget}))
	}
	list(DutyWeekOver, over)
	for _, x := range r.Rules {
		rules = append(rules, "- "+c.Say(DutyWeekRule, Data{"Rule": x.Rule, "Opened": x.Opened, "Closed": x.Closed, "False": x.FalseAlarm, "Useful": x.Useful, "Not": x.NotUseful}))
	}
	list(DutyWeekRules, rules)
	if r.Empty() {
		parts = append(parts, c.Say(DutyWeekNothing))
	}
	parts = append(parts, c.Say(DutyWeekStanding, Data{"Count": r.Standing}))
	if c.d.Link != "" {
		parts = append(parts, c.Say(DutyWeekOpen, Data{"Link": c.d.Link}))
	}
	return strings.Join(parts, "\n\n"), nil
}

// reviewLines are the patients of a list, a line each.
func (c composer) reviewLines(of []carenet.ReviewPatient) (lines []string) {
	for _, p := range of {
		lines = append(lines, "- "+p.Name+": "+c.ReviewWhy(p))
	}
	return lines
}

// ReviewWhy says why a patient is on a list of the week.
func (t *Texts) ReviewWhy(p carenet.ReviewPatient) string {
	var why []string
	for _, e := range p.Why {
		why = append(why, t.Reason(e))
	}
	switch p.Cause {
	case carenet.Undelivered:
		why = append(why, t.Say(DutyWeekUndelivered))
	case carenet.NoReply:
		why = append(why, t.Say(PageBoardMissed, Data{"Count": max(p.Missed, 1)}))
	}
	if p.Goals > 0 {
		why = append(why, t.Say(RecordGoalsDue, Data{"Count": p.Goals}))
	}
	return strings.Join(why, " ")
}
