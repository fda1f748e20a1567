package alerts

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const oracleLastDay = 119

// TestINV11_EpisodesOfTheFixtures holds the policy to an implementation that
// is not this one: every episode of every patient, and no other.
func TestINV11_EpisodesOfTheFixtures(t *testing.T) {
	series := readSeries(t)
	want := make(map[string][][]string)
	total := 0
	for _, row := range readCSV(t, "testdata/trend_episodes.csv") {
		want[row[0]] = append(want[row[0]], row[1:])
		total++
	}
	if len(series) != 84 || total != 114 {
		t.Fatalf("fixtures hold %d patients and %d episodes", len(series), total)
	}
	trend := Trend{Scale: OneToFive(), Pack: TrendPack()}
	for patient, answers := range series {
		result, err := trend.Replay(answers, oracleLastDay)
		if err != nil {
			t.Fatalf("%s: %v", patient, err)
		}
		if len(result.Episodes) != len(want[patient]) {
			t.Errorf("%s: %d episodes, want %d", patient, len(result.Episodes), len(want[patient]))
			continue
		}
		for i, e := range result.Episodes {
			closed := ""
			if !e.Open() {
				closed = strconv.Itoa(int(e.Closed))
			}
			got := []string{strconv.Itoa(int(e.Opened)), closed, strings.Join(e.Rules(), "+")}
			row := want[patient][i]
			if !slices.Equal(got, row[:3]) {
				t.Errorf("%s: episode %v, want %v", patient, got, row[:3])
			}
			z := e.Opening[0].Evidence.Features.EWMAZ.Value
			if wantZ := number(t, row[3]); !(math.Abs(z-wantZ) <= 1e-6) {
				t.Errorf("%s day %d: z %.6f, want %.6f", patient, e.Opened, z, wantZ)
			}
		}
	}
}

func readSeries(tb testing.TB) map[string][]Answer {
	tb.Helper()
	series := make(map[string][]Answer)
	for _, row := range readCSV(tb, "testdata/trend_series.csv") {
		a := Answer{Day: Day(number(tb, row[1])), Score: number(tb, row[2])}
		series[row[0]] = append(series[row[0]], a)
	}
	return series
}

func readCSV(tb testing.TB, name string) [][]string {
	tb.Helper()
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	return rows[1:]
}

func number(tb testing.TB, s string) float64 {
	tb.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}
