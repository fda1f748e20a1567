package postgres

import (
	"context"
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
	var out []carenet.FurtherAnswer
	for _, r := range found {
		item, ok := ask.QuestionSet{Items: r.Items}.Item(r.Item)
		if !ok {
			continue
		}
		a := carenet.FurtherAnswer{
			Asking: r.PromptID, Item: r.Item, Name: item.Name, Kind: string(item.Kind), Min: item.Min, Max: item.Max, Unit: item.Unit,
			Value: r.Value, OnPage: r.Channel == string(carenet.ChannelPage), At: r.At,
		}
		if a.Words, err = s.open(r.WordsEnc, r.OrgID, "item_answer", "words_enc", r.ID); err != nil {
			return nil, err
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
