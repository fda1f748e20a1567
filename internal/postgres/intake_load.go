package postgres

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
	"howareyou/internal/crypto"
)

const (
	// A conversation is made with the first text of a number. Sorted by index, so
	// that two batches make theirs in one order.
	sqlNewConversations = `INSERT INTO conversation (org_id, id, number_enc, number_idx, number_idx_next, created_at)
SELECT n.org_id, n.id, n.enc, n.idx, n.idx_next, $6
FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[]) AS n(org_id, id, enc, idx, idx_next)
WHERE NOT EXISTS (SELECT 1 FROM conversation c
  WHERE c.org_id = n.org_id AND (c.number_idx IN (n.idx, n.idx_next) OR c.number_idx_next IN (n.idx, n.idx_next)))
ORDER BY n.org_id, n.idx
ON CONFLICT DO NOTHING`

	sqlLockConversations = `SELECT c.org_id, c.id, c.number_idx, c.number_idx_next, c.opted_out_at, c.wrong_number_at, c.unknown_told_at
FROM conversation c
WHERE c.org_id = ANY ($1) AND (c.number_idx = ANY ($2) OR c.number_idx_next = ANY ($2))
ORDER BY c.org_id, c.id FOR UPDATE`

	sqlIntakeOrgs = `SELECT o.org_id, o.language, s.id AS sender_id, s.carrier_keywords = 'twilio' AS carrier_keywords
FROM organisation o JOIN sender s ON s.org_id = o.org_id WHERE o.org_id = ANY ($1)`

	// Patients are locked before they are read, so that a page and a text that
	// arrive together see each other.
	sqlLockPatientsOn = `SELECT p.id FROM patient p
WHERE (p.org_id, p.id) IN (
  SELECT cp.org_id, cp.person_id FROM contact_point cp JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
  WHERE c.org_id = ANY ($1) AND (c.number_idx = ANY ($2) OR c.number_idx_next = ANY ($2)) AND cp.removed_at IS NULL)
ORDER BY p.org_id, p.id FOR NO KEY UPDATE`

	sqlPeopleOn = `SELECT cp.conversation_id, cp.org_id, p.id AS person_id, p.name_enc, p.language, p.zone,
  pt.state AS patient_state,
  EXISTS (SELECT 1 FROM follower f WHERE f.org_id = p.org_id AND f.person_id = p.id AND f.state = 'active') AS follower,
  cl.id IS NOT NULL AS clinician,
  coalesce(sc.question_set_id, qs.id) AS question_set_id, pr.id AS prompt_id, pr.slot_at, pr.late AS prompt_late,
  ci.id AS last_id, ci.prompt_id AS last_prompt_id, ci.words_enc AS last_words, ci.private AS last_private, ci.late AS last_late,
  ci.at AS last_at, ci.value AS last_value
FROM contact_point cp
JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
JOIN person p ON p.org_id = cp.org_id AND p.id = cp.person_id
LEFT JOIN patient pt ON pt.org_id = p.org_id AND pt.id = p.id
LEFT JOIN clinician cl ON cl.org_id = p.org_id AND cl.id = p.id AND cl.left_at IS NULL
LEFT JOIN LATERAL (SELECT s.question_set_id FROM schedule s
  WHERE s.org_id = pt.org_id AND s.patient_id = pt.id AND s.ended_at IS NULL ORDER BY s.id LIMIT 1) sc ON true
-- Whom nobody asks may still say how they are.
LEFT JOIN LATERAL (SELECT q.id FROM question_set q
  WHERE q.org_id = pt.org_id AND q.code = $3 ORDER BY q.version DESC LIMIT 1) qs ON sc.question_set_id IS NULL
LEFT JOIN LATERAL (SELECT * FROM (SELECT q.id, q.slot_at, q.state = 'closed' AS late, q.state, q.cause FROM prompt q
  WHERE q.org_id = pt.org_id AND q.patient_id = pt.id ORDER BY q.slot_at DESC LIMIT 1) newest
  WHERE newest.state = 'open' OR newest.state = 'closed' AND newest.cause IN ('no_reply', 'undelivered')) pr ON true
LEFT JOIN LATERAL (SELECT k.id, k.prompt_id, k.words_enc, k.private, k.late, k.at, a.value FROM check_in k
  LEFT JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
  WHERE k.org_id = pt.org_id AND k.patient_id = pt.id AND k.reporter = 'self' AND k.superseded_by IS NULL
  ORDER BY k.at DESC, k.id DESC LIMIT 1) ci ON true
WHERE cp.org_id = ANY ($1) AND (c.number_idx = ANY ($2) OR c.number_idx_next = ANY ($2)) AND cp.removed_at IS NULL
ORDER BY cp.org_id, cp.conversation_id, p.id`
)

