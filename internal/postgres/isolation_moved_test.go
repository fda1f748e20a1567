package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"howareyou/carenet"
	"howareyou/internal/crypto"
)

// A name that somebody who can write to the database moved to another row is not
// shown as that row's: the page fails rather than lies.
func TestINV12_AMovedNameIsNotShown(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	sam := valueOf[carenet.ID](c, conn, "SELECT person_id FROM follower WHERE id = $1", c.sam)
	actor := carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: sam, Via: "page"}
	if _, err := c.store.Feed(c.ctx, actor); err != nil {
		t.Fatal(err)
	}
	c.exec(conn, "UPDATE person SET name_enc = (SELECT name_enc FROM person WHERE id = $2) WHERE id = $1", c.mary, c.dana)
	_, err := c.store.Feed(c.ctx, actor)
	if !errors.Is(err, crypto.ErrOpen) || strings.Contains(err.Error(), "Dana") {
		t.Errorf("Mary's page under Dana's name: %v", err)
	}
}
