package joining_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
	"howareyou/internal/web/joining"
)

var (
	now  = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	mary = carenet.NewID(now)
	sam  = carenet.NewID(now)
	ours = map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
)

// fake is the store and the sessions of a circle in which Mary is signed in.
type fake struct {
	page    carenet.AgreePage
	said    []bool
	circle  carenet.CirclePage
	invited []carenet.Invite
	shown   []carenet.Scope
	dropped []carenet.ID
	rhythm  []string
	fault   error
}

func (f *fake) AgreePage(context.Context, string) (carenet.AgreePage, error) { return f.page, f.fault }

func (f *fake) Agree(_ context.Context, _ string, yes bool) (carenet.Batch, error) {
	f.said = append(f.said, yes)
	return carenet.Batch{}, f.fault
}

func (f *fake) OwnCircle(context.Context, carenet.Actor) (carenet.CirclePage, error) {
	return f.circle, nil
}

func (f *fake) InviteFromPage(_ context.Context, _ carenet.Actor, n carenet.Invite) (carenet.Batch, error) {
	if f.fault == nil {
		f.invited = append(f.invited, n)
	}
	return carenet.Batch{}, f.fault
}

func (f *fake) ShowFollower(_ context.Context, _ carenet.Actor, _ carenet.ID, s carenet.Scope) (carenet.Batch, error) {
	f.shown = append(f.shown, s)
	return carenet.Batch{}, f.fault
}

func (f *fake) DropFollower(_ context.Context, _ carenet.Actor, id carenet.ID) (carenet.Batch, error) {
	f.dropped = append(f.dropped, id)
	return carenet.Batch{}, f.fault
}

func (f *fake) AnswerEase(_ context.Context, a carenet.Actor, yes bool) (carenet.Batch, error) {
	f.rhythm = append(f.rhythm, fmt.Sprint(a.Person == mary, " ", yes))
	return carenet.Batch{}, f.fault
}

func (f *fake) EndEase(_ context.Context, a carenet.Actor, patient carenet.ID) (carenet.Batch, error) {
	f.rhythm = append(f.rhythm, fmt.Sprint(a.Person == mary && patient == mary, " back"))
	return carenet.Batch{}, f.fault
}

func (f *fake) SessionOf(_ context.Context, door auth.Door, token string, _ bool) (carenet.SignedIn, error) {
	if door != auth.PatientDoor || token != "marys" {
		return carenet.SignedIn{}, carenet.Errorf(carenet.Expired, "open session", "please sign in again")
	}
	return carenet.SignedIn{Actor: carenet.Actor{Kind: carenet.ActorPatient, Person: mary}, Language: "en"}, nil
}

func (f *fake) EndSession(context.Context, string) error { return nil }

type world struct {
	*testing.T
	fake      *fake
	app       *fiber.App
	committed int
}

func newWorld(t *testing.T) *world {
	f := &fake{
		page: carenet.AgreePage{
			Question:     carenet.Question{Kind: carenet.AskEnrol, State: carenet.QuestionOpen, Person: mary, Patient: mary},
			Organisation: "Riverside Care", EmergencyNumber: "999", StaffedHours: "Mon-Fri 9-17", Language: "en", Zone: time.UTC,
			Name: "Mary Okafor", About: "Mary Okafor", AskedBy: "Nurse Dana", PerWeek: 3,
		},
		circle: carenet.CirclePage{
			Organisation: "Riverside Care", EmergencyNumber: "999", Language: "en", Zone: time.UTC, Name: "Mary Okafor",
			Places: []carenet.OwnPlace{
				{Follower: sam, Name: "Sam Okafor", Scope: carenet.Scope{carenet.PartScore, carenet.PartTrend}.Normal(), Active: true},
				{Follower: carenet.NewID(now), Name: "Tom", Scope: carenet.Scope{carenet.PartAnswered}, Asked: true, AskedAt: now.Add(-time.Hour)},
			},
			Open: 1,
		},
	}
	w := &world{T: t, fake: f}
	site := &front.Site{
		Public: &url.URL{Scheme: "https", Host: "care.example.org"}, Origin: "https://care.example.org",
		Sessions: f, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	}
	w.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError})
	joining.New(site, f, func(carenet.Batch) { w.committed++ }).Mount(w.app, front.Door{})
	return w
}

