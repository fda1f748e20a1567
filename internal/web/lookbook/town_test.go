package lookbook

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/internal/auth"
)

var (
	org   = carenet.NewID(now)
	mary  = carenet.NewID(now)
	bob   = carenet.NewID(now)
	sam   = carenet.NewID(now)
	dana  = carenet.NewID(now)
	zone  = mustZone("Europe/London")
	today = carenet.LocalDay(now, zone)
)

func mustZone(name string) *time.Location {
	z, err := carenet.Zone(name)
	if err != nil {
		panic(err)
	}
	return z
}

// people are the names and words of a language.
type people struct {
	lang, organisation, hours, rough, good string
	mary, bob, ann, sue, will, joe         string
	sam, ruth, dana, lee                   string
}

var english = people{
	lang: "en", organisation: "Riverside Care", hours: "Monday to Friday, 9 to 17", rough: "Rough night, hardly slept. The knee is worse.", good: "Slept well.",
	mary: "Mary Okafor", bob: "Robert Featherstonehaugh-Williamson", ann: "Ann Lee", sue: "Sue Price", will: "William Ford", joe: "Joe Brown",
	sam: "Sam Okafor", ruth: "Ruth Okafor", dana: "Nurse Dana", lee: "Dr Lee",
}

var arabic = people{
	lang: "ar", organisation: "رعاية النهر", hours: "من الاثنين إلى الجمعة، 9 إلى 17", rough: "ليلة صعبة، لم أنم إلا قليلا.", good: "نمت جيدا.",
	mary: "أمينة حداد", bob: "عبد الرحمن بن يوسف القحطاني", ann: "ليلى منصور", sue: "سعاد خليل", will: "وليد فارس", joe: "جمال ناصر",
	sam: "سامي حداد", ruth: "رنا حداد", dana: "الممرضة دانة", lee: "د. لينا",
}

// town is a store for all pages, held in memory.
type town struct {
	words people
	empty bool // nobody and nothing
	calm  bool // everybody is well

	mu       sync.Mutex
	answered *carenet.Update
	extra    []carenet.Update // newer than what is drawn, of Mary
	taken    bool
	read     int // times the patient's page was read
}

func score(v float64) *float64 { return &v }

// series is 90 days around 4 with a decline at the end when low.
func series(days int, low bool) []carenet.DayScore {
	pattern := []float64{4, 4, 5, 4, 4, 3, 4, 5, 4, 4}
	var out []carenet.DayScore
	for i := days - 1; i >= 0; i-- {
		if i%11 == 5 {
			continue // a day without an answer
		}
		s := carenet.DayScore{Day: today - carenet.Day(i), Score: pattern[i%len(pattern)], Reporter: carenet.ReporterSelf}
		if low && i < 4 {
			s.Score = []float64{2, 2, 1, 3}[i]
		}
		if i == 20 {
			s.Reporter = carenet.ReporterProxy
		}
		out = append(out, s)
	}
	return out
}

var usual = carenet.Usual{Known: true, Mean: 4.1, Spread: 0.6, Days: 56}

func (w *town) row(id carenet.ID, name string, last float64, at time.Duration, low bool) carenet.BoardRow {
	return carenet.BoardRow{Patient: id, Name: name, Usual: usual, Series: series(28, low), Last: &carenet.Update{At: now.Add(-at), Score: score(last)}}
}

var (
	maryAlert = carenet.NewID(now)
	bobAlert  = carenet.NewID(now)
	oldAlert  = carenet.NewID(now)
	annID     = carenet.NewID(now)
	sueID     = carenet.NewID(now)
	willID    = carenet.NewID(now)
	joeID     = carenet.NewID(now)
)

func (w *town) maryAlert() carenet.AlertView {
	a := carenet.AlertView{
		ID: maryAlert, Number: 12, Patient: mary, Severity: "amber-high", State: "open", OpenedAt: now.Add(-40 * time.Minute),
		Evidence: carenet.Evidence{Rule: "WB-DROP-CONFIRMED", Usual: 4.1, Last: []float64{3, 2, 2}}, MayPutOff: 4 * time.Hour,
	}
	if w.taken {
		a.State, a.TakenBy, a.TakenByID, a.TakenAt = "acknowledged", w.words.dana, dana, now
	}
	return a
}

