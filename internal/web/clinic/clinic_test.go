package clinic_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/roster"
	"howareyou/internal/auth"
	"howareyou/internal/web/clinic"
	"howareyou/internal/web/front"
)

var (
	now   = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	today = carenet.LocalDay(now, time.UTC)
	mary  = carenet.NewID(now)
	dana  = carenet.NewID(now)
	lee   = carenet.NewID(now)
	alert = carenet.NewID(now)
	ours  = map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
)

// fake is the store and the sessions of a clinic where Dana is signed in.
type fake struct {
	board    carenet.Board
	page     carenet.PatientPage
	conflict bool
	governs  bool
	taken    []carenet.ID
	closed   []string

	joining     carenet.JoiningPage
	enrolled    []carenet.Enrolment
	enrolFault  error
	withdrawn   []carenet.ID
	reported    []carenet.Report
	imported    roster.Page
	importFault error
	uploads     []string
	desk
	duty
	record
	answering
	words
}

func (f *fake) Board(context.Context, carenet.Actor) (carenet.Board, error) { return f.board, nil }

func (f *fake) PatientPage(_ context.Context, _ carenet.Actor, patient carenet.ID) (carenet.PatientPage, error) {
	if patient != mary {
		return carenet.PatientPage{}, carenet.Errorf(carenet.NotFound, "read patient", "there is no such patient")
	}
	return f.page, nil
}

func (f *fake) AlertNumbered(_ context.Context, _ carenet.Actor, number int) (carenet.ID, error) {
	if number != 12 {
		return carenet.NilID, carenet.Errorf(carenet.NotFound, "find alert", "there is no such alert")
	}
	return alert, nil
}

func (f *fake) PatientOfAlert(_ context.Context, _ carenet.Actor, id carenet.ID) (carenet.ID, error) {
	if id != alert {
		return carenet.NilID, carenet.Errorf(carenet.NotFound, "find alert", "there is no such alert")
	}
	return mary, nil
}

func (f *fake) Acknowledge(_ context.Context, actor carenet.Actor, id carenet.ID) (carenet.Batch, error) {
	switch {
	case id != alert:
		return carenet.Batch{}, carenet.Errorf(carenet.NotFound, "acknowledge", "there is no such alert")
	case f.conflict:
		f.hold(lee, "Dr Lee")
		return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "acknowledge", "somebody else has it")
	}
	f.taken = append(f.taken, id)
	f.hold(actor.Person, "Nurse Dana")
	return carenet.Batch{ID: carenet.NewID(now), Events: []carenet.Event{{Kind: carenet.EventAlertTaken}}}, nil
}

func (f *fake) ResolveAlert(_ context.Context, _ carenet.Actor, id carenet.ID, outcome alerts.Outcome, note string) (carenet.Batch, error) {
	switch {
	case !outcome.Valid():
		return carenet.Batch{}, carenet.Errorf(carenet.Invalid, "resolve alert", "say what came of it")
	case f.page.Alerts[0].State == "resolved":
		return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "resolve alert", "this alert is already resolved")
	}
	a := &f.page.Alerts[0]
	a.State, a.Outcome, a.ResolvedAt = "resolved", string(outcome), now
	f.closed = append(f.closed, string(outcome)+" "+note)
	return carenet.Batch{ID: carenet.NewID(now)}, nil
}

func (f *fake) PutOffAlert(_ context.Context, _ carenet.Actor, _ carenet.ID, forTime time.Duration, reason string) (carenet.Batch, error) {
	switch {
	case reason == "":
		return carenet.Batch{}, carenet.Errorf(carenet.Invalid, "snooze alert", "say why it can wait")
	case f.conflict:
		return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "snooze alert", "an alert of danger cannot be put off")
	}
	a := &f.page.Alerts[0]
	a.State, a.PutOffBy, a.PutOffUntil, a.Note = "snoozed", "Nurse Dana", now.Add(forTime), reason
	f.closed = append(f.closed, "put off "+forTime.String()+" "+reason)
	return carenet.Batch{ID: carenet.NewID(now)}, nil
}

