package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/notify/twiliosim"
)

// dueAlerts are alerts whose first step falls due one after the other, by number.
type dueAlerts struct {
	due map[int]time.Time
	ids map[int]carenet.ID
}

// addAlerts puts alerts into the database whose first step is due within the next
// stretch of time.
func (c *clinic) addAlerts(patient carenet.ID, from, n int, within time.Duration, random *rand.Rand) dueAlerts {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.db.admin)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = conn.Close(c.t.Context()) }()
	all := dueAlerts{map[int]time.Time{}, map[int]carenet.ID{}}
	begin := time.Now().Add(2 * time.Second)
	b := &pgx.Batch{}
	for number := from; number < from+n; number++ {
		at := begin.Add(time.Duration(random.Int64N(int64(within)))).Truncate(time.Microsecond)
		id := carenet.NewID(at)
		all.due[number], all.ids[number] = at, id
		b.Queue(`INSERT INTO alert (org_id, id, number, patient_id, rule_id, rule_version, severity, evidence, state, asking_since, asked, next_step_at, opened_at, changed_at)
VALUES ($1, $2, $3, $4, 'WB-TREND-EWMA', 1, $6, '{}', 'open', $5, 0, $5, $5, $5)`, c.parse(c.org), id, number, patient, at, string(alerts.Escalated[number%len(alerts.Escalated)]))
	}
	if err := conn.SendBatch(c.t.Context(), b).Close(); err != nil {
		c.t.Fatal(err)
	}
	return all
}

var alertSaid = regexp.MustCompile(`Alert (\d+)`)

// lateness is how long after it fell due the provider had each step's text, sorted.
func (c *clinic) lateness(of dueAlerts, sent []twiliosim.Text) (late []time.Duration) {
	c.t.Helper()
	first := map[int]time.Time{}
	for _, t := range sent {
		m := alertSaid.FindStringSubmatch(t.Body)
		if t.Direction != "in" || m == nil {
			continue
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			c.t.Fatal(err)
		}
		if at, seen := first[n]; !seen || t.At.Before(at) {
			first[n] = t.At
		}
	}
	for n, due := range of.due {
		at, sent := first[n]
		if !sent {
			continue
		}
		late = append(late, at.Sub(due))
	}
	slices.Sort(late)
	return late
}

