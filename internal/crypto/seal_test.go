package crypto_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/internal/crypto"
)

// drawID draws from few ids, so that two places often share a part.
func drawID(t *rapid.T, name string) carenet.ID {
	return carenet.ID{15: rapid.ByteRange(1, 3).Draw(t, name)}
}

func drawAD(t *rapid.T, name string) crypto.AD {
	word := rapid.StringMatching(`[ab\x00\x01]{1,3}`)
	return crypto.AD{
		Org: drawID(t, name+" org"), Table: word.Draw(t, name+" table"),
		Column: word.Draw(t, name+" column"), Row: drawID(t, name+" row"),
	}
}

func TestOpenGivesBackWhatWasSealedThereAndNothingElsewhere(t *testing.T) {
	k := newKeyset(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.String().Draw(t, "plain")
		here, there := drawAD(t, "here"), drawAD(t, "there")
		sealed, err := k.Seal(plain, here)
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != len(plain)+crypto.Overhead {
			t.Fatalf("%d bytes became %d", len(plain), len(sealed))
		}
		if got, err := k.Open(sealed, here); err != nil || got != plain {
			t.Fatalf("opened %q, %v", got, err)
		}
		if got, err := k.Open(sealed, there); here != there && !errors.Is(err, crypto.ErrOpen) {
			t.Fatalf("sealed for %v it opened for %v: %q, %v", here, there, got, err)
		}
		if again, _ := k.Seal(plain, here); bytes.Equal(again, sealed) {
			t.Fatal("the same text sealed twice looks the same")
		}
		if k.NeedsRewrap(sealed) {
			t.Fatal("fresh, and needs a rewrap")
		}
	})
}

// TestFieldsCannotBeMoved names each way in which a ciphertext could be moved,
// one part of the place at a time.
func TestFieldsCannotBeMoved(t *testing.T) {
	k := newKeyset(t)
	home := crypto.AD{Org: carenet.ID{1}, Table: "person", Column: "name_enc", Row: carenet.ID{2}}
	sealed := must[[]byte](t)(k.Seal("Mary", home))
	for why, move := range map[string]func(*crypto.AD){
		"another organisation":    func(ad *crypto.AD) { ad.Org = carenet.ID{9} },
		"no organisation":         func(ad *crypto.AD) { ad.Org = carenet.NilID },
		"another table":           func(ad *crypto.AD) { ad.Table = "patient" },
		"another column":          func(ad *crypto.AD) { ad.Column = "words_enc" },
		"another row":             func(ad *crypto.AD) { ad.Row = carenet.ID{9} },
		"names cut elsewhere":     func(ad *crypto.AD) { ad.Table, ad.Column = "personn", "ame_enc" },
		"ids the other way round": func(ad *crypto.AD) { ad.Org, ad.Row = ad.Row, ad.Org },
	} {
		ad := home
		move(&ad)
		if got, err := k.Open(sealed, ad); !errors.Is(err, crypto.ErrOpen) {
			t.Errorf("%s: %q, %v", why, got, err)
		}
	}
	if _, err := k.OpenRaw(sealed, ""); !errors.Is(err, crypto.ErrOpen) {
		t.Errorf("a field opened as raw: %v", err)
	}
	for why, ad := range map[string]crypto.AD{
		"no table":  {Org: home.Org, Column: home.Column, Row: home.Row},
		"no column": {Org: home.Org, Table: home.Table, Row: home.Row},
		"no row":    {Org: home.Org, Table: home.Table, Column: home.Column},
	} {
		if _, err := k.Seal("Mary", ad); err == nil {
			t.Errorf("%s: sealed", why)
		}
		if _, err := k.Open(sealed, ad); err == nil {
			t.Errorf("%s: opened", why)
		}
	}
}

