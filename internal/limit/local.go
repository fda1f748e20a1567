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

func (c *cells) allow(key string, limit Limit) (ok bool, retryAfter time.Duration) {
	type cell struct {
		key   string
		limit Limit
	}
	i := maphash.Comparable(c.seed, cell{key, limit}) % cellCount
	now := c.now().UnixNano()
	each := int64(limit.Per) / int64(limit.Events)
	all := each * int64(limit.Events)
	c.mu.Lock()
	defer c.mu.Unlock()
	// Not before now; and not later than an empty cell can be, in case the
	// clock was set back.
	full := min(max(c.full[i], now), now+all) + each
	if wait := full - all - now; wait > 0 {
		return false, time.Duration(wait)
	}
	c.full[i] = full
	return true, 0
}
