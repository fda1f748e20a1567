package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"howareyou/internal/postgres/pgtest"
)

// TestMain lets the test's program be the tickers of its years.
func TestMain(m *testing.M) {
	if os.Getenv(tickerEnv) == "" {
		os.Exit(m.Run())
	}
	if err := runTicker(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestINV6_SlotsOverBothChangesOfTheClocks asks a few patients in twelve zones
// through the weeks in which clocks change, in spring and in autumn, with three
// processes that are killed at any moment, while some of the patients move. The
// whole year of a thousand is make bench ARGS="--only ticks --year 1000".
func TestINV6_SlotsOverBothChangesOfTheClocks(t *testing.T) {
	for name, span := range map[string][2]time.Time{
		"spring": {time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC), time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC)},
		"autumn": {time.Date(2026, 10, 23, 12, 0, 0, 0, time.UTC), time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			r, err := yearRun{
				appURL: db.AppURL, adminURL: db.AdminURL, from: span[0], to: span[1],
				patients: len(yearZones) * 3, tickers: 3, kill: 0.03, moves: 2, seed: 7,
			}.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range r.wrong {
				t.Error(w)
			}
			days := int(span[1].Sub(span[0]).Hours() / 24)
			if least := len(yearZones)*3*days - 45; r.slots < least || r.kills < 2 || r.moves < 14 {
				t.Errorf("%d slots (want %d), %d kills, %d moves in %d steps", r.slots, least, r.kills, r.moves, r.steps)
			}
			t.Logf("%d slots, %d kills, %d moves, %d steps in %s", r.slots, r.kills, r.moves, r.steps, r.took)
		})
	}
}

// The oracle must notice what it is there for.
func TestTheYearsOracleSeesADoubleAndAGap(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)
	p := yearPatient{local: 90, lived: []yearMove{{from, zone}}} // 01:30
	got := p.expected(time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC))
	want := []string{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if s := got[i].Format(time.RFC3339); s != want[i] {
			t.Errorf("slot %d at %s, want %s", i, s, want[i])
		}
	}
}
