package notify_test

import (
	"testing"
	"time"

	"howareyou/notify"
)

var rules = notify.DefaultRules

// attempt is a first try of a follower's text that is in flight since now.
func attempt(changes ...func(*notify.Attempt)) notify.Attempt {
	a := notify.Attempt{ID: id(61), No: 1, State: notify.AttemptSending, Kind: notify.KindUpdate, StartedAt: now, ExpiresAt: now.Add(24 * time.Hour)}
	for _, f := range changes {
		f(&a)
	}
	return a
}

func no(n int) func(*notify.Attempt)           { return func(a *notify.Attempt) { a.No = n } }
func kind(k notify.Kind) func(*notify.Attempt) { return func(a *notify.Attempt) { a.Kind = k } }
func past(p notify.Past) func(*notify.Attempt) { return func(a *notify.Attempt) { a.Past = p } }
func expires(in time.Duration) func(*notify.Attempt) {
	return func(a *notify.Attempt) { a.ExpiresAt = now.Add(in) }
}

func is(s notify.AttemptState, rank int) func(*notify.Attempt) {
	return func(a *notify.Attempt) { a.State, a.Rank = s, rank }
}

// decided is what the tables compare; nothing is the verdict that changes nothing.
type decided struct {
	attempt  notify.AttemptState
	delivery notify.State
	rank     int
	wait     time.Duration // until the next try, or the next look
}

var nothing = decided{}

func check(t *testing.T, what string, v notify.Verdict, at time.Time, want decided) {
	t.Helper()
	got := decided{attempt: v.Attempt, delivery: v.Delivery, rank: v.Rank}
	switch v.Delivery {
	case notify.Queued:
		got.wait = v.NextTryAt.Sub(at)
	case notify.Uncertain:
		got.wait = v.LookAt.Sub(at)
	}
	// Waits are spread by a fifth, so that what was refused together does not come
	// back together.
	if (got.wait - want.wait).Abs() <= want.wait/5 {
		got.wait = want.wait
	}
	if got != want {
		t.Errorf("%s: got %+v, want %+v (cause %q)", what, got, want, v.Cause)
	}
	if ended := v.Attempt != "" && v.Delivery != notify.Sent && v.Delivery != notify.Delivered; ended && v.Cause == "" {
		t.Errorf("%s: %s without a cause", what, v.Delivery)
	}
}

