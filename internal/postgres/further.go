package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
)

const (
	sqlRunning = `SELECT q.org_id, q.id, q.slot_at, q.slot_day, q.state, q.check_in_id, q.sets, q.again_item, q.by_proxy, k.at AS answered_at
FROM prompt q LEFT JOIN check_in k ON k.org_id = q.org_id AND k.id = q.check_in_id
WHERE q.org_id = ANY ($1) AND q.id = ANY ($2)`
	sqlSetsOf = `SELECT s.org_id, s.id, s.code, s.version, s.items, s.about FROM question_set s WHERE s.org_id = ANY ($1)
  AND s.id IN (SELECT unnest(q.sets) FROM prompt q WHERE q.org_id = ANY ($1) AND q.id = ANY ($2))`
	sqlItemsOf = `SELECT a.org_id, a.prompt_id, a.item, coalesce(a.value, 0) AS value, a.at FROM item_answer a
WHERE a.org_id = ANY ($1) AND a.prompt_id = ANY ($2) ORDER BY a.prompt_id, a.at, a.id`
	sqlInsertItem = `INSERT INTO item_answer (org_id, id, patient_id, check_in_id, prompt_id, question_set_id, item, value, channel, inbound_id, local_day, at, words_enc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlItemAgain = `UPDATE prompt SET again_item = $3 WHERE org_id = $1 AND id = $2`
)

type runningRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	SlotAt     time.Time
	SlotDay    int
	State      string
	CheckInID  *carenet.ID
	Sets       []carenet.ID
	AgainItem  string
	ByProxy    bool
	AnsweredAt *time.Time
}

type setRow struct {
	OrgID   carenet.ID
	ID      carenet.ID
	Code    string
	Version int
	Items   []ask.Item
	About   ask.About
}

func (r setRow) set() ask.QuestionSet {
	return ask.QuestionSet{Code: r.Code, Version: r.Version, Items: r.Items, About: r.About}
}

type itemRow struct {
	OrgID    carenet.ID
	PromptID carenet.ID
	Item     string
	Value    float64
	At       time.Time
}

// running loads how far the check-ins of these prompts have come, by prompt.
func running(ctx context.Context, tx pgx.Tx, orgs, prompts []carenet.ID) (map[carenet.ID]*dialogue.Running, error) {
	if len(prompts) == 0 {
		return nil, nil
	}
	var rows []runningRow
	var sets []setRow
	var items []itemRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlRunning, orgs, prompts), &rows)
	collect(b.Queue(sqlSetsOf, orgs, prompts), &sets)
	collect(b.Queue(sqlItemsOf, orgs, prompts), &items)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	byID := map[carenet.ID]ask.QuestionSet{}
	for _, s := range sets {
		byID[s.ID] = s.set()
	}
	out := map[carenet.ID]*dialogue.Running{}
	for _, r := range rows {
		d := &dialogue.Running{
			Prompt: r.ID, SlotAt: r.SlotAt, CheckIn: orNil(r.CheckInID), Day: carenet.Day(r.SlotDay),
			Over: r.State == "closed", LastAt: orZero(r.AnsweredAt), Again: r.AgainItem,
		}
		if r.ByProxy {
			// The patient is asked the rest when they have answered themselves.
			d.CheckIn, d.LastAt = carenet.NilID, time.Time{}
		}
		for _, id := range r.Sets {
			if s, ok := byID[id]; ok {
				d.Sets = append(d.Sets, ask.Further{ID: id, Set: s})
			}
		}
		for _, a := range items {
			if a.PromptID == r.ID {
				d.Running = d.With(a.Item, a.Value)
				d.LastItem, d.LastAt = a.Item, a.At
			}
		}
		out[r.ID] = d
	}
	return out, nil
}

// sealedItem is an answer as it is stored.
type sealedItem struct {
	carenet.ItemAnswer
	words []byte
}

func (s *Store) sealItem(a carenet.ItemAnswer) (sealedItem, error) {
	words, err := s.seal(carenet.CutWords(a.Words), a.Org, "item_answer", "words_enc", a.ID)
	return sealedItem{a, words}, err
}

func (a sealedItem) queue(b *pgx.Batch) {
	value := &a.Value
	if a.Worded {
		value = nil
	}
	b.Queue(sqlInsertItem, a.Org, a.ID, a.Patient, a.CheckIn, a.Prompt, a.Set, a.Item, value, string(a.Channel), orNull(a.Inbound), int(a.Day), a.At, a.words)
	if a.words != nil {
		var toRead wordsRows
		toRead.add(a.Org, a.ID, a.Patient, "item_answer", a.Flags, a.At)
		toRead.queue(b)
	}
}

// loadRunning adds the further questions to the people of the batch.
func (in *intake) loadRunning(ctx context.Context, orgs []carenet.ID, people []peopleOnRow) error {
	var prompts []carenet.ID
	for _, p := range people {
		prompts = addID(prompts, orNil(p.MoreID))
	}
	found, err := running(ctx, in.tx, orgs, prompts)
	if err != nil || len(found) == 0 {
		return err
	}
	of := map[carenet.ID]carenet.ID{}
	for _, p := range people {
		of[p.PersonID] = orNil(p.MoreID)
	}
	for _, it := range in.items {
		for i := range it.ctx.People {
			if p := it.ctx.People[i]; p.Patient != nil {
				p.Patient.More = found[of[p.ID]]
			}
		}
	}
	return nil
}
