package dialogue_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
)

func offered(i int, state carenet.OfferState) change {
	return func(c *dialogue.Context) {
		c.People[i].Patient.Offer = &dialogue.Offer{ID: id(60 + byte(i)), State: state}
	}
}

// What a patient says to "Would you like a call today?".
func TestAnswersToTheOfferOfACall(t *testing.T) {
	open := offered(0, carenet.OfferOpen)
	both := people(patient(mary, "Mary Okafor"), patient(john, "John Okafor"))
	for _, c := range []struct {
		text    string
		with    []change
		says    carenet.OfferState // "" when it is no answer to the offer
		replies carenet.Reply
		state   dialogue.State
		checkIn bool
	}{
		{"I'd like that, yes", []change{open}, "", "", dialogue.Read, true},
		{"CALL", []change{open}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"yes", []change{open}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"Yes please!", []change{open}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"y", []change{open}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"Sí, por favor", []change{open, language("es")}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"LLAMADA", []change{open, language("es")}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"نعم", []change{open, language("ar")}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"مكالمة", []change{open, language("ar")}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"لا شكرا", []change{open, language("ar")}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Read, false},
		{"no", []change{open}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Read, false},
		{"No thank you", []change{open}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Read, false},
		{"dont call", []change{open}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Read, false},
		{"NO CALL", []change{open}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Read, false},
		{"SIN LLAMADA", []change{open, language("es")}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Read, false},
		{"بدون", []change{open, language("ar")}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Read, false},
		{"بدون مكالمة", []change{open, language("ar")}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Read, false},
		{"no, I feel awful and alone", []change{open}, carenet.OfferNo, carenet.ReplyCallNo, dialogue.Unread, false},
		{"yes 2", []change{open}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, true},
		{"4", []change{open}, "", "", dialogue.Read, true},
		{"rough night", []change{open}, "", "", dialogue.Read, true},
		{"yes", []change{offered(0, carenet.OfferNoAnswer)}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
		{"yes", []change{offered(0, carenet.OfferNo)}, "", "", dialogue.Stored, false},
		{"CALL", []change{both, offered(1, carenet.OfferOpen)}, carenet.OfferYes, carenet.ReplyCallYes, dialogue.Read, false},
	} {
		got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: c.text, ReceivedAt: at}, contextOf(c.with...))
		var said carenet.OfferState
		if got.Offer != nil {
			said = got.Offer.State
		}
		if said != c.says || got.State != c.state || (got.CheckIn != nil) != c.checkIn {
			t.Errorf("%q: says %q, state %s, check-in %v; want %q, %s, %v", c.text, said, got.State, got.CheckIn != nil, c.says, c.state, c.checkIn)
		}
		var reply carenet.Reply
		wanted := false // by a flag of the words themselves, or for the offer
		for _, e := range got.Events {
			if e.Kind == carenet.EventReply {
				reply = e.Detail.Reply
			}
			if e.Kind == carenet.EventCallWanted || e.Kind == carenet.EventSafety {
				if wanted {
					t.Errorf("%q calls staff twice", c.text)
				}
				wanted = true
			}
		}
		if c.replies != "" && reply != c.replies || wanted != (c.says == carenet.OfferYes) {
			t.Errorf("%q: answered %q, staff called: %v", c.text, reply, wanted)
		}
	}
}

// Words that call for help call it whatever was offered (INV-10), and STOP stops.
func TestINV10_AnOfferHidesNoCryForHelp(t *testing.T) {
	open := offered(0, carenet.OfferOpen)
	for _, text := range []string{"yes I want to die", "no, chest pain", "please call me, I fell"} {
		got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: text, ReceivedAt: at}, contextOf(open))
		safety := 0
		for _, e := range got.Events {
			if e.Kind == carenet.EventSafety {
				safety++
			}
			if e.Kind == carenet.EventCallWanted {
				t.Errorf("%q calls staff twice", text)
			}
		}
		if safety != 1 || got.Offer == nil || !got.Offer.Heard {
			t.Errorf("%q: %d flags, offer %+v", text, safety, got.Offer)
		}
	}
	if got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "STOP", ReceivedAt: at}, contextOf(open)); !got.OptOut || got.Offer != nil {
		t.Errorf("STOP: %+v", got)
	}
	if got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "YES", ReceivedAt: at}, contextOf(open, func(c *dialogue.Context) { c.OptedOut = true })); !got.OptIn {
		t.Errorf("YES of a number that is stopped: %+v", got)
	}
}

