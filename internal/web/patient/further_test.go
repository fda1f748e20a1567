package patient_test

import (
	"strings"
	"testing"

	"howareyou/carenet"
)

// One question a page: after the first comes the next, until there is none or the
// patient has had enough.
func TestOneQuestionAPage(t *testing.T) {
	w := newWorld(t)
	score := 3.0
	w.store.form.Answered = &carenet.Update{At: now, Score: &score}
	w.store.form.Further = &carenet.FurtherQuestion{Item: "pain", Question: "How bad is your pain now?", Kind: "scale", Max: 10, Number: 2}
	_, body := w.ask("GET", link, "", nil)
	w.says(body, "<h1>How bad is your pain now?</h1>", `name="item" value="pain"`, `name="answer" value="0"`, `name="answer" value="10"`,
		"go to the clinic", "enough for today", "not", `name="score"`, "Thank you")
	if n := strings.Count(body, `name="answer"`); n != 11 {
		t.Errorf("%d answers to choose from", n)
	}
	res, body := w.ask("POST", link, "item=pain&answer=", ours)
	if res.StatusCode != 422 {
		t.Errorf("no answer: %d", res.StatusCode)
	}
	w.says(body, "Please choose an answer.", `aria-describedby="further-error"`)
	_, body = w.ask("GET", link+"?done=1", "", nil)
	w.says(body, "not", "How bad is your pain now?")
	for range 2 { // the second is an old page's, and answers nothing
		if res, _ = w.ask("POST", link, "item=pain&answer=7", ours); res.StatusCode != 303 || !strings.HasSuffix(res.Header.Get("Location"), link) {
			t.Errorf("an answer: %d to %s", res.StatusCode, res.Header.Get("Location"))
		}
	}
	if got := strings.Join(w.store.further, " "); got != "pain=7" || w.committed != 1 {
		t.Errorf("kept %q, %d told", got, w.committed)
	}
	_, body = w.ask("GET", link, "", nil)
	w.says(body, "not", "How bad is your pain now?")
	if res, _ = w.ask("POST", link, "item=pain&answer=7", map[string]string{"Content-Type": ours["Content-Type"], "Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 {
		t.Errorf("another site's form: %d", res.StatusCode)
	}
}

func TestEachKindOfQuestionOnThePage(t *testing.T) {
	w := newWorld(t)
	score := 3.0
	w.store.form.Answered = &carenet.Update{At: now, Score: &score}
	for _, c := range []struct {
		q    carenet.FurtherQuestion
		says []string
	}{
		{carenet.FurtherQuestion{Item: "a", Question: "Q?", Kind: "yesno", Max: 1}, []string{`value="1">Yes`, `value="0">No`}},
		{carenet.FurtherQuestion{Item: "a", Question: "Q?", Kind: "choice", Max: 1, Options: []carenet.FurtherOption{{Value: 0, Words: "not at all"}, {Value: 1, Words: "several days"}}}, []string{`value="0">not at all`, `value="1">several days`}},
		{carenet.FurtherQuestion{Item: "a", Question: "Q?", Kind: "number", Min: 20, Max: 400, Unit: "kg"}, []string{`inputmode="decimal"`, "Number of kg"}},
		{carenet.FurtherQuestion{Item: "a", Question: "Anything to tell us?", Kind: "words"}, []string{"<h1>Anything to tell us?</h1>", "<textarea", "What you want to tell us", `name="nothing"`, "Nothing to tell"}},
	} {
		w.store.form.Further = &c.q
		_, body := w.ask("GET", link, "", nil)
		w.says(body, c.says...)
	}
	// A danger said by a number shows where help is, as words of danger do.
	w.store.form.Further, w.store.form.Worrying = nil, true
	_, body := w.ask("GET", link, "", nil)
	w.says(body, "tel:999")
}

func TestWordsAreSentFromThePage(t *testing.T) {
	w := newWorld(t)
	score := 3.0
	w.store.form.Answered = &carenet.Update{At: now, Score: &score}
	ask := func() {
		w.store.form.Further = &carenet.FurtherQuestion{Item: "news", Question: "Anything to tell us?", Kind: "words"}
	}
	ask()
	w.ask("POST", link, "item=news&answer=The+cat%0D%0Ais+ill", ours)
	ask()
	w.ask("POST", link, "item=news&answer=half+typed&nothing=1", ours)
	if got := strings.Join(w.store.further, "|"); got != "news=The cat\nis ill|news=" {
		t.Errorf("kept %q", got)
	}
}
