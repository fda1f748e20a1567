package twiliosim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	twilio "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/notify/twiliosim"
)

// ringing has a call ring until somebody answers.
func ringing(o *twiliosim.Options) { o.Ring = time.Hour }

// placed is a call whose words the product answers with: a menu, and what a key does.
func (w *world) placed() string {
	w.t.Helper()
	w.product.answers(func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Type", "text/xml")
		switch r.URL.Path {
		case "/voice":
			fmt.Fprint(out, `<Response><Gather numDigits="1" action="/key?m=1"><Say>Press 4.</Say></Gather><Redirect method="POST">end</Redirect></Response>`)
		case "/key":
			fmt.Fprint(out, `<Response><Say>Thank you.</Say><Hangup/></Response>`)
		case "/end":
			fmt.Fprint(out, `<Response><Say>Goodbye.</Say></Response>`)
		}
	})
	c, err := w.api.CreateCall(new(twilio.CreateCallParams).SetFrom(service).SetTo(mary).SetUrl(w.product.URL + "/voice").
		SetMachineDetection("Enable").SetStatusCallback(w.product.URL + "/status").
		SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"}))
	if err != nil {
		w.t.Fatal(err)
	}
	return *c.Sid
}

func TestCallsAreAnswered(t *testing.T) {
	for _, c := range []struct {
		answer, digits, status, by, said, pressed, news string
	}{
		{"human", "4", "completed", "human", "Press 4.|Thank you.", "4", "ringing in-progress completed"},
		{"human", "", "completed", "human", "Press 4.|Goodbye.", "", "ringing in-progress completed"},
		{"machine", "4", "completed", "machine_start", "Press 4.|Goodbye.", "", "ringing in-progress completed"},
		{"hangup", "4", "completed", "human", "", "", "ringing in-progress completed"},
		{"busy", "", "busy", "", "", "", "ringing busy"},
		{"decline", "", "busy", "", "", "", "ringing busy"},
		{"no-answer", "", "no-answer", "", "", "", "ringing no-answer"},
	} {
		t.Run(c.answer+c.digits, func(t *testing.T) {
			w := newWorld(t, ringing)
			sid := w.placed()
			w.idle()
			var list []twiliosim.Call
			w.call("GET", "/sim/phones/"+mary+"/calls", nil, &list)
			if len(list) != 1 || list[0].SID != sid || list[0].Status != "ringing" {
				t.Fatalf("before: %+v", list)
			}
			if res := w.call("POST", "/sim/calls/"+sid, map[string]string{"answer": c.answer, "digits": c.digits}, nil); res.StatusCode != 200 {
				t.Fatalf("answered: %d", res.StatusCode)
			}
			w.idle()
			w.call("GET", "/sim/phones/"+mary+"/calls", nil, &list)
			got := list[0]
			if got.Status != c.status || got.AnsweredBy != c.by || strings.Join(got.Said, "|") != c.said || got.Pressed != c.pressed {
				t.Errorf("afterwards: %+v", got)
			}
			if keys := w.product.got("/key?m=1"); len(keys) != len(c.pressed) || len(keys) == 1 && keys[0].form.Get("Digits") != c.pressed {
				t.Errorf("the product was told of %+v", keys)
			}
			var news []string
			for _, r := range w.product.got("/status") {
				news = append(news, r.form.Get("CallStatus"))
			}
			if strings.Join(news, " ") != c.news {
				t.Errorf("called back: %q", news)
			}
			if res := w.call("POST", "/sim/calls/"+sid, map[string]string{"answer": "human"}, nil); res.StatusCode != 409 {
				t.Errorf("answered twice: %d", res.StatusCode)
			}
		})
	}
}

func TestAHandsetAnswersByItself(t *testing.T) {
	w := newWorld(t, ringing)
	if res := w.call("POST", "/sim/phones/"+mary+"/calls", map[string]string{"answer": "human", "digits": "4"}, nil); res.StatusCode != 200 {
		t.Fatal(res.StatusCode)
	}
	w.placed()
	w.idle()
	if got := w.Calls(); len(got) != 1 || got[0].Status != "completed" || got[0].Pressed != "4" {
		t.Errorf("%+v", got)
	}
	for path, body := range map[string]map[string]string{
		"/sim/phones/x/calls":            {"answer": "human"},
		"/sim/phones/" + mary + "/calls": {"answer": "perhaps"},
		"/sim/calls/CA1":                 {"answer": "human", "digits": "x"},
	} {
		if res := w.call("POST", path, body, nil); res.StatusCode != 400 {
			t.Errorf("%s %v: %d", path, body, res.StatusCode)
		}
	}
	if res := w.call("POST", "/sim/calls/CA1", map[string]string{"answer": "human"}, nil); res.StatusCode != 404 {
		t.Errorf("a call that is none: %d", res.StatusCode)
	}
}

func TestFaultsStrikeCallsToo(t *testing.T) {
	for kind, placed := range map[string]int{
		twiliosim.Error500: 0, twiliosim.Rate429: 0, twiliosim.Error500AfterAccept: 1, twiliosim.AcceptThenTimeout: 1, twiliosim.Truncated201: 1,
	} {
		w := newWorld(t)
		w.fault(twiliosim.Fault{Kind: kind, Count: 1, Delay: time.Millisecond})
		if _, err := w.api.CreateCall(new(twilio.CreateCallParams).SetFrom(service).SetTo(mary).SetTwiml("<Response/>")); err == nil {
			t.Errorf("%s: the caller was told that all is well", kind)
		}
		w.idle()
		if n := len(w.Calls()); n != placed {
			t.Errorf("%s: %d calls were placed, want %d", kind, n, placed)
		}
	}
}
