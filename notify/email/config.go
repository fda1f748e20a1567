package email

import (
	"crypto/tls"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"time"

	"howareyou/carenet"
)

// Server is the mail server and who writes.
type Server struct {
	Host           string
	Port           int
	User, Password string
	From           mail.Address
	Security       Security
}

// Security is how the connection is protected.
type Security int

// The ways. There is none that tries and goes on without: whoever stands between
// could then switch it off.
const (
	StartTLS Security = iota // plain at first, and nothing is said before TLS stands
	TLS                      // from the first byte
	Plain                    // not at all: the server is this machine, or somebody said so
)

// The ports of submission (RFC 8314).
const (
	portStartTLS = 587
	portTLS      = 465
)

// ParseURL reads smtp://user:password@host:port?from=care@example.org, or smtps://
// for TLS from the first byte. TLS is a must, unless the server is this machine or
// the address says ?tls=none. Errors never repeat the address.
func ParseURL(raw string) (Server, error) {
	const op = "read the mail server's address"
	bad := func(what string) (Server, error) { return Server{}, carenet.Errorf(carenet.Invalid, op, "%s", what) }
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Scheme != "smtp" && u.Scheme != "smtps", u.Hostname() == "", u.Path != "" && u.Path != "/":
		return bad("it is written like smtp://user:secret@mail.example.org:587?from=care@example.org")
	}
	s := Server{Host: u.Hostname(), Port: portStartTLS, User: u.User.Username()}
	s.Password, _ = u.User.Password()
	query := u.Query()
	for name := range query {
		if name != "from" && name != "tls" {
			return bad("after the ? it may say from and tls, and nothing else")
		}
	}
	from, err := mail.ParseAddress(query.Get("from"))
	if err != nil {
		return bad("it must say who writes: ?from=care@example.org")
	}
	address, err := carenet.ParseEmail(from.Address)
	if err != nil {
		return bad("the address after from= is none: " + carenet.MessageOf(err))
	}
	s.From = mail.Address{Name: from.Name, Address: string(address)}
	switch way := query.Get("tls"); {
	case u.Scheme == "smtps" && way == "":
		s.Security, s.Port = TLS, portTLS
	case u.Scheme == "smtps":
		return bad("smtps:// is TLS already: leave tls= out")
	case way == "none", way == "" && isThisMachine(s.Host):
		s.Security = Plain
	case way != "" && way != "starttls":
		return bad("tls= is starttls or none")
	}
	if s.Security == Plain && s.Password != "" && !isThisMachine(s.Host) {
		return bad("a password may not cross the network without TLS")
	}
	if p := u.Port(); p != "" {
		if s.Port, err = strconv.Atoi(p); err != nil || s.Port < 1 || s.Port > 65535 {
			return bad("the port is not one")
		}
	}
	return s, nil
}

func isThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Options are what is not in the server's address.
type Options struct {
	Now     func() time.Time
	Timeout time.Duration // of one email; 20 s when zero. The context may end it sooner
	TLS     *tls.Config   // whom to trust; the system's list when nil
}
