package e2e

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// eavesdropper writes down every command that a Redis gets, published messages
// among them.
type eavesdropper struct {
	conn *redisConn
	mu   sync.Mutex
	text strings.Builder
	done chan struct{}
}

// listen begins to write down; it must be called before the Redis is used.
func (c *clinic) listen() *eavesdropper {
	c.t.Helper()
	conn, err := dialRedis(c.redis)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := conn.do("MONITOR"); err != nil {
		c.t.Fatal(err)
	}
	if err := conn.conn.SetDeadline(time.Time{}); err != nil {
		c.t.Fatal(err)
	}
	e := &eavesdropper{conn: conn, done: make(chan struct{})}
	go func() {
		defer close(e.done)
		_, _ = io.Copy(e, conn.in) // ends with the connection
	}()
	c.t.Cleanup(func() {
		conn.close()
		<-e.done
	})
	return e
}

func (e *eavesdropper) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.text.Write(b)
}

func (e *eavesdropper) heard() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.text.String()
}

// dump is the whole Redis as a file of its own format, uncompressed.
func (c *clinic) dump() string {
	c.t.Helper()
	conn, err := dialRedis(c.redis)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.close()
	var dir []string
	for _, command := range [][]string{{"CONFIG", "SET", "rdbcompression", "no"}, {"SAVE"}, {"CONFIG", "GET", "dir"}} {
		if dir, err = conn.do(command...); err != nil {
			c.t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir[1], "dump.rdb"))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

// token is the secret end of an address in a text.
var token = regexp.MustCompile(`/(?:c|in|s|f)/([A-Za-z0-9_-]{16,})`)

// nothingPersonal fails when a number, a name, somebody's words or a token of a
// link is found where none may be.
func (c *clinic) nothingPersonal(places map[string]string, words ...string) {
	c.t.Helper()
	secrets := map[string]string{authToken: "the account's token"}
	for _, w := range words {
		secrets[w] = "somebody's words"
	}
	for _, p := range c.phones {
		secrets[strings.TrimPrefix(p.number, "+44")] = "a number"
		for _, part := range strings.Fields(p.name) {
			secrets[part] = "a name"
		}
		for _, text := range c.sim.Messages(p.number) {
			for _, found := range token.FindAllStringSubmatch(text.Body, -1) {
				secrets[found[1]] = "a token"
			}
		}
	}
	for place, text := range places {
		for secret, what := range secrets {
			if i := strings.Index(text, secret); i >= 0 {
				c.t.Errorf("%s holds %s (%q): ...%s...", place, what, secret, text[max(0, i-120):min(len(text), i+120)])
			}
		}
	}
}

// places is where nothing personal may be: the logs, the metrics, and what went
// through Redis and lies in it.
func (c *clinic) places(e *eavesdropper) map[string]string {
	c.t.Helper()
	all, err := logs(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	all["the dump of Redis"] = c.dump()
	all["what Redis was told"] = e.heard()
	if status, text := c.get("http://" + c.counts + "/metrics"); status == 200 {
		all["the metrics"] = text
	}
	return all
}

func TestINV13_NothingPersonalInRedisOrLogs(t *testing.T) {
	t.Parallel()
	c := newClinic(t, wishes{debug: true})
	heard := c.listen()
	// Names that stand in no log by chance.
	patient := c.patient("Xanthippe Zarathorne", "+447700900001")
	follower := c.follower(patient, "Quillon Vexworth", "+447700900101", "score,words")
	nurse := c.clinician("Wilhelmina Yaxfield", "+447700900201", "responder")
	stranger := c.Phone("Nobodyaddle", "+447700900301")
	_, workers := c.start(1)

	patient.Texts("2 flibberty night")
	follower.Expects("flibberty")
	patient.Texts("PRIVATE 1 grumblewort")
	patient.Expects("clinic only")
	follower.Texts("a kind snorkelfish to her")
	follower.Expects("words go to")
	nurse.Texts("ACK 7 wobbleshanks")
	nurse.Expects("no open alert")
	stranger.Texts("what is this quizzlepot")
	stranger.Expects("do not know this phone")
	// Requests that go wrong are what logs are written of.
	forged := c.textWebhook(patient.number, "gronkelbart")
	forged.post(t.Context(), forged.form.Encode(), "forged")
	odd := c.textWebhook("Vexworth", "gronkelbart")
	odd.deliver(t.Context())
	for _, path := range []string{"/c/0123456789abcdefABCDEF", "/in/0123456789abcdefABCDEF", "/no/such/gronkelbart"} {
		c.get("http://" + c.web + path)
	}
	// So are a provider and a Redis that fail, and a worker that starts anew.
	for _, kind := range []string{"error_500", "html_502", "truncated_201", "opted_out_21610"} {
		c.fault(kind, 1)
		patient.Texts("3 flibberty " + kind)
		c.settled()
	}
	workers[0].kill()
	c.worker()
	patient.Texts("START")
	patient.Texts("4 flibberty again")
	c.settled()
	c.nothingPersonal(c.places(heard), "flibberty", "grumblewort", "snorkelfish", "wobbleshanks", "quizzlepot", "gronkelbart",
		"0123456789abcdefABCDEF")
	if !strings.Contains(heard.heard(), "asynq") {
		t.Error("nothing went through Redis: the test proves nothing")
	}
}
