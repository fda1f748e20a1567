package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// PostgreSQL is away for a while. Every text that was answered with a 2xx counts
// once when it is back, in the order of its number, although the process that kept
// it on the disk was killed meanwhile (INV-1, INV-2).
func TestINV1_TextsAreKeptOnTheDiskWhilePostgresIsAway(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	f := newFamily(t, wishes{database: s.database(t)})
	spool := filepath.Join(t.TempDir(), "spool")
	f.env = append(f.env, "HOWAREYOU_SPOOL_DIR="+spool)
	web, workers := f.start(1)
	f.mary.Texts("4 before")
	f.sam.Expects("4 of 5", "before")
	f.ruth.Expects("4 of 5")
	f.mary.Expects("noted 4 of 5")

	if err := s.pg.Kill(); err != nil {
		t.Fatal(err)
	}
	f.ready(web, "degraded: PostgreSQL")
	deliver := func(body string) {
		t.Helper()
		if status := f.textWebhook(f.mary.number, body).deliver(t.Context()); status != http.StatusOK {
			t.Fatalf("%q is answered with %d\n%s", body, status, web.tail(20))
		}
	}
	twice := f.textWebhook(f.mary.number, "the first murmur")
	for range 2 {
		if status := twice.deliver(t.Context()); status != http.StatusOK {
			t.Fatalf("answered with %d\n%s", status, web.tail(20))
		}
	}
	deliver("the second murmur")
	if kept, err := filepath.Glob(filepath.Join(spool, "*.spool")); err != nil || len(kept) == 0 {
		t.Fatalf("nothing is on the disk: %v %v", kept, err)
	}
	web.kill()
	workers[0].kill()

	web = start(t, f.dir, "serve", append(f.env, "METRICS_LISTEN="+f.counts), "serve")
	f.ready(web, "degraded: PostgreSQL")
	deliver("the third murmur")
	if err := s.pg.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.ready(web, "ready")
	f.worker()
	for i, words := range []string{"the first murmur", "the second murmur", "the third murmur"} {
		f.sam.Expects(words)
		if n := f.count("SELECT count(*) FROM check_in WHERE superseded_by IS NULL"); n < i+2 {
			t.Errorf("%d check-ins after %q", n, words)
		}
	}
	f.settled()
	if n := f.count("SELECT count(*) FROM check_in"); n != 4 {
		t.Errorf("%d check-ins, want 4", n)
	}
	if left, err := os.ReadDir(spool); err != nil || len(left) > 0 {
		t.Errorf("left on the disk: %v %v", left, err)
	}
	if n := f.counted(`howareyou_spool_replayed_total`); n < 1 {
		t.Errorf("%d texts are counted as replayed", n)
	}
	// Ids of one millisecond, as texts of one batch have, are in no order.
	order := f.count(`SELECT count(*) FROM (SELECT received_at > lag(received_at) OVER (ORDER BY left(id::text, 13), received_at) AS later FROM inbound_message) t WHERE NOT later`)
	if order != 0 {
		t.Errorf("%d texts were read before an earlier one", order)
	}
}

// A folder that cannot be written to is found before the first text comes.
func TestAServiceWithoutAWritableSpoolDoesNotStart(t *testing.T) {
	t.Parallel()
	c := newClinic(t, wishes{})
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, c.dir, "serve", append(c.env, "HOWAREYOU_SPOOL_DIR="+file), "serve")
	c.until("the process has ended", p.ended)
	if code := p.group.State().ExitCode(); code != 2 {
		t.Errorf("exit code %d\n%s", code, p.tail(10))
	}
}

// The provider has given up on its webhook: the text stands in its list, and counts
// once all the same, however often the list is read (INV-1, INV-2).
func TestINV1_ATextWhoseWebhookNeverCameIsFoundInTheList(t *testing.T) {
	t.Parallel()
	k := &clock{}
	f := newFamily(t, wishes{now: k.now})
	m := f.move(k)
	m.fault("drop_webhook", 2)
	f.mary.Texts("2 rough night")
	f.sam.Texts("STOP")
	m.on(2 * time.Minute)
	f.sam.Expects("no more texts")
	f.mary.Expects("noted 2 of 5")
	f.ruth.Expects("2 of 5")
	for range 3 {
		m.on(time.Minute)
	}
	m.nobodyElse()
	if n := m.count("SELECT count(*) FROM check_in"); n != 1 {
		t.Errorf("%d check-ins, want 1", n)
	}
	if n := m.count("SELECT count(*) FROM sender WHERE inbound_listed_at IS NOT NULL"); n != 1 {
		t.Error("the list does not count as read")
	}
}
