package crypto_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"howareyou/carenet"
	"howareyou/internal/crypto"
)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// newKeyset is a keyset of a deployment that has just begun.
func newKeyset(t testing.TB) *crypto.Keyset {
	t.Helper()
	return must[*crypto.Keyset](t)(crypto.ParseKeyset(must[[]byte](t)(crypto.GenerateKeyset())))
}

// step takes one step of a rotation and reads its document.
func step(t testing.TB, rotate func() ([]byte, error)) *crypto.Keyset {
	t.Helper()
	return must[*crypto.Keyset](t)(crypto.ParseKeyset(must[[]byte](t)(rotate())))
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	return must[[]byte](t)(hex.DecodeString(s))
}

// TestStoredFormsStayReadable holds the formats that live in databases. When it
// fails, every deployment's data is about to become unreadable. The indexes
// were computed by another implementation of HMAC.
func TestStoredFormsStayReadable(t *testing.T) {
	k := must[*crypto.Keyset](t)(crypto.ParseKeyset(must[[]byte](t)(os.ReadFile("testdata/keyset.json"))))
	ad := crypto.AD{Org: carenet.ID{1}, Table: "person", Column: "name_enc", Row: carenet.ID{2}}
	for _, c := range []struct {
		sealed string
		old    bool
	}{
		{"0124064af390a966902c4b9132fd6dcaef69ce654d68008be47f57aba44837e1a179a06ba88c1b97a27852c3", true},
		{"01dc490dba2f56aa960d71bad9a32374738bc40e81d1c9d292ff43d962026e479d5521de9f002df3c616daf8", false},
	} {
		sealed := unhex(t, c.sealed)
		if got, err := k.Open(sealed, ad); err != nil || got != "Mary Okafor" {
			t.Errorf("opened %q, %v", got, err)
		}
		if k.NeedsRewrap(sealed) != c.old {
			t.Errorf("needs rewrap: %v", !c.old)
		}
	}
	raw := unhex(t, "01dc490dba679f04b02391d897d06b6ac00a78b06d7edb086b606190d6f7d3e88c66ce1ce215ec88")
	if got, err := k.OpenRaw(raw, "spool/1"); err != nil || string(got) != "spooled" {
		t.Errorf("opened %q, %v", got, err)
	}
	for _, c := range []struct {
		got  []byte
		want string
	}{
		{k.Index(crypto.ForPhone, "+447700900001"), "e1d2da7772719ba9cd64d6fcad11a4aa"},
		{k.IndexNext(crypto.ForPhone, "+447700900001"), "ae26f66ee8d5506e5fedd93005b465b4"},
	} {
		if hex.EncodeToString(c.got) != c.want {
			t.Errorf("index %x, want %s", c.got, c.want)
		}
	}
	if got, want := k.String(), "keyset(data 3695775162 of [604392179 3695775162], idx c029031e, idx_next 4cdb4d37)"; got != want {
		t.Errorf("prints as %s, want %s", got, want)
	}
}

func TestParseKeysetNamesTheFaultInOneLine(t *testing.T) {
	good := string(must[[]byte](t)(os.ReadFile("testdata/keyset.json")))
	change := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the document has no %s", old)
		}
		return strings.ReplaceAll(good, old, with)
	}
	const idxKey, nextKey = "unPVyRNsJCiEjDk2UN0sk9tvDrUA5XGCNzOTm+CWl/w=", "6onicdsAT09ful8aMGx2JiHSy+N1bGMj/ThEx8GGWcc="
	for _, c := range []struct{ why, doc, says string }{
		{"empty", "", "JSON"},
		{"a word", "secret", "JSON"},
		{"cut off", good[:len(good)/2], "JSON"},
		{"a number for a key", change(`"`+idxKey+`"`, "31415926"), "JSON"},
		{"key not base64", change(idxKey, "!"+idxKey[1:]), "JSON"},
		{"unknown field", change(`"version"`, `"vision"`), "JSON"},
		{"two documents", good + good, "follows"},
		{"another version", change(`"version":1`, `"version":2`), "version 2"},
		{"no data", `{"version":1,"data":{},"idx":{"id":"a","key":"` + idxKey + `"}}`, "Tink"},
		{"data of another kind", `{"version":1,"data":"x","idx":{"id":"a","key":"` + idxKey + `"}}`, "Tink"},
		{"primary key missing", change(`"primaryKeyId":3695775162`, `"primaryKeyId":1`), "data"},
		{"a disabled key", change(`"status":"ENABLED","keyId":604392179`, `"status":"DISABLED","keyId":604392179`), "not enabled"},
		{"no prefix", change(`"outputPrefixType":"TINK"`, `"outputPrefixType":"RAW"`), "prefix"},
		{"not AES-GCM", change("tink.AesGcmKey", "tink.ChaCha20Poly1305Key"), ""},
		{"a 128 bit key", change("GiB2Dj9//VwAsCpeH9pVKaFMNqyFrtr2wB55eVPOJP+RSQ==", "GhB2Dj9//VwAsCpeH9pVKaFM"), "256 bit"},
		{"no index key", change(`"idx":`, `"idx_next":`), "idx"},
		{"short index key", change(idxKey, "c2hvcnQ="), "5 bytes"},
		{"index key without id", change(`"id":"c029031e"`, `"id":""`), "no id"},
		{"twice the same index key", change(nextKey, idxKey), "same key"},
	} {
		k, err := crypto.ParseKeyset([]byte(c.doc))
		if err == nil || k != nil {
			t.Errorf("%s: read as %v", c.why, k)
			continue
		}
		msg := err.Error()
		if !strings.Contains(msg, c.says) || strings.Contains(msg, "\n") {
			t.Errorf("%s: %q does not say %q in one line", c.why, msg, c.says)
		}
		for _, secret := range []string{"secret", "31415926", idxKey[1:12], nextKey[1:12], "B2Dj9", "DBvuk1"} {
			if strings.Contains(msg, secret) {
				t.Errorf("%s: the error shows the document: %q", c.why, msg)
			}
		}
	}
}

func TestINV13_KeysetNeverPrintsItsKeys(t *testing.T) {
	doc := must[[]byte](t)(os.ReadFile("testdata/keyset.json"))
	k := must[*crypto.Keyset](t)(crypto.ParseKeyset(doc))
	var d struct {
		Idx, IdxNext struct{ Key []byte }
	}
	if err := json.Unmarshal(bytes.ReplaceAll(doc, []byte("idx_next"), []byte("idxnext")), &d); err != nil || len(d.IdxNext.Key) == 0 {
		t.Fatalf("no keys to look for: %v", err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("keys", "keyset", k)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("keys", "keyset", k)
	//lint:ignore SA9005 that nothing of it is marshalled is what this test is about
	asJSON := must[[]byte](t)(json.Marshal(k)) //nolint:staticcheck // SA9005: see above
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v %s", k, k, k, k), log.String(), string(asJSON)} {
		for _, key := range [][]byte{d.Idx.Key, d.IdxNext.Key} {
			for _, form := range []string{
				string(key), hex.EncodeToString(key), base64.StdEncoding.EncodeToString(key), fmt.Sprint(key), fmt.Sprintf("%#v", key), //nolint:staticcheck // QF1010: the bytes as they are is one of the forms
			} {
				if strings.Contains(printed, form) {
					t.Errorf("a key is in %s", printed)
				}
			}
		}
	}
	if !strings.Contains(log.String(), "idx c029031e") {
		t.Errorf("the log does not say which keys: %s", log.String())
	}
}
