package dialogue_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
)

var (
	at     = time.Date(2026, 11, 2, 9, 5, 0, 0, time.UTC)
	london = mustZone("Europe/London")

	org, conv, sender = id(1), id(2), id(3)
	mary, john        = id(11), id(12)
	sam, dana         = id(21), id(31)
	prompt, earlier   = id(41), id(42)
)

func id(n byte) carenet.ID { return carenet.ID{15: n} }

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func ptr(v float64) *float64 { return &v }

// change makes the context of one conversation out of the plain one: Mary on
// her own phone, nothing asked, nothing said before.
type change func(*dialogue.Context)

func contextOf(changes ...change) dialogue.Context {
	c := dialogue.Context{
		Org: org, Language: "en", Conversation: conv, Sender: sender,
		People: []dialogue.Person{patient(mary, "Mary Okafor")}, Inbound: id(5), Batch: id(6), Now: at,
	}
	for _, f := range changes {
		f(&c)
	}
	return c
}

func patient(who carenet.ID, name string) dialogue.Person {
	return dialogue.Person{
		ID: who, Name: name, Language: "en", Zone: london,
		Patient: &dialogue.Patient{Active: true, Set: id(7), Item: "overall", Scale: carenet.WellbeingScale},
	}
}

// people puts copies of ps on the number, so that cases do not share them.
func people(ps ...dialogue.Person) change {
	return func(c *dialogue.Context) {
		c.People = slices.Clone(ps)
		for i, p := range ps {
			if p.Patient != nil {
				own := *p.Patient
				c.People[i].Patient = &own
			}
		}
	}
}

func language(lang string) change {
	return func(c *dialogue.Context) { c.People[0].Language = lang }
}

// asked gives the i-th person on the number an open prompt.
func asked(i int) change {
	return func(c *dialogue.Context) {
		c.People[i].Patient.Open = &dialogue.Prompt{ID: prompt, SlotAt: at.Add(-5 * time.Minute)}
	}
}

func askedLate(c *dialogue.Context) {
	c.People[0].Patient.Open = &dialogue.Prompt{ID: prompt, SlotAt: at.Add(-30 * time.Hour), Late: true}
}

// said gives Mary an earlier answer of so long ago.
func said(ago time.Duration, e dialogue.Earlier) change {
	return func(c *dialogue.Context) {
		e.ID, e.Prompt, e.At = earlier, prompt, at.Add(-ago)
		c.People[0].Patient.Last = &e
	}
}

func stopped(c *dialogue.Context)    { c.OptedOut = true }
func carrier(c *dialogue.Context)    { c.CarrierKeywords = true }
func wrong(c *dialogue.Context)      { c.OptedOut, c.WrongNumber = true, true }
func told(c *dialogue.Context)       { c.UnknownTold = true }
func moved(c *dialogue.Context)      { c.Moved = true }
func inactive(c *dialogue.Context)   { c.People[0].Patient.Active = false }
func alsoStaff(c *dialogue.Context)  { c.People[0].Clinician = true }
func alone(p dialogue.Person) change { return people(p) }
func at1(t time.Time) change         { return func(c *dialogue.Context) { c.Now = t } }
func both() change                   { return people(patient(mary, "Mary Okafor"), patient(john, "John Okafor")) }

func follower() dialogue.Person {
	return dialogue.Person{ID: sam, Name: "Sam", Language: "en", Follower: true}
}

func clinician() dialogue.Person {
	return dialogue.Person{ID: dana, Name: "Nurse Dana", Language: "en", Clinician: true}
}
func speaking(lang string) dialogue.Person { p := follower(); p.Language = lang; return p }