// Board shows a patient in each state.
func (w *town) Board(context.Context, carenet.Actor) (carenet.Board, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := carenet.Board{Organisation: w.words.organisation, Today: today, Zone: zone, Viewer: w.words.dana, LastCheckIn: now}
	if w.empty {
		b.LastCheckIn, b.Attention = time.Time{}, -1
		return b, nil
	}
	will := w.row(willID, w.words.will, 4, 26*time.Hour, false)
	will.Series[len(will.Series)-1].Score = 4
	joe := w.row(joeID, w.words.joe, 4, 2*time.Hour, false)
	joe.Silence, joe.SilenceSince, joe.Last = carenet.OptedOut, now.AddDate(0, 0, -3), nil
	joe.Series, joe.Usual = nil, carenet.Usual{}
	will.Watch = []carenet.Watched{{Severity: "watch", Since: today - 3, Last: today, Evidence: carenet.Evidence{Rule: "WB-SLOPE-WATCH", Say: map[string]string{
		"en": "Falling for three weeks, by -0.5 a week (p 0.004, 18 answers). Usually 4, lately 3.5.",
		"ar": "انخفاض منذ ثلاثة أسابيع، -0.5 في الأسبوع. المعتاد 4، ومؤخرا 3.5.",
	}}}}
	b.Rows = []carenet.BoardRow{will, joe}
	b.Duty = carenet.DutyNow{HasRota: true, On: []carenet.OnDuty{{ID: dana, Name: w.words.dana, Until: now.Add(8 * time.Hour)}}}
	if w.calm {
		return b, nil
	}
	b.Words = 3
	m := w.row(mary, w.words.mary, 2, 40*time.Minute, true)
	m.Last.Words, m.Alerts = w.words.rough, []carenet.AlertView{w.maryAlert()}
	r := w.row(bob, w.words.bob, 1, 2*time.Hour, true)
	r.Last.Private = true
	r.Alerts = []carenet.AlertView{{
		ID: bobAlert, Number: 9, Patient: bob, Severity: "red", State: "acknowledged", OpenedAt: now.Add(-2 * time.Hour),
		Evidence: carenet.Evidence{Rule: "SAFE-SELFHARM", Flags: []string{"self_harm"}}, TakenBy: w.words.lee, TakenByID: sam, TakenAt: now.Add(-100 * time.Minute),
	}}
	ann := w.row(annID, w.words.ann, 2, 3*time.Hour, true)
	sue := w.row(sueID, w.words.sue, 4, 75*time.Hour, false)
	sue.Series, sue.Silence, sue.SilenceSince, sue.MissedInRow = sue.Series[:len(sue.Series)-3], carenet.NoReply, now.Add(-26*time.Hour), 2
	for _, u := range w.extra {
		will.Series[len(will.Series)-1].Score, will.Last = *u.Score, &carenet.Update{At: u.At, Score: u.Score, Words: u.Words}
	}
	joe.EasedAt = now.AddDate(0, 0, -3)
	b.Rows, b.Attention = []carenet.BoardRow{m, r, ann, sue, will, joe}, 4
	carenet.SortByNeed(b.Rows, today)
	return b, nil
}