func TestAfterSend(t *testing.T) {
	accepted := func(status string) notify.SendOutcome {
		return notify.SendOutcome{Class: notify.Accepted, SID: "SM1", Status: status}
	}
	class := func(c notify.SendClass) notify.SendOutcome { return notify.SendOutcome{Class: c} }
	retry, unknown := class(notify.Retry), class(notify.Unknown)
	for _, c := range []struct {
		what string
		a    notify.Attempt
		out  notify.SendOutcome
		want decided
	}{
		{"accepted", attempt(), accepted("queued"), decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"accepted and sent at once", attempt(), accepted("sent"), decided{notify.AttemptSent, notify.Sent, 3, 0}},
		{"accepted with a word we do not know", attempt(), accepted("pondering"), decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"accepted and failed at once", attempt(), accepted("failed"), decided{notify.AttemptFailed, notify.Failed, 4, 0}},
		{"accepted after we gave the answer up", attempt(is(notify.AttemptUncertain, 0)), accepted("queued"), decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"accepted after the list did not show it", attempt(is(notify.AttemptAbandoned, 0)), accepted("queued"), decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"a callback was faster", attempt(is(notify.AttemptSent, 3)), accepted("queued"), nothing},
		{"a callback was faster, delivered", attempt(is(notify.AttemptDelivered, 4)), accepted("queued"), nothing},
		{"refused for now", attempt(), retry, decided{notify.AttemptAbandoned, notify.Queued, 0, 2 * time.Second}},
		{"refused for now, third time", attempt(no(3), past(notify.Past{Refused: 2})), retry, decided{notify.AttemptAbandoned, notify.Queued, 0, 8 * time.Second}},
		{"the provider says when", attempt(), notify.SendOutcome{Class: notify.Retry, RetryAfter: time.Minute}, decided{notify.AttemptAbandoned, notify.Queued, 0, 75 * time.Second}},
		{"the provider says too soon", attempt(past(notify.Past{Refused: 1})), notify.SendOutcome{Class: notify.Retry, RetryAfter: time.Second}, decided{notify.AttemptAbandoned, notify.Queued, 0, 4 * time.Second}},
		{"INV-4 an outage is no reason to give up", attempt(no(300), past(notify.Past{Refused: 299})), retry, decided{notify.AttemptAbandoned, notify.Queued, 0, 2 * time.Minute}},
		{"refused, after it was lost as often as it may be", attempt(no(6), past(notify.Past{Unclear: 5})), retry, decided{notify.AttemptAbandoned, notify.Queued, 0, 2 * time.Second}},
		{"INV-9 an alert waits less", attempt(no(50), past(notify.Past{Refused: 49}), kind(notify.KindAlert)), retry, decided{notify.AttemptAbandoned, notify.Queued, 0, 15 * time.Second}},
		{"past its time", attempt(expires(time.Second)), retry, decided{notify.AttemptAbandoned, notify.Expired, 0, 0}},
		{"never will be", attempt(), class(notify.Permanent), decided{notify.AttemptFailed, notify.Failed, 0, 0}},
		{"opted out", attempt(), class(notify.OptedOut), decided{notify.AttemptFailed, notify.Failed, 0, 0}},
		{"no clear answer", attempt(), unknown, decided{notify.AttemptUncertain, notify.Uncertain, 0, rules.LookEvery}},
		{"an answer of no class is not clear", attempt(), class(""), decided{notify.AttemptUncertain, notify.Uncertain, 0, rules.LookEvery}},
		{"no clear answer, but a callback", attempt(is(notify.AttemptSent, 1)), unknown, nothing},
		{"refused, but abandoned already", attempt(is(notify.AttemptAbandoned, 0)), retry, nothing},
	} {
		v := rules.AfterSend(c.a, c.out, now)
		check(t, c.what, v, now, c.want)
		if v.StopsOut != (c.out.Class == notify.OptedOut) {
			t.Errorf("%s: stops the number: %t", c.what, v.StopsOut)
		}
		if after := c.out.RetryAfter; after > 0 && v.NextTryAt.Before(now.Add(after)) {
			t.Errorf("%s: tried again at %s, before the provider wants it", c.what, v.NextTryAt)
		}
	}
}

