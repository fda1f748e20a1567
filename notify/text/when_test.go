package text_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify/text"
)

func TestWhen(t *testing.T) {
	london, err := carenet.Zone("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	auckland, err := carenet.Zone("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 14, 9, 30, 0, 0, time.UTC) // Thursday 10:30 in London, 21:30 in Auckland
	at := func(day, hour, min int) time.Time { return time.Date(2026, 5, day, hour, min, 0, 0, time.UTC) }
	for _, c := range []struct {
		lang string
		at   time.Time
		zone *time.Location
		want string
	}{
		{"en", at(14, 9, 12), london, "today 10:12"},
		{"en", at(14, 8, 5), london, "today 9:05"},
		{"en", at(13, 23, 5), london, "today 0:05"},
		{"en", at(13, 22, 59), london, "yesterday 23:59"},
		{"en", at(14, 23, 30), london, "tomorrow 0:30"},
		{"en", at(14, 9, 12), auckland, "today 21:12"},
		{"en", at(14, 12, 0), auckland, "tomorrow 0:00"},
		{"en", at(12, 8, 5), london, "Tuesday 9:05"},
		{"en", at(8, 8, 5), london, "Friday 9:05"},
		{"en", at(7, 8, 5), london, "7 May"},
		{"en", at(20, 8, 5), london, "Wednesday 9:05"},
		{"en", at(21, 8, 5), london, "21 May"},
		{"en", time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), london, "31 December 2025"},
		{"es", at(14, 9, 12), london, "hoy 10:12"},
		{"es", at(12, 8, 5), london, "martes 9:05"},
		{"es", at(1, 8, 5), london, "1 de mayo"},
		{"ar", at(14, 9, 12), london, "اليوم 10:12"},
		{"ar", at(12, 8, 5), london, "الثلاثاء 9:05"},
		{"ar", at(1, 8, 5), london, "1 مايو"},
	} {
		if got := text.When(c.lang, c.at, now, c.zone); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.lang, c.at, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		lang string
		v    []float64
		want string
	}{
		{"en", []float64{2, 2, 3}, "2, 2, 3"},
		{"en", []float64{4.5}, "4.5"},
		{"en", []float64{4.04}, "4"},
		{"es", []float64{4.5, 2}, "4,5; 2"},
		{"es", []float64{2, 3}, "2, 3"},
		{"ar", []float64{2, 2.5}, "2، 2.5"},
		{"en", nil, ""},
	} {
		if got := text.For(c.lang).Numbers(c.v); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.lang, c.v, got, c.want)
		}
	}
}

func TestShortDay(t *testing.T) {
	day := carenet.DayOf(2026, time.January, 12)
	for lang, want := range map[string]string{"en": "12 Jan", "es": "12 ene", "ar": "12 يناير"} {
		if got := text.For(lang).ShortDay(day); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}
