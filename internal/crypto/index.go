package crypto

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Purpose keeps blind indexes of different things apart: a word that is
// somebody's name and somebody's email is found under its own purpose only.
type Purpose string

// The purposes of blind indexes. Values are normalised before they are
// indexed, by the function named here.
const (
	ForPhone    Purpose = "phone"     // carenet.ParsePhone
	ForEmail    Purpose = "email"     // carenet.ParseEmail
	ForNameWord Purpose = "name_word" // carenet.NameWords
)

// IndexSize is the length of a blind index in bytes: 128 bits, at which
// a billion different values hold a chance collision with less than 10^-20.
const IndexSize = 16

// indexDomain sets the uses of the index key apart from any other there may be.
const indexDomain = "howareyou blind index 1"

// Index returns the blind index of a normalised value under the current key:
// equal values have equal indexes, and without the key nobody can find out
// which value an index stands for, though it shows which rows are alike.
func (k *Keyset) Index(purpose Purpose, value string) []byte {
	return blindIndex(k.idx.Key, purpose, value)
}

// IndexNext returns the blind index under the next key, or nil when no index
// rotation is under way: what belongs into the second index column.
func (k *Keyset) IndexNext(purpose Purpose, value string) []byte {
	if k.idxNext == nil {
		return nil
	}
	return blindIndex(k.idxNext.Key, purpose, value)
}

// Lookups returns every index under which a row with this value may be stored,
// to be looked for in both index columns.
func (k *Keyset) Lookups(purpose Purpose, value string) [][]byte {
	lookups := [][]byte{k.Index(purpose, value)}
	if next := k.IndexNext(purpose, value); next != nil {
		lookups = append(lookups, next)
	}
	return lookups
}

// blindIndex is HMAC-SHA256 over sized parts, cut to IndexSize (RFC 2104,
// section 5, allows half of the output).
func blindIndex(key []byte, purpose Purpose, value string) []byte {
	b := make([]byte, 0, 96)
	b = appendSized(b, indexDomain)
	b = appendSized(b, string(purpose))
	b = append(b, value...)
	mac := hmac.New(sha256.New, key)
	mac.Write(b)
	return mac.Sum(nil)[:IndexSize]
}
