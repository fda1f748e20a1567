package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/auth"
)

// A session lasts as long as its person does something; a board that refreshes itself
// on an empty desk does not keep it open.
func TestASessionLivesByWhatAPersonDoes(t *testing.T) {
	c := newClinic(t)
	open := func(token string, acts bool) error {
		_, err := c.store.SessionOf(c.ctx, auth.ClinicDoor, token, acts)
		return err
	}
	token, err := c.store.OpenSession(c.ctx, c.org, c.dana, auth.ClinicDoor)
	c.must(err)
	for range 5 {
		c.advance(20 * time.Minute)
		c.must(open(token, true))
	}
	for range 2 {
		c.advance(14 * time.Minute)
		c.must(open(token, false))
	}
	c.advance(3 * time.Minute)
	c.code(carenet.Expired, open(token, false))
	c.code(carenet.Expired, open(token, true))
}

// INV-16: who asked for a link, who came in and who left is on record, and a request
// for a number that nobody has leaves nothing.
func TestINV16_SignInsAreOnRecord(t *testing.T) {
	c := newClinic(t)
	batches, err := c.store.RequestSignIn(c.ctx, "+447700900201", auth.ClinicDoor, "/clinic/alerts/12")
	c.must(err)
	for _, b := range batches {
		_, err = c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
	texts, _, err := c.store.Claim(c.ctx, 10)
	c.must(err)
	if len(texts) != 1 {
		t.Fatalf("%d texts", len(texts))
	}
	_, err = c.store.RequestSignIn(c.ctx, "+447700900209", auth.ClinicDoor, "")
	c.must(err)

	token, hash := auth.NewToken(auth.ForSignIn)
	_, err = c.admin().Exec(c.ctx, "UPDATE link SET token_hash = $1 WHERE purpose = 'sign_in'", hash)
	c.must(err)
	door, session, leadsTo, err := c.store.SignIn(c.ctx, token)
	c.must(err)
	if door != auth.ClinicDoor || leadsTo != "/clinic/alerts/12" {
		t.Errorf("%s leads to %q", door, leadsTo)
	}
	c.must(c.store.EndSession(c.ctx, session))
	c.must(c.store.EndSession(c.ctx, session)) // a second time changes nothing
	rows, err := c.admin().Query(c.ctx, "SELECT action FROM audit WHERE actor_id = $1 AND actor_kind = 'clinician' ORDER BY id", c.dana)
	c.must(err)
	var got []string
	for rows.Next() {
		var action string
		c.must(rows.Scan(&action))
		got = append(got, action)
	}
	if strings.Join(got, " ") != "sign_in.request sign_in sign_out" {
		t.Errorf("on record: %v", got)
	}
}
