package dialogue_test

import (
	"testing"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
)

func askedAgain(c *dialogue.Context) { c.People[0].Patient.Open.AskedAgain = true }

func TestAnUnclearAnswerIsAskedForOnce(t *testing.T) {
	run(t, []conversation{
		{"first", []change{asked(0)}, "2 or 3", "", "stored again say=ask_again_ambiguous@patient"},
		{"second", []change{asked(0), askedAgain}, "maybe 3 or 4", "", "unread"},
		{"off the scale, second", []change{asked(0), askedAgain}, "9", "", "unread"},
		{"then clear", []change{asked(0), askedAgain}, "3", "", "read checkin=mary:3,prompted"},
		{"nothing asked", nil, "2 or 3", "", "stored say=ask_again_ambiguous@patient"},
	})
}

// The clock of the tests stands on Monday, 2 November 2026.
func TestAPatientCommands(t *testing.T) {
	open := []change{asked(0)}
	run(t, []conversation{
		{"who", open, "WHO", "", "read say=who@patient"},
		{"link", open, "WEB", "", "read link=mary@patient"},
		{"when", open, "When?", "", "read order=when:mary"},
		{"resume", open, "resume", "", "read order=resume:mary"},
		{"drop", open, "DROP Sam", "", "read order=drop:mary:Sam"},
		{"pause", open, "PAUSE", "", "read order=pause:mary:2026-11-09T00:00"},
		{"pause so many days", open, "pause 3", "", "read order=pause:mary:2026-11-05T00:00"},
		{"pause for weeks", open, "pause for 2 weeks", "", "read order=pause:mary:2026-11-16T00:00"},
		{"away until a day", open, "away until Friday", "", "read order=away:mary:2026-11-06T00:00"},
		{"away until a date", open, "AWAY UNTIL 12 May", "", "stored say=pause_how@patient"},
		{"away until a near date", open, "away until 12th december", "", "read order=away:mary:2026-12-12T00:00"},
		{"away in Spanish", []change{asked(0), language("es")}, "fuera hasta el 20 de noviembre", "", "read order=away:mary:2026-11-20T00:00"},
		{"away in Arabic", []change{asked(0), language("ar")}, "غائب حتى الجمعة", "", "read order=away:mary:2026-11-06T00:00"},
		{"away until when", open, "away until I feel better", "", "stored say=pause_how@patient"},
		{"pause too long", open, "PAUSE 999", "", "stored say=pause_how@patient"},
		{"what a follower commands", open, "MUTE 8H", "", "read checkin=mary:,MUTE_8H,prompted"},
	})
}

func TestAFollowerCommands(t *testing.T) {
	on := []change{alone(follower())}
	run(t, []conversation{
		{"takes care", on, "On it", "", "read order=on_it:sam"},
		{"ok", on, "ok", "", "read order=on_it:sam"},
		{"tell", on, "TELL well done", "", "read order=tell:sam:well_done"},
		{"a plain reply", on, "Well done Mum!", "", "read order=tell:sam:Well_done_Mum!"},
		{"a picture", on, "❤️", "", "read order=tell:sam:❤️"},
		{"mute", on, "MUTE 8H", "", "read order=mute:sam:8h0m0s"},
		{"mute alone", on, "mute", "", "read order=mute:sam:8h0m0s"},
		{"mute for days", on, "mute 2 days", "", "read order=mute:sam:48h0m0s"},
		{"mute for what", on, "mute everything", "", "stored say=mute_how@follower"},
		{"unmute", on, "unmute", "", "read order=unmute:sam"},
		{"Spanish", []change{alone(speaking("es"))}, "me ocupo", "", "read order=on_it:sam"},
		{"a number is no word", on, "4", "", "stored say=help@follower"},
		{"asks", on, "how is she sleeping?", "", "read order=tell:sam:how_is_she_sleeping?"},
	})
}

