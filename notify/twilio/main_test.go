package twilio

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"howareyou/carenet"
	"howareyou/notify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account   = "AC00000000000000000000000000000000"
	authToken = "5ecre7"
	goodSID   = "SM0123456789abcdef0123456789abcdef"
	patient   = "+447700900001"
	sender    = "+447700900999"
	words     = "How are you today, Mary?"
)

func outbound() notify.OutboundText {
	return notify.OutboundText{
		From: sender, To: patient, Body: words,
		Attempt: carenet.NewID(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)),
	}
}

// provider starts a server in Twilio's place and a client of it.
func provider(tb testing.TB, cfg Config, h http.Handler) (*Client, *httptest.Server) {
	tb.Helper()
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	return clientOf(tb, cfg, server.URL), server
}

func clientOf(tb testing.TB, cfg Config, address string) *Client {
	tb.Helper()
	cfg.AccountSID, cfg.APIURL, cfg.PublicURL = account, address, "https://care.example"
	if cfg.AuthTokens == nil {
		cfg.AuthTokens = []string{authToken}
	}
	c, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}