// PatientPage is Mary's.
func (w *town) PatientPage(context.Context, carenet.Actor, carenet.ID) (carenet.PatientPage, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.read++
	p := carenet.PatientPage{Organisation: w.words.organisation, Patient: mary, Name: w.words.mary, Zone: zone, Today: today}
	if w.empty {
		p.Row = carenet.BoardRow{Patient: mary, Name: w.words.mary}
		return p, nil
	}
	p.Row = w.row(mary, w.words.mary, 2, 40*time.Minute, true)
	p.Row.Last.Words = w.words.rough
	p.Series, p.NextPrompt, p.State = series(90, true), now.Add(22*time.Hour), "in_hospital"
	p.Rhythm = carenet.Rhythm{PerWeek: 3, Eased: true, Since: now.AddDate(0, 0, -3), Before: 7, Less: 1, Why: carenet.EaseAlert}
	if w.calm {
		p.Rhythm = carenet.Rhythm{PerWeek: 3, Less: 1, Why: carenet.EaseYes}
	}
	p.Alerts = []carenet.AlertView{w.maryAlert(), {
		ID: oldAlert, Number: 3, Patient: mary, Severity: "amber", State: "resolved", OpenedAt: now.AddDate(0, 0, -40),
		Note: w.words.rough, Evidence: carenet.Evidence{
			Rule: "WB-TREND-EWMA", Version: 1, Pack: "wellbeing", PackVersion: 2, Usual: 4.1, Last: []float64{4, 3, 3},
			Limits: []carenet.Limit{{Name: "ewma_drop", Value: 0.72, Limit: 0.61}, {Name: "ewma_z", Value: -2.83, Limit: -2.4}},
		}, TakenBy: w.words.lee, TakenAt: now.AddDate(0, 0, -40),
		ResolvedAt: now.AddDate(0, 0, -39), Outcome: "called",
	}}
	if w.calm { // somebody has it, and what came of it is asked for
		p.Alerts[0].State, p.Alerts[0].TakenBy, p.Alerts[0].TakenAt = "acknowledged", w.words.dana, now.Add(-10*time.Minute)
	}
	p.Circle = w.circle()
	p.Notes, p.Goals = w.notes(), w.goals()
	p.Phone, p.Stopped = "+447700900001", w.calm
	p.Thread = []carenet.Message{
		{At: now.Add(-10 * time.Minute), From: w.words.mary, Author: w.words.dana, Body: w.words.organisation + ": " + w.words.dana + ": " + w.words.good, State: "queued", Reason: "a member of staff wrote it", Cause: "the day's limit of 2000 texts is reached"},
		{At: now.Add(-20 * time.Minute), In: true, OnPage: true, From: w.words.mary, Body: w.words.good, Score: score(4), State: "read"},
		{At: now.Add(-30 * time.Minute), From: w.words.sam, Body: w.words.mary + ": 2. " + w.words.rough, State: "delivered", Reason: "the patient's consent", Automatic: true},
		{At: now.Add(-40 * time.Minute), In: true, From: w.words.mary, Body: "2 " + w.words.rough, State: "read", Reason: "digit_first"},
		{At: now.Add(-100 * time.Minute), From: w.words.mary, Body: w.words.organisation + ": https://care.example.org/c/Zx5qTfW9bYc3kLmN2pQrSt", State: "failed", Reason: "their slot came", Cause: "not delivered by the carrier", Automatic: true},
		{At: now.Add(-26 * time.Hour), In: true, From: w.words.mary, Body: "???", State: "unread", Reason: "the reading failed"},
	}
	return p, nil
}

// AlertNumbered finds none: pictures begin at the page.
func (w *town) AlertNumbered(context.Context, carenet.Actor, int) (carenet.ID, error) {
	return carenet.NilID, carenet.Errorf(carenet.NotFound, "find alert", "there is no such alert")
}

// PatientOfAlert is always Mary.
func (w *town) PatientOfAlert(context.Context, carenet.Actor, carenet.ID) (carenet.ID, error) {
	return mary, nil
}

// Acknowledge gives Mary's alert to Dana.
func (w *town) Acknowledge(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = true
	return carenet.Batch{}, nil
}

// ResolveAlert ends nothing.
func (w *town) ResolveAlert(context.Context, carenet.Actor, carenet.ID, alerts.Outcome, string) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// PutOffAlert does nothing.
func (w *town) PutOffAlert(context.Context, carenet.Actor, carenet.ID, time.Duration, string) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// RateAlert does nothing.
func (w *town) RateAlert(context.Context, carenet.Actor, carenet.ID, bool) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// RuleFigures are of one rule with many alerts and one with few.
func (w *town) RuleFigures(_ context.Context, _ carenet.Actor, days int) (carenet.RuleFigures, []alerts.Worth, error) {
	p := carenet.RuleFigures{Organisation: w.words.organisation, Zone: zone, Since: now.AddDate(0, 0, -days), Until: now}
	if w.empty {
		return p, nil, nil
	}
	return p, []alerts.Worth{
		{Rule: "WB-BELOW-USUAL-3", Severity: alerts.Amber, Opened: 40, Standing: 2, Useful: 20, NotUseful: 10, Outcomes: map[alerts.Outcome]int{alerts.OutcomeCalled: 30, alerts.OutcomeFalseAlarm: 8}},
		{Rule: "SAFE-HELP", Severity: alerts.AmberHigh, Opened: 3, Useful: 3, Outcomes: map[alerts.Outcome]int{alerts.OutcomeVisited: 3}},
	}, nil
}

