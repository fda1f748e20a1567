package twilio

import (
	"cmp"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"howareyou/carenet"
)

// RealAPI is where Twilio itself listens.
const RealAPI = "https://api.twilio.com"

// Config says which account sends and where its callbacks come back.
type Config struct {
	AccountSID string
	// AuthTokens are tried in order: during a rotation both are valid, and a
	// call that is refused for the first goes out again with the next.
	AuthTokens []string
	APIURL     string // RealAPI when empty
	PublicURL  string // our own address as the provider reaches it; callbacks go below it

	Timeout     time.Duration // of one call, from dialling to the last byte; 10 s when 0
	DialTimeout time.Duration // 3 s when 0
	// Clock is the machine's clock, for the one question whether a call's time
	// is over: a process that stood still asks it before it writes anything. nil
	// for a client that only lists.
	Clock func() time.Time
	// MaxConns bounds the connections, busy and idle, to the provider; 128
	// when 0. Idle ones are kept up to the same number: with the standard
	// library's two, a burst spends itself on handshakes.
	MaxConns int
}

// Client sends and lists texts, and calls. It is safe for concurrent use.
type Client struct {
	accountSID string
	tokens     []string
	api        *url.URL
	public     string // our own address, without a slash at its end
	timeout    time.Duration
	transport  *http.Transport
}

var accountShape = regexp.MustCompile(`^[A-Za-z0-9]{2,64}$`)

// New makes a Client; it opens no connection. An error names what is missing
// or malformed in cfg, and never its value.
func New(cfg Config) (*Client, error) {
	const op = "set up twilio"
	if !accountShape.MatchString(cfg.AccountSID) {
		return nil, carenet.Errorf(carenet.Invalid, op, "the account SID is missing or malformed")
	}
	var tokens []string
	for _, t := range cfg.AuthTokens {
		if t = strings.TrimSpace(t); t != "" {
			tokens = append(tokens, t)
		}
	}
	if len(tokens) == 0 {
		return nil, carenet.Errorf(carenet.Invalid, op, "there is no auth token")
	}
	api, err := webAddress(cmp.Or(cfg.APIURL, RealAPI))
	if err != nil {
		return nil, carenet.Errorf(carenet.Invalid, op, "the API address is not an http address")
	}
	public, err := webAddress(cfg.PublicURL)
	if err != nil {
		return nil, carenet.Errorf(carenet.Invalid, op, "the public address is not an http address")
	}
	dial := cmp.Or(cfg.DialTimeout, 3*time.Second)
	conns := cmp.Or(cfg.MaxConns, 128)
	// One request a connection (HTTP/1.1): a stuck connection then holds up
	// one text and not all of them, and "nothing was written" stays a fact
	// about one request.
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &Client{
		accountSID: cfg.AccountSID,
		tokens:     tokens,
		api:        api,
		public:     public.String(),
		timeout:    cmp.Or(cfg.Timeout, 10*time.Second),
		transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         fenced((&net.Dialer{Timeout: dial, KeepAlive: 30 * time.Second}).DialContext, cfg.Clock),
			TLSHandshakeTimeout: dial,
			MaxIdleConns:        conns,
			MaxIdleConnsPerHost: conns,
			MaxConnsPerHost:     conns,
			IdleConnTimeout:     50 * time.Second, // under the minute after which balancers close
			Protocols:           protocols,
		},
	}, nil
}

// Close closes the idle connections. Calls under way go on.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

func webAddress(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, carenet.Errorf(carenet.Invalid, "read address", "this is not an http address")
	}
	return u, nil
}
