package clinic_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// desk is the store's part for texts.
type desk struct {
	shown carenet.Desk
	text  carenet.TextPage
	in    carenet.InPage

	numbers     []string
	numberFault error
	filter      carenet.TextFilter
	did         []string
	deskErr     error
	wrote       []string
	stamp       string
}

var textID = carenet.NewID(now)

func (d *desk) Desk(_ context.Context, _ carenet.Actor, f carenet.TextFilter) (carenet.Desk, error) {
	d.filter = f
	d.shown.Zone, d.shown.Filter = time.UTC, f
	return d.shown, d.deskErr
}

func (d *desk) TextPage(_ context.Context, _ carenet.Actor, ref carenet.TextRef) (carenet.TextPage, error) {
	if ref.ID != textID {
		return carenet.TextPage{}, carenet.Errorf(carenet.NotFound, "read text", "there is no such text")
	}
	d.text.Zone = time.UTC
	return d.text, nil
}

func (d *desk) InPage(context.Context, carenet.Actor, carenet.ID) (carenet.InPage, error) {
	d.in.Zone = time.UTC
	return d.in, nil
}

func (d *desk) FactPage(context.Context, carenet.Actor, carenet.ID) (carenet.Desk, error) {
	d.shown.Zone = time.UTC
	return d.shown, nil
}

func (d *desk) do(what, note string) (carenet.Batch, error) {
	d.did = append(d.did, what+" "+note)
	return carenet.Batch{ID: carenet.NewID(now)}, d.deskErr
}

func (d *desk) RetryText(_ context.Context, _ carenet.Actor, _ carenet.TextRef, note string) (carenet.Batch, error) {
	return d.do("retry", note)
}

func (d *desk) CloseText(_ context.Context, _ carenet.Actor, _ carenet.TextRef, note string) (carenet.Batch, error) {
	return d.do("close", note)
}

func (d *desk) CorrectNumber(_ context.Context, _ carenet.Actor, person carenet.ID, number string) (carenet.Batch, error) {
	if d.numberFault == nil {
		d.numbers = append(d.numbers, person.String()+" "+number)
	}
	return carenet.Batch{}, d.numberFault
}

func (d *desk) CloseIn(_ context.Context, _ carenet.Actor, _ carenet.ID, note string) (carenet.Batch, error) {
	return d.do("close in", note)
}

func (d *desk) RetryFact(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	return d.do("retry fact", "")
}

func (d *desk) CloseFact(_ context.Context, _ carenet.Actor, _ carenet.ID, note string) (carenet.Batch, error) {
	return d.do("close fact", note)
}

func (d *desk) PatientStamp(context.Context, carenet.Actor, carenet.ID) (string, error) {
	return d.stamp, nil
}

func (d *desk) WriteToPatient(_ context.Context, _ carenet.Actor, _ carenet.ID, words string, key carenet.ID) (carenet.Batch, error) {
	d.wrote = append(d.wrote, key.String()+" "+words)
	return carenet.Batch{}, d.deskErr
}

func aText(state, cause string) carenet.TextOut {
	return carenet.TextOut{
		Ref: carenet.TextRef{Event: textID, ID: textID}, Kind: "update", Audience: carenet.ToFollower, To: "Sam Okafor", Patient: mary, About: "Mary Okafor",
		State: state, Reason: "in the circle, by the patient's consent", Cause: cause, CreatedAt: now.Add(-time.Hour),
	}
}

