package postgres_test

import (
	"slices"
	"testing"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// An organisation that sends by a messaging service alone has no number of its
// own in our books: the service says whose text it is.
func TestATextToAMessagingServiceFindsItsOrganisation(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	const pool = "MG00000000000000000000000000000001"
	other, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{
		Name: "Hill Charity", Zone: "Europe/London", Language: "en",
		Region: "GB", EmergencyNumber: "999", MessagingService: pool,
	})
	c.must(err)
	text := func(sid, to, service string) carenet.InboundText {
		return carenet.InboundText{SID: "SM0000000000000000000000000000000" + sid, From: "+447700900001", To: to, Service: service, Body: "HELP", ReceivedAt: c.clock()}
	}
	c.take(text("1", "+447700900777", pool))
	c.take(text("2", service, pool)) // the number goes before the service
	c.take(text("3", "+447700900777", "MG00000000000000000000000000000009"))
	c.take(text("4", "+447700900777", ""))
	got := valueOf[[]string](c, conn, `SELECT array_agg(right(sid, 1) || ' ' || org_id ORDER BY sid) FROM inbound_message`)
	if want := []string{"1 " + other.String(), "2 " + c.org.String()}; !slices.Equal(got, want) {
		t.Errorf("texts went to %v, want %v", got, want)
	}
	if n := valueOf[int](c, conn, `SELECT count(*) FROM inbound_unrouted`); n != 2 {
		t.Errorf("%d texts are kept as nobody's, want 2", n)
	}
	if from := valueOf[string](c, conn, `SELECT s.messaging_service_sid FROM delivery d JOIN event e ON e.id = d.event_id JOIN sender s ON s.id = (e.detail->>'sender')::uuid WHERE d.org_id = $1`, other); from != pool {
		t.Errorf("the answer leaves by %q", from)
	}
}
