package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// past is a history that ended yesterday, a day each: a score, or 0 for nobody
// answered.
func (c *clinic) past(scores ...float64) []postgres.PastPrompt {
	out := make([]postgres.PastPrompt, len(scores))
	for i, score := range scores {
		at := c.clock().AddDate(0, 0, i-len(scores))
		out[i].At = at
		if score == 0 {
			out[i].Cause = carenet.NoReply
			continue
		}
		out[i].Answer = &postgres.PastAnswer{At: at.Add(time.Minute), Score: &score, Words: "as before"}
	}
	return out
}

func usually(score float64, days int, then ...float64) []float64 {
	var out []float64
	for range days {
		out = append(out, score)
	}
	return append(out, then...)
}

func (c *clinic) operator() carenet.Actor {
	return carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
}

func TestImportedHistoryTellsNobodyButIsThere(t *testing.T) {
	c := newClinic(t)
	batch, err := c.store.ImportHistory(c.ctx, c.operator(), c.mary, c.past(usually(4, 40, 0, 0, 3)...))
	c.must(err)
	if len(batch.Events) != 0 {
		t.Errorf("events: %v", batch.Events)
	}
	c.expect()
	board, err := c.store.Board(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana})
	c.must(err)
	row := board.Rows[0]
	if row.Last == nil || row.Last.Words != "as before" || *row.Last.Score != 3 || !row.Usual.Known || row.Usual.Mean != 4 || row.MissedInRow != 0 {
		t.Errorf("the board shows %+v", row)
	}
	// Nobody is asked about the past, and the next asking is not moved.
	next, err := c.store.NextDue(c.ctx)
	c.must(err)
	if want := c.clock().Add(30 * time.Minute); !next.Equal(want) {
		t.Errorf("next asking %s, want %s", next, want)
	}
	// The answer after the import begins a decline, as any other.
	c.text("+447700900001", "2")
	if got := c.sent(); len(got) != 4 {
		t.Errorf("texts: %q", got)
	}
}

func TestImportedDeclineIsAlertedOnce(t *testing.T) {
	c := newClinic(t)
	batch, err := c.store.ImportHistory(c.ctx, c.operator(), c.mary, c.past(usually(4, 40, 2, 2, 1)...))
	c.must(err)
	if len(batch.Events) != 1 || batch.Events[0].Kind != carenet.EventAlertStep {
		t.Errorf("events: %v", batch.Events)
	}
	c.expect("+447700900201: alert to Nurse Dana about Mary Okafor alert=1 link")
	events, err := c.store.Round(c.ctx, batch.ID)
	c.must(err)
	if len(events) != 0 {
		t.Errorf("%d events were left to plan", len(events))
	}
	c.expect()
	// A decline that was over long ago calls nobody.
	d := newClinic(t)
	_, err = d.store.ImportHistory(d.ctx, d.operator(), d.mary, d.past(append(usually(4, 40, 2, 2, 1), usually(4, 40)...)...))
	d.must(err)
	d.expect()
}

func TestImportSilenceIsTheBoardsSilence(t *testing.T) {
	c := newClinic(t)
	_, err := c.store.ImportHistory(c.ctx, c.operator(), c.mary, c.past(usually(4, 20, 0, 0, 0, 0)...))
	c.must(err)
	board, err := c.store.Board(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana})
	c.must(err)
	if r := board.Rows[0]; r.Silence != carenet.NoReply || r.MissedInRow != 4 {
		t.Errorf("silent by %q, %d in a row", r.Silence, r.MissedInRow)
	}
}

// A patient who was enrolled on paper long ago is not asked now for all the
// days since.
func TestImportMovesTheScheduleOn(t *testing.T) {
	c := newClinic(t)
	c.advance(40 * 24 * time.Hour)
	_, err := c.store.ImportHistory(c.ctx, c.operator(), c.mary, c.past(usually(4, 40)...))
	c.must(err)
	c.must(c.store.StartReviews(c.ctx, c.operator())) // nor is anybody told of the weeks since
	next, err := c.store.NextDue(c.ctx)
	c.must(err)
	if want := c.clock().Add(30 * time.Minute); !next.Equal(want) {
		t.Errorf("next asking %s, want %s", next, want)
	}
}

func TestImportRefusesWhatCannotHaveBeen(t *testing.T) {
	c := newClinic(t)
	six := 6.0
	yesterday := c.clock().AddDate(0, 0, -1)
	for name, p := range map[string]postgres.PastPrompt{
		"now":                      {At: c.clock(), Cause: carenet.NoReply},
		"answered later than now":  {At: yesterday, Answer: &postgres.PastAnswer{At: c.clock().Add(time.Second), Words: "x"}},
		"answered before asked":    {At: yesterday, Answer: &postgres.PastAnswer{At: yesterday.Add(-time.Second), Words: "x"}},
		"neither answer nor cause": {At: yesterday},
		"still waiting":            {At: yesterday, Cause: carenet.Waiting},
		"answer and cause":         {At: yesterday, Cause: carenet.NoReply, Answer: &postgres.PastAnswer{At: yesterday, Words: "x"}},
		"empty answer":             {At: yesterday, Answer: &postgres.PastAnswer{At: yesterday}},
		"off the scale":            {At: yesterday, Answer: &postgres.PastAnswer{At: yesterday, Score: &six}},
	} {
		_, err := c.store.ImportHistory(c.ctx, c.operator(), c.mary, append(c.past(4, 4, 0)[:1], p))
		if carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	// None of them left anything, so the same days can be imported, but once.
	_, err := c.store.ImportHistory(c.ctx, c.operator(), c.mary, c.past(4, 4, 0))
	c.must(err)
	if _, err = c.store.ImportHistory(c.ctx, c.operator(), c.mary, c.past(3)); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("a day twice: %v", err)
	}
	if _, err = c.store.ImportHistory(c.ctx, c.operator(), c.dana, c.past(3)); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("nobody's history: %v", err)
	}
	elsewhere := carenet.Actor{Kind: carenet.ActorOperator, Org: carenet.NewID(c.clock()), Via: "command"}
	if _, err = c.store.ImportHistory(c.ctx, elsewhere, c.mary, c.past(3)); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("INV-12: another organisation's patient: %v", err)
	}
}
