package twiliosim

import "strings"

// The words that Twilio's default handling reserves, and what it answers.
var (
	stopWords  = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
	startWords = []string{"START", "UNSTOP", "YES"}
	helpWords  = []string{"HELP", "INFO"}
)

const (
	stopReply = "You have successfully been unsubscribed. You will not receive any more messages " +
		"from this number. Reply START to resubscribe."
	startReply = "You have successfully been re-subscribed to messages from this number. " +
		"Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	helpReply = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)

// keyword finds the reserved word that a text consists of: the word alone, in
// any case. "STOP please" is none.
func keyword(body string) string {
	word := strings.ToUpper(strings.TrimSpace(body))
	for kind, words := range map[string][]string{"STOP": stopWords, "START": startWords, "HELP": helpWords} {
		for _, w := range words {
			if word == w {
				return kind
			}
		}
	}
	return ""
}

// carrier does what the carrier does with a reserved word before anybody else
// sees the text. It returns the word's kind for OptOutType, and the answer that
// the phone gets, both empty for none. A YES of somebody who never stopped is
// an ordinary word. The caller holds the lock.
func (s *Sim) carrier(p pair, body string) (optOutType, reply string) {
	stopped := s.blocked[p]
	kind := keyword(body)
	switch {
	case kind == "STOP" && stopped:
		return kind, ""
	case kind == "STOP":
		s.block(p, true)
		return kind, stopReply
	case kind == "START" && (stopped || !strings.EqualFold(strings.TrimSpace(body), "YES")):
		s.block(p, false)
		return kind, startReply
	case kind == "HELP" && stopped:
		return kind, ""
	case kind == "HELP":
		return kind, helpReply
	}
	return "", ""
}

func (s *Sim) block(p pair, on bool) {
	s.setBlock(p, on)
	s.save(record{Block: &block{p.number, p.phone, on}})
}

func (s *Sim) setBlock(p pair, on bool) {
	if on {
		s.blocked[p] = true
	} else {
		delete(s.blocked, p)
	}
}
