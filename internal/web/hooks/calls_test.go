package hooks_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	callSID = "CA00000000000000000000000000000001"
	attempt = "01981c2e-0000-7000-8000-000000000001"
)

// switchboard is behind the hooks of calls.
type switchboard struct {
	news   []notify.CallNews
	script notify.Script
	err    error
}

func (s *switchboard) Call(_ context.Context, n notify.CallNews) (notify.Script, error) {
	s.news = append(s.news, n)
	return s.script, s.err
}

func callForm() url.Values {
	return url.Values{"CallSid": {callSID}, "CallStatus": {"in-progress"}, "From": {"+447700900999"}, "To": {"+447700900201"}, "AnsweredBy": {"human"}}
}

func TestACallIsToldWhatToSay(t *testing.T) {
	for _, c := range []struct {
		path, digits string
		script       notify.Script
		point        notify.Point
		holds        []string
	}{
		{"/twilio/voice", "", notify.Script{Language: "es", Say: "Hola & adiós <1>", Asks: true}, notify.AtStart, []string{
			`<Gather input="dtmf" numDigits="1" timeout="6" action="/twilio/voice/key?m=` + attempt + `" method="POST"><Say language="es-ES" voice="Polly.Lucia">Hola &amp; adiós &lt;1&gt;</Say></Gather><Gather`,
			`</Gather><Redirect method="POST">/twilio/voice/end?m=` + attempt + `</Redirect></Response>`,
		}},
		{"/twilio/voice", "", notify.Script{Language: "en", Say: "Please look.", Machine: true}, notify.AtStart, []string{
			`<Response><Pause length="6"></Pause><Say language="en-GB" voice="Polly.Amy">Please look.</Say><Hangup></Hangup></Response>`,
		}},
		{"/twilio/voice/key", "4", notify.Script{Language: "ar", Say: "شكرا"}, notify.AtKey, []string{`<Response><Say language="arb" voice="Polly.Zeina">شكرا</Say><Hangup></Hangup></Response>`}},
		{"/twilio/voice/end", "", notify.Script{Language: "xx", Say: "Goodbye."}, notify.AtEnd, []string{`<Say language="en-GB"`}},
	} {
		d, s := &desk{}, &switchboard{script: c.script}
		d.calls = s
		a := app(d)
		form := callForm()
		if c.digits != "" {
			form.Set("Digits", c.digits)
		}
		path := c.path + "?m=" + attempt
		status, body := post(t, a, path, form.Encode(), sign(token, public+path, form))
		if status != 200 || len(s.news) != 1 || s.news[0].Point != c.point || s.news[0].Digits != c.digits || s.news[0].SID != callSID ||
			s.news[0].Attempt.String() != attempt || s.news[0].Heard != notify.HeardPart {
			t.Fatalf("%s: %d, asked %+v", c.path, status, s.news)
		}
		for _, h := range c.holds {
			if !strings.Contains(body, h) {
				t.Errorf("%s answers %s, which does not hold %s", c.path, body, h)
			}
		}
	}
}

func TestAForgedCallIsRefused(t *testing.T) {
	path := "/twilio/voice/key?m=" + attempt
	form := callForm()
	form.Set("Digits", "4")
	good := sign(token, public+path, form)
	for what, c := range map[string]struct{ path, body, signature string }{
		"no signature":    {path, form.Encode(), ""},
		"another attempt": {"/twilio/voice/key?m=01981c2e-0000-7000-8000-000000000002", form.Encode(), good},
		"a key twice":     {path, form.Encode() + "&Digits=6", good},
		"one more field":  {path, form.Encode() + "&x=1", good},
	} {
		d, s := &desk{}, &switchboard{}
		d.calls = s
		if status, _ := post(t, app(d), c.path, c.body, c.signature); status != 403 || len(s.news) != 0 || d.counted["voice refused"] != 1 {
			t.Errorf("%s: %d, asked %+v, counted %v", what, status, s.news, d.counted)
		}
	}
}

func TestACallOfNobodyIsHungUp(t *testing.T) {
	for _, c := range []struct {
		path, sid string
		err       error
		status    int
		holds     string
	}{
		{"/twilio/voice?m=x", callSID, nil, 200, "<Hangup/>"},
		{"/twilio/voice?m=" + attempt, sid, nil, 200, "<Hangup/>"},
		{"/twilio/voice?m=" + attempt, callSID, carenet.Errorf(carenet.NotFound, "call", "there is none"), 200, "<Hangup/>"},
		{"/twilio/voice?m=" + attempt, callSID, carenet.Errorf(carenet.Busy, "call", "the store is down"), 503, "ask again"},
	} {
		d := &desk{calls: &switchboard{err: c.err}}
		form := callForm()
		form.Set("CallSid", c.sid)
		if status, body := post(t, app(d), c.path, form.Encode(), sign(token, public+c.path, form)); status != c.status || !strings.Contains(body, c.holds) {
			t.Errorf("%s of %s, %v: %d %s", c.path, c.sid, c.err, status, body)
		}
		if strings.Contains(d.log.String(), "4477") {
			t.Errorf("INV-13: %s", d.log.String())
		}
	}
}

func TestNewsOfACallIsKept(t *testing.T) {
	d := &desk{}
	form := callForm()
	form.Set("CallStatus", "completed")
	form.Set("AnsweredBy", "machine_start")
	path := "/twilio/voice/status?m=" + attempt
	status, _ := post(t, app(d), path, form.Encode(), sign(token, public+path, form))
	if status != 204 || len(d.reports) != 1 || d.reports[0].Status != "completed" || d.reports[0].Heard != notify.HeardMachine || d.counted["voice_status taken"] != 1 {
		t.Errorf("%d, kept %+v, counted %v", status, d.reports, d.counted)
	}
}
