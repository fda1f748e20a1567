package twiliosim

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Answer says what a handset does with a call.
type Answer struct {
	// Answer is human, machine, busy, no-answer, decline, or hangup: a human who hangs
	// up at the first word.
	Answer string `json:"answer"`
	Digits string `json:"digits"` // the keys that a human presses, one each time that one is asked for
}

// What may be wrong with an answer.
var (
	errAnswer   = errors.New("answer must be human, machine, busy, no-answer, decline or hangup")
	errDigits   = errors.New("digits must be keys of a telephone")
	errNotThere = errors.New("there is no such call")
	errOver     = errors.New("the call is answered or over already")
)

func (a Answer) check() error {
	switch a.Answer {
	case "human", "machine", "busy", "no-answer", "decline", "hangup":
	default:
		return errAnswer
	}
	if strings.Trim(a.Digits, "0123456789*#") != "" {
		return errDigits
	}
	return nil
}

// AnswerCall has a call that is queued or rings answered.
func (s *Sim) AnswerCall(sid string, a Answer) (Call, error) {
	if err := a.check(); err != nil {
		return Call{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.callBySID(sid)
	switch {
	case c == nil:
		return Call{}, errNotThere
	case c.final() || c.taken:
		return Call{}, errOver
	}
	if c.Status == queued {
		s.callIs(c, ringing)
	}
	s.take(c, a)
	return c.shown(), nil
}

// AnswerAll has a handset answer every call like this, from the next on. The zero
// Answer lets it ring again.
func (s *Sim) AnswerAll(phone string, a Answer) error {
	if a != (Answer{}) {
		if err := a.check(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a == (Answer{}) {
		delete(s.answers, phone)
	} else {
		s.answers[phone] = a
	}
	return nil
}

// take has a ringing call answered. The caller holds the lock.
func (s *Sim) take(c *call, a Answer) {
	c.taken = true
	switch a.Answer {
	case "busy", "decline":
		s.callIs(c, busy)
	case "no-answer":
		s.callIs(c, noAnswer)
	default:
		s.later(0, &s.calls, func() { s.talk(c, a) })
	}
}

// maxDocuments bounds a call that goes round in circles.
const maxDocuments = 20

// talk is a call that was picked up: it says what the product's TwiML says, and
// goes where that leads.
func (s *Sim) talk(c *call, a Answer) {
	s.mu.Lock()
	if c.Detect {
		c.AnsweredBy = map[string]string{"machine": "machine_start"}[a.Answer]
		if c.AnsweredBy == "" {
			c.AnsweredBy = "human"
		}
	}
	s.callIs(c, inProgress)
	s.mu.Unlock()
	if a.Answer == "machine" {
		a.Digits = "" // a machine presses nothing
	}
	address, digits := c.URL, ""
	document := answer{status: http.StatusOK, contentType: "text/xml", body: []byte(c.Twiml)}
	for n := 0; n < maxDocuments && a.Answer != "hangup"; n++ {
		if c.Twiml == "" || n > 0 {
			s.mu.Lock()
			params := s.callParams(c)
			s.mu.Unlock()
			if digits != "" {
				params.Set("Digits", digits)
				params.Set("msg", "Gather End")
			}
			document = s.post(address, params, nil)
		}
		verbs, err := readVerbs(document)
		if err != nil {
			s.say(c, "We are sorry, an application error has occurred. Goodbye.")
			break
		}
		next, key := s.perform(c, verbs, &a)
		if next == "" {
			break
		}
		if address, err = resolved(address, next); err != nil {
			break
		}
		digits = key
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.callIs(c, completed)
	}
}

// perform does the verbs of one document until one leads elsewhere: the address,
// and the key that was pressed on the way. An empty address ends the call.
func (s *Sim) perform(c *call, verbs []verb, a *Answer) (next, key string) {
	for _, v := range verbs {
		switch v.XMLName.Local {
		case "Say":
			s.say(c, v.Text)
		case "Gather":
			for _, inner := range v.Verbs {
				if inner.XMLName.Local == "Say" {
					s.say(c, inner.Text)
				}
			}
			if a.Digits == "" {
				continue
			}
			key, a.Digits = a.Digits[:1], a.Digits[1:]
			s.mu.Lock()
			c.Pressed += key
			s.mu.Unlock()
			return v.Action, key
		case "Redirect":
			return strings.TrimSpace(v.Text), ""
		case "Hangup", "Reject":
			return "", ""
		}
	}
	return "", ""
}

func (s *Sim) say(c *call, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Said = append(c.Said, strings.TrimSpace(words))
	s.save(record{Call: c})
}

// verb is one element of a call's TwiML.
type verb struct {
	XMLName xml.Name
	Action  string `xml:"action,attr"`
	Text    string `xml:",chardata"`
	Verbs   []verb `xml:",any"`
}

func readVerbs(a answer) ([]verb, error) {
	if !a.ok() {
		return nil, errors.New("no TwiML")
	}
	var doc struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []verb   `xml:",any"`
	}
	if err := xml.Unmarshal(a.body, &doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return doc.Verbs, nil
}

// resolved is where an address in a document leads, seen from the document's own.
func resolved(from, to string) (string, error) {
	base, err := url.Parse(from)
	if err != nil {
		return "", err
	}
	u, err := base.Parse(to)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func (s *Sim) getCalls(w http.ResponseWriter, r *http.Request) {
	phone, ok := normalNumber(r.PathValue("e164"))
	if !ok {
		fail(w, http.StatusBadRequest, ErrNotANumber)
		return
	}
	list := []Call{}
	for _, c := range s.Calls() {
		if c.To == phone {
			list = append(list, c)
		}
	}
	writeJSON(w, http.StatusOK, list)
}

// postCalls says how a handset answers all calls from now on; {} lets it ring.
func (s *Sim) postCalls(w http.ResponseWriter, r *http.Request) {
	phone, ok := normalNumber(r.PathValue("e164"))
	if !ok {
		fail(w, http.StatusBadRequest, ErrNotANumber)
		return
	}
	var in Answer
	if !readJSON(w, r, &in) {
		return
	}
	if err := s.AnswerAll(phone, in); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, in)
}

// postCall answers one call.
func (s *Sim) postCall(w http.ResponseWriter, r *http.Request) {
	var in Answer
	if !readJSON(w, r, &in) {
		return
	}
	c, err := s.AnswerCall(r.PathValue("sid"), in)
	switch {
	case errors.Is(err, errNotThere):
		fail(w, http.StatusNotFound, err)
	case errors.Is(err, errOver):
		fail(w, http.StatusConflict, err)
	case err != nil:
		fail(w, http.StatusBadRequest, err)
	default:
		writeJSON(w, http.StatusOK, c)
	}
}
