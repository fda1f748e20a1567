package limit

import (
	"hash/maphash"
	"sync"
	"time"
)

// cellCount bounds the memory of local counting (8 bytes each), whoever asks
// with however many keys.
const cellCount = 1 << 16

// cells counts in this process. Each key has a cell by its hash; two keys with
// the same cell share their limit, which is the price of never growing and
// never cleaning up. The seed is random, so nobody can choose a neighbour.
type cells struct {
	now  func() time.Time
	seed maphash.Seed

	mu sync.Mutex
	// full holds, for each cell, the time at which all its events would be
	// there again, in nanoseconds since 1970.
	full [cellCount]int64
}

func newCells(now func() time.Time) *cells {
	return &cells{now: now, seed: maphash.MakeSeed()}
}

func (c *cells) take(key string, limit Limit, n int) (got int, retryAfter time.Duration) {
	type cell struct {
		key   string
		limit Limit
	}
	i := maphash.Comparable(c.seed, cell{key, limit}) % cellCount
	now := c.now().UnixNano()
	each := int64(limit.Per) / int64(limit.Events)
	all := each * int64(limit.burst())
	c.mu.Lock()
	defer c.mu.Unlock()
	// Not before now; and not later than an empty cell can be, in case the
	// clock was set back.
	full := min(max(c.full[i], now), now+all)
	got = min(n, int((now+all-full)/each))
	full += int64(got) * each
	c.full[i] = full
	if got == n {
		return got, 0
	}
	return got, time.Duration(full + each - all - now)
}
