package backtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/carenet"
)

func options() Options { return Options{Scale: alerts.OneToFive(), Pack: pack.Default().Pack} }

// run gives the rows without their header, the summary and what was said of
// each bad line.
func run(t *testing.T, text string, o Options) (rows [][]string, s Summary, said []string) {
	t.Helper()
	var out bytes.Buffer
	s, err := Run(t.Context(), strings.NewReader(text), &out, func(line int, why string) {
		said = append(said, strconv.Itoa(line)+": "+why)
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	rows, err = csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], []string{"patient", "opened_at", "closed_at", "severity", "rules", "reason"}) {
		t.Errorf("header %v", rows[0])
	}
	return rows[1:], s, said
}

// fixture is the fixtures' series as a file, day 0 on 1 January 2026.
func fixture(t *testing.T) (lines []string) {
	t.Helper()
	for _, row := range readCSV(t, "../testdata/trend_series.csv") {
		lines = append(lines, row[0]+","+date(t, row[1])+","+row[2])
	}
	return lines
}

func date(t *testing.T, day string) string {
	t.Helper()
	if day == "" {
		return ""
	}
	n, err := strconv.Atoi(day)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// TestINV11_FileInAnyOrder finds the fixtures' episodes and no other, whatever
// the order of the lines, with lines that are there twice and any number of
// workers.
func TestINV11_FileInAnyOrder(t *testing.T) {
	lines := fixture(t)
	want := map[string][]string{}
	for _, e := range readCSV(t, "../testdata/trend_episodes.csv") {
		key := e[0] + " " + date(t, e[1])
		want[key] = []string{date(t, e[2]), e[3]}
	}
	var first [][]string
	for seed, workers := range []int{1, 2, 7} {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		mixed := append(slices.Clone(lines), lines[:len(lines)/2]...)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		o := options()
		o.Workers = workers
		rows, s, said := run(t, "patient,at,score\n"+strings.Join(mixed, "\n"), o)
		if len(said) > 0 || s.Patients != 84 || s.Episodes != 114 || s.Values != len(mixed) || len(s.Faults) > 0 {
			t.Errorf("%+v, said %v", s, said)
		}
		if first == nil {
			first = rows
		}
		if !slices.EqualFunc(first, rows, slices.Equal) {
			t.Errorf("%d workers and another order give other rows", workers)
		}
	}
	episodes := 0
	for _, row := range first {
		if !strings.HasPrefix(row[4], "WB-TREND-EWMA") && !strings.HasPrefix(row[4], "WB-BELOW") && !strings.HasPrefix(row[4], "WB-DROP") {
			continue
		}
		episodes++
		e, ok := want[row[0]+" "+row[1]]
		if !ok || row[2] != e[0] || !strings.HasPrefix(row[4], e[1]) {
			t.Errorf("%v, want %v", row, e)
		}
	}
	if episodes != len(want) {
		t.Errorf("%d episodes, want %d", episodes, len(want))
	}
}

func TestBadLinesAreNamedAndStopNothing(t *testing.T) {
	rows, s, said := run(t, strings.Join([]string{
		"patient,at,score",
		"ann,2026-01-01,1",
		"ann,yesterday,3",
		"ann,2026-01-02,nine",
		"ann,2026-01-03,9",
		"ann,2026-01-04,NaN",
		"ann",
		",2026-01-05,3",
		"",
		"ann,2026-02-30,3",
		"ann,2026-01-06T10:00:00,3",
		"ann," + strings.Repeat("x", 70<<10) + ",3",
		"ann,2026-01-07,1",
	}, "\n"), options())
	want := []string{
		"3: the time is neither a date (2026-03-01) nor RFC 3339 (2026-03-01T09:30:00Z)",
		"4: the score is not a number",
		"5: the score is not on the scale from 1 to 5",
		"6: the score is not on the scale from 1 to 5",
		"7: there are too few fields; patient, at and score are needed",
		"8: there is no patient",
		"10: the time is neither a date (2026-03-01) nor RFC 3339 (2026-03-01T09:30:00Z)",
		"11: the time is neither a date (2026-03-01) nor RFC 3339 (2026-03-01T09:30:00Z)",
		"12: the line is longer than 64 KiB",
	}
	if !slices.Equal(said, want) {
		t.Errorf("said\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	if s.Bad != len(want) || s.Values != 2 || len(rows) != 3 {
		t.Errorf("%+v, rows %v", s, rows)
	}
}

func TestWaysToWriteAFile(t *testing.T) {
	lows := "Low twice in a row, and what is usual is not known yet. Last answers 2, 2. (WB-LOW-NO-BASELINE version 1 of wellbeing 2; low_streak 2, limit 2)"
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		zone       *time.Location
		want       []string // of the one row
	}{
		{"plain", "patient,at,score\nann,2026-01-01,2\nann,2026-01-02,2\n", nil, []string{"ann", "2026-01-02"}},
		{"no header", "ann,2026-01-01,2\nann,2026-01-02,2", nil, []string{"ann", "2026-01-02"}},
		{"as Excel writes it", "\ufeffPatient,At,Score\r\nann,2026-01-01,2\r\nann,2026-01-02,2\r\n", nil, []string{"ann", "2026-01-02"}},
		{"other columns, other order", "score,ward,at,patient\n2,A,2026-01-01,ann\n2,A,2026-01-02,ann", nil, []string{"ann", "2026-01-02"}},
		{"quotes", "patient,at,score\n\"Smith, \"\"Ann\"\"\",\"2026-01-01\",2\n\"Smith, \"\"Ann\"\"\",2026-01-02,\"2\"", nil, []string{`Smith, "Ann"`, "2026-01-02"}},
		{"the date that is written", "patient,at,score\nann,2026-01-01T23:30:00-05:00,2\nann,2026-01-02T23:30:00-05:00,2", nil, []string{"ann", "2026-01-02"}},
		{"a zone", "patient,at,score\nann,2026-01-01T23:30:00-05:00,2\nann,2026-01-02T23:30:00-05:00,2", london, []string{"ann", "2026-01-03"}},
		{"the last of a day counts", "patient,at,score\nann,2026-01-01,2\nann,2026-01-02T20:00:00Z,2\nann,2026-01-02T08:00:00Z,5", nil, []string{"ann", "2026-01-02"}},
		{"the hour that comes twice", "patient,at,score\nann,2026-10-24T12:00:00Z,2\nann,2026-10-25T01:30:00Z,2\nann,2026-10-25T00:30:00Z,5", london, []string{"ann", "2026-10-25"}},
		{"of one moment the worst counts", "patient,at,score\nann,2026-01-01,2\nann,2026-01-02,4\nann,2026-01-02,2", nil, []string{"ann", "2026-01-02"}},
	} {
		o := options()
		o.Zone = c.zone
		rows, _, said := run(t, c.text, o)
		if len(rows) != 1 || len(said) > 0 || rows[0][0] != c.want[0] || rows[0][1] != c.want[1] || rows[0][5] != lows {
			t.Errorf("%s: rows %q, said %q", c.name, rows, said)
		}
	}
	for name, text := range map[string]string{"empty": "", "another file": "hello\nworld"} {
		_, err := Run(t.Context(), strings.NewReader(text), io.Discard, func(int, string) {}, options())
		if carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSilenceInAFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("patient,at,score\n")
	for d := range 60 {
		score := "4"
		if d >= 56 {
			score = ""
		}
		fmt.Fprintf(&b, "ann,%s,%s\n", date(t, strconv.Itoa(d)), score)
	}
	fmt.Fprintf(&b, "ann,%s,\n", date(t, "59")) // the same asking twice
	rows, s, _ := run(t, b.String(), options())
	if len(rows) != 2 || rows[0][1] != date(t, "58") || rows[0][3] != "outreach" || rows[0][4] != "ENG-SILENT" || rows[0][2] != "" {
		t.Errorf("rows %q", rows)
	}
	if s.Missed != 4 || s.Findings["ENG-SILENT"] != 2 || s.Episodes != 0 {
		t.Errorf("%+v", s)
	}
	if got := fmt.Sprintf("%.3f", s.Weeks); got != "8.571" {
		t.Errorf("%s patient-weeks", got)
	}
}

// An episode's row names all rules that fired in it, in order of firing, and
// the gravest of their severities.
func TestRowOfAnEpisode(t *testing.T) {
	var b strings.Builder
	b.WriteString("patient,at,score\n")
	for d, score := range strings.Split("4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 3 3 3 3 3 2 1", " ") {
		fmt.Fprintf(&b, "ann,%s,%s\n", date(t, strconv.Itoa(d)), score)
	}
	rows, s, _ := run(t, b.String(), options())
	row := rows[0]
	if row[2] != "" || row[3] != "amber-high" || row[4] != "WB-TREND-EWMA+WB-DROP-CONFIRMED" || !strings.HasPrefix(row[5], "Slowly getting worse. Usually 4,") {
		t.Errorf("%q", row)
	}
	if s.Episodes != 1 || s.Per100() != 25 {
		t.Errorf("%+v", s)
	}
}

// A long file is kept in less than sixteen bytes a value.
func TestMemoryOfAValue(t *testing.T) {
	const n = 1 << 19
	r := reader{
		scale: alerts.OneToFive(), values: newValues(), problem: func(line int, why string) { t.Errorf("line %d: %s", line, why) },
	}
	r.in = bufio.NewReaderSize(&lines{n: n}, longestLine)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := r.read(t.Context()); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	r.values.gather()
	if r.values.n != n {
		t.Fatalf("%d values", r.values.n)
	}
	kept := float64(after.HeapAlloc-before.HeapAlloc) / n
	churn := float64(after.TotalAlloc-before.TotalAlloc) / n
	if kept > 13 || churn > 16 {
		t.Errorf("%.1f bytes a value are kept, %.1f were asked for", kept, churn)
	}
	runtime.KeepAlive(r)
}

// lines writes a file of n values of 3000 patients without keeping it.
type lines struct {
	n, at     int
	buf, rest []byte
}

func (l *lines) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		if l.at == l.n {
			return 0, io.EOF
		}
		l.buf = append(l.buf[:0], "patient-"...)
		l.buf = strconv.AppendInt(l.buf, int64(l.at%3000), 10)
		l.buf = append(l.buf, ",2026-01-"...)
		l.buf = strconv.AppendInt(l.buf, int64(10+l.at/3000%18), 10)
		l.buf = append(l.buf, "T1"...)
		l.buf = strconv.AppendInt(l.buf, int64(l.at/54000%10), 10)
		l.buf = append(l.buf, ":30:00Z,"...)
		l.buf = strconv.AppendInt(l.buf, int64(1+l.at%5), 10)
		l.buf = append(l.buf, '\n')
		l.rest = l.buf
		l.at++
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

func TestRunStopsWhenAsked(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := Run(ctx, strings.NewReader("patient,at,score\n"+strings.Join(fixture(t), "\n")), io.Discard, func(int, string) {}, options())
	if err == nil {
		t.Error("went on")
	}
}