func TestMessagesShowWhatWaitsForAHuman(t *testing.T) {
	w := newWorld(t)
	w.fake.shown = carenet.Desk{
		Organisation: "Riverside Care", HeldSince: now.Add(-time.Hour), Waiting: 7, PerDay: 2000, Planned: 2001,
		Out:      []carenet.TextOut{aText("needs_human", "tried 6 times: no clear answer from the provider")},
		In:       []carenet.TextIn{{ID: textID, Reason: "the reading failed", ReceivedAt: now}},
		Facts:    []carenet.DeadFact{{ID: textID, Kind: carenet.EventPrompt, Tries: 5, At: now}},
		List:     []carenet.TextOut{aText("delivered", ""), aText("withdrawn", "a word of the future")},
		Patients: []carenet.PersonName{{ID: mary, Name: "Mary Okafor"}}, Next: carenet.TextRef{Event: textID, ID: textID},
	}
	_, body := w.ask("GET", "/clinic/messages?state=failed&kind=update&patient="+mary.String()+"&before="+textID.String()+"&id="+textID.String(), "", nil)
	w.has(body, "<h1>Messages</h1>", "No text leaves since today 11:00", "Texts that wait: 7.", "The limit of 2000 texts a day is reached", "3 need you",
		"Update to Sam Okafor", "about Mary Okafor", "tried 6 times: no clear answer from the provider", "Text from a number that nobody here has", "Something happened, and nobody could be told",
		`<bdi lang="en" dir="ltr">a word of the future</bdi>`, "delivered", "Older texts", `value="failed" selected`, "/demo/as/dana/clinic/messages/out/"+textID.String()+"/"+textID.String())
	if strings.Index(body, `id="attention"`) > strings.Index(body, `id="all"`) {
		t.Error("what waits for a human does not stand on top")
	}
	want := carenet.TextFilter{State: "failed", Kind: "update", Patient: mary, Before: carenet.TextRef{Event: textID, ID: textID}}
	if w.fake.filter != want {
		t.Errorf("asked for %+v", w.fake.filter)
	}
	w.ask("GET", "/clinic/messages?state=%27%20OR%201&kind=x&patient=y&before=z", "", nil)
	if w.fake.filter != (carenet.TextFilter{}) {
		t.Errorf("nonsense narrows the list: %+v", w.fake.filter)
	}
	w.fake.deskErr = carenet.Errorf(carenet.Forbidden, "check role", "no")
	if res, _ := w.ask("GET", "/clinic/messages", "", nil); res.StatusCode != 403 {
		t.Errorf("for others: %d", res.StatusCode)
	}
}

func TestTheWholeWayOfAText(t *testing.T) {
	path := "/clinic/messages/out/" + textID.String() + "/" + textID.String()
	w := newWorld(t)
	w.fake.text = carenet.TextPage{
		Organisation: "Riverside Care", TextOut: aText("failed", "not delivered by the carrier"), Body: "Mary: 2. https://x/in/Zx5qTfW9bYc3kLmN2pQrSt", MayRetry: true, Waits: true,
		Words:   []carenet.TextTry{{No: 1, State: "failed", Provider: "undelivered", Code: 30005, Detail: "unknown destination", SID: "SM1", StartedAt: now}},
		Handled: []carenet.Handled{{Action: "retry", By: "Dr Lee", At: now.Add(-time.Hour), Note: "she has a new phone"}},
	}
	_, body := w.ask("GET", path, "", nil)
	w.has(body, "<h1>Update to Sam Okafor</h1>", "Try 1, today 12:00", "refused, or not delivered", "undelivered · 30005 · unknown destination · SM1", "in the circle, as the patient agreed",
		"not delivered by the phone company", "Dr Lee sent it again, today 11:00", "she has a new phone", "Send it again", "Close it", "All texts about Mary", "not", "Zx5qTfW9bYc3kLmN2pQrSt")
	for _, c := range []struct {
		action, form string
		err          error
		status       int
		did, says    string
	}{
		{"/retry", "", nil, 303, "retry ", ""},
		{"/close", "note=called+her", nil, 303, "close called her", ""},
		{"/close", "note=", carenet.Errorf(carenet.Invalid, "note", "write"), 422, "close ", "Write a few words about what was done."},
		{"/retry", "", carenet.Errorf(carenet.Conflict, "retry", "gone"), 409, "retry ", "Someone was faster"},
	} {
		w.fake.did, w.fake.deskErr = nil, c.err
		res, body := w.ask("POST", path+c.action, c.form, ours)
		if res.StatusCode != c.status || len(w.fake.did) != 1 || w.fake.did[0] != c.did || !strings.Contains(body, c.says) {
			t.Errorf("%s %q: %d, did %q\n%s", c.action, c.form, res.StatusCode, w.fake.did, body)
		}
		if c.status == 303 && res.Header.Get("Location") != "/demo/as/dana"+path+"?did="+c.action[1:] {
			t.Errorf("leads to %s", res.Header.Get("Location"))
		}
	}
	w.fake.deskErr, w.fake.did = nil, nil
	for _, headers := range []map[string]string{nil, {"Sec-Fetch-Site": "cross-site"}} {
		if res, _ := w.ask("POST", path+"/retry", "", headers); res.StatusCode != 403 || len(w.fake.did) > 0 {
			t.Errorf("from elsewhere: %d", res.StatusCode)
		}
	}
	w.fake.text.MayRetry, w.fake.text.WhyNot, w.fake.text.Stopped, w.fake.text.Phone = false, "the number is stopped", true, "+447700900101"
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "It cannot be sent again: the number is stopped. Call, do not text.", `href="tel:+447700900101"`, "not", "Send it again")
	if res, _ := w.ask("GET", strings.Replace(path, textID.String(), "x", 1), "", nil); res.StatusCode != 404 {
		t.Errorf("an address that is none: %d", res.StatusCode)
	}
}

