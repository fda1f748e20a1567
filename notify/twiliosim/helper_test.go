package twiliosim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
	twilio "github.com/twilio/twilio-go/rest/api/v2010"
	"go.uber.org/goleak"

	"howareyou/notify/twiliosim"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	token   = "f00dfacef00dfacef00dfacef00dface"
	pool    = "MG0123456789abcdef0123456789abcdef"
	service = "+447700900999"
	mary    = "+447700900001"
	sam     = "+447700900101"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// request is what the product was asked.
type request struct {
	path   string
	form   url.Values
	header http.Header
}

// product stands in for the service behind the webhooks: it checks signatures
// with Twilio's own library and answers as the test says.
type product struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
	answer   http.HandlerFunc
}

func newProduct(t testing.TB) *product {
	p := &product{}
	validator := client.NewRequestValidator(token)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the simulator hung up
		}
		if !validator.ValidateBody(p.URL+r.URL.RequestURI(), body, r.Header.Get("X-Twilio-Signature")) {
			t.Errorf("%s: Twilio's library refuses the signature", r.URL.Path)
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		p.mu.Lock()
		p.requests = append(p.requests, request{r.URL.RequestURI(), form, r.Header})
		answer := p.answer
		p.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *product) answers(f http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

func (p *product) got(path string) []request {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []request
	for _, r := range p.requests {
		if r.path == path {
			list = append(list, r)
		}
	}
	return list
}

// statuses are the words of the callbacks, in order of arrival.
func (p *product) statuses(path string) string {
	var words []string
	for _, r := range p.got(path) {
		words = append(words, r.form.Get("MessageStatus"))
	}
	return strings.Join(words, " ")
}

// world is a simulator on a listener, a product behind it, and Twilio's own
// client in front of it.
type world struct {
	*twiliosim.Sim
	t       testing.TB
	server  *httptest.Server
	product *product
	clock   *clock
	http    *http.Client
	api     *twilio.ApiService
}

func newWorld(t testing.TB, change ...func(*twiliosim.Options)) *world {
	t.Helper()
	w := &world{t: t, product: newProduct(t), clock: &clock{at: start}}
	w.start(change...)
	t.Cleanup(w.stop)
	return w
}

func (w *world) start(change ...func(*twiliosim.Options)) {
	w.t.Helper()
	opt := twiliosim.Options{
		AccountSID: account, AuthToken: token, Now: w.clock.now,
		Numbers: []twiliosim.Number{{
			E164: service, MessagingServiceSID: pool,
			SMSURL: w.product.URL + "/sms", FallbackURL: w.product.URL + "/fallback",
		}},
		Phones: []twiliosim.Phone{
			{Number: mary, Name: "Mary Okafor", Role: "patient", Shown: true},
			{Number: sam, Name: "Sam Okafor", Role: "follower", Shown: true},
		},
	}
	for _, f := range change {
		f(&opt)
	}
	sim, err := twiliosim.New(opt)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Sim = sim
	w.server = httptest.NewServer(sim.Handler())
	host, err := url.Parse(w.server.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	w.http = &http.Client{Transport: &toHost{host: host.Host, patience: 5 * time.Second}}
	w.api = w.as(token)
}

func (w *world) stop() {
	w.Sim.Close()
	w.http.CloseIdleConnections()
	w.server.Close()
}

// toHost sends every request to one server, whatever host it names, since the
// library's base address is fixed. It takes the whole answer in, since the
// library leaves bodies open after an error, and gives up after patience.
type toHost struct {
	host     string
	patience time.Duration
	http.Transport
}

func (h *toHost) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), h.patience)
	defer cancel()
	r = r.Clone(ctx)
	r.URL.Scheme, r.URL.Host = "http", h.host
	res, err := h.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// as is Twilio's library with this token.
func (w *world) as(token string) *twilio.ApiService {
	c := &client.Client{Credentials: client.NewCredentials(account, token), HTTPClient: w.http}
	c.SetAccountSid(account)
	return twilio.NewApiServiceWithClient(c)
}

// text is a message from the service's number with a callback to /status.
func (w *world) text(to, body string) *twilio.CreateMessageParams {
	return new(twilio.CreateMessageParams).SetFrom(service).SetTo(to).SetBody(body).
		SetStatusCallback(w.product.URL + "/status?m=1")
}

func (w *world) send(to, body string) *twilio.ApiV2010Message {
	w.t.Helper()
	m, err := w.api.CreateMessage(w.text(to, body))
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) idle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.Idle(ctx); err != nil {
		w.t.Fatal("still busy: ", err)
	}
}

func (w *world) phoneTexts(from, body string) string {
	w.t.Helper()
	id, err := w.Send(from, "", body)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) fault(f twiliosim.Fault) {
	w.t.Helper()
	if err := w.AddFault(f); err != nil {
		w.t.Fatal(err)
	}
}

// bodies are the words of the texts a phone received, sorted: a carrier
// promises no order.
func (w *world) bodies(phone string) string {
	var words []string
	for _, m := range w.Messages(phone) {
		if m.Direction == "in" {
			words = append(words, m.Body)
		}
	}
	slices.Sort(words)
	return strings.Join(words, "|")
}

// call makes one request of the handset's side and decodes what came.
func (w *world) call(method, path string, in, out any) *http.Response {
	w.t.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			w.t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, w.server.URL+path, &body)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := w.http.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if out != nil {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			w.t.Fatalf("%s %s: %d: %v", method, path, res.StatusCode, err)
		}
	}
	return res
}

func (w *world) decode(req *http.Request, into any) {
	w.t.Helper()
	res, err := w.http.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		w.t.Fatal(err)
	}
}
