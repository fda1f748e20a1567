package text

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/notify"
)

// question asks somebody to say yes or no. It says who asks, what happens, what it may
// cost, how to end it and that nobody is watching: all that a consent must know.
func (c composer) question() (string, error) {
	d := c.d
	data := Data{"Name": c.name(), "Link": d.Link, "Emergency": c.emergency(), "Who": carenet.FirstName(d.About)}
	switch d.Question {
	case carenet.AskEnrol:
		if d.Again {
			return c.say(QuestionEnrolAgain, data)
		}
		data["Often"] = c.Often(d.PerWeek)
		if d.About == "" {
			return c.say(QuestionEnrolOrg, data)
		}
		data["By"] = d.About
		return c.say(QuestionEnrol, data)
	case carenet.AskFollow:
		if d.Again {
			return c.say(QuestionFollowAgain, data)
		}
		seen, err := c.seen()
		data["Seen"] = seen
		if err != nil {
			return "", err
		}
		return c.say(QuestionFollow, data)
	case carenet.AskDied:
		return c.say(QuestionDied, data)
	case carenet.AskEase:
		data["Often"] = c.Often(d.PerWeek)
		if ask.MissesDrops(d.PerWeek) {
			return c.say(QuestionEaseRare, data) // that must be known before anybody agrees
		}
		return c.say(QuestionEase, data)
	case carenet.AskProxy:
		return c.say(QuestionProxy, data)
	case carenet.AskShare:
		seen, err := c.seen()
		data["Seen"] = seen
		if err != nil {
			return "", err
		}
		return c.say(QuestionShare, data)
	}
	return "", fmt.Errorf("nobody asks a question of kind %q", d.Question)
}

// Often says how many times a week somebody is asked.
func (t *Texts) Often(perWeek int) string {
	switch {
	case perWeek <= 0:
		return t.Say(QuestionOftenNever)
	case perWeek >= 7:
		return t.Say(QuestionOftenDaily)
	}
	return t.Say(QuestionOften, Data{"Count": perWeek})
}

var circleChanges = map[carenet.Change]Key{
	carenet.ChangeJoined:   CircleJoined,
	carenet.ChangeDeclined: CircleDeclined,
	carenet.ChangeLapsed:   CircleLapsed,
	carenet.ChangeScope:    CircleScope,
	carenet.ChangeDropped:  Dropped,
	carenet.ChangeProxy:    CircleProxy,
	carenet.ChangeProxyEnd: CircleProxyEnd,
}

// circleChange tells a patient what is different in their circle.
func (c composer) circleChange() (string, error) {
	key, ok := circleChanges[c.d.Change]
	if !ok {
		return "", fmt.Errorf("nothing is said of the change %q", c.d.Change)
	}
	data := Data{"Who": carenet.FirstName(c.d.About), "Name": carenet.FirstName(c.d.About)}
	if key == CircleProxy && c.d.From != "" {
		key, data["By"] = CircleProxyStaff, c.d.From
	}
	if key == CircleJoined || key == CircleScope {
		seen, err := c.seen()
		if err != nil {
			return "", err
		}
		data["Seen"] = seen
	}
	return c.say(key, data)
}

// seen shows what a follower of the draft's scope gets, by the very functions that cut
// and write the real texts (INV-17), and what they see on their page besides.
func (c composer) seen() (string, error) {
	all, err := c.Examples(c.d)
	return strings.Join(all, " "), err
}

// exampleScore is what the example of an update says.
const exampleScore = 4

// Examples are the text that a follower of this scope would get of an answer, in
// quotes, and a sentence for each thing that they see on a page alone.
func (t *Texts) Examples(d notify.Draft) ([]string, error) {
	score := float64(exampleScore)
	whole := carenet.CheckIn{ID: carenet.ID{1}, Org: carenet.ID{1}, Patient: carenet.ID{1}, Score: &score, Words: t.Say(QuestionExampleWords)}
	view := carenet.Look(carenet.Actor{Kind: carenet.ActorFollower, Org: whole.Org}, carenet.Tie{Org: whole.Org, Patient: whole.Patient, Following: true, Scope: d.Scope})
	u, ok := whole.For(view)
	if !ok {
		return nil, fmt.Errorf("this scope shows nothing")
	}
	body, err := Composer{}.Compose(notify.Draft{
		Kind: notify.KindUpdate, Audience: carenet.ToFollower, Language: t.lang, Zone: d.Zone, Organisation: d.Organisation,
		Patient: d.Patient, Update: u, Scope: d.Scope, Scale: carenet.WellbeingScale,
	})
	if err != nil {
		return nil, err
	}
	// In the text to the follower the organisation stands in front; here it has spoken.
	mark := `"`
	if strings.Contains(body, mark) {
		mark = "'" // around the patient's own words, which stand in quotes
	}
	out := []string{mark + strings.TrimPrefix(body, d.Organisation+": ") + mark}
	if d.Scope.Has(carenet.PartTrend) {
		out = append(out, t.Say(QuestionAlsoTrend))
	}
	if d.Scope.Has(carenet.PartAlerts) {
		out = append(out, t.Say(QuestionAlsoAlerts))
	}
	if d.Scope.Has(carenet.PartMore) {
		out = append(out, t.Say(QuestionAlsoMore))
	}
	return out, nil
}

// agreed are the words in which people are asked for their consent.
var agreed = map[carenet.QuestionKind]Key{
	carenet.AskEnrol:  QuestionEnrol,
	carenet.AskShare:  QuestionShare,
	carenet.AskFollow: QuestionFollow,
	carenet.AskDied:   QuestionDied,
	carenet.AskEase:   QuestionEase,
	carenet.AskProxy:  QuestionProxy,
}

// ConsentWords are the words of a question with its fields left open, and their
// version, which follows from them: other words are another version. It implements
// notify.ConsentWords.
func (Composer) ConsentWords(kind carenet.QuestionKind, lang string) (version, words string) {
	return For(lang).agreedTo(string(kind), agreed[kind])
}

// onPage are the words beside the buttons of the page of a patient's circle. The texts
// that a follower gets stand between them, in the very words of the texts themselves.
var onPage = map[notify.CircleAct][]Key{
	notify.CircleInvite:   {JoinConfirm, JoinConfirmYes},
	notify.CircleShow:     {JoinChange, JoinWhat, JoinPartAnswered, JoinPartScore, JoinPartWords, JoinPartTrend, JoinPartAlerts, MorePart, JoinChangeSave},
	notify.CircleDrop:     {JoinDropAbout, JoinDrop},
	notify.CircleProxy:    {ProxyMeTitle, ProxyMeAbout, ProxyMeYes},
	notify.CircleProxyEnd: {ProxyMeMay, ProxyMeEnd},
}

// PageWords are ConsentWords of the page of a patient's circle. It implements
// notify.PageWords.
func (Composer) PageWords(act notify.CircleAct, lang string) (version, words string) {
	return For(lang).agreedTo("page-"+string(act), onPage[act]...)
}

// agreedTo are words with their fields left open, a line each, and their version.
func (t *Texts) agreedTo(what string, keys ...Key) (version, words string) {
	lines := make([]string, 0, len(keys))
	for _, k := range keys {
		data := Data{}
		for _, f := range catalogue[k].Fields {
			data[f] = "{" + f + "}"
		}
		lines = append(lines, t.Say(k, data))
	}
	words = strings.Join(lines, "\n")
	sum := sha256.Sum256([]byte(words))
	return what + "-" + t.lang + "-" + hex.EncodeToString(sum[:4]), words
}
