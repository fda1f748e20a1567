package crypto_test

import (
	"bytes"
	"testing"

	"howareyou/internal/crypto"
)

func TestProcessesOfADeploymentDeriveTheSameSecret(t *testing.T) {
	doc, err := crypto.GenerateKeyset()
	if err != nil {
		t.Fatal(err)
	}
	var secrets [][]byte
	for range 2 { // two processes that were given the same document
		k, err := crypto.ParseKeyset(doc)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, k.Secret("limits"))
	}
	k, err := crypto.ParseKeyset(doc)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case len(secrets[0]) < 32 || !bytes.Equal(secrets[0], secrets[1]):
		t.Errorf("%x and %x", secrets[0], secrets[1])
	case bytes.Equal(secrets[0], k.Secret("limit")), bytes.Equal(secrets[0], newKeyset(t).Secret("limits")):
		t.Error("another use, or another deployment, has the same secret")
	case bytes.HasPrefix(secrets[0], k.Index("limits", "")), bytes.HasPrefix(k.Secret("howareyou blind index 1"), k.Index("", "")):
		t.Error("a blind index tells the secret")
	}
}
