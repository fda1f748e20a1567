package roster

import (
	"strings"

	"howareyou/carenet"
)

type column string

const (
	colName     column = "name"
	colPhone    column = "phone"
	colLanguage column = "language"
	colTime     column = "time"
	colDays     column = "days"
)

// What people head the columns with, and write into them, in all our languages at once.
var (
	headings = table(map[column][]string{
		colName:     {"name", "full name", "patient", "patient name", "nombre", "nombre completo", "paciente", "الاسم", "اسم", "الاسم الكامل", "المريض"},
		colPhone:    {"phone", "phone number", "mobile", "mobile number", "mobile phone", "telephone", "number", "cell", "telefono", "movil", "celular", "numero", "telefono movil", "الهاتف", "هاتف", "الجوال", "رقم الهاتف", "الهاتف المحمول", "الرقم"},
		colLanguage: {"language", "idioma", "lengua", "اللغة", "لغة"},
		colTime:     {"time", "at", "hour", "asked at", "hora", "a que hora", "الساعة", "الوقت", "وقت"},
		colDays:     {"days", "how often", "often", "frequency", "dias", "frecuencia", "cada cuanto", "كم مرة", "الأيام"},
	})
	languages = table(map[string][]string{
		"en": {"en", "english", "ingles", "الإنجليزية", "انجليزي"},
		"es": {"es", "spanish", "espanol", "castellano", "الإسبانية", "اسباني"},
		"ar": {"ar", "arabic", "arabe", "العربية", "عربي"},
	})
	days = table(map[string][]string{
		"FREQ=DAILY":                 {"daily", "every day", "7", "7 days", "diario", "cada dia", "todos los dias", "كل يوم", "يوميا"},
		"FREQ=WEEKLY;BYDAY=MO,WE,FR": {"3", "3 times a week", "three times a week", "mon wed fri", "monday wednesday friday", "mo we fr", "mwf", "3 veces por semana", "lunes miercoles viernes", "3 مرات في الأسبوع"},
		"FREQ=WEEKLY;BYDAY=MO":       {"weekly", "once a week", "every week", "1", "monday", "semanal", "cada semana", "una vez por semana", "lunes", "أسبوعيا", "مرة في الأسبوع", "كل أسبوع"},
	})
)

// table turns lists of words into a look-up, folded as names are.
func table[T comparable](of map[T][]string) map[string]T {
	out := map[string]T{}
	for what, words := range of {
		for _, w := range words {
			out[fold(w)] = what
		}
	}
	return out
}

// fold makes words comparable: without accents, capitals and signs.
func fold(s string) string { return strings.Join(carenet.NameWords(s), " ") }

func columnNamed(head string) (column, bool) {
	c, ok := headings[fold(head)]
	return c, ok
}

func languageNamed(said string) (string, bool) {
	l, ok := languages[fold(said)]
	return l, ok
}

func daysNamed(said string) (string, bool) {
	d, ok := days[fold(said)]
	return d, ok
}

// timeNamed reads a time of day as spreadsheets write it: 9, 9:00, 9.30, 09:00:00.
func timeNamed(said string) (string, bool) {
	parts := strings.FieldsFunc(said, func(r rune) bool { return r == ':' || r == '.' })
	switch {
	case len(parts) == 1:
		parts = append(parts, "00")
	case len(parts) == 3 && parts[2] == "00":
		parts = parts[:2]
	}
	said = strings.Join(parts, ":")
	if len(said) == len("9:00") {
		said = "0" + said
	}
	_, err := carenet.ParseLocalTime(said)
	return said, err == nil
}