func TestUnreadTextsAndFacts(t *testing.T) {
	w := newWorld(t)
	w.fake.in = carenet.InPage{Organisation: "Riverside Care", Body: "<b>???</b>", Number: "+447700900009", TextIn: carenet.TextIn{ID: textID, Reason: "the reading failed", ReceivedAt: now}}
	_, body := w.ask("GET", "/clinic/messages/in/"+textID.String(), "", nil)
	w.has(body, "Text from a number that nobody here has", "&lt;b&gt;???&lt;/b&gt;", "Call ", "tel:+447700900009", "Close it", "not", "Send it again")
	w.fake.shown.Facts = []carenet.DeadFact{{ID: textID, Kind: carenet.EventPrompt, Patient: mary, About: "Mary Okafor", Tries: 5, At: now}}
	_, body = w.ask("GET", "/clinic/messages/fact/"+textID.String(), "", nil)
	w.has(body, "nobody could be told", "Tried 5 times.", "about Mary Okafor", "Send it again", "Close it")
	for path, did := range map[string]string{"in/" + textID.String() + "/close": "close in read", "fact/" + textID.String() + "/retry": "retry fact ", "fact/" + textID.String() + "/close": "close fact read"} {
		w.fake.did = nil
		if res, _ := w.ask("POST", "/clinic/messages/"+path, "note=read", ours); res.StatusCode != 303 || len(w.fake.did) != 1 || w.fake.did[0] != did {
			t.Errorf("%s: %d, did %q", path, res.StatusCode, w.fake.did)
		}
	}
}

func TestTheBoardLeadsToTheTexts(t *testing.T) {
	for attention, want := range map[int][]string{
		-1: {"not", "/clinic/messages"},
		0:  {`href="/demo/as/dana/clinic/messages"`, "not", "need you"},
		3:  {"Messages: 3 need you"},
	} {
		w := newWorld(t)
		w.fake.board.Attention, w.fake.governs = attention, attention >= 0
		_, body := w.ask("GET", "/clinic", "", nil)
		w.has(body, want...)
	}
}

// The sections are the same on each page of the clinic: nobody looks for the way back.
func TestEachClinicPageHasTheSameSections(t *testing.T) {
	for _, governs := range []bool{false, true} {
		want := []string{"/clinic", "/clinic/words", "/clinic/rota", "/clinic/rules"}
		if governs {
			want = []string{"/clinic", "/clinic/words", "/clinic/messages", "/clinic/joining", "/clinic/rota", "/clinic/rules"}
		}
		for _, path := range []string{"/clinic", "/clinic/messages", "/clinic/joining", "/clinic/joining/new", "/clinic/rota", "/clinic/escalation", "/clinic/worth", "/clinic/week", "/clinic/words"} {
			w := newWorld(t)
			w.fake.governs = governs
			res, body := w.ask("GET", path, "", nil)
			nav := body[strings.Index(body, "<nav class=\"page-nav\""):]
			nav = nav[:strings.Index(nav, "</nav>")]
			var got []string
			for _, part := range strings.Split(nav, `href="/demo/as/dana`)[1:] {
				got = append(got, part[:strings.Index(part, `"`)])
			}
			if res.StatusCode != 200 || !slices.Equal(got, want) {
				t.Errorf("%s: %d, sections %v, want %v", path, res.StatusCode, got, want)
			}
		}
	}
}

