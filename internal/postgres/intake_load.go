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
	sqlIntakeOrgs = `SELECT o.org_id, o.language, s.id AS sender_id, s.carrier_keywords = 'twilio' AS carrier_keywords
FROM organisation o JOIN sender s ON s.org_id = o.org_id WHERE o.org_id = ANY ($1)`

	// Patients are locked before they are read, so that a page and a text that
	// arrive together see each other.
	sqlLockPatientsOn = `SELECT p.id FROM (SELECT DISTINCT cp.org_id, cp.person_id
  FROM unnest($1::uuid[], $2::uuid[]) AS k(org_id, conversation_id)
  CROSS JOIN LATERAL (SELECT cp.org_id, cp.person_id FROM contact_point cp
    WHERE cp.org_id = k.org_id AND cp.conversation_id = k.conversation_id AND cp.removed_at IS NULL OFFSET 0) cp
  ORDER BY cp.org_id, cp.person_id) d
CROSS JOIN LATERAL (SELECT p.id FROM patient p WHERE p.org_id = d.org_id AND p.id = d.person_id LIMIT 1 FOR NO KEY UPDATE) p`

	sqlPeopleOn = `SELECT who.* FROM unnest($1::uuid[], $2::uuid[]) AS k(org_id, conversation_id)
CROSS JOIN LATERAL (
SELECT cp.conversation_id, cp.org_id, p.id AS person_id, p.name_enc, p.language, p.zone,
  pt.state AS patient_state,
  fl.id IS NOT NULL AS follower,
  cl.id IS NOT NULL AS clinician,
  coalesce(sc.question_set_id, qs.id) AS question_set_id, CASE WHEN pr.counts THEN pr.id END AS prompt_id, pr.slot_at, pr.late AS prompt_late, pr.asked_again_at IS NOT NULL AS prompt_again,
  CASE WHEN pr.sets <> '{}' THEN pr.id END AS more_id,
  ci.id AS last_id, ci.prompt_id AS last_prompt_id, ci.words_enc AS last_words, ci.private AS last_private, ci.late AS last_late,
  ci.at AS last_at, ci.value AS last_value, co.id AS offer_id, co.state AS offer_state
FROM contact_point cp
JOIN person p ON p.org_id = cp.org_id AND p.id = cp.person_id
LEFT JOIN patient pt ON pt.org_id = p.org_id AND pt.id = p.id
LEFT JOIN clinician cl ON cl.org_id = p.org_id AND cl.id = p.id AND cl.left_at IS NULL
LEFT JOIN LATERAL (SELECT f.id FROM follower f WHERE f.org_id = p.org_id AND f.person_id = p.id AND f.state = 'active' LIMIT 1) fl ON true
LEFT JOIN LATERAL (SELECT s.question_set_id FROM schedule s
  WHERE s.org_id = pt.org_id AND s.patient_id = pt.id AND s.ended_at IS NULL ORDER BY s.id LIMIT 1) sc ON true
-- Whom nobody asks may still say how they are.
LEFT JOIN LATERAL (SELECT q.id FROM question_set q
  WHERE q.org_id = pt.org_id AND q.code = $3 ORDER BY q.version DESC LIMIT 1) qs ON sc.question_set_id IS NULL
LEFT JOIN LATERAL (SELECT q.id, q.slot_at, -- Where somebody else has answered, the patient's time to answer is as long as it ever was.
    q.state = 'closed' OR q.by_proxy AND coalesce(q.handed_over_at, q.slot_at) <= $5 AS late, q.asked_again_at, q.sets,
    q.state = 'open' OR q.by_proxy OR q.state = 'closed' AND q.cause IN ('no_reply', 'undelivered') AS counts FROM prompt q
  WHERE q.org_id = pt.org_id AND q.patient_id = pt.id ORDER BY q.slot_at DESC LIMIT 1) pr ON true
LEFT JOIN LATERAL (SELECT k.id, k.prompt_id, k.words_enc, k.private, k.late, k.at,
    (SELECT a.value FROM answer a WHERE a.org_id = k.org_id AND a.check_in_id = k.id LIMIT 1) AS value
  FROM check_in k
  WHERE k.org_id = pt.org_id AND k.patient_id = pt.id AND k.reporter = 'self' AND k.superseded_by IS NULL
  ORDER BY k.at DESC, k.id DESC LIMIT 1) ci ON true
LEFT JOIN LATERAL (SELECT o.id, o.state FROM call_offer o
  WHERE o.org_id = pt.org_id AND o.patient_id = pt.id AND o.asked_at > $4 AND o.state <> 'withdrawn' ORDER BY o.id DESC LIMIT 1) co ON true
WHERE cp.org_id = k.org_id AND cp.conversation_id = k.conversation_id AND cp.removed_at IS NULL
ORDER BY p.id OFFSET 0) who`

	// What waits for a yes or no of somebody on the number.
	// Only what was asked by now: one that waits for the morning cannot be agreed to by
	// somebody who has not read it.
	sqlQuestionsOn = `SELECT who.* FROM unnest($1::uuid[], $2::uuid[]) AS k(org_id, conversation_id)
CROSS JOIN LATERAL (SELECT cp.conversation_id, q.org_id, q.id, q.kind, q.person_id, q.patient_id, q.asked_at, n.name_enc AS asked_enc, a.id AS about_id, a.name_enc AS about_enc
FROM contact_point cp JOIN open_question q ON q.org_id = cp.org_id AND q.person_id = cp.person_id AND q.state = 'open' AND (q.asked > 1 OR q.asked_at <= $3)
JOIN person n ON n.org_id = q.org_id AND n.id = q.person_id
LEFT JOIN follower f ON f.org_id = q.org_id AND f.id = q.follower_id
JOIN person a ON a.org_id = q.org_id AND a.id = CASE WHEN q.kind IN ('share', 'proxy') THEN f.person_id ELSE q.patient_id END
WHERE cp.org_id = k.org_id AND cp.conversation_id = k.conversation_id AND cp.removed_at IS NULL ORDER BY q.id OFFSET 0) who`

	// How many automatic answers each number got of late.
	sqlAnswered = `SELECT k.conversation_id, a.answers FROM unnest($1::uuid[], $2::uuid[]) AS k(org_id, conversation_id)
CROSS JOIN LATERAL (SELECT count(*) AS answers FROM delivery d
  WHERE d.org_id = k.org_id AND d.conversation_id = k.conversation_id AND d.event_id >= $3
    AND d.kind IN ('reply', 'thanks', 'sign_in', 'question') AND d.state <> 'withdrawn'
    -- Only an answer that was understood brings the next question: no machine gets on.
    AND d.reason NOT IN ('answers their text: next_question', 'answers their text: all_answered')) a
WHERE a.answers > 0`
)