// TestINV9_StepsOfAlertsAreOnTimeWhateverFails: three workers, first as they should be,
// then killed one after the other while Redis goes away and comes back. Meanwhile
// somebody takes a third of the alerts, about when their step is due.
// HOWAREYOU_LATENESS=1000 measures so many steps of each kind; what it logs is what the
// documentation quotes. What fails is what nobody could mistake for a busy machine.
func TestINV9_StepsOfAlertsAreOnTimeWhateverFails(t *testing.T) {
	steps := 100
	if s := os.Getenv("HOWAREYOU_LATENESS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		steps = n
	}
	within := time.Duration(steps) * 150 * time.Millisecond
	c := newClinic(t, wishes{})
	mary := c.patient("Mary Okafor", "+447700900001")
	// Alerts of each severity ask somebody else: one telephone rings as often as in life.
	var staff []*phone
	for i, name := range []string{"Nurse Dana", "Dr Lee", "Ann Boss", "Nurse Kim"} {
		staff = append(staff, c.clinician(name, fmt.Sprintf("+44770090020%d", i+1), "responder,admin"))
	}
	texts := func() (all []twiliosim.Text) {
		for _, p := range staff {
			all = append(all, c.sim.Messages(p.number)...)
		}
		return all
	}
	_, workers := c.start(3)
	random := rand.New(rand.NewPCG(20261126, 0))
	actor := carenet.Actor{Kind: carenet.ActorClinician, Org: c.parse(c.org), Person: c.parse(staff[0].id), Via: "page"}
	store := c.store()
	for i, severity := range alerts.Escalated {
		e := alerts.DefaultEscalation(severity)
		e.Steps[0] = alerts.Step{People: []carenet.ID{c.parse(staff[i].id)}}
		if err := store.SetEscalation(t.Context(), actor, severity, e); err != nil {
			t.Fatal(err)
		}
	}
	c.addAlerts(c.parse(mary.id), 1, 10, time.Second, random) // connections and plans are there by then
	c.until("the first alerts are sent", func() bool { return len(alertsOn(texts())) >= 10 })
	for i, phase := range []struct {
		name   string
		limit  time.Duration
		faults bool
	}{{"healthy", 10 * time.Second, false}, {"kills and no Redis", 30 * time.Second, true}} {
		all := c.addAlerts(c.parse(mary.id), 1000*(i+1)+1, steps, within, random)
		var acks sync.WaitGroup
		taken := 0
		for n, due := range all.due {
			if n%3 != 0 {
				continue
			}
			taken++
			wait := time.NewTimer(time.Until(due) + time.Duration(random.Int64N(int64(time.Second))))
			acks.Go(func() {
				<-wait.C
				if _, err := store.Acknowledge(t.Context(), actor, all.ids[n]); err != nil {
					t.Errorf("alert %d: %v", n, err)
				}
			})
		}
		kills := 0
		if phase.faults {
			beat := time.NewTicker(within / 8)
			for part := range 8 {
				<-beat.C
				victim := random.IntN(len(workers))
				workers[victim].kill()
				workers[victim] = c.worker()
				kills++
				switch part {
				case 2:
					if err := c.redis.Kill(); err != nil {
						t.Fatal(err)
					}
				case 5:
					if err := c.redis.Restart(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			beat.Stop()
		}
		acks.Wait()
		c.until("each step was sent, or its alert taken", func() bool {
			return c.count("SELECT count(*) FROM alert WHERE number > $1 AND number <= $2 AND state = 'open' AND asked = 0", 1000*(i+1), 1000*(i+2)) == 0
		})
		c.settled()
		late := c.lateness(all, texts())
		at := func(share float64) time.Duration { return late[min(len(late)-1, int(share*float64(len(late))))] }
		t.Logf("%s: %d steps, %d of them taken about when they were due, %d sent, %d kills of 3 workers; late p50 %s, p99 %s, p99.9 %s, at most %s (load %s)", phase.name,
			steps, taken, len(late), kills, at(0.5).Round(time.Millisecond), at(0.99).Round(time.Millisecond), at(0.999).Round(time.Millisecond), late[len(late)-1].Round(time.Millisecond), load())
		if late[0] < 0 {
			t.Errorf("%s: sent %s before it was due", phase.name, -late[0])
		}
		if at(0.999) > phase.limit {
			t.Errorf("%s: p99.9 is %s", phase.name, at(0.999))
		}
		// Who nobody took was asked about: none of those may be missing.
		missing := 0
		sent := alertsOn(texts())
		for n := range all.due {
			if n%3 != 0 && !sent[n] {
				missing++
			}
		}
		if missing > 0 {
			t.Errorf("%s: %d steps were not sent", phase.name, missing)
		}
	}
	// The clocks of the processes are this machine's; a claim takes its time before the
	// lock that it may wait for.
	if n := c.count(`SELECT count(*) FROM attempt a JOIN delivery d ON d.org_id = a.org_id AND d.id = a.delivery_id AND d.kind = 'alert'
		JOIN event e ON e.org_id = d.org_id AND e.id = d.event_id JOIN alert x ON x.org_id = e.org_id AND x.id = e.subject_id
		WHERE x.state = 'acknowledged' AND a.started_at > x.acked_at + interval '250 milliseconds'`); n > 0 {
		t.Errorf("%d texts were claimed after somebody had the alert", n)
	}
}

func alertsOn(texts []twiliosim.Text) map[int]bool {
	sent := map[int]bool{}
	for _, t := range texts {
		if m := alertSaid.FindStringSubmatch(t.Body); t.Direction == "in" && m != nil {
			n, _ := strconv.Atoi(m[1])
			sent[n] = true
		}
	}
	return sent
}

// load is the machine's, as far as it says.
func load() string {
	all, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(all))[:1], "") + fmt.Sprintf(" on %d cores", runtime.NumCPU())
}