func (w *world) ask(method, path string, form url.Values, headers map[string]string) (*http.Response, string) {
	w.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Cookie", "__Host-howareyou_patient=marys")
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

const token = "/a/Zx5qTfW9bYc3kLmN2pQrSt"

func TestAPatientReadsAllBeforeTheySayYes(t *testing.T) {
	w := newWorld(t)
	res, body := w.ask("GET", token, nil, nil)
	if res.StatusCode != 200 || len(w.fake.said) != 0 {
		t.Fatal(res.StatusCode, w.fake.said)
	}
	w.has(body, "Nurse Dana of Riverside Care asks you, Mary.", "3 times a week", "may charge", "text STOP", "no emergency service", "999", "Mon-Fri 9-17", "Yes, ask me", "No, thank you", "not", "Okafor")
	for _, say := range []string{"", "maybe"} {
		if res, _ := w.ask("POST", token, url.Values{"say": {say}}, ours); res.StatusCode != 422 && res.StatusCode != 400 {
			t.Errorf("%q: %d", say, res.StatusCode)
		}
	}
	if res, _ := w.ask("POST", token, url.Values{"say": {"yes"}}, map[string]string{"Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"}); res.StatusCode != 403 {
		t.Errorf("another site agreed: %d", res.StatusCode)
	}
	if len(w.fake.said) != 0 {
		t.Fatalf("said %v", w.fake.said)
	}
	res, _ = w.ask("POST", token, url.Values{"say": {"no"}}, ours)
	if res.StatusCode != 303 || res.Header.Get("Location") != token || w.committed != 1 || w.fake.said[0] {
		t.Errorf("%d to %q, said %v", res.StatusCode, res.Header.Get("Location"), w.fake.said)
	}
	for state, want := range map[carenet.QuestionState]string{
		carenet.QuestionYes: "We ask you from now on.", carenet.QuestionNo: "Nothing more comes", carenet.QuestionLapsed: "not asked any more", carenet.QuestionWithdrawn: "not asked any more",
	} {
		w.fake.page.State = state
		_, body = w.ask("GET", token, nil, nil)
		w.has(body, want, "not", "Yes, ask me")
	}
	w.fake.fault = carenet.Errorf(carenet.Expired, "follow link", "old")
	if res, _ := w.ask("GET", token, nil, nil); res.StatusCode != front.Status(w.fake.fault) {
		t.Errorf("an old link: %d", res.StatusCode)
	}
}

func TestAFollowerSeesWhatTheyWouldGet(t *testing.T) {
	w := newWorld(t)
	w.fake.page.Kind, w.fake.page.Name, w.fake.page.AskedBy = carenet.AskFollow, "Sam Okafor", "Mary Okafor"
	w.fake.page.Scope = carenet.Scope{carenet.PartScore}
	_, body := w.ask("GET", token, nil, nil)
	w.has(body, "Hear how Mary is", "Mary asks you, through Riverside Care", "Mary: 4 of 5, good.", "Yes, tell me", "no emergency service", "not", "slept well")
}

func TestINV17_APatientSeesAndChangesTheirCircleInTheFollowersWords(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/me", nil, nil)
	w.has(body, "Who sees how I am", "Sam gets texts like this one", "Mary: 4 of 5, good.", "your trend", "Tom was asked today 11:00", "Mary has answered today.", "Show nothing more to Sam", "We do not tell Sam", "Invite somebody")
	// The first press only looks.
	form := url.Values{"name": {"Ann"}, "phone": {"07700 900103"}, "part": {"words"}}
	res, body := w.ask("POST", "/me/invite", form, ours)
	w.has(body, "Is this right?", "Ann would get texts like this one", "slept well", "Yes, invite Ann", `value="answered,words"`)
	if res.StatusCode != 200 || len(w.fake.invited) != 0 {
		t.Fatalf("status %d, invited %v", res.StatusCode, w.fake.invited)
	}
	sure := url.Values{"name": {"Ann"}, "phone": {"07700 900103"}, "scope": {"answered,words"}, "sure": {"yes"}}
	res, _ = w.ask("POST", "/me/invite", sure, ours)
	if res.StatusCode != 303 || w.committed != 1 || len(w.fake.invited) != 1 || w.fake.invited[0].Scope.Has(carenet.PartScore) {
		t.Errorf("status %d, invited %+v", res.StatusCode, w.fake.invited)
	}
	for code, want := range map[carenet.Code]string{
		carenet.Invalid: "no phone number", carenet.Forbidden: "that country", carenet.Conflict: "in your circle", carenet.Busy: "Three people",
	} {
		w.fake.fault = carenet.Errorf(code, "invite", "no")
		res, body = w.ask("POST", "/me/invite", sure, ours)
		w.has(body, want)
		if res.StatusCode != 422 {
			t.Errorf("%s: %d", code, res.StatusCode)
		}
	}
	w.fake.fault = nil
	if res, _ := w.ask("POST", "/me/invite", url.Values{}, ours); res.StatusCode != 422 {
		t.Errorf("nobody was invited: %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", "/me/circle/"+sam.String()+"/show", url.Values{"part": {"words"}}, ours); res.StatusCode != 303 || !w.fake.shown[0].Has(carenet.PartWords) {
		t.Errorf("%d, %v", res.StatusCode, w.fake.shown)
	}
	if res, _ := w.ask("POST", "/me/circle/"+sam.String()+"/drop", nil, ours); res.StatusCode != 303 || w.fake.dropped[0] != sam {
		t.Errorf("%d, %v", res.StatusCode, w.fake.dropped)
	}
	w.fake.circle.Open = carenet.MaxInvitations
	_, body = w.ask("GET", "/me", nil, nil)
	w.has(body, "Three people have an invitation", "not", "See what they would get")
	w.fake.circle.Places = nil
	_, body = w.ask("GET", "/me", nil, nil)
	w.has(body, "Nobody but the team of Riverside Care")
	if res, _ := w.ask("GET", "/me", nil, map[string]string{"Cookie": "none=1"}); res.StatusCode != 303 {
		t.Errorf("a stranger: %d", res.StatusCode)
	}
}

func TestAPatientSaysOnTheirPageHowOftenTheyAreAsked(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/me", nil, nil)
	w.has(body, "not", "How often we ask you") // nobody asks her by a plan
	w.fake.circle.Rhythm = carenet.Rhythm{PerWeek: 7, Less: 3}
	_, body = w.ask("GET", "/me", nil, nil)
	w.has(body, "We ask you each day.", "not", "Shall we ask you", "again</")
	w.fake.circle.Rhythm.Offered = true
	_, body = w.ask("GET", "/me", nil, nil)
	w.has(body, "Shall we ask you 3 times a week only?", "Yes, ask me 3 times a week", "No, go on as now", "not", "miss a sudden drop")
	w.fake.circle.Rhythm = carenet.Rhythm{PerWeek: 3, Eased: true, Since: now, Before: 7, Less: 1, Offered: true}
	_, body = w.ask("GET", "/me?rhythm=1", nil, nil)
	w.has(body, "Noted. We ask you 3 times a week.", "as we agreed", "We would then mostly miss a sudden drop.", "Ask me each day again")
	for _, say := range []string{"less", "keep", "back"} {
		if res, _ := w.ask("POST", "/me/rhythm", url.Values{"say": {say}}, ours); res.StatusCode != 303 || res.Header.Get("Location") != "/me?rhythm=1" {
			t.Errorf("%s: %d", say, res.StatusCode)
		}
	}
	if got := strings.Join(w.fake.rhythm, ", "); got != "true true, true false, true back" || w.committed != 3 {
		t.Errorf("said %q, %d committed", got, w.committed)
	}
	w.fake.fault = carenet.Errorf(carenet.Conflict, "answer", "no longer asked")
	if res, _ := w.ask("POST", "/me/rhythm", url.Values{"say": {"less"}}, ours); res.StatusCode != 303 || w.committed != 3 {
		t.Errorf("no longer asked: %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", "/me/rhythm", url.Values{"say": {"never"}}, ours); res.StatusCode != 422 && res.StatusCode != 400 {
		t.Errorf("said nonsense: %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", "/me/rhythm", url.Values{"say": {"less"}}, map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 {
		t.Errorf("another site: %d", res.StatusCode)
	}
}

// TestAPatientReadsTheirGoals: in their own words, how each stands, and nothing that
// staff said of it; whoever has none is not bothered.
func TestAPatientReadsTheirGoals(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/me", nil, nil)
	w.has(body, "not", "What I want to reach")
	today := carenet.LocalDay(now, time.UTC)
	var entries []carenet.GoalEntry
	for i, last := range []carenet.GoalEntry{
		{Kind: carenet.GoalGoing, Words: "staff said slow", Review: today + 20},
		{Kind: carenet.GoalGoing, Review: today},
		{Kind: carenet.GoalReached, Words: "staff said well"},
		{Kind: carenet.GoalDropped, Words: "staff said ill"},
	} {
		id := carenet.NewID(now)
		words := []string{"walk to the shop", "read the paper", "see the sea", "ride a bicycle"}[i]
		entries = append(entries, carenet.GoalEntry{ID: id, Goal: id, Kind: carenet.GoalAgreed, By: "Nurse Dana", Words: words, Review: today - 1, At: now.AddDate(0, 0, -30)})
		last.ID, last.Goal, last.By, last.At = carenet.NewID(now), id, "Dr Lee", now.AddDate(0, 0, -8)
		entries = append(entries, last)
	}
	w.fake.circle.Goals = carenet.Goals(entries)
	_, body = w.ask("GET", "/me", nil, nil)
	w.has(body, "What I want to reach", "walk to the shop", "Agreed with Nurse Dana, 7 February.", "We look at it with you on 29 March.",
		"read the paper", "It is time to look at it with you.", "see the sea", "You reached this (1 March).", "ride a bicycle", "This is no longer a goal (1 March).",
		"not", "staff said", `action="/me/goals`)
}
