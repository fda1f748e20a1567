package front

import (
	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/carenet"
	"howareyou/notify/text"
)

// safetyTitles are of the rules that stand in no pack.
var safetyTitles = map[string]text.Key{
	alerts.RuleSelfHarm: text.RulesSafeSelfharm,
	alerts.RuleRedFlag:  text.RulesSafeRedflag,
	alerts.RuleHelp:     text.RulesSafeHelp,
	carenet.RuleUnread:  text.RecordRulesUnreadTitle,
}

// RuleTitle says what a rule is about: nobody knows rules by their ids. own are the
// rules that the organisation has in force; without them, those that come with the
// program are asked. It is "" for a rule that neither holds.
func RuleTitle(t *text.Texts, id string, own ...alerts.Rule) string {
	if key, ok := safetyTitles[id]; ok {
		return t.Say(key)
	}
	for _, rules := range [][]alerts.Rule{own, pack.Default().Rules} {
		for _, r := range rules {
			if r.ID != id {
				continue
			}
			if words := r.Say[t.Lang()]; words != "" {
				return alerts.Title(words)
			}
			return alerts.Title(r.Say["en"])
		}
	}
	return ""
}

// RuleName says a rule's title with its id, or the id alone.
func RuleName(t *text.Texts, id string, own ...alerts.Rule) string {
	if title := RuleTitle(t, id, own...); title != "" {
		return title + " (" + Number(id) + ")"
	}
	return id
}