// PatientStamp never changes.
func (w *town) PatientStamp(context.Context, carenet.Actor, carenet.ID) (string, error) {
	return "", nil
}

// WriteToPatient sends nothing.
func (w *town) WriteToPatient(context.Context, carenet.Actor, carenet.ID, string, carenet.ID) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

func (w *town) circle() []carenet.CirclePlace {
	return []carenet.CirclePlace{
		{Follower: sam, Name: w.words.sam, Scope: carenet.Scope{carenet.PartScore, carenet.PartWords}.Normal(), Proxy: carenet.Authority{Basis: carenet.BasisAttorney, By: w.words.dana, At: now.Add(-50 * time.Hour)}},
		{Follower: bob, Name: w.words.ruth, Scope: carenet.Scope{carenet.PartScore}.Normal()},
	}
}

// Feed is what Sam sees of Mary, and of Bob that he answers.
func (w *town) Feed(context.Context, carenet.Actor) (carenet.Feed, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := carenet.Feed{Organisation: w.words.organisation, EmergencyNumber: "999", Viewer: w.words.sam, Language: w.words.lang, Zone: zone}
	if w.empty {
		return f, nil
	}
	m := carenet.FeedPatient{Patient: mary, Name: w.words.mary, Scope: carenet.Scope{carenet.PartScore, carenet.PartWords}.Normal()}
	m.Updates = append(m.Updates, w.extra...)
	for d := range 12 {
		m.Updates = append(m.Updates, carenet.Update{At: now.AddDate(0, 0, -d).Add(-40 * time.Minute), Score: score(float64([]int{2, 4, 5, 4}[d%4])), Words: []string{w.words.rough, "", w.words.good, ""}[d%4], Corrected: d == 0})
	}
	m.Updates = append(m.Updates, carenet.Update{At: now.Add(-90 * time.Minute), Score: score(3), Reporter: carenet.ReporterProxy, By: w.words.ruth})
	m.Answers, m.Where = true, true
	m.Scope = carenet.Scope{carenet.PartScore, carenet.PartWords, carenet.PartMore}.Normal()
	m.More = []carenet.FurtherAnswer{
		{Item: "pain", Name: map[string]string{"en": "pain", "ar": "الألم"}, Kind: "scale", Max: 10, Value: 4, At: now.Add(-40 * time.Minute)},
		{Item: "weight", Name: map[string]string{"en": "weight", "ar": "الوزن"}, Kind: "number", Unit: "kg", Value: 72.5, At: now.Add(-40 * time.Minute)},
	}
	if w.calm {
		m.Updates = m.Updates[2:4]
		f.Patients = []carenet.FeedPatient{m}
		return f, nil
	}
	b := carenet.FeedPatient{Patient: bob, Name: w.words.bob, Scope: carenet.Scope{carenet.PartAnswered}, Updates: []carenet.Update{{At: now.AddDate(0, 0, -2)}}}
	f.Patients = []carenet.FeedPatient{b, m}
	return f, nil
}

// SetHearing keeps nothing.
func (w *town) SetHearing(context.Context, carenet.Actor, carenet.ID, carenet.Hearing) error {
	return nil
}

// ShowUnsubscribe is any link's.
func (w *town) ShowUnsubscribe(context.Context, string) (carenet.SignInPage, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return carenet.SignInPage{Organisation: w.words.organisation, Language: w.words.lang}, nil
}

// Unsubscribe is any link's.
func (w *town) Unsubscribe(ctx context.Context, token string) (carenet.SignInPage, error) {
	return w.ShowUnsubscribe(ctx, token)
}

