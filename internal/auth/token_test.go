package auth_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"howareyou/internal/auth"
)

func TestNewTokenIsShortRandomAndFitForALink(t *testing.T) {
	const n = 20000
	seen := make(map[string]bool, n)
	count := map[rune]int{}
	for range n {
		token, hash := auth.NewToken(auth.ForCheckIn)
		if len(token) > 22 || !auth.IsToken(token) || strings.ContainsAny(token, "0O1Il") {
			t.Fatalf("token %q", token)
		}
		if seen[token] {
			t.Fatalf("%q twice", token)
		}
		seen[token] = true
		if len(hash) != 32 || !auth.SameHash(hash, auth.HashToken(auth.ForCheckIn, token)) {
			t.Fatalf("%q hashes to %x and %x", token, hash, auth.HashToken(auth.ForCheckIn, token))
		}
		for _, r := range token {
			count[r]++
		}
	}
	// Each of 57 letters comes n*22/57 times, give or take six deviations (88 each).
	if len(count) != 57 {
		t.Fatalf("%d letters in use", len(count))
	}
	for letter, got := range count {
		if want := n * 22 / 57; got < want-528 || got > want+528 {
			t.Errorf("%c came %d times, not about %d", letter, got, want)
		}
	}
}

func TestINV13_ATokenIsStoredAsTheHashForItsPurpose(t *testing.T) {
	const token = "23456789ABCDEFGHJKLMNP"
	// Computed by another implementation; changing it signs everybody out.
	if got, want := hex.EncodeToString(auth.HashToken(auth.ForSession, token)), "f5161d6d7080caa21180fec2b2410de9f8e6f82c8ea28542696c47a61934437c"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	if bytes.Equal(auth.HashToken(auth.ForSession, token), auth.HashToken(auth.ForSignIn, token)) {
		t.Error("a token is worth the same for two purposes")
	}
	if auth.SameHash(auth.HashToken(auth.ForSession, token), auth.HashToken(auth.ForSignIn, token)) {
		t.Error("two hashes count as the same")
	}
	if auth.SameHash(nil, auth.HashToken(auth.ForSession, token)) {
		t.Error("no hash counts as one")
	}
}

func TestIsTokenTurnsNoiseAway(t *testing.T) {
	for _, bad := range []string{
		"", "23456789ABCDEFGHJKLMN", "23456789ABCDEFGHJKLMNPQ", "23456789ABCDEFGHJKLMN0",
		"23456789ABCDEFGHJKLM/.", "23456789ABCDEFGHJKLMN ", "é3456789ABCDEFGHJKLMN", "23456789ABlDEFGHJKLMNP",
	} {
		if auth.IsToken(bad) {
			t.Errorf("%q could be a token", bad)
		}
	}
}