func (f *fake) RateAlert(_ context.Context, _ carenet.Actor, _ carenet.ID, useful bool) (carenet.Batch, error) {
	f.page.Alerts[0].Useful = &useful
	return carenet.Batch{ID: carenet.NewID(now)}, nil
}

func (f *fake) RuleFigures(_ context.Context, _ carenet.Actor, days int) (carenet.RuleFigures, []alerts.Worth, error) {
	return carenet.RuleFigures{Organisation: "Riverside Care", Zone: time.UTC, Since: now.AddDate(0, 0, -days), Until: now}, []alerts.Worth{
		{Rule: "WB-TREND-EWMA", Severity: alerts.Amber, Opened: 40, Standing: 2, Useful: 20, NotUseful: 10, Outcomes: map[alerts.Outcome]int{alerts.OutcomeCalled: 30, alerts.OutcomeFalseAlarm: 8}},
		{Rule: "SAFE-HELP", Severity: alerts.AmberHigh, Opened: 3, Useful: 3, Outcomes: map[alerts.Outcome]int{alerts.OutcomeVisited: 3}},
	}, nil
}

// hold gives Mary's alert to somebody.
func (f *fake) Joining(context.Context, carenet.Actor) (carenet.JoiningPage, error) {
	return f.joining, nil
}

func (f *fake) Enrol(_ context.Context, _ carenet.Actor, n carenet.Enrolment) (carenet.ID, carenet.Batch, error) {
	f.enrolled = append(f.enrolled, n)
	return carenet.NilID, carenet.Batch{}, f.enrolFault
}

func (f *fake) AskToJoinAgain(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "ask to join", "they have joined already")
}

func (f *fake) ReportPatient(_ context.Context, _ carenet.Actor, _ carenet.ID, what carenet.Report) (carenet.Batch, error) {
	if f.conflict {
		return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "report", "known")
	}
	f.reported = append(f.reported, what)
	return carenet.Batch{}, nil
}

func (f *fake) WithdrawEnrolment(_ context.Context, _ carenet.Actor, patient carenet.ID) error {
	f.withdrawn = append(f.withdrawn, patient)
	return nil
}

func (f *fake) hold(who carenet.ID, name string) {
	for _, as := range [][]carenet.AlertView{f.board.Rows[0].Alerts, f.page.Alerts} {
		as[0].State, as[0].TakenByID, as[0].TakenBy, as[0].TakenAt = "acknowledged", who, name, now
	}
}

func (f *fake) SessionOf(_ context.Context, door auth.Door, token string, acts bool) (carenet.SignedIn, error) {
	if door != auth.ClinicDoor || token != "danas" {
		return carenet.SignedIn{}, carenet.Errorf(carenet.Expired, "open session", "please sign in again")
	}
	return carenet.SignedIn{Actor: carenet.Actor{Kind: carenet.ActorClinician, Person: dana}, Language: "en", Governs: f.governs}, nil
}

func (f *fake) EndSession(context.Context, string) error { return nil }

type world struct {
	*testing.T
	fake      *fake
	app       *fiber.App
	committed int
}

func score(v float64) *float64 { return &v }

