package crypto_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"howareyou/internal/crypto"
)

func TestIndexTellsValuesAndPurposesApart(t *testing.T) {
	k, other := newKeyset(t), newKeyset(t)
	purpose := rapid.SampledFrom([]crypto.Purpose{crypto.ForPhone, crypto.ForEmail, crypto.ForNameWord})
	rapid.Check(t, func(t *rapid.T) {
		p, q := purpose.Draw(t, "p"), purpose.Draw(t, "q")
		// Few values, so that equal ones are drawn as well.
		v, w := rapid.StringMatching(`[a-c]{0,2}`).Draw(t, "v"), rapid.StringMatching(`[a-c]{0,2}`).Draw(t, "w")
		a, b := k.Index(p, v), k.Index(q, w)
		if len(a) != crypto.IndexSize {
			t.Fatalf("%d bytes", len(a))
		}
		if same := p == q && v == w; same != bytes.Equal(a, b) {
			t.Fatalf("%s %q and %s %q: alike %v", p, v, q, w, !same)
		}
		if bytes.Equal(a, other.Index(p, v)) {
			t.Fatal("two deployments have the same index")
		}
	})
	// A purpose cannot be lengthened into the value.
	if bytes.Equal(k.Index("phone", "s1"), k.Index("phones", "1")) {
		t.Error("purpose and value run into each other")
	}
}

func TestTwoIndexKeysLiveAtOnce(t *testing.T) {
	const value = "+447700900001"
	before := newKeyset(t)
	if before.IndexNext(crypto.ForPhone, value) != nil || len(before.Lookups(crypto.ForPhone, value)) != 1 {
		t.Fatal("a rotation before it began")
	}
	if _, err := before.FinishIndexRotation(); err == nil {
		t.Fatal("finished what had not begun")
	}
	during := step(t, before.BeginIndexRotation)
	if _, err := during.BeginIndexRotation(); err == nil {
		t.Fatal("began twice")
	}
	index, next := during.Index(crypto.ForPhone, value), during.IndexNext(crypto.ForPhone, value)
	if !bytes.Equal(index, before.Index(crypto.ForPhone, value)) || bytes.Equal(index, next) {
		t.Fatal("the index moved before the rotation was finished")
	}
	lookups := during.Lookups(crypto.ForPhone, value)
	if len(lookups) != 2 || !bytes.Equal(lookups[0], index) || !bytes.Equal(lookups[1], next) {
		t.Fatalf("lookups %x", lookups)
	}
	after := step(t, step(t, during.RotateData).FinishIndexRotation)
	if !bytes.Equal(after.Index(crypto.ForPhone, value), next) || after.IndexNext(crypto.ForPhone, value) != nil {
		t.Fatal("the second key did not take the place of the first")
	}
}

func BenchmarkIndex(b *testing.B) {
	k := newKeyset(b)
	for b.Loop() {
		k.Index(crypto.ForPhone, "+447700900001")
	}
}