func TestAfterStatus(t *testing.T) {
	status := func(word string, code int) notify.StatusReport {
		return notify.StatusReport{SID: "SM1", Status: word, Code: code}
	}
	sent := is(notify.AttemptSent, 1)
	for _, c := range []struct {
		what string
		a    notify.Attempt
		s    notify.StatusReport
		want decided
	}{
		{"before the answer", attempt(), status("queued", 0), decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"settles what was uncertain", attempt(is(notify.AttemptUncertain, 0)), status("queued", 0), decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"a word we do not know settles too", attempt(is(notify.AttemptUncertain, 0)), status("pondering", 0), decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"stops the resend of what was given up", attempt(is(notify.AttemptAbandoned, 0)), status("sent", 0), decided{notify.AttemptSent, notify.Sent, 3, 0}},
		{"on its way", attempt(sent), status("sending", 0), decided{notify.AttemptSent, notify.Sent, 2, 0}},
		{"sent", attempt(sent), status("sent", 0), decided{notify.AttemptSent, notify.Sent, 3, 0}},
		{"delivered", attempt(sent), status("delivered", 0), decided{notify.AttemptDelivered, notify.Delivered, 4, 0}},
		{"read", attempt(sent), status("read", 0), decided{notify.AttemptDelivered, notify.Delivered, 5, 0}},
		{"once more", attempt(sent), status("queued", 0), nothing},
		{"late", attempt(is(notify.AttemptSent, 3)), status("sending", 0), nothing},
		{"unknown word, later", attempt(sent), status("pondering", 0), nothing},
		{"after the end", attempt(is(notify.AttemptDelivered, 4)), status("read", 0), nothing},
		{"after the other end", attempt(is(notify.AttemptFailed, 4)), status("delivered", 0), nothing},
		{"undelivered", attempt(sent), status("undelivered", 30005), decided{notify.AttemptFailed, notify.Failed, 4, 0}},
		{"canceled", attempt(sent), status("canceled", 0), decided{notify.AttemptFailed, notify.Failed, 4, 0}},
		{"stopped at the carrier", attempt(sent), status("failed", 21610), decided{notify.AttemptFailed, notify.Failed, 4, 0}},
		{"the queue was full", attempt(sent), status("failed", 30001), decided{notify.AttemptAbandoned, notify.Queued, 4, 15 * time.Minute}},
		{"the phone is off", attempt(sent), status("undelivered", 30003), decided{notify.AttemptAbandoned, notify.Queued, 4, 15 * time.Minute}},
		{"the phone is off, past its time", attempt(sent, expires(10*time.Minute)), status("undelivered", 30003), decided{notify.AttemptAbandoned, notify.Expired, 4, 0}},
		{"the phone is off, too often", attempt(sent, no(6), past(notify.Past{Failed: 5})), status("undelivered", 30003), decided{notify.AttemptAbandoned, notify.NeedsHuman, 4, 0}},
		{"the phone is still off", attempt(sent, past(notify.Past{Failed: 2})), status("undelivered", 30003), decided{notify.AttemptAbandoned, notify.Queued, 4, time.Hour}},
		{"the phone is off after an outage", attempt(sent, no(40), past(notify.Past{Refused: 39})), status("undelivered", 30003), decided{notify.AttemptAbandoned, notify.Queued, 4, 15 * time.Minute}},
		{"what came of it before the next try", attempt(is(notify.AttemptAbandoned, 4)), status("delivered", 0), nothing},
		{"lost", attempt(sent), status("undelivered", 30008), decided{notify.AttemptAbandoned, notify.Queued, 4, 30 * time.Second}},
		{"lost after refusals", attempt(sent, no(5), past(notify.Past{Refused: 4})), status("undelivered", 30008), decided{notify.AttemptAbandoned, notify.Queued, 4, 30 * time.Second}},
		{"lost after the phone was off", attempt(sent, no(2), past(notify.Past{Failed: 1})), status("undelivered", 30008), decided{notify.AttemptAbandoned, notify.Queued, 4, 30 * time.Second}},
		{"lost again", attempt(sent, no(2), past(notify.Past{Failed: 1, Lost: 1})), status("undelivered", 30008), decided{notify.AttemptFailed, notify.Failed, 4, 0}},
		{"lost for a reason that nobody knows yet", attempt(sent), status("undelivered", 39999), decided{notify.AttemptFailed, notify.Failed, 4, 0}},
	} {
		v := rules.AfterStatus(c.a, c.s, now)
		check(t, c.what, v, now, c.want)
		if v.StopsOut != (c.s.Code == 21610) || v.Attempt != "" && v.SID != "SM1" {
			t.Errorf("%s: stops the number %t, SID %q", c.what, v.StopsOut, v.SID)
		}
		if v.Delivery == notify.Queued && v.Class != notify.Retry {
			t.Errorf("%s: tried again as %s", c.what, v.Class)
		}
	}
}