func TestAnyChangeToASealedValueShows(t *testing.T) {
	k := newKeyset(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		context := rapid.String().Draw(t, "context")
		sealed, err := k.SealRaw(plain, context)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.OpenRaw(sealed, context); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened %q, %v", got, err)
		}
		if _, err := k.OpenRaw(sealed, context+"x"); !errors.Is(err, crypto.ErrOpen) {
			t.Fatalf("opened under another context: %v", err)
		}
		for i := range sealed {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			if _, err := k.OpenRaw(bad, context); !errors.Is(err, crypto.ErrOpen) {
				t.Fatalf("byte %d flipped: %v", i, err)
			}
		}
		cut := rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")
		for _, bad := range [][]byte{sealed[:cut], append(bytes.Clone(sealed), 0)} {
			if _, err := k.OpenRaw(bad, context); !errors.Is(err, crypto.ErrOpen) {
				t.Fatalf("cut or longer: %v", err)
			}
		}
	})
}

func TestINV13_OpenErrorsHoldNoContent(t *testing.T) {
	k, other := newKeyset(t), newKeyset(t)
	ad := crypto.AD{Org: carenet.ID{1}, Table: "person", Column: "name_enc", Row: carenet.ID{2}}
	sealed := must[[]byte](t)(k.Seal("Mary Okafor", ad))
	_, err := other.Open(sealed, ad)
	if !errors.Is(err, crypto.ErrOpen) || !strings.Contains(err.Error(), "person.name_enc of row 02000000-") {
		t.Fatalf("got %v", err)
	}
	_, err = other.OpenRaw([]byte("Mary Okafor, +447700900001, in the clear"), "spool/1")
	if !errors.Is(err, crypto.ErrOpen) || strings.Contains(err.Error(), "Mary") || strings.Contains(err.Error(), "7700") {
		t.Fatalf("got %v", err)
	}
}

func TestTwoDataKeysLiveAtOnce(t *testing.T) {
	ad := crypto.AD{Org: carenet.ID{1}, Table: "person", Column: "name_enc", Row: carenet.ID{2}}
	before := newKeyset(t)
	old := must[[]byte](t)(before.Seal("Mary", ad))
	both := step(t, before.RotateData)
	if got := must[string](t)(both.Open(old, ad)); got != "Mary" || !both.NeedsRewrap(old) {
		t.Fatalf("%q, needs rewrap %v", got, both.NeedsRewrap(old))
	}
	fresh := must[[]byte](t)(both.Seal(must[string](t)(both.Open(old, ad)), ad))
	if both.NeedsRewrap(fresh) {
		t.Fatal("rewrapped, and needs it still")
	}
	if _, err := before.Open(fresh, ad); !errors.Is(err, crypto.ErrOpen) {
		t.Fatalf("the keyset before opened what is sealed under the new key: %v", err)
	}
	after := step(t, both.DropOldData)
	if got := must[string](t)(after.Open(fresh, ad)); got != "Mary" {
		t.Fatalf("opened %q", got)
	}
	if _, err := after.Open(old, ad); !errors.Is(err, crypto.ErrOpen) {
		t.Fatalf("the dropped key still opens: %v", err)
	}
	for _, unsealed := range [][]byte{nil, []byte("Mary"), fresh[:crypto.Overhead-1]} {
		if !after.NeedsRewrap(unsealed) {
			t.Errorf("%q counts as sealed", unsealed)
		}
	}
	// Data keys come and go, the index key stays.
	if !bytes.Equal(before.Index(crypto.ForPhone, "x"), after.Index(crypto.ForPhone, "x")) {
		t.Error("a new data key changed the index")
	}
}

func BenchmarkSeal(b *testing.B) {
	k, ad := newKeyset(b), crypto.AD{Org: carenet.ID{1}, Table: "person", Column: "name_enc", Row: carenet.ID{2}}
	for b.Loop() {
		if _, err := k.Seal("rough night, slept two hours", ad); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	k, ad := newKeyset(b), crypto.AD{Org: carenet.ID{1}, Table: "person", Column: "name_enc", Row: carenet.ID{2}}
	sealed := must[[]byte](b)(k.Seal("rough night, slept two hours", ad))
	for b.Loop() {
		if _, err := k.Open(sealed, ad); err != nil {
			b.Fatal(err)
		}
	}
}
