package notify

import (
	"strconv"
	"time"

	"howareyou/carenet"
)

// Cap is how many texts of an organisation may leave in one of its days: a net
// under whatever could send without end.
type Cap struct {
	PerDay   int       // 0: no limit
	Planned  int       // planned for today so far
	Tomorrow time.Time // when the next day's texts may leave
}

// BeyondCap says whether a text leaves though the day's limit is reached: it calls
// somebody to a patient, tells somebody in danger whom to call, or is owed to
// somebody who stops our texts (INV-8, INV-10).
func (p Planned) BeyondCap() bool {
	switch p.Kind {
	case KindAlert, KindAlertTaken, KindStaff, KindCallOffer, KindReport, KindTask, KindNumberCheck, KindNumberMoved:
		return true
	case KindReply:
		switch p.Event.Detail.Reply {
		case carenet.ReplyCrisis, carenet.ReplyOptedOut, carenet.ReplyAckTaken, carenet.ReplyAckAlready, carenet.ReplyAckUnknown, carenet.ReplyAckWhich, carenet.ReplyCallYes:
			return true
		}
	}
	return false
}

// Under holds a text back until tomorrow when the day's limit is reached. It says
// whether the text takes a place in today's count, or in tomorrow's. A text that is
// of no use by then ends by itself when it is about to leave.
func (p *Planned) Under(c Cap) (today bool) {
	if c.PerDay == 0 || c.Planned < c.PerDay || p.BeyondCap() {
		return true
	}
	p.DueAt, p.Wait = c.Tomorrow, CapCause(c.PerDay)
	return false
}

// CapCause says why a text waits for the next day.
func CapCause(perDay int) string {
	return "the day's limit of " + strconv.Itoa(perDay) + " texts is reached"
}