// How many automatic answers each number got of late.
const sqlAnswered = `SELECT d.org_id, d.conversation_id, count(*) AS answers FROM delivery d
JOIN conversation c ON c.org_id = d.org_id AND c.id = d.conversation_id
WHERE c.org_id = ANY ($1) AND (c.number_idx = ANY ($2) OR c.number_idx_next = ANY ($2))
  AND d.event_id >= $3 AND d.kind = 'reply' AND d.state <> 'withdrawn'
GROUP BY d.org_id, d.conversation_id`

type answeredRow struct {
	OrgID          carenet.ID
	ConversationID carenet.ID
	Answers        int
}

type conversationRow struct {
	OrgID         carenet.ID
	ID            carenet.ID
	NumberIdx     []byte
	NumberIdxNext []byte
	OptedOutAt    *time.Time
	WrongNumberAt *time.Time
	UnknownToldAt *time.Time
}

type intakeOrgRow struct {
	OrgID           carenet.ID
	Language        string
	SenderID        carenet.ID
	CarrierKeywords bool
}

type peopleOnRow struct {
	ConversationID carenet.ID
	OrgID          carenet.ID
	PersonID       carenet.ID
	NameEnc        []byte
	Language       string
	Zone           string
	PatientState   *string
	Follower       bool
	Clinician      bool
	QuestionSetID  *carenet.ID
	PromptID       *carenet.ID
	SlotAt         *time.Time
	PromptLate     *bool
	LastID         *carenet.ID
	LastPromptID   *carenet.ID
	LastWords      []byte
	LastPrivate    *bool
	LastLate       *bool
	LastAt         *time.Time
	LastValue      *float64
}