func newWorld(t *testing.T) *world {
	open := func() []carenet.AlertView {
		return []carenet.AlertView{{
			ID: alert, Number: 12, Patient: mary, Severity: "amber-high", State: "open", OpenedAt: now.Add(-time.Hour),
			Evidence: carenet.Evidence{Rule: "WB-DROP-CONFIRMED", Usual: 4.4, Last: []float64{4, 2, 2}},
		}}
	}
	row := carenet.BoardRow{
		Patient: mary, Name: "Mary Okafor", Usual: carenet.Usual{Known: true, Mean: 4.4, Spread: 0.5, Days: 50},
		Last:   &carenet.Update{At: now.Add(-2 * time.Hour), Score: score(2), Words: "rough night", Private: true},
		Series: []carenet.DayScore{{Day: today - 2, Score: 4, Reporter: carenet.ReporterSelf}, {Day: today - 1, Score: 2, Reporter: carenet.ReporterSelf}, {Day: today, Score: 2, Reporter: carenet.ReporterSelf}},
		Alerts: open(),
	}
	f := &fake{
		board: carenet.Board{Organisation: "Riverside Care", Today: today, Zone: time.UTC, Viewer: "Nurse Dana", LastCheckIn: now.Add(-2 * time.Hour), Rows: []carenet.BoardRow{
			row,
			{Patient: carenet.NewID(now), Name: "Low Larry", Series: []carenet.DayScore{{Day: today, Score: 1}}, Last: &carenet.Update{At: now, Score: score(1)}},
			{Patient: carenet.NewID(now), Name: "Silent Sue", Silence: carenet.NoReply, SilenceSince: now.Add(-50 * time.Hour), MissedInRow: 2},
			{Patient: carenet.NewID(now), Name: "Watched Wyn", Watch: []carenet.Watched{{Severity: "watch", Since: today - 2, Last: today, Evidence: carenet.Evidence{
				Rule: "WB-SLOPE-WATCH", Say: map[string]string{"en": "Falling for three weeks, by -0.5 a week."},
			}}}},
			{Patient: carenet.NewID(now), Name: "Well Will", Silence: carenet.OptedOut},
		}},
		page: carenet.PatientPage{
			Organisation: "Riverside Care", Patient: mary, Name: "Mary Okafor", Zone: time.UTC, Today: today, Row: row, Series: row.Series,
			Alerts: open(), NextPrompt: now.Add(21 * time.Hour),
			Circle: []carenet.CirclePlace{{Name: "Sam Okafor", Scope: carenet.Scope{carenet.PartScore, carenet.PartWords}.Normal()}},
			Thread: []carenet.Message{
				{At: now.Add(-2 * time.Hour), In: true, From: "Mary Okafor", Body: "2 rough night", State: "read", Reason: "digit_first"},
				{At: now.Add(-3 * time.Hour), From: "Mary Okafor", Body: "How are you? https://care.example.org/c/Zx5qTfW9bYc3kLmN2pQrSt", State: "failed", Reason: "their slot came", Cause: "refused by the provider", Automatic: true},
			},
		},
	}
	f.joining = carenet.JoiningPage{Organisation: "Riverside Care", EmergencyNumber: "999", Language: "en", Zone: time.UTC, Viewer: "Nurse Dana", MayEnrol: true}
	w := &world{T: t, fake: f}
	site := &front.Site{
		Public: &url.URL{Scheme: "https", Host: "care.example.org"}, Origin: "https://care.example.org",
		Sessions: f, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	}
	w.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError})
	clinic.New(site, f, func(carenet.Batch) { w.committed++ }).Mount(w.app.Group("/demo/as/dana"), front.Door{Base: "/demo/as/dana"})
	return w
}

