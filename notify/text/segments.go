package text

import (
	"strings"
	"unicode/utf16"
)

// Encoding is how a text travels.
type Encoding string

// The encodings of short messages (3GPP TS 23.038).
const (
	GSM7 Encoding = "GSM-7" // 160 septets in one part, 153 in each of several
	UCS2 Encoding = "UCS-2" // 70 units in one part, 67 in each of several
)

const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	// Each of these takes two septets.
	gsmExtended = "\f^{}\\[~]|€"
)

// septets is how many septets a character takes, 0 when GSM-7 does not have it.
var septets = func() map[rune]int {
	m := map[rune]int{}
	for _, c := range gsmBasic {
		m[c] = 1
	}
	for _, c := range gsmExtended {
		m[c] = 2
	}
	return m
}()

// Segments says how a text travels: its encoding, its length in septets or
// UTF-16 units, and in how many parts. A character is never split over two
// parts, so a part may end one unit early.
func Segments(s string) (encoding Encoding, units, parts int) {
	encoding, single, many := GSM7, 160, 153
	width := func(c rune) int { return septets[c] }
	for _, c := range s {
		if septets[c] == 0 {
			encoding, single, many = UCS2, 70, 67
			width = func(c rune) int { return max(1, utf16.RuneLen(c)) }
			break
		}
	}
	parts, room := 1, many
	for _, c := range s {
		w := width(c)
		units += w
		if w > room {
			parts, room = parts+1, many
		}
		room -= w
	}
	if units <= single {
		parts = 1
	}
	return encoding, units, parts
}

// plainMarks are typographic characters with an equal in GSM-7. Letters are
// never changed: a name keeps its accents, whatever it costs.
var plainMarks = strings.NewReplacer(
	"“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`,
	"‘", "'", "’", "'", "‚", "'", "`", "'", "´", "'", "′", "'",
	"–", "-", "—", "-", "−", "-", "‐", "-", "‑", "-",
	"…", "...", "•", "-", "\u00a0", " ", "\u202f", " ", "\u2009", " ",
	"\u200b", "", "\ufeff", "", "\t", " ",
)

// Plain replaces typographic marks by those that every phone's alphabet has.
func Plain(s string) string { return plainMarks.Replace(s) }

// Parts implements notify.CountsParts.
func (Composer) Parts(body string) int {
	_, _, parts := Segments(body)
	return parts
}