// line says in one line what a text changed: state, whose check-in, and each event.
func line(o dialogue.Outcome) string {
	out := []string{string(o.State)}
	if c := o.CheckIn; c != nil {
		s := "checkin=" + name(c.Patient) + ":"
		if c.Score != nil {
			s += strconv.Itoa(int(*c.Score))
		}
		if c.Words != "" {
			s += "," + strings.ReplaceAll(c.Words, " ", "_")
		}
		if c.Private {
			s += ",private"
		}
		if c.Prompt == prompt {
			s += ",prompted"
		}
		if c.Late {
			s += ",late"
		}
		if c.Corrects == earlier {
			s += ",corrects"
		}
		out = append(out, s)
	}
	for _, m := range []struct {
		mark string
		on   bool
	}{{"out", o.OptOut}, {"in", o.OptIn}, {"wrong", o.WrongNumber}, {"once", o.TellOnce}} {
		if m.on {
			out = append(out, m.mark)
		}
	}
	if o.Ack != nil {
		out = append(out, "ack="+name(o.Ack.By)+":"+strconv.Itoa(o.Ack.Number))
	}
	if x := o.Order; x != nil {
		s := "order=" + x.Command + ":" + name(x.By)
		if x.Name != "" {
			s += ":" + x.Name
		}
		if !x.Until.IsZero() {
			s += ":" + x.Until.Format("2006-01-02T15:04")
		}
		if x.For > 0 {
			s += ":" + x.For.String()
		}
		if x.Number > 0 {
			s += ":" + strconv.Itoa(x.Number)
		}
		if x.Outcome != "" {
			s += ":" + x.Outcome
		}
		if x.Words != "" {
			s += ":" + strings.ReplaceAll(x.Words, " ", "_")
		}
		out = append(out, s)
	}
	if o.AskedAgain != carenet.NilID {
		out = append(out, "again")
	}
	for _, e := range o.Events {
		switch e.Kind {
		case carenet.EventSignIn:
			out = append(out, "link="+name(e.Detail.Person)+"@"+e.Detail.Door)
		case carenet.EventReply:
			out = append(out, "say="+string(e.Detail.Reply)+"@"+string(e.Detail.Audience))
		case carenet.EventSafety:
			out = append(out, "safety="+name(e.Patient))
		case carenet.EventCheckIn:
			if e.Detail.NoThanks {
				out = append(out, "no_thanks")
			}
		}
	}
	return strings.Join(out, " ")
}

func name(who carenet.ID) string {
	switch who {
	case mary:
		return "mary"
	case john:
		return "john"
	case sam:
		return "sam"
	case dana:
		return "dana"
	case carenet.NilID:
		return "nobody"
	}
	return "somebody"
}

type conversation struct {
	what    string
	context []change
	body    string
	optOut  string // OptOutType, when the carrier gave one
	want    string
}

func run(t *testing.T, cases []conversation) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.what+"/"+c.body[:min(len(c.body), 30)], func(t *testing.T) {
			text := carenet.InboundText{SID: "SM1", From: "+447700900001", To: "+447700900999", Body: c.body, OptOutType: c.optOut}
			out := dialogue.Decide(text, contextOf(c.context...))
			if got := line(out); got != c.want {
				t.Errorf("%q\n got %s\nwant %s\n(kind %s, reason %s)", c.body, got, c.want, out.Kind, out.Reason)
			}
			if out.Kind == "" || out.Reason == "" {
				t.Errorf("%q: no kind or no reason: %+v", c.body, out)
			}
		})
	}
}

func TestAPatientAnswers(t *testing.T) {
	open := []change{asked(0)}
	run(t, []conversation{
		{"digit", open, "4", "", "read checkin=mary:4,prompted"},
		{"digit and words", open, "2 rough night", "", "read checkin=mary:2,rough_night,prompted"},
		{"nothing asked", nil, "2 rough night", "", "read checkin=mary:2,rough_night"},
		{"after the time was over", []change{askedLate}, "3", "", "read checkin=mary:3,prompted,late"},
		{"private first", open, "PRIVATE 2 rough night", "", "read checkin=mary:2,rough_night,private,prompted"},
		{"private last", open, "2 private", "", "read checkin=mary:2,private,prompted"},
		{"private words", open, "private rough night", "", "read checkin=mary:,rough_night,private,prompted"},
		{"private and unclear", open, "private 2 or 3", "", "stored again say=ask_again_ambiguous@patient"},
		{"private alone", open, "private", "", "stored say=help@patient"},
		{"words only", open, "the garden was lovely", "", "read checkin=mary:,the_garden_was_lovely,prompted"},
		{"out of range", open, "7", "", "stored again say=ask_again_range@patient"},
		{"unclear", open, "2 or 3", "", "stored again say=ask_again_ambiguous@patient"},
		{"asks the clinic", open, "ASK can I take more paracetamol", "", "unread say=asked@patient"},
		{"asks without the word", open, "when is the nurse coming", "", "unread say=asked@patient"},
		{"asks with a score", open, "3. Can I take more paracetamol?", "", "read checkin=mary:3,Can_I_take_more_paracetamol?,prompted"},
		{"empty", open, "", "", "stored say=help@patient"},
		{"Spanish", []change{asked(0), language("es")}, "2 mala noche", "", "read checkin=mary:2,mala_noche,prompted"},
		{"Arabic", []change{asked(0), language("ar")}, "٢ ليلة صعبة", "", "read checkin=mary:2,ليلة_صعبة,prompted"},
		{"while stopped", []change{stopped}, "2", "", "read checkin=mary:2"},
		{"not a patient any more", []change{inactive}, "2", "", "stored say=help@patient"},
		{"not a patient any more, in words", []change{inactive}, "my leg is so sore", "", "stored say=help@patient"},
		{"the phone is somebody else's", []change{wrong, asked(0)}, "2", "", "stored"},
	})
}

