package carenet

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/google/uuid"
)

// ID names a row. It is a UUID version 7 (RFC 9562), so rows sort by the time
// they were made and queues can be partitioned by it.
type ID = uuid.UUID

// NilID is the zero ID: "none".
var NilID = uuid.Nil

var idClock struct {
	sync.Mutex
	lastMS int64
	seq    uint16
}

// NewID returns a version 7 UUID for the instant at. The time comes from the
// caller, not from the machine, so that a demo or a test whose clock is moved
// gets ids that sort with its own time. Two calls in the same millisecond of
// one process sort in the order they were made.
func NewID(at time.Time) ID {
	var id ID
	if _, err := rand.Read(id[6:]); err != nil {
		panic("carenet: no randomness: " + err.Error())
	}
	ms := at.UnixMilli()
	idClock.Lock()
	if ms == idClock.lastMS && idClock.seq < 0x0fff {
		idClock.seq++
	} else {
		// Start low, so that a burst has room to count up.
		idClock.lastMS, idClock.seq = ms, binary.BigEndian.Uint16(id[6:8])&0x03ff
	}
	seq := idClock.seq
	idClock.Unlock()
	putMillis(&id, ms)
	id[6] = 0x70 | byte(seq>>8)
	id[7] = byte(seq)
	id[8] = id[8]&0x3f | 0x80
	return id
}

// FloorID returns the smallest ID that NewID can give for the instant at: the
// boundary between two partitions.
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
