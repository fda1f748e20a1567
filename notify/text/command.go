package text

import (
	"strings"

	"howareyou/carenet"
)

// aboutCommand fills in what the answer to a command says, and returns the text
// that fits.
func (c composer) aboutCommand(key Key, data Data) Key {
	switch key {
	case Circle:
		if len(c.d.See) == 0 {
			return CircleNobody
		}
		data["Who"] = c.circle()
	case Dropped:
		data["Name"] = carenet.FirstName(c.d.About)
	case Joined:
		if c.d.At.IsZero() {
			return JoinedLater
		}
		data["When"] = c.When(c.d.At, c.d.Now, c.d.Zone)
	case AddAlready, Invited, NotInvited, CircleProxy, CircleProxyEnd, NotAllowed, AllowAlready:
		data["Who"] = carenet.FirstName(c.d.About)
	case Paused:
		data["Day"] = c.Day(carenet.LocalDay(c.d.At, c.d.Zone), carenet.LocalDay(c.d.Now, c.d.Zone))
	case Resumed, WhenNext:
		if c.d.At.IsZero() {
			return WhenNever
		}
		data["When"] = c.When(c.d.At, c.d.Now, c.d.Zone)
	case Eased, EaseBack:
		data["Often"], data["When"] = c.Often(c.d.PerWeek), c.When(c.d.At, c.d.Now, c.d.Zone)
	case Muted:
		data["When"] = c.When(c.d.At, c.d.Now, c.d.Zone)
	case Asked:
		if c.d.StaffedHours == "" {
			return AskedNoHours
		}
	case CallYes:
		if c.d.StaffedHours == "" {
			return CallYesNoHours
		}
	case DutySnoozed:
		data["Name"], data["When"] = c.patientForStaff(), c.When(c.d.At, c.d.Now, c.d.Zone)
	case Resolved, Escalated:
		data["Name"] = c.patientForStaff()
	case OnDuty:
		return c.onDuty(data)
	}
	return key
}

// circle says who sees what, a sentence each, nobody left out: a text that grows
// with the circle is better than one that hides somebody.
func (c composer) circle() string {
	var all []string
	for _, s := range c.d.See {
		key := CircleAnswered
		switch score, words := s.Scope.Has(carenet.PartScore), s.Scope.Has(carenet.PartWords); {
		case score && words:
			key = CircleWords
		case score:
			key = CircleScore
		case words:
			key = CircleWordsOnly
		}
		all = append(all, c.Say(key, Data{"Name": carenet.FirstName(s.Name)}))
		if page := c.onPage(s.Scope); page != "" {
			all = append(all, c.Say(CirclePage, Data{"Name": carenet.FirstName(s.Name), "What": page}))
		}
		if s.Answers {
			all = append(all, c.Say(CircleMayAnswer, Data{"Name": carenet.FirstName(s.Name)}))
		}
	}
	return strings.Join(all, ". ")
}

// onPage says what of a scope stands on a page alone (INV-17: it is said by text, too).
func (c composer) onPage(scope carenet.Scope) string {
	var what []string
	for _, x := range []struct {
		part carenet.Part
		key  Key
	}{{carenet.PartTrend, CirclePageTrend}, {carenet.PartAlerts, CirclePageAlerts}, {carenet.PartMore, CirclePageMore}} {
		if scope.Has(x.part) {
			what = append(what, c.Say(x.key))
		}
	}
	return strings.Join(what, c.Say(CirclePageAnd))
}

// kindWord passes a follower's words on, as many as fit.
func (c composer) kindWord() (string, error) {
	by := carenet.FirstName(c.d.From)
	words := strings.Join(strings.Fields(c.d.Said), " ")
	if words == "" {
		return c.say(KindWordOnIt, Data{"By": by})
	}
	return c.withWords(KindWord, Data{"By": by}, words)
}
