package app

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"howareyou/carenet"
	"howareyou/notify/email"
)

// Need says what a process cannot do without.
type Need int

// The needs, to be combined.
const (
	NeedDatabase Need = 1 << iota
	NeedKeys
	NeedRedis
	NeedPublic
	NeedTwilio
	NeedServe = NeedDatabase | NeedKeys | NeedRedis | NeedPublic | NeedTwilio
)

// Check lists what is missing or malformed for a process with these needs.
func (c Config) Check(need Need) error {
	var bad []string
	missing := func(when bool, name, what string) {
		if when {
			bad = append(bad, name+" is missing: "+what)
		}
	}
	malformed := func(when bool, name, how string) {
		if when {
			bad = append(bad, name+" is malformed: it must be "+how)
		}
	}
	if need&NeedDatabase != 0 {
		missing(c.DatabaseURL == "", "DATABASE_URL", "the PostgreSQL address, such as postgres://user:secret@host/howareyou")
		// The driver says what else is wrong, and hides the password; it also reads
		// hosts that are no part of a plain address, and "host=... user=...".
		scheme, _, isAddress := strings.Cut(c.DatabaseURL, "://")
		malformed(isAddress && scheme != "postgres" && scheme != "postgresql", "DATABASE_URL", "like postgres://user:secret@host/howareyou")
	}
	if need&NeedRedis != 0 {
		missing(c.RedisURL == "", "REDIS_URL", "the Redis address, such as redis://host:6379/0")
		malformed(c.RedisURL != "" && !hasScheme(c.RedisURL, "redis", "rediss", "unix"), "REDIS_URL", "like redis://host:6379/0")
	}
	if need&NeedKeys != 0 {
		missing(c.Keyset == "", "HOWAREYOU_KEYSET", "make one with: howareyou admin keyset generate")
	}
	if need&NeedPublic != 0 {
		missing(c.PublicURL == "", "PUBLIC_URL", "the address that phones and the provider reach us at, such as https://care.example.org")
		malformed(c.PublicURL != "" && !bareAddress(c.PublicURL), "PUBLIC_URL", "like https://care.example.org, without a path")
		malformed(!isListen(c.Listen), "LISTEN", "like :8080 or 127.0.0.1:8080")
		malformed(c.MetricsListen != "" && !isListen(c.MetricsListen), "METRICS_LISTEN", "like 127.0.0.1:9090")
	}
	if need&NeedTwilio != 0 {
		missing(c.AccountSID == "", "TWILIO_ACCOUNT_SID", "the account at the text provider")
		missing(len(c.AuthTokens) == 0, "TWILIO_AUTH_TOKEN", "the account's auth token (two, with a comma, during a rotation)")
		malformed(c.APIURL != "" && !hasScheme(c.APIURL, "http", "https"), "TWILIO_API_URL", "like https://api.twilio.com")
	}
	if c.SMTPURL != "" {
		if _, err := email.ParseURL(c.SMTPURL); err != nil {
			bad = append(bad, "SMTP_URL is malformed: "+carenet.MessageOf(err))
		}
	}
	malformed(c.Grace < 0, "HOWAREYOU_GRACE", "a time such as 30s")
	if c.LogFormat != "text" && c.LogFormat != "json" {
		bad = append(bad, "LOG_FORMAT is malformed: it must be text or json")
	}
	for _, p := range c.TrustedProxies {
		if _, err := parsePrefix(p); err != nil {
			bad = append(bad, "TRUSTED_PROXIES is malformed: every entry must be an address or a network such as 10.0.0.0/8")
			break
		}
	}
	if len(bad) > 0 {
		return &ConfigError{bad}
	}
	return nil
}

// hasScheme says whether s is an address of one of these schemes. Its errors
// would quote s, and with it a password.
func hasScheme(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	return err == nil && slices.Contains(schemes, u.Scheme) && (u.Host != "" || u.Path != "")
}

// bareAddress says whether s is the address of a site and nothing below it.
func bareAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && hasScheme(s, "http", "https") && u.Hostname() != "" && strings.Trim(u.Path, "/") == "" &&
		u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// isListen says whether s is a port, with or without the host it is of.
func isListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	return err == nil && port != ""
}

func parsePrefix(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

func (c Config) prefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range c.TrustedProxies {
		if x, err := parsePrefix(p); err == nil {
			out = append(out, x)
		}
	}
	return out
}
