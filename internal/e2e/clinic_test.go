package e2e

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/app"
	"howareyou/internal/app/command"
	"howareyou/internal/crypto"
	"howareyou/internal/devenv"
	"howareyou/internal/devenv/redistest"
	"howareyou/internal/postgres"
	"howareyou/internal/postgres/pgtest"
	"howareyou/notify/twiliosim"
)

const (
	service    = "+447700900999"
	accountSID = "AC0123456789abcdef0123456789abcdef"
	authToken  = "the-token-of-the-account"
	// patience is how long a text may take before a test gives up on it. It is
	// far above what is normal: a busy machine is no fault of the product.
	patience = 20 * time.Second
	// grace replaces the half minute that the real provider is given to list
	// what it accepted; the simulator lists at once.
	grace = 3 * time.Second
)

// clinic is one installation: its database, its Redis, its provider with all
// phones, and the processes that a test starts.
type clinic struct {
	t      *testing.T
	db     database
	redis  *devenv.Redis
	sim    *twiliosim.Sim
	dir    string // what the processes say
	web    string // where the pages and webhooks are
	counts string // where the metrics are
	env    []string
	org    string
	phones map[string]*phone
	broken atomic.Int64  // texts that broke off before they reached the provider
	onWay  chan struct{} // has one when a text has just left for the provider
	held   atomic.Bool   // what leaves now does not arrive
}

// database is where the installation's data is.
type database struct {
	service string // as the service logs in
	admin   string // as the superuser, past row level security
}

// wishes are how an installation differs from the usual one.
type wishes struct {
	carrierKeywords bool             // the carrier answers STOP, START and HELP itself
	debug           bool             // log all there is to log
	database        *database        // instead of a clone on the shared server
	keyset          string           // instead of a new one
	now             func() time.Time // the provider's clock
	numbers         []string         // that the provider has for further organisations
	transit         time.Duration    // how long a text takes to reach the provider
}

// newClinic sets up an installation with an organisation and no people yet.
func newClinic(t *testing.T, w wishes) *clinic {
	t.Helper()
	if w.keyset == "" {
		keyset, err := crypto.GenerateKeyset()
		if err != nil {
			t.Fatal(err)
		}
		w.keyset = string(keyset)
	}
	if w.database == nil {
		db := pgtest.New(t)
		w.database = &database{service: db.AppURL, admin: db.AdminURL}
	}
	c := &clinic{
		t: t, db: *w.database, redis: redistest.New(t), dir: t.TempDir(), web: freeAddress(t), counts: freeAddress(t), phones: map[string]*phone{},
		onWay: make(chan struct{}, 1),
	}
	provider := c.provider(w)
	level := "info"
	if w.debug {
		level = "debug"
	}
	c.env = []string{
		"DATABASE_URL=" + c.db.service, "REDIS_URL=" + c.redis.URL(), "PUBLIC_URL=http://" + c.web, "LISTEN=" + c.web,
		"HOWAREYOU_KEYSET=" + w.keyset, "HOWAREYOU_GRACE=" + grace.String(), "LOG_LEVEL=" + level,
		"TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_AUTH_TOKEN=" + authToken, "TWILIO_FROM=" + service, "TWILIO_API_URL=" + provider,
	}
	keywords := "ours"
	if w.carrierKeywords {
		keywords = "twilio"
	}
	c.org = c.admin("add-organisation", "--name", "Riverside Care", "--emergency", "999", "--per-minute", "none", "--carrier-keywords", keywords)
	return c
}

// provider starts the simulator and returns its address.
func (c *clinic) provider(w wishes) string {
	c.t.Helper()
	var numbers []twiliosim.Number
	for _, n := range append([]string{service}, w.numbers...) {
		numbers = append(numbers, twiliosim.Number{E164: n, SMSURL: "http://" + c.web + "/twilio/sms", CarrierKeywords: w.carrierKeywords})
	}
	sim, err := twiliosim.New(twiliosim.Options{AccountSID: accountSID, AuthToken: authToken, Now: w.now, Numbers: numbers})
	if err != nil {
		c.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	server := &http.Server{Handler: c.onTheWay(w.transit, sim.Handler()), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l)
	}()
	c.t.Cleanup(func() {
		sim.Close()
		_ = server.Close()
		<-served
	})
	c.sim = sim
	return "http://" + l.Addr().String()
}

// onTheWay lets a text take its time to the provider. When its sender dies
// meanwhile, it never gets there.
func (c *clinic) onTheWay(transit time.Duration, provider http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if transit > 0 && r.Method == http.MethodPost {
			body, err := io.ReadAll(r.Body) // only then does the server notice that the sender is gone
			r.Body = io.NopCloser(bytes.NewReader(body))
			select {
			case c.onWay <- struct{}{}:
			default:
			}
			way := time.NewTimer(transit)
			defer way.Stop()
			arrives := way.C
			if c.held.Load() {
				arrives = nil // it is on its way until its sender dies
			}
			select {
			case <-arrives:
			case <-r.Context().Done():
				err = r.Context().Err()
			}
			if err != nil {
				c.broken.Add(1)
				return
			}
		}
		provider.ServeHTTP(w, r)
	})
}

// admin runs a command of the operator and returns what it printed. It runs in
// the test's own process, which is sooner; that the binary does the same is what
// the deployment's test shows.
func (c *clinic) admin(args ...string) string {
	c.t.Helper()
	var out, errOut bytes.Buffer
	if code := command.Run(c.t.Context(), append([]string{"admin"}, args...), c.env, strings.NewReader(""), &out, &errOut); code != 0 {
		c.t.Fatalf("admin %s: exit code %d: %s", args[0], code, errOut.String())
	}
	return strings.TrimSpace(out.String())
}

// store opens the installation's data as a process of the service does.
func (c *clinic) store() *postgres.Store {
	c.t.Helper()
	cfg, _, err := app.LoadConfig(c.env)
	if err != nil {
		c.t.Fatal(err)
	}
	store, err := app.OpenStore(c.t.Context(), cfg, app.SystemClock, "test")
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(store.Close)
	return store
}

func (c *clinic) parse(id string) carenet.ID {
	c.t.Helper()
	parsed, err := carenet.ParseID(id)
	if err != nil {
		c.t.Fatal(err)
	}
	return parsed
}

// start starts the web process and so many workers.
func (c *clinic) start(workers int) (web *process, background []*process) {
	c.t.Helper()
	for range workers {
		background = append(background, c.worker())
	}
	return c.serve(), background
}

// serve starts the web process and returns when it takes texts.
func (c *clinic) serve() *process {
	c.t.Helper()
	p := start(c.t, c.dir, "serve", append(c.env, "METRICS_LISTEN="+c.counts), "serve")
	c.ready(p, "ready")
	return p
}

// ready waits until the web process says of itself what is expected.
func (c *clinic) ready(p *process, want string) {
	c.t.Helper()
	c.until("the service says "+want, func() bool {
		if p.ended() {
			c.t.Fatalf("%s ended:\n%s", p.name, p.tail(20))
		}
		status, body := c.get("http://" + c.web + "/readyz")
		return status == http.StatusOK && strings.HasPrefix(body, want)
	})
}

// worker starts a background process.
func (c *clinic) worker() *process {
	c.t.Helper()
	return start(c.t, c.dir, "worker", c.env, "worker")
}

// until polls for what cannot be waited for.
func (c *clinic) until(what string, reached func() bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*patience)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for !reached() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			c.fail("waited in vain until %s", what)
		}
	}
}
