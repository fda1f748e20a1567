package backtest

import (
	"errors"

	"howareyou/alerts"
)

// A value is one line of the file in eight bytes: the day, the moment on it and
// a code for the score. Values of one patient sort in time.
type value uint64

const (
	codeBits   = 15
	momentBits = 27      // milliseconds of a day of 25 hours
	dayZero    = -719162 // 0001-01-01

	unanswered = 0 // the code of an empty score
)

func valueOf(day alerts.Day, moment int64, code uint16) value {
	return value(uint64(day-dayZero)<<(momentBits+codeBits) | uint64(moment)<<codeBits | uint64(code))
}

func (v value) day() alerts.Day { return alerts.Day(v>>(momentBits+codeBits)) + dayZero }

// moment is the day and the time on it, for comparing.
func (v value) moment() uint64 { return uint64(v >> codeBits) }

func (v value) code() uint16 { return uint16(v & (1<<codeBits - 1)) }

// values are all lines of a file with whose they are, twelve bytes each, in
// blocks so that growing copies nothing.
type values struct {
	blocks []*block  // eight bytes each
	whose  []*owners // four bytes each; gone once gathered
	n      int
	people []string
	index  map[string]uint32
	counts []int // values of each patient
	scores []float64
	codes  map[float64]uint16
	last   alerts.Day
	silent bool // some score is empty
}

const blockSize = 1 << 15

type (
	block  [blockSize]value
	owners [blockSize]uint32
)

func newValues() *values {
	return &values{index: make(map[string]uint32), scores: []float64{0}, codes: make(map[float64]uint16), last: dayZero - 1}
}

var errTooManyScores = errors.New("there are more than 32,767 different scores in the file")

// add keeps one value. An empty score is an asking without answer.
func (s *values) add(patient []byte, day alerts.Day, moment int64, score float64, answered bool) error {
	code := uint16(unanswered)
	if answered {
		known, ok := s.codes[score]
		if !ok {
			if len(s.scores) >= 1<<codeBits {
				return errTooManyScores
			}
			known = uint16(len(s.scores))
			s.codes[score] = known
			s.scores = append(s.scores, score)
		}
		code = known
	}
	who, ok := s.index[string(patient)]
	if !ok {
		who = uint32(len(s.people))
		name := string(patient)
		s.people = append(s.people, name)
		s.counts = append(s.counts, 0)
		s.index[name] = who
	}
	if s.n == len(s.blocks)*blockSize {
		s.blocks, s.whose = append(s.blocks, new(block)), append(s.whose, new(owners))
	}
	s.blocks[s.n/blockSize][s.n%blockSize] = valueOf(day, moment, code)
	s.whose[s.n/blockSize][s.n%blockSize] = who
	s.n++
	s.counts[who]++
	s.last = max(s.last, day)
	s.silent = s.silent || !answered
	return nil
}

// gather puts the values of each patient side by side, in place: every value
// is swapped into the next free place of its patient until none is left in the
// wrong one (the American flag sort of McIlroy, Bostic & McIlroy 1993). It
// returns where each patient's begin.
func (s *values) gather() []int {
	starts := make([]int, len(s.people)+1)
	next := make([]int, len(s.people))
	for i, c := range s.counts {
		next[i] = starts[i]
		starts[i+1] = starts[i] + c
	}
	for p := range s.people {
		for next[p] < starts[p+1] {
			b, i := next[p]/blockSize, next[p]%blockSize
			v, who := s.blocks[b][i], s.whose[b][i]
			for int(who) != p {
				other, j := next[who]/blockSize, next[who]%blockSize
				next[who]++
				v, s.blocks[other][j] = s.blocks[other][j], v
				who, s.whose[other][j] = s.whose[other][j], who
			}
			s.blocks[b][i], s.whose[b][i] = v, who
			next[p]++
		}
	}
	s.whose = nil
	return starts
}

// of copies the values from one place to another into a buffer.
func (s *values) of(from, to int, buf []value) []value {
	buf = buf[:0]
	for at := from; at < to; {
		b, i := s.blocks[at/blockSize], at%blockSize
		end := min(blockSize, i+to-at)
		buf = append(buf, b[i:end]...)
		at += end - i
	}
	return buf
}
