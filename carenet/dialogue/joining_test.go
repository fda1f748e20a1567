package dialogue_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
)

func question(n byte, kind carenet.QuestionKind, person carenet.ID, at time.Time, names ...string) dialogue.Asked {
	return dialogue.Asked{ID: id(n), Kind: kind, Person: person, Patient: mary, Names: names, At: at}
}

func TestWhichQuestionAYesAnswers(t *testing.T) {
	sams := question(61, carenet.AskShare, mary, at.Add(-time.Hour), "Sam Okafor")
	toms := question(62, carenet.AskShare, mary, at.Add(-2*time.Minute), "Tom")
	anns := question(63, carenet.AskShare, mary, at.Add(-time.Minute), "Ann Moor")
	johns := question(64, carenet.AskEnrol, john, at.Add(-24*time.Hour), "John Hill")
	for _, c := range []struct {
		why  string
		open []dialogue.Asked
		name string
		want carenet.ID // NilID: ask
	}{
		{"nothing is open", nil, "", carenet.NilID},
		{"the only one", []dialogue.Asked{sams}, "", sams.ID},
		{"the newest of one person", []dialogue.Asked{sams, toms}, "", toms.ID},
		{"the newest, in whatever order they come", []dialogue.Asked{toms, sams}, "", toms.ID},
		{"two that were read together", []dialogue.Asked{toms, anns}, "", carenet.NilID},
		{"two that were read together, by name", []dialogue.Asked{toms, anns}, "tom", toms.ID},
		{"an older one, by name", []dialogue.Asked{sams, toms}, "sam", sams.ID},
		{"two people on one telephone", []dialogue.Asked{sams, johns}, "", carenet.NilID},
		{"two people on one telephone, by name", []dialogue.Asked{sams, johns}, "John", johns.ID},
		{"a name that nobody has", []dialogue.Asked{sams}, "wilfred", carenet.NilID},
		{"half a name", []dialogue.Asked{sams}, "sa", carenet.NilID},
	} {
		q, ok := dialogue.WhichQuestion(c.open, c.name)
		if ok != (c.want != carenet.NilID) || ok && q.ID != c.want {
			t.Errorf("%s: %v %t", c.why, q, ok)
		}
	}
}

func TestWhatAnswersAQuestion(t *testing.T) {
	open := func(c *dialogue.Context) {
		c.Questions = []dialogue.Asked{question(61, carenet.AskShare, mary, at.Add(-time.Hour), "Sam Okafor")}
	}
	spanish := func(c *dialogue.Context) { c.People[0].Language = "es" }
	stopped := func(c *dialogue.Context) { c.OptedOut, c.StoppedAt = true, at.Add(-time.Hour) }
	wrong := func(c *dialogue.Context) { c.WrongNumber = true }
	for _, c := range []struct {
		said    string
		changes []change
		order   bool
		yes     bool
	}{
		{"YES", nil, true, true},
		{"yes please", nil, true, true},
		{"Yes Sam", nil, true, true},
		{"no thanks", nil, true, false},
		{"NO", nil, true, false},
		{"sí", []change{spanish}, true, true},
		{"no gracias", []change{spanish}, true, false},
		{"no pain today", nil, false, false},
		{"yes but not my words", nil, false, false},
		{"3", nil, false, false},
		{"STOP", nil, false, false},
		{"yes, I want to die", nil, false, false},
		{"YES", []change{stopped}, false, false}, // it starts the number again
		{"YES", []change{wrong}, false, false},
	} {
		out := dialogue.Decide(carenet.InboundText{Body: c.said}, contextOf(append([]change{open}, c.changes...)...))
		got := out.Order != nil && out.Order.Command == dialogue.OrderAnswer
		if got != c.order || got && (out.Order.Said == "yes") != c.yes {
			t.Errorf("%q: %+v", c.said, out.Order)
		}
	}
}

func TestParseInvite(t *testing.T) {
	for said, want := range map[string]*carenet.Invite{
		"SAM 07700 900123":                  {Name: "Sam", Number: "07700 900123", Scope: carenet.Scope{carenet.PartAnswered, carenet.PartScore}},
		"Sam Okafor +44 7700 900123":        {Name: "Sam Okafor", Number: "+44 7700 900123", Scope: carenet.Scope{carenet.PartAnswered, carenet.PartScore}},
		"McKay (07700) 900-123":             {Name: "McKay", Number: "(07700) 900-123", Scope: carenet.Scope{carenet.PartAnswered, carenet.PartScore}},
		"Sam 07700900123 words and trend":   {Name: "Sam", Number: "07700900123", Scope: carenet.Scope{carenet.PartAnswered, carenet.PartWords, carenet.PartTrend}},
		"sam 07700900123, only":             {Name: "Sam", Number: "07700900123", Scope: carenet.Scope{carenet.PartAnswered}},
		"José 612345678 palabras":           {Name: "José", Number: "612345678", Scope: carenet.Scope{carenet.PartAnswered, carenet.PartWords}},
		"توفيق 0501234567 كلام":             {Name: "توفيق", Number: "0501234567", Scope: carenet.Scope{carenet.PartAnswered, carenet.PartWords}},
		"Sam 07700900123 everything":        {Name: "Sam", Number: "07700900123", Scope: carenet.Scope{carenet.PartAnswered, carenet.PartScore, carenet.PartWords, carenet.PartTrend, carenet.PartAlerts}},
		"Sam 07700900123 but not my words":  nil,
		"Sam":                               nil,
		"07700 900123":                      nil,
		"my son in law called Sam 07700900": nil,
	} {
		in, ok := dialogue.ParseInvite(said)
		if ok != (want != nil) {
			t.Errorf("%q: %+v %t", said, in, ok)
			continue
		}
		if ok && (in.Name != want.Name || in.Number != want.Number || len(in.Scope) != len(want.Scope)) {
			t.Errorf("%q: %+v", said, in)
		}
	}
}
