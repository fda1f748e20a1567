package intake_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/internal/intake"
)

var errAway = errors.New("the database is away")

func keys(t *testing.T) *crypto.Keyset {
	t.Helper()
	doc, err := crypto.GenerateKeyset()
	if err != nil {
		t.Fatal(err)
	}
	k, err := crypto.ParseKeyset(doc)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func spool(t *testing.T, dir, id string, k intake.Sealer) *intake.Spool {
	t.Helper()
	s, err := intake.OpenSpool(dir, id, k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var start = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// said is text number n of a phone.
func said(from string, n int) carenet.InboundText {
	return carenet.InboundText{SID: fmt.Sprintf("%s-%d", from, n), From: from, To: "+447700900999", Body: fmt.Sprint("very private ", n), ReceivedAt: start.Add(time.Duration(n) * time.Second)}
}

func bodies(texts []carenet.InboundText) (all []string) {
	for _, t := range texts {
		all = append(all, t.From+" "+t.Body)
	}
	return all
}

// replayed replays all that waits into a slice.
func replayed(t *testing.T, s *intake.Spool) []carenet.InboundText {
	t.Helper()
	var got []carenet.InboundText
	if _, err := s.Replay(t.Context(), func(_ context.Context, texts []carenet.InboundText) (bool, error) {
		got = append(got, texts...)
		return false, nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// INV-1: what was said to be kept is there for the next process, wherever the last
// record was cut off, and nothing that was not kept ever reads as a text.
func TestINV1_ACutOffRecordCostsOnlyItself(t *testing.T) {
	k, dir := keys(t), t.TempDir()
	s := spool(t, dir, "a", k)
	var sizes []int64
	for n := range 3 {
		if err := s.Append([]carenet.InboundText{said("+447700900001", n)}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(files(t, dir)[0])
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, info.Size())
	}
	content, err := os.ReadFile(files(t, dir)[0])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(content), "private") || strings.Contains(string(content), "7700") {
		t.Fatal("INV-13: the spool can be read on the disk")
	}
	s.Close()
	for cut := sizes[0]; cut <= sizes[2]; cut += 7 {
		kept := 0
		for _, size := range sizes {
			if size <= cut {
				kept++
			}
		}
		other := t.TempDir()
		if err := os.WriteFile(filepath.Join(other, "dead-0001.spool"), content[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		b := spool(t, other, "b", k)
		got := replayed(t, b)
		if len(got) != kept {
			t.Fatalf("cut at %d of %d: %d texts, want %d", cut, sizes[2], len(got), kept)
		}
		for n, text := range got {
			if text != said("+447700900001", n) {
				t.Fatalf("cut at %d: text %d reads %+v", cut, n, text)
			}
		}
		if left := files(t, other); len(left) > 0 || b.Waits() {
			t.Fatalf("cut at %d: %v are left", cut, left)
		}
	}
}

// A record that the disk spoilt is no reason to lose those behind it, nor to throw
// the file away.
func TestASpoiltRecordIsKeptForAHuman(t *testing.T) {
	k, dir := keys(t), t.TempDir()
	s := spool(t, dir, "a", k)
	for n := range 3 {
		if err := s.Append([]carenet.InboundText{said("+447700900001", n)}); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	name := files(t, dir)[0]
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	got := replayed(t, spool(t, dir, "b", k))
	if len(got) != 2 || got[0] != said("+447700900001", 0) || got[1] != said("+447700900001", 2) {
		t.Errorf("read %v", bodies(got))
	}
	if left := files(t, dir); len(left) != 1 || !strings.HasSuffix(left[0], ".damaged") {
		t.Errorf("left %v", left)
	}
}

// A key that was taken away too early must not hold up today's texts, and the file
// waits until it is given back.
func TestAFileThatNoKeyOpensWaits(t *testing.T) {
	old, dir := keys(t), t.TempDir()
	s := spool(t, dir, "a", old)
	if err := s.Append([]carenet.InboundText{said("+447700900001", 0)}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	b := spool(t, dir, "b", keys(t))
	if err := b.Append([]carenet.InboundText{said("+447700900001", 1)}); err != nil {
		t.Fatal(err)
	}
	if got := replayed(t, b); len(got) != 1 || b.Waits() || b.Stats().Unreadable != 1 {
		t.Errorf("took %v, waits %t, %+v", bodies(got), b.Waits(), b.Stats())
	}
	if got := replayed(t, spool(t, dir, "c", old)); len(got) != 1 || got[0].Body != said("", 0).Body {
		t.Errorf("with its key: %v", bodies(got))
	}
}

// What the database refuses though it is there is kept aside, and the others go on.
func TestARefusedTextHoldsUpNobody(t *testing.T) {
	dir := t.TempDir()
	s := spool(t, dir, "a", keys(t))
	for n := range 3 {
		if err := s.Append([]carenet.InboundText{said(fmt.Sprint("+44770090000", n), n)}); err != nil {
			t.Fatal(err)
		}
	}
	var took []string
	n, err := s.Replay(t.Context(), func(_ context.Context, texts []carenet.InboundText) (bool, error) {
		if slices.ContainsFunc(texts, func(t carenet.InboundText) bool { return strings.HasSuffix(t.Body, "1") }) {
			return false, errBad
		}
		took = append(took, bodies(texts)...)
		return false, nil
	})
	if err != nil || n != 3 || len(took) != 2 || s.Stats().Refused != 1 {
		t.Errorf("%d handed over, %v, took %v, %+v", n, err, took, s.Stats())
	}
	if left := files(t, dir); len(left) != 1 || !strings.HasSuffix(left[0], ".refused") {
		t.Errorf("left %v", left)
	}
}

func TestAFolderThatCannotBeWrittenToIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, dir := range map[string]string{"a file": file, "below a file": filepath.Join(file, "x"), "a device": "/dev/null"} {
		if _, err := intake.OpenSpool(dir, "a", keys(t)); err == nil || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", what, err)
		}
	}
	made := filepath.Join(t.TempDir(), "new", "folder")
	spool(t, made, "a", keys(t))
	if info, err := os.Stat(made); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info, err)
	}
}

// INV-1: a full disk is an error and not a yes; half a record is taken back, and
// what was kept before and comes after stays readable.
func TestINV1_AFullDiskIsAnErrorAndSpoilsNothing(t *testing.T) {
	for what, cannotCut := range map[string]bool{"taken back": false, "cannot even be taken back": true} {
		t.Run(what, func(t *testing.T) {
			k, dir := keys(t), t.TempDir()
			s := spool(t, dir, "a", k)
			disk := &disk{}
			disk.cannotCut.Store(cannotCut)
			intake.OnDisk(s, disk.wrap)
			keep := func(n int) error { return s.Append([]carenet.InboundText{said("+447700900001", n)}) }
			if err := keep(0); err != nil {
				t.Fatal(err)
			}
			disk.full.Store(true)
			if err := keep(1); !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), dir) {
				t.Fatalf("got %v", err)
			}
			disk.full.Store(false)
			if err := keep(2); err != nil {
				t.Fatal(err)
			}
			s.Close()
			got := replayed(t, spool(t, dir, "b", k))
			if len(got) != 2 || got[0] != said("+447700900001", 0) || got[1] != said("+447700900001", 2) {
				t.Errorf("kept %v", bodies(got))
			}
		})
	}
}

// disk is a disk that can be full.
type disk struct{ full, cannotCut atomic.Bool }

func (d *disk) wrap(f intake.SpoolFile) intake.SpoolFile { return &fullFile{f, d} }

type fullFile struct {
	intake.SpoolFile
	disk *disk
}

func (f *fullFile) Write(p []byte) (int, error) {
	if !f.disk.full.Load() {
		return f.SpoolFile.Write(p)
	}
	n, err := f.SpoolFile.Write(p[:len(p)/2])
	return n, errors.Join(err, syscall.ENOSPC)
}

func (f *fullFile) Truncate(size int64) error {
	if f.disk.cannotCut.Load() {
		return syscall.EIO
	}
	return f.SpoolFile.Truncate(size)
}

// flaky is a store whose database may be away. Like the real one it takes a text
// that it already has without effect (INV-2): a replay that is cut short is done
// again from its beginning.
type flaky struct {
	book
	away atomic.Bool
	has  map[string]bool // by SID
}

func (f *flaky) TakeIn(ctx context.Context, texts []carenet.InboundText) (carenet.Batch, error) {
	if f.away.Load() {
		return carenet.Batch{}, errAway
	}
	var fresh []carenet.InboundText
	f.look(func() {
		if f.has == nil {
			f.has = map[string]bool{}
		}
		for _, t := range texts {
			if !f.has[t.SID] {
				f.has[t.SID] = true
				fresh = append(fresh, t)
			}
		}
	})
	return f.book.TakeIn(ctx, fresh)
}

// INV-1, INV-2: texts that come while the database is away are answered with a yes,
// and are in the database, in the order of each number, once it is back; those that
// come meanwhile do not overtake them.
func TestINV1_TextsAreKeptWhileTheDatabaseIsAway(t *testing.T) {
	store := &flaky{}
	dir := t.TempDir()
	told := atomic.Int64{}
	in := intake.NewSpooling(store, 2, func(carenet.Batch) { told.Add(1) }, intake.Spooling{
		Spool: spool(t, dir, "a", keys(t)), Away: func(err error) bool { return errors.Is(err, errAway) }, Every: time.Millisecond,
	})
	want := map[string][]string{}
	submit := func(n int) {
		for phone := range 3 {
			text := said(fmt.Sprint("+44770090000", phone), n)
			if err := in.Submit(t.Context(), text); err != nil {
				t.Fatalf("text %d: %v", n, err)
			}
			want[text.From] = append(want[text.From], text.Body)
		}
	}
	for n := range 30 {
		store.away.Store(n/10 == 1)
		submit(n)
	}
	// Whoever has heard a yes is never ahead of the database for long.
	for deadline := time.Now().Add(10 * time.Second); len(files(t, dir)) > 0; {
		if time.Now().After(deadline) {
			t.Fatal("the texts still wait")
		}
		runtime.Gosched()
	}
	in.Close()
	store.look(func() {
		if store.wrong != nil {
			t.Error(store.wrong)
		}
		for from, bodies := range want {
			if !slices.Equal(store.kept[from], bodies) {
				t.Errorf("%s has %v", from, store.kept[from])
			}
		}
	})
	if told.Load() == 0 {
		t.Error("nobody was told")
	}
}
