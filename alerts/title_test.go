package alerts_test

import (
	"testing"

	"howareyou/alerts"
)

func TestATitleHasNoValues(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"Slowly getting worse. Usually {base_mean}, lately {ewma}.":          "Slowly getting worse",
		"Severe pain: {item.pain} of 10.":                                    "Severe pain",
		"Pain rose by 2 or more, to {item.pain} of 10.":                      "Pain rose by 2 or more",
		"A symptom got worse by {item.rise} grades since it was last asked.": "A symptom got worse by … grades since it was last asked",
		"Gave the lowest answer there is.":                                   "Gave the lowest answer there is",
		"ألم شديد، {item.pain} من 10.":                                       "ألم شديد",
		"{score}":                                                            "…",
		"":                                                                   "",
	} {
		if got := alerts.Title(words); got != want {
			t.Errorf("%q is called %q, want %q", words, got, want)
		}
	}
}
