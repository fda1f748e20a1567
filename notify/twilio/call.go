package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/notify"
)

// maxAnswer bounds how much of an answer is read. A page of the list of texts in is the
// largest: inboundPage texts of at most 1,600 characters, of which JSON may take six
// octets each.
const maxAnswer = 16 << 20

// call is the library's client for one call. It carries the context, which the
// library does not, and keeps what the library would throw away.
type call struct {
	*Client
	ctx   context.Context
	token string

	// What is known afterwards.
	reached bool        // a connection was there, so the provider may have read it
	late    atomic.Bool // not all of it was written, because its time was over
	status  int         // 0 when no answer came
	header  http.Header
	code    int   // the provider's error code, 0 for none
	broken  error // why no whole answer came
}

var _ client.BaseClient = (*call)(nil)

// errRefused stands in for any answer that is not a 2xx; status and code say more.
var errRefused = errors.New("twilio: the call was refused")

// run does one call of the API with each token until one is not refused for
// the token (401: surely not accepted, so trying again is safe).
func (c *Client) run(ctx context.Context, do func(*openapi.ApiService) error) (*call, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var last *call
	var err error
	for _, token := range c.tokens {
		last = &call{Client: c, ctx: ctx, token: token}
		// A handler made by hand: the library's own reads TWILIO_EDGE and
		// TWILIO_REGION from the environment.
		err = do(openapi.NewApiService(&client.RequestHandler{Client: last}))
		if last.status != http.StatusUnauthorized {
			break
		}
	}
	return last, err
}

// AccountSid is part of client.BaseClient.
func (c *call) AccountSid() string { return c.accountSID }

// SetTimeout is part of client.BaseClient; the context holds the time here.
func (c *call) SetTimeout(time.Duration) {}

// SetOauth is part of client.BaseClient; we sign in with the account's token.
func (c *call) SetOauth(client.OAuth) {}

// OAuth is part of client.BaseClient.
func (c *call) OAuth() client.OAuth { return nil }

// SendRequest sends to the configured address what the library built, reads
// the whole answer and closes it.
func (c *call) SendRequest(method, rawURL string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	req, err := c.request(method, rawURL, data, headers)
	if err != nil {
		c.broken = err
		return nil, err
	}
	// The transport itself: no redirect is followed, because a redirected
	// POST would be a second handing over.
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		c.broken = err
		return nil, err
	}
	defer res.Body.Close()
	c.status, c.header = res.StatusCode, res.Header
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		c.broken = err
		return nil, err
	}
	if c.status < 200 || c.status > 299 {
		var refusal struct {
			Code int `json:"code"`
		}
		if json.Unmarshal(body, &refusal) == nil {
			c.code = refusal.Code
		}
		return nil, errRefused
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

func (c *call) request(method, rawURL string, data url.Values, headers map[string]any) (*http.Request, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	target := c.api.JoinPath(u.Path)
	var body io.Reader
	if method == http.MethodGet {
		target.RawQuery = data.Encode()
	} else {
		body = strings.NewReader(data.Encode())
	}
	// The transport asks for a connection again only when nothing of the
	// request was written to the one before (a POST is never replayed), so
	// GetConn starts the question anew.
	trace := &httptrace.ClientTrace{
		GetConn: func(string) {
			c.reached = false
			c.late.Store(false)
		},
		GotConn: func(got httptrace.GotConnInfo) {
			c.reached = true
			fence(c.ctx, got.Conn, &c.late)
		},
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(c.ctx, trace), method, target.String(), body)
	if err != nil {
		return nil, err
	}
	for k, v := range headers {
		req.Header.Set(k, fmt.Sprint(v))
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "howareyou (twilio-go/"+client.LibraryVersion+")")
	req.SetBasicAuth(c.accountSID, c.token)
	return req, nil
}

// detail says in words what happened, from kinds only: the errors of the
// standard library quote addresses, and a list's address holds a number.
func (c *call) detail(decoding error) string {
	var n net.Error
	switch {
	case c.status != 0 && c.code != 0:
		policy, _ := notify.PolicyOf(c.code)
		return fmt.Sprintf("HTTP %d, code %d: %s", c.status, c.code, policy.Meaning)
	case c.broken == nil && (c.status < 200 || c.status > 299):
		return fmt.Sprintf("HTTP %d without a code", c.status)
	case c.broken == nil && decoding != nil:
		return fmt.Sprintf("HTTP %d with an unreadable body", c.status)
	case c.broken == nil:
		return fmt.Sprintf("HTTP %d without a message SID", c.status)
	case c.late.Load():
		return "too late to begin"
	case errors.Is(c.broken, context.Canceled):
		return "cancelled by us"
	case errors.Is(c.broken, context.DeadlineExceeded), errors.As(c.broken, &n) && n.Timeout():
		return "timeout"
	case errors.Is(c.broken, syscall.ECONNREFUSED):
		return "connection refused"
	case c.status != 0:
		return fmt.Sprintf("HTTP %d, body cut short", c.status)
	case c.reached:
		return "connection lost before an answer"
	}
	return "no connection"
}
