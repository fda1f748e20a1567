package clinic

import (
	"strconv"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// alertView is an alert with its words chosen.
type alertView struct {
	id       string
	number   int
	title    string // "Alert 12"
	opened   string // "Alert 12, opened today 10:12"
	severity string
	tone     ui.Tone
	reason   string
	flags    []string
	has      string // who has it, or how it ended
	outcome  string
	note     string // what staff wrote when they closed it
	open     bool   // nobody has it
	take     string // where the button sends its form
	closing  bool   // somebody has it: what came of it is asked for
	close    string // where that form goes
	choices  []outcomeChoice
	putOff   putOffBox
	rate     string   // where it is said whether the alert was useful; "" not now
	useful   string   // what was said
	rule     string   // which rule of which pack fired; "" when that is not known
	limits   []string // and what it compared
}

type severity struct {
	word text.Key
	tone ui.Tone
}

var severities = map[alerts.Severity]severity{
	alerts.Red:       {text.PageBoardSeverityRed, ui.ToneRed},
	alerts.AmberHigh: {text.PageBoardSeverityAmberHigh, ui.ToneAmber},
	alerts.Amber:     {text.PageBoardSeverityAmber, ui.ToneAmber},
	alerts.Outreach:  {text.PageBoardSeverityOutreach, ui.ToneNeutral},
	alerts.Watch:     {text.PageBoardSeverityWatch, ui.ToneNeutral},
	alerts.Digest:    {text.PageBoardSeverityDigest, ui.ToneNeutral},
}

func severityOf(a carenet.AlertView) severity {
	if s, ok := severities[alerts.Severity(a.Severity)]; ok {
		return s
	}
	// One that this version does not know must not look harmless.
	return severities[alerts.Red]
}

var flagWords = map[string]text.Key{
	"self_harm":         text.PageBoardFlagSelfHarm,
	"chest_pain":        text.PageBoardFlagChestPain,
	"breathless_severe": text.PageBoardFlagBreathlessSevere,
	"stroke":            text.PageBoardFlagStroke,
	"bleeding":          text.PageBoardFlagBleeding,
	"fall":              text.PageBoardFlagFall,
	"wants_contact":     text.PageBoardFlagWantsContact,
}

var outcomes = map[alerts.Outcome]text.Key{
	alerts.OutcomeCalled:     text.PagePatientOutcomeCalled,
	alerts.OutcomeVisited:    text.PagePatientOutcomeVisited,
	alerts.OutcomeMedication: text.PagePatientOutcomeMedication,
	alerts.OutcomeFalseAlarm: text.PagePatientOutcomeFalseAlarm,
	alerts.OutcomeOther:      text.PagePatientOutcomeOther,
}

func newAlertView(r front.Reader, base string, viewer carenet.ID, a carenet.AlertView) alertView {
	s := severityOf(a)
	v := alertView{
		id: a.ID.String(), number: a.Number, title: r.Say(text.PageBoardAlert, text.Data{"Number": a.Number}),
		opened:   r.Say(text.PageBoardAlertOpened, text.Data{"Number": a.Number, "When": r.On(a.OpenedAt)}),
		severity: r.Say(s.word), tone: s.tone, reason: r.Reason(a.Evidence), has: whoHas(r, viewer, a),
		open: a.State == string(alerts.StatusOpen) || a.State == string(alerts.StatusSnoozed), take: base + "/clinic/alerts/" + a.ID.String() + "/acknowledge",
	}
	if alerts.Status(a.State) == alerts.StatusAcknowledged {
		v.closing, v.close, v.choices = true, base+"/clinic/alerts/"+a.ID.String()+"/resolve", outcomeChoices(r)
	}
	v.life(r, base, a)
	if e := a.Evidence; e.Pack != "" {
		v.rule = r.Say(text.PageBoardRule, text.Data{"Rule": e.Rule, "Version": e.Version, "Pack": e.Pack, "PackVersion": e.PackVersion})
		for _, l := range e.Limits {
			v.limits = append(v.limits, r.Say(text.PageBoardLimit, text.Data{"Name": l.Name, "Value": figure(l.Value), "Limit": figure(l.Limit)}))
		}
	}
	v.flags = flagsSaid(r, a.Evidence.Flags)
	if alerts.Status(a.State) == alerts.StatusResolved {
		v.tone = ui.ToneNeutral
		if key, ok := outcomes[alerts.Outcome(a.Outcome)]; ok {
			v.outcome = r.Say(key)
		}
	}
	return v
}

// flagsSaid are flags in words.
func flagsSaid(r front.Reader, flags []string) (said []string) {
	for _, f := range flags {
		if key, ok := flagWords[f]; ok {
			said = append(said, r.Say(key))
		}
	}
	return said
}

// figure writes a value of a rule, to three digits that count.
func figure(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// whoHas says who deals with the alert since when, or when it was closed.
func whoHas(r front.Reader, viewer carenet.ID, a carenet.AlertView) string {
	switch alerts.Status(a.State) {
	case alerts.StatusResolved:
		return r.Say(text.PagePatientClosed, text.Data{"When": r.On(a.ResolvedAt)})
	case alerts.StatusAcknowledged:
		if a.TakenByID == viewer {
			return r.Say(text.PageBoardYouHave, text.Data{"When": r.On(a.TakenAt)})
		}
		return r.Say(text.PageBoardHas, text.Data{"Name": a.TakenBy, "When": r.On(a.TakenAt)})
	case alerts.StatusSnoozed:
		return r.Say(text.DutyPutOffHas, text.Data{"Name": a.PutOffBy, "When": r.On(a.PutOffUntil)})
	}
	return r.Say(text.PageBoardNobodyHas)
}

// notice is news at the top of a page.
type notice struct {
	tone  ui.Tone
	words string
}

// aboutAlert says what became of pressing the alert's button.
func aboutAlert(r front.Reader, viewer carenet.ID, a carenet.AlertView) notice {
	switch {
	case alerts.Status(a.State) == alerts.StatusAcknowledged && a.TakenByID == viewer:
		return notice{ui.ToneLeaf, r.Say(text.PageBoardTakenTitle, text.Data{"Number": a.Number})}
	case alerts.Status(a.State) == alerts.StatusSnoozed:
		return notice{ui.ToneLeaf, r.Say(text.DutyPutOffDone, text.Data{"Number": a.Number, "When": r.On(a.PutOffUntil)})}
	case alerts.Status(a.State) == alerts.StatusResolved && a.Useful != nil:
		return notice{ui.ToneLeaf, r.Say(text.DutyUsefulThanks)}
	case alerts.Status(a.State) == alerts.StatusResolved:
		return notice{ui.ToneLeaf, r.Say(text.PagePatientOutcomeDone, text.Data{"Number": a.Number})}
	case alerts.Status(a.State) == alerts.StatusAcknowledged:
		return notice{ui.ToneAmber, r.Say(text.PageBoardAlreadyTaken, text.Data{"Name": a.TakenBy, "When": r.On(a.TakenAt)})}
	}
	return notice{ui.ToneAmber, r.Say(text.PageErrorStale)}
}
