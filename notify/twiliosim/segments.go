package twiliosim

import "strings"

// The GSM 03.38 alphabet. A character of gsmExtended costs two septets.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// segments counts the parts a text is sent in: GSM-7 holds 160 septets alone or
// 153 a part, UCS-2 holds 70 code units alone or 67 a part. A character that
// takes two units is never split across parts.
func segments(body string) int {
	single, part, units := 160, 153, gsmUnits
	if !isGSM(body) {
		single, part, units = 70, 67, ucs2Units
	}

	total := 0
	for _, r := range body {
		total += units(r)
	}
	if total <= single {
		return 1
	}
	count, used := 1, 0
	for _, r := range body {
		n := units(r)
		if used+n > part {
			count, used = count+1, 0
		}
		used += n
	}
	return count
}

func isGSM(body string) bool {
	for _, r := range body {
		if !strings.ContainsRune(gsmBasic, r) && !strings.ContainsRune(gsmExtended, r) {
			return false
		}
	}
	return true
}

func gsmUnits(r rune) int {
	if strings.ContainsRune(gsmExtended, r) {
		return 2
	}
	return 1
}

func ucs2Units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
