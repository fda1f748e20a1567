package postgres

import (
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/ask"
)

const (
	// The last answer to each item of a check-in counts.
	sqlItemValues = `SELECT DISTINCT ON (a.org_id, a.patient_id, a.prompt_id, a.item) a.org_id, a.patient_id, a.prompt_id, a.question_set_id, a.item, a.value, a.local_day, a.at
FROM item_answer a WHERE a.org_id = ANY ($1) AND a.patient_id = ANY ($2) AND a.value IS NOT NULL
ORDER BY a.org_id, a.patient_id, a.prompt_id, a.item, a.at DESC, a.id DESC`
	sqlItemSets = `SELECT s.org_id, s.id, s.code, s.version, s.items, s.about FROM question_set s
WHERE s.org_id = ANY ($1) AND s.id IN (SELECT a.question_set_id FROM item_answer a WHERE a.org_id = ANY ($1) AND a.patient_id = ANY ($2))`
)

type itemValueRow struct {
	OrgID         carenet.ID
	PatientID     carenet.ID
	PromptID      carenet.ID
	QuestionSetID carenet.ID
	Item          string
	Value         float64
	LocalDay      int
	At            time.Time
}

// moreOf are the answers to further questions by day, under the names that the
// rules know, with the totals that are complete.
func moreOf(items []itemValueRow, sets []setRow) map[alerts.Day]alerts.More {
	if len(items) == 0 {
		return nil
	}
	type asking struct {
		day    alerts.Day
		prompt carenet.ID
	}
	byAsking := map[asking]ask.Running{}
	for _, v := range items {
		k := asking{alerts.Day(v.LocalDay), v.PromptID}
		r := byAsking[k]
		known := false
		for _, f := range r.Sets {
			known = known || f.ID == v.QuestionSetID
		}
		for _, s := range sets {
			if !known && s.ID == v.QuestionSetID && s.OrgID == v.OrgID {
				r.Sets = append(r.Sets, ask.Further{ID: s.ID, Set: s.set()})
			}
		}
		byAsking[k] = r.With(v.Item, v.Value)
	}
	out := map[alerts.Day]alerts.More{}
	for k, r := range byAsking {
		more := out[k.day]
		if more.Items == nil {
			more.Items = map[string]float64{}
		}
		for name, value := range r.Features() {
			more.Items[name] = value
		}
		out[k.day] = more
	}
	return out
}
