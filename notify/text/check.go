package text

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"gopkg.in/yaml.v3"
)

var fieldForm = regexp.MustCompile(`\{\{\.([A-Z]\w*)\}\}`)

// plurals are counts that between them need every plural form of our languages.
var plurals = []int{0, 1, 2, 3, 11, 100, 1_000_000}

// Check makes sure that every language has every text, with the same fields and
// all its plural forms, and nothing that nobody says. The service calls it
// before it starts; the tests call it too.
func Check() error {
	if errLoad != nil {
		return errLoad
	}
	var faults []error
	for _, lang := range Languages {
		messages := map[Key]*i18n.Message{}
		for _, part := range parts {
			path := "words/" + part + "." + lang + ".yaml"
			raw, err := files.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := i18n.ParseMessageFileBytes(raw, path, map[string]i18n.UnmarshalFunc{"yaml": yaml.Unmarshal})
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			for _, m := range file.Messages {
				if messages[Key(m.ID)] != nil {
					faults = append(faults, fmt.Errorf("%s: %s stands twice", lang, m.ID))
				}
				messages[Key(m.ID)] = m
			}
		}
		faults = append(faults, checkLanguage(lang, messages)...)
	}
	return errors.Join(faults...)
}

func checkLanguage(lang string, messages map[Key]*i18n.Message) (faults []error) {
	for _, key := range Keys() {
		m := messages[key]
		if m == nil {
			faults = append(faults, fmt.Errorf("%s: %s is missing", lang, key))
			continue
		}
		delete(messages, key)
		faults = append(faults, checkMessage(lang, key, m)...)
	}
	for key := range messages {
		faults = append(faults, fmt.Errorf("%s: %s is never said; run go generate if it is new", lang, key))
	}
	return faults
}

func checkMessage(lang string, key Key, m *i18n.Message) (faults []error) {
	need := catalogue[key]
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %s %s", lang, key, fmt.Sprintf(format, args...)))
	}
	forms := []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other}
	whole := strings.Join(forms, "\n")
	if strings.Contains(fieldForm.ReplaceAllString(whole, ""), "{{") {
		fault("may hold nothing but fields such as {{.Name}}")
	}
	var has []string
	for _, f := range fieldForm.FindAllStringSubmatch(whole, -1) {
		if !slices.Contains(has, f[1]) {
			has = append(has, f[1])
		}
	}
	slices.Sort(has)
	if !slices.Equal(has, need.Fields) {
		fault("has the fields %v, not %v", has, need.Fields)
	}
	if plural := m.One != ""; plural != need.Plural {
		fault("is a plural: %t, not %t", plural, need.Plural)
	}
	for _, n := range plurals {
		data := Data{"Count": n}
		for _, f := range need.Fields {
			if f != "Count" {
				data[f] = "x"
			}
		}
		s, err := For(lang).Render(key, data)
		if err != nil || strings.TrimSpace(s) == "" {
			fault("cannot be said for %d", n)
			break
		}
		if !need.Plural {
			break
		}
	}
	return faults
}
