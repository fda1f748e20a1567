package twiliosim

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSegments(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"one letter", "3", 1},
		{"160 GSM", strings.Repeat("a", 160), 1},
		{"161 GSM", strings.Repeat("a", 161), 2},
		{"306 GSM", strings.Repeat("a", 306), 2},
		{"307 GSM", strings.Repeat("a", 307), 3},
		{"accents of the alphabet", strings.Repeat("é", 160), 1},
		{"80 of two septets", strings.Repeat("€", 80), 1},
		{"81 of two septets", strings.Repeat("€", 81), 2},
		{"a pair is not split", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), 3},
		{"one character outside", "í" + strings.Repeat("a", 69), 1},
		{"71 UCS-2", "í" + strings.Repeat("a", 70), 2},
		{"134 Arabic", strings.Repeat("ق", 134), 2},
		{"135 Arabic", strings.Repeat("ق", 135), 3},
		{"35 faces", strings.Repeat("🙂", 35), 1},
		{"36 faces", strings.Repeat("🙂", 36), 2},
		{"a face is not split", strings.Repeat("ق", 66) + "🙂" + strings.Repeat("ق", 66), 3},
	} {
		if got := segments(c.body); got != c.want {
			t.Errorf("%s: %d parts, want %d", c.name, got, c.want)
		}
	}
}

func TestSegmentsNeverShrinkAsATextGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, more := rapid.String().Draw(t, "body"), rapid.String().Draw(t, "more")
		if segments(body+more) < segments(body) {
			t.Fatalf("%d parts, then %d", segments(body), segments(body+more))
		}
	})
}

func TestNextWallTime(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	nine := time.Date(0, 1, 1, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ now, want string }{
		{"2026-11-24T08:59:59Z", "2026-11-24T09:00:00Z"},
		{"2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z"},
		{"2026-03-28T09:30:00Z", "2026-03-29T08:00:00Z"}, // the clocks go forward in between
		{"2026-10-24T08:30:00Z", "2026-10-25T09:00:00Z"}, // and back
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextWall(now.In(london), nine).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("after %s: %s, want %s", c.now, got, c.want)
		}
	}
}
