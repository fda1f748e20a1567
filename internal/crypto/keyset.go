package crypto

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	documentVersion = 1
	indexKeySize    = 32
	dataKeySize     = 32
)

// document is the form in which keys are stored and handed to a process. Data
// is a cleartext Tink keyset as Tink writes it.
type document struct {
	Version int             `json:"version"`
	Data    json.RawMessage `json:"data"`
	Idx     *indexKey       `json:"idx"`
	IdxNext *indexKey       `json:"idx_next,omitempty"`
}

// indexKey is one key of the blind indexes. ID tells keys apart in what
// operators see; it is random and says nothing about the key.
type indexKey struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

// Keyset holds the keys of a deployment, ready for use. It never changes, so
// any number of goroutines may share it. It prints as key ids only.
type Keyset struct {
	handle  *keyset.Handle
	data    tink.AEAD
	primary []byte // what every value sealed under the primary key begins with
	idx     indexKey
	idxNext *indexKey
}

// ParseKeyset reads a document made by GenerateKeyset or a rotation. Its
// errors are one line and hold nothing of the document.
func ParseKeyset(doc []byte) (*Keyset, error) {
	var d document
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("keyset: the document is not the JSON that `howareyou admin` writes (trouble near byte %d)", dec.InputOffset())
	}
	if dec.More() {
		return nil, errors.New("keyset: something follows the document")
	}
	if d.Version != documentVersion {
		return nil, fmt.Errorf("keyset: version %d is not known, only %d is", d.Version, documentVersion)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(d.Data)))
	if err != nil {
		return nil, errors.New(`keyset: "data" is not a Tink keyset`)
	}
	return newKeyset(handle, d.Idx, d.IdxNext)
}

// newKeyset checks the keys: whatever cannot do the work is found at the start
// and not at the first row.
func newKeyset(handle *keyset.Handle, idx, next *indexKey) (*Keyset, error) {
	k := &Keyset{handle: handle, idxNext: next}
	for i := range handle.Len() {
		entry, err := handle.Entry(i)
		if err != nil {
			return nil, errors.New(`keyset: "data" has a key that cannot be used`)
		}
		key, ok := entry.Key().(*aesgcm.Key)
		if !ok {
			return nil, fmt.Errorf("keyset: data key %d is not AES-GCM", entry.KeyID())
		}
		params := key.Parameters().(*aesgcm.Parameters)
		if params.KeySizeInBytes() != dataKeySize || params.Variant() != aesgcm.VariantTink {
			return nil, fmt.Errorf("keyset: data key %d is not a 256 bit key with Tink's prefix", entry.KeyID())
		}
		if entry.KeyStatus() != keyset.Enabled {
			return nil, fmt.Errorf("keyset: data key %d is not enabled", entry.KeyID())
		}
		if entry.IsPrimary() {
			k.primary = key.OutputPrefix()
		}
	}
	if k.primary == nil {
		return nil, errors.New(`keyset: "data" has no primary key`)
	}
	var err error
	if k.data, err = aead.New(handle); err != nil {
		return nil, errors.New(`keyset: "data" cannot be used`)
	}
	if idx == nil {
		return nil, errors.New(`keyset: "idx" is missing`)
	}
	k.idx = *idx
	if err := idx.check("idx"); err != nil {
		return nil, err
	}
	if next == nil {
		return k, nil
	}
	if err := next.check("idx_next"); err != nil {
		return nil, err
	}
	if next.ID == idx.ID || bytes.Equal(next.Key, idx.Key) {
		return nil, errors.New(`keyset: "idx" and "idx_next" are the same key`)
	}
	return k, nil
}

func (i *indexKey) check(name string) error {
	if len(i.Key) != indexKeySize {
		return fmt.Errorf("keyset: the key of %q has %d bytes, not %d", name, len(i.Key), indexKeySize)
	}
	if i.ID == "" {
		return fmt.Errorf("keyset: %q has no id", name)
	}
	return nil
}

// marshal writes the keyset as a document.
func (k *Keyset) marshal() ([]byte, error) {
	var data bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewJSONWriter(&data)); err != nil {
		return nil, errors.New("keyset: the data keys cannot be written")
	}
	return json.Marshal(document{Version: documentVersion, Data: data.Bytes(), Idx: &k.idx, IdxNext: k.idxNext})
}

func newIndexKey() *indexKey {
	id, key := make([]byte, 4), make([]byte, indexKeySize)
	// rand.Read never returns an error; without randomness it ends the process.
	rand.Read(id)
	rand.Read(key)
	return &indexKey{ID: hex.EncodeToString(id), Key: key}
}

// String names the keys by their ids, for doctor and for logs.
func (k *Keyset) String() string {
	next := "none"
	if k.idxNext != nil {
		next = k.idxNext.ID
	}
	var ids []uint32
	for _, info := range k.handle.KeysetInfo().GetKeyInfo() {
		ids = append(ids, info.GetKeyId())
	}
	return fmt.Sprintf("keyset(data %d of %d, idx %s, idx_next %s)", k.handle.KeysetInfo().GetPrimaryKeyId(), ids, k.idx.ID, next)
}

// GoString keeps %#v from printing the keys.
func (k *Keyset) GoString() string { return k.String() }

// LogValue keeps a logger from looking inside.
func (k *Keyset) LogValue() slog.Value { return slog.StringValue(k.String()) }
