package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// page opens Mary's form as the link in her text does.
func (c *clinic) page() (token string) {
	c.t.Helper()
	c.advance(30 * time.Minute)
	b, _, err := c.store.TickPrompts(c.ctx, 10)
	c.must(err)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	c.sent()
	token, err = c.store.OpenCheckIn(c.ctx, c.org, c.mary)
	c.must(err)
	return token
}

func (c *clinic) submit(token string, a carenet.PageAnswer) {
	c.t.Helper()
	b, err := c.store.SubmitCheckIn(c.ctx, token, a)
	c.must(err)
	if len(b.Events) > 0 {
		_, err = c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
}

func TestACheckInFromThePageReachesTheCircle(t *testing.T) {
	c := newClinic(t)
	token := c.page()
	two, four := 2, 4
	c.submit(token, carenet.PageAnswer{Score: &two, Words: "rough night", Key: "once"})
	c.submit(token, carenet.PageAnswer{Score: &two, Words: "rough night", Key: "once"})
	c.expect(
		"+447700900101: update to Sam Okafor about Mary Okafor score=2 words=rough night",
		"+447700900102: update to Ruth about Mary Okafor score=2",
	)
	form, err := c.store.CheckInForm(c.ctx, token)
	c.must(err)
	if form.Answered == nil || *form.Answered.Score != 2 || form.Answered.Words != "rough night" {
		t.Fatalf("the page shows %+v", form.Answered)
	}
	c.submit(token, carenet.PageAnswer{Score: &four, Key: "again"})
	c.expect(
		"+447700900101: update to Sam Okafor about Mary Okafor score=4",
		"+447700900102: update to Ruth about Mary Okafor score=4",
	)
	c.advance(48 * time.Hour)
	if _, err := c.store.CheckInForm(c.ctx, token); carenet.CodeOf(err) != carenet.Expired {
		t.Errorf("two days later the link gives %v, want expired", err)
	}
}

func TestINV10_CrisisWordsOnThePageCallStaff(t *testing.T) {
	c := newClinic(t)
	one := 1
	c.submit(c.page(), carenet.PageAnswer{Score: &one, Words: "I want to die", Private: true})
	got := c.sent()
	if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "+447700900201: alert to Nurse Dana") }) {
		t.Errorf("staff were not called: %q", got)
	}
}
