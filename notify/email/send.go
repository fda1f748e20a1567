package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	mail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"howareyou/notify"
)

// Client hands emails to one mail server.
type Client struct {
	server Server
	Options
}

const timeout = 20 * time.Second

// New makes a Client; it connects when there is something to send.
func New(server Server, o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = timeout
	}
	return &Client{server: server, Options: o}
}

// Send hands one email over and says what is known afterwards. It never returns an
// error: not knowing is an outcome too. It ends with ctx, whatever the server does.
func (c *Client) Send(ctx context.Context, e notify.OutboundEmail) notify.SendOutcome {
	message, err := c.message(e)
	if err != nil {
		return notify.SendOutcome{Class: notify.Permanent, Detail: err.Error()}
	}
	var out notify.SendOutcome
	err = c.with(ctx, func(client *mail.Client, conn *smtp.Client) {
		out = outcomeOf(client.SendWithSMTPClient(conn, message))
	})
	if err != nil {
		// Nothing of the email has left: whatever is wrong with the connection, the
		// sign-in or the server's mood, it is no fault of this email.
		return notify.SendOutcome{Class: notify.Retry, Code: codeOf(err), Detail: "no connection: " + plain(err)}
	}
	return out
}

// Ping says whether the server lets us in. It sends nothing.
func (c *Client) Ping(ctx context.Context) error {
	err := c.with(ctx, func(*mail.Client, *smtp.Client) {})
	if err == nil {
		return nil
	}
	return errors.New(plain(err))
}

// with runs fn over a connection that ends with ctx.
func (c *Client) with(ctx context.Context, fn func(*mail.Client, *smtp.Client)) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	// The library knows deadlines of its own alone: closing the connection is what
	// makes it obey ours in the midst of a command.
	var conn net.Conn
	over := func() bool { return false }
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		var err error
		if conn, err = (&net.Dialer{}).DialContext(ctx, network, address); err != nil {
			return nil, err
		}
		raw := conn
		over = context.AfterFunc(ctx, func() { _ = raw.Close() })
		if c.server.Security != TLS {
			return conn, nil
		}
		secured := tls.Client(conn, c.trust())
		return secured, secured.HandshakeContext(ctx)
	}
	client, err := mail.NewClient(c.server.Host, c.options(func(_ context.Context, network, address string) (net.Conn, error) {
		return dial(ctx, network, address) // ours, for the library's own is cancelled when it has dialled
	})...)
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err == nil {
		fn(client, session)
		if ctx.Err() == nil {
			// What was accepted stays accepted, whether or not the server says goodbye.
			_ = session.Quit()
		}
	}
	over()
	if conn != nil {
		_ = conn.Close()
	}
	return err
}

func (c *Client) options(dial mail.DialContextFunc) []mail.Option {
	_, domain, _ := strings.Cut(c.server.From.Address, "@")
	o := []mail.Option{
		mail.WithPort(c.server.Port), mail.WithHELO(domain), mail.WithTimeout(c.Timeout), mail.WithDialContextFunc(dial),
		mail.WithTLSConfig(c.trust()), mail.WithoutNoop(), mail.WithoutRset(), mail.WithTLSPolicy(mail.TLSMandatory),
	}
	if c.server.Security != StartTLS {
		o = append(o, mail.WithTLSPolicy(mail.NoTLS)) // it stands already, or is not wanted
	}
	if c.server.User == "" {
		return o
	}
	auth := mail.SMTPAuthAutoDiscover
	if c.server.Security != StartTLS {
		// The library does not see TLS from the first byte, and takes it for none.
		auth = mail.SMTPAuthPlainNoEnc
	}
	return append(o, mail.WithSMTPAuth(auth), mail.WithUsername(c.server.User), mail.WithPassword(c.server.Password))
}

func (c *Client) trust() *tls.Config {
	if c.TLS == nil {
		return &tls.Config{ServerName: c.server.Host, MinVersion: tls.VersionTLS12}
	}
	t := c.TLS.Clone()
	t.ServerName = c.server.Host
	return t
}

// outcomeOf says what the library's answer means. Until the last dot is written the
// server cannot have accepted anything; from then on only its word tells.
func outcomeOf(err error) notify.SendOutcome {
	var failed *mail.SendError
	switch {
	case err == nil:
		return notify.SendOutcome{Class: notify.Accepted, Status: "accepted"}
	case !errors.As(err, &failed):
		return notify.SendOutcome{Class: notify.Unknown, Detail: "no clear answer"}
	}
	out := notify.SendOutcome{Class: notify.Retry, Code: failed.ErrorCode(), Detail: failed.Reason.String()}
	switch {
	case failed.Reason == mail.ErrSMTPReset:
		return notify.SendOutcome{Class: notify.Accepted, Status: "accepted"}
	case out.Code >= 500:
		out.Class = notify.Permanent
	case out.Code == 0 && failed.Reason == mail.ErrSMTPDataClose:
		out.Class, out.Detail = notify.Unknown, "the connection ended before the server said whether it took it"
	}
	return out
}

// plain says what is wrong with a connection without repeating what the server
// said, which may quote anything.
func plain(err error) string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	code := codeOf(err)
	switch {
	case code != 0:
		return fmt.Sprintf("the mail server answered %d: %s", code, notify.SMTPMeaning(code))
	case errors.As(err, &dns):
		return "there is no server of that name"
	case errors.As(err, &certificate):
		return "its certificate is not to be trusted"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, net.ErrClosed), isTimeout(err):
		return "the mail server did not answer in time"
	case strings.Contains(err.Error(), "STARTTLS"):
		return "the mail server has no TLS, and nothing may cross the network without"
	case strings.Contains(err.Error(), "AUTH"):
		return "the mail server takes no password"
	}
	return "the mail server does not answer"
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

func codeOf(err error) int {
	var said *textproto.Error
	if errors.As(err, &said) {
		return said.Code
	}
	return 0
}
