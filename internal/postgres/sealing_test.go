package postgres

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/internal/crypto"
)

// Nobody who can write to the database can make one row speak for another: a
// value opens in its organisation, table, column and row, and nowhere else.
func TestINV12_AValueOpensInItsPlaceAlone(t *testing.T) {
	doc, err := crypto.GenerateKeyset()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := crypto.ParseKeyset(doc)
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{keys: keys}
	// Few ids, so that two places often differ in one part only.
	ids := rapid.SampledFrom([]carenet.ID{{1}, {2}, {15: 1}})
	type place struct {
		org, row      carenet.ID
		table, column string
	}
	places := rapid.Custom(func(t *rapid.T) place {
		c := rapid.SampledFrom(sealedColumns).Draw(t, "column")
		p := place{org: ids.Draw(t, "org"), row: ids.Draw(t, "row"), table: c.Table, column: c.Column}
		if c.NoOrg {
			p.org = carenet.NilID
		}
		return p
	})
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.StringN(1, 20, -1).Draw(t, "plain")
		here, there := places.Draw(t, "here"), places.Draw(t, "there")
		sealed, err := s.seal(plain, here.org, here.table, here.column, here.row)
		if err != nil || bytes.Contains(sealed, []byte(plain)) && len(plain) > 3 {
			t.Fatalf("sealed %q as %x, %v", plain, sealed, err)
		}
		got, err := s.open(sealed, there.org, there.table, there.column, there.row)
		switch {
		case here == there && (err != nil || got != plain):
			t.Errorf("%q opens as %q, %v", plain, got, err)
		case here != there && (!errors.Is(err, crypto.ErrOpen) || got != ""):
			t.Errorf("moved from %v to %v it opens as %q, %v", here, there, got, err)
		}
	})
	if sealed, err := s.seal("", carenet.ID{1}, "person", "name_enc", carenet.ID{2}); sealed != nil || err != nil {
		t.Errorf("nothing is sealed as %x, %v", sealed, err)
	}
	if plain, err := s.open(nil, carenet.ID{1}, "person", "name_enc", carenet.ID{2}); plain != "" || err != nil {
		t.Errorf("NULL opens as %q, %v", plain, err)
	}
}
