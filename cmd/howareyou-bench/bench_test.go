package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"howareyou/internal/rig"
)

func TestLineOfAFigure(t *testing.T) {
	rounds := func(values ...float64) (out []round) {
		for _, v := range values {
			out = append(out, round{value: v, took: []time.Duration{2 * time.Millisecond, 4 * time.Millisecond, 90 * time.Millisecond}})
		}
		return out
	}
	got := compare("inbound_c32", "1/s", "pg_insert_c32", rounds(7100, 9120, 9000), rounds(10000, 12000, 11000))
	want := []string{
		"bench name=inbound_c32 value=9000 unit=1/s ratio=0.760 to=pg_insert_c32 p50_ms=4.00 p99_ms=90.0 rounds=3 spread=0.710-0.818",
		"bench name=pg_insert_c32 value=11000 unit=1/s ratio=1.00 to=pg_insert_c32 p50_ms=4.00 p99_ms=90.0 rounds=3 spread=0.909-1.09",
	}
	for i, f := range got {
		if f.String() != want[i] {
			t.Errorf("figure %d\n got %s\nwant %s", i, f, want[i])
		}
	}
}

func TestQuantile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, tc := range []struct {
		of   []time.Duration
		q    float64
		want time.Duration
	}{
		{hundred, 0.50, 50},
		{hundred, 0.99, 99},
		{hundred, 1, 100},
		{hundred[:1], 0.99, 1},
		{hundred[:3], 0.50, 2},
		{nil, 0.50, 0},
	} {
		if got := quantile(tc.of, tc.q); got != tc.want {
			t.Errorf("quantile %v of %d is %d, want %d", tc.q, len(tc.of), got, tc.want)
		}
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median %v, want 2.5", got)
	}
}

func TestCommandLine(t *testing.T) {
	for _, tc := range []struct {
		args  string
		says  string // of the refusal; empty when it is taken
		takes []string
	}{
		{"", "", []string{"inbound", "delivery", "latency", "ticks", "reader", "rules", "backtest"}},
		{"--only rules,inbound", "", []string{"rules", "inbound"}},
		{"--only telling", `there is no group "telling"; there are: inbound, delivery, latency, ticks, reader, rules, backtest`, nil},
		{"--clients 0", "--clients must be numbers from 1", nil},
		{"--clients many", "--clients must be numbers from 1", nil},
		{"--scale -1", "--scale must be 0 to", nil},
		{"--year 10001", "--year 0 to 10000", nil},
		{"--rounds 0", "--rounds must be 1 to", nil},
		{"--cpuprofile x", "--cpuprofile goes with --only inbound", nil},
		{"inbound", `unexpected argument "inbound"`, nil},
	} {
		o, err := parse(strings.Fields(tc.args), io.Discard)
		if tc.says != "" {
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%s: %v, want %q", tc.args, err, tc.says)
			}
			continue
		}
		var got []string
		for _, g := range o.groups {
			got = append(got, g.name)
		}
		if err != nil || strings.Join(got, " ") != strings.Join(tc.takes, " ") {
			t.Errorf("%s: groups %v, error %v", tc.args, got, err)
		}
	}
}

// Twilio's published example: https://www.twilio.com/docs/usage/security
func TestSignature(t *testing.T) {
	form := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"}}
	const want = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
	if got := (webhooks{token: "12345"}).sign("https://mycompany.com/myapp.php?foo=1&bar=2", form); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	request := string(webhooks{account: rig.AccountSID, token: rig.AuthToken, public: "http://127.0.0.1:8080", to: rig.Service}.request(phone(patients, 7), "3 ok"))
	if !regexp.MustCompile(`(?s)^POST /twilio/sms HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n.*\r\n\r\nAccountSid=.*&Body=3\+ok&From=%2B447000010007&.*&To=%2B447700900999&`).MatchString(request) {
		t.Errorf("request %q", request)
	}
}

type counting struct{ fail int }

var errJob = errors.New("no")

func (c counting) do(_ context.Context, job int) error {
	if job == c.fail {
		return errJob
	}
	return nil
}

func (c counting) close() error { return nil }

func TestClosedLoop(t *testing.T) {
	open := func(fail int) func(context.Context) (client, error) {
		return func(context.Context) (client, error) { return counting{fail}, nil }
	}
	r, err := closedLoop(t.Context(), 4, 100, open(-1))
	if err != nil || len(r.took) != 100 || r.value <= 0 {
		t.Errorf("%d jobs at %v a second, %v", len(r.took), r.value, err)
	}
	if _, err := closedLoop(t.Context(), 4, 100, open(50)); !errors.Is(err, errJob) {
		t.Errorf("a job that failed gave %v", err)
	}
}

func TestRulesAreMeasured(t *testing.T) {
	figures, err := rules(t.Context(), &bench{options: options{rounds: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if len(figures) != 8 {
		t.Errorf("figures %v", figures)
	}
	for _, f := range figures {
		if f.value <= 0 || f.ratio <= 0 {
			t.Errorf("figure %v", f)
		}
	}
}

// The yardstick reads the file that the back-test is given.
func TestScoresOfTheBacktestAreAFile(t *testing.T) {
	n, err := readAll(newScores(50, 20))
	if err != nil || n < 700 || n > 900 {
		t.Errorf("%d values, %v", n, err)
	}
}

func TestTheReaderIsMeasured(t *testing.T) {
	figures, err := reader(t.Context(), &bench{options: options{rounds: 1}, note: func(string, ...any) {}})
	if err != nil {
		t.Fatal(err)
	}
	if len(figures) != 20 {
		t.Fatalf("%d figures: %v", len(figures), figures)
	}
	for _, f := range figures {
		if f.value <= 0 || f.unit == "share" && f.value > 1 {
			t.Errorf("figure %s", f)
		}
	}
}
