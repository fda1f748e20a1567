package clinic_test

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/roster"
)

func form(t *testing.T, file string) (body string, header map[string]string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if file != "" {
		part, err := w.CreateFormFile("file", "people.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(file)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": w.FormDataContentType()}
}

func TestAListIsShownBeforeAnybodyIsAsked(t *testing.T) {
	w := newWorld(t)
	w.fake.imported = roster.Page{Organisation: "Riverside Care", Language: "en", Emergency: "999", Viewer: "Nurse Dana", Zone: time.UTC, ID: alert}
	_, body := w.ask("GET", "/clinic/joining/import", "", nil)
	w.has(body, "Enrol a list", "headed Name", "English, 09:00", "multipart/form-data", "10000 people", "not", "undefined")
	for file, says := range map[string]string{
		"":                                   "Choose a file first.",
		"name,phone\nJos\xe9,07700900001":    "CSV UTF-8",
		"name,phone\nAnn,07700900001\n\"B,1": "Line 3: a quotation mark",
		"who,where\nAnn,here":                "a column headed Name",
		"name,phone\n":                       "There is nobody in this file.",
		"name,phone\n" + strings.Repeat("a,1\n", roster.MaxRows+1): "more people",
	} {
		b, header := form(t, file)
		res, body := w.ask("POST", "/clinic/joining/import", b, header)
		if res.StatusCode != 422 {
			t.Errorf("%q: status %d", says, res.StatusCode)
		}
		w.has(body, says)
	}
	b, header := form(t, "name,phone\nAnn,07700900001\n")
	header["Sec-Fetch-Site"] = "cross-site"
	if res, _ := w.ask("POST", "/clinic/joining/import", b, header); res.StatusCode != 403 {
		t.Errorf("another site uploaded a list: %d", res.StatusCode)
	}
	header["Sec-Fetch-Site"] = "same-origin"
	res, _ := w.ask("POST", "/clinic/joining/import", b, header)
	if to := res.Header.Get("Location"); res.StatusCode != 303 || !strings.HasSuffix(to, "/clinic/joining/import/"+alert.String()) || w.fake.uploads[len(w.fake.uploads)-1] != "name,phone\nAnn,07700900001\n" {
		t.Errorf("status %d to %s", res.StatusCode, to)
	}
}

func TestAPreviewSaysWhatIsWrongAndWhatWouldHappen(t *testing.T) {
	w := newWorld(t)
	const three = "FREQ=WEEKLY;BYDAY=MO,WE,FR"
	w.fake.imported = roster.Page{
		Organisation: "Riverside Care", Language: "en", Emergency: "999", Viewer: "Nurse Dana", Zone: time.UTC, ID: alert, State: roster.Previewed, Total: 14, Good: 2,
		List: roster.List{Unread: []string{"Shoe size"}, Rows: []roster.Row{
			{Line: 2, Name: "Ann Moor", Phone: "+447700900700", Language: "es", RRule: "FREQ=DAILY", LocalTime: "10:00"},
			{Line: 3, Name: "Bob Moor", Phone: "+447700900700", Language: "en", RRule: three, LocalTime: "09:00", Shares: 2, SharesOur: true},
		}},
	}
	for i, p := range roster.Problems {
		w.fake.imported.List.Rows = append(w.fake.imported.List.Rows, roster.Row{Line: 4 + i, Name: "Cat", Phone: "07700", Language: "en", RRule: three, LocalTime: "09:00", SameAs: 2, Problems: []roster.Problem{p}})
	}
	path := "/clinic/joining/import/" + alert.String()
	_, body := w.ask("GET", path, "", nil)
	w.has(body, "2 people would be asked by text", "10 rows are left out", "Shoe size", "a diario", "Ask 2 people", "Forget this list",
		"Español · Each day · 10:00", "The same number as line 2", "Somebody else here has this number", "Line 2 has this person already.",
		"There is no name.", "This is no phone number that we can text.", "Call, do not text", "Write the time like 09:00.")
	w.fake.conflict = true
	if res, _ := w.ask("POST", path+"/confirm", "", ours); res.StatusCode != 409 {
		t.Errorf("a forgotten list: %d", res.StatusCode)
	}
	w.fake.conflict = false
	if res, _ := w.ask("POST", path+"/confirm", "", ours); res.StatusCode != 303 {
		t.Errorf("status %d", res.StatusCode)
	}
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "They are being enrolled: 0 of 2.", "Look again", "not", "Ann Moor", "Ask 2 people")
	w.fake.imported.State, w.fake.imported.Imported, w.fake.imported.LeftOut = roster.Done, 1, []int{3}
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "1 person is asked.", "could not be enrolled in the end", ": 3.", "not", "Bob")
	if res, _ := w.ask("POST", path+"/forget", "", ours); res.StatusCode != 303 {
		t.Errorf("status %d", res.StatusCode)
	}
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "This list is not kept any more.")
	w.fake.importFault = carenet.Errorf(carenet.Forbidden, "check role", "only administrators do this")
	if res, _ := w.ask("GET", "/clinic/joining/import", "", nil); res.StatusCode != 403 {
		t.Errorf("who is no administrator sees the page: %d", res.StatusCode)
	}
}
