package twiliosim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The kinds of fault. "Accepted" means that the message exists and will reach
// its handset, whatever the sender was told.
const (
	AcceptThenTimeout    = "accept_then_timeout"    // accepted, never answered: hangs for Delay (60 s), then hangs up
	Error500             = "error_500"              // refused with a JSON 500; not accepted
	Error500AfterAccept  = "error_500_after_accept" // accepted, answered with a JSON 500
	HTML502              = "html_502"               // a gateway's HTML page; not accepted
	Truncated201         = "truncated_201"          // accepted, the answer breaks off half-way
	Rate429              = "rate_429"               // refused; Retry-After is Delay (1 s) in whole seconds
	Slow                 = "slow"                   // accepted, answered after Delay (3 s)
	ListLag              = "list_lag"               // accepted, missing from lists for Delay (5 s)
	DropCallback         = "drop_callback"          // one status callback is never sent
	DuplicateCallback    = "duplicate_callback"     // one status callback is sent again after Delay (0)
	ReorderCallback      = "reorder_callback"       // one status callback is sent after its successor and Delay (0)
	DropWebhook          = "drop_webhook"           // an inbound text is never announced; only the list has it
	DuplicateWebhook     = "duplicate_webhook"      // an inbound text is announced twice, in parallel or after Delay (0)
	OptedOut21610        = "opted_out_21610"        // refused as if the number had texted STOP
	undeliverable        = "undeliverable_"         // accepted and sent, then undelivered with this code
	undeliverableMinimum = 30003
)

// undeliverableReasons are Twilio's words for the codes that can be imitated.
var undeliverableReasons = map[int]string{
	30003: "Unreachable destination handset",
	30005: "Unknown destination handset",
	30006: "Landline or unreachable carrier",
	30007: "Message filtered",
	30008: "Unknown error",
}

var faultDelays = map[string]time.Duration{
	AcceptThenTimeout: 60 * time.Second,
	Rate429:           time.Second,
	Slow:              3 * time.Second,
	ListLag:           5 * time.Second,
}

// FaultKinds lists every kind that AddFault takes.
func FaultKinds() []string {
	kinds := []string{
		AcceptThenTimeout, Error500, Error500AfterAccept, HTML502, Truncated201, Rate429, Slow, ListLag,
		DropCallback, DuplicateCallback, ReorderCallback, DropWebhook, DuplicateWebhook, OptedOut21610,
	}
	for _, code := range slices.Sorted(maps.Keys(undeliverableReasons)) {
		kinds = append(kinds, undeliverable+strconv.Itoa(code))
	}
	return kinds
}

// Fault asks for something to go wrong: with the probability Rate, or the next
// Count times, or (both given) with that probability until it happened Count
// times. Several may be active at once; each has a random sequence of its own
// that depends on Seed and Kind alone.
type Fault struct {
	Kind  string
	Rate  float64       // 0 < Rate <= 1
	Count int           // 0: without end
	Delay time.Duration // meaning and default: see the kind
	Seed  uint64
	To    string // undeliverable_... only: the one handset that texts do not reach
}

func (f Fault) check() error {
	switch {
	case f.To != "" && (!strings.HasPrefix(f.Kind, undeliverable) || !e164.MatchString(f.To)):
		return fmt.Errorf("to must be a number, and goes with undeliverable_... alone")
	case !slices.Contains(FaultKinds(), f.Kind):
		return fmt.Errorf("unknown kind of fault; known are %s", strings.Join(FaultKinds(), ", "))
	case f.Rate < 0 || f.Rate > 1:
		return fmt.Errorf("rate must be above 0 and at most 1")
	case f.Count < 0:
		return fmt.Errorf("count must be at least 1")
	case f.Rate == 0 && f.Count == 0:
		return fmt.Errorf("give a rate or a count")
	case f.Delay < 0:
		return fmt.Errorf("delay must not be negative")
	}
	return nil
}

// faultSet holds the active faults and how often each kind happened.
type faultSet struct {
	mu     sync.Mutex
	active []*armedFault
	fired  map[string]int
}

type armedFault struct {
	Fault
	random *rand.Rand
	left   int
}

func (s *faultSet) add(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	if f.Delay == 0 {
		f.Delay = faultDelays[f.Kind]
	}
	var kind uint64
	for _, b := range []byte(f.Kind) {
		kind = kind*131 + uint64(b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = append(s.active, &armedFault{Fault: f, random: rand.New(rand.NewPCG(f.Seed, kind)), left: f.Count})
	return nil
}

func (s *faultSet) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = nil
}

// strikes decides whether a fault of this kind happens now.
func (s *faultSet) strikes(kind string) (Fault, bool) { return s.strikesAt(kind, "") }

// strikesAt is strikes for what goes to one handset.
func (s *faultSet) strikesAt(kind, to string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.active {
		if f.Kind != kind || f.To != "" && f.To != to || (f.Rate > 0 && f.random.Float64() >= f.Rate) {
			continue
		}
		if f.Count > 0 {
			if f.left--; f.left == 0 {
				s.active = slices.Delete(s.active, i, i+1)
			}
		}
		if s.fired == nil {
			s.fired = make(map[string]int)
		}
		s.fired[kind]++
		return f.Fault, true
	}
	return Fault{}, false
}

// undeliverable decides whether a message will fail on its way, and with which
// code; 0 means that it will arrive.
func (s *faultSet) undeliverable(to string) int {
	for code := undeliverableMinimum; code <= 30008; code++ {
		if _, ok := undeliverableReasons[code]; !ok {
			continue
		}
		if _, struck := s.strikesAt(undeliverable+strconv.Itoa(code), to); struck {
			return code
		}
	}
	return 0
}

func (s *faultSet) snapshot() (active []Fault, fired map[string]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.active {
		now := f.Fault
		now.Count = f.left
		active = append(active, now)
	}
	fired = maps.Clone(s.fired)
	if fired == nil {
		fired = map[string]int{}
	}
	return active, fired
}
