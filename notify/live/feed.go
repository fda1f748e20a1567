package live

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"howareyou/carenet"
)

const (
	// channel is the one Redis channel of all processes. A channel a topic
	// would spare processes what none of their pages show, and cost a
	// subscription each time that a page opens.
	channel = "howareyou:live"

	outgoing = 1024 // changes that wait for Redis
	together = 128  // changes that go to Redis in one round trip

	patience  = time.Second            // for one call of Redis
	pause     = time.Second            // after a publication that failed
	silent    = 5 * time.Second        // without a word from Redis: ask whether it is there
	reconnect = 200 * time.Millisecond // between two tries to subscribe
)

// Options says how a Feed works. The zero value works.
type Options struct {
	Logger *slog.Logger // slog.Default when nil
}

// Feed carries changes to open pages, in this process and the others.
type Feed struct {
	hub      hub
	redis    *redis.Client
	log      *slog.Logger
	silent   time.Duration
	origin   carenet.ID // this process: its own messages come back from Redis
	out      chan message
	overflow atomic.Bool // changes were dropped for want of room
	stop     context.CancelFunc
	done     sync.WaitGroup

	nPublished, nMissed, nConnected, nLost atomic.Int64
}

// message is one change, as it goes through Redis: three ids in their plain
// form with a space between. A message of topic Refetch and id Refetch tells
// every page of every other process to refetch.
type message struct{ origin, topic, id carenet.ID }

func (m message) String() string {
	return m.origin.String() + " " + m.topic.String() + " " + m.id.String()
}

func parseMessage(s string) (m message, ok bool) {
	parts := strings.Split(s, " ")
	if len(parts) != 3 {
		return m, false
	}
	for i, to := range []*carenet.ID{&m.origin, &m.topic, &m.id} {
		id, err := carenet.ParseID(parts[i])
		if err != nil {
			return m, false
		}
		*to = id
	}
	return m, true
}

// New makes a Feed and starts its connections to Redis. It does not wait for
// Redis: an error means that the address cannot be read. origin names this
// process and must be new for each start (carenet.NewID).
func New(redisURL string, origin carenet.ID, o Options) (*Feed, error) {
	return start(redisURL, origin, o, silent)
}

func start(redisURL string, origin carenet.ID, o Options, silent time.Duration) (*Feed, error) {
	client, err := connect(redisURL, patience)
	if err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	ctx, stop := context.WithCancel(context.Background())
	f := &Feed{redis: client, log: o.Logger, silent: silent, origin: origin, out: make(chan message, outgoing), stop: stop}
	f.done.Go(func() { f.publish(ctx) })
	f.done.Go(func() { f.listen(ctx) })
	return f, nil
}

// Subscribe returns the changes of a topic from now on, and the function that
// ends them and closes the channel. A topic is an id: of a patient, an
// organisation, a person; whoever subscribes must first have checked that the
// reader may know of it. Receive until the channel is closed or the function
// was called: a reader that is slow costs nobody but itself, and gets Refetch
// for what it did not take in time.
func (f *Feed) Subscribe(topic carenet.ID) (<-chan carenet.ID, func()) {
	return f.hub.subscribe(topic)
}

// Publish tells the subscribers of the topics that id has changed: those of
// this process before it returns, those of the others through Redis. It never
// blocks and never fails; where something was dropped, pages are told to
// refetch once Redis is there again.
func (f *Feed) Publish(id carenet.ID, topics ...carenet.ID) {
	for _, topic := range topics {
		f.hub.tell(topic, id)
		select {
		case f.out <- message{f.origin, topic, id}:
		default:
			f.nMissed.Add(1)
			f.overflow.Store(true)
		}
	}
}

// Stats counts since the start.
type Stats struct {
	Published int64 // changes handed to Redis
	Missed    int64 // changes that did not reach Redis
	Connected int64 // times that this process has subscribed at Redis
	Lost      int64 // times that a subscription, or a try at one, failed
}

// Stats returns the counts so far.
func (f *Feed) Stats() Stats {
	return Stats{f.nPublished.Load(), f.nMissed.Load(), f.nConnected.Load(), f.nLost.Load()}
}

// Close ends the connections to Redis. Subscribers stay until they cancel, and
// hear of this process's changes still.
func (f *Feed) Close() {
	f.stop()
	f.done.Wait()
	_ = f.redis.Close() // nothing is written through it that must arrive
}
