package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/internal/crypto"
)

// NewOrganisation is an organisation to be added, with its first sender.
type NewOrganisation struct {
	Name, Zone, Language, Region                string
	EmergencyNumber, ClinicNumber, StaffedHours string
	HoursIn                                     map[string]string // language -> StaffedHours in it; a reader of another language is told no hours
	Sender                                      string            // E.164
	MessagingService                            string
	CarrierKeywords                             bool // the carrier answers STOP, START and HELP itself
	PerMinute                                   int  // texts a minute from the sender; 0: as its kind; NoLimit
}

// hoursIn is when staff read in the language of person n of organisation o.
const hoursIn = `coalesce(nullif(CASE n.language WHEN 'en' THEN o.staffed_hours_en WHEN 'es' THEN o.staffed_hours_es ELSE o.staffed_hours_ar END, ''),
  CASE WHEN n.language = o.language THEN o.staffed_hours ELSE '' END) AS staffed_hours`

const (
	sqlInsertOrganisation = `INSERT INTO organisation (org_id, name, zone, language, region, emergency_number, clinic_number, staffed_hours, created_at,
  staffed_hours_en, staffed_hours_es, staffed_hours_ar, checks_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $9)`
	sqlInsertSet = `INSERT INTO question_set (org_id, id, code, version, items, created_at) VALUES ($1, $2, $3, $4, $5, $6)`
)

// AddOrganisation adds an organisation, its sender and its question set.
func (s *Store) AddOrganisation(ctx context.Context, n NewOrganisation) (carenet.ID, error) {
	const op = "add organisation"
	n.Name = strings.TrimSpace(n.Name)
	switch {
	case n.Name == "":
		return carenet.NilID, carenet.Errorf(carenet.Invalid, op, "the organisation needs a name")
	case n.EmergencyNumber == "":
		return carenet.NilID, carenet.Errorf(carenet.Invalid, op, "the organisation needs the local emergency number, such as 999 or 112")
	case n.Sender == "" && n.MessagingService == "":
		return carenet.NilID, carenet.Errorf(carenet.Invalid, op, "the organisation needs a sender: a number or a messaging service")
	}
	if _, err := carenet.Zone(n.Zone); err != nil {
		return carenet.NilID, err
	}
	sender := NewSender{Number: n.Sender, MessagingService: n.MessagingService, CarrierKeywords: n.CarrierKeywords, PerMinute: n.PerMinute, Position: 1}
	if err := sender.check(op, n.Region); err != nil {
		return carenet.NilID, err
	}
	now := s.Now()
	org, set := carenet.NewID(now), ask.Wellbeing()
	err := s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(sqlInsertOrganisation, org, n.Name, n.Zone, n.Language, strings.ToUpper(n.Region), n.EmergencyNumber, n.ClinicNumber, n.StaffedHours, now,
			n.HoursIn["en"], n.HoursIn["es"], n.HoursIn["ar"])
		b.Queue(sqlNewReview, org, carenet.NextReview(now, zoneOf(n.Zone)))
		sender.queue(b, org, carenet.NewID(now), now)
		b.Queue(sqlInsertSet, org, carenet.NewID(now), set.Code, set.Version, set.Items, now)
		s.queueAudit(b, carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "command"}, now, audited{Action: "organisation.add", Table: "organisation", Row: org})
		return tx.SendBatch(ctx, b).Close()
	})
	return org, asConflict(err, op, "an organisation already uses this sender")
}

// NewPerson is a person to be added.
type NewPerson struct {
	Name     string
	Phone    string
	Email    string
	Language string
	Zone     string
}

