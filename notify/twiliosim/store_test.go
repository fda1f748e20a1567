package twiliosim_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"howareyou/notify/twiliosim"
)

func TestEverythingSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	kept := func(o *twiliosim.Options) { o.Dir = dir }
	w := newWorld(t, kept, withKeywords)
	w.send(mary, "How are you?")
	w.idle()
	w.phoneTexts(mary, "2")
	w.phoneTexts("+447700900555", "stop")
	w.idle()
	marys, phones, stats := w.Messages(mary), w.Phones(), w.Stats()
	w.stop()

	// A kill may cut off the last line.
	journal := filepath.Join(dir, "journal.jsonl")
	file, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"message":{"sid":"SM`); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	w.start(kept, withKeywords)
	for what, diff := range map[string]string{
		"texts": cmp.Diff(marys, w.Messages(mary)), "phones": cmp.Diff(phones, w.Phones()), "stats": cmp.Diff(stats, w.Stats()),
	} {
		if diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if _, err := w.api.CreateMessage(w.text("+447700900555", "Hello")); err == nil {
		t.Error("the opt-out was forgotten")
	}
	seen := map[string]bool{}
	w.send(mary, "And now?")
	w.idle()
	list, err := w.api.ListMessage(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		seen[*m.Sid] = true
	}
	if len(list) != 5 || len(seen) != 5 || *list[0].Body != "And now?" {
		t.Errorf("%d messages, %d ids, newest %q", len(list), len(seen), *list[0].Body)
	}
	if n := len(w.product.got("/sms")); n != 2 {
		t.Errorf("two settled webhooks were made %d times", n)
	}
}

// A message that was on its way, and an inbound text nobody took, go on after
// a restart: the provider does not forget either.
func TestWhatWasUnderWayGoesOn(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, slowly, func(o *twiliosim.Options) { o.Dir = dir })
	asked := make(chan struct{}, 1)
	w.product.answers(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/sms" {
			asked <- struct{}{}
			<-r.Context().Done()
		}
	})
	w.send(mary, "How are you?")
	id := w.phoneTexts(mary, "2")
	<-asked
	w.stop()

	w.product.answers(nil)
	w.start(func(o *twiliosim.Options) { o.Dir = dir })
	w.idle()
	if w.bodies(mary) != "How are you?" {
		t.Error("the text never arrived")
	}
	if got := w.product.statuses("/status?m=1"); !strings.HasSuffix(got, "sending sent delivered") {
		t.Errorf("callbacks: %s", got)
	}
	got := w.product.got("/sms")
	if len(got) != 2 || got[1].form.Get("MessageSid") != id || len(w.product.got("/fallback")) != 0 {
		t.Errorf("webhooks: %v", got)
	}
}

func TestJournalThatIsDamagedIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	journal := filepath.Join(dir, "journal.jsonl")
	if err := os.WriteFile(journal, []byte("not a record\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := twiliosim.New(twiliosim.Options{
		AccountSID: account, AuthToken: token, Numbers: []twiliosim.Number{{E164: service}}, Dir: dir,
	})
	if err == nil {
		t.Fatal("started")
	}
	if body, err := os.ReadFile(journal); err != nil || string(body) != "not a record\n" {
		t.Errorf("now %q, %v", body, err)
	}
}

// Closing ends a held request, a long poll and a stream at once.
func TestCloseLetsNobodyHang(t *testing.T) {
	w := newWorld(t)
	w.fault(twiliosim.Fault{Kind: "accept_then_timeout", Count: 1})
	done := make(chan struct{}, 3)
	go func() {
		if _, err := w.api.CreateMessage(w.text(mary, "Hello")); err == nil {
			t.Error("the held request was answered")
		}
		done <- struct{}{}
	}()
	for _, path := range []string{"/sim/phones/" + sam + "/messages?wait=50s", "/sim/events"} {
		go func() {
			w.call("GET", path, nil, nil)
			done <- struct{}{}
		}()
	}
	if _, err := w.WaitFor(t.Context(), mary, func(m twiliosim.Text) bool { return m.Body == "Hello" }); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	w.Sim.Close()
	for range 3 {
		<-done
	}
	if took := time.Since(before); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
}