func TestAnAnswerAfterAnAnswer(t *testing.T) {
	two := dialogue.Earlier{Score: ptr(2)}
	night := dialogue.Earlier{Score: ptr(2), Words: "rough night"}
	secret := dialogue.Earlier{Score: ptr(2), Private: true}
	run(t, []conversation{
		{"within the hour corrects", []change{said(time.Hour, two)}, "3", "", "read checkin=mary:3,prompted,corrects"},
		{"later stands beside", []change{said(time.Hour+time.Second, two)}, "3", "", "read checkin=mary:3"},
		{"the same at once", []change{said(2*time.Minute, night)}, "2 rough night", "", "stored"},
		{"the same later corrects", []change{said(3*time.Minute, night)}, "2 rough night", "", "read checkin=mary:2,rough_night,prompted,corrects"},
		{"the same, now private", []change{said(time.Minute, night)}, "private 2 rough night", "", "read checkin=mary:2,rough_night,private,prompted,corrects"},
		{"the private one once more", []change{said(time.Minute, secret)}, "2", "", "stored"},
		{"a private one corrected stays private", []change{said(time.Minute, secret)}, "3", "", "read checkin=mary:3,private,prompted,corrects"},
		{"words after a score", []change{said(time.Minute, two)}, "slept badly", "", "read checkin=mary:,slept_badly"},
		{"a score after words adds to them", []change{said(time.Minute, dialogue.Earlier{Words: "rough night"})}, "2", "", "read checkin=mary:2,prompted"},
		{"and keeps them private", []change{said(time.Minute, dialogue.Earlier{Words: "rough night", Private: true})}, "2", "", "read checkin=mary:2,private,prompted"},
		{"a prompt that came since is answered", []change{said(10*time.Minute, two), asked(0)}, "3", "", "read checkin=mary:3,prompted"},
		{"also with the same number", []change{said(time.Minute, two), asked(0)}, "2", "", "read checkin=mary:2,prompted"},
		{"a late answer corrected is late", []change{said(time.Minute, dialogue.Earlier{Score: ptr(2), Late: true})}, "3", "", "read checkin=mary:3,prompted,late,corrects"},
	})
}

func TestACorrectionAfterMidnightIsOfTheDayItCorrects(t *testing.T) {
	now := time.Date(2026, 11, 3, 0, 20, 0, 0, time.UTC)
	c := contextOf(at1(now), func(c *dialogue.Context) {
		c.People[0].Patient.Last = &dialogue.Earlier{ID: earlier, Score: ptr(2), At: now.Add(-30 * time.Minute)}
	})
	out := dialogue.Decide(carenet.InboundText{Body: "4"}, c)
	if want := carenet.DayOf(2026, 11, 2); out.CheckIn == nil || out.CheckIn.Day != want || !out.CheckIn.At.Equal(now) {
		t.Errorf("got %+v, want day %s at %s", out.CheckIn, want, now)
	}
}