// Without an offer these words mean what they meant.
func TestYesWithoutAnOfferIsNoAnswerToOne(t *testing.T) {
	for _, text := range []string{"yes", "no", "CALL"} {
		if got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: text, ReceivedAt: at}, contextOf()); got.Offer != nil {
			t.Errorf("%q answers %+v", text, got.Offer)
		}
	}
	both := people(patient(mary, "Mary Okafor"), patient(john, "John Okafor"))
	two := []change{both, offered(0, carenet.OfferOpen), offered(1, carenet.OfferOpen)}
	if got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "no", ReceivedAt: at}, contextOf(two...)); got.Offer != nil {
		t.Errorf("of two whom it may be, one was guessed: %+v", got.Offer)
	}
}

// Beside a question that wants yes or no, the offer hears only the words that it asks
// for, in each language: one word never answers both.
func TestTheOfferAndAYesNoQuestionHaveWordsOfTheirOwn(t *testing.T) {
	for _, c := range []struct {
		lang  string
		text  string
		offer carenet.OfferState
		item  float64 // of the question; -1: not answered
	}{
		{"en", "YES", "", 1},
		{"en", "no", "", 0},
		{"en", "CALL", carenet.OfferYes, -1},
		{"en", "NO CALL", carenet.OfferNo, -1},
		{"es", "SÍ", "", 1},
		{"es", "no", "", 0},
		{"es", "LLAMADA", carenet.OfferYes, -1},
		{"es", "sin llamada", carenet.OfferNo, -1},
		{"ar", "نعم", "", 1},
		{"ar", "لا", "", 0},
		{"ar", "مكالمة", carenet.OfferYes, -1},
		{"ar", "بدون", carenet.OfferNo, -1},
	} {
		got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: c.text, ReceivedAt: at}, contextOf(offered(0, carenet.OfferOpen), language(c.lang), yesNoWaits))
		var said carenet.OfferState
		if got.Offer != nil {
			said = got.Offer.State
		}
		item := -1.0
		if len(got.Items) > 0 {
			item = got.Items[0].Value
		}
		if said != c.offer || item != c.item {
			t.Errorf("%s %q: the offer hears %q, the question %v; want %q, %v", c.lang, c.text, said, item, c.offer, c.item)
		}
	}
}

// yesNoWaits: the first answer is in, and what comes next wants yes or no.
func yesNoWaits(c *dialogue.Context) {
	c.People[0].Patient.Open = nil
	c.People[0].Patient.More = &dialogue.Running{
		Running: ask.Running{Sets: []ask.Further{{ID: id(70), Set: ask.QuestionSet{Code: "more", Items: []ask.Item{
			{Code: "more_ok", Kind: ask.KindYesNo, Max: 1, Question: map[string]string{"en": "More? YES or NO."}},
		}}}}},
		Prompt: id(71), CheckIn: id(72), SlotAt: at.Add(-time.Hour), LastAt: at.Add(-time.Minute),
	}
}

// Whoever is polite has said nothing yet, and who speaks of another call has not either.
func TestAnOfferIsReadAsItIsMeant(t *testing.T) {
	for text, says := range map[string]carenet.OfferState{
		"Please don't bother": "", "Please leave it": "", "Please don't tell Sam": "", "Sure I'll be fine, my daughter is here": "",
		"My son will call me later": "", "call the doctor tomorrow": "",
		"not today thanks": carenet.OfferNo, "Please no": carenet.OfferNo, "I'd rather not": carenet.OfferNo, "no need to call": carenet.OfferNo,
		"please": carenet.OfferYes, "Sure": carenet.OfferYes, "yes please do": carenet.OfferYes, "I would like a call": carenet.OfferYes,
		"please call me today": carenet.OfferYes, "can someone call me": carenet.OfferYes,
	} {
		got := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: text, ReceivedAt: at}, contextOf(offered(0, carenet.OfferOpen)))
		var said carenet.OfferState
		if got.Offer != nil {
			said = got.Offer.State
		}
		if said != says {
			t.Errorf("%q says %q, want %q (%s)", text, said, says, got.Kind)
		}
	}
}
