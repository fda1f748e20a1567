package main

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"howareyou/internal/rig"
	"howareyou/notify/twiliosim"
)

// The faults that can be planted to prove that the counting works.
const (
	lose   = "lose"   // the provider says that it took a text and forgets it
	double = "double" // the provider hears one text twice
)

// provider is the simulated Twilio behind a way on which texts take time.
type provider struct {
	*twiliosim.Sim
	server   *http.Server
	served   chan error
	address  string
	broken   atomic.Int64 // requests whose sender was gone before they arrived
	sabotage atomic.Value // string: what to do to the next text; then it is done
}

// transit is how long a request is on its way, so that kills find some there.
const transit = 5 * time.Millisecond

func openProvider(public, sabotage string) (*provider, error) {
	sim, err := twiliosim.New(twiliosim.Options{
		AccountSID: rig.AccountSID, AuthToken: rig.AuthToken,
		Numbers: []twiliosim.Number{{E164: rig.Service, SMSURL: public + "/twilio/sms", FallbackURL: public + "/twilio/sms"}},
	})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		sim.Close()
		return nil, err
	}
	p := &provider{Sim: sim, served: make(chan error, 1), address: l.Addr().String()}
	p.sabotage.Store(sabotage)
	p.server = &http.Server{Handler: p.way(sim.Handler()), ReadHeaderTimeout: 10 * time.Second}
	go func() { p.served <- p.server.Serve(l) }()
	return p, nil
}

// way is what lies between the service and the provider.
func (p *provider) way(there http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/Messages.json") {
			there.ServeHTTP(w, r)
			return
		}
		if err := r.ParseForm(); err != nil { // reads all: only then does the server notice that the sender is gone
			p.broken.Add(1)
			return
		}
		arrived := time.NewTimer(transit)
		defer arrived.Stop()
		select {
		case <-arrived.C:
		case <-r.Context().Done():
			p.broken.Add(1)
			return
		}
		switch planned := p.sabotage.Swap("").(string); {
		case planned == lose && p.forget(w, r):
		case planned == double:
			there.ServeHTTP(httptest.NewRecorder(), r)
			there.ServeHTTP(w, r)
		default:
			if planned == lose {
				p.sabotage.Store(planned) // not this one
			}
			there.ServeHTTP(w, r)
		}
	})
}

// forget answers as if the text had been taken, if it is one that is counted.
func (p *provider) forget(w http.ResponseWriter, r *http.Request) bool {
	if !strings.Contains(r.PostForm.Get("Body"), tokenMark) {
		return false
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	//nolint:gosec // it answers a client of ours, not a browser
	_, _ = w.Write([]byte(`{"sid":"SM00000000000000000000000000000000","status":"queued","to":"` + r.PostForm.Get("To") +
		`","from":"` + r.PostForm.Get("From") + `"}`))
	return true
}

func (p *provider) close() error {
	p.Sim.Close()
	err := p.server.Close()
	if served := <-p.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// A text that no webhook tells of is found a minute and a half later: a shorter
// run has no time for that.
const longRun = 1000

// misbehave arms all that the provider does wrong meanwhile. Not among them are those
// that end a text for a good reason (a stopped number, a number that is not one):
// they belong to tests that look at the reason.
func (p *provider) misbehave(o options) error {
	faults := []twiliosim.Fault{
		{Kind: twiliosim.AcceptThenTimeout, Rate: 0.01, Delay: 3 * time.Second},
		{Kind: twiliosim.Error500, Rate: 0.02},
		{Kind: twiliosim.Error500AfterAccept, Rate: 0.02},
		{Kind: twiliosim.HTML502, Rate: 0.02},
		{Kind: twiliosim.Truncated201, Rate: 0.02},
		{Kind: twiliosim.Rate429, Rate: 0.02},
		{Kind: twiliosim.Slow, Rate: 0.05, Delay: 300 * time.Millisecond},
		{Kind: twiliosim.ListLag, Rate: 0.3, Delay: o.grace * 2 / 3},
		{Kind: twiliosim.DropCallback, Rate: 0.3},
		{Kind: twiliosim.DuplicateCallback, Rate: 0.1},
		{Kind: twiliosim.ReorderCallback, Rate: 0.1},
		{Kind: twiliosim.DuplicateWebhook, Rate: 0.1},
	}
	if o.messages >= longRun {
		faults = append(faults, twiliosim.Fault{Kind: twiliosim.DropWebhook, Rate: 0.01})
	}
	for _, f := range faults {
		f.Seed = o.seed
		if err := p.AddFault(f); err != nil {
			return err
		}
	}
	return nil
}
