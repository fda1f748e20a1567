package auth_test

import (
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"howareyou/internal/auth"
)

func TestClientIPBelievesOnlyOurProxies(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		why, remote string
		xff         []string
		want        string
	}{
		{"no proxy", "203.0.113.7", nil, "203.0.113.7"},
		{"a client that lies", "203.0.113.7", []string{"198.51.100.1"}, "203.0.113.7"},
		{"one proxy", "10.0.0.1", []string{"203.0.113.7"}, "203.0.113.7"},
		{"a lie through one proxy", "10.0.0.1", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		{"a lie in a header of its own", "10.0.0.1", []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7"},
		{"two proxies", "10.0.0.1", []string{"198.51.100.1, 203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		{"a lie that names our proxy", "10.0.0.1", []string{"10.0.0.9, 203.0.113.7"}, "203.0.113.7"},
		{"a client inside", "10.0.0.1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"proxy without header", "10.0.0.1", nil, "10.0.0.1"},
		{"proxy with an empty header", "10.0.0.1", []string{""}, "10.0.0.1"},
		{"noise where the client was", "10.0.0.1", []string{"203.0.113.7, unknown, 10.0.0.2"}, "10.0.0.2"},
		{"with ports", "10.0.0.1", []string{"203.0.113.7:5123, 10.0.0.2:80"}, "203.0.113.7"},
		{"version 6", "fd00::1", []string{"2001:db8::7"}, "2001:db8::7"},
		{"version 6 with port", "fd00::1", []string{"[2001:db8::7]:5123"}, "2001:db8::7"},
		{"version 6 in brackets", "fd00::1", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"version 4 inside 6", "::ffff:10.0.0.1", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		{"a zone", "fd00::1%eth0", []string{"203.0.113.7"}, "203.0.113.7"},
	} {
		got := auth.ClientIP(netip.MustParseAddr(c.remote), c.xff, trusted)
		if got != netip.MustParseAddr(c.want) {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
	if got := auth.ClientIP(netip.MustParseAddr("10.0.0.1"), []string{"203.0.113.7"}, nil); got != netip.MustParseAddr("10.0.0.1") {
		t.Errorf("nobody is trusted, and %s is believed", got)
	}
	if got := auth.ClientIP(netip.Addr{}, []string{"203.0.113.7"}, trusted); got.IsValid() {
		t.Errorf("a peer without address is believed: %s", got)
	}
}

// TestClientIPCannotBeChosen: whatever a client puts in front of what our
// proxies add, the result is the client's own address.
func TestClientIPCannotBeChosen(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	client := netip.MustParseAddr("203.0.113.7")
	lie := rapid.OneOf(rapid.StringMatching(`[0-9a-f.:\[\], ]{0,20}`), rapid.SampledFrom([]string{"10.0.0.5", "198.51.100.1", "203.0.113.7", "unknown"}))
	rapid.Check(t, func(t *rapid.T) {
		xff := rapid.SliceOf(lie).Draw(t, "lies")
		chain := []string{client.String()}
		remote := netip.MustParseAddr("10.0.0.1")
		for n := range rapid.IntRange(0, 3).Draw(t, "proxies") {
			chain = append(chain, netip.AddrFrom4([4]byte{10, 0, 1, byte(n)}).String())
		}
		if rapid.Bool().Draw(t, "one header") {
			xff = []string{strings.Join(append(xff, chain...), ", ")}
		} else {
			xff = append(xff, chain...)
		}
		if got := auth.ClientIP(remote, xff, trusted); got != client {
			t.Fatalf("%q gives %s", xff, got)
		}
	})
}
