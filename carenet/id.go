package carenet

import (
	"crypto/rand"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// ID names a row. It is a UUID version 7 (RFC 9562), so rows sort by the time
// they were made and queues can be partitioned by it.
type ID = uuid.UUID

// NilID is the zero ID: "none".
var NilID = uuid.Nil

// idCount counts the ids of this process. It begins somewhere random in the
// lower half of its idCountBits, so that two processes differ and no process
// lives to see it wrap.
var idCount = func() *atomic.Uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: Go ends the process instead
	c := &atomic.Uint64{}
	c.Store(binary.BigEndian.Uint64(b[:]) >> (64 - idCountBits + 1))
	return c
}()

// idCountBits is the width of the counter within an ID (RFC 9562 section 6.2,
// method 1): the 12 bits of rand_a and the first 22 of rand_b.
const idCountBits = 34

// NewID returns a version 7 UUID for the instant at, 1970 or later. The time
// comes from the caller, not from the machine, so that a demo or a test whose
// clock is moved gets ids that sort with its own time. Ids that one process
// makes for one millisecond sort in the order they were made, however many
// they are and whatever else is made in between.
func NewID(at time.Time) ID {
	var id ID
	putMillis(&id, at.UnixMilli())
	n := idCount.Add(1)
	id[6] = 0x70 | byte(n>>30)&0x0f
	id[7] = byte(n >> 22)
	id[8] = 0x80 | byte(n>>16)&0x3f
	id[9] = byte(n >> 8)
	id[10] = byte(n)
	_, _ = rand.Read(id[11:])
	return id
}

// FloorID returns an ID below all that NewID gives from the instant at on, and
// above all that it gives before: the boundary between two partitions.
func FloorID(at time.Time) ID {
	var id ID
	putMillis(&id, at.UnixMilli())
	return id
}

func putMillis(id *ID, ms int64) {
	for i := 0; i < 6; i++ {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
}

// ParseID reads an ID, with a clear error of code Invalid.
func ParseID(s string) (ID, error) {
	id, err := uuid.Parse(s)
	if err != nil {
		return NilID, Errorf(Invalid, "parse id", "this is not an id")
	}
	return id, nil
}
