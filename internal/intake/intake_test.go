package intake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/internal/intake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// book is a store that keeps the texts of each number in the order they came.
type book struct {
	gate    chan struct{} // a commit waits here; nil: it does not
	bad     string        // a batch with a text that says so fails
	broken  error         // every commit fails
	hangs   bool          // every commit waits for its context
	mu      sync.Mutex
	batches [][]carenet.InboundText
	kept    map[string][]string
	wrong   []string // what must not be, in a batch
}

var errBad = errors.New("bad text")

func (b *book) TakeIn(ctx context.Context, texts []carenet.InboundText) (carenet.Batch, error) {
	if b.gate != nil {
		<-b.gate
	}
	if b.hangs {
		<-ctx.Done()
		return carenet.Batch{}, ctx.Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.batches = append(b.batches, slices.Clone(texts))
	if len(texts) > 128 {
		b.wrong = append(b.wrong, fmt.Sprintf("%d texts in a batch", len(texts)))
	}
	seen := map[string]bool{}
	for _, t := range texts {
		if seen[t.From] {
			b.wrong = append(b.wrong, t.From+" twice in a batch")
		}
		seen[t.From] = true
	}
	if b.broken != nil {
		return carenet.Batch{}, b.broken
	}
	if b.bad != "" && slices.ContainsFunc(texts, func(t carenet.InboundText) bool { return t.Body == b.bad }) {
		return carenet.Batch{}, errBad
	}
	if b.kept == nil {
		b.kept = map[string][]string{}
	}
	batch := carenet.Batch{}
	for _, t := range texts {
		b.kept[t.From] = append(b.kept[t.From], t.Body)
		if t.Body != "quiet" {
			batch.Events = append(batch.Events, carenet.Event{})
		}
	}
	return batch, nil
}

func (b *book) look(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

func nobody(carenet.Batch) {}

// submit sends a text on its own goroutine, once the one before it waits.
func submit(in *intake.Intake, from, body string) <-chan error {
	result := make(chan error, 1)
	go func() { result <- in.Submit(context.Background(), carenet.InboundText{From: from, Body: body}) }()
	synctest.Wait()
	return result
}

func TestTextsThatWaitShareACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{gate: make(chan struct{})}
		in := intake.New(b, 1, nobody)
		waiting := []<-chan error{submit(in, "first", "1")} // holds the writer
		for i := range 300 {
			waiting = append(waiting, submit(in, fmt.Sprint(i), "1"))
		}
		close(b.gate)
		for _, w := range waiting {
			if err := <-w; err != nil {
				t.Fatal(err)
			}
		}
		in.Close()
		var sizes []int
		for _, batch := range b.batches {
			sizes = append(sizes, len(batch))
		}
		if !slices.Equal(sizes, []int{1, 128, 128, 44}) || b.wrong != nil {
			t.Errorf("batches of %v, %v", sizes, b.wrong)
		}
	})
}

func TestTextsOfOneNumberKeepTheirOrderAndHoldUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{gate: make(chan struct{})}
		in := intake.New(b, 1, nobody)
		waiting := []<-chan error{submit(in, "chatty", "0")}
		var want []string
		for i := range 400 {
			waiting = append(waiting, submit(in, "chatty", fmt.Sprint(i+1)))
		}
		other := submit(in, "other", "hello")
		b.gate <- struct{}{} // the first
		b.gate <- struct{}{} // the second of chatty, and whoever else waits
		if err := <-other; err != nil {
			t.Fatal(err)
		}
		close(b.gate)
		for i, w := range waiting {
			if err := <-w; err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprint(i))
		}
		in.Close()
		if !slices.Equal(b.kept["chatty"], want) || b.wrong != nil {
			t.Errorf("kept %v, %v", b.kept["chatty"], b.wrong)
		}
	})
}

func TestOneBadTextCostsOnlyItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{gate: make(chan struct{}), bad: "bad"}
		told := 0
		in := intake.New(b, 1, func(carenet.Batch) { told++ })
		first := submit(in, "first", "1")
		waiting := map[string]<-chan error{}
		for _, from := range []string{"a", "b", "c", "d"} {
			body := "1"
			if from == "c" {
				body = "bad"
			}
			waiting[from] = submit(in, from, body)
		}
		close(b.gate)
		if err := <-first; err != nil {
			t.Fatal(err)
		}
		for from, w := range waiting {
			if err := <-w; (err != nil) != (from == "c") || err != nil && !errors.Is(err, errBad) {
				t.Errorf("%s: %v", from, err)
			}
		}
		in.Close()
		if len(b.kept) != 4 || told != 4 {
			t.Errorf("kept %v, told of %d", b.kept, told)
		}
	})
}

