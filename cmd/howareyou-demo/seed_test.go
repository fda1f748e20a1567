package main

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/internal/postgres"
	"howareyou/internal/postgres/pgtest"
	"howareyou/notify/text"
)

func TestSeededBoardTellsItsStory(t *testing.T) {
	// A Sunday on which the clocks of London go back: the days must still fit.
	now := time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC)
	store, people := planted(t, now)
	ctx := t.Context()
	board, err := store.Board(ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: people.Org, Person: people.Dana, Via: "page"})
	if err != nil {
		t.Fatal(err)
	}
	if len(board.Rows) != len(patients) {
		t.Errorf("%d rows, want %d", len(board.Rows), len(patients))
	}
	var alerted, quiet []string
	for _, r := range board.Rows {
		for _, a := range r.Alerts {
			if a.State != "open" || a.TakenBy != "" {
				t.Errorf("alert %d is %s, taken by %q", a.Number, a.State, a.TakenBy)
			}
			alerted = append(alerted, r.Name)
		}
		if r.Silence != "" {
			quiet = append(quiet, r.Name)
			if r.Silence != carenet.NoReply || r.MissedInRow < 4 {
				t.Errorf("%s: silent by %s, %d in a row", r.Name, r.Silence, r.MissedInRow)
			}
		}
		if !r.Usual.Known {
			t.Errorf("%s: nobody knows what is usual", r.Name)
		}
	}
	if got := strings.Join(alerted, ", "); got != "Margaret Whitfield, Dennis Cartwright" {
		t.Errorf("open alerts: %s", got)
	}
	if got := strings.Join(quiet, ", "); got != "Dennis Cartwright" {
		t.Errorf("silent: %s", got)
	}
	claims, _, err := store.Claim(ctx, 100)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := store.Claim(ctx, 100) // a number gets one text at a time
	if claims = append(claims, second...); err != nil || len(claims) != 2 {
		t.Errorf("of ninety days %d texts leave, want two alerts to Dana alone: of a decline and of a silence", len(claims))
	}
	for _, c := range claims {
		if c.Text.To != dana.phone || !strings.Contains(c.Text.Body, "ACK ") {
			t.Errorf("to %s leaves %q", c.Text.To, c.Text.Body)
		}
	}
	next, err := store.NextDue(ctx)
	if want := time.Date(2026, 10, 25, 16, 0, 0, 0, time.UTC); err != nil || !next.Equal(want) {
		t.Errorf("next due %s, %v; want the second asking about the alert at %s", next, err, want)
	}
}

func TestCircleSeesMarysDaysAsFarAsSheAllows(t *testing.T) {
	now := time.Date(2026, 3, 30, 7, 0, 0, 0, time.UTC)
	store, people := planted(t, now)
	words := map[carenet.ID]int{}
	for _, who := range []carenet.ID{people.Sam, people.Ruth} {
		feed, err := store.Feed(t.Context(), carenet.Actor{Kind: carenet.ActorFollower, Org: people.Org, Person: who, Via: "page"})
		if err != nil {
			t.Fatal(err)
		}
		if len(feed.Patients) != 1 || len(feed.Patients[0].Updates) == 0 {
			t.Fatal("an empty feed")
		}
		for _, u := range feed.Patients[0].Updates {
			if u.Words != "" {
				words[who]++
			}
		}
	}
	if words[people.Sam] == 0 || words[people.Ruth] != 0 {
		t.Errorf("Sam reads words %d times, Ruth %d times", words[people.Sam], words[people.Ruth])
	}
}

// planted is a database with the demo's people.
func planted(t *testing.T, now time.Time) (*postgres.Store, cast) {
	t.Helper()
	doc, err := crypto.GenerateKeyset()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := crypto.ParseKeyset(doc)
	if err != nil {
		t.Fatal(err)
	}
	db := pgtest.New(t)
	p := planter{now: func() time.Time { return now }, admin: db.AdminURL}
	p.store, err = postgres.Open(t.Context(), postgres.Options{
		URL: db.AppURL, Keys: keys, Now: p.Now,
		Composer: text.Composer{}, SiteURL: "http://127.0.0.1:8080", Name: "demo-test",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.store.Close)
	if err := p.plant(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p.store, p.cast
}
