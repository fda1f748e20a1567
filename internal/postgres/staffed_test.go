package postgres_test

import (
	"slices"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

// TestINV9_StaffedHoursHoldWhatCanWait: an alert that can wait asks nobody in the night,
// one about danger does, and hours that are changed count for what stands open.
func TestINV9_StaffedHoursHoldWhatCanWait(t *testing.T) {
	c := newClinic(t)
	lee := c.boss()
	conn := c.admin()
	day := func(d time.Time, from, until int) alerts.WeekSpan {
		return alerts.WeekSpan{Weekday: d.Weekday(), From: from, Until: until}
	}
	night := c.clock().AddDate(0, 0, 1)
	next := []alerts.WeekSpan{day(night.AddDate(0, 0, 1), 480, 1080)}
	words := map[string]string{"en": "Wednesday, 08:00 to 18:00", "es": "miércoles", "ar": "الأربعاء"}
	c.code(carenet.Forbidden, c.store.SetStaffedHours(c.ctx, c.asDana(), next, words))
	c.code(carenet.Invalid, c.store.SetStaffedHours(c.ctx, lee, []alerts.WeekSpan{{Weekday: 9}}, words))
	// Saving the page as it was found leaves what an operator wrote by hand.
	c.exec(conn, "UPDATE organisation SET staffed_hours_en = 'mornings'")
	c.must(c.store.SetStaffedHours(c.ctx, lee, nil, nil))
	if got := valueOf[string](c, conn, "SELECT staffed_hours_en FROM organisation"); got != "mornings" {
		t.Errorf("hours written by hand are %q", got)
	}
	c.must(c.store.SetStaffedHours(c.ctx, lee, next, words))
	if got := valueOf[string](c, conn, "SELECT staffed_hours || '|' || staffed_hours_es FROM organisation"); got != "Wednesday, 08:00 to 18:00|miércoles" {
		t.Errorf("patients are told %q", got)
	}

	// Two low answers before what is usual is known: amber.
	c.text(marys, "2")
	c.advance(24 * time.Hour)
	c.text(marys, "2")
	opening := time.Date(night.Year(), night.Month(), night.Day()+1, 8, 0, 0, 0, time.UTC)
	if at := valueOf[time.Time](c, conn, "SELECT next_step_at FROM alert WHERE number = 1 AND severity = 'amber'"); !at.Equal(opening) {
		t.Errorf("next at %s, want %s", at, opening)
	}
	c.climb()
	if got := c.alerted(); len(got) > 0 {
		t.Errorf("while nobody is there %q are asked", got)
	}
	c.text(marys, "chest pain")
	if got := c.alerted(); !slices.Equal(got, []string{danas}) {
		t.Errorf("about danger %q are asked", got)
	}
	c.text(danas, "RESOLVE 2 called")
	c.sent()

	// Somebody opens early.
	c.must(c.store.SetStaffedHours(c.ctx, lee, append(next, day(night, 0, 1439)), words))
	c.climb()
	if got := c.alerted(); !slices.Equal(got, []string{danas}) {
		t.Errorf("after opening %q are asked", got)
	}
	_, all, err := c.store.PolicyPage(c.ctx, lee)
	c.must(err)
	if got := all[alerts.Amber].Hours; len(got.Spans) != 2 || got.Zone == nil {
		t.Errorf("in force %+v", got)
	}
	c.must(c.store.SetStaffedHours(c.ctx, lee, nil, nil))
	if _, all, err = c.store.PolicyPage(c.ctx, lee); err != nil || len(all[alerts.Amber].Hours.Spans) > 0 {
		t.Errorf("all the time: %+v, %v", all[alerts.Amber].Hours, err)
	}
}
