package dialogue_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
)

var phrases = []string{
	"2", "7", "4821", "٣", "STOP", "alto", "قف", "START", "HELP", "YES", "private", "خاص", "I want to die", "quiero morir",
	"Mary", "John", "M", "ACK", "A", "wrong number", "rough night", "or", "?", ",", "-", "3️⃣", "\n", "\x00", "\xff", "DROP", "ASK", "PAUSE", "WHO", "TELL", "RESOLVE", "called", "AWAY UNTIL", "Friday", "auto reply", "MUTE", "ok",
}

func bodies() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(phrases), 0, 6), func(p []string) string { return strings.Join(p, " ") }),
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
}

func contexts() *rapid.Generator[dialogue.Context] {
	return rapid.Custom(func(t *rapid.T) dialogue.Context {
		flip := func(label string) bool { return rapid.Bool().Draw(t, label) }
		c := contextOf(people())
		c.Language = rapid.SampledFrom([]string{"", "en", "es", "ar"}).Draw(t, "language")
		c.OptedOut, c.WrongNumber, c.CarrierKeywords, c.UnknownTold = flip("stopped"), flip("wrong"), flip("carrier"), flip("told")
		c.Moved = flip("moved")
		c.Answered = rapid.SampledFrom([]int{0, 4, 5, 9}).Draw(t, "answered")
		for i := range rapid.IntRange(0, 3).Draw(t, "people") {
			p := dialogue.Person{
				ID: id(byte(50 + i)), Zone: london, Follower: flip("follower"), Clinician: flip("clinician"),
				Name:     rapid.SampledFrom([]string{"Mary Okafor", "John", "José García", "عبد الله", ""}).Draw(t, "name"),
				Language: rapid.SampledFrom([]string{"en", "es", "ar"}).Draw(t, "speaks"),
			}
			if flip("patient") {
				p.Patient = &dialogue.Patient{Active: flip("active"), Item: "overall", Scale: rapid.SampledFrom([]carenet.Scale{
					carenet.WellbeingScale, {Min: 0, Max: 10}, {Min: 0, Max: 3},
				}).Draw(t, "scale")}
				if flip("asked") {
					p.Patient.Open = &dialogue.Prompt{ID: prompt, Late: flip("late")}
				}
				if flip("said before") {
					p.Patient.Last = &dialogue.Earlier{
						ID: earlier, Private: flip("private"), Score: ptr(float64(rapid.IntRange(0, 10).Draw(t, "last"))),
						At: at.Add(-time.Duration(rapid.IntRange(-1, 90).Draw(t, "minutes ago")) * time.Minute),
					}
				}
			}
			c.People = append(c.People, p)
		}
		return c
	})
}

// What must hold of every text of everybody.
func TestDecideHoldsForAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contexts().Draw(t, "context")
		text := carenet.InboundText{Body: bodies().Draw(t, "body"), OptOutType: rapid.SampledFrom([]string{"", "", "", "STOP", "START", "HELP"}).Draw(t, "carrier's")}
		out := dialogue.Decide(text, c)

		replies, checkIns, safety := 0, 0, 0
		for _, e := range out.Events {
			if e.Org != org || e.Batch != c.Batch || e.ID == carenet.NilID || !e.At.Equal(c.Now) {
				t.Fatalf("an event that belongs nowhere: %+v", e)
			}
			switch e.Kind {
			case carenet.EventReply:
				replies++
				if e.Detail.Audience == "" || e.Detail.Conversation != conv {
					t.Fatalf("an answer to nobody: %+v", e)
				}
			case carenet.EventCheckIn:
				checkIns++
			case carenet.EventSafety:
				safety++
			}
		}
		switch {
		case out.State == dialogue.Unread && (out.Kind != "crisis" || checkIns > 0 || out.Patient != carenet.NilID) && (checkIns+safety > 0 || out.OptOut || out.OptIn || out.Ack != nil || out.Order != nil || replies > 0 && out.Kind != "question" && !out.TellOnce):
			t.Fatalf("left to a human, and yet: %+v", out)
		case out.State != dialogue.Read && out.State != dialogue.Stored && out.State != dialogue.Unread, out.Kind == "", out.Reason == "":
			t.Fatalf("not explained: %+v", out)
		case replies > 1:
			t.Fatalf("%d automatic answers to one text", replies)
		case (out.CheckIn != nil) != (checkIns == 1) || checkIns > 1:
			t.Fatalf("%d events for the check-in %+v", checkIns, out.CheckIn)
		case out.CheckIn != nil && (out.OptOut || out.OptIn || out.WrongNumber || out.Ack != nil || out.Order != nil):
			t.Fatalf("a fixed word became an answer: %+v", out)
		case out.Order != nil && (replies > 0 || out.Order.By == carenet.NilID):
			t.Fatalf("an order that is answered before it is carried out: %+v", out)
		case out.Kind != "opt_out" && out.Kind != "opt_in" && out.Kind != "help" && out.Kind != "crisis" && c.Answered >= dialogue.MaxAnswers && replies > 0 && !out.TellOnce:
			t.Fatalf("answered more often than %d times: %+v", dialogue.MaxAnswers, out)
		case out.OptOut && (out.OptIn || out.WrongNumber || out.Ack != nil || out.Order != nil):
			t.Fatalf("a stop with something else: %+v", out)
		case out.OptOut && c.OptedOut && replies > 0:
			t.Fatal("a second confirmation")
		case text.OptOutType == "STOP" && !out.OptOut:
			t.Fatal("the carrier blocked the number and we do not know")
		}
		if out.CheckIn == nil {
			return
		}
		for _, p := range c.People {
			if p.ID != out.CheckIn.Patient {
				continue
			}
			if p.Patient == nil || !p.Patient.Active || c.WrongNumber {
				t.Fatalf("a check-in of %+v", p)
			}
			if s := out.CheckIn.Score; s != nil && (*s < float64(p.Patient.Scale.Min) || *s > float64(p.Patient.Scale.Max)) {
				t.Fatalf("score %v is off the scale %+v", *s, p.Patient.Scale)
			}
			if last := p.Patient.Last; out.CheckIn.Corrects != carenet.NilID && last.Private && !out.CheckIn.Private {
				t.Fatal("a correction told what was private")
			}
			return
		}
		t.Fatal("a check-in of somebody who is not on the number")
	})
}
