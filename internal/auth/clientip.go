package auth

import (
	"net/netip"
	"strings"
)

// ClientIP returns the address of the client behind our trusted proxies.
// remote is the peer of the connection, xff the values of X-Forwarded-For in
// the order in which they came. Each proxy adds on the right the address it
// was called from, so the list is read from the right for as long as whoever
// added an entry is trusted; what stands further left, anyone can have written.
// At an entry that is no address it stops at the last one believed.
func ClientIP(remote netip.Addr, xff []string, trusted []netip.Prefix) netip.Addr {
	client := plain(remote)
	hops := strings.Split(strings.Join(xff, ","), ",")
	for i := len(hops) - 1; i >= 0 && isTrusted(client, trusted); i-- {
		hop, ok := parseHop(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		client = hop
	}
	return client
}

// parseHop reads an address with or without a port, which some proxies add.
func parseHop(s string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return plain(addr), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return plain(ap.Addr()), true
	}
	return netip.Addr{}, false
}

// plain makes the two ways to write one address the same.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	for _, p := range trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
