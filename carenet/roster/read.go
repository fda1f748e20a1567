package roster

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"howareyou/carenet"
)

// maxName is as long as a name may be, in letters.
const maxName = 100

// Read reads a file that a spreadsheet saved as CSV: with commas, semicolons or tabs,
// with or without a mark of its encoding. The error is a *Fault.
func Read(file []byte, c Choices) (List, error) {
	if len(file) > MaxBytes {
		return List{}, &Fault{What: FaultBig}
	}
	text, ok := decode(file)
	if !ok {
		return List{}, &Fault{What: FaultEncoding}
	}
	// Some spreadsheets say in front which sign stands between columns.
	first := 1
	if head, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(strings.ToLower(head), "sep=") {
		text, first = rest, 2
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.Comma, r.TrimLeadingSpace = -1, separator(text), true
	if r.Comma == '\t' {
		r.TrimLeadingSpace = false // a tab is a space as well
	}
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return List{}, &Fault{What: FaultEmpty}
	}
	if err != nil {
		return List{}, quotes(err, first)
	}
	l, columns := List{Choices: c}, map[column]int{}
	for i, h := range head {
		which, known := columnNamed(h)
		if _, twice := columns[which]; known && !twice {
			columns[which] = i
		} else if h = tidy(h); h != "" {
			l.Unread = append(l.Unread, h)
		}
	}
	if _, ok := columns[colName]; !ok {
		return List{}, &Fault{What: FaultColumns}
	}
	if _, ok := columns[colPhone]; !ok {
		return List{}, &Fault{What: FaultColumns}
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return List{}, quotes(err, first)
		}
		if !slices.ContainsFunc(record, func(s string) bool { return tidy(s) != "" }) {
			continue
		}
		if len(l.Rows) == MaxRows {
			return List{}, &Fault{What: FaultMany}
		}
		line, _ := r.FieldPos(0)
		l.Rows = append(l.Rows, row(record, columns, line+first-1, c))
	}
	if len(l.Rows) == 0 {
		return List{}, &Fault{What: FaultEmpty}
	}
	l.compare()
	return l, nil
}

func quotes(err error, first int) error {
	f := &Fault{What: FaultQuotes}
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		f.Line = pe.StartLine + first - 1
	}
	return f
}

// decode makes text of a file; false when its letters are not certain.
func decode(file []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(file, []byte{0xFF, 0xFE}):
		return decode16(file[2:], binary.LittleEndian)
	case bytes.HasPrefix(file, []byte{0xFE, 0xFF}):
		return decode16(file[2:], binary.BigEndian)
	}
	file = bytes.TrimPrefix(file, []byte{0xEF, 0xBB, 0xBF})
	return string(file), utf8.Valid(file) && !bytes.ContainsRune(file, 0) && !bytes.ContainsRune(file, utf8.RuneError)
}

func decode16(file []byte, order binary.ByteOrder) (string, bool) {
	if len(file)%2 != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(file)/2)
	for i := 0; i < len(file); i += 2 {
		units = append(units, order.Uint16(file[i:]))
	}
	text := string(utf16.Decode(units))
	return text, !strings.ContainsRune(text, utf8.RuneError) && !strings.ContainsRune(text, 0)
}

// separator is what stands most often in the line of headings.
func separator(text string) rune {
	head, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	best, most := ',', 0
	for _, r := range []rune{',', ';', '\t'} {
		if n := strings.Count(head, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

// tidy leaves one space between words, and none of the marks that come along unseen.
func tidy(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r == '\u200e' || r == '\u200f' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)), " ")
}

func row(record []string, columns map[column]int, line int, c Choices) Row {
	cell := func(which column) string {
		if i, ok := columns[which]; ok && i < len(record) {
			return tidy(record[i])
		}
		return ""
	}
	r := Row{Line: line, Name: cell(colName), Phone: cell(colPhone), Language: c.Language, RRule: c.RRule, LocalTime: c.At}
	switch {
	case !strings.ContainsFunc(r.Name, unicode.IsLetter):
		r = r.With(NoName)
	case utf8.RuneCountInString(r.Name) > maxName:
		r = r.With(LongName)
	}
	if r.Phone == "" {
		r = r.With(NoPhone)
	} else if phone, err := carenet.ParsePhone(r.Phone, c.Region); err != nil {
		r = r.With(BadPhone)
	} else {
		r.Phone = string(phone)
	}
	if said := cell(colLanguage); said != "" {
		if lang, ok := languageNamed(said); ok {
			r.Language = lang
		} else {
			r = r.With(BadLanguage)
		}
	}
	if said := cell(colDays); said != "" {
		if rule, ok := daysNamed(said); ok {
			r.RRule = rule
		} else {
			r = r.With(BadDays)
		}
	}
	if said := cell(colTime); said != "" {
		if at, ok := timeNamed(said); ok {
			r.LocalTime = at
		} else {
			r = r.With(BadTime)
		}
	}
	return r
}

// compare finds who stands in the list twice, and who shares a number.
func (l *List) compare() {
	person, number := map[string]int{}, map[string]int{}
	for i, r := range l.Rows {
		if slices.Contains(r.Problems, BadPhone) || slices.Contains(r.Problems, NoPhone) {
			continue
		}
		key := r.Phone + " " + strings.Join(carenet.NameWords(r.Name), " ")
		if at, ok := person[key]; ok {
			l.Rows[i] = r.With(Twice)
			l.Rows[i].SameAs = at
			continue
		}
		person[key] = r.Line
		if at, ok := number[r.Phone]; ok {
			l.Rows[i].Shares = at
		} else {
			number[r.Phone] = r.Line
		}
	}
}
