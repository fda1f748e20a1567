package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/notify/twiliosim"
)

// fault makes the provider do something wrong so many times.
func (c *clinic) fault(kind string, times int) {
	c.t.Helper()
	if err := c.sim.AddFault(twiliosim.Fault{Kind: kind, Count: times}); err != nil {
		c.t.Fatal(err)
	}
}

// circle is a patient with one follower, and the words that the patient texts.
type circle struct {
	patient, follower *phone
	texts             []string
}

// circles enrols patients who will text so many times each. The first text of
// each has a score; the others have not, because a second score within the hour
// is a correction, and a corrected answer may rightly never be told.
func (c *clinic) circles(patients, texts int) []circle {
	c.t.Helper()
	store := c.store()
	operator := carenet.Actor{Kind: carenet.ActorOperator, Org: c.parse(c.org), Via: "test"}
	all := make([]circle, patients)
	for i := range all {
		p := c.Phone(fmt.Sprintf("Patient%02d Quent", i), fmt.Sprintf("+4477009010%02d", i))
		f := c.Phone(fmt.Sprintf("Follower%02d Quent", i), fmt.Sprintf("+4477009020%02d", i))
		patient, err := store.AddPatient(c.t.Context(), operator,
			postgres.NewPatient{NewPerson: postgres.NewPerson{Name: p.name, Phone: p.number}, LocalTime: notNow()})
		if err != nil {
			c.t.Fatal(err)
		}
		follower, err := store.AddFollower(c.t.Context(), operator, postgres.NewFollower{
			NewPerson: postgres.NewPerson{Name: f.name, Phone: f.number}, Patient: patient,
			Scope: carenet.Scope{carenet.PartScore, carenet.PartWords},
		})
		if err != nil {
			c.t.Fatal(err)
		}
		p.id, f.id = patient.String(), follower.String()
		all[i] = circle{patient: p, follower: f}
		for n := range texts {
			words := fmt.Sprintf("murmur%02dx%d", i, n)
			if n == 0 {
				words = "4 " + words
			}
			all[i].texts = append(all[i].texts, words)
		}
	}
	return all
}

// arrivedOnce fails unless every text of every patient was told to the follower
// and thanked for exactly once, counted where the provider accepts them.
func (c *clinic) arrivedOnce(all []circle) {
	c.t.Helper()
	accepted := map[string]int{}
	for _, n := range c.sim.Stats() {
		accepted[n.Number] += n.Accepted
	}
	lost, doubled := 0, 0
	for _, ci := range all {
		for _, text := range ci.texts {
			words := strings.TrimPrefix(text, "4 ")
			n := 0
			for _, got := range c.sim.Messages(ci.follower.number) {
				if got.Direction == "in" && strings.Contains(got.Body, words) {
					n++
				}
			}
			if n == 0 {
				lost++
				c.t.Errorf("%s never heard %q", ci.follower.name, words)
			}
			if n > 1 {
				doubled++
				c.t.Errorf("%s heard %q %d times", ci.follower.name, words, n)
			}
		}
		for _, p := range []*phone{ci.patient, ci.follower} {
			if got := accepted[p.number]; got != len(ci.texts) {
				c.t.Errorf("%d texts went to %s, want %d", got, p.name, len(ci.texts))
			}
		}
		thanks := 0
		for _, got := range c.sim.Messages(ci.patient.number) {
			if got.Direction == "in" && strings.Contains(got.Body, "noted 4 of 5") {
				thanks++
			}
		}
		if thanks != 1 {
			c.t.Errorf("%s was thanked for the score %d times", ci.patient.name, thanks)
		}
	}
	if lost+doubled > 0 {
		c.fail("lost %d, doubled %d", lost, doubled)
	}
}

// storm is the seeded misfortune of one run.
const (
	stormSeed  = 20261123
	stormKills = 18
)

