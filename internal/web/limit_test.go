package web

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet/roster"
)

// Only where a list of patients is uploaded may a request be as long as one.
func TestOnlyAListMayBeLong(t *testing.T) {
	app := fiber.New(fiber.Config{BodyLimit: 128 << 10, DisableStartupMessage: true})
	app.Server().HeaderReceived = bodyLimit
	app.All("/*", func(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusNoContent) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(l) }()
	t.Cleanup(func() {
		if err := app.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	for _, c := range []struct {
		path   string
		length int
		taken  bool
	}{
		{"/clinic/joining/import", roster.MaxBytes, true},
		{"/demo/as/dana/clinic/joining/import?x=1", roster.MaxBytes, true},
		{"/clinic/joining/import", roster.MaxBytes + 128<<10, false},
		{"/twilio/sms", 100 << 10, true},
		{"/twilio/sms", 200 << 10, false},
		{"/twilio/sms?to=/clinic/joining/import", 200 << 10, false},
	} {
		res, err := http.Post("http://"+l.Addr().String()+c.path, "text/plain", strings.NewReader(strings.Repeat("x", c.length)))
		taken := err == nil && res.StatusCode == http.StatusNoContent
		if err == nil {
			res.Body.Close()
		}
		if taken != c.taken {
			t.Errorf("%d bytes to %s: taken %t (%v)", c.length, c.path, taken, err)
		}
	}
}
