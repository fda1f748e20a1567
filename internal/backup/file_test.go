package backup_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"howareyou/internal/backup"
)

// pair is somebody for whom backups are made, with the file that opens them.
func pair(t *testing.T) (recipient, identity string) {
	t.Helper()
	secret, recipient, err := backup.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	identity = filepath.Join(t.TempDir(), "identity")
	if err := os.WriteFile(identity, []byte("# mine\n"+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return recipient, identity
}

func written(t *testing.T, recipient string, dump []byte) string {
	t.Helper()
	to, err := backup.Recipients([]string{recipient})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "b.age")
	h := backup.Header{MadeAt: time.Unix(1_700_000_000, 0).UTC(), Migration: 9, Rows: map[string]int64{"person": 2, "audit": 3}, Keyset: json.RawMessage(`{"a secret":1}`)}
	if err := backup.Write(path, to, h, func(w io.Writer) error {
		_, err := w.Write(dump)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(path, identity string) (h backup.Header, dump []byte, err error) {
	by, err := backup.Identities(identity)
	if err != nil {
		return h, nil, err
	}
	err = backup.Read(path, by, func(got backup.Header, r io.Reader) (err error) {
		h = got
		dump, err = io.ReadAll(r)
		return err
	})
	return h, dump, err
}

func TestABackupOpensForWhomItWasMadeAndIsWhole(t *testing.T) {
	recipient, identity := pair(t)
	dump := make([]byte, 300_000)
	for i := range dump {
		dump[i] = byte(rand.Int())
	}
	path := written(t, recipient, dump)
	h, got, err := read(path, identity)
	if err != nil || !bytes.Equal(got, dump) || h.Total() != 5 || h.Migration != 9 || string(h.Keyset) != `{"a secret":1}` {
		t.Fatalf("%+v, %d bytes, %v", h, len(got), err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 || bytes.Contains(content, []byte("a secret")) {
		t.Errorf("anybody can read it: %v %v", info.Mode(), err)
	}
	_, other := pair(t)
	if _, _, err := read(path, other); err == nil || strings.Contains(err.Error(), path) {
		t.Errorf("for another: %v", err)
	}
	// Cut off anywhere, or changed anywhere, it does not read as whole.
	for _, spoil := range []func([]byte) []byte{
		func(b []byte) []byte { return b[:len(b)-1] }, func(b []byte) []byte { return b[:len(b)/2] }, func(b []byte) []byte { return b[:65536+200] },
		func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
	} {
		spoilt := filepath.Join(t.TempDir(), "spoilt")
		if err := os.WriteFile(spoilt, spoil(bytes.Clone(content)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := read(spoilt, identity); err == nil {
			t.Error("a spoilt backup reads as whole")
		}
	}
}

func TestWhatFailsLeavesNothingBehind(t *testing.T) {
	recipient, _ := pair(t)
	to, err := backup.Recipients([]string{recipient})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "b.age")
	broken := errors.New("pg_dump: no")
	if err := backup.Write(path, to, backup.Header{}, func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v %v", left, err)
	}
	if err := os.WriteFile(path, []byte("yesterday's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := backup.Write(path, to, backup.Header{}, func(io.Writer) error { return nil }); err == nil {
		t.Error("yesterday's backup was overwritten")
	}
}

func TestRecipients(t *testing.T) {
	a, _ := pair(t)
	b, _ := pair(t)
	file := filepath.Join(t.TempDir(), "recipients")
	if err := os.WriteFile(file, []byte("# the two of us\n"+a+"\n"+b+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := backup.Recipients([]string{file, a}); err != nil || len(got) != 3 {
		t.Errorf("%d, %v", len(got), err)
	}
	for _, bad := range [][]string{nil, {"age1nonsense"}, {"/no/such/file"}} {
		if got, err := backup.Recipients(bad); err == nil {
			t.Errorf("%v: %d", bad, len(got))
		}
	}
}
