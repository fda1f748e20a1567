package clinic

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

func TestFurtherAnswersInTheReadersWords(t *testing.T) {
	now := time.Date(2026, 3, 9, 9, 20, 0, 0, time.UTC)
	one, two, three := carenet.NewID(now), carenet.NewID(now), carenet.NewID(now)
	all := []carenet.FurtherAnswer{
		{Asking: one, At: now, Item: "pain", Name: map[string]string{"en": "pain", "es": "dolor"}, Kind: "scale", Max: 10, Value: 7},
		{Asking: one, At: now, Item: "weight", Name: map[string]string{"en": "weight", "es": "peso"}, Kind: "number", Unit: "kg", Value: 72.5},
		{Asking: two, At: now.AddDate(0, 0, -1), Item: "down", Name: map[string]string{"en": "mood"}, Kind: "choice", Value: 1, Option: map[string]string{"en": "several days"}},
		{Asking: two, At: now.AddDate(0, 0, -1), Item: "more", Name: map[string]string{"en": "more"}, Kind: "yesno", Value: 1},
		{Asking: three, At: now.AddDate(0, 0, -2), Item: "news", Name: map[string]string{"en": "news"}, Kind: "words", Words: "The cat is ill"},
		{Asking: three, At: now.AddDate(0, 0, -2), Item: "more", Name: map[string]string{"en": "wishes"}, Kind: "words"},
	}
	got := furtherDays(front.Reader{Texts: text.For("en"), Now: now, Zone: time.UTC}, all)
	if len(got) != 3 || got[2].answers != "news: “The cat is ill” · wishes: Nothing to tell" || got[0].answers != "pain 7 (0-10) · weight 72.5 kg" || got[1].answers != "mood 1 (several days) · more Yes" {
		t.Errorf("%+v", got)
	}
	got = furtherDays(front.Reader{Texts: text.For("es"), Now: now, Zone: time.UTC}, all[:2])
	if len(got) != 1 || got[0].answers != "dolor 7 (0-10) · peso 72,5 kg" {
		t.Errorf("%+v", got)
	}
}
