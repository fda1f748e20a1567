package clinic_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"howareyou/carenet"
)

// words is what waits to be read, and what was marked.
type words struct {
	waiting carenet.WordsPage
	marked  []carenet.ID
	fresh   int // how many of them nobody had marked
}

func (w *words) Words(context.Context, carenet.Actor) (carenet.WordsPage, error) {
	return w.waiting, nil
}

func (w *words) MarkWords(_ context.Context, _ carenet.Actor, ids []carenet.ID) (int, error) {
	w.marked = ids
	return w.fresh, nil
}

func TestWordsToReadAndMark(t *testing.T) {
	w := newWorld(t)
	first, second := carenet.NewID(now), carenet.NewID(now)
	w.fake.waiting = carenet.WordsPage{Organisation: "Riverside Care", Zone: now.Location(), Waiting: 3, List: []carenet.SaidWords{
		{ID: first, Patient: mary, Name: "Mary Okafor", Score: score(1), Words: "pain in <b>my chest", Flags: []string{"chest_pain", "stroke"}, Screened: true, At: now},
		{ID: second, Patient: mary, Name: "Mary Okafor", By: "Sam Okafor", Question: map[string]string{"en": "Anything else?"}, Words: "noson arw", Private: true, At: now},
	}}
	_, body := w.ask("GET", "/clinic/words", "", nil)
	w.has(body, "<h1>Their words</h1>", "3 answers in words to read", "Here are 2 of them", "pain in &lt;b&gt;my chest", "Words about chest pain", "Words about a stroke",
		"Not screened", "To “Anything else?”", "Sam Okafor answered for Mary", "Kept from followers", "I have read all 2 shown here", `aria-current="page"`,
		`href="/demo/as/dana/clinic/patients/`+mary.String(), `name="one" value="`+second.String(), `name="shown" value="`+first.String())
	form := url.Values{"shown": {first.String(), second.String()}}
	w.fake.fresh = 2
	res, _ := w.ask("POST", "/clinic/words", form.Encode(), ours)
	if res.StatusCode != 303 || !slices.Equal(w.fake.marked, []carenet.ID{first, second}) || !strings.HasSuffix(res.Header.Get("Location"), "/clinic/words?marked=2") {
		t.Errorf("status %d, marked %v", res.StatusCode, w.fake.marked)
	}
	form.Set("one", second.String())
	if w.ask("POST", "/clinic/words", form.Encode(), ours); !slices.Equal(w.fake.marked, []carenet.ID{second}) {
		t.Errorf("one button marked %v", w.fake.marked)
	}
	w.fake.marked = nil
	if res, _ := w.ask("POST", "/clinic/words", "shown=all", ours); res.StatusCode != 422 && res.StatusCode != 400 || w.fake.marked != nil {
		t.Errorf("nonsense: %d, %v", res.StatusCode, w.fake.marked)
	}
	if res, _ := w.ask("POST", "/clinic/words", form.Encode(), map[string]string{"Content-Type": ours["Content-Type"], "Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 || w.fake.marked != nil {
		t.Errorf("from another site: %d, %v", res.StatusCode, w.fake.marked)
	}
	w.fake.waiting = carenet.WordsPage{Organisation: "Riverside Care", Zone: now.Location()}
	_, body = w.ask("GET", "/clinic/words?marked=2", "", nil)
	w.has(body, "2 are marked as read.", "Everything has been read.", "not", "I have read")
	_, body = w.ask("GET", "/clinic/words?marked=0", "", nil)
	w.has(body, "Somebody has marked them already.")
	w.fake.board.Words = 1
	_, body = w.ask("GET", "/clinic", "", nil)
	w.has(body, "1 answer in words to read", `href="/demo/as/dana/clinic/words"`)
}

// Those who see to numbers change them on the patient's page; others do not see how.
func TestANumberIsChangedOnThePatientsPage(t *testing.T) {
	w := newWorld(t)
	sam := carenet.NewID(now)
	w.fake.page.Circle[0].Person = sam
	path := "/clinic/patients/" + mary.String()
	_, body := w.ask("GET", path, "", nil)
	w.has(body, "not", "Phone numbers")
	w.fake.governs = true
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "Phone numbers", "The number of Mary Okafor", "The number of Sam Okafor", "not", "<details class=\"more\" open")
	form := url.Values{"person": {sam.String()}, "phone": {"07700 900123"}}
	for code, says := range map[carenet.Code]string{carenet.Invalid: "no phone number", carenet.Conflict: "it is stopped, or somebody else", carenet.Forbidden: "one of the staff"} {
		w.fake.numberFault = carenet.Errorf(code, "correct number", "no")
		res, body := w.ask("POST", path+"/number", form.Encode(), ours)
		if res.StatusCode != 422 || w.committed != 0 {
			t.Errorf("status %d", res.StatusCode)
		}
		w.has(body, says, `value="07700 900123"`)
	}
	w.fake.governs, w.fake.numberFault = false, carenet.Errorf(carenet.Forbidden, "check role", "no")
	if res, _ := w.ask("POST", path+"/number", form.Encode(), ours); w.committed != 0 || res.StatusCode != 403 {
		t.Errorf("who may not: status %d", res.StatusCode)
	}
	w.fake.governs, w.fake.numberFault = true, nil
	res, _ := w.ask("POST", path+"/number", form.Encode(), ours)
	if res.StatusCode != 303 || !slices.Equal(w.fake.numbers, []string{sam.String() + " 07700 900123"}) {
		t.Errorf("status %d, %q", res.StatusCode, w.fake.numbers)
	}
	_, body = w.ask("GET", path+"?number=1", "", nil)
	w.has(body, "asked first whether it is theirs")
}
