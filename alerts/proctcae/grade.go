// Package proctcae turns the answers to one symptom of the PRO-CTCAE, how often,
// how bad and how much in the way, each 0 to 4, into its composite grade from 0
// to 3 (Basch et al. 2021, Clinical Trials 18(1)). The tables are those of the
// National Cancer Institute's scoring, as the R package ProAE has them.
package proctcae

// Absent stands for an attribute that the symptom's question does not ask for.
const Absent = -1

// Each string is a row by the last attribute; a dot is a combination that cannot
// be: a symptom that never occurs is neither bad nor in the way, and is asked no
// further.
const (
	frequency    = "01123"
	severity     = "01233"
	interference = "01122"
)

var (
	frequencySeverity     = [5]string{"0....", "11122", "11222", "11233", "11233"}
	frequencyInterference = [5]string{"0....", "11122", "11122", "11233", "11233"}
	severityInterference  = [5]string{"0....", "11122", "11223", "12233", "22233"}
	allThree              = [5][5]string{
		{"0....", "", "", "", ""},
		{"01122", "11122", "12223", "22233", "22333"},
		{"01122", "11122", "22233", "22233", "22333"},
		{"11122", "11122", "22233", "22333", "22333"},
		{"11122", "11223", "22233", "22333", "22333"},
	}
)

// Grade is the composite grade of one symptom. ok is false for answers out of
// range, for combinations that cannot be, and where nothing was answered.
func Grade(often, bad, inTheWay int) (grade int, ok bool) {
	for _, x := range [...]int{often, bad, inTheWay} {
		if x < Absent || x > 4 {
			return 0, false
		}
	}
	var c byte
	switch f, s, i := often != Absent, bad != Absent, inTheWay != Absent; {
	case f && s && i:
		c = cell(allThree[often][bad], inTheWay)
	case f && s:
		c = cell(frequencySeverity[often], bad)
	case f && i:
		c = cell(frequencyInterference[often], inTheWay)
	case s && i:
		c = cell(severityInterference[bad], inTheWay)
	case f:
		c = frequency[often]
	case s:
		c = severity[bad]
	case i:
		c = interference[inTheWay]
	default:
		return 0, false
	}
	if c == '.' {
		return 0, false
	}
	return int(c - '0'), true
}

// cell is one of a row; "" is a row that cannot be.
func cell(row string, at int) byte {
	if row == "" {
		return '.'
	}
	return row[at]
}