type intakeOrgRow struct {
	OrgID           carenet.ID
	Language        string
	SenderID        carenet.ID
	CarrierKeywords bool
}

type questionOnRow struct {
	ConversationID carenet.ID
	OrgID          carenet.ID
	ID             carenet.ID
	Kind           string
	PersonID       carenet.ID
	PatientID      carenet.ID
	AskedAt        time.Time
	AskedEnc       []byte
	AboutID        carenet.ID
	AboutEnc       []byte
}

type answeredRow struct {
	ConversationID carenet.ID
	Answers        int
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
	PromptAgain    *bool
	MoreID         *carenet.ID // the newest prompt, if it has further questions
	LastID         *carenet.ID
	LastPromptID   *carenet.ID
	LastWords      []byte
	LastPrivate    *bool
	LastLate       *bool
	LastAt         *time.Time
	LastValue      *float64
	OfferID        *carenet.ID
	OfferState     *string
}

// load locks the conversations of the batch in one order, then the patients,
// and reads all that the readings need.
func (in *intake) load(ctx context.Context) error {
	var orgs []carenet.ID
	for _, it := range in.items {
		orgs = addID(orgs, it.org)
	}
	if err := in.loadConversations(ctx, orgs); err != nil {
		return err
	}
	var orgOf, convs []carenet.ID
	on := make(map[carenet.ID][]*intakeItem, len(in.items))
	for _, it := range in.items {
		if on[it.ctx.Conversation] == nil {
			orgOf, convs = append(orgOf, it.org), append(convs, it.ctx.Conversation)
		}
		on[it.ctx.Conversation] = append(on[it.ctx.Conversation], it)
	}
	var senders []intakeOrgRow
	var people []peopleOnRow
	var answered []answeredRow
	var questions []questionOnRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlIntakeOrgs, orgs), &senders)
	b.Queue(sqlLockPatientsOn, orgOf, convs)
	collect(b.Queue(sqlPeopleOn, orgOf, convs, ask.Wellbeing().Code, in.now.Add(-dialogue.OfferFor), in.now.Add(-promptGrace)), &people)
	collect(b.Queue(sqlQuestionsOn, orgOf, convs, in.now), &questions)
	collect(b.Queue(sqlAnswered, orgOf, convs, carenet.FloorID(in.now.Add(-dialogue.AnsweredWithin))), &answered)
	if err := in.tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	for _, p := range people {
		person, err := in.store.dialoguePerson(p)
		if err != nil {
			return err
		}
		for _, it := range on[p.ConversationID] {
			it.ctx.People = append(it.ctx.People, person)
		}
	}
	if err := in.loadRunning(ctx, orgs, people); err != nil {
		return err
	}
	if err := in.loadWards(ctx, on); err != nil {
		return err
	}
	for _, a := range answered {
		for _, it := range on[a.ConversationID] {
			it.ctx.Answered = a.Answers
		}
	}
	for _, q := range questions {
		asked, err := in.store.askedOn(q)
		if err != nil {
			return err
		}
		for _, it := range on[q.ConversationID] {
			it.ctx.Questions = append(it.ctx.Questions, asked)
		}
	}
	bySender := make(map[carenet.ID]intakeOrgRow, len(senders))
	for _, s := range senders {
		bySender[s.SenderID] = s
	}
	for _, it := range in.items {
		s := bySender[it.ctx.Sender]
		it.ctx.Language, it.ctx.CarrierKeywords = s.Language, s.CarrierKeywords
	}
	return nil
}