// load locks the conversations of the batch in one order and reads all that
// the readings need, in one round trip.
func (in *intake) load(ctx context.Context) error {
	keys := in.store.keys
	var orgs, newIDs, newOrgs []carenet.ID
	var encs, idxs, nexts, lookups [][]byte
	indexOf := make(map[*intakeItem][][]byte, len(in.items))
	for _, it := range in.items {
		if !slices.Contains(orgs, it.org) {
			orgs = append(orgs, it.org)
		}
		id := carenet.NewID(in.now)
		enc, err := keys.Seal(it.text.From, crypto.AD{Org: it.org, Table: "conversation", Column: "number_enc", Row: id})
		if err != nil {
			return err
		}
		newIDs, newOrgs, encs = append(newIDs, id), append(newOrgs, it.org), append(encs, enc)
		idxs = append(idxs, keys.Index(crypto.ForPhone, it.text.From))
		nexts = append(nexts, keys.IndexNext(crypto.ForPhone, it.text.From))
		indexOf[it] = keys.Lookups(crypto.ForPhone, it.text.From)
		lookups = append(lookups, indexOf[it]...)
	}
	var convs []conversationRow
	var orgRows []intakeOrgRow
	var people []peopleOnRow
	var answered []answeredRow
	b := &pgx.Batch{}
	b.Queue(sqlScope, orgs)
	b.Queue(sqlNewConversations, newOrgs, newIDs, encs, idxs, nexts, in.now)
	collect(b.Queue(sqlLockConversations, orgs, lookups), &convs)
	collect(b.Queue(sqlIntakeOrgs, orgs), &orgRows)
	b.Queue(sqlLockPatientsOn, orgs, lookups)
	collect(b.Queue(sqlPeopleOn, orgs, lookups, ask.Wellbeing().Code), &people)
	collect(b.Queue(sqlAnswered, orgs, lookups, carenet.FloorID(in.now.Add(-dialogue.AnsweredWithin))), &answered)
	if err := in.tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	byIndex := map[string]conversationRow{}
	for _, c := range convs {
		byIndex[c.OrgID.String()+hex.EncodeToString(c.NumberIdx)] = c
		if len(c.NumberIdxNext) > 0 {
			byIndex[c.OrgID.String()+hex.EncodeToString(c.NumberIdxNext)] = c
		}
	}
	for _, it := range in.items {
		var conv conversationRow
		for _, idx := range indexOf[it] {
			if c, ok := byIndex[it.org.String()+hex.EncodeToString(idx)]; ok {
				conv = c
				break
			}
		}
		it.ctx.Conversation = conv.ID
		it.ctx.OptedOut, it.ctx.WrongNumber, it.ctx.UnknownTold = conv.OptedOutAt != nil, conv.WrongNumberAt != nil, conv.UnknownToldAt != nil
		for _, o := range orgRows {
			if o.OrgID == it.org && o.SenderID == it.ctx.Sender {
				it.ctx.Language, it.ctx.CarrierKeywords = o.Language, o.CarrierKeywords
			}
		}
		for _, a := range answered {
			if a.OrgID == it.org && a.ConversationID == conv.ID {
				it.ctx.Answered = a.Answers
			}
		}
		for _, p := range people {
			if p.OrgID != it.org || p.ConversationID != conv.ID {
				continue
			}
			person, err := in.store.dialoguePerson(p)
			if err != nil {
				return err
			}
			it.ctx.People = append(it.ctx.People, person)
		}
	}
	return nil
}

func (s *Store) dialoguePerson(p peopleOnRow) (dialogue.Person, error) {
	name, err := s.personName(p.NameEnc, p.OrgID, p.PersonID)
	if err != nil {
		return dialogue.Person{}, err
	}
	out := dialogue.Person{ID: p.PersonID, Name: name, Language: p.Language, Zone: zoneOf(p.Zone),
		Follower: p.Follower, Clinician: p.Clinician}
	if p.PatientState == nil {
		return out, nil
	}
	state := *p.PatientState
	pt := &dialogue.Patient{Active: p.QuestionSetID != nil && (state == "active" || state == "in_hospital"), Set: orNil(p.QuestionSetID), Item: wellbeingItem, Scale: carenet.WellbeingScale}
	if p.PromptID != nil {
		pt.Open = &dialogue.Prompt{ID: *p.PromptID, SlotAt: *p.SlotAt, Late: *p.PromptLate}
	}
	if p.LastID != nil {
		words, err := s.open(p.LastWords, p.OrgID, "check_in", "words_enc", *p.LastID)
		if err != nil {
			return dialogue.Person{}, err
		}
		pt.Last = &dialogue.Earlier{ID: *p.LastID, Prompt: orNil(p.LastPromptID), Score: p.LastValue, Words: words,
			Private: *p.LastPrivate, Late: *p.LastLate, At: *p.LastAt}
	}
	out.Patient = pt
	return out, nil
}

// wellbeingItem is the code of the one item asked by text.
var wellbeingItem = ask.Wellbeing().Items[0].Code

// collect gathers the rows of a queued query into dst.
func collect[T any](q *pgx.QueuedQuery, dst *[]T) {
	q.Query(func(rows pgx.Rows) (err error) {
		*dst, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	})
}
