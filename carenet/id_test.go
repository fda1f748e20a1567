package carenet_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

// instants are in milliseconds, which is all that an id knows of its time.
var instants = rapid.Custom(func(t *rapid.T) time.Time {
	return time.UnixMilli(rapid.Int64Range(0, 1<<48-2).Draw(t, "ms"))
})

func TestIDsAreVersion7AndSortByTheirTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := instants.Draw(t, "a"), instants.Draw(t, "b")
		x, y := carenet.NewID(a), carenet.NewID(b)
		if x.Version() != 7 || x.Variant() != 1 {
			t.Fatalf("%s: version %d, variant %d", x, x.Version(), x.Variant())
		}
		if got, want := bytes.Compare(x[:], y[:]), a.Compare(b); want != 0 && got != want {
			t.Fatalf("%s at %s sorts %d to %s at %s", x, a, got, y, b)
		}
		floor, next := carenet.FloorID(a), carenet.FloorID(a.Add(time.Millisecond))
		if bytes.Compare(floor[:], x[:]) >= 0 || bytes.Compare(x[:], next[:]) >= 0 {
			t.Fatalf("%s is not between %s and %s", x, floor, next)
		}
	})
}

// A clock that stands still, as the demo's does, must not make ids wrap.
func TestIDsOfOneMillisecondKeepTheirOrder(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	last := carenet.NewID(now)
	for i := range 20_000 {
		if i%7 == 0 {
			carenet.NewID(now.Add(time.Hour)) // somebody else's, in between
		}
		id := carenet.NewID(now)
		if bytes.Compare(last[:], id[:]) >= 0 {
			t.Fatalf("id %d: %s came before %s", i, last, id)
		}
		last = id
	}
}

func TestIDsMadeAtOnceDiffer(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	made := make([][]carenet.ID, 4)
	var wg sync.WaitGroup
	for i := range made {
		wg.Go(func() {
			for range 5_000 {
				made[i] = append(made[i], carenet.NewID(now))
			}
		})
	}
	wg.Wait()
	seen := map[carenet.ID]bool{}
	for _, ids := range made {
		for _, id := range ids {
			if seen[id] {
				t.Fatalf("%s was made twice", id)
			}
			seen[id] = true
		}
	}
}

func TestParseID(t *testing.T) {
	id := carenet.NewID(time.UnixMilli(1_800_000_000_000))
	if got, err := carenet.ParseID(id.String()); err != nil || got != id {
		t.Errorf("%s: got %s, %v", id, got, err)
	}
	for _, s := range []string{"", "nonsense", id.String()[1:], id.String() + "0"} {
		if _, err := carenet.ParseID(s); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%q: got %v", s, err)
		}
	}
}