func TestWordsOfFixedMeaning(t *testing.T) {
	run(t, []conversation{
		{"stop", []change{asked(0)}, "STOP", "", "read out say=opted_out@patient"},
		{"stop with a number is no answer", []change{asked(0)}, "STOP 2", "", "read out say=opted_out@patient"},
		{"a wording", nil, "please stop texting me", "", "read out say=opted_out@patient"},
		{"Spanish", []change{language("es")}, "ALTO", "", "read out say=opted_out@patient"},
		{"Arabic", []change{language("ar")}, "قف", "", "read out say=opted_out@patient"},
		{"the language of somebody else on the phone", []change{people(patient(mary, "Mary"), speaking("es"))}, "alto", "", "read out say=opted_out@patient"},
		{"stop again", []change{stopped}, "STOP", "", "read out"},
		{"the carrier confirmed", nil, "STOP", "STOP", "read out"},
		{"the carrier confirms without saying so", []change{carrier}, "Stop ", "", "read out"},
		{"a wording passes the carrier by", []change{carrier}, "please stop texting me", "", "read out say=opted_out@patient"},
		{"a word of the carrier's own list", nil, "NO MORE PLEASE", "STOP", "read out"},
		{"start while stopped", []change{stopped}, "START", "", "read in say=opted_in@patient"},
		{"the carrier started it", []change{stopped}, "START", "START", "read in"},
		{"start while not stopped", nil, "START", "", "stored"},
		{"yes is no answer", []change{asked(0)}, "Yes", "", "stored"},
		{"start makes a wrong number good", []change{wrong}, "START", "", "read in say=opted_in@patient"},
		{"help", []change{asked(0)}, "HELP", "", "read say=help@patient"},
		{"the carrier's help has no emergency number", nil, "HELP", "HELP", "read say=help@patient"},
		{"and does not say so", []change{carrier}, "help", "", "read say=help@patient"},
		{"which is enough for others", []change{alone(follower())}, "HELP", "HELP", "read"},
		{"help of a follower", []change{alone(follower())}, "HELP", "", "read say=help@follower"},
		{"Spanish help", []change{language("es")}, "ayuda", "", "read say=help@patient"},
		{"wrong number", nil, "You have the wrong number", "", "unread wrong"},
		{"wrong number of a follower", []change{alone(follower())}, "wrong number", "", "unread wrong"},
		{"wrong number, said again", []change{wrong}, "wrong number!", "", "stored"},
	})
}

func TestINV10_CrisisWords(t *testing.T) {
	run(t, []conversation{
		{"with a score", []change{asked(0)}, "1 I want to die", "", "read checkin=mary:1,I_want_to_die,prompted no_thanks safety=mary say=crisis@patient"},
		{"without", []change{asked(0)}, "I want to die", "", "read safety=mary say=crisis@patient"},
		{"twice at once flags twice", []change{said(time.Minute, dialogue.Earlier{Score: ptr(1), Words: "I want to die"})}, "1 I want to die", "", "read safety=mary say=crisis@patient"},
		{"with a stop", nil, "Stop. I want to die", "", "read out say=opted_out@patient safety=mary"},
		{"Spanish", []change{language("es")}, "quiero morir", "", "read safety=mary say=crisis@patient"},
		{"in the language of somebody else on the phone", []change{people(patient(mary, "Mary"), speaking("es"))}, "quiero morir", "", "read safety=mary say=crisis@patient"},
		{"while stopped", []change{stopped}, "I want to die", "", "read safety=mary say=crisis@patient"},
		{"wrong number and crisis", nil, "You have the wrong number, I want to die", "", "read safety=mary say=crisis@patient"},
		{"after a wrong number", []change{wrong}, "2 I want to die", "", "read safety=mary say=crisis@patient"},
		{"no longer a patient", []change{inactive}, "2 I want to die", "", "read safety=mary say=crisis@patient"},
		{"of a follower", []change{alone(follower())}, "I want to die", "", "unread safety=nobody say=crisis@follower"},
		{"of nobody we know", []change{people()}, "I want to die", "", "unread safety=nobody say=crisis@unknown"},
		{"of nobody we know, told once", []change{people(), told}, "I want to die", "", "unread safety=nobody say=crisis@unknown"},
		{"one of two, not said who", []change{both()}, "I want to die", "", "read safety=mary safety=john say=crisis@patient"},
		{"one of two, one was asked", []change{both(), asked(1)}, "1 I want to die", "", "read checkin=john:1,I_want_to_die,prompted no_thanks safety=mary safety=john say=crisis@patient"},
		{"one of two, named", []change{both()}, "John: I want to die", "", "read safety=john say=crisis@patient"},
	})
}

