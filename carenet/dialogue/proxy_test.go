package dialogue

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// wards is Sam's phone: he may answer for Mary Okafor, his mother, and for one of two
// people called Ada; he follows Ruth, and may not answer for her.
func wards() Context {
	id := func(n byte) carenet.ID { return carenet.ID{n} }
	sam := Person{ID: id(1), Name: "Sam Okafor", Language: "en", Zone: time.UTC, Follower: true}
	return Context{
		Org: id(9), Language: "en", Conversation: id(8), Inbound: id(7), Now: time.Date(2026, 5, 14, 9, 0, 0, 0, time.UTC), People: []Person{sam},
		Wards: []Ward{
			{Follower: id(21), By: sam.ID, Patient: id(31), Name: "Mary Okafor", Relation: carenet.Mother, May: true},
			{Follower: id(22), By: sam.ID, Patient: id(32), Name: "Ada Bell", May: true},
			{Follower: id(23), By: sam.ID, Patient: id(33), Name: "Ada Stone"},
			{Follower: id(24), By: sam.ID, Patient: id(34), Name: "Ruth Lee"},
		},
	}
}

// TestForWhomATextAnswers: an answer is taken for the one patient who can be meant and
// for whom the writer may answer; nothing else is, and a kind word stays one.
func TestForWhomATextAnswers(t *testing.T) {
	const kind = "kind word"
	for _, c := range []struct {
		text  string
		score int
		says  carenet.Reply
		who   byte // the patient whose answer it is
		other string
	}{
		{text: "Mary 3", score: 3, who: 31},
		{text: "for Mary 3", score: 3, who: 31},
		{text: "Mary Okafor: 2", score: 2, who: 31},
		{text: "mary 3 slept badly", score: 3, who: 31},
		{text: "Mary's 4 today", score: 4, who: 31},
		{text: "Mum 3", score: 3, who: 31},
		{text: "for my mum 3", score: 3, who: 31},
		{text: "Mary says 2", score: 2, who: 31},
		{text: "Dad 3", says: carenet.ReplyProxyRelation},
		{text: "Ada 3", says: carenet.ReplyProxyWhich},
		{text: "Ada Bell 3", score: 3, who: 32},
		{text: "Ada Stone 3", says: carenet.ReplyProxyNot},
		{text: "Ruth 3", says: carenet.ReplyProxyNot},
		{text: "Mary 9", says: carenet.ReplyProxyHow},
		{text: "Mary 2 or 3", says: carenet.ReplyProxyHow},
		{text: "3", says: carenet.ReplyHelp},
		{text: "Mary we love you", other: kind},
		{text: "Mary I rate your pie 5", other: kind},
		{text: "Mary see you at 3", other: kind},
		{text: "Ruth you are doing well", other: kind},
		{text: "TELL Mary 3 kisses", other: kind},
		{text: "for all of you 3 kisses", other: kind},
	} {
		out := Decide(carenet.InboundText{Body: c.text}, wards())
		var said carenet.Reply
		for _, e := range out.Events {
			if e.Kind == carenet.EventReply {
				said = e.Detail.Reply
			}
		}
		switch o := out.Order; {
		case c.score > 0 && (o == nil || o.Command != OrderProxy || o.Patient != carenet.ID{c.who} || o.Reading.Score == nil || *o.Reading.Score != c.score):
			t.Errorf("%q: %+v, %q, %s", c.text, o, said, out.Reason)
		case c.says != "" && (o != nil || said != c.says):
			t.Errorf("%q: %+v says %q, %s", c.text, o, said, out.Reason)
		case c.other == kind && (o == nil || o.Command != reply.CommandTell):
			t.Errorf("%q: %+v says %q, %s", c.text, o, said, out.Reason)
		}
	}
}

