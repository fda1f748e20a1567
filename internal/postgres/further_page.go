package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
	"howareyou/carenet/reply"
)

// further is the question that the page asks next; nil when there is none.
func further(r *dialogue.Running, lang string) *carenet.FurtherQuestion {
	if r == nil || r.CheckIn == carenet.NilID || r.Over {
		return nil
	}
	q, ok := r.Next()
	if !ok {
		return nil
	}
	out := &carenet.FurtherQuestion{
		Item: q.Item.Code, Question: q.Item.Asks(lang), Kind: string(q.Item.Kind), Min: q.Item.Min, Max: q.Item.Max, Unit: q.Item.Unit, Number: len(r.Values) + 2,
	}
	for _, o := range q.Item.Options {
		out.Options = append(out.Options, carenet.FurtherOption{Value: o.Value, Words: o.Words[lang]})
	}
	return out
}

// runningOf is how far the prompt of a link has come.
func runningOf(ctx context.Context, tx pgx.Tx, l linkRow) (*dialogue.Running, error) {
	found, err := running(ctx, tx, []carenet.ID{l.OrgID}, []carenet.ID{orNil(l.PromptID)})
	return found[orNil(l.PromptID)], err
}

// SubmitFurther records the answer to one further question from the page. The form
// names its question, so that one sent twice, or from an old page, answers no other.
func (s *Store) SubmitFurther(ctx context.Context, token, code, said string) (carenet.Batch, error) {
	const op = "answer question"
	var batch carenet.Batch
	err := s.fromPage(ctx, token, func(tx pgx.Tx, l linkRow, now time.Time) error {
		batch = carenet.Batch{}
		form, row, err := s.checkInForm(ctx, tx, l)
		if err != nil {
			return err
		}
		r := row.More
		if form.Further == nil || form.Further.Item != code {
			return nil // answered already, or not asked any more
		}
		q, _ := r.Next()
		worded := q.Item.Kind == ask.KindWords
		value, ok := readField(q.Item, said, form.Language)
		if !ok && !worded {
			return carenet.Errorf(carenet.Invalid, op, "choose an answer")
		}
		a := carenet.ItemAnswer{
			ID: carenet.NewID(now), Org: l.OrgID, Patient: l.PersonID, CheckIn: r.CheckIn, Prompt: r.Prompt, Set: q.Set,
			Item: q.Item.Code, Value: value, Channel: carenet.ChannelPage, Day: r.Day, At: now, Worded: worded,
		}
		if worded && !reply.NothingToTell(said, form.Language) {
			a.Words = said
		}
		batch.ID = carenet.NewID(now)
		batch.Events = []carenet.Event{{
			ID: carenet.NewID(now), Org: l.OrgID, Batch: batch.ID, Kind: carenet.EventItem, Patient: l.PersonID, Subject: r.CheckIn,
			Detail: carenet.Detail{Person: l.PersonID}, At: now,
		}}
		flags := saidOnPage(a.Words, form.Language)
		a.Flags = flags
		if !worded && q.Item.Danger(value) {
			flags = []string{reply.FlagSelfHarm}
		}
		if len(flags) > 0 {
			batch.Events = append(batch.Events, carenet.Event{
				ID: carenet.NewID(now), Org: l.OrgID, Batch: batch.ID, Kind: carenet.EventSafety, Patient: l.PersonID, Subject: r.CheckIn,
				Detail: carenet.Detail{Flags: flags, Person: l.PersonID, Audience: carenet.ToPatient}, At: now,
			})
		}
		b := &pgx.Batch{}
		item, err := s.sealItem(a)
		if err != nil {
			return err
		}
		item.queue(b)
		for _, e := range batch.Events {
			queueEvent(b, e)
		}
		s.queueAudit(b, carenet.Actor{Kind: carenet.ActorPatient, Org: l.OrgID, Person: l.PersonID, Via: "page"}, now,
			audited{Action: "item.record", Table: "item_answer", Row: a.ID, Patient: l.PersonID})
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// readField reads what a form holds as the answer to its question. A choice sends
// the option's number, yes and no send 1 and 0.
func readField(i ask.Item, said, lang string) (float64, bool) {
	kind := reply.ItemKind(i.Kind)
	if i.Kind == ask.KindYesNo {
		kind = reply.ItemScale
	}
	r := reply.ReadItem(said, reply.Item{Kind: kind, Scale: reply.Scale{Min: i.Min, Max: i.Max}, Unit: i.Unit, Lang: lang})
	return r.Value, r.Kind == reply.Answer && i.Holds(r.Value)
}

// worries says whether a further answer of the check-in called staff at once.
func worries(r *dialogue.Running) bool {
	for _, f := range r.Sets {
		for _, i := range f.Set.Items {
			if v, ok := r.Values[i.Code]; ok && i.Danger(v) {
				return true
			}
		}
	}
	return false
}

const sqlItemWords = `SELECT a.id, a.words_enc FROM item_answer a WHERE a.org_id = $1 AND a.prompt_id = $2 AND a.words_enc IS NOT NULL ORDER BY a.id`

// worriesInWords says whether words in answer to a further question called staff: the
// page shows where help is, as for all other words.
func (s *Store) worriesInWords(ctx context.Context, tx pgx.Tx, l linkRow, lang string) (bool, error) {
	rows, err := tx.Query(ctx, sqlItemWords, l.OrgID, orNil(l.PromptID))
	if err != nil {
		return false, err
	}
	var id carenet.ID
	var sealed []byte
	worry := false
	_, err = pgx.ForEachRow(rows, []any{&id, &sealed}, func() error {
		words, err := s.open(sealed, l.OrgID, "item_answer", "words_enc", id)
		worry = worry || len(saidOnPage(words, lang)) > 0
		return err
	})
	return worry, err
}
