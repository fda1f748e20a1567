package notify

import (
	"hash/fnv"
	"regexp"

	"howareyou/carenet"
)

// Sender is a number or messaging service of an organisation that texts may
// leave from.
type Sender struct {
	ID       carenet.ID
	Position int // those of one position are a pool; a higher one is a spare
}

// ChooseSender says which of an organisation's senders a text leaves from, and
// why: the one that the person has just texted, else the one that their number
// knows us by, else one of the pool, always the same for the same number. The
// zero ID when there is none.
func ChooseSender(senders []Sender, texted, usual, conversation carenet.ID) (carenet.ID, string) {
	has := func(id carenet.ID) bool {
		for _, s := range senders {
			if s.ID == id && id != carenet.NilID {
				return true
			}
		}
		return false
	}
	switch {
	case has(texted):
		return texted, "the one they texted"
	case has(usual):
		return usual, "the one they know"
	}
	var best carenet.ID
	var most uint64
	for _, s := range senders {
		if s.Position != lowest(senders) {
			continue
		}
		// The highest draw wins: a sender that is added or retired moves nobody
		// but those whose it is.
		if draw := drawn(s.ID, conversation); best == carenet.NilID || draw > most {
			best, most = s.ID, draw
		}
	}
	if best == carenet.NilID {
		return best, "the organisation has no sender"
	}
	return best, "one of the pool"
}

func lowest(senders []Sender) int {
	low := senders[0].Position
	for _, s := range senders {
		low = min(low, s.Position)
	}
	return low
}

func drawn(sender, conversation carenet.ID) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(sender[:]) // never fails
	_, _ = h.Write(conversation[:])
	// The low bits of this hash hardly reach the high ones: stir.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}

// SenderKind is what the carriers take a sender for.
type SenderKind string

// The kinds of sender.
const (
	LongCode  SenderKind = "long_code"
	TollFree  SenderKind = "toll_free"
	ShortCode SenderKind = "short_code"
	Service   SenderKind = "service"
)

var tollFree = regexp.MustCompile(`^\+1(800|833|844|855|866|877|888)`)

// KindOfSender tells by the number; no number is a messaging service.
func KindOfSender(number string) SenderKind {
	switch {
	case number == "":
		return Service
	case number[0] != '+':
		return ShortCode
	case tollFree.MatchString(number):
		return TollFree
	}
	return LongCode
}

// PerMinute is how many texts a minute a sender of this kind may send unless
// somebody says otherwise. The provider publishes one a second for a long code,
// three for a toll-free number and ten or more for a short code. A service sends
// through the numbers of its pool, of which there is at least one.
func (k SenderKind) PerMinute() int {
	switch k {
	case TollFree:
		return 180
	case ShortCode:
		return 600
	}
	return 60
}