// Following is Mary.
func (w *town) Following(context.Context, carenet.Actor) ([]carenet.ID, error) {
	return []carenet.ID{mary}, nil
}

// CheckInForm is Mary's; the token says in which state.
func (w *town) CheckInForm(_ context.Context, token string) (carenet.CheckInForm, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	form := carenet.CheckInForm{
		Org: org, Organisation: w.words.organisation, EmergencyNumber: "999", ClinicNumber: "+44 1632 960001", StaffedHours: w.words.hours,
		Name: w.words.mary, Language: w.words.lang, Zone: zone, Scale: carenet.WellbeingScale, Circle: w.circle(), Answered: w.answered,
	}
	switch token {
	case "old":
		return form, carenet.Errorf(carenet.Expired, "follow link", "old")
	case "private":
		form.Answered = &carenet.Update{At: now, Score: score(1), Words: w.words.rough, Private: true}
		form.SeenByClinic = now
	case "worrying":
		form.Answered = &carenet.Update{At: now, Score: score(1), Words: "I want to die"}
	case "pain", "phq2", "phq2-offer", "weight":
		form.Answered = &carenet.Update{At: now, Score: score(3)}
		form.Further = further(token, w.words.lang)
	case "offered":
		form.Answered, form.Offer = &carenet.Update{At: now, Score: score(1)}, carenet.OfferOpen
	case "answered":
		form.Answered = &carenet.Update{At: now, Score: score(2), Words: w.words.rough}
	}
	return form, nil
}

// further is a question of a shipped set, as the storage gives it to the page.
func further(token, lang string) *carenet.FurtherQuestion {
	code, _, offer := strings.Cut(token, "-")
	set, _ := ask.Shipped(code)
	item := set.Items[0]
	if offer {
		item = set.Items[2]
	}
	q := &carenet.FurtherQuestion{Item: item.Code, Question: item.Asks(lang), Kind: string(item.Kind), Min: item.Min, Max: item.Max, Unit: item.Unit, Number: 2}
	for _, o := range item.Options {
		q.Options = append(q.Options, carenet.FurtherOption{Value: o.Value, Words: o.Words[lang]})
	}
	return q
}

// SubmitFurther understands nothing.
func (w *town) SubmitFurther(context.Context, string, string, string) (carenet.Batch, error) {
	return carenet.Batch{}, carenet.Errorf(carenet.Invalid, "answer question", "choose an answer")
}

// SubmitCheckIn keeps the answer, but for the token of a day when nothing works.
func (w *town) SubmitCheckIn(_ context.Context, token string, in carenet.PageAnswer) (carenet.Batch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if token == brokenToken {
		return carenet.Batch{}, errors.New("no database")
	}
	w.answered = &carenet.Update{At: now, Words: in.Words, Private: in.Private}
	if in.Score != nil {
		w.answered.Score = score(float64(*in.Score))
	}
	return carenet.Batch{}, nil
}

// AnswerOffer is anybody's.
func (w *town) AnswerOffer(context.Context, string, bool) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

const brokenToken = "Zx5qTfW9bYc3kLmN2pQrSt"

// RequestSignIn knows nobody.
func (w *town) RequestSignIn(context.Context, carenet.Phone, auth.Door, string) ([]carenet.Batch, error) {
	return nil, nil
}

// RequestSignInByEmail knows nobody.
func (w *town) RequestSignInByEmail(context.Context, carenet.Email, auth.Door, string) ([]carenet.Batch, error) {
	return nil, nil
}

// ShowSignIn is Sam's link, unless it is old.
func (w *town) ShowSignIn(_ context.Context, token string) (carenet.SignInPage, error) {
	if token == "old" {
		return carenet.SignInPage{}, carenet.Errorf(carenet.Expired, "follow link", "old")
	}
	return carenet.SignInPage{Organisation: w.words.organisation, Name: carenet.FirstName(w.words.sam), Language: w.words.lang, Door: "follower"}, nil
}

// SignIn opens no session here.
func (w *town) SignIn(context.Context, string) (auth.Door, string, string, error) {
	return auth.FollowerDoor, w.words.lang, "", nil
}
