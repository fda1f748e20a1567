package carenet_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

func TestParsePhoneReadsWhatPeopleWrite(t *testing.T) {
	for _, c := range []struct{ raw, region, want string }{
		{"07700 900001", "GB", "+447700900001"},
		{"07700900001", "gb", "+447700900001"},
		{"+44 7700 900001", "", "+447700900001"},
		{"+44 (0)7700 900001", "US", "+447700900001"},
		{"0044 7700 900001", "GB", "+447700900001"},
		{" (07700) 900-001 ", "GB", "+447700900001"},
		{"07700\u2013900\u2011001", "GB", "+447700900001"},
		{"\u202a+44 7700\u00a0900001\u202c", "", "+447700900001"},
		{"٠٧٧٠٠ ٩٠٠٠٠١", "GB", "+447700900001"},
		{"\uff0b447700900001", "", "+447700900001"},
		{"(415) 555-2671", "US", "+14155552671"},
		{"612 34 56 78", "ES", "+34612345678"},
		{"079 123 4567", "JO", "+962791234567"},
	} {
		got, err := carenet.ParsePhone(c.raw, c.region)
		if err != nil || string(got) != c.want {
			t.Errorf("%q in %q: %q, %v; want %s", c.raw, c.region, got, err, c.want)
		}
	}
}

func TestParsePhoneSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ raw, region, says string }{
		{"", "GB", "empty"},
		{" \u202c ", "GB", "empty"},
		{"Mary 07700 900001", "GB", "only digits"},
		{"1-800-FLOWERS", "US", "only digits"},
		{"07700 900001 x12", "GB", "only digits"},
		{"07700 900001/2", "GB", "only digits"},
		{"07700;900001", "GB", "only digits"},
		{"07700 900001", "", "country code"},
		{"07700 900001", "ZZ", "country code"},
		{"+999 7700 900001", "GB", "no country"},
		{"07700 90000", "GB", "number of digits"},
		{"+34 612 34 56", "", "too short"},
		{"123", "GB", "too short"},
		{"+44", "GB", ""},
		{"+", "GB", "not a phone number"},
		{"555-2671", "US", "area code"},
		{"07700 900001 07700 900002", "GB", "too long"},
		{strings.Repeat("7", 300), "GB", "too long"},
	} {
		got, err := carenet.ParsePhone(c.raw, c.region)
		if carenet.CodeOf(err) != carenet.Invalid || got != "" {
			t.Errorf("%q in %q: %q, %v", c.raw, c.region, got, err)
			continue
		}
		if says := carenet.MessageOf(err); !strings.Contains(says, c.says) {
			t.Errorf("%q in %q: %q does not say %q", c.raw, c.region, says, c.says)
		}
	}
}

func TestParsePhoneTakesTheNumbersOfDrama(t *testing.T) {
	for n := range 1000 {
		e164 := fmt.Sprintf("+447700900%03d", n)
		for _, raw := range []string{e164, "0" + e164[3:]} {
			if got, err := carenet.ParsePhone(raw, "GB"); err != nil || string(got) != e164 {
				t.Fatalf("%s: %q, %v", raw, got, err)
			}
		}
	}
}

// TestINV13_ParseErrorsKeepTheContact: whatever is typed, no part of it that
// could name a person stands in the error.
func TestINV13_ParseErrorsKeepTheContact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`[+0]?[0-9 ]{5,24}[a-z@.]{0,12}[0-9]{3}`).Draw(t, "raw")
		region := rapid.SampledFrom([]string{"GB", "US", "ES", "JO", ""}).Draw(t, "region")
		phone, err := carenet.ParsePhone(raw, region)
		if err == nil {
			if again, err := carenet.ParsePhone(string(phone), ""); err != nil || again != phone {
				t.Fatalf("%q read back as %q, %v", phone, again, err)
			}
		} else if strings.Contains(err.Error(), raw[len(raw)-3:]) {
			t.Fatalf("the error repeats the number: %v", err)
		}
		if _, err := carenet.ParseEmail(raw); err != nil && strings.Contains(err.Error(), raw[len(raw)-3:]) {
			t.Fatalf("the error repeats the address: %v", err)
		}
	})
}
