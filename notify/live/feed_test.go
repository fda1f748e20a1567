package live

import (
	"errors"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

func TestChangesReachThisProcessOnceAndTheOthers(t *testing.T) {
	r := startRedis(t)
	here, there := startFeed(t, r.URL()), startFeed(t, r.URL())
	connected(t, here, 1)
	connected(t, there, 1)
	mary, circle := newID(), newID()
	mine, theirs, other := subscribe(t, here, mary), subscribe(t, there, mary), subscribe(t, there, circle)
	for range 100 {
		id := newID()
		here.Publish(id, mary, circle)
		for _, changes := range []<-chan carenet.ID{mine, theirs, other} {
			// Once each: a second one would stand in the place of the next id.
			if got := next(t, changes); got != id {
				t.Fatalf("got %v, published %v", got, id)
			}
		}
	}
	eventually(t, "all are counted", func() bool { return here.Stats().Published == 200 })
	if got := here.Stats(); got.Missed != 0 {
		t.Errorf("%+v", got)
	}
}

func TestINV5_WithoutRedisPagesOfThisProcessStillHear(t *testing.T) {
	r := startRedis(t)
	if err := r.Kill(); err != nil {
		t.Fatal(err)
	}
	feed := startFeed(t, r.URL())
	mary := newID()
	changes := subscribe(t, feed, mary)
	for range 3 * outgoing { // more than waits for Redis
		id := newID()
		feed.Publish(id, mary)
		if got := next(t, changes); got != id {
			t.Fatalf("got %v, published %v", got, id)
		}
	}
	if err := r.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := next(t, changes); got != Refetch {
		t.Errorf("at the first connection: %v", got)
	}
}

func TestINV5_AfterABreakPagesRefetchAndThenHearAgain(t *testing.T) {
	r := startRedis(t)
	here, there := startFeed(t, r.URL()), startFeed(t, r.URL())
	connected(t, here, 1)
	connected(t, there, 1)
	mary := newID()
	mine, theirs := subscribe(t, here, mary), subscribe(t, there, mary)
	if err := errors.Join(r.Kill(), r.Restart(t.Context())); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for _, changes := range []<-chan carenet.ID{mine, theirs} {
		if got := next(t, changes); got != Refetch {
			t.Errorf("after the break: %v", got)
		}
	}
	t.Logf("told to refetch after %v", time.Since(start))
	heardAgain(t, here, mary, theirs)
}

// A publisher that cannot reach Redis leaves other processes' pages behind
// although their own connections may be fine: they must be told.
func TestINV5_WhatWasNotPublishedIsMadeUpForByARefetch(t *testing.T) {
	r := startRedis(t)
	here, there := startFeed(t, r.URL()), startFeed(t, r.URL())
	connected(t, here, 1)
	connected(t, there, 1)
	mary := newID()
	theirs := subscribe(t, there, mary)
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	var longest time.Duration
	for range 5 * outgoing {
		start := time.Now()
		here.Publish(newID(), mary)
		longest = max(longest, time.Since(start))
	}
	t.Logf("longest publication to a frozen Redis: %v", longest)
	eventually(t, "the publisher gives up", func() bool { return here.Stats().Missed == 5*outgoing })
	if err := r.Thaw(); err != nil {
		t.Fatal(err)
	}
	for next(t, theirs) != Refetch { // what stood in Redis' buffers may come first
	}
	heardAgain(t, here, mary, theirs)
}

// heardAgain publishes until a change arrives as it was published.
func heardAgain(t *testing.T, from *Feed, topic carenet.ID, to <-chan carenet.ID) {
	t.Helper()
	published := map[carenet.ID]bool{}
	eventually(t, "a change arrives", func() bool {
		id := newID()
		published[id] = true
		from.Publish(id, topic)
		select {
		case got := <-to:
			return published[got]
		default:
			return false
		}
	})
}

// A Redis that takes connections and says nothing must be noticed too.
func TestINV5_ASilentSubscriptionIsTakenUpAnew(t *testing.T) {
	r := startRedis(t)
	feed, err := start(r.URL(), newID(), Options{Logger: slog.New(slog.DiscardHandler)}, 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(feed.Close)
	connected(t, feed, 1)
	mary := newID()
	changes := subscribe(t, feed, mary)
	before := pings(t, feed)
	eventually(t, "a quiet Redis is asked whether it is there", func() bool { return pings(t, feed) > before+5 })
	if n := feed.Stats().Connected; n != 1 {
		t.Fatalf("subscribed %d times at a quiet Redis", n)
	}
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the silence is noticed", func() bool { return feed.Stats().Lost > 0 })
	if err := r.Thaw(); err != nil {
		t.Fatal(err)
	}
	connected(t, feed, 2)
	if got := next(t, changes); got != Refetch {
		t.Errorf("got %v", got)
	}
	other := startFeed(t, r.URL())
	heardAgain(t, other, mary, changes)
}

// pings returns how many PINGs Redis has had from anybody.
func pings(t *testing.T, f *Feed) int {
	t.Helper()
	info, err := f.redis.Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(info, "cmdstat_ping:calls=")
	digits, _, _ := strings.Cut(after, ",")
	n, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatalf("no count of PINGs: %v", err)
	}
	return n
}

func TestFlushedRedisDisturbsNothing(t *testing.T) {
	r := startRedis(t)
	here, there := startFeed(t, r.URL()), startFeed(t, r.URL())
	connected(t, there, 1)
	mary, id := newID(), newID()
	theirs := subscribe(t, there, mary)
	if err := here.redis.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	here.Publish(id, mary)
	if got := next(t, theirs); got != id {
		t.Errorf("got %v", got)
	}
}

func TestINV13_OnlyIDsTravel(t *testing.T) {
	r := startRedis(t)
	here := startFeed(t, r.URL())
	raw := here.redis.Subscribe(t.Context(), channel)
	defer raw.Close()
	if _, err := raw.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	id, mary := newID(), newID()
	here.Publish(id, mary)
	got, err := raw.ReceiveMessage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	uuid := `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	if !regexp.MustCompile(`^`+uuid+" "+uuid+" "+uuid+`$`).MatchString(got.Payload) || !strings.HasSuffix(got.Payload, mary.String()+" "+id.String()) {
		t.Errorf("published %q", got.Payload)
	}
}

func TestStrangeMessagesAreIgnored(t *testing.T) {
	r := startRedis(t)
	feed := startFeed(t, r.URL())
	connected(t, feed, 1)
	mary, id := newID(), newID()
	changes := subscribe(t, feed, mary)
	for _, strange := range []string{"", "a b c", mary.String(), "  ", strings.Repeat(mary.String()+" ", 3), mary.String() + " " + mary.String() + " x"} {
		if err := feed.redis.Publish(t.Context(), channel, strange).Err(); err != nil {
			t.Fatal(err)
		}
	}
	other := startFeed(t, r.URL())
	other.Publish(id, mary)
	if got := next(t, changes); got != id {
		t.Errorf("got %v", got)
	}
}

func TestCloseIsPromptWhileRedisIsFrozen(t *testing.T) {
	r := startRedis(t)
	feed := startFeed(t, r.URL())
	connected(t, feed, 1)
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	feed.Publish(newID(), newID())
	start := time.Now()
	feed.Close()
	t.Logf("closed after %v", time.Since(start))
}

func TestAnAddressThatCannotBeRead(t *testing.T) {
	if _, err := New("redis://:5ecre7@host:port:x/", newID(), Options{}); carenet.CodeOf(err) != carenet.Invalid || strings.Contains(err.Error(), "5ecre7") {
		t.Errorf("%v", err)
	}
}

func BenchmarkPublishToAnotherProcess(b *testing.B) {
	r := startRedis(b)
	here, there := startFeed(b, r.URL()), startFeed(b, r.URL())
	connected(b, there, 1)
	mary := newID()
	theirs := subscribe(b, there, mary)
	for b.Loop() {
		here.Publish(newID(), mary)
		<-theirs
	}
}
