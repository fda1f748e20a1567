package live

import (
	"sync"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

// Whatever the reader's pace, what it holds after the last Refetch is the end
// of what was told, in order and without a gap: so a page that refetches, and
// then follows, misses nothing.
func TestAReaderOfAnyPaceMissesNothingUnknowingly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h hub
		topic := newID()
		changes, cancel := h.subscribe(topic)
		defer cancel()
		var told, heard []carenet.ID
		take := func(n int) {
			for range n {
				select {
				case id := <-changes:
					if id == Refetch {
						heard = nil
						continue
					}
					heard = append(heard, id)
				default:
				}
			}
		}
		for _, step := range rapid.SliceOfN(rapid.IntRange(-3*buffer, 3*buffer), 1, 30).Draw(t, "steps") {
			for range max(step, 0) {
				id := newID()
				told = append(told, id)
				h.tell(topic, id)
			}
			take(-step)
		}
		take(2 * buffer)
		tail := told[len(told)-len(heard):]
		for i := range heard {
			if heard[i] != tail[i] {
				t.Fatalf("heard %v, the end of what was told is %v", heard, tail)
			}
		}
		if len(told) <= buffer && len(heard) != len(told) {
			t.Fatalf("%d changes fit, %d were heard", len(told), len(heard))
		}
	})
}

func TestTopicsAreKeptApartAndForgotten(t *testing.T) {
	var h hub
	mary, joe := newID(), newID()
	hers, endHers := h.subscribe(mary)
	his, endHis := h.subscribe(joe)
	change := newID()
	h.tell(mary, change)
	if got := <-hers; got != change {
		t.Errorf("got %v", got)
	}
	endHis()
	endHis() // twice does no harm
	if id, open := <-his; open {
		t.Errorf("joe's page was told %v", id)
	}
	endHers()
	if len(h.topics) != 0 {
		t.Errorf("%d topics are left", len(h.topics))
	}
	h.tell(mary, change) // to nobody
}

func TestPagesComeAndGoWhileChangesAreTold(t *testing.T) {
	var h hub
	topic := newID()
	var pages, teller sync.WaitGroup
	stop := make(chan struct{})
	teller.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				h.tell(topic, newID())
				h.tellAll(Refetch)
			}
		}
	})
	for range 8 {
		pages.Go(func() {
			for range 200 {
				changes, cancel := h.subscribe(topic)
				<-changes
				cancel()
			}
		})
	}
	pages.Wait()
	close(stop)
	teller.Wait()
	if len(h.topics) != 0 {
		t.Errorf("%d topics are left", len(h.topics))
	}
}