func (w *world) ask(method, path, form string, headers map[string]string) (*http.Response, string) {
	w.Helper()
	r := httptest.NewRequest(method, "/demo/as/dana"+path, strings.NewReader(form))
	r.Header.Set("Cookie", "__Secure-howareyou_clinic=danas")
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	res, err := w.app.Test(r, -1)
	if err != nil {
		w.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return res, string(body)
}

func (w *world) has(body string, words ...string) {
	w.Helper()
	not := false
	for _, s := range words {
		if s == "not" {
			not = true
		} else if strings.Contains(body, s) == not {
			w.Errorf("page: %q there %t, want %t\n%s", s, not, !not, body)
		}
	}
}

func TestBoardSaysWhoNeedsSomebody(t *testing.T) {
	w := newWorld(t)
	res, body := w.ask("GET", "/clinic", "", nil)
	if res.StatusCode != 200 {
		t.Fatal(res.StatusCode)
	}
	w.has(body, "Open alerts", "Low these days", "Silent", "Everybody else", "1 patient<", "Mary Okafor", "Alert 12", "Today", "Worse than usual, twice in a row",
		"Lower than usual", "Kept from followers", "rough night", "Nobody has it yet", "I take this", "2 days without an answer", "Asked, and no reply",
		"Stopped our texts", "Too few answers to say what is usual", "Usually 4.4. Last three answers: 4, 2, 2.", "No answer yet",
		`href="/demo/as/dana/clinic/patients/`+mary.String(), `action="/demo/as/dana/clinic/alerts/`+alert.String()+`/acknowledge"`, "not", "Nobody is waiting")
	last := 0
	for _, s := range []string{"Open alerts", "Mary Okafor<", "Low these days", "Low Larry<", ">Silent<", "Silent Sue<", ">Watch list<", "Watched Wyn<", "Falling for three weeks, by -0.5 a week.", "Everybody else", "Well Will<"} {
		at := strings.Index(body, s)
		if at < last {
			t.Errorf("%q stands at %d, before what comes first", s, at)
		}
		last = at
	}
	_, rows := w.ask("GET", "/clinic/rows", "", nil)
	w.has(rows, "Mary Okafor", "not", "<html", "<h1")
	w.fake.board.Rows = w.fake.board.Rows[3:] // who is only watched waits for nobody
	_, body = w.ask("GET", "/clinic", "", nil)
	w.has(body, "Nobody is waiting for you. The last answer came today 10:00.", "Well Will", "not", "Open alerts")
	w.fake.board.Rows = nil
	_, body = w.ask("GET", "/clinic", "", nil)
	w.has(body, "There are no patients yet.")
}

func TestPatientPage(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/clinic/patients/"+mary.String(), "", nil)
	w.has(body, "<h1>Mary Okafor</h1>", "Lower than usual", "We ask next: tomorrow 9:00.", "Mary, the last 90 days", "Usual 4.4. 3 answers between 2 and 4.",
		`id="alert-`+alert.String(), "Alert 12, opened today 11:00", "From Mary", "2 rough night", "understood", "From us, by itself, to Mary Okafor",
		"not delivered", "refused by the provider", "Sam Okafor", "how they are", "not", "Zx5qTfW9bYc3kLmN2pQrSt", "In hospital")
	if first := strings.Index(body, `class="chart"`); first > strings.Index(body, `id="alerts"`) || strings.Index(body, `id="alerts"`) > strings.Index(body, `id="thread"`) {
		t.Error("want the chart, the alerts, the thread, in this order")
	}
	closed := w.fake.page.Alerts[0]
	closed.State, closed.Outcome, closed.Note, closed.ResolvedAt = "resolved", "called", "Spoke with her <b>daughter</b>.", now
	closed.Evidence.Pack, closed.Evidence.PackVersion, closed.Evidence.Version = "wellbeing", 2, 1
	closed.Evidence.Limits = []carenet.Limit{{Name: "drop", Value: 2.4, Limit: 1.5}}
	w.fake.page.Alerts = []carenet.AlertView{closed}
	_, body = w.ask("GET", "/clinic/patients/"+mary.String(), "", nil)
	w.has(body, "Spoke with her &lt;b&gt;daughter&lt;/b&gt;.", "Rule WB-DROP-CONFIRMED version 1, of the rules wellbeing 2.", "drop: 2.4 (limit 1.5)", "not", "<b>daughter")
	w.fake.page.Circle, w.fake.page.Alerts, w.fake.page.Thread, w.fake.page.Series, w.fake.page.NextPrompt = nil, nil, nil, nil, time.Time{}
	w.fake.page.Row = carenet.BoardRow{Patient: mary, Name: "Mary Okafor"}
	w.fake.page.State = "in_hospital"
	_, body = w.ask("GET", "/clinic/patients/"+mary.String(), "", nil)
	w.has(body, "No answers yet.", "No alerts.", "No texts yet.", "Nobody follows Mary yet.", "No next question is planned.", "In hospital")
}

func TestINV9_TakingAnAlert(t *testing.T) {
	take := "/clinic/alerts/" + alert.String() + "/acknowledge"
	for _, c := range []struct{ back, to string }{
		{"board", "/demo/as/dana/clinic?taken=" + alert.String() + "#p-" + mary.String()},
		{"patient", "/demo/as/dana/clinic/patients/" + mary.String() + "?taken=" + alert.String() + "#alert-" + alert.String()},
	} {
		w := newWorld(t)
		res, _ := w.ask("POST", take, "back="+c.back, ours)
		if res.StatusCode != 303 || res.Header.Get("Location") != c.to || w.committed != 1 || len(w.fake.taken) != 1 {
			t.Errorf("%s: %d %q, %d committed", c.back, res.StatusCode, res.Header.Get("Location"), w.committed)
		}
		path, _, _ := strings.Cut(strings.TrimPrefix(c.to, "/demo/as/dana"), "#")
		_, body := w.ask("GET", path, "", nil)
		w.has(body, "Alert 12 is yours", "You have it since today 12:00", "not", "I take this")

		w = newWorld(t)
		w.fake.conflict = true
		res, body = w.ask("POST", take, "back="+c.back, ours)
		if res.StatusCode != 409 || w.committed > 0 {
			t.Errorf("%s, too late: %d, %d committed", c.back, res.StatusCode, w.committed)
		}
		w.has(body, "Dr Lee took this alert today 12:00.", "Dr Lee has it since today 12:00", "not", "I take this")
	}
	w := newWorld(t)
	for _, headers := range []map[string]string{nil, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}} {
		if res, _ := w.ask("POST", take, "", headers); res.StatusCode != 403 || len(w.fake.taken) > 0 {
			t.Errorf("%v: %d", headers, res.StatusCode)
		}
	}
}

