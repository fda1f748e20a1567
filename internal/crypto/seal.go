package crypto

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"howareyou/carenet"
)

// ErrOpen is the cause when a sealed value does not open: its key is gone, it
// was altered, or it stood in another place when it was sealed.
var ErrOpen = errors.New("the sealed value does not open here: key gone, altered or moved")

// Overhead is how many bytes a sealed value is longer than what it holds:
// Tink's prefix 5, nonce 12, tag 16.
const Overhead = 5 + 12 + 16

// AD says where a value belongs. It is authenticated with the value, so that
// nobody who can write to the database can make one row speak for another. Org
// is NilID only for what came in before its organisation was known.
type AD struct {
	Org           carenet.ID
	Table, Column string
	Row           carenet.ID
}

// What is sealed in fields cannot be opened as raw, nor the other way round.
const (
	fieldSpace byte = 1
	rawSpace   byte = 2
)

// encode writes the place so that no two places read the same: ids have one
// length, names carry theirs.
func (ad AD) encode() ([]byte, error) {
	if ad.Table == "" || ad.Column == "" || ad.Row == carenet.NilID {
		return nil, fmt.Errorf("crypto: a value needs its table, column and row (got %q, %q, %s)", ad.Table, ad.Column, ad.Row)
	}
	b := make([]byte, 0, 64)
	b = append(b, fieldSpace)
	b = append(b, ad.Org[:]...)
	b = appendSized(b, ad.Table)
	b = appendSized(b, ad.Column)
	return append(b, ad.Row[:]...), nil
}

func appendSized(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Seal encrypts a field for its place under the primary key. Equal texts give
// different results. AES-GCM with random nonces is safe for 2^32 values a key
// (NIST SP 800-38D, section 8.3): rotate the data key long before.
func (k *Keyset) Seal(plain string, ad AD) ([]byte, error) {
	place, err := ad.encode()
	if err != nil {
		return nil, err
	}
	return k.data.Encrypt([]byte(plain), place)
}

// Open decrypts a field that was sealed for this place under any key of the
// keyset. The error wraps ErrOpen and names the place, never the content.
func (k *Keyset) Open(sealed []byte, ad AD) (string, error) {
	place, err := ad.encode()
	if err != nil {
		return "", err
	}
	plain, err := k.data.Decrypt(sealed, place)
	if err != nil {
		return "", fmt.Errorf("crypto: %s.%s of row %s: %w", ad.Table, ad.Column, ad.Row, ErrOpen)
	}
	return string(plain), nil
}

// SealRaw encrypts what has no row, such as a record of the spool. It opens
// only under the same context.
func (k *Keyset) SealRaw(plain []byte, context string) ([]byte, error) {
	return k.data.Encrypt(plain, rawPlace(context))
}

// OpenRaw decrypts what SealRaw sealed under this context.
func (k *Keyset) OpenRaw(sealed []byte, context string) ([]byte, error) {
	plain, err := k.data.Decrypt(sealed, rawPlace(context))
	if err != nil {
		return nil, fmt.Errorf("crypto: %s: %w", context, ErrOpen)
	}
	return plain, nil
}

func rawPlace(context string) []byte { return append([]byte{rawSpace}, context...) }

// NeedsRewrap says whether a value is sealed under another key than the
// primary one, or is no sealed value at all.
func (k *Keyset) NeedsRewrap(sealed []byte) bool {
	return len(sealed) < Overhead || !bytes.HasPrefix(sealed, k.primary)
}
