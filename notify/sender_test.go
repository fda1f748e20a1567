package notify_test

import (
	"testing"

	"howareyou/carenet"
	"howareyou/notify"
)

func TestChooseSender(t *testing.T) {
	a, b, spare := notify.Sender{ID: id(1), Position: 1}, notify.Sender{ID: id(2), Position: 1}, notify.Sender{ID: id(3), Position: 2}
	pool := []notify.Sender{a, b, spare}
	for _, c := range []struct {
		what          string
		senders       []notify.Sender
		texted, usual carenet.ID
		want          carenet.ID
		why           string
	}{
		{"a reply leaves from where it was texted", pool, id(3), id(1), id(3), "the one they texted"},
		{"from where they know us", pool, carenet.NilID, id(2), id(2), "the one they know"},
		{"not from one that was retired", []notify.Sender{a}, id(2), id(3), id(1), "one of the pool"},
		{"a spare when there is no other", []notify.Sender{spare}, carenet.NilID, carenet.NilID, id(3), "one of the pool"},
		{"none", nil, id(1), id(1), carenet.NilID, "the organisation has no sender"},
	} {
		if got, why := notify.ChooseSender(c.senders, c.texted, c.usual, id(99)); got != c.want || why != c.why {
			t.Errorf("%s: %s (%s), want %s (%s)", c.what, got, why, c.want, c.why)
		}
	}
}

func TestAPoolIsUsedEvenlyAndStays(t *testing.T) {
	var pool []notify.Sender
	for n := range 4 {
		pool = append(pool, notify.Sender{ID: carenet.NewID(now), Position: 1})
		_ = n
	}
	pool = append(pool, notify.Sender{ID: carenet.NewID(now), Position: 2})
	used, moved := map[carenet.ID]int{}, 0
	const numbers = 4000
	for range numbers {
		conversation := carenet.NewID(now)
		first, _ := notify.ChooseSender(pool, carenet.NilID, carenet.NilID, conversation)
		used[first]++
		if again, _ := notify.ChooseSender([]notify.Sender{pool[3], pool[1], pool[0], pool[2]}, carenet.NilID, carenet.NilID, conversation); again != first {
			t.Fatal("the order of the pool matters")
		}
		if without, _ := notify.ChooseSender(pool[1:], carenet.NilID, carenet.NilID, conversation); without != first {
			if moved++; first != pool[0].ID {
				t.Fatal("a number moved although its sender stays")
			}
		}
	}
	if used[pool[4].ID] != 0 {
		t.Error("the spare is used")
	}
	for _, s := range pool[:4] {
		if n := used[s.ID]; n < numbers/4*8/10 || n > numbers/4*12/10 {
			t.Errorf("one of four senders has %d of %d numbers", n, numbers)
		}
	}
	if moved != used[pool[0].ID] {
		t.Errorf("%d numbers moved, want the %d of the one that left", moved, used[pool[0].ID])
	}
}

func TestASendersRateGoesByItsKind(t *testing.T) {
	for number, want := range map[string]int{"+447700900999": 60, "+18005550100": 180, "+18335550100": 180, "+12025550100": 60, "80808": 600, "": 60} {
		if got := notify.KindOfSender(number).PerMinute(); got != want {
			t.Errorf("%q, a %s: %d a minute, want %d", number, notify.KindOfSender(number), got, want)
		}
	}
}
