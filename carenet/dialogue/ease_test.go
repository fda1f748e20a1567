package dialogue_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
	"howareyou/carenet/reply"
)

// easeOpen: Mary was asked whether she would like to be asked less often.
func easeOpen(c *dialogue.Context) {
	c.Questions = append(c.Questions, question(65, carenet.AskEase, mary, at.Add(-time.Hour), "Mary Okafor"))
}

func nothingAsked(c *dialogue.Context) { c.People[0].Patient.Open = nil }

// LESS agrees, in each language; a yes or no agrees only where nothing else can be meant.
func TestTheOfferOfFewerTextsHasAWordOfItsOwn(t *testing.T) {
	share := func(c *dialogue.Context) {
		c.Questions = append(c.Questions, question(61, carenet.AskShare, mary, at.Add(-2*time.Hour), "Sam Okafor"))
	}
	asked := func(c *dialogue.Context) {
		c.People[0].Patient.Open = &dialogue.Prompt{ID: id(66), SlotAt: at.Add(-time.Minute)}
	}
	for _, c := range []struct {
		why, text string
		changes   []change
		answers   carenet.ID // the question that is answered; NilID: none
		said      reply.Said
	}{
		{"LESS", "LESS", []change{easeOpen, nothingAsked}, id(65), reply.Yes},
		{"in Spanish", "Menos.", []change{easeOpen, nothingAsked, language("es")}, id(65), reply.Yes},
		{"in Arabic", "أقل", []change{easeOpen, nothingAsked, language("ar")}, id(65), reply.Yes},
		{"MORE, which says more than no", "more", []change{easeOpen, nothingAsked}, carenet.NilID, ""},
		{"beside a prompt", "less", []change{easeOpen, asked}, id(65), reply.Yes},
		{"beside another question", "less", []change{easeOpen, share}, id(65), reply.Yes},
		{"beside the offer of a call", "less", []change{easeOpen, offered(0, carenet.OfferOpen)}, id(65), reply.Yes},
		{"beside a further question", "less", []change{easeOpen, yesNoWaits}, id(65), reply.Yes},

		{"a yes, and nothing else is asked", "yes", []change{easeOpen, nothingAsked}, id(65), reply.Yes},
		{"a no, and nothing else is asked", "no", []change{easeOpen, nothingAsked}, id(65), reply.No},
		{"a yes beside another question", "yes", []change{easeOpen, share}, id(61), reply.Yes},
		{"a no beside another question", "no", []change{easeOpen, share}, id(61), reply.No},
		{"a yes beside a prompt", "yes", []change{easeOpen, asked}, carenet.NilID, ""},
		{"a yes to a call", "yes", []change{easeOpen, nothingAsked, offered(0, carenet.OfferOpen)}, carenet.NilID, ""},
		{"a no to a call", "no", []change{easeOpen, nothingAsked, offered(0, carenet.OfferOpen)}, carenet.NilID, ""},
		{"a yes to a further question", "yes", []change{easeOpen, yesNoWaits}, carenet.NilID, ""},

		{"less pain", "less pain today", []change{easeOpen, nothingAsked}, carenet.NilID, ""},
		{"a score", "3", []change{easeOpen, asked}, carenet.NilID, ""},
		{"a stop", "STOP", []change{easeOpen}, carenet.NilID, ""},
		{"a stopped number", "LESS", []change{easeOpen, nothingAsked, func(c *dialogue.Context) { c.OptedOut = true }}, id(65), reply.Yes},
	} {
		got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: c.text, ReceivedAt: at}, contextOf(c.changes...))
		var answers carenet.ID
		var said reply.Said
		if o := got.Order; o != nil && o.Command == dialogue.OrderAnswer {
			answers, said = o.Question, o.Said
		}
		if answers != c.answers || said != c.said {
			t.Errorf("%s: %q answers %v %q (%s, %q); want %v %q", c.why, c.text, answers, said, got.Kind, got.Reason, c.answers, c.said)
		}
	}
}

// MORE goes to what is in force, also while still fewer texts are offered: it ends both.
func TestMoreIsMoreThanNo(t *testing.T) {
	got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "MORE", ReceivedAt: at}, contextOf(easeOpen, nothingAsked))
	if got.Order == nil || got.Order.Command != reply.CommandMore {
		t.Errorf("%+v", got.Order)
	}
}

