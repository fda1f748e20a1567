package clinic_test

import (
	"context"
	"html"
	"net/url"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// record is the part of the fake store that keeps notes and goals.
type record struct {
	notes       []carenet.NewNote
	goals       []carenet.NewGoal
	recordFault error
}

func (r *record) WriteNote(_ context.Context, _ carenet.Actor, _ carenet.ID, n carenet.NewNote) (carenet.Batch, error) {
	if r.recordFault != nil {
		return carenet.Batch{}, r.recordFault
	}
	n, err := n.Clean()
	if err == nil {
		r.notes = append(r.notes, n)
	}
	return carenet.Batch{}, err
}

func (r *record) KeepGoal(_ context.Context, _ carenet.Actor, _ carenet.ID, n carenet.NewGoal) (carenet.Batch, error) {
	if r.recordFault != nil {
		return carenet.Batch{}, r.recordFault
	}
	n, _, err := n.Clean(today)
	if err == nil {
		r.goals = append(r.goals, n)
	}
	return carenet.Batch{}, err
}

var (
	noteAt = carenet.NewID(now)
	goalAt = carenet.NewID(now)
	goalIs = carenet.NewID(now)
)

// recorded is Mary's page with a note that was corrected and a goal that is due.
func recorded() carenet.PatientPage {
	p := carenet.PatientPage{Organisation: "Riverside Care", Patient: mary, Name: "Mary Okafor", Zone: time.UTC, Today: today, Row: carenet.BoardRow{Patient: mary, Name: "Mary Okafor"}}
	first := carenet.NewID(now)
	p.Notes = carenet.Notes([]carenet.NoteEntry{
		{ID: first, Kind: carenet.NoteWritten, By: "Dr Lee", Words: "walks with a frame", At: now.Add(-2 * time.Hour)},
		{ID: noteAt, Kind: carenet.NoteCorrected, About: first, By: "Nurse Dana", Words: "walks with a stick", At: now.Add(-time.Hour)},
	})
	p.Goals = carenet.Goals([]carenet.GoalEntry{
		{ID: goalIs, Goal: goalIs, Kind: carenet.GoalAgreed, By: "Nurse Dana", Words: "walk to the shop", Review: today - 5, At: now.AddDate(0, 0, -30)},
		{ID: goalAt, Goal: goalIs, Kind: carenet.GoalGoing, By: "Dr Lee", Words: "to the corner so far", Review: today - 1, At: now.AddDate(0, 0, -9)},
	})
	return p
}

// TestNotesAndGoalsOnThePage: what stands, what stood before, who wrote it, and a goal
// that is due, which the top of the page says.
func TestNotesAndGoalsOnThePage(t *testing.T) {
	w := newWorld(t)
	w.fake.page = recorded()
	res, page := w.ask("GET", "/clinic/patients/"+mary.String(), "", nil)
	if res.StatusCode != 200 {
		t.Fatalf("%d", res.StatusCode)
	}
	page = html.UnescapeString(page)
	for _, want := range []string{
		"walks with a stick", "Corrected by Nurse Dana, today 11:00", "walks with a frame", "Dr Lee, today 10:00", "neither Mary nor the circle",
		"walk to the shop", "One goal is to be looked at", "To be looked at since 8 March", "Still going: Dr Lee", "to the corner so far", `value="2026-04-06"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestWhatWasTypedStays: a note that is empty or too long, a goal without words or with
// a day that is past, and one whose ground has moved meanwhile: each is refused with the
// reason at its own form, with all that was typed, and nothing is kept.
func TestWhatWasTypedStays(t *testing.T) {
	long := strings.Repeat("ab ", 700)
	conflict := carenet.Errorf(carenet.Conflict, "write note", "changed")
	for _, c := range []struct {
		name, path, form string
		fault            error
		status           int
		wants            []string
	}{
		{"no words", "notes", "kind=written&words=+", nil, 422, []string{"at most 2000 characters"}},
		{"too long", "notes", "kind=written&words=" + url.QueryEscape(long), nil, 422, []string{"at most 2000 characters", strings.TrimSpace(long)}},
		{"no reason", "notes", "kind=withdrawn&about=" + noteAt.String(), nil, 422, []string{"at most 300 characters. What you wrote"}},
		{"corrected meanwhile", "notes", "kind=corrected&words=with+two+sticks&about=" + carenet.NewID(now).String(), conflict, 409, []string{"somebody was quicker", "with two sticks"}},
		{"goal without words", "goals", "kind=agreed&review=2026-04-06", nil, 422, []string{"at most 200 characters"}},
		{"goal in the past", "goals", "kind=agreed&words=see+the+sea&review=2026-03-09", nil, 422, []string{"Choose a day from tomorrow on", "see the sea", `value="2026-03-09"`}},
		{"no day", "goals", "kind=going&review=&words=slow&goal=" + goalIs.String() + "&after=" + goalAt.String(), nil, 422, []string{"Choose a day from tomorrow on", "slow"}},
		{"looked at meanwhile", "goals", "kind=reached&review=&words=she+did&goal=" + goalIs.String() + "&after=" + goalAt.String(), conflict, 409, []string{"somebody was quicker", "she did"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.fake.page, w.fake.recordFault = recorded(), c.fault
			res, page := w.ask("POST", "/clinic/patients/"+mary.String()+"/"+c.path, c.form, ours)
			page = html.UnescapeString(page)
			if res.StatusCode != c.status || len(w.fake.notes)+len(w.fake.goals)+w.committed != 0 {
				t.Fatalf("%d, kept %v %v", res.StatusCode, w.fake.notes, w.fake.goals)
			}
			for _, want := range append(c.wants, "Nothing was kept", "<details class=\"more\" open") {
				if strings.Count(page, want) != 1 {
					t.Errorf("the page says %d times %q", strings.Count(page, want), want)
				}
			}
		})
	}
}

// TestANoteAndAGoalAreKept: as they were typed, with the key of their form.
func TestANoteAndAGoalAreKept(t *testing.T) {
	w := newWorld(t)
	w.fake.page = recorded()
	key := carenet.NewID(now)
	for path, form := range map[string]string{
		"notes": "kind=corrected&words=+one%0D%0Atwo+&about=" + noteAt.String(),
		"goals": "kind=changed&words=to+the+park&review=2026-05-01&goal=" + goalIs.String() + "&after=" + goalAt.String(),
	} {
		res, _ := w.ask("POST", "/clinic/patients/"+mary.String()+"/"+path, form+"&key="+key.String(), ours)
		if to := res.Header.Get("Location"); res.StatusCode != 303 || !strings.HasSuffix(to, "?kept="+path[:4]+"#"+path) {
			t.Errorf("%d to %s", res.StatusCode, to)
		}
	}
	if want := (carenet.NewNote{Kind: carenet.NoteCorrected, About: noteAt, Words: "one\ntwo", Key: key}); len(w.fake.notes) != 1 || w.fake.notes[0] != want {
		t.Errorf("kept %+v", w.fake.notes)
	}
	if want := (carenet.NewGoal{Kind: carenet.GoalChanged, Goal: goalIs, After: goalAt, Words: "to the park", Review: carenet.DayOf(2026, 5, 1), Key: key}); len(w.fake.goals) != 1 || w.fake.goals[0] != want {
		t.Errorf("kept %+v", w.fake.goals)
	}
	if res, _ := w.ask("POST", "/clinic/patients/"+mary.String()+"/notes", "kind=written&words=x", map[string]string{"Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"}); res.StatusCode != 403 {
		t.Errorf("from another site: %d", res.StatusCode)
	}
}
