package ask_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

func TestWellbeingIsOneQuestionFromOneToFive(t *testing.T) {
	set := ask.Wellbeing()
	if err := set.Check(); err != nil {
		t.Fatal(err)
	}
	item, ok := set.Item("overall")
	if !ok || item.Scale() != carenet.WellbeingScale || len(set.Items) != 1 {
		t.Fatalf("%+v", set)
	}
	if _, ok := set.Item("sleep"); ok {
		t.Error("it asks about sleep")
	}
	// The stored form: check-ins of years refer to it.
	const stored = `{"code":"wellbeing","version":1,"items":[{"code":"overall","kind":"scale","min":1,"max":5,"higher_is_better":true}]}`
	got, err := json.Marshal(set)
	if err != nil || string(got) != stored {
		t.Errorf("stored as %s, %v", got, err)
	}
	var back ask.QuestionSet
	if err := json.Unmarshal([]byte(stored), &back); err != nil || !cmp.Equal(back, set) {
		t.Errorf("read back as %+v, %v", back, err)
	}
}

func TestQuestionSetsThatCannotBeAsked(t *testing.T) {
	for _, c := range []struct {
		why, says string
		set       func(*ask.QuestionSet)
	}{
		{"no code", "needs a code", func(q *ask.QuestionSet) { q.Code = "" }},
		{"no version", "version", func(q *ask.QuestionSet) { q.Version = 0 }},
		{"no questions", "question", func(q *ask.QuestionSet) { q.Items = nil }},
		{"a question without code", "code of its own", func(q *ask.QuestionSet) { q.Items[0].Code = "" }},
		{"a question twice", "code of its own", func(q *ask.QuestionSet) { q.Items = append(q.Items, q.Items[0]) }},
		{"an unknown kind", "unknown kind", func(q *ask.QuestionSet) { q.Items[0].Kind = "essay" }},
		{"a scale upside down", "scale within", func(q *ask.QuestionSet) { q.Items[0].Min = 6 }},
		{"a scale of one", "scale within", func(q *ask.QuestionSet) { q.Items[0].Max = 1 }},
		{"below zero", "scale within", func(q *ask.QuestionSet) { q.Items[0].Min = -1 }},
		{"up to 100", "scale within", func(q *ask.QuestionSet) { q.Items[0].Max = 100 }},
	} {
		set := ask.Wellbeing()
		c.set(&set)
		err := set.Check()
		if carenet.CodeOf(err) != carenet.Invalid || !strings.Contains(carenet.MessageOf(err), c.says) {
			t.Errorf("%s: %v", c.why, err)
		}
	}
}

// INV-10: a set that somebody wrote cannot have thoughts of harm pass by.
func TestINV10_ThoughtsOfHarmAreADangerInAnySet(t *testing.T) {
	for _, c := range []struct {
		item  ask.Item
		value float64
		want  bool
	}{
		{ask.Item{Code: "phq9_9"}, 1, true},
		{ask.Item{Code: "harm", Feature: "phq9_9"}, 3, true},
		{ask.Item{Code: "phq9_9", DangerAt: 3}, 1, true},
		{ask.Item{Code: "phq9_9"}, 0, false},
		{ask.Item{Code: "pain", DangerAt: 9}, 9, true},
		{ask.Item{Code: "pain"}, 10, false},
	} {
		if got := c.item.Danger(c.value); got != c.want {
			t.Errorf("%+v at %v: %t", c.item, c.value, got)
		}
	}
}

func TestAQuestionThatAsksForWords(t *testing.T) {
	news := func() ask.QuestionSet {
		return ask.QuestionSet{Code: "own", Version: 1, Items: []ask.Item{
			{Code: "pain", Kind: ask.KindScale, Max: 10}, {Code: "news", Kind: ask.KindWords},
		}}
	}
	if err := news().Check(); err != nil {
		t.Fatal(err)
	}
	for why, change := range map[string]func(*ask.QuestionSet){
		"a scale":          func(q *ask.QuestionSet) { q.Items[1].Max = 10 },
		"a unit":           func(q *ask.QuestionSet) { q.Items[1].Unit = "kg" },
		"a feature":        func(q *ask.QuestionSet) { q.Items[1].Feature = "said" },
		"a danger":         func(q *ask.QuestionSet) { q.Items[1].DangerAt = 1 },
		"options":          func(q *ask.QuestionSet) { q.Items[1].Options = []ask.Option{{Value: 0}} },
		"a total of words": func(q *ask.QuestionSet) { q.About.Totals = []ask.Total{{Feature: "sum", Of: []string{"pain", "news"}}} },
		"depending on them": func(q *ask.QuestionSet) {
			q.Items = append(q.Items, ask.Item{Code: "c", Kind: ask.KindYesNo, Max: 1, If: &ask.Condition{Of: "news", AtLeast: 1}})
		},
	} {
		set := news()
		change(&set)
		if err := set.Check(); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%s: %v", why, err)
		}
	}
	// Asked once, and no rule sees it.
	r := ask.Running{Sets: []ask.Further{{Set: news()}}}.With("pain", 3)
	if q, ok := r.Next(); !ok || q.Item.Code != "news" {
		t.Errorf("next is %+v", q)
	}
	r = r.With("news", 0)
	if _, ok := r.Next(); ok {
		t.Error("it is asked again")
	}
	if f := r.Features(); len(f) != 1 || f["pain"] != 3 {
		t.Errorf("rules see %v", f)
	}
}