// What nobody offered is a wish: it is agreed, not ordered.
func TestFewerTextsAreAgreedNotOrdered(t *testing.T) {
	got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "less", ReceivedAt: at}, contextOf(nothingAsked))
	if got.Order != nil || got.State != dialogue.Unread || got.Reason != dialogue.EaseWish || len(got.Events) != 1 || got.Events[0].Detail.Reply != carenet.ReplyEaseWish {
		t.Errorf("LESS: %+v", got)
	}
	got = dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "more", ReceivedAt: at}, contextOf(nothingAsked))
	if got.Order == nil || got.Order.Command != reply.CommandMore || got.Order.Patient != mary {
		t.Errorf("MORE: %+v", got)
	}
	// Somebody else on the phone agrees to nothing for her.
	both := people(patient(mary, "Mary Okafor"), patient(john, "John Okafor"))
	got = dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "John less", ReceivedAt: at}, contextOf(both, easeOpen))
	if got.Order != nil || got.State != dialogue.Unread {
		t.Errorf("John's LESS: %+v", got)
	}
}

// newsWaits: the first answer is in, and what comes next asks for words.
func newsWaits(c *dialogue.Context) {
	yesNoWaits(c)
	more := c.People[0].Patient.More
	more.Sets[0].Set.Items = []ask.Item{{Code: "news", Kind: ask.KindWords, Question: map[string]string{"en": "Is there anything you want to tell us?"}, Name: map[string]string{"en": "news"}}}
}

// Any sentence answers a question for words, and a person reads it; what has a meaning of
// its own keeps it.
func TestAQuestionForWordsTakesAnySentence(t *testing.T) {
	share := func(c *dialogue.Context) {
		c.Questions = append(c.Questions, question(61, carenet.AskShare, mary, at.Add(-2*time.Hour), "Sam Okafor"))
	}
	for _, c := range []struct {
		text    string
		changes []change
		kept    string // the words; "-": no answer to it; "": nothing to tell
		state   dialogue.State
	}{
		{"My daughter moves in on Friday", nil, "My daughter moves in on Friday", dialogue.Read},
		{"I slept 3 hours and took 2 pills", nil, "I slept 3 hours and took 2 pills", dialogue.Read},
		{"when is the nurse coming?", nil, "when is the nurse coming?", dialogue.Read},
		{"yes", nil, "yes", dialogue.Read},
		{"no", nil, "", dialogue.Read},
		{"Nothing, thanks", nil, "", dialogue.Read},
		{"nada", []change{language("es")}, "", dialogue.Read},
		{"لا شيء", []change{language("ar")}, "", dialogue.Read},
		{"STOP", nil, "-", dialogue.Read},
		{"HELP", nil, "-", dialogue.Read},
		{"WHO", nil, "-", dialogue.Read},
		{"ASK may I have a bath", nil, "-", dialogue.Unread},
		{"yes", []change{share}, "-", dialogue.Read},
		{"4", nil, "-", dialogue.Read},
		{"I'm driving right now, I will get back to you later", nil, "-", dialogue.Stored},
		{"I want to die", nil, "I want to die", dialogue.Read},
	} {
		got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: c.text, ReceivedAt: at}, contextOf(append([]change{newsWaits}, c.changes...)...))
		kept := "-"
		if len(got.Items) == 1 && got.Items[0].Item == "news" && got.Items[0].Worded {
			kept = got.Items[0].Words
		}
		if kept != c.kept || got.State != c.state {
			t.Errorf("%q: kept %q, %s (%s, %s); want %q, %s", c.text, kept, got.State, got.Kind, got.Reason, c.kept, c.state)
		}
		safety := 0
		for _, e := range got.Events {
			if e.Kind == carenet.EventSafety {
				safety++
			}
		}
		if want := map[bool]int{true: 1}[c.text == "I want to die"]; safety != want {
			t.Errorf("%q calls staff %d times", c.text, safety)
		}
	}
	// What comes after it is no correction of it: words are ordinary words again.
	done := func(c *dialogue.Context) {
		newsWaits(c)
		m := c.People[0].Patient.More
		m.Running, m.LastItem = m.With("news", 0), "news"
	}
	for _, text := range []string{"and the cat is ill", "news from the front"} {
		if got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: text, ReceivedAt: at}, contextOf(done)); len(got.Items) != 0 || got.CheckIn == nil {
			t.Errorf("%q afterwards: %+v", text, got)
		}
	}
}