func TestNumbersThatNobodyHas(t *testing.T) {
	nobody := people()
	run(t, []conversation{
		{"first text", []change{nobody}, "hello?", "", "stored once say=unknown_number@unknown"},
		{"then silence", []change{nobody, told}, "hello?", "", "stored"},
		{"a number is no answer", []change{nobody, told}, "3", "", "stored"},
		{"stop", []change{nobody, told}, "STOP", "", "read out say=opted_out@unknown"},
		{"help", []change{nobody, told}, "HELP", "", "read say=help@unknown"},
		{"one that another took the place of", []change{nobody, moved}, "that is not right, I am Mary", "", "unread once say=unknown_number@unknown"},
		{"and again", []change{nobody, moved, told}, "3", "", "unread"},
		{"a machine there", []change{nobody, moved}, "Automatic reply: the office is closed", "", "stored"},
	})
}

func TestPatientsWhoShareAPhone(t *testing.T) {
	two := both()
	twoM := people(patient(mary, "Mary Okafor"), patient(john, "Mike Okafor"))
	ingrid := people(patient(mary, "Ingrid"), patient(john, "Bob"))
	run(t, []conversation{
		{"named", []change{two}, "Mary 3 tired", "", "read checkin=mary:3,tired"},
		{"named, other case", []change{two}, "JOHN: 3", "", "read checkin=john:3"},
		{"initial", []change{two, asked(0), asked(1)}, "J 3", "", "read checkin=john:3,prompted"},
		{"initial glued", []change{two}, "j3", "", "read checkin=john:3"},
		{"initial, Arabic digit", []change{two}, "M ٣", "", "read checkin=mary:3"},
		{"a minus is not a dash", []change{two}, "M -1", "", "stored say=ask_who@patient"},
		{"initial of both", []change{twoM}, "M 3", "", "stored say=ask_who@patient"},
		{"a letter that is a word", []change{ingrid}, "I am a 3", "", "stored say=ask_who@patient"},
		{"accents", []change{people(patient(mary, "José García"), patient(john, "Ana"))}, "jose 4", "", "read checkin=mary:4"},
		{"two names", []change{people(patient(mary, "عبد الله حداد"), patient(john, "Ana"))}, "عبد الله 4", "", "read checkin=mary:4"},
		{"title", []change{people(patient(mary, "Mr Lee"), patient(john, "Ana"))}, "Mr Lee 4", "", "read checkin=mary:4"},
		{"one was asked", []change{two, asked(1)}, "3", "", "read checkin=john:3,prompted"},
		{"one was asked, the other is named", []change{two, asked(1)}, "3, Mary slept badly", "", "stored say=ask_who@patient"},
		{"both were asked", []change{two, asked(0), asked(1)}, "3", "", "stored say=ask_who@patient"},
		{"none was asked", []change{two}, "3", "", "stored say=ask_who@patient"},
		{"unclear in two ways", []change{two}, "2 or 3", "", "stored say=ask_who@patient"},
		{"words are for a person, since they count for neither", []change{two}, "the garden was lovely", "", "stored"},
		{"so is a question", []change{two}, "when is the nurse coming", "", "unread"},
		{"but no machine's", []change{two}, "I am on holiday until Monday", "", "stored"},
		{"stop is the phone's", []change{two}, "STOP", "", "read out say=opted_out@patient"},
		{"one of them has left", []change{two, inactive}, "3", "", "read checkin=john:3"},
		{"both have left", []change{two, inactive, func(c *dialogue.Context) { c.People[1].Patient.Active = false }}, "3", "", "stored say=help@patient"},
		{"a follower shares it", []change{people(follower(), patient(mary, "Mary"))}, "3", "", "read checkin=mary:3"},
	})
}

