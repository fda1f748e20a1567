package clinic_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

func TestTheBoardSaysWhoIsOnDuty(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/clinic", "", nil)
	w.has(body, "There is no rota yet", `href="/demo/as/dana/clinic/rota"`)
	w.fake.board.Duty = carenet.DutyNow{HasRota: true, On: []carenet.OnDuty{{Name: "Nurse Dana", Until: now.Add(8 * time.Hour)}, {Name: "Dr Lee", Until: now.Add(20 * time.Hour)}}}
	_, body = w.ask("GET", "/clinic", "", nil)
	w.has(body, "On duty: Nurse Dana until today 20:00, Dr Lee until tomorrow 8:00")
	w.fake.board.Duty.On = nil
	_, body = w.ask("GET", "/clinic", "", nil)
	w.has(body, "Nobody is on duty now. Alerts go to all responders.")
}

func TestTheRotaShowsGapsAhead(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/clinic/rota", "", nil)
	w.has(body, "There is no rota yet", "No shift yet.", "Nobody is away.", "No step of the escalation asks who is on duty yet", "not", "Add shifts", "gap", "Take out")
	lee := carenet.OnDuty{Name: "Dr Lee", From: now.Add(20 * time.Hour), Until: now.Add(32 * time.Hour), For: "Nurse Dana"}
	far := carenet.OnDuty{Name: "Nurse Dana", From: now.Add(230 * time.Hour), Until: now.Add(240 * time.Hour)}
	w.fake.rota = carenet.RotaPage{
		MayEdit: true, Asked: true, Staff: []carenet.PersonName{{ID: dana, Name: "Nurse Dana"}},
		Now:   []carenet.OnDuty{{Name: "Nurse Dana", From: now, Until: now.Add(8 * time.Hour)}},
		Ahead: []carenet.OnDuty{{Name: "Nurse Dana", From: now, Until: now.Add(8 * time.Hour)}, lee, far},
		Gaps:  []carenet.Gap{{From: now.Add(8 * time.Hour), Until: now.Add(20 * time.Hour)}, {From: now.Add(32 * time.Hour), Until: now.Add(230 * time.Hour)}},
		Shifts: []carenet.RotaShift{
			{ID: alert, Name: "Nurse Dana", Weekly: true, Weekday: time.Monday, First: today - 9, From: 480, Until: 1200},
			{ID: dana, Name: "Dr Lee", Weekly: true, Weekday: time.Friday, First: today + 9, From: 1200, Until: 480},
			{ID: mary, Name: "Dr Lee", First: today + 1, From: 480, Until: 540},
		},
		Covers: []carenet.RotaCover{{ID: lee.ID, Away: "Nurse Dana", By: "Dr Lee", First: today, Last: today + 1}, {Away: "Dr Lee", First: today, Last: today}},
	}
	_, body = w.ask("GET", "/clinic/rota", "", nil)
	w.has(body, "Nurse Dana until today 20:00", "2 gaps in the next two weeks", "today 20:00 to tomorrow 8:00", "in place of Nurse Dana", "19 March 02:00",
		"Each Monday, 08:00 to 20:00", "Each Friday, 20:00 to 08:00, from 18 March on", "10 March, 08:00 to 09:00", "Dr Lee covers for Nurse Dana, 9 March to 10 March",
		"Dr Lee is away 9 March to 9 March, and nobody covers", "Add shifts", "Take out", "clocks of UTC", `type="date"`)
}

