package crypto

import (
	"errors"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// GenerateKeyset makes the document of a new deployment: one data key and one
// index key. Whoever loses it loses every name, number and word.
func GenerateKeyset() ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, errors.New("keyset: no data key could be made")
	}
	k, err := newKeyset(handle, newIndexKey(), nil)
	if err != nil {
		return nil, err
	}
	return k.marshal()
}

// RotateData returns a document with a new primary data key. What is sealed
// from now on is under the new key; the keys before it still open.
func (k *Keyset) RotateData() ([]byte, error) {
	return k.withData(func(m *keyset.Manager) error {
		id, err := m.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			return err
		}
		return m.SetPrimary(id)
	})
}

// DropOldData returns a document with the primary data key alone. Take this
// step when NeedsRewrap holds for nothing that is stored, backups and spool
// included: what is sealed under a dropped key is lost.
func (k *Keyset) DropOldData() ([]byte, error) {
	info := k.handle.KeysetInfo()
	return k.withData(func(m *keyset.Manager) error {
		for _, key := range info.GetKeyInfo() {
			if key.GetKeyId() == info.GetPrimaryKeyId() {
				continue
			}
			if err := m.Delete(key.GetKeyId()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (k *Keyset) withData(change func(*keyset.Manager) error) ([]byte, error) {
	manager := keyset.NewManagerFromHandle(k.handle)
	if err := change(manager); err != nil {
		return nil, errors.New("keyset: the data keys could not be changed")
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, errors.New("keyset: the data keys could not be changed")
	}
	changed, err := newKeyset(handle, &k.idx, k.idxNext)
	if err != nil {
		return nil, err
	}
	return changed.marshal()
}

// BeginIndexRotation returns a document with a second index key beside the
// first. Both are looked up; IndexNext fills the second index columns.
func (k *Keyset) BeginIndexRotation() ([]byte, error) {
	if k.idxNext != nil {
		return nil, errors.New("keyset: an index rotation is under way already")
	}
	changed, err := newKeyset(k.handle, &k.idx, newIndexKey())
	if err != nil {
		return nil, err
	}
	return changed.marshal()
}

// FinishIndexRotation returns a document in which the second index key has
// taken the place of the first. Take this step when every row has its second
// index and it was moved into the first column.
func (k *Keyset) FinishIndexRotation() ([]byte, error) {
	if k.idxNext == nil {
		return nil, errors.New("keyset: no index rotation is under way")
	}
	changed, err := newKeyset(k.handle, k.idxNext, nil)
	if err != nil {
		return nil, err
	}
	return changed.marshal()
}