const (
	sqlInsertPerson   = `INSERT INTO person (org_id, id, name_enc, language, zone, created_at) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlInsertNameWord = `INSERT INTO person_name_word (org_id, id, person_id, word_idx, word_idx_next) VALUES ($1, $2, $3, $4, $5)`
	sqlInsertContact  = `INSERT INTO contact_point (org_id, id, person_id, kind, value_enc, value_idx, value_idx_next, conversation_id, position, verified_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`
	sqlFindConversation = `SELECT c.id FROM conversation c WHERE c.org_id = $1 AND (c.number_idx = ANY ($2) OR c.number_idx_next = ANY ($2))`
	sqlSamePerson       = `SELECT p.id, p.name_enc FROM contact_point cp JOIN person p ON p.org_id = cp.org_id AND p.id = cp.person_id
WHERE cp.org_id = $1 AND cp.removed_at IS NULL AND (cp.value_idx = ANY ($2) OR cp.value_idx_next = ANY ($2))`
	sqlOrgDefaults = `SELECT language, zone, region FROM organisation WHERE org_id = $1`
)

// addPerson finds the person with this phone, or this address, and name, or adds
// them. Another name on a known one is another person: phones are shared.
func (s *Store) addPerson(ctx context.Context, tx pgx.Tx, org carenet.ID, n NewPerson) (carenet.ID, error) {
	const op = "add person"
	n.Name = strings.TrimSpace(n.Name)
	if n.Name == "" {
		return carenet.NilID, carenet.Errorf(carenet.Invalid, op, "a person needs a name")
	}
	var language, zone, region string
	if err := tx.QueryRow(ctx, sqlOrgDefaults, org).Scan(&language, &zone, &region); errors.Is(err, pgx.ErrNoRows) {
		return carenet.NilID, carenet.Errorf(carenet.NotFound, op, "there is no such organisation")
	} else if err != nil {
		return carenet.NilID, err
	}
	if n.Language == "" {
		n.Language = language
	}
	if n.Zone == "" {
		n.Zone = zone
	}
	if _, err := carenet.Zone(n.Zone); err != nil {
		return carenet.NilID, err
	}
	var phone carenet.Phone
	var email carenet.Email
	var err error
	if n.Phone != "" || n.Email == "" {
		if phone, err = carenet.ParsePhone(n.Phone, region); err != nil {
			return carenet.NilID, err
		}
	}
	if n.Email != "" {
		if email, err = carenet.ParseEmail(n.Email); err != nil {
			return carenet.NilID, err
		}
	}
	if id, err := s.knownPerson(ctx, tx, org, n.Name, phone, email); err != nil || id != carenet.NilID {
		return id, err
	}
	now := s.Now()
	id := carenet.NewID(now)
	name, err := s.seal(n.Name, org, "person", "name_enc", id)
	if err != nil {
		return carenet.NilID, err
	}
	b := &pgx.Batch{}
	b.Queue(sqlInsertPerson, org, id, name, n.Language, n.Zone, now)
	for _, w := range carenet.NameWords(n.Name) {
		b.Queue(sqlInsertNameWord, org, carenet.NewID(now), id, s.keys.Index(crypto.ForNameWord, w), s.keys.IndexNext(crypto.ForNameWord, w))
	}
	if phone != "" {
		conv, err := s.conversationFor(ctx, tx, org, string(phone))
		if err != nil {
			return carenet.NilID, err
		}
		if err := s.queueContact(b, org, id, "phone", string(phone), crypto.ForPhone, &conv, 1); err != nil {
			return carenet.NilID, err
		}
	}
	if email != "" {
		if err := s.queueContact(b, org, id, "email", string(email), crypto.ForEmail, nil, 2); err != nil {
			return carenet.NilID, err
		}
	}
	return id, tx.SendBatch(ctx, b).Close()
}

// knownPerson finds whoever of this name has this phone, or this address. A known
// person whose address was not known gets it.
func (s *Store) knownPerson(ctx context.Context, tx pgx.Tx, org carenet.ID, name string, phone carenet.Phone, email carenet.Email) (id carenet.ID, err error) {
	var mail carenet.ID
	if email != "" {
		if mail, err = s.samePerson(ctx, tx, org, s.keys.Lookups(crypto.ForEmail, string(email)), name); err != nil {
			return id, err
		}
	}
	if phone == "" {
		return mail, nil
	}
	if id, err = s.samePerson(ctx, tx, org, s.keys.Lookups(crypto.ForPhone, string(phone)), name); err != nil || id == carenet.NilID {
		return id, err
	}
	if email == "" || mail == id {
		return id, nil
	}
	b := &pgx.Batch{}
	if err := s.queueContact(b, org, id, "email", string(email), crypto.ForEmail, nil, 2); err != nil {
		return id, err
	}
	return id, tx.SendBatch(ctx, b).Close()
}

func (s *Store) samePerson(ctx context.Context, tx pgx.Tx, org carenet.ID, lookups [][]byte, name string) (carenet.ID, error) {
	rows, err := tx.Query(ctx, sqlSamePerson, org, lookups)
	if err != nil {
		return carenet.NilID, err
	}
	type row struct {
		ID      carenet.ID
		NameEnc []byte
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return carenet.NilID, err
	}
	for _, f := range found {
		known, err := s.personName(f.NameEnc, org, f.ID)
		if err != nil {
			return carenet.NilID, err
		}
		if strings.Join(carenet.NameWords(known), " ") == strings.Join(carenet.NameWords(name), " ") {
			return f.ID, nil
		}
	}
	return carenet.NilID, nil
}

func (s *Store) queueContact(b *pgx.Batch, org, person carenet.ID, kind, value string, purpose crypto.Purpose, conv *carenet.ID, position int) error {
	now := s.Now()
	id := carenet.NewID(now)
	sealed, err := s.seal(value, org, "contact_point", "value_enc", id)
	if err != nil {
		return err
	}
	b.Queue(sqlInsertContact, org, id, person, kind, sealed, s.keys.Index(purpose, value), s.keys.IndexNext(purpose, value), conv, position, now)
	return nil
}

// conversationFor finds or makes the conversation with a number.
func (s *Store) conversationFor(ctx context.Context, tx pgx.Tx, org carenet.ID, phone string) (carenet.ID, error) {
	now := s.Now()
	id := carenet.NewID(now)
	enc, err := s.seal(phone, org, "conversation", "number_enc", id)
	if err != nil {
		return carenet.NilID, err
	}
	lookups := s.keys.Lookups(crypto.ForPhone, phone)
	if _, err := tx.Exec(ctx, sqlNewConversations, []carenet.ID{org}, []carenet.ID{id}, [][]byte{enc},
		[][]byte{s.keys.Index(crypto.ForPhone, phone)}, [][]byte{s.keys.IndexNext(crypto.ForPhone, phone)}, now); err != nil {
		return carenet.NilID, err
	}
	var found carenet.ID
	err = tx.QueryRow(ctx, sqlFindConversation, org, lookups).Scan(&found)
	return found, err
}
