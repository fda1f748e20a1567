// Package text holds every word that the service says, in every language it
// speaks: the texts to phones and the words of the pages. The words live in
// words/*.yaml for translators; keys_gen.go names each of them for Go, so that
// a text that does not exist does not compile, and Check refuses to start a
// service in which a language lacks one.
package text

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"gopkg.in/yaml.v3"
)

//go:generate go run gen.go

//go:embed words/*.yaml
var files embed.FS

// Key names a text.
type Key string

// Data fills the fields of a text. Count also chooses the plural form and must
// be an int.
type Data map[string]any

// shape is what a text needs.
type shape struct {
	Plural bool
	Fields []string
}

// Languages are the languages that every text exists in, English first.
var Languages = []string{"en", "es", "ar"}

// parts are the files of a language: the texts to phones, the calls, emails, the pages,
// and what staff read who see to the texts.
var parts = []string{"sms", "voice", "email", "page", "desk", "joining", "rules", "duty", "import", "care", "record", "proxy", "said"}

// Texts are the texts of one language. They may be used by many goroutines.
type Texts struct {
	lang string
	loc  *i18n.Localizer
}

var bundles, errLoad = load()

// load reads the embedded files once. Each language has a bundle of its own, so
// that a missing text is an error and never English in the midst of Arabic.
func load() (map[string]*Texts, error) {
	all := map[string]*Texts{}
	for _, lang := range Languages {
		bundle := i18n.NewBundle(language.MustParse(lang))
		bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
		for _, part := range parts {
			path := "words/" + part + "." + lang + ".yaml"
			raw, err := files.ReadFile(path)
			if err != nil {
				return nil, err
			}
			if _, err := bundle.ParseMessageFileBytes(raw, path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
		all[lang] = &Texts{lang: lang, loc: i18n.NewLocalizer(bundle, lang)}
	}
	return all, nil
}

// For returns the texts of a language such as "es" or "es-MX", English where we
// do not speak it.
func For(lang string) *Texts {
	base, _, _ := strings.Cut(lang, "-")
	if t, ok := bundles[base]; ok {
		return t
	}
	return bundles["en"]
}

// Lang is the language's code, for the lang attribute.
func (t *Texts) Lang() string { return t.lang }

// Dir is the reading direction, for the dir attribute: "rtl" or "ltr".
func (t *Texts) Dir() string {
	if t.lang == "ar" {
		return "rtl"
	}
	return "ltr"
}

// Render returns the text, and an error when it does not exist or a field that
// it needs is missing. The error names the key and the field, never a value.
func (t *Texts) Render(key Key, data Data) (string, error) {
	if errLoad != nil {
		return "", errLoad
	}
	need, ok := catalogue[key]
	if !ok {
		return "", fmt.Errorf("text %q does not exist", key)
	}
	for _, f := range need.Fields {
		if v, ok := data[f]; !ok || v == nil {
			return "", fmt.Errorf("text %q needs %s", key, f)
		}
	}
	config := &i18n.LocalizeConfig{MessageID: string(key), TemplateData: map[string]any(data)}
	if need.Plural {
		n, ok := data["Count"].(int)
		if !ok {
			return "", fmt.Errorf("text %q needs a whole number as Count", key)
		}
		config.PluralCount = n
	}
	s, err := t.loc.Localize(config)
	if err != nil {
		return "", fmt.Errorf("text %q in %s cannot be said", key, t.lang)
	}
	return s, nil
}

// Render returns a text in a language; see Texts.Render.
func Render(lang string, key Key, data Data) (string, error) { return For(lang).Render(key, data) }

// Say is Render for pages: since Check has seen every text, only a caller that
// forgets a field can fail, and that panics.
func (t *Texts) Say(key Key, data ...Data) string {
	var d Data
	if len(data) > 0 {
		d = data[0]
	}
	s, err := t.Render(key, d)
	if err != nil {
		panic("text: " + err.Error())
	}
	return s
}

// Face returns the word under a face of the scale 1 to 5, "" for other scores.
// It is lower case, for the midst of a sentence.
func (t *Texts) Face(score int) string { return t.face(FaceWord1, score) }

// FaceLabel is Face as a label of its own.
func (t *Texts) FaceLabel(score int) string { return t.face(PageFaceWord1, score) }

func (t *Texts) face(first Key, score int) string {
	if score < 1 || score > 5 {
		return ""
	}
	return t.Say(Key(strings.TrimSuffix(string(first), "1")) + Key(rune('0'+score)))
}

// Keys returns all keys in order.
func Keys() []Key {
	keys := make([]Key, 0, len(catalogue))
	for k := range catalogue {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
