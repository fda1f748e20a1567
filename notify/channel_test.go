package notify_test

import (
	"testing"

	"howareyou/carenet"
	"howareyou/notify"
)

// ways are those of somebody with a telephone and an address.
func ways(to carenet.Audience, n notify.Number) notify.Ways {
	return notify.Contact{Number: n, Called: true, Email: true}.Ways(to)
}

func TestNextChannel(t *testing.T) {
	const staff, follower = carenet.ToClinician, carenet.ToFollower
	text := notify.Tried{Channel: notify.SMS, State: notify.Failed, Code: 30006, Cause: "not delivered: a landline"}
	call := notify.Tried{Channel: notify.Voice, State: notify.Failed, Cause: "nobody answered"}
	both := []notify.Channel{notify.SMS, notify.Voice}
	with := func(x notify.Tried, change func(*notify.Tried)) notify.Tried {
		change(&x)
		return x
	}
	coded := func(code int) notify.Tried { return with(text, func(x *notify.Tried) { x.Code = code }) }
	in := func(s notify.State) notify.Tried { return with(text, func(x *notify.Tried) { x.State, x.Code = s, 0 }) }
	stop := with(coded(21610), func(x *notify.Tried) { x.StopsOut = true })
	landline := notify.Number{Suspect: true, SuspectCode: 30006}
	for _, c := range []struct {
		what   string
		kind   notify.Kind
		to     carenet.Audience
		number notify.Number
		failed notify.Tried
		before []notify.Channel
		next   notify.Channel
		reason string
	}{
		{"INV-9 an alert to a landline is called out", notify.KindAlert, staff, landline, text, nil, notify.Voice, "the text could not be delivered: not delivered: a landline"},
		{"INV-9 whatever ended it", notify.KindAlert, staff, notify.Number{}, coded(30034), nil, notify.Voice, "the text could not be delivered: not delivered: a landline"},
		{"INV-9 nobody answers", notify.KindAlert, staff, landline, call, both, notify.Email, "the call could not be delivered: nobody answered"},
		{"INV-9 a text that outlived its time", notify.KindAlert, staff, notify.Number{}, in(notify.Expired), nil, notify.Voice, "the text could not be delivered: not delivered: a landline"},
		{"each channel once", notify.KindAlert, staff, landline, text, both, notify.Email, "the text could not be delivered: not delivered: a landline"},
		{"no channel is left", notify.KindAlert, staff, landline, text, append(both, notify.Email), "", "no other channel reaches them"},
		{"STOP stops texts, staff are called", notify.KindAlert, staff, notify.Number{Stopped: true}, stop, nil, notify.Voice, "the text could not be delivered: not delivered: a landline"},
		{"no call to a number that is none", notify.KindAlert, staff, notify.Number{Suspect: true, SuspectCode: 21211}, coded(21211), nil, notify.Email, "the text could not be delivered: not delivered: a landline"},
		{"no call to a stranger", notify.KindAlert, staff, notify.Number{Wrong: true}, in(notify.Withdrawn), nil, notify.Email, "the text could not be delivered: not delivered: a landline"},
		{"a follower's landline", notify.KindUpdate, follower, landline, text, nil, notify.Email, "the text could not be delivered: not delivered: a landline"},
		{"a follower who stopped is left alone", notify.KindUpdate, follower, notify.Number{Stopped: true}, stop, nil, "", "they stopped our texts, and no other channel gets round that"},
		{"who asks to be let in has not stopped that", notify.KindSignIn, follower, notify.Number{Stopped: true}, stop, nil, notify.Email, "the text could not be delivered: not delivered: a landline"},
		{"an update of yesterday", notify.KindUpdate, follower, notify.Number{}, in(notify.Expired), nil, "", "its time has passed on every channel"},
		{"a fault of ours", notify.KindUpdate, follower, notify.Number{}, coded(21602), nil, "", "another channel would not mend it"},
		{"tried for long enough", notify.KindUpdate, follower, notify.Number{}, in(notify.NeedsHuman), nil, notify.Email, "the text could not be delivered: not delivered: a landline"},
		{"a thank-you stays where it was", notify.KindThanks, carenet.ToPatient, landline, text, nil, "", "no other channel reaches them"},
		{"a prompt too", notify.KindPrompt, carenet.ToPatient, landline, text, nil, "", "no other channel reaches them"},
		{"it arrived", notify.KindAlert, staff, notify.Number{}, in(notify.Delivered), nil, "", "it has not come to its end without arriving"},
		{"it is on its way", notify.KindAlert, staff, notify.Number{}, in(notify.Sent), nil, "", "it has not come to its end without arriving"},
	} {
		t.Run(c.what, func(t *testing.T) {
			next, reason := notify.NextChannel(c.kind, c.to, ways(c.to, c.number), c.failed, c.before)
			if next != c.next || reason != c.reason {
				t.Errorf("%q because %q, want %q because %q", next, reason, c.next, c.reason)
			}
		})
	}
	if next, reason := notify.NextChannel(notify.KindAlert, staff, notify.Ways{notify.SMS: "", notify.Voice: "the number cannot be called either"}, text, nil); next != "" ||
		reason != "no other channel reaches them: the number cannot be called either" {
		t.Errorf("nothing is left: %q because %q", next, reason)
	}
}

// A STOP of somebody who is not staff is not got round: not by a call, whatever else
// is known of the number.
func TestAStopIsNotGotRound(t *testing.T) {
	for _, to := range []carenet.Audience{carenet.ToPatient, carenet.ToFollower, ""} {
		for _, n := range []notify.Number{{Stopped: true}, {Stopped: true, Suspect: true, SuspectCode: 30006}} {
			if n.Calls(to) == "" {
				t.Errorf("%+v of %q is called", n, to)
			}
		}
	}
	if why := (notify.Number{Stopped: true}).Calls(carenet.ToClinician); why != "" {
		t.Errorf("staff who stopped our texts are not called: %s", why)
	}
}

func TestFirstChannel(t *testing.T) {
	stopped := notify.Number{Stopped: true}
	for _, c := range []struct {
		what  string
		kind  notify.Kind
		ways  notify.Ways
		first notify.Channel
		why   string
	}{
		{"a number in order", notify.KindAlert, ways(carenet.ToClinician, notify.Number{}), notify.SMS, ""},
		{"nothing is known", notify.KindAlert, nil, notify.SMS, ""},
		{"INV-9 a stopped number is called at once", notify.KindAlert, ways(carenet.ToClinician, stopped), notify.Voice, "no text can reach them: the number is stopped"},
		{"INV-9 no number, an address", notify.KindAlert, ways(carenet.ToClinician, notify.Number{None: true}), notify.Email, "no text can reach them: no number is known"},
		{"an update waits for a START", notify.KindUpdate, ways(carenet.ToFollower, stopped), notify.SMS, ""},
	} {
		if first, why := notify.FirstChannel(c.kind, carenet.ToClinician, c.ways); first != c.first || why != c.why {
			t.Errorf("%s: %q because %q", c.what, first, why)
		}
	}
}