// INV-9: an alert ends with what a person says came of it, in one tap once they
// have it.
func TestINV9_SayingWhatCameOfAnAlert(t *testing.T) {
	w := newWorld(t)
	page, resolve := "/clinic/patients/"+mary.String(), "/clinic/alerts/"+alert.String()+"/resolve"
	_, body := w.ask("GET", page, "", nil)
	w.has(body, "I take this", "not", "What came of it?") // first somebody must have it
	w.fake.hold(dana, "Nurse Dana")
	_, body = w.ask("GET", page, "", nil)
	w.has(body, "What came of it?", `name="outcome" value="called"`, `value="false_alarm"`, `action="/demo/as/dana`+resolve+`"`)

	for _, form := range []string{"", "outcome=gone", "note=hello"} {
		if res, _ := w.ask("POST", resolve, form, ours); res.StatusCode/100 != 4 || len(w.fake.closed) > 0 {
			t.Errorf("%q: %d, closed %v", form, res.StatusCode, w.fake.closed)
		}
	}
	if res, _ := w.ask("POST", resolve, "outcome=called", map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 || len(w.fake.closed) > 0 {
		t.Errorf("from another site: %d", res.StatusCode)
	}
	res, _ := w.ask("POST", resolve, "outcome=called&note=+she+is+fine+", ours)
	if res.StatusCode != 303 || w.committed != 1 || len(w.fake.closed) != 1 || w.fake.closed[0] != "called she is fine" {
		t.Errorf("%d, %d committed, closed %v", res.StatusCode, w.committed, w.fake.closed)
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(res.Header.Get("Location"), "/demo/as/dana"), "#")
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "Alert 12 is closed.", "Closed today 12:00", "Spoke with the patient", "not", "What came of it?")
	if res, _ = w.ask("POST", resolve, "outcome=visited", ours); res.StatusCode != 409 || len(w.fake.closed) != 1 {
		t.Errorf("twice: %d, closed %v", res.StatusCode, w.fake.closed)
	}
}

