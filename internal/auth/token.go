package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
)

// Purpose is what a token is for. It goes into the hash, so that a token is
// worth nothing for another purpose, whatever table it is looked up in.
type Purpose string

// The purposes of tokens.
const (
	ForCheckIn Purpose = "check_in" // the link in a prompt: answers that prompt
	ForSignIn  Purpose = "sign_in"  // the link that begins a session
	ForSession Purpose = "session"  // the cookie

	ForAgree       Purpose = "agree"       // the link in a question: says yes or no to it
	ForUnsubscribe Purpose = "unsubscribe" // the link in an email that ends such emails
)

// The alphabet leaves out what is mistaken when read aloud or copied by hand
// (0 and O, 1, I and l), and has no sign at which a phone would end a link.
// 22 of its letters hold 128.3 bits and leave a text room for words.
const (
	tokenAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	tokenLength   = 22
)

// NewToken makes a random token, and the hash of it that is stored. The token
// itself is given away once and never kept.
func NewToken(purpose Purpose) (token string, hash []byte) {
	// A byte picks a letter only below the largest multiple of the alphabet's
	// length: every letter is equally likely.
	const limit = 256 - 256%len(tokenAlphabet)
	letters := make([]byte, 0, tokenLength)
	var random [2 * tokenLength]byte
	for len(letters) < tokenLength {
		rand.Read(random[:]) // never returns an error
		for _, b := range random {
			if int(b) < limit && len(letters) < tokenLength {
				letters = append(letters, tokenAlphabet[int(b)%len(tokenAlphabet)])
			}
		}
	}
	token = string(letters)
	return token, HashToken(purpose, token)
}

// HashToken returns what is stored of a token. A plain hash is enough, since
// nobody can guess among 2^128 tokens.
func HashToken(purpose Purpose, token string) []byte {
	sum := sha256.Sum256([]byte("howareyou token 1\x00" + string(purpose) + "\x00" + token))
	return sum[:]
}

// IsToken says whether s could be a token at all, so that noise is turned away
// before anything is looked up.
func IsToken(s string) bool {
	return len(s) == tokenLength && strings.Trim(s, tokenAlphabet) == ""
}

// SameHash compares two hashes in a time that does not tell where they differ.
func SameHash(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