func TestOnlyACommitThatOthersMustHearOfIsTold(t *testing.T) {
	told := 0
	in := intake.New(&book{}, 1, func(carenet.Batch) { told++ })
	for _, body := range []string{"quiet", "2", "quiet"} {
		if err := in.Submit(t.Context(), carenet.InboundText{From: "a", Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	in.Close()
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}

func TestCloseWritesWhatWaitsAndTakesNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{gate: make(chan struct{})}
		in := intake.New(b, 2, nobody)
		var waiting []<-chan error
		for i := range 50 {
			waiting = append(waiting, submit(in, fmt.Sprint(i%7), fmt.Sprint(i)))
		}
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			in.Close()
		}()
		synctest.Wait()
		if err := in.Submit(t.Context(), carenet.InboundText{From: "late"}); !errors.Is(err, intake.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		close(b.gate)
		<-closed
		for i, w := range waiting {
			if err := <-w; err != nil {
				t.Errorf("text %d: %v", i, err)
			}
		}
		in.Close() // once more does no harm
	})
}

func TestARequestThatGivesUpDoesNotUndoTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{gate: make(chan struct{})}
		in := intake.New(b, 1, nobody)
		ctx, cancel := context.WithCancel(t.Context())
		gave := make(chan error, 1)
		go func() { gave <- in.Submit(ctx, carenet.InboundText{From: "a", Body: "2"}) }()
		synctest.Wait()
		cancel()
		if err := <-gave; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		close(b.gate)
		in.Close()
		if !slices.Equal(b.kept["a"], []string{"2"}) {
			t.Errorf("kept %v", b.kept)
		}
	})
}

func TestINV1_AFullLaneIsAnErrorAndNotAYes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{gate: make(chan struct{})}
		in := intake.New(b, 1, nobody)
		var waiting []<-chan error
		refused := 0
		for i := range 1100 {
			w := submit(in, fmt.Sprint(i), "1")
			select {
			case err := <-w:
				if carenet.CodeOf(err) != carenet.Busy {
					t.Fatalf("text %d: %v", i, err)
				}
				refused++
			default:
				waiting = append(waiting, w)
			}
		}
		close(b.gate)
		for _, w := range waiting {
			if err := <-w; err != nil {
				t.Fatal(err)
			}
		}
		in.Close()
		if refused == 0 || len(b.kept) != len(waiting) {
			t.Errorf("%d refused, %d taken, %d kept", refused, len(waiting), len(b.kept))
		}
	})
}

func TestADatabaseThatDoesNotAnswerHoldsAWriterForTwoCommitsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{gate: make(chan struct{}), hangs: true}
		in := intake.New(b, 1, nobody)
		waiting := []<-chan error{submit(in, "first", "1")}
		for i := range 100 {
			waiting = append(waiting, submit(in, fmt.Sprint(i), "1"))
		}
		began := time.Now()
		close(b.gate)
		for _, w := range waiting {
			if err := <-w; !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("got %v", err)
			}
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("101 texts waited %s", took)
		}
		in.Close()
	})
}

// INV-1: whoever hears nil has their text kept, once and in order; whoever
// hears an error can send it again.
func TestINV1_EveryAnswerIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.IntRange(1, 12).Draw(t, "numbers")
		each := rapid.IntRange(1, 12).Draw(t, "texts each")
		b := &book{bad: "3"}
		if rapid.IntRange(0, 9).Draw(t, "broken") == 0 {
			b.broken = errBad
		}
		in := intake.New(b, rapid.IntRange(1, 3).Draw(t, "writers"), nobody)
		yes := make([][]string, numbers)
		var phones sync.WaitGroup
		for n := range numbers {
			phones.Go(func() {
				for i := range each {
					if in.Submit(context.Background(), carenet.InboundText{From: fmt.Sprint(n), Body: fmt.Sprint(i)}) == nil {
						yes[n] = append(yes[n], fmt.Sprint(i))
					}
				}
			})
		}
		phones.Wait()
		in.Close()
		b.look(func() {
			if b.wrong != nil {
				t.Fatal(b.wrong)
			}
			for n := range numbers {
				if !slices.Equal(b.kept[fmt.Sprint(n)], yes[n]) {
					t.Fatalf("number %d was told %v and has %v", n, yes[n], b.kept[fmt.Sprint(n)])
				}
				if want := each - max(0, min(1, each-3)); b.broken == nil && len(yes[n]) != want {
					t.Fatalf("number %d: %d of %d taken", n, len(yes[n]), want)
				}
			}
		})
	})
}