func TestStaffAndFollowers(t *testing.T) {
	run(t, []conversation{
		{"ack", []change{alone(clinician())}, "ACK", "", "read ack=dana:0"},
		{"ack by number", []change{alone(clinician())}, "ack 4821", "", "read ack=dana:4821"},
		{"short", []change{alone(clinician())}, "A 7", "", "read ack=dana:7"},
		{"ack of what cannot be", []change{alone(clinician())}, "ACK 99999999999999999999", "", "read ack=dana:2147483647"},
		{"ack 0 is not the only one", []change{alone(clinician())}, "ACK 0", "", "read ack=dana:2147483647"},
		{"patient and clinician", []change{alsoStaff, asked(0)}, "ACK 12", "", "read ack=mary:12"},
		{"their answer wins", []change{alsoStaff, asked(0)}, "3", "", "read checkin=mary:3,prompted"},
		{"patient and clinician share a phone", []change{people(patient(mary, "Mary"), clinician())}, "ACK 12", "", "read ack=dana:12"},
		{"a patient cannot acknowledge", nil, "ACK 12", "", "stored say=ask_again_range@patient"},
		{"a follower cannot acknowledge", []change{alone(follower())}, "ACK 12", "", "stored say=help@follower"},
		{"clinician, plain words", []change{alone(clinician())}, "on my way to her", "", "stored say=help@clinician"},
		{"clinician tells of a fall", []change{alone(clinician())}, "she had a fall, going round now", "", "stored say=help@clinician"},
		{"follower, a number is no score", []change{alone(follower())}, "3", "", "stored say=help@follower"},
		{"follower, plain words", []change{alone(follower())}, "give her a hug", "", "read order=tell:sam:give_her_a_hug"},
		{"follower stops", []change{alone(follower())}, "STOP", "", "read out say=opted_out@follower"},
	})
}

// A machine answers each of our texts; a person may still stop, ask for help,
// be in danger, or answer.
func TestANumberIsNotAnsweredForEver(t *testing.T) {
	often := func(c *dialogue.Context) { c.Answered = dialogue.MaxAnswers }
	nearly := func(c *dialogue.Context) { c.Answered = dialogue.MaxAnswers - 1 }
	run(t, []conversation{
		{"once more", []change{alone(follower()), nearly}, "12345", "", "stored say=help@follower"},
		{"no more", []change{alone(follower()), often}, "12345", "", "unread"},
		{"no more words either", []change{alone(follower()), often}, "we are closed today", "", "unread"},
		{"no more links", []change{often}, "WEB", "", "unread"},
		{"a wish to be asked less is carried out", []change{often}, "PAUSE 3", "", "read order=pause:mary:2026-11-05T00:00"},
		{"or told to fewer", []change{often}, "remove sam", "", "read order=drop:mary:sam"},
		{"a question is kept", []change{often}, "ASK is this right", "", "unread"},
		{"a machine that says so", []change{alone(follower())}, "I am on holiday until Monday", "", "stored"},
		{"of a patient", []change{asked(0)}, "I'm driving and will get back to you at 3", "", "stored"},
		{"of nobody we know", []change{people()}, "Automatic reply: the office is closed", "", "stored"},
		{"words of a patient are no longer thanked", []change{asked(0), often}, "the garden was lovely", "", "read checkin=mary:,the_garden_was_lovely,prompted no_thanks"},
		{"no more questions", []change{asked(0), often}, "2 or 3", "", "unread"},
		{"help all the same", []change{often}, "HELP", "", "read say=help@patient"},
		{"stop all the same", []change{often}, "STOP", "", "read out say=opted_out@patient"},
		{"crisis all the same", []change{often}, "I want to die", "", "read safety=mary say=crisis@patient"},
		{"an answer all the same", []change{asked(0), often}, "3", "", "read checkin=mary:3,prompted"},
	})
}

func TestAVeryLongTextIsKeptAndCutForTheCircle(t *testing.T) {
	out := dialogue.Decide(carenet.InboundText{Body: "2 " + strings.Repeat("é ", 5000)}, contextOf(asked(0)))
	if out.CheckIn == nil || len(out.CheckIn.Words) > carenet.MaxWords || len(out.CheckIn.Words) < carenet.MaxWords-3 {
		t.Fatalf("got %+v", out.CheckIn)
	}
}
