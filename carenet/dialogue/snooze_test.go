package dialogue_test

import (
	"testing"
	"time"

	"howareyou/carenet/dialogue"
)

func TestSnoozeSaysWhichForHowLongAndWhy(t *testing.T) {
	for _, c := range []struct {
		words  string
		number int
		long   time.Duration
		reason string
	}{
		{"12 2h the GP rings back", 12, 2 * time.Hour, "the GP rings back"},
		{"#12 for 30 min: visiting now", 12, 30 * time.Minute, "visiting now"},
		{"12 2 hours her son is there", 12, 2 * time.Hour, "her son is there"},
		{"2 hours her son is there", 0, 2 * time.Hour, "her son is there"},
		{"2h her son is there", 0, 2 * time.Hour, "her son is there"},
		{"12 an hour, at lunch", 12, time.Hour, "at lunch"},
		{"12 1d lab comes tomorrow", 12, 24 * time.Hour, "lab comes tomorrow"},
		{"12 dos horas", 12, 0, ""},
		{"12 2 horas viene su hija", 12, 2 * time.Hour, "viene su hija"},
		{"12 3 días viene su hija", 12, 72 * time.Hour, "viene su hija"},
		{"١٢ ٢ ساعات ابنتها معها", 12, 2 * time.Hour, "ابنتها معها"},
		{"12 ساعتين ابنتها معها", 12, 2 * time.Hour, "ابنتها معها"},
		{"12 2h", 12, 2 * time.Hour, ""},
		{"12 because I am busy", 12, 0, ""},
		{"12", 12, 0, ""},
		{"99999999999 2h busy", dialogue.NoAlert, 2 * time.Hour, "busy"},
		{"12 0h busy", 12, 0, ""},
		{"", 0, 0, ""},
		{"for ever", 0, 0, ""},
	} {
		number, long, reason := dialogue.SnoozeSaid(c.words)
		if number != c.number || long != c.long || reason != c.reason {
			t.Errorf("%q: %d, %s, %q", c.words, number, long, reason)
		}
	}
}
