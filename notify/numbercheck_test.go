package notify_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/notify"
)

const dayLong = 24 * time.Hour

// busiest is how many of the numbers fall due on one day.
func busiest(ids []carenet.ID, alive func(int) time.Time, from time.Time) (most, days int) {
	a := map[int64]int{}
	for i, id := range ids {
		d := notify.CheckDue(id, alive(i), from).Unix() / int64(dayLong/time.Second)
		a[d]++
		most = max(most, a[d])
	}
	return most, len(a)
}

// What is personal waits until a number has said whose it is: thousands must not be asked
// on one day, neither of an upgrade nor three months after a list of them was brought in.
func TestSilentNumbersAreNotAskedAllAtOnce(t *testing.T) {
	const n = 5000
	from := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	ids := make([]carenet.ID, n)
	for i := range ids {
		ids[i] = carenet.NewID(from)
	}
	// Silent for three months to five years when a service begins to ask.
	old := func(i int) time.Time { return from.Add(-notify.NumberSilentFor - time.Duration(i%1735)*dayLong) }
	if most, days := busiest(ids, old, from); most > n/20 || days < 28 {
		t.Errorf("an upgrade: %d of %d on one day, over %d days", most, n, days)
	}
	// All came on one day.
	same := func(int) time.Time { return from }
	if most, days := busiest(ids, same, from.Add(-365*dayLong)); most > n/10 || days < 14 {
		t.Errorf("a list: %d of %d on one day, over %d days", most, n, days)
	}
}

func TestANumberIsAskedInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Int64Range(0, int64(5*365*dayLong))
		alive, from := time.Unix(0, at.Draw(t, "alive")).UTC(), time.Unix(0, at.Draw(t, "from")).UTC()
		var id carenet.ID
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		due := notify.CheckDue(id, alive, from)
		silent := alive.Add(notify.NumberSilentFor)
		switch {
		case due.Before(alive.Add(notify.SilentAtLeast)), due.Before(from):
			t.Fatalf("asked too early: %s", due)
		case !due.Equal(notify.CheckDue(id, alive, from)):
			t.Fatal("another time at the next look")
		case due.After(silent) && due.After(from.Add(28*dayLong)):
			t.Fatalf("silent since %s, asked from %s on, at %s", alive, from, due)
		}
	})
}