func (s *Store) askedOn(q questionOnRow) (dialogue.Asked, error) {
	out := dialogue.Asked{ID: q.ID, Kind: carenet.QuestionKind(q.Kind), Person: q.PersonID, Patient: q.PatientID, At: q.AskedAt}
	who, err := s.personName(q.AskedEnc, q.OrgID, q.PersonID)
	if err != nil {
		return out, err
	}
	about, err := s.personName(q.AboutEnc, q.OrgID, q.AboutID)
	out.Names = []string{about}
	if out.Kind == carenet.AskEnrol {
		out.Names = []string{who}
	}
	return out, err
}

func (s *Store) dialoguePerson(p peopleOnRow) (dialogue.Person, error) {
	name, err := s.personName(p.NameEnc, p.OrgID, p.PersonID)
	if err != nil {
		return dialogue.Person{}, err
	}
	out := dialogue.Person{
		ID: p.PersonID, Name: name, Language: p.Language, Zone: zoneOf(p.Zone),
		Follower: p.Follower, Clinician: p.Clinician,
	}
	if p.PatientState == nil {
		return out, nil
	}
	state := *p.PatientState
	pt := &dialogue.Patient{Active: p.QuestionSetID != nil && (state == "active" || state == "in_hospital"), Set: orNil(p.QuestionSetID), Item: wellbeingItem, Scale: carenet.WellbeingScale}
	if p.PromptID != nil {
		pt.Open = &dialogue.Prompt{ID: *p.PromptID, SlotAt: *p.SlotAt, Late: *p.PromptLate, AskedAgain: *p.PromptAgain}
	}
	if p.LastID != nil {
		words, err := s.open(p.LastWords, p.OrgID, "check_in", "words_enc", *p.LastID)
		if err != nil {
			return dialogue.Person{}, err
		}
		pt.Last = &dialogue.Earlier{
			ID: *p.LastID, Prompt: orNil(p.LastPromptID), Score: p.LastValue, Words: words,
			Private: *p.LastPrivate, Late: *p.LastLate, At: *p.LastAt,
		}
	}
	if p.OfferID != nil {
		pt.Offer = &dialogue.Offer{ID: *p.OfferID, State: carenet.OfferState(*p.OfferState)}
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
