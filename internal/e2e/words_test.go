package e2e

import "testing"

// family is the circle of most tests: Mary, Sam who may see her words, Ruth who
// may not, and a nurse who is told nothing of a single answer.
type family struct {
	*clinic
	mary, sam, ruth, dana *phone
}

func newFamily(t *testing.T, w wishes) family {
	t.Helper()
	f := family{clinic: newClinic(t, w)}
	f.mary = f.patient("Mary Okafor", "+447700900001")
	f.sam = f.follower(f.mary, "Sam Okafor", "+447700900101", "score,words")
	f.ruth = f.follower(f.mary, "Ruth", "+447700900102", "score")
	f.dana = f.clinician("Nurse Dana", "+447700900201", "responder")
	return f
}

func TestINV8_StopIsTheLastWord(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	stranger := f.Phone("a stranger", "+447700900301")
	f.start(1)

	f.sam.Texts("STOP")
	f.sam.Expects("no more texts")
	f.mary.Texts("3")
	f.mary.Expects("noted 3 of 5")
	f.ruth.Expects("3 of 5")
	f.sam.Texts("stop")
	f.sam.ExpectsNothingMore() // neither the update nor a second confirmation

	f.sam.Texts("START")
	f.sam.Expects("on again")
	f.mary.Texts("a better day")
	f.sam.Expects("a better day")
	f.mary.Expects("words are kept")

	// A patient who stopped is not signed up again by an answer, which is kept.
	f.mary.Texts("please stop texting me")
	f.mary.Expects("no more texts")
	f.mary.Texts("2 still here")
	f.sam.Expects("2 of 5", "still here")
	f.ruth.Expects("2 of 5")
	f.mary.ExpectsNothingMore()

	stranger.Texts("STOP")
	stranger.Expects("no more texts")
	stranger.Texts("hello?")
	f.nobodyElse()
}

func TestINV8_TheCarrierHasTheLastWordWhereItAnswersItself(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{carrierKeywords: true})
	f.start(1)
	f.sam.Texts("STOP")
	f.sam.Expects("successfully been unsubscribed") // the carrier's words
	f.mary.Texts("3")
	f.mary.Expects("noted 3 of 5")
	f.ruth.Expects("3 of 5")
	f.sam.ExpectsNothingMore()
	f.sam.Texts("START")
	f.sam.Expects("successfully been re-subscribed")
	f.settled() // the carrier answers at once; we hear of it a little later
	f.mary.Texts("a better day")
	f.sam.Expects("a better day")
	f.mary.Expects("words are kept")
	f.ruth.Texts("HELP")
	f.ruth.Expects("Reply STOP to unsubscribe")
	f.mary.Texts("HELP")
	f.mary.Expects("Reply STOP to unsubscribe") // which says nothing of whom to call
	f.mary.Expects("We ask how you are", "999")
	f.nobodyElse()
}

func TestHelpSaysWhoWeAreAndWhomToCall(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	stranger := f.Phone("a stranger", "+447700900301")
	f.start(1)
	f.mary.Texts("help")
	f.mary.Expects("We ask how you are", "999", "STOP")
	f.sam.Texts("HELP")
	f.sam.Expects("who invited you", "999", "STOP")
	f.dana.Texts("Help!")
	f.dana.Expects("ACK", "999", "STOP")
	stranger.Texts("who is this?")
	stranger.Expects("do not know this phone").Without("Mary", "Sam", "Dana")
	stranger.Texts("who is this??")
	stranger.ExpectsNothingMore() // once is enough
	f.nobodyElse()
	if n := f.count("SELECT count(*) FROM check_in"); n != 0 {
		t.Errorf("%d check-ins came of it", n)
	}
}

func TestINV7_APrivateCheckInStaysWithTheClinic(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.start(1)
	f.mary.Texts("PRIVATE 2 do not tell them")
	f.mary.Expects("noted 2 of 5", "clinic only", "may guess")
	f.nobodyElse()
	if n := f.count("SELECT count(*) FROM check_in WHERE private"); n != 1 {
		t.Errorf("%d private check-ins, want 1", n)
	}
}

// Not everybody is asked at a fixed time: the clinic may not have chosen one yet.
func TestAPatientWhomNobodyAsksIsHeard(t *testing.T) {
	t.Parallel()
	c := newClinic(t, wishes{})
	mary := c.patient("Mary Okafor", "+447700900001", "--at", "")
	sam := c.follower(mary, "Sam Okafor", "+447700900101", "score,words")
	c.start(1)
	mary.Texts("2 rough night")
	sam.Expects("2 of 5", "rough night")
	mary.Expects("noted 2 of 5")
	c.nobodyElse()
}

func TestASecondScoreCorrectsTheFirst(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.start(1)
	f.mary.Texts("2 rough night")
	f.mary.Expects("noted 2 of 5")
	f.sam.Expects("2 of 5", "rough night")
	f.ruth.Expects("2 of 5")
	f.mary.Texts("that is wrong -> 4")
	f.mary.Expects("changed to 4 of 5")
	f.sam.Expects("Mary changed it", "4 of 5")
	f.ruth.Expects("Mary changed it", "4 of 5").Without("wrong")
	f.mary.Texts("9")
	f.mary.Expects("Which number fits best")
	f.nobodyElse()
	if n := f.count("SELECT count(*) FROM check_in WHERE superseded_by IS NULL"); n != 1 {
		t.Errorf("%d check-ins count, want 1", n)
	}
	if n := f.count("SELECT count(*) FROM check_in"); n != 2 {
		t.Errorf("%d check-ins are kept, want 2", n)
	}
}

func TestEverybodyIsToldInTheirOwnLanguage(t *testing.T) {
	t.Parallel()
	c := newClinic(t, wishes{})
	jose := c.patient("José García", "+447700900002", "--language", "es")
	ana := c.follower(jose, "Ana García", "+447700900111", "score,words", "--language", "es")
	tom := c.follower(jose, "Tom", "+447700900112", "score")
	amina := c.patient("أمينة حداد", "+447700900003", "--language", "ar")
	huda := c.follower(amina, "هدى", "+447700900113", "score,words", "--language", "ar")
	c.start(1)

	jose.Texts("2 mala noche")
	jose.Expects("Gracias, José. Anotamos 2 de 5")
	ana.Expects("José: 2 de 5", "mala noche")
	tom.Expects("José: 2 of 5").Without("mala")
	jose.Texts("AYUDA")
	jose.Expects("Preguntamos por usted", "999", "ALTO")
	ana.Texts("ALTO")
	ana.Expects("No le mandaremos nada")

	amina.Texts("٢ ليلة صعبة")
	amina.Expects("شكرا أمينة", "2 من 5")
	huda.Expects("أمينة: 2 من 5", "ليلة صعبة")
	amina.Texts("مساعدة")
	amina.Expects("نسأل عن حالك", "999")
	huda.Texts("قف")
	huda.Expects("لن تصلك رسائل")
	c.nobodyElse()
}
