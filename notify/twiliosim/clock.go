package twiliosim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// The web page's clock buttons go through the simulator, since the page may
// talk to its own origin only.

// clockPatience is how long moving the clock may take: the product answers
// when everything that fell due was handed over.
const clockPatience = 2 * time.Minute

func (s *Sim) getClock(w http.ResponseWriter, r *http.Request) {
	s.proxyClock(w, r, http.MethodGet, nil)
}

// postClock moves the product's demo clock: {"advance":"24h"} and
// {"to":RFC3339} are passed on, {"next":"09:00"} becomes the next time it is
// nine in Options.Zone.
func (s *Sim) postClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance string `json:"advance,omitempty"`
		To      string `json:"to,omitempty"`
		Next    string `json:"next,omitempty"`
	}
	if !readJSON(w, r, &in) {
		return
	}
	if in.Next != "" {
		wall, err := time.Parse("15:04", in.Next)
		if err != nil {
			fail(w, http.StatusBadRequest, errors.New("next must be a time such as 09:00"))
			return
		}
		now, err := s.productNow(r.Context())
		if err != nil {
			fail(w, http.StatusBadGateway, err)
			return
		}
		in.To, in.Next = nextWall(now.In(s.opt.Zone), wall).UTC().Format(time.RFC3339), ""
	}
	body, err := json.Marshal(in)
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	s.proxyClock(w, r, http.MethodPost, body)
}

// nextWall is the next moment after now when the clock on the wall of now's
// zone shows that time.
func nextWall(now, wall time.Time) time.Time {
	next := time.Date(now.Year(), now.Month(), now.Day(), wall.Hour(), wall.Minute(), 0, 0, now.Location())
	if !next.After(now) {
		next = time.Date(now.Year(), now.Month(), now.Day()+1, wall.Hour(), wall.Minute(), 0, 0, now.Location())
	}
	return next
}

func (s *Sim) proxyClock(w http.ResponseWriter, r *http.Request, method string, body []byte) {
	status, answer, err := s.askClock(r.Context(), method, body)
	if err != nil {
		fail(w, http.StatusBadGateway, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

func (s *Sim) productNow(ctx context.Context) (time.Time, error) {
	status, body, err := s.askClock(ctx, http.MethodGet, nil)
	if err != nil {
		return time.Time{}, err
	}
	var answer struct{ Now time.Time }
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusOK {
		return time.Time{}, fmt.Errorf("the product's clock answered %d", status)
	}
	return answer.Now, nil
}

func (s *Sim) askClock(ctx context.Context, method string, body []byte) (int, []byte, error) {
	if s.opt.ClockURL == "" {
		return 0, nil, errors.New("this simulator knows no clock")
	}
	ctx, cancel := context.WithTimeout(ctx, clockPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.opt.ClockURL, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return 0, nil, errors.New("the product's clock does not answer")
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, answer, err
}
