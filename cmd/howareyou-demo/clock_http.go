package main

import (
	"encoding/json"
	"net/http"
	"time"

	"howareyou/carenet"
	"howareyou/internal/web"
)

// clockPath is where the demo's clock is read and moved.
const clockPath = "/demo/clock"

// routes are the clock's, for scripts and the simulator's page. A page of
// another site may not move it.
func (m *mover) routes() []web.Route {
	guard := http.NewCrossOriginProtection()
	return []web.Route{
		{Method: http.MethodGet, Path: clockPath, Handler: http.HandlerFunc(m.get)},
		{Method: http.MethodPost, Path: clockPath, Handler: guard.Handler(http.HandlerFunc(m.post))},
	}
}

func (m *mover) get(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, moved{Now: m.clock.Now()})
}

func (m *mover) post(w http.ResponseWriter, r *http.Request) {
	target, err := readMove(r)
	var out moved
	if err == nil {
		out, err = m.Move(r.Context(), target)
	}
	switch carenet.CodeOf(err) {
	case "":
		answer(w, http.StatusOK, out)
	case carenet.Invalid:
		refuse(w, http.StatusUnprocessableEntity, carenet.MessageOf(err))
	default:
		refuse(w, http.StatusServiceUnavailable, "the clock could not be moved to its end; look at what the demo prints")
	}
}

// readMove reads {"advance":"72h"} or {"to":"2026-11-24T09:01:00Z"}.
func readMove(r *http.Request) (func(now time.Time) time.Time, error) {
	const op = "read move"
	var in struct{ Advance, To string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || (in.Advance == "") == (in.To == "") {
		return nil, carenet.Errorf(carenet.Invalid, op, `send {"advance":"72h"} or {"to":"2026-11-24T09:01:00Z"}`)
	}
	if in.To != "" {
		to, err := time.Parse(time.RFC3339, in.To)
		if err != nil {
			return nil, carenet.Errorf(carenet.Invalid, op, "to is an instant like 2026-11-24T09:01:00Z")
		}
		return func(time.Time) time.Time { return to }, nil
	}
	by, err := time.ParseDuration(in.Advance)
	if err != nil {
		return nil, carenet.Errorf(carenet.Invalid, op, "advance is a duration like 72h or 30m")
	}
	return func(now time.Time) time.Time { return now.Add(by) }, nil
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that left is no trouble
}

func refuse(w http.ResponseWriter, status int, why string) {
	answer(w, status, map[string]string{"error": why})
}
