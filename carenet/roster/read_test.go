package roster_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"howareyou/carenet/roster"
)

var choices = roster.Choices{Region: "GB", Language: "en", RRule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", At: "09:00"}

// brief is a row in a line.
func brief(r roster.Row) string {
	s := fmt.Sprintf("%d %s|%s|%s|%s|%s", r.Line, r.Name, r.Phone, r.Language, r.RRule, r.LocalTime)
	for _, p := range r.Problems {
		s += " " + string(p)
	}
	if r.SameAs > 0 {
		s += fmt.Sprintf(" same=%d", r.SameAs)
	}
	if r.Shares > 0 {
		s += fmt.Sprintf(" shares=%d", r.Shares)
	}
	return s
}

func utf16le(s string) []byte {
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

func TestAListAsSpreadsheetsWriteIt(t *testing.T) {
	const three = "FREQ=WEEKLY;BYDAY=MO,WE,FR"
	for _, c := range []struct {
		what string
		file []byte
		want []string
	}{
		{"commas", []byte("Name,Mobile\nMary Okafor,07700 900001\n"), []string{"2 Mary Okafor|+447700900001|en|" + three + "|09:00"}},
		{"semicolons, a mark of the encoding, Spanish, CRLF", []byte("\uFEFFNombre completo;Teléfono móvil;Idioma;Hora;Cada cuánto\r\nGarcía, José;+447700900002;Español;9.30;cada día\r\n"), []string{"2 García, José|+447700900002|es|FREQ=DAILY|09:30"}},
		{"tabs and UTF-16", utf16le("الاسم\tرقم الهاتف\tاللغة\tالساعة\nأمينة حداد\t٠٧٧٠٠٩٠٠٠٠٣\tالعربية\t8\n"), []string{"2 أمينة حداد|+447700900003|ar|" + three + "|08:00"}},
		{"quotes, blank lines, columns turned round", []byte("phone,notes,name\n\"07700 900001\",\"likes \"\"tea\"\", milk\",\"Okafor, Mary\"\n,,\n\n07700900004,,Ann\n"), []string{"2 Okafor, Mary|+447700900001|en|" + three + "|09:00", "5 Ann|+447700900004|en|" + three + "|09:00"}},
		{"the sign said in front", []byte("sep=;\nname;phone;time\nAnn;07700900004;14:05:00\n"), []string{"3 Ann|+447700900004|en|" + three + "|14:05"}},
		{"a zero that the spreadsheet lost", []byte("name,phone\nAnn,7700900004\n"), []string{"2 Ann|+447700900004|en|" + three + "|09:00"}},
	} {
		l, err := roster.Read(c.file, choices)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		var got []string
		for _, r := range l.Rows {
			got = append(got, brief(r))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.what, got, c.want)
		}
	}
}

func TestWhatIsWrongWithARowIsSaid(t *testing.T) {
	file := "name,phone,language,time,days\n" +
		",07700900001,,,\n" + // 2
		"Ann,,,,\n" +
		"Bob,4.477E+11,,,\n" +
		"Cat,07700900,,,\n" +
		"Dot,07700900005,Klingon,half past nine,on birthdays\n" + // 6
		"Eve,07700900006,,25:00,\n" +
		"Fay Moor,07700900007,,,\n" + // 8
		"MOOR  Fay,07700900008,,,\n" +
		"fay moor,+44 7700 900007,,,\n" + // 10: the same person
		"Gus Moor,07700900007,,,\n" + // 11: shares
		strings.Repeat("x", 101) + ",07700900009,,,\n" +
		"12,07700900010,,,\n"
	l, err := roster.Read([]byte(file), choices)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"no_name", "no_phone", "bad_phone", "bad_phone", "bad_language bad_days bad_time", "bad_time", "", "", "twice same=8", "shares=8", "long_name", "no_name",
	}
	for i, r := range l.Rows {
		_, said, _ := strings.Cut(brief(r), r.LocalTime)
		if got := strings.TrimSpace(said); got != want[i] {
			t.Errorf("line %d: %q, want %q", r.Line, got, want[i])
		}
	}
	if l.Good() != 3 {
		t.Errorf("%d rows are good", l.Good())
	}
}

func TestAFileThatCannotBeReadIsRefusedWhole(t *testing.T) {
	many := "name,phone\n" + strings.Repeat("Ann,07700900004\n", roster.MaxRows+1)
	for _, c := range []struct {
		what string
		file []byte
		line int
	}{
		{roster.FaultEncoding, []byte("name,phone\nJos\xe9,07700900001\n"), 0}, // Windows-1252
		{roster.FaultEncoding, []byte{0xFF, 0xFE, 'n'}, 0},
		{roster.FaultEncoding, []byte("PK\x03\x04\x00\x00 a workbook"), 0},
		{roster.FaultEmpty, nil, 0},
		{roster.FaultEmpty, []byte("name,phone\n,\n"), 0},
		{roster.FaultColumns, []byte("name,address\nAnn,1 High Street\n"), 0},
		{roster.FaultColumns, []byte("Mary Okafor,07700900001\n"), 0},
		{roster.FaultQuotes, []byte("name,phone\nAnn,07700900001\n\"Bob,07700900002\nCat,07700900003\n"), 3},
		{roster.FaultQuotes, []byte("name,phone\nJohn \"Jack\" Hill,07700900001\n"), 2},
		{roster.FaultMany, []byte(many), 0},
		{roster.FaultBig, make([]byte, roster.MaxBytes+1), 0},
	} {
		l, err := roster.Read(c.file, choices)
		var f *roster.Fault
		if !errors.As(err, &f) || f.What != c.what || f.Line != c.line || len(l.Rows) != 0 {
			t.Errorf("%s: got %v, %d rows", c.what, err, len(l.Rows))
		}
	}
	if l, err := roster.Read([]byte(many[:len(many)-len("Ann,07700900004\n")]), choices); err != nil || len(l.Rows) != roster.MaxRows {
		t.Errorf("as many as may be: %v, %d", err, len(l.Rows))
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("name;phone\n\"Ann\";07700900004\n"))
	f.Add(utf16le("name,phone\nAnn,07700900004"))
	f.Fuzz(func(t *testing.T, file []byte) {
		l, err := roster.Read(file, choices)
		if err == nil && len(l.Rows) == 0 {
			t.Error("nothing, and no fault")
		}
		for _, r := range l.Rows {
			if r.Good() && (r.Name == "" || !strings.HasPrefix(r.Phone, "+") || r.RRule == "" || len(r.LocalTime) != 5) {
				t.Errorf("enrolled as %+v", r)
			}
		}
	})
}