func TestACliniciansCommands(t *testing.T) {
	on := []change{alone(clinician())}
	run(t, []conversation{
		{"resolve", on, "RESOLVE 12 called, fine now", "", "read order=resolve:dana:12:called:called,_fine_now"},
		{"resolve the only one", on, "resolve visited", "", "read order=resolve:dana:visited:visited"},
		{"resolve without outcome", on, "RESOLVE 12 fine", "", "read order=resolve:dana:12:fine"},
		{"the first word decides", on, "resolve 3 false alarm, I called", "", "read order=resolve:dana:3:false_alarm:false_alarm,_I_called"},
		{"Spanish outcome", on, "resolve 3 falsa alarma", "", "read order=resolve:dana:3:false_alarm:falsa_alarma"},
		{"escalate", on, "escalate 12", "", "read order=escalate:dana:12"},
		{"useful", on, "USEFUL 12", "", "read order=useful:dana:12"},
		{"useful, the one I closed", on, "Useful", "", "read order=useful:dana"},
		{"not useful", on, "not useful 12", "", "read order=not_useful:dana:12"},
		{"Spanish", []change{alone(clinician()), language("es")}, "Poco útil 12", "", "read order=not_useful:dana:12"},
		{"Arabic", []change{alone(clinician()), language("ar")}, "غير مفيد ١٢", "", "read order=not_useful:dana:12"},
		{"who is on", on, "WHO", "", "read say=on_duty@clinician"},
		{"resolve however often", []change{alone(clinician()), func(c *dialogue.Context) { c.Answered = 9 }}, "resolve 12 called", "", "read order=resolve:dana:12:called:called"},
	})
}

func TestNamedPlaces(t *testing.T) {
	circle := []dialogue.Place{{Person: sam, Name: "Sam Okafor"}, {Person: john, Name: "Sam"}, {Person: dana, Name: "Ruth Okafor"}, {Person: mary, Name: "José García"}}
	for said, want := range map[string]int{"Sam": 1, "sam okafor": 1, "Okafor": 2, "ruth": 1, "Jose": 1, "Bob": 0, "": 0, "Sam Ruth": 0} {
		if got := dialogue.NamedPlaces(said, circle); len(got) != want {
			t.Errorf("%q names %v, want %d", said, got, want)
		}
	}
}

func TestWhom(t *testing.T) {
	m := dialogue.Followed{Patient: mary, Name: "Mary Okafor"}
	j := dialogue.Followed{Patient: john, Name: "John Okafor", ToldAt: at}
	both := dialogue.Followed{Patient: mary, Name: "Mary Okafor", ToldAt: at}
	for _, c := range []struct {
		what, words string
		of          []dialogue.Followed
		who         carenet.ID
		rest        string
	}{
		{"the only one", "Mary well done", []dialogue.Followed{m}, mary, "Mary well done"},
		{"named", "John: well done", []dialogue.Followed{m, j}, john, "well done"},
		{"heard of last", "well done", []dialogue.Followed{m, j}, john, "well done"},
		{"heard of both", "well done", []dialogue.Followed{both, j}, carenet.NilID, "well done"},
		{"follows nobody", "well done", nil, carenet.NilID, "well done"},
	} {
		who, rest := dialogue.Whom(c.words, c.of)
		var got carenet.ID
		if who != nil {
			got = who.Patient
		}
		if got != c.who || rest != c.rest {
			t.Errorf("%s: %s %q", c.what, name(got), rest)
		}
	}
}

func TestDayNamed(t *testing.T) {
	monday := carenet.DayOf(2026, 11, 2)
	for _, c := range []struct{ lang, said, want string }{
		{"en", "Friday", "2026-11-06"},
		{"en", "monday", "2026-11-09"},
		{"en", "tomorrow", "2026-11-03"},
		{"en", "12 May", "2027-05-12"},
		{"en", "May 12th", "2027-05-12"},
		{"en", "24 december", "2026-12-24"},
		{"en", "Fri 13 Nov", "2026-11-13"},
		{"en", "3/12", "2026-12-03"},
		{"en", "03.12.2026", "2026-12-03"},
		{"en", "29 feb 2028", "2028-02-29"},
		{"en", "31 june", ""},
		{"en", "1 Jan 2020", ""},
		{"en", "May", ""},
		{"en", "when I am back", ""},
		{"en", "2 or 3 December", ""},
		{"en", "13/13", ""},
		{"es", "el viernes", "2026-11-06"},
		{"es", "mañana", "2026-11-03"},
		{"es", "el 12 de diciembre", "2026-12-12"},
		{"es", "12 december", "2026-12-12"},
		{"ar", "الجمعة", "2026-11-06"},
		{"ar", "١٢ ديسمبر", "2026-12-12"},
		{"ar", "بكرة", "2026-11-03"},
		{"ar", "٣/١٢", "2026-12-03"},
	} {
		got := ""
		if day, ok := dialogue.DayNamed(c.said, c.lang, monday); ok {
			got = day.String()
		}
		if got != c.want {
			t.Errorf("%s %q: %q, want %q", c.lang, c.said, got, c.want)
		}
	}
}