func TestChangingTheRota(t *testing.T) {
	w := newWorld(t)
	w.fake.rota.MayEdit = true
	good := url.Values{"who": {dana.String()}, "weekday": {"1", "3"}, "from": {"20:00"}, "until": {"08:00"}}
	if res, _ := w.ask("POST", "/clinic/rota/shifts", good.Encode(), nil); res.StatusCode != 403 {
		t.Errorf("from nowhere: %d", res.StatusCode)
	}
	res, _ := w.ask("POST", "/clinic/rota/shifts", good.Encode(), ours)
	if res.StatusCode != 303 || len(w.fake.shifts) != 2 || w.fake.shifts[1].Weekday != time.Wednesday || !w.fake.shifts[1].Weekly || w.fake.shifts[1].From != 1200 || w.fake.shifts[1].First != today {
		t.Errorf("%d %+v", res.StatusCode, w.fake.shifts)
	}
	w.fake.shifts = nil
	good.Set("day", "2026-03-14")
	res, _ = w.ask("POST", "/clinic/rota/shifts", good.Encode(), ours)
	if res.StatusCode != 303 || len(w.fake.shifts) != 1 || w.fake.shifts[0].Weekly || w.fake.shifts[0].First != today+5 {
		t.Errorf("%d %+v", res.StatusCode, w.fake.shifts)
	}
	w.fake.shifts = nil
	for name, change := range map[string]func(url.Values){
		"nobody":      func(v url.Values) { v.Del("who") },
		"no day":      func(v url.Values) { v.Del("weekday"); v.Del("day") },
		"a bad time":  func(v url.Values) { v.Set("from", "8pm") },
		"a bad day":   func(v url.Values) { v.Set("day", "tomorrow") },
		"no end":      func(v url.Values) { v.Del("until") },
		"a weird day": func(v url.Values) { v.Del("day"); v["weekday"] = []string{"9"} },
	} {
		v := url.Values{"who": {dana.String()}, "weekday": {"1"}, "from": {"20:00"}, "until": {"08:00"}}
		change(v)
		res, body := w.ask("POST", "/clinic/rota/shifts", v.Encode(), ours)
		if res.StatusCode != 422 || len(w.fake.shifts) > 0 || !strings.Contains(body, "Nothing has changed.") || !strings.Contains(body, "<details class=\"more\" open") {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	cover := "away=" + dana.String() + "&by=&first=2026-03-10&last=2026-03-12"
	if res, _ := w.ask("POST", "/clinic/rota/covers", cover, ours); res.StatusCode != 303 || len(w.fake.covers) != 1 || w.fake.covers[0].By != carenet.NilID || w.fake.covers[0].Last != today+3 {
		t.Errorf("%d %+v", res.StatusCode, w.fake.covers)
	}
	if res, _ := w.ask("POST", "/clinic/rota/covers", "away="+dana.String()+"&first=2026-03-10", ours); res.StatusCode != 422 || len(w.fake.covers) != 1 {
		t.Errorf("no last day: %d", res.StatusCode)
	}
	w.fake.refuse = carenet.Errorf(carenet.Invalid, "add shift", "this shift never begins")
	if res, _ := w.ask("POST", "/clinic/rota/covers", cover, ours); res.StatusCode != 422 {
		t.Errorf("refused: %d", res.StatusCode)
	}
	w.fake.refuse = carenet.Errorf(carenet.Forbidden, "change rota", "only coordinators")
	if res, _ := w.ask("POST", "/clinic/rota/shifts", good.Encode(), ours); res.StatusCode != 403 {
		t.Errorf("forbidden: %d", res.StatusCode)
	}
	w.fake.refuse = carenet.Errorf(carenet.NotFound, "change rota", "it is not in the rota")
	if res, _ := w.ask("POST", "/clinic/rota/shifts/"+alert.String()+"/end", "", ours); res.StatusCode != 303 {
		t.Errorf("out already: %d", res.StatusCode)
	}
}

func TestChangingWhoIsAsked(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/clinic/escalation", "", nil)
	w.has(body, "At once: All responders", "After 15 minutes: All responders, All coordinators", "Then again every 30 minutes, until somebody takes it. All responders and coordinators are asked then too.",
		"Who takes it has 1 hour to say what came of it", "After 1 day", "As it comes with the service", "not", "Change<")
	if res, _ := w.ask("GET", "/clinic/escalation/red", "", nil); res.StatusCode != 403 {
		t.Errorf("who is no administrator: %d", res.StatusCode)
	}
	w.fake.policy = carenet.PolicyPage{MayEdit: true, Staff: []carenet.PersonName{{ID: lee, Name: "Dr Lee"}}, Version: map[string]int{"red": 2}, Since: map[string]time.Time{"red": now}}
	w.fake.steps = map[alerts.Severity]alerts.Escalation{alerts.Red: {
		Steps: []alerts.Step{{To: []alerts.Role{alerts.RoleOnDuty}}, {After: 10 * time.Minute, People: []carenet.ID{lee}}}, Repeat: 15 * time.Minute, Hold: time.Hour,
	}}
	_, body = w.ask("GET", "/clinic/escalation", "", nil)
	w.has(body, "At once: Who is on duty", "After 10 minutes: Dr Lee", "Your own, version 2, since today 12:00", `href="/demo/as/dana/clinic/escalation/red"`)
	_, body = w.ask("GET", "/clinic/escalation/red", "", nil)
	w.has(body, `id="wait-2" inputmode="numeric" maxlength="5" name="wait-2"`, `value="10"`, "Step 6", `name="hold"`, "Dr Lee", "not", "Step 7")
	for path, want := range map[string]int{"/clinic/escalation/watch": 404, "/clinic/escalation/purple": 404} {
		if res, _ := w.ask("GET", path, "", nil); res.StatusCode != want {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	post := func(v url.Values) (int, string) {
		res, body := w.ask("POST", "/clinic/escalation/red", v.Encode(), ours)
		return res.StatusCode, body
	}
	good := func() url.Values {
		return url.Values{
			"wait-1": {"0"}, "role-1": {"on_duty"}, "wait-2": {"10"}, "role-2": {"responder", "coordinator"}, "person-2": {lee.String()}, "wait-3": {"0"},
			"repeat": {"15"}, "hold": {"30"},
		}
	}
	if status, _ := post(good()); status != 303 {
		t.Fatalf("a good one: %d", status)
	}
	e := w.fake.set[alerts.Red]
	if len(e.Steps) != 2 || e.Steps[1].After != 10*time.Minute || len(e.Steps[1].To) != 2 || len(e.Steps[1].People) != 1 || e.Repeat != 15*time.Minute || e.Hold != 30*time.Minute {
		t.Errorf("set %+v", e)
	}
	w.fake.set = nil
	for name, c := range map[string]struct {
		change func(url.Values)
		says   string
	}{
		"no step": {func(v url.Values) {
			v.Del("role-1")
			v.Del("role-2")
			v.Del("person-2")
			v.Del("wait-1")
			v.Del("wait-2")
		}, "Say who is asked"},
		"words":        {func(v url.Values) { v.Set("wait-2", "soon") }, "Write times as whole minutes"},
		"no time":      {func(v url.Values) { v.Del("repeat") }, "Write times as whole minutes"},
		"too slow":     {func(v url.Values) { v.Set("wait-2", "60") }, "Step 2 comes too late: of these alerts somebody must be asked at least every 30 minutes."},
		"an empty one": {func(v url.Values) { v.Del("role-2"); v.Del("person-2") }, "Step 2 has a time and names nobody."},
		"first late":   {func(v url.Values) { v.Set("wait-1", "5") }, "The first step must be at once"},
		"held long":    {func(v url.Values) { v.Set("hold", "600") }, "Who takes it may have 5 minutes to 1 hour."},
	} {
		v := good()
		c.change(v)
		status, body := post(v)
		if status != 422 || w.fake.set != nil || !strings.Contains(body, c.says) || !strings.Contains(body, "Nothing has changed.") {
			t.Errorf("%s: %d, %q is there: %t", name, status, c.says, strings.Contains(body, c.says))
		}
	}
	w.fake.refuse = &alerts.PolicyError{Why: alerts.PolicyNobody, Step: 2}
	status, body := post(good())
	if status != 422 {
		t.Errorf("to nobody: %d", status)
	}
	w.has(body, "Step 2 would reach nobody", `value="10"`)
	if res, _ := w.ask("POST", "/clinic/escalation/red", good().Encode(), map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 {
		t.Errorf("from another site: %d", res.StatusCode)
	}
}
