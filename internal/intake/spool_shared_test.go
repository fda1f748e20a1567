package intake_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"howareyou/carenet"
	"howareyou/internal/intake"
)

// Whoever comes takes over what a process that died has left, and leaves alone what
// a living one holds.
func TestAFolderIsSharedByProcesses(t *testing.T) {
	k, dir := keys(t), t.TempDir()
	a, b := spool(t, dir, "a", k), spool(t, dir, "b", k)
	for n, s := range []*intake.Spool{a, b, a, b} {
		if err := s.Append([]carenet.InboundText{said("+447700900001", n)}); err != nil {
			t.Fatal(err)
		}
	}
	// INV-2: texts of one number that two processes keep are read in the order in which
	// they came, whoever begins; the other's file stays with it.
	want := []string{"+447700900001 very private 0", "+447700900001 very private 1", "+447700900001 very private 2", "+447700900001 very private 3"}
	if got := bodies(replayed(t, b)); !slices.Equal(got, want) {
		t.Errorf("b took %v, want %v", got, want)
	}
	if n := b.Stats().Replayed; n != 2 {
		t.Errorf("b counts %d as its own", n)
	}
	if got := replayed(t, b); len(got) > 0 {
		t.Errorf("b, with nothing to hand over, took %v", bodies(got))
	}
	if !b.Busy() || b.Waits() {
		t.Error("b does not know of a's texts, or takes them for its own")
	}
	a.Close() // as when it died
	c := spool(t, dir, "c", k)
	if err := c.Append([]carenet.InboundText{said("+447700900002", 1)}); err != nil {
		t.Fatal(err)
	}
	want = []string{"+447700900001 very private 0", "+447700900002 very private 1", "+447700900001 very private 2"}
	if got := bodies(replayed(t, c)); !slices.Equal(got, want) {
		t.Errorf("c took %v, want %v", got, want)
	}
	if left := files(t, dir); len(left) > 0 || c.Busy() {
		t.Errorf("left %v", left)
	}
}

// What the database refuses is kept aside by the process that holds it, and once; a text
// that two hold, since the provider asked twice, is not left by each to the other.
func TestARefusedTextIsKeptAsideByItsHolder(t *testing.T) {
	k, dir := keys(t), t.TempDir()
	a, b := spool(t, dir, "a", k), spool(t, dir, "b", k)
	for s, held := range map[*intake.Spool][]int{a: {1, 2}, b: {2, 3}} {
		for _, n := range held {
			if err := s.Append([]carenet.InboundText{said("+447700900001", n)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	refuse := func(context.Context, []carenet.InboundText) (bool, error) { return false, errBad }
	for i, s := range []*intake.Spool{a, b} {
		if n, err := s.Replay(t.Context(), refuse); err != nil || n != 2 {
			t.Errorf("%d: %d, %v", i, n, err)
		}
		if n := s.Stats().Refused; n != 2 {
			t.Errorf("%d keeps %d aside", i, n)
		}
	}
}

// INV-2: whoever asks at that moment whether a text waits must not make a file pass for
// one that a living process sees to: later texts would overtake its own.
func TestINV2_AskingWhetherTextsWaitLetsNoneBeOvertaken(t *testing.T) {
	k, dir := keys(t), t.TempDir()
	asker := spool(t, dir, "z", k)
	if got := replayed(t, asker); len(got) > 0 || asker.Waits() { // from here on it looks at others' files
		t.Fatalf("read %v", bodies(got))
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				asker.Busy()
			}
		}
	}()
	defer func() { close(stop); <-stopped }()
	for n := range 300 {
		a, b := spool(t, dir, fmt.Sprintf("a%03d", n), k), spool(t, dir, fmt.Sprintf("b%03d", n), k)
		for i, s := range []*intake.Spool{a, b} {
			if err := s.Append([]carenet.InboundText{said("+447700900001", i)}); err != nil {
				t.Fatal(err)
			}
		}
		a.Close()
		got := replayed(t, b)
		if len(got) != 2 || got[0].Body != said("", 0).Body {
			t.Fatalf("round %d: read %v", n, bodies(got))
		}
		b.Close()
	}
}