func TestAfterListing(t *testing.T) {
	listed := func(status string, code int) *notify.ListedText {
		return &notify.ListedText{SID: "SM1", Status: status, Code: code}
	}
	uncertain, lost := is(notify.AttemptUncertain, 0), rules.Lease+rules.Skew+rules.Grace
	for _, c := range []struct {
		what  string
		a     notify.Attempt
		found *notify.ListedText
		after time.Duration
		want  decided
	}{
		{"found", attempt(uncertain), listed("queued", 0), time.Second, decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"found delivered", attempt(uncertain), listed("delivered", 0), time.Second, decided{notify.AttemptDelivered, notify.Delivered, 4, 0}},
		{"found undelivered", attempt(uncertain), listed("undelivered", 30005), time.Second, decided{notify.AttemptFailed, notify.Failed, 4, 0}},
		{"found under a word we do not know", attempt(uncertain), listed("partially_delivered", 0), time.Second, decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"found without a word", attempt(uncertain), listed("", 0), time.Second, decided{notify.AttemptSent, notify.Sent, 1, 0}},
		{"not there yet", attempt(uncertain), nil, lost - rules.LookEvery, decided{notify.AttemptUncertain, notify.Uncertain, 0, rules.LookEvery}},
		{"accepted at the end of its lease, not there yet", attempt(uncertain), nil, lost - 1, decided{notify.AttemptUncertain, notify.Uncertain, 0, 1}},
		{"not there", attempt(uncertain), nil, lost, decided{notify.AttemptAbandoned, notify.Queued, 0, 0}},
		{"not there, again", attempt(uncertain, no(3), past(notify.Past{Unclear: 2})), nil, lost, decided{notify.AttemptAbandoned, notify.Queued, 0, 4 * time.Second}},
		{"not there, after an outage", attempt(uncertain, no(90), past(notify.Past{Refused: 89})), nil, lost, decided{notify.AttemptAbandoned, notify.Queued, 0, 0}},
		{"INV-9 not there, an alert for the tenth time", attempt(uncertain, no(10), past(notify.Past{Unclear: 9}), kind(notify.KindAlert)), nil, lost, decided{notify.AttemptAbandoned, notify.Queued, 0, 15 * time.Second}},
		{"not there, too often", attempt(uncertain, no(6), past(notify.Past{Unclear: 5})), nil, lost, decided{notify.AttemptAbandoned, notify.NeedsHuman, 0, 0}},
		{"not there, past its time", attempt(uncertain, expires(time.Second)), nil, lost, decided{notify.AttemptAbandoned, notify.Expired, 0, 0}},
		{"an alert is sent again sooner", attempt(uncertain, kind(notify.KindAlert)), nil, rules.AlertGrace, decided{notify.AttemptAbandoned, notify.Queued, 0, 0}},
		{"what staff are told besides is not", attempt(uncertain, kind(notify.KindAlertTaken)), nil, rules.AlertGrace, decided{notify.AttemptUncertain, notify.Uncertain, 0, rules.LookEvery}},
		{"settled meanwhile", attempt(is(notify.AttemptSent, 1)), nil, rules.Grace, nothing},
		{"settled meanwhile, found", attempt(is(notify.AttemptDelivered, 4)), listed("sent", 0), time.Second, nothing},
	} {
		at := now.Add(c.after)
		check(t, c.what, rules.AfterListing(c.a, c.found, at), at, c.want)
	}
}

func TestFind(t *testing.T) {
	const skew = 2 * time.Minute
	u := notify.Unsettled{From: "+447700900999", To: "+447700900101", Body: "Mary: 2 of 5", StartedAt: now}
	same := notify.ListedText{SID: "SM1", From: u.From, To: u.To, Body: u.Body, CreatedAt: now}
	with := func(change func(*notify.ListedText)) notify.ListedText {
		l := same
		change(&l)
		return l
	}
	for _, c := range []struct {
		what   string
		listed []notify.ListedText
		want   string
	}{
		{"empty list", nil, ""},
		{"it", []notify.ListedText{same}, "SM1"},
		{"other words", []notify.ListedText{with(func(l *notify.ListedText) { l.Body += "!" })}, ""},
		{"other sender", []notify.ListedText{with(func(l *notify.ListedText) { l.From = "+447700900998" })}, ""},
		{"other recipient", []notify.ListedText{with(func(l *notify.ListedText) { l.To = "+447700900102" })}, ""},
		{"another attempt's", []notify.ListedText{with(func(l *notify.ListedText) { l.SID = "SM0" })}, ""},
		{"it, behind another attempt's", []notify.ListedText{with(func(l *notify.ListedText) { l.SID = "SM0" }), same}, "SM1"},
		{"the provider's clock is behind", []notify.ListedText{with(func(l *notify.ListedText) { l.CreatedAt = now.Add(-skew) })}, "SM1"},
		{"an older one", []notify.ListedText{with(func(l *notify.ListedText) { l.CreatedAt = now.Add(-skew - 1) })}, ""},
	} {
		found := u.Find(c.listed, map[string]bool{"SM0": true}, skew)
		if got := found; (got == nil) != (c.want == "") || got != nil && got.SID != c.want {
			t.Errorf("%s: got %+v, want %q", c.what, got, c.want)
		}
	}
	u.From = ""
	if u.Find([]notify.ListedText{same}, nil, skew) == nil {
		t.Error("without a known sender, any will do")
	}
}
