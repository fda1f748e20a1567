package notify_test

import (
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/notify"
)

// Free places go to the most urgent lane first, none is left while somebody
// waits, and within a lane nobody gets two more than a neighbour who still waits.
func TestShareIsUrgentFirstAndEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var due []notify.Due
		all := 0
		for lane := notify.PriorityRed; lane <= notify.PriorityDigest; lane++ {
			for n := range rapid.IntRange(0, 4).Draw(t, "senders") {
				d := notify.Due{Sender: id(byte(n + 1)), Lane: lane, Waiting: rapid.IntRange(1, 40).Draw(t, "waiting")}
				all += d.Waiting
				due = append(due, d)
			}
		}
		free := rapid.IntRange(0, 64).Draw(t, "free")
		given := map[notify.Due]int{}
		sum := 0
		for _, g := range notify.Share(due, free, rapid.IntRange(0, 9).Draw(t, "turn")) {
			given[g.Due] += g.Most
			sum += g.Most
		}
		if sum != min(free, all) {
			t.Fatalf("%d of %d places given to %d who wait", sum, free, all)
		}
		for _, a := range due {
			if given[a] > a.Waiting {
				t.Fatalf("%+v got %d", a, given[a])
			}
			for _, b := range due {
				if given[a] == a.Waiting {
					continue
				}
				if b.Lane > a.Lane && given[b] > 0 {
					t.Fatalf("%s got %d while %s still wait", b.Lane, given[b], a.Lane)
				}
				if b.Lane == a.Lane && given[b] > given[a]+1 {
					t.Fatalf("one sender got %d, another that still waits %d", given[b], given[a])
				}
			}
		}
	})
}

func TestAPlaceThatCannotBeDividedGoesRound(t *testing.T) {
	due := []notify.Due{{Sender: id(1), Waiting: 9}, {Sender: id(2), Waiting: 9}, {Sender: id(3), Waiting: 9}}
	got := map[carenet.ID]int{}
	for turn := range 30 {
		for _, g := range notify.Share(due, 1, turn) {
			got[g.Sender] += g.Most
		}
	}
	if len(got) != 3 || got[id(1)] != 10 || got[id(2)] != 10 {
		t.Errorf("30 places went %v", got)
	}
}
