package alerts

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"howareyou/carenet"
)

func TestDaily(t *testing.T) {
	id := func(n byte) carenet.ID { return carenet.ID{15: n} }
	at := func(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) }
	mine := func(n byte, day Day, hour int, score float64) CheckIn {
		return CheckIn{ID: id(n), Day: day, At: at(hour), Score: score, Reporter: carenet.ReporterSelf}
	}
	correcting := func(c CheckIn, what byte) CheckIn {
		c.Corrects = id(what)
		return c
	}
	notMine := func(c CheckIn) CheckIn {
		c.Reporter = carenet.ReporterProxy
		return c
	}
	for _, c := range []struct {
		name string
		in   []CheckIn
		want []Answer
	}{
		{"none", nil, nil},
		{"the last of a day", []CheckIn{mine(1, 5, 9, 2), mine(2, 5, 10, 4)}, []Answer{{5, 4}}},
		{"the last of a day, delivered first", []CheckIn{mine(2, 5, 10, 4), mine(1, 5, 9, 2)}, []Answer{{5, 4}}},
		{"in the same moment the later id", []CheckIn{mine(2, 5, 9, 4), mine(1, 5, 9, 2)}, []Answer{{5, 4}}},
		{"days in order", []CheckIn{mine(2, 6, 10, 4), mine(1, 5, 9, 2)}, []Answer{{5, 2}, {6, 4}}},
		{"a proxy does not count", []CheckIn{mine(1, 5, 9, 2), notMine(mine(2, 5, 10, 4))}, []Answer{{5, 2}}},
		{"only a proxy", []CheckIn{notMine(mine(2, 5, 10, 4))}, nil},
		{"a correction", []CheckIn{mine(1, 5, 9, 2), correcting(mine(2, 5, 10, 3), 1)}, []Answer{{5, 3}}},
		{"a correction a day later", []CheckIn{mine(1, 5, 9, 2), correcting(mine(2, 6, 10, 3), 1)}, []Answer{{5, 3}}},
		{"a correction of a correction", []CheckIn{
			correcting(mine(3, 7, 11, 5), 2), mine(1, 5, 9, 2), correcting(mine(2, 6, 10, 3), 1),
		}, []Answer{{5, 5}}},
		{"corrected, then answered again", []CheckIn{
			mine(1, 5, 9, 2), correcting(mine(2, 5, 10, 3), 1), mine(3, 5, 11, 1),
		}, []Answer{{5, 1}}},
		{"the correction of an earlier answer of the day is no later answer", []CheckIn{
			mine(1, 5, 8, 2), mine(2, 5, 9, 4), correcting(mine(3, 5, 8, 3), 1),
		}, []Answer{{5, 4}}},
		{"taken back by the staff", []CheckIn{mine(1, 5, 9, 2), correcting(notMine(mine(2, 5, 10, 3)), 1)}, nil},
		{"a correction of what is not here", []CheckIn{correcting(mine(2, 6, 10, 3), 9)}, []Answer{{6, 3}}},
		{"a loop in the data", []CheckIn{correcting(mine(1, 5, 9, 2), 2), correcting(mine(2, 5, 10, 3), 1)}, nil},
	} {
		got, err := Daily(OneToFive(), c.in)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v (%v), want %v", c.name, got, err, c.want)
		}
	}
	if got, err := Daily(OneToFive().Reversed(), []CheckIn{mine(1, 5, 9, 2)}); err != nil || got[0].Score != 4 {
		t.Errorf("lower is better: %v (%v), want 4", got, err)
	}
	for _, score := range []float64{0, 6, math.NaN(), math.Inf(1)} {
		if _, err := Daily(OneToFive(), []CheckIn{mine(1, 5, 9, score)}); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("score %v: %v, want invalid", score, err)
		}
	}
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		scale          Scale
		level, in, out float64
	}{
		{OneToFive(), 1, 2, 2},
		{OneToFive().Reversed(), 1, 2, 4},
		{ZeroToTen(), 2.5, 3, 3},
		{ZeroToTen().Reversed(), 2.5, 3, 7},
		{ZeroToTen().Reversed().Reversed(), 2.5, 3, 3},
	} {
		got, err := c.scale.Normal(c.in)
		if err != nil || got != c.out || c.scale.Shown(got) != c.in || c.scale.Level() != c.level {
			t.Errorf("%+v: %v becomes %v (%v), shown %v, level %v", c.scale, c.in, got, err, c.scale.Shown(got), c.scale.Level())
		}
	}
}

func TestDayIsLocal(t *testing.T) {
	auckland := time.FixedZone("+13", 13*3600)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), "2026-11-23"},
		{time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).In(auckland), "2026-11-24"},
		{time.Date(2024, 2, 29, 23, 59, 59, 999, time.UTC), "2024-02-29"},
		{time.Date(1969, 12, 31, 1, 0, 0, 0, time.UTC), "1969-12-31"},
	} {
		d := DayOf(c.at)
		if d.String() != c.want {
			t.Errorf("%v is on %v, want %s", c.at, d, c.want)
		}
		text, err := json.Marshal(d)
		var back Day
		if err != nil || json.Unmarshal(text, &back) != nil || back != d {
			t.Errorf("%s reads back as %v", text, back)
		}
	}
	if next := DayOf(time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)); next-DayOf(time.Date(2024, 2, 28, 0, 0, 0, 0, time.UTC)) != 2 {
		t.Error("2024 was a leap year")
	}
	var d Day
	if err := d.UnmarshalText([]byte("yesterday")); carenet.CodeOf(err) != carenet.Invalid {
		t.Errorf("yesterday: %v", err)
	}
	if got := minDay.String() + " " + maxDay.String(); got != "0001-01-01 9999-12-31" {
		t.Errorf("days range over %s", got)
	}
}
