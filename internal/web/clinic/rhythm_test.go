package clinic_test

import (
	"context"
	"testing"
	"time"

	"howareyou/carenet"
)

func (f *fake) OfferEase(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	if f.page.Rhythm.Why != carenet.EaseYes {
		return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "offer", "not now")
	}
	f.page.Rhythm.Offered, f.page.Rhythm.Why = true, carenet.EaseBusy
	return carenet.Batch{}, nil
}

func (f *fake) EndEase(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	if !f.page.Rhythm.Eased {
		return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "end", "nothing to end")
	}
	f.page.Rhythm = carenet.Rhythm{PerWeek: f.page.Rhythm.Before, Why: carenet.EaseNothing}
	return carenet.Batch{}, nil
}

func TestStaffSeeAndOfferHowOftenAPatientIsAsked(t *testing.T) {
	w := newWorld(t)
	path := "/clinic/patients/" + mary.String()
	_, body := w.ask("GET", path, "", nil)
	w.has(body, "not", `id="rhythm"`)
	p := &w.fake.page
	p.Rhythm = carenet.Rhythm{PerWeek: 7, Less: 3, Why: carenet.EaseYes}
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "Mary is asked each day.", "Ask Mary whether 3 times a week is enough", "not", "trends are not reliable")
	if res, _ := w.ask("POST", path+"/rhythm", "what=less", ours); res.StatusCode != 303 || w.committed != 1 {
		t.Errorf("status %d, %d committed", res.StatusCode, w.committed)
	}
	_, body = w.ask("GET", path+"?rhythm=less", "", nil)
	w.has(body, "Mary is being asked whether 3 times a week is enough.", "has not answered", "not", "Ask Mary whether")
	if res, _ := w.ask("POST", path+"/rhythm", "what=less", ours); res.StatusCode != 409 || w.committed != 1 {
		t.Errorf("pressed twice: status %d, %d committed", res.StatusCode, w.committed)
	}
	for why, says := range map[carenet.EaseAnswer]string{
		carenet.EaseAlert: "while an alert is open", carenet.EaseBusy: "asked something else", carenet.EaseAway: "not offered now",
		carenet.EaseUnheard: "not offered now", carenet.EaseSilent: "not offered now", carenet.EaseNotHere: "not offered now",
	} {
		p.Rhythm = carenet.Rhythm{PerWeek: 3, Less: 1, Why: why}
		_, body = w.ask("GET", path, "", nil)
		w.has(body, says, "not", "Ask Mary whether")
	}
	p.Rhythm = carenet.Rhythm{PerWeek: 3, Less: 1, Why: carenet.EaseYes, Eased: true, Since: now.Add(-time.Hour), Before: 7}
	_, body = w.ask("GET", path, "", nil)
	w.has(body, "as agreed today 11:00", "Before: each day", "trends are not reliable", "Ask Mary as before again")
	if res, _ := w.ask("POST", path+"/rhythm", "what=back", ours); res.StatusCode != 303 || w.committed != 2 {
		t.Errorf("status %d, %d committed", res.StatusCode, w.committed)
	}
	_, body = w.ask("GET", path+"?rhythm=back", "", nil)
	w.has(body, "Mary is asked as before again.", "Mary is asked each day.")
	if res, _ := w.ask("POST", path+"/rhythm", "what=back", ours); res.StatusCode != 409 {
		t.Errorf("nothing to end: %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", path+"/rhythm", "what=never", ours); res.StatusCode < 400 || w.committed != 2 {
		t.Errorf("nonsense: %d", res.StatusCode)
	}
	w.fake.board.Rows[0].EasedAt = now.Add(-time.Hour)
	_, body = w.ask("GET", "/clinic", "", nil)
	w.has(body, "Asked less often by agreement, since today 11:00")
	w.fake.board.Rows[0].EasedAt = now.AddDate(0, 0, -15)
	_, body = w.ask("GET", "/clinic", "", nil)
	w.has(body, "not", "Asked less often")
}

func (f *fake) AskNow(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	if f.page.AskNow != "" && f.page.AskNow != carenet.AskNowYes {
		return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "ask now", "they are not asked now")
	}
	f.page.AskNow, f.page.AskNowAt = carenet.AskNowJustAsked, now
	return carenet.Batch{}, nil
}