// TestAPatientSpeaksOfThemselves: somebody who is asked and follows another patient.
func TestAPatientSpeaksOfThemselves(t *testing.T) {
	joe := wards()
	joe.People[0].Patient = &Patient{Active: true, Scale: carenet.WellbeingScale, Open: &Prompt{ID: carenet.ID{5}, SlotAt: joe.Now.Add(-time.Hour)}}
	for text, proxy := range map[string]bool{
		"3": false, "Mary visited, 3": false, "3 Mary was here": false, "Sam 3": false, "Mary 3": true, "for Mary 3": true, "for mum 2 bad night": true,
	} {
		out := Decide(carenet.InboundText{Body: text}, joe)
		if got := out.Order != nil && out.Order.Command == OrderProxy; got != proxy {
			t.Errorf("%q: %+v, %s", text, out.Order, out.Reason)
		}
		if c := out.CheckIn; !proxy && (c == nil || c.Patient != joe.People[0].ID || c.Reporter != carenet.ReporterSelf) {
			t.Errorf("%q is not his own: %+v", text, c)
		}
	}
	// Whom he follows without authority: refused, and never taken for his own.
	out := Decide(carenet.InboundText{Body: "Ruth 1"}, joe)
	if out.CheckIn != nil || out.Order != nil || len(out.Events) != 1 || out.Events[0].Detail.Reply != carenet.ReplyProxyNot {
		t.Errorf("%+v", out)
	}
}

// TestINV10_WhoAnswersForSomebodyCriesForThem: words of alarm beside the name of a
// patient call staff for that patient; STOP stays STOP.
func TestINV10_WhoAnswersForSomebodyCriesForThem(t *testing.T) {
	c := wards()
	for text, score := range map[string]bool{"Mary 1 she has chest pain": true, "Mary has chest pain": false, "Ada chest pain": false} {
		out := Decide(carenet.InboundText{Body: text}, c)
		if text == "Ada chest pain" {
			safety := 0
			for _, e := range out.Events {
				if e.Kind == carenet.EventSafety && e.Patient != carenet.NilID {
					safety++
				}
			}
			if safety != 2 {
				t.Errorf("%q calls staff for %d", text, safety)
			}
			continue
		}
		if out.Order == nil || out.Order.Command != OrderProxy || out.Order.Reading.Kind != reply.Crisis {
			t.Fatalf("%q: %+v %s", text, out.Order, out.Reason)
		}
		mary := Person{ID: out.Order.Patient, Zone: time.UTC, Patient: &Patient{Active: true, Scale: carenet.WellbeingScale}}
		for name, decide := range map[string]func(carenet.InboundText, Context, Person, carenet.ID, reply.Reading) Outcome{"may": AnswerFor, "may no more": RefuseFor} {
			done := decide(carenet.InboundText{Body: text}, c, mary, out.Order.By, out.Order.Reading)
			var safety, crisis bool
			for _, e := range done.Events {
				safety = safety || e.Kind == carenet.EventSafety && e.Patient == mary.ID && len(e.Detail.Flags) > 0
				crisis = crisis || e.Kind == carenet.EventReply && e.Detail.Reply == carenet.ReplyCrisis
			}
			if !safety || !crisis || (done.CheckIn != nil) != (score && name == "may") {
				t.Errorf("%q, %s: %+v", text, name, done)
			}
		}
	}
	if out := Decide(carenet.InboundText{Body: "stop"}, c); !out.OptOut {
		t.Error("a stop is none")
	}
}

