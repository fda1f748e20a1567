package crypto

import (
	"crypto/hmac"
	"crypto/sha256"
)

// secretDomain sets derived secrets apart from the blind indexes.
const secretDomain = "howareyou derived secret 1"

// Secret derives a secret for one use from the index key: every process of a deployment
// has the same without a word between them, and nobody without the key can compute it.
// It changes with the index key, so nothing lasting may hang on it.
func (k *Keyset) Secret(use string) []byte {
	mac := hmac.New(sha256.New, k.idx.Key)
	mac.Write(appendSized(appendSized(nil, secretDomain), use))
	return mac.Sum(nil)
}
