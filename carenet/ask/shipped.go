package ask

import (
	"bytes"
	"embed"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"howareyou/carenet"
)

//go:embed sets/*.json
var shippedFiles embed.FS

// Parse reads a set as it is written in a file. What it does not know it refuses:
// a misspelt field would otherwise be a question asked in another way than meant.
func Parse(doc []byte) (QuestionSet, error) {
	var q QuestionSet
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil {
		return q, carenet.Errorf(carenet.Invalid, "read question set", "the file cannot be read: %v", err)
	}
	if d.More() {
		return q, carenet.Errorf(carenet.Invalid, "read question set", "the file holds more than one set")
	}
	if err := q.Check(); err != nil {
		return q, err
	}
	if q.About.Source == "" || q.About.Licence == "" {
		return q, carenet.Errorf(carenet.Invalid, "read question set", "set %s does not say its source and its licence", q.Code)
	}
	return q, q.CheckWords()
}

// shipped are the sets that come with the program, by code.
var shipped = func() map[string]QuestionSet {
	all := map[string]QuestionSet{}
	files, err := shippedFiles.ReadDir("sets")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		doc, err := shippedFiles.ReadFile(path.Join("sets", f.Name()))
		if err != nil {
			panic(err)
		}
		q, err := Parse(doc)
		if err != nil {
			panic(f.Name() + ": " + carenet.MessageOf(err)) // a test reads them all
		}
		all[q.Code] = q
	}
	return all
}()

// Shipped finds a set that comes with the program.
func Shipped(code string) (QuestionSet, bool) {
	q, ok := shipped[strings.ToLower(code)]
	return q, ok
}

// ShippedCodes are the codes of the sets that come with the program, in order.
func ShippedCodes() []string {
	var out []string
	for code := range shipped {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}