func TestAddresses(t *testing.T) {
	w := newWorld(t)
	other := carenet.NewID(now).String()
	for _, c := range []struct {
		method, path, location string
		headers                map[string]string
		status                 int
	}{
		{"GET", "", "/demo/as/dana/clinic", nil, 303},
		{"GET", "/clinic/alerts/" + alert.String(), "/demo/as/dana/clinic/patients/" + mary.String() + "#alert-" + alert.String(), nil, 303},
		{"GET", "/clinic/alerts/12", "/demo/as/dana/clinic/patients/" + mary.String() + "#alert-" + alert.String(), nil, 303},
		{"GET", "/clinic/alerts/13", "", nil, 404},
		{"GET", "/clinic/alerts/" + other, "", nil, 404},
		{"GET", "/clinic/alerts/x", "", nil, 404},
		{"GET", "/clinic/patients/" + other, "", nil, 404},
		{"GET", "/clinic/patients/x", "", nil, 404},
		{"POST", "/clinic/alerts/" + other + "/acknowledge", "", ours, 404},
		{"GET", "/clinic", "/in?door=clinic", map[string]string{"Cookie": ""}, 303},
		{"GET", "/clinic/patients/" + mary.String(), "/in?door=clinic&to=" + url.QueryEscape("/clinic/patients/"+mary.String()), map[string]string{"Cookie": "__Secure-howareyou_follower=danas"}, 303},
		{"POST", "/clinic/out", "/in?door=clinic&out=1", ours, 303},
		{"POST", "/clinic/out", "", nil, 403},
	} {
		res, _ := w.ask(c.method, c.path, "", c.headers)
		if res.StatusCode != c.status || res.Header.Get("Location") != c.location {
			t.Errorf("%s %s: %d %q", c.method, c.path, res.StatusCode, res.Header.Get("Location"))
		}
	}
}

func TestWordsStayWords(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	w := newWorld(t)
	w.fake.hold(lee, evil)
	w.fake.board.Organisation, w.fake.board.Viewer, w.fake.board.Rows[0].Name = evil, evil, evil
	w.fake.board.Rows[0].Last.Words = evil
	p := &w.fake.page
	p.Organisation, p.Name, p.Circle[0].Name = evil, evil, evil
	for i := range p.Thread {
		m := &p.Thread[i]
		m.From, m.Body, m.Reason, m.Cause, m.State = evil, evil, evil, evil, evil
	}
	for _, path := range []string{"/clinic", "/clinic/patients/" + mary.String()} {
		_, body := w.ask("GET", path, "", nil)
		if strings.Contains(body, "<script>") || strings.Count(body, "&lt;script&gt;") < 5 {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestAskingOnceMoreIsOfferedOrSaysWhyNot(t *testing.T) {
	w := newWorld(t)
	path := "/clinic/patients/" + mary.String()
	_, body := w.ask("GET", path, "", nil)
	w.has(body, "Ask Mary now", "besides the plan")
	res, _ := w.ask("POST", path+"/ask", "", ours)
	if res.StatusCode != 303 || w.committed != 1 {
		t.Errorf("status %d, %d committed", res.StatusCode, w.committed)
	}
	_, body = w.ask("GET", path+"?asked=1", "", nil)
	w.has(body, "Mary is being asked.", "Mary was asked today 12:00.", "not", "Ask Mary now")
	if res, _ := w.ask("POST", path+"/ask", "", ours); res.StatusCode != 409 || w.committed != 1 {
		t.Errorf("pressed twice: status %d, %d committed", res.StatusCode, w.committed)
	}
	if res, _ := w.ask("POST", path+"/ask", "", map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 {
		t.Errorf("another site asked: %d", res.StatusCode)
	}
	for answer, says := range map[carenet.AskNowAnswer]string{
		carenet.AskNowNotHere: "they have not joined, or have left", carenet.AskNowHospital: "in hospital: nothing automatic", carenet.AskNowStopped: "Call, do not text",
		carenet.AskNowAway: "away by agreement", carenet.AskNowEnough: "twice in between", carenet.AskNowSoon: "anyway", carenet.AskNowNight: "It is night where Mary lives: we text again today 13:00.",
	} {
		w.fake.page.AskNow, w.fake.page.AskNowAt = answer, now.Add(time.Hour)
		_, body = w.ask("GET", path, "", nil)
		w.has(body, says, "not", "Ask Mary now")
	}
}
