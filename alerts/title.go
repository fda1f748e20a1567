package alerts

import "strings"

// Title is what a rule is about, without values: the part of its words that stands
// before the first of them ("Slowly getting worse", "Severe pain"), or the whole
// with an ellipsis for each when nothing stands apart.
func Title(words string) string {
	before, _, found := strings.Cut(words, "{")
	if end := strings.Index(before, ". "); end > 0 {
		return before[:end]
	}
	if !found {
		return strings.TrimSuffix(words, ".")
	}
	if end := strings.LastIndexAny(before, ",:;،؛"); end > 0 {
		return before[:end]
	}
	return strings.TrimSuffix(place.ReplaceAllLiteralString(words, "…"), ".")
}