// Two workers are killed in turn at random moments while 200 check-ins come in
// through a provider with every fault, and Redis forgets everything once.
func TestINV4_KillWorkerAtRandom(t *testing.T) {
	t.Parallel()
	// Texts are on their way for a while, so that kills find some there.
	c := newClinic(t, wishes{transit: 150 * time.Millisecond})
	heard := c.listen()
	all := c.circles(50, 4)
	_, workers := c.start(2)
	for _, f := range []twiliosim.Fault{
		{Kind: twiliosim.AcceptThenTimeout, Rate: 0.03, Delay: 2 * time.Second},
		{Kind: twiliosim.Error500, Rate: 0.03},
		{Kind: twiliosim.Error500AfterAccept, Rate: 0.03},
		{Kind: twiliosim.Rate429, Rate: 0.03},
		{Kind: twiliosim.Slow, Rate: 0.3, Delay: 100 * time.Millisecond}, // accepted, and the sender does not know yet
		{Kind: twiliosim.DropCallback, Rate: 0.4},
		{Kind: twiliosim.DuplicateCallback, Rate: 0.1},
		{Kind: twiliosim.ReorderCallback, Rate: 0.1},
		{Kind: twiliosim.DuplicateWebhook, Rate: 0.2},
	} {
		f.Seed = stormSeed
		if err := c.sim.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}

	random := rand.New(rand.NewPCG(stormSeed, 0))
	var texts []func()
	for n := range all[0].texts {
		for _, i := range random.Perm(len(all)) {
			texts = append(texts, func() { all[i].patient.Texts(all[i].texts[n]) })
		}
	}
	// One clock for both: a text every 90 ms on average, and after each eleventh
	// a kill somewhere before the next.
	beat := time.NewTimer(0)
	defer beat.Stop()
	kills := 0
	for i, text := range texts {
		<-beat.C
		text()
		if i%(len(texts)/stormKills) == 0 && kills < stormKills {
			victim := random.IntN(len(workers))
			// By turns when a text is on its way to the provider, and anywhere in
			// the life of one: up to 60 ms after it came.
			if moment := time.NewTimer(time.Duration(random.IntN(60)) * time.Millisecond); kills%2 == 1 {
				<-moment.C
			} else {
				c.nextOnWay()
			}
			workers[victim].kill()
			workers[victim] = c.worker()
			kills++
		}
		if i == len(texts)/2 {
			c.forgetAll()
		}
		beat.Reset(time.Duration(random.IntN(180)) * time.Millisecond)
	}
	// What was refused again and again waits longer each time: the provider
	// recovers, and the last of it may come half a minute later.
	c.sim.ClearFaults()
	c.settledWithin(2 * time.Minute)
	found := c.count("SELECT count(*) FROM attempt WHERE state <> 'abandoned' AND no = 1 AND class = 'accepted' AND changed_at - started_at > interval '5 seconds'")
	t.Logf("kills %d, texts that died on the way %d, found by the list or a late callback %d, faults %v", kills, c.broken.Load(), found, c.sim.FaultsFired())
	if kills < 15 || c.broken.Load() == 0 {
		t.Errorf("%d kills, %d texts died on the way: the test proves too little", kills, c.broken.Load())
	}
	c.arrivedOnce(all)
	c.nothingPersonal(c.places(heard), "murmur")
}

// nextOnWay waits until a text has just left for the provider.
func (c *clinic) nextOnWay() {
	select { // one that left earlier has arrived by now
	case <-c.onWay:
	default:
	}
	late := time.NewTimer(2 * time.Second)
	defer late.Stop()
	select {
	case <-c.onWay:
	case <-late.C:
	}
}

// forgetAll empties the Redis.
func (c *clinic) forgetAll() {
	c.t.Helper()
	conn, err := dialRedis(c.redis)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.close()
	if _, err := conn.do("FLUSHALL"); err != nil {
		c.t.Fatal(err)
	}
}
