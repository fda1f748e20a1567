package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

// furtherShown is how many answers to further questions a patient's page lists.
const furtherShown = 60

const sqlFurtherOf = `SELECT a.org_id, a.id, a.prompt_id, a.item, coalesce(a.value, 0) AS value, a.words_enc, a.channel, a.at, s.items FROM (
  SELECT DISTINCT ON (a.prompt_id, a.item) a.org_id, a.id, a.prompt_id, a.item, a.value, a.words_enc, a.channel, a.at, a.question_set_id
  FROM item_answer a WHERE a.org_id = $1 AND a.patient_id = $2 AND a.local_day >= $3
  ORDER BY a.prompt_id, a.item, a.at DESC, a.id DESC) a
JOIN question_set s ON s.org_id = a.org_id AND s.id = a.question_set_id ORDER BY a.at DESC LIMIT $4`

type furtherRow struct {
	OrgID    carenet.ID
	ID       carenet.ID
	PromptID carenet.ID
	WordsEnc []byte
	Item     string
	Value    float64
	Channel  string
	At       time.Time
	Items    []ask.Item
}

// furtherAnswers are what a patient answered of late besides how they are, newest
// first, the last answer to each question of each asking.
func (s *Store) furtherAnswers(ctx context.Context, tx pgx.Tx, org, patient carenet.ID, from carenet.Day) ([]carenet.FurtherAnswer, error) {
	rows, err := tx.Query(ctx, sqlFurtherOf, org, patient, int(from), furtherShown)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[furtherRow])
	if err != nil {
		return nil, err
	}
	return furtherOf(found, func(r furtherRow) (string, error) {
		return s.open(r.WordsEnc, r.OrgID, "item_answer", "words_enc", r.ID)
	})
}

// furtherOf opens words with open; where that is nil, answers in words are left out.
func furtherOf(found []furtherRow, open func(furtherRow) (string, error)) (out []carenet.FurtherAnswer, err error) {
	for _, r := range found {
		item, ok := ask.QuestionSet{Items: r.Items}.Item(r.Item)
		if !ok || item.Kind == ask.KindWords && open == nil {
			continue
		}
		a := carenet.FurtherAnswer{
			Asking: r.PromptID, Item: r.Item, Name: item.Name, Kind: string(item.Kind), Min: item.Min, Max: item.Max, Unit: item.Unit,
			Value: r.Value, OnPage: r.Channel == string(carenet.ChannelPage), At: r.At,
		}
		if open != nil {
			if a.Words, err = open(r); err != nil {
				return nil, err
			}
		}
		for _, o := range item.Options {
			if float64(o.Value) == r.Value {
				a.Option = o.Words
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// What a follower may see of them: nothing of a check-in that was kept private, nothing from
// before they came, nothing of sets that are not known to be harmless, and no words. An
// organisation may have a set of its own under any code: one that asks anything else than
// the set that ships with the program is not shown.
const sqlFurtherShared = `SELECT a.org_id, a.id, NULL::bytea AS words_enc, a.prompt_id, a.item, a.value, a.channel, a.at, s.items FROM (
  SELECT DISTINCT ON (a.prompt_id, a.item) a.org_id, a.id, a.prompt_id, a.check_in_id, a.item, a.value, a.channel, a.at, a.question_set_id
  FROM item_answer a WHERE a.org_id = $1 AND a.patient_id = $2 AND a.at >= $3
  ORDER BY a.prompt_id, a.item, a.at DESC, a.id DESC) a
JOIN question_set s ON s.org_id = a.org_id AND s.id = a.question_set_id
JOIN unnest($4::text[], $5::text[]) AS h(code, items) ON h.code = s.code AND h.items::jsonb = s.items
WHERE a.value IS NOT NULL AND NOT EXISTS (SELECT FROM check_in k WHERE k.org_id = a.org_id AND k.prompt_id = a.prompt_id AND k.private)
  AND NOT EXISTS (SELECT FROM check_in k WHERE k.org_id = a.org_id AND k.id = a.check_in_id AND k.private)
ORDER BY a.at DESC LIMIT $6`

// sharedAnswers are the answers to further questions that a patient shows a follower.
func sharedAnswers(ctx context.Context, tx pgx.Tx, f followingRow, now time.Time) ([]carenet.FurtherAnswer, error) {
	from := now.AddDate(0, 0, -feedDays)
	if f.CreatedAt.After(from) {
		from = f.CreatedAt
	}
	var codes, asks []string
	for _, code := range ask.Shareable() {
		if set, ok := ask.Shipped(code); ok {
			items, err := json.Marshal(set.Items)
			if err != nil {
				return nil, err
			}
			codes, asks = append(codes, code), append(asks, string(items))
		}
	}
	rows, err := tx.Query(ctx, sqlFurtherShared, f.OrgID, f.PatientID, from, codes, asks, furtherShown)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[furtherRow])
	if err != nil {
		return nil, err
	}
	return furtherOf(found, nil)
}
