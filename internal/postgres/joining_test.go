package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/postgres"
)

const johnsPhone, tomsPhone = "+447700900003", "+447700900555"

// enrolled has Dr Lee enrol John, who has not answered.
func (c *clinic) enrolled() (lee carenet.Actor, john carenet.ID) {
	c.t.Helper()
	lee = c.lee()
	john, batch, err := c.store.EnrolPatient(c.ctx, lee, postgres.NewPatient{
		NewPerson: postgres.NewPerson{Name: "John Hill", Phone: johnsPhone}, RRule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", LocalTime: "10:00",
	})
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	return lee, john
}

// due runs all that is due by itself but alerts.
func (c *clinic) due() {
	c.t.Helper()
	for _, tick := range []func() (carenet.Batch, int, error){
		func() (carenet.Batch, int, error) { return c.store.TickPrompts(c.ctx, 100) },
		func() (carenet.Batch, int, error) { return c.store.TickQuestions(c.ctx, 100) },
	} {
		b, _, err := tick()
		c.must(err)
		_, err = c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
}

// to are the texts to one number, of those that leave now.
func (c *clinic) to(number string) (texts []string) {
	c.t.Helper()
	for _, s := range c.sent() {
		if body, ok := strings.CutPrefix(s, number+": "); ok {
			texts = append(texts, body)
		}
	}
	return texts
}

func (c *clinic) hears(number string, words ...string) {
	c.t.Helper()
	got := c.to(number)
	if len(got) != len(words) {
		c.t.Fatalf("%s heard %q, want %q", number, got, words)
	}
	for i, w := range words {
		if !strings.Contains(got[i], w) {
			c.t.Fatalf("%s heard %q, want %q", number, got, words)
		}
	}
}

func (c *clinic) states() []string {
	c.t.Helper()
	return valueOf[[]string](c, c.admin(), `SELECT array_agg(kind || ' ' || state ORDER BY id) FROM open_question`)
}

func (c *clinic) consents(patient carenet.ID) []string {
	c.t.Helper()
	return valueOf[[]string](c, c.admin(), `SELECT array_agg(kind || ' ' || words_version || ' ' || actor_kind ORDER BY id) FROM consent WHERE patient_id = $1`, patient)
}

func TestAnEnrolledPatientIsAskedNothingBeforeTheySayYes(t *testing.T) {
	c := newClinic(t)
	_, john := c.enrolled()
	// What the text must say is the text's own test; here: who asks, and how often.
	c.hears(johnsPhone, `question to John Hill about John Hill link enrol of "Dr Lee" for [], 3 a week`)
	c.advance(36 * time.Hour) // one of his slots passes
	c.due()
	c.text(johnsPhone, "3")
	c.hears(johnsPhone, "reply=yes_or_no")
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt WHERE patient_id = $1`, john) + valueOf[int](c, c.admin(), `SELECT count(*) FROM check_in WHERE patient_id = $1`, john); n != 0 {
		t.Errorf("%d prompts and check-ins before he agreed", n)
	}
	c.text(johnsPhone, "yes please")
	c.hears(johnsPhone, "reply=joined")
	if got := c.consents(john); !slices.Equal(got, []string{"enrol enrol-en-test patient"}) {
		t.Errorf("consent: %q", got)
	}
	if words := valueOf[string](c, c.admin(), `SELECT words FROM consent_words WHERE version = 'enrol-en-test'`); words != "May we?" {
		t.Errorf("the words he agreed to are kept as %q", words)
	}
	c.text(johnsPhone, "YES") // again: it is answered
	c.hears(johnsPhone)
	c.advance(14 * time.Hour) // to half past ten on Wednesday
	c.due()
	c.hears(johnsPhone, "prompt to John Hill")
	c.text(johnsPhone, "4")
	c.hears(johnsPhone, "score=4")
}

func TestWhoDoesNotAnswerIsRemindedOnceAndThenStaffSeeIt(t *testing.T) {
	c := newClinic(t)
	lee, john := c.enrolled()
	c.to(johnsPhone)
	next, err := c.store.NextDue(c.ctx)
	c.must(err)
	if next.IsZero() {
		t.Fatal("nothing is due")
	}
	c.advance(48 * time.Hour)
	c.due()
	c.hears(johnsPhone, " again")
	c.advance(24 * time.Hour)
	c.due()
	c.hears(johnsPhone)
	c.advance(5 * 24 * time.Hour)
	c.due()
	c.hears(johnsPhone)
	page, err := c.store.Joining(c.ctx, lee)
	c.must(err)
	if len(page.Asked) != 1 || page.Asked[0].State != carenet.QuestionLapsed || page.Asked[0].Name != "John Hill" || page.Asked[0].AskedBy != "Dr Lee" {
		t.Errorf("staff see %+v", page.Asked)
	}
	// A yes that comes later still needs somebody to ask again.
	c.text(johnsPhone, "yes")
	if got := valueOf[string](c, c.admin(), `SELECT state FROM patient WHERE id = $1`, john); got != "invited" {
		t.Errorf("he is %s", got)
	}
	batch, err := c.store.AskToJoinAgain(c.ctx, lee, john)
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	c.to(johnsPhone)
	c.text(johnsPhone, "yes")
	c.hears(johnsPhone, "reply=joined")
	_, err = c.store.AskToJoinAgain(c.ctx, lee, john)
	c.code(carenet.Conflict, err)
}

func TestNoAndStopAreNo(t *testing.T) {
	for _, said := range []string{"no thank you", "STOP"} {
		c := newClinic(t)
		lee, john := c.enrolled()
		c.to(johnsPhone)
		c.text(johnsPhone, said)
		c.to(johnsPhone)
		if got := valueOf[string](c, c.admin(), `SELECT state FROM patient WHERE id = $1`, john); got != "left" {
			t.Errorf("%s: he is %s", said, got)
		}
		c.advance(10 * 24 * time.Hour)
		c.due()
		c.hears(johnsPhone)
		_, err := c.store.AskToJoinAgain(c.ctx, lee, john)
		if said == "STOP" {
			c.code(carenet.Conflict, err)
		} else {
			c.must(err)
		}
	}
}

func TestOnlyManagersEnrol(t *testing.T) {
	c := newClinic(t)
	dana := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}
	_, _, err := c.store.EnrolPatient(c.ctx, dana, postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "John Hill", Phone: johnsPhone}})
	c.code(carenet.Forbidden, err)
	_, _, err = c.store.EnrolPatient(c.ctx, c.lee(), postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "Mary Okafor", Phone: "+447700900001"}})
	c.code(carenet.Conflict, err)
}

func TestAFollowerHearsOnlyAfterBothHaveSaidYes(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "ADD Tom 07700 900555 words")
	c.hears("+447700900001", `share of "Tom" for [answered words]`)
	c.text("+447700900001", "4 a good day")
	c.hears(tomsPhone)
	c.text("+447700900001", "YES TOM")
	c.expect(
		"+447700900001: reply to Mary Okafor about Mary Okafor reply=invited",
		tomsPhone+`: question to Tom about Mary Okafor link follow of "Mary Okafor" for [answered words], 7 a week`,
	)
	c.text("+447700900001", "5 better")
	c.hears(tomsPhone)
	c.text(tomsPhone, "Yes")
	c.expect(
		tomsPhone+": reply to Tom about Mary Okafor reply=following",
		`+447700900001: circle to Mary Okafor about Mary Okafor joined "Tom" [answered words]`,
	)
	c.advance(2 * time.Hour)
	c.text("+447700900001", "3 tired")
	c.hears(tomsPhone, "update to Tom about Mary Okafor words=tired")
	if got := c.consents(c.mary); !slices.Equal(got[len(got)-2:], []string{"share share-en-test patient", "follow follow-en-test follower"}) {
		t.Errorf("consent: %q", got)
	}
	c.text("+447700900001", "DROP TOM")
	c.sent()
	c.text("+447700900001", "2")
	c.hears(tomsPhone)
}

// Who is to be asked in the morning has read nothing yet: their YES of the night, to
// whatever it may be, is no consent.
func TestINV7_NobodyAgreesToWhatTheyWereNotYetAsked(t *testing.T) {
	c := newClinic(t)
	c.standAt(0, 22, 30)
	c.text("+447700900001", "ADD Tom 07700 900555")
	c.sent()
	c.text("+447700900001", "YES TOM")
	c.sent()
	c.text(tomsPhone, "yes")
	c.sent()
	c.text("+447700900001", "4")
	c.hears(tomsPhone)
	c.standAt(1, 8, 0)
	c.hears(tomsPhone, "question to Tom")
	c.text(tomsPhone, "yes")
	c.hears(tomsPhone, "reply=following")
}

func TestAtMostThreeInvitationsAndOnlyAllowedCountries(t *testing.T) {
	c := newClinic(t)
	add := func(what, want string) {
		t.Helper()
		c.text("+447700900001", what)
		c.hears("+447700900001", want)
		c.advance(2 * time.Hour)
	}
	add("ADD Tom 07700 900551", "share of")
	add("ADD Ann 07700 900552", "share of")
	add("ADD Kit 07700 900553", "share of")
	add("ADD Zoe 07700 900554", "reply=add_many")
	c.text("+447700900001", "NO ANN")
	c.sent()
	add("ADD Pierre +33 6 12 34 56 78", "reply=add_country")
	add("ADD Tom 07700 900551", "reply=add_already")
	add("ADD Sam Okafor 07700 900101", "reply=add_already")
	add("ADD Zoe", "reply=add_how")
	c.must(c.store.SetInviteRegions(c.ctx, c.operator(), []string{"GB", "FR"}))
	add("ADD Pierre +33 6 12 34 56 78", "share of")
	c.code(carenet.Invalid, c.store.SetInviteRegions(c.ctx, c.operator(), []string{"Narnia"}))
}

func TestAYesIsNeverGuessed(t *testing.T) {
	c := newClinic(t)
	// Two are enrolled on one phone: a yes is somebody's word.
	lee := c.lee()
	for _, name := range []string{"John Hill", "Joan Hill"} {
		_, batch, err := c.store.EnrolPatient(c.ctx, lee, postgres.NewPatient{NewPerson: postgres.NewPerson{Name: name, Phone: johnsPhone}, LocalTime: "10:00"})
		c.must(err)
		_, err = c.store.Round(c.ctx, batch.ID)
		c.must(err)
	}
	c.sent()
	c.text(johnsPhone, "yes")
	c.hears(johnsPhone, "reply=yes_which")
	if got := c.states(); !slices.Equal(got, []string{"enrol open", "enrol open"}) {
		t.Fatalf("asked: %q", got)
	}
	c.text(johnsPhone, "yes joan")
	c.hears(johnsPhone, "reply=joined")
	if got := c.states(); !slices.Equal(got, []string{"enrol open", "enrol yes"}) {
		t.Fatalf("asked: %q", got)
	}
	c.text(johnsPhone, "no")
	c.hears(johnsPhone, "reply=not_joined")
}

func TestAnInvitationThatIsTakenBackAsksNobody(t *testing.T) {
	c := newClinic(t)
	mary := carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}
	c.advance(12 * time.Hour) // half past eight in the evening
	c.advance(2 * time.Hour)  // and half past ten: Tom is asked in the morning
	batch, err := c.store.InviteFromPage(c.ctx, mary, carenet.Invite{Name: "Tom", Number: "07700 900555", Scope: carenet.Scope{carenet.PartScore}})
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	c.hears(tomsPhone)
	page, err := c.store.OwnCircle(c.ctx, mary)
	c.must(err)
	i := slices.IndexFunc(page.Places, func(p carenet.OwnPlace) bool { return p.Name == "Tom" })
	if i < 0 || page.Places[i].Active || !page.Places[i].Asked || page.Open != 1 {
		t.Fatalf("she sees %+v", page)
	}
	batch, err = c.store.DropFollower(c.ctx, mary, page.Places[i].Follower)
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	c.advance(10 * time.Hour)
	c.hears(tomsPhone)
	// What a follower sees changes with a word to the patient, and none to the follower.
	batch, err = c.store.ShowFollower(c.ctx, mary, c.ruth, carenet.Scope{carenet.PartAnswered})
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	c.expect(`+447700900001: circle to Mary Okafor about Mary Okafor scope "Ruth" [answered]`)
	// Each press is kept with the words beside it, as they stood in her language.
	got := c.consents(c.mary)
	want := []string{"share page-invite-en-test patient", "withdraw page-drop-en-test patient", "share page-show-en-test patient"}
	if !slices.Equal(got[len(got)-len(want):], want) {
		t.Errorf("consents: %q", got)
	}
	if words := valueOf[string](c, c.admin(), `SELECT string_agg(language || ' ' || words, ', ' ORDER BY words) FROM consent_words WHERE version LIKE 'page-%'`); words != "en I drop, en I invite, en I show" {
		t.Errorf("kept words: %q", words)
	}
	sam := c.asFollower(c.sam)
	_, err = c.store.OwnCircle(c.ctx, sam)
	c.code(carenet.Forbidden, err)
}

func TestThePageOfAQuestionAnswersItOnce(t *testing.T) {
	c := newClinic(t)
	_, john := c.enrolled()
	// The text carries the only copy of a token, which the plain composer leaves out: so
	// this page's link is made here, like that of the text.
	token, hash := auth.NewToken(auth.ForAgree)
	c.exec(c.admin(), `INSERT INTO link (org_id, id, token_hash, purpose, person_id, question_id, door, expires_at, created_at)
SELECT org_id, id, $1, 'agree', person_id, id, 'patient', $2, $3 FROM open_question WHERE patient_id = $4`, hash, c.clock().Add(time.Hour), c.clock(), john)
	for range 2 { // opening it says nothing
		page, err := c.store.AgreePage(c.ctx, token)
		c.must(err)
		if page.Kind != carenet.AskEnrol || page.State != carenet.QuestionOpen || page.AskedBy != "Dr Lee" || page.PerWeek != 3 {
			t.Fatalf("the page says %+v", page)
		}
	}
	_, err := c.store.Agree(c.ctx, token, true)
	c.must(err)
	if got := c.consents(john); !slices.Equal(got, []string{"enrol enrol-en-test patient"}) {
		t.Errorf("consent: %q", got)
	}
	_, err = c.store.Agree(c.ctx, token, false)
	c.code(carenet.Conflict, err)
	_, err = c.store.AgreePage(c.ctx, "nonsense")
	c.code(carenet.NotFound, err)
}
