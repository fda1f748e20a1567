package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlKindWords = `SELECT e.org_id, e.id, e.kind, e.words_enc FROM encouragement e WHERE e.org_id = ANY ($1) AND e.id = ANY ($2)`
	sqlSeenBy    = `SELECT f.org_id, f.patient_id, f.person_id, n.name_enc, f.scope FROM follower f
JOIN person n ON n.org_id = f.org_id AND n.id = f.person_id
WHERE f.org_id = ANY ($1) AND f.patient_id = ANY ($2) AND f.state = 'active' ORDER BY f.org_id, f.patient_id, f.created_at, f.id`
	sqlSets = `SELECT s.org_id, s.id, s.code, s.version, s.items, s.about FROM question_set s WHERE s.org_id = ANY ($1) AND s.id = ANY ($2)`
	// Whom an alert is sent to first comes first.
	sqlOnDuty = `SELECT c.org_id, c.id, n.name_enc FROM clinician c JOIN person n ON n.org_id = c.org_id AND n.id = c.id
WHERE c.org_id = ANY ($1) AND c.left_at IS NULL AND c.roles && ARRAY['responder', 'coordinator']
ORDER BY c.org_id, 'responder' = ANY (c.roles) DESC, c.created_at, c.id`
)

// commandFacts is what the answers to commands, and kind words, say.
type commandFacts struct {
	words  map[carenet.ID]kindWordRow
	circle []seenByRow
	onDuty []onDutyRow
	sets   map[carenet.ID]setRow
}

type kindWordRow struct {
	OrgID    carenet.ID
	ID       carenet.ID
	Kind     string
	WordsEnc []byte
}

type seenByRow struct {
	OrgID     carenet.ID
	PatientID carenet.ID
	PersonID  carenet.ID
	NameEnc   []byte
	Scope     []string
}

type onDutyRow struct {
	OrgID   carenet.ID
	ID      carenet.ID
	NameEnc []byte
}

// loadCommandFacts reads them, in one round trip and only when a text needs any.
func loadCommandFacts(ctx context.Context, tx pgx.Tx, orgs []carenet.ID, rows []claimRow) (commandFacts, error) {
	var f commandFacts
	var words, patients, sets []carenet.ID
	duty := false
	for _, r := range rows {
		switch {
		case notify.Kind(r.Kind) == notify.KindKindWord:
			words = addID(words, orNil(r.SubjectID))
		case r.Detail.Reply == carenet.ReplyWho:
			patients = addID(patients, orNil(r.PatientID))
		case r.Detail.Set != carenet.NilID:
			sets = addID(sets, r.Detail.Set)
		case r.Detail.Reply == carenet.ReplyOnDuty:
			duty = true
		}
	}
	b := &pgx.Batch{}
	if len(words) > 0 {
		byID(b.Queue(sqlKindWords, orgs, words), &f.words, func(r kindWordRow) carenet.ID { return r.ID })
	}
	if len(patients) > 0 {
		collect(b.Queue(sqlSeenBy, orgs, patients), &f.circle)
	}
	if len(sets) > 0 {
		byID(b.Queue(sqlSets, orgs, sets), &f.sets, func(r setRow) carenet.ID { return r.ID })
	}
	if duty {
		collect(b.Queue(sqlOnDuty, orgs), &f.onDuty)
	}
	if b.Len() == 0 {
		return f, nil
	}
	return f, tx.SendBatch(ctx, b).Close()
}

// aboutCommand adds what the answer to a command says, or what a kind word does.
func (f claimFacts) aboutCommand(s *Store, r claimRow, c *notify.Candidate, d *notify.Draft) error {
	d.About, d.At = f.name(s, r.Detail.About), r.Detail.At
	if c.Kind == notify.KindReview && c.Channel == notify.Email {
		// A text says only where the week stands; an email says it.
		if _, readable := f.reviews.reviews[r.OrgID]; !readable {
			return errUnreadableWeek
		}
	}
	f.aboutQuestion(r, c, d)
	if r.FollowerID != nil {
		fl := f.follow[*r.FollowerID]
		c.Following = fl.State == "active"
		c.Muted = fl.MutedUntil != nil && fl.MutedUntil.After(c.Now)
		c.NightsHeld = fl.NightsHeld
	}
	if w, ok := f.commands.words[orNil(r.SubjectID)]; ok {
		said, err := s.open(w.WordsEnc, w.OrgID, "encouragement", "words_enc", w.ID)
		if err != nil {
			return err
		}
		d.From, d.Said = f.name(s, r.Detail.Person), said
	}
	if set, ok := f.commands.sets[r.Detail.Set]; ok && set.OrgID == r.OrgID {
		item, _ := set.set().Item(r.Detail.Item)
		d.Further = item.Asks(d.Language)
	}
	for _, m := range f.commands.circle {
		if m.OrgID != r.OrgID || m.PatientID != orNil(r.PatientID) {
			continue
		}
		name, err := s.personName(m.NameEnc, m.OrgID, m.PersonID)
		if err != nil {
			return err
		}
		d.See = append(d.See, notify.SeenBy{Name: name, Scope: carenet.ScopeOf(m.Scope)})
	}
	for _, m := range f.commands.onDuty {
		if m.OrgID != r.OrgID {
			continue
		}
		name, err := s.personName(m.NameEnc, m.OrgID, m.ID)
		if err != nil {
			return err
		}
		d.Names = append(d.Names, name)
	}
	f.duty.about(f, s, r, c, d, c.Now)
	return nil
}