// TestAnswersForSomebodyAreASeriesOfTheirOwn: it answers the prompt, corrects only what
// the same follower said before, and is marked as theirs.
func TestAnswersForSomebodyAreASeriesOfTheirOwn(t *testing.T) {
	c, by, three := wards(), carenet.ID{1}, 3
	r := reply.Reading{Kind: reply.Answer, Score: &three}
	prompt := &Prompt{ID: carenet.ID{5}, SlotAt: c.Now.Add(-time.Hour)}
	mary := Person{ID: carenet.ID{31}, Zone: time.UTC, Patient: &Patient{Active: true, Scale: carenet.WellbeingScale, Open: prompt, More: &Running{}}}
	out := AnswerFor(carenet.InboundText{}, c, mary, by, r)
	k := out.CheckIn
	if k == nil || k.Reporter != carenet.ReporterProxy || k.ReporterID != by || k.Patient != mary.ID || k.Prompt != prompt.ID || k.Corrects != carenet.NilID {
		t.Fatalf("%+v", k)
	}
	if e := out.Events[0]; e.Detail.Person != by || !e.Detail.Proxy || e.Detail.NoThanks || len(out.Events) != 1 {
		t.Errorf("%+v", out.Events)
	}
	two := 2.0
	mary.Patient.Open, mary.Patient.Last = nil, &Earlier{ID: carenet.ID{6}, Prompt: prompt.ID, Score: &two, At: c.Now.Add(-10 * time.Minute)}
	if k = AnswerFor(carenet.InboundText{}, c, mary, by, r).CheckIn; k == nil || k.Corrects != (carenet.ID{6}) || k.Prompt != prompt.ID {
		t.Errorf("%+v", k)
	}
	if out := RefuseFor(carenet.InboundText{}, c, mary, by, r); out.CheckIn != nil || len(out.Events) != 1 || out.Events[0].Detail.Reply != carenet.ReplyProxyNot {
		t.Errorf("%+v", out)
	}
}

// TestINV10_ACryOnAPatientsOwnNumberCallsForThemToo: "Mum I want to die" may be of whoever
// writes, who is asked here themselves, or of Mum.
func TestINV10_ACryOnAPatientsOwnNumberCallsForThemToo(t *testing.T) {
	joe := wards()
	joe.People[0].Patient = &Patient{Active: true, Scale: carenet.WellbeingScale}
	out := Decide(carenet.InboundText{Body: "Mum I want to die"}, joe)
	called := map[carenet.ID]int{}
	for _, e := range out.Events {
		if e.Kind == carenet.EventSafety {
			called[e.Patient]++
		}
	}
	if len(called) != 2 || called[carenet.ID{31}] != 1 || called[joe.People[0].ID] != 1 {
		t.Errorf("staff are called for %v", called)
	}
}

// TestMumIsNotWhoWrites: Mary and Sam share a telephone. "Mum 3" is Sam's, also there;
// "Mary 3" may be Mary's own.
func TestMumIsNotWhoWrites(t *testing.T) {
	shared := wards()
	shared.People = append(shared.People, Person{
		ID: carenet.ID{31}, Name: "Mary Okafor", Language: "en", Zone: time.UTC,
		Patient: &Patient{Active: true, Scale: carenet.WellbeingScale, Open: &Prompt{ID: carenet.ID{5}, SlotAt: shared.Now.Add(-time.Hour)}},
	})
	for text, proxy := range map[string]bool{"Mum 3": true, "for Mary 3": true, "Mary 3": false, "3": false} {
		out := Decide(carenet.InboundText{Body: text}, shared)
		if got := out.Order != nil && out.Order.Command == OrderProxy; got != proxy {
			t.Errorf("%q: %+v, %+v, %s", text, out.Order, out.CheckIn, out.Reason)
		}
	}
}

// TestWhereSomebodyIsSaidByName: a kind word it is not.
func TestWhereSomebodyIsSaidByName(t *testing.T) {
	for text, want := range map[string]string{
		"Mary is in hospital": reply.CommandHospital, "Mum is in the hospital": reply.CommandHospital, "Ruth is home": reply.CommandHome,
		"Mary passed away": reply.CommandDied, "Mary is in hospital food heaven": reply.CommandTell, "Ada is in hospital": reply.CommandTell,
	} {
		out := Decide(carenet.InboundText{Body: text}, wards())
		if out.Order == nil || out.Order.Command != want {
			t.Errorf("%q: %+v, %s", text, out.Order, out.Reason)
		}
	}
}

// TestAKindWordKeepsItsWriter also where it might have been an answer.
func TestAKindWordKeepsItsWriter(t *testing.T) {
	c := wards()
	for i := range c.Wards {
		c.Wards[i].May, c.Wards[i].Relation = false, ""
	}
	if out := Decide(carenet.InboundText{Body: "Mum 3 kisses"}, c); out.Person != c.People[0].ID || out.Order == nil || out.Order.Command != reply.CommandTell {
		t.Errorf("of %s: %+v", out.Person, out.Order)
	}
}
