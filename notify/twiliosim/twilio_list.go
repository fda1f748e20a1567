package twiliosim

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// messagePage is one page of GET Messages.json.
type messagePage struct {
	End             int               `json:"end"`
	FirstPageURI    string            `json:"first_page_uri"`
	NextPageURI     *string           `json:"next_page_uri"`
	Page            int               `json:"page"`
	PageSize        int               `json:"page_size"`
	PreviousPageURI *string           `json:"previous_page_uri"`
	Start           int               `json:"start"`
	URI             string            `json:"uri"`
	Messages        []messageResource `json:"messages"`
}

// tokenPrefix marks a page token: it names the last message of the page before,
// so that messages which come meanwhile shift nothing.
const tokenPrefix = "PA"

func (s *Sim) listMessages(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	wanted, ok := readFilter(q)
	if !ok {
		refuse(w, http.StatusBadRequest, 20001, "A date filter cannot be read")
		return
	}
	size, page := 50, 0
	if n, err := strconv.Atoi(q.Get("PageSize")); err == nil && n > 0 {
		size = min(n, 1000)
	}
	if n, err := strconv.Atoi(q.Get("Page")); err == nil && n > 0 {
		page = n
	}

	s.mu.Lock()
	list, more := s.page(wanted, strings.TrimPrefix(q.Get("PageToken"), tokenPrefix), page, size)
	resources := make([]messageResource, 0, len(list))
	for _, m := range list {
		resources = append(resources, s.resource(m))
	}
	s.mu.Unlock()

	address := func(page int, token string) string {
		p := url.Values{}
		for _, name := range []string{"To", "From", "DateSent", "DateSent<", "DateSent>"} {
			if v := q.Get(name); v != "" {
				p.Set(name, v)
			}
		}
		p.Set("PageSize", strconv.Itoa(size))
		p.Set("Page", strconv.Itoa(page))
		if token != "" {
			p.Set("PageToken", tokenPrefix+token)
		}
		return s.accountPath() + "/Messages.json?" + p.Encode()
	}
	answer := messagePage{
		Page: page, PageSize: size, Start: page * size, End: page*size + max(0, len(list)-1),
		FirstPageURI: address(0, ""), URI: r.URL.RequestURI(), Messages: resources,
	}
	if more {
		next := address(page+1, list[len(list)-1].SID)
		answer.NextPageURI = &next
	}
	writeJSON(w, http.StatusOK, answer)
}

// page picks messages, newest first. Behind a token it goes on from there;
// without one it skips the pages before. The caller holds the lock.
func (s *Sim) page(wanted filter, token string, page, size int) (list []*message, more bool) {
	pool := s.all
	switch {
	case wanted.to != "":
		pool = s.byTo[wanted.to]
	case wanted.from != "":
		pool = s.byFrom[wanted.from]
	}
	before, skip := s.seq+1, page*size
	if m, ok := s.bySID[token]; ok {
		before, skip = m.Seq, 0
	}
	for i := len(pool) - 1; i >= 0; i-- {
		m := pool[i]
		if m.Seq >= before || m.hidden || !wanted.match(m) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(list) == size {
			return list, true
		}
		list = append(list, m)
	}
	return list, false
}

func (s *Sim) fetchMessage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	m, ok := s.bySID[resourceSID(r)]
	var shown messageResource
	if ok {
		shown = s.resource(m)
	}
	s.mu.Unlock()
	if !ok {
		notFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, shown)
}

// filter is what a list is narrowed to. A message that was not sent yet has no
// DateSent and passes no filter on it.
type filter struct {
	to, from      string
	day           time.Time // sent on this day, UTC
	since, before time.Time // sent at this time or later, at this time or earlier
}

func readFilter(q url.Values) (filter, bool) {
	f := filter{to: q.Get("To"), from: q.Get("From")}
	for name, into := range map[string]*time.Time{"DateSent": &f.day, "DateSent>": &f.since, "DateSent<": &f.before} {
		value := q.Get(name)
		if value == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, value)
		if err != nil {
			t, err = time.Parse(time.DateOnly, value)
		}
		if err != nil {
			return f, false
		}
		*into = t.UTC()
	}
	return f, true
}

func (f filter) match(m *message) bool {
	if (f.to != "" && m.To != f.to) || (f.from != "" && m.From != f.from) {
		return false
	}
	if f.day.IsZero() && f.since.IsZero() && f.before.IsZero() {
		return true
	}
	if m.Sent.IsZero() {
		return false
	}
	at := m.Sent.Truncate(time.Second)
	if !f.day.IsZero() && at.Format(time.DateOnly) != f.day.Format(time.DateOnly) {
		return false
	}
	return (f.since.IsZero() || !at.Before(f.since)) && (f.before.IsZero() || !at.After(f.before))
}
