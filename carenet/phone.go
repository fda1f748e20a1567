package carenet

import (
	"errors"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a telephone number in E.164: a plus sign, the country code and the
// number, at most 15 digits. Make one with ParsePhone.
type Phone string

// ParsePhone reads a number as people write it. A number without a country
// code is taken to be of region (ISO 3166, such as GB); with no region it must
// start with +. A number in a range that the tables of libphonenumber do not
// know is accepted when it is as long as that country's mobile numbers: ranges
// open faster than tables are updated, and those set aside for drama (Ofcom's
// 07700 900xxx) are in none. Errors are of code Invalid and never repeat the
// number.
func ParsePhone(raw, region string) (Phone, error) {
	const op = "parse phone"
	number := strings.Map(keepVisible, strings.TrimSpace(raw))
	if number == "" {
		return "", Errorf(Invalid, op, "the phone number is empty")
	}
	if strings.ContainsFunc(number, notInPhone) {
		return "", Errorf(Invalid, op, "a phone number has only digits, spaces and the signs + ( ) - .")
	}
	parsed, err := phonenumbers.Parse(number, strings.ToUpper(region))
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode) && !strings.ContainsAny(number, "+\uff0b"):
		return "", Errorf(Invalid, op, "this phone number needs its country code, like +44")
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return "", Errorf(Invalid, op, "there is no country with the code of this phone number")
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return "", Errorf(Invalid, op, "this phone number is too long")
	case errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD):
		return "", Errorf(Invalid, op, "this phone number is too short")
	case err != nil:
		return "", Errorf(Invalid, op, "this is not a phone number")
	}
	switch phonenumbers.IsPossibleNumberWithReason(parsed) {
	case phonenumbers.IS_POSSIBLE:
		if phonenumbers.IsValidNumber(parsed) || isMobileLength(parsed) {
			return Phone(phonenumbers.Format(parsed, phonenumbers.E164)), nil
		}
		return "", Errorf(Invalid, op, "this phone number does not have the right number of digits")
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return "", Errorf(Invalid, op, "this phone number lacks its area code")
	case phonenumbers.TOO_SHORT:
		return "", Errorf(Invalid, op, "this phone number is too short")
	case phonenumbers.TOO_LONG:
		return "", Errorf(Invalid, op, "this phone number is too long")
	default:
		return "", Errorf(Invalid, op, "this phone number does not have the right number of digits")
	}
}

// Region is the country of the number (ISO 3166, such as GB); "" for none.
func (p Phone) Region() string {
	parsed, err := phonenumbers.Parse(string(p), "")
	if err != nil {
		return ""
	}
	if region := phonenumbers.GetRegionCodeForNumber(parsed); region != "" && region != "ZZ" {
		return region
	}
	// A range that is newer than the tables is of its code's first country.
	return phonenumbers.GetRegionCodeForCountryCode(int(parsed.GetCountryCode()))
}

// KnownRegion says whether there is a country of this code with telephones.
func KnownRegion(code string) bool { return phonenumbers.GetSupportedRegions()[code] }

// isMobileLength catches the digit that was left out. The lengths that are
// possible in a country do not: a British number may have 9 digits, but no
// mobile one.
func isMobileLength(n *phonenumbers.PhoneNumber) bool {
	region := phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	example := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
	if example == nil {
		return false
	}
	return len(phonenumbers.GetNationalSignificantNumber(n)) == len(phonenumbers.GetNationalSignificantNumber(example))
}

// keepVisible drops the marks of text direction that come along when a number
// is copied from an address book, and makes every kind of space plain.
func keepVisible(r rune) rune {
	switch {
	case unicode.Is(unicode.Cf, r):
		return -1
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// notInPhone finds what has no place in a number. Letters are refused: the
// library would dial them (1-800-FLOWERS), or skip a name in front. So is the
// slash, with which people write two numbers as one.
func notInPhone(r rune) bool {
	return !unicode.Is(unicode.Nd, r) && !unicode.Is(unicode.Pd, r) && !strings.ContainsRune(" +().\uff0b", r)
}