// INV-10, INV-15: staff write in the thread; to a number that is stopped no text goes.
func TestINV15_StaffWriteInTheThread(t *testing.T) {
	w := newWorld(t)
	path := "/clinic/patients/" + mary.String()
	p := &w.fake.page
	p.Phone = "+447700900001"
	p.Thread = append(p.Thread,
		carenet.Message{At: now, From: "Mary Okafor", Author: "Nurse Dana", Body: "I come at 3", State: "delivered", Reason: "a member of staff wrote it"},
		carenet.Message{At: now, In: true, OnPage: true, From: "Mary Okafor", Score: score(2), Body: "on the page", State: "read", Corrected: true},
		carenet.Message{At: now, In: true, OnPage: true, Author: "Sam Okafor", Score: score(4), State: "read"})
	_, body := w.ask("GET", path, "", nil)
	w.has(body, "From Nurse Dana, to Mary Okafor", "Mary, on the page", "Bad", "changed later", "Sam Okafor for Mary, on the page", "Write to Mary", "Send the text", `href="tel:+447700900001"`, `name="key"`)

	res, _ := w.ask("POST", path+"/answer", "words=+I+come+at+3+&key="+textID.String(), ours)
	if res.StatusCode != 303 || res.Header.Get("Location") != "/demo/as/dana"+path+"?wrote=1#thread" || len(w.fake.wrote) != 1 || w.fake.wrote[0] != textID.String()+" I come at 3" {
		t.Errorf("%d %s, wrote %q", res.StatusCode, res.Header.Get("Location"), w.fake.wrote)
	}
	_, body = w.ask("GET", path+"?wrote=1", "", nil)
	w.has(body, "Your text is on its way.")
	for _, words := range []string{"", strings.Repeat("x", 401)} {
		res, body := w.ask("POST", path+"/answer", "words="+words, ours)
		if res.StatusCode != 422 || !strings.Contains(body, "Write a few words, at most 400 characters.") || !strings.Contains(body, words) || len(w.fake.wrote) != 1 {
			t.Errorf("%d characters: %d", len(words), res.StatusCode)
		}
	}
	w.fake.deskErr = carenet.Errorf(carenet.Conflict, "write", "stopped")
	res, body = w.ask("POST", path+"/answer", "words=hello", ours)
	w.has(body, "Mary has stopped our texts. Call, do not text.", "not", "Send the text")
	if res.StatusCode != 409 {
		t.Error(res.StatusCode)
	}
	p.Stopped = true
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "Mary has stopped our texts. Call, do not text.", `href="tel:+447700900001"`, "not", "Send the text")
}

func TestAWrongNumberSaysWhatToDoAndTakesTheRightOne(t *testing.T) {
	w := newWorld(t)
	w.fake.in = carenet.InPage{
		Organisation: "Riverside Care", Body: "who is this?", Number: "+447700900009", Wrong: []carenet.PersonName{{ID: mary, Name: "Mary Okafor"}},
		TextIn: carenet.TextIn{ID: textID, From: "Mary Okafor", Patient: mary, Reason: "they say that this number is not theirs", ReceivedAt: now},
	}
	path := "/clinic/messages/in/" + textID.String()
	_, body := w.ask("GET", path, "", nil)
	w.has(body, "What to do", "were told nothing", "The number of Mary Okafor", "Use this number")
	form := url.Values{"person": {mary.String()}, "phone": {" 07700 900123 "}}
	for code, says := range map[carenet.Code]string{carenet.Invalid: "no phone number", carenet.Conflict: "it is stopped, or somebody else"} {
		w.fake.numberFault = carenet.Errorf(code, "correct number", "no")
		res, body := w.ask("POST", path+"/number", form.Encode(), ours)
		if res.StatusCode != 422 || w.committed != 0 {
			t.Errorf("status %d", res.StatusCode)
		}
		w.has(body, says, `value="07700 900123"`)
	}
	w.fake.numberFault = nil
	res, _ := w.ask("POST", path+"/number", form.Encode(), ours)
	if res.StatusCode != 303 || len(w.fake.numbers) != 1 || w.fake.numbers[0] != mary.String()+" 07700 900123" || strings.Contains(res.Header.Get("Location"), "07700") {
		t.Errorf("status %d, %q", res.StatusCode, w.fake.numbers)
	}
	w.fake.in.Wrong = nil
	_, body = w.ask("GET", path+"?number=1", "", nil)
	w.has(body, "asked first whether it is theirs", "not", "What to do")
}
