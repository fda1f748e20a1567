package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// pageDays is how far back a patient's chart goes.
const pageDays = 90

// threadLength is how many texts each way the page shows.
const threadLength = 60

const (
	sqlPatientHead = `SELECT p.state, n.zone, (SELECT min(s.next_at) FROM schedule s WHERE s.org_id = p.org_id AND s.patient_id = p.id AND s.ended_at IS NULL) AS next_at
FROM patient p JOIN person n ON n.org_id = p.org_id AND n.id = p.id WHERE p.org_id = $1 AND p.id = $2`
	sqlAlertNumbered = `SELECT id FROM alert WHERE org_id = $1 AND number = $2`
	sqlAlertPatient  = `SELECT patient_id FROM alert WHERE org_id = $1 AND id = $2`
	// Each side of an OR has its index; the numbers are an array, or neither is used.
	sqlThreadIn = `SELECT m.org_id, m.id, m.person_id, m.body_enc, m.state, m.kind, m.reason, m.check_in_id, m.received_at
FROM inbound_message m
WHERE m.org_id = $1 AND (m.patient_id = $2 OR m.conversation_id = ANY (ARRAY(SELECT cp.conversation_id FROM contact_point cp
  WHERE cp.org_id = $1 AND cp.person_id = $2 AND cp.conversation_id IS NOT NULL AND cp.removed_at IS NULL)) AND (m.person_id IS NULL OR m.person_id = $2))
ORDER BY m.id DESC LIMIT $3`
	sqlThreadOut = `SELECT d.org_id, d.id, d.kind, d.channel, d.audience, d.recipient_id, d.author_id, d.state, d.reason, d.cause, d.body_enc, d.created_at
FROM delivery d WHERE d.org_id = $1 AND (d.patient_id = $2 OR d.recipient_id = $2 AND d.conversation_id = ANY (ARRAY(SELECT cp.conversation_id FROM contact_point cp
  WHERE cp.org_id = $1 AND cp.person_id = $2 AND cp.conversation_id IS NOT NULL))) ORDER BY d.event_id DESC, d.id DESC LIMIT $3`
	// What was answered on a page is part of the conversation as well.
	sqlThreadPage = `SELECT ` + checkInColumns + `
FROM check_in k LEFT JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
WHERE k.org_id = $1 AND k.patient_id = $2 AND k.channel IN ('page', 'staff') ORDER BY k.at DESC, k.id DESC LIMIT $3`
	sqlPatientPhone = `SELECT c.id, c.number_enc, c.suspect_at IS NOT NULL AS suspect,
  c.opted_out_at IS NOT NULL OR c.wrong_number_at IS NOT NULL AS stopped FROM contact_point cp
JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
WHERE cp.org_id = $1 AND cp.person_id = $2 AND cp.kind = 'phone' AND cp.removed_at IS NULL ORDER BY cp.position, cp.id LIMIT 1`
	// What has happened around a patient: a number that changes with each fact, told
	// by no clock, so that one which commits late changes it too.
	sqlPatientStamp = `SELECT count(*) || '-' || coalesce((array_agg(e.id ORDER BY e.id DESC))[1]::text, '') FROM event e
WHERE e.org_id = $1 AND e.patient_id = $2 AND e.id >= $3`
	sqlCirclePlaces = `SELECT f.org_id, f.id, f.person_id, n.name_enc, f.scope, coalesce(f.proxy_basis, '') AS basis, f.proxy_at, f.proxy_by, w.name_enc AS by_enc, f.relation FROM follower f JOIN person n ON n.org_id = f.org_id AND n.id = f.person_id
LEFT JOIN person w ON w.org_id = f.org_id AND w.id = f.proxy_by
WHERE f.org_id = $1 AND f.patient_id = $2 AND f.state = 'active' ORDER BY f.created_at, f.id`
	sqlNames = `SELECT org_id, id, name_enc, language, zone FROM person WHERE org_id = $1 AND id = ANY ($2)`
)

type threadInRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	PersonID   *carenet.ID
	BodyEnc    []byte
	State      string
	Kind       string
	Reason     string
	CheckInID  *carenet.ID
	ReceivedAt time.Time
}

type threadOutRow struct {
	OrgID       carenet.ID
	ID          carenet.ID
	Kind        string
	Channel     string
	Audience    string
	RecipientID carenet.ID
	AuthorID    *carenet.ID
	State       string
	Reason      string
	Cause       string
	BodyEnc     []byte
	CreatedAt   time.Time
}

const sqlAlertNotes = `SELECT e.id, e.alert_id, e.note_enc FROM alert a JOIN alert_entry e ON e.org_id = a.org_id AND e.alert_id = a.id
WHERE a.org_id = $1 AND a.patient_id = $2 AND e.kind IN ('resolved', 'snoozed') AND e.note_enc IS NOT NULL ORDER BY e.id`

type alertNoteRow struct {
	ID      carenet.ID
	AlertID carenet.ID
	NoteEnc []byte
}

type circlePlaceRow struct {
	OrgID    carenet.ID
	ID       carenet.ID
	PersonID carenet.ID
	NameEnc  []byte
	Scope    []string
	authorityRow
}

// PatientPage is one patient for staff: sentence, chart, alerts, thread (INV-15).
// Reading it is what "the clinic has read this" means.
func (s *Store) PatientPage(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.PatientPage, error) {
	page := carenet.PatientPage{Patient: patient}
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		var zone, orgZone, emergency string
		var next *time.Time
		err := tx.QueryRow(ctx, sqlPatientHead, actor.Org, patient).Scan(&page.State, &zone, &next)
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, "read patient", "there is no such patient")
		}
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, sqlOrgHead, actor.Org).Scan(&page.Organisation, &orgZone, &emergency); err != nil {
			return err
		}
		// Before all else is read: what happens meanwhile is then told again, never missed.
		if page.Stamp, err = s.stamp(ctx, tx, actor.Org, patient); err != nil {
			return err
		}
		page.Zone, page.NextPrompt = zoneOf(zone), orZero(next)
		page.Today = carenet.LocalDay(s.Now(), page.Zone)
		rows, err := s.boardRows(ctx, tx, actor.Org, &patient, page.Today-pageDays)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return carenet.Errorf(carenet.NotFound, "read patient", "this patient is no longer looked after here")
		}
		page.Row, page.Name, page.Series = rows[0], rows[0].Name, rows[0].Series
		now, err := askNowFacts(ctx, tx, actor.Org, patient, s.Now())
		if err != nil {
			return err
		}
		page.AskNow, page.AskNowAt = carenet.AskNow(now.facts(s.Now()))
		ease, err := easeStateOf(ctx, tx, actor.Org, patient, s.Now(), false)
		if err != nil {
			return err
		}
		page.Rhythm = ease.page()
		if err := s.fillPatientPage(ctx, tx, actor.Org, patient, &page); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "patient.read", Table: "patient", Row: patient, Patient: patient})
	})
	return page, err
}

// PatientOfAlert finds whom an alert is about.
func (s *Store) PatientOfAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID) (carenet.ID, error) {
	var patient carenet.ID
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, sqlAlertPatient, actor.Org, alert).Scan(&patient)
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, "find alert", "there is no such alert")
		}
		return err
	})
	return patient, err
}

// AlertNumbered finds an alert by the number that staff were texted.
func (s *Store) AlertNumbered(ctx context.Context, actor carenet.Actor, number int) (carenet.ID, error) {
	var alert carenet.ID
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, sqlAlertNumbered, actor.Org, number).Scan(&alert)
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, "find alert", "there is no such alert")
		}
		return err
	})
	return alert, err
}

func (s *Store) fillPatientPage(ctx context.Context, tx pgx.Tx, org, patient carenet.ID, page *carenet.PatientPage) error {
	var in []threadInRow
	var out []threadOutRow
	var alertRows []alertViewRow
	var onPage []checkInRow
	var phone []patientPhoneRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlThreadPage, org, patient, threadLength), &onPage)
	collect(b.Queue(sqlPatientPhone, org, patient), &phone)
	collect(b.Queue(sqlThreadIn, org, patient, threadLength), &in)
	collect(b.Queue(sqlThreadOut, org, patient, threadLength), &out)
	collect(b.Queue(sqlAlertViews, org, &patient, true), &alertRows)
	var notes []alertNoteRow
	collect(b.Queue(sqlAlertNotes, org, patient), &notes)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	var err error
	if page.Further, err = s.furtherAnswers(ctx, tx, org, patient, page.Today-pageDays); err != nil {
		return err
	}
	if page.Circle, err = s.circle(ctx, tx, org, patient); err != nil {
		return err
	}
	if page.Notes, page.MoreNotes, err = s.notes(ctx, tx, org, patient); err != nil {
		return err
	}
	if page.Goals, err = s.goals(ctx, tx, org, patient); err != nil {
		return err
	}
	for _, r := range alertRows {
		v, err := s.alertView(r)
		if err != nil {
			return err
		}
		for _, n := range notes {
			if n.AlertID != v.ID {
				continue
			}
			if v.Note, err = s.open(n.NoteEnc, org, "alert_entry", "note_enc", n.ID); err != nil {
				return err
			}
		}
		page.Alerts = append(page.Alerts, v)
	}
	if page.Reports, err = s.reports(ctx, tx, org, patient); err != nil {
		return err
	}
	for i, r := range page.Reports {
		page.MayUndo = page.MayUndo || i == 0 && carenet.MayUndo(r, s.Now())
		page.Thread = append(page.Thread, carenet.Message{At: r.At, From: r.By, Report: r.What})
	}
	people := []carenet.ID{patient}
	for _, r := range out {
		people = addID(addID(people, r.RecipientID), orNil(r.AuthorID))
	}
	for _, r := range onPage {
		people = addID(people, r.ReporterID)
	}
	for _, r := range in {
		people = addID(people, orNil(r.PersonID))
	}
	for _, p := range phone {
		page.Stopped, page.Suspect = p.Stopped, p.Suspect
		if page.Phone, err = s.open(p.NumberEnc, org, "conversation", "number_enc", p.ID); err != nil {
			return err
		}
	}
	names, err := s.names(ctx, tx, org, people)
	if err != nil {
		return err
	}
	for _, r := range in {
		body, err := s.open(r.BodyEnc, r.OrgID, "inbound_message", "body_enc", r.ID)
		if err != nil {
			return err
		}
		by := ""
		if who := orNil(r.PersonID); who != patient {
			by = names[who]
		}
		page.Thread = append(page.Thread, carenet.Message{
			Author: by, At: r.ReceivedAt, In: true, From: page.Name, Body: body, State: r.State,
			Reason: r.Reason, Kind: r.Kind, CheckIn: orNil(r.CheckInID), Person: orNil(r.PersonID),
		})
	}
	for _, r := range out {
		body, err := s.open(r.BodyEnc, r.OrgID, "delivery", "body_enc", r.ID)
		if err != nil {
			return err
		}
		page.Thread = append(page.Thread, carenet.Message{
			At: r.CreatedAt, From: names[r.RecipientID], Body: body, State: r.State,
			Reason: r.Reason, Cause: r.Cause, Kind: r.Kind, Channel: r.Channel, Automatic: r.AuthorID == nil, Author: names[orNil(r.AuthorID)], Audience: carenet.Audience(r.Audience), Person: r.RecipientID,
		})
	}
	for _, r := range onPage {
		c, err := s.checkIn(r)
		if err != nil {
			return err
		}
		m := carenet.Message{
			At: c.At, In: true, OnPage: true, From: page.Name, Body: c.Words, Score: c.Score, State: "read", Kind: "page",
			CheckIn: c.ID, Person: c.ReporterID, Corrected: r.SupersededBy != nil,
		}
		if c.ReporterID != patient {
			m.Author = names[c.ReporterID]
		}
		page.Thread = append(page.Thread, m)
	}
	slices.SortStableFunc(page.Thread, func(a, b carenet.Message) int { return b.At.Compare(a.At) })
	return nil
}

type patientPhoneRow struct {
	ID        carenet.ID
	NumberEnc []byte
	Suspect   bool
	Stopped   bool
}

// stampDays is how far back a stamp looks: longer than any page stays open.
const stampDays = 2

func (s *Store) stamp(ctx context.Context, tx pgx.Tx, org, patient carenet.ID) (stamp string, err error) {
	err = tx.QueryRow(ctx, sqlPatientStamp, org, patient, carenet.FloorID(s.Now().AddDate(0, 0, -stampDays))).Scan(&stamp)
	return stamp, err
}

// PatientStamp is what PatientPage.Stamp would be now. It reads nothing of the
// patient, so it is on nobody's record.
func (s *Store) PatientStamp(ctx context.Context, actor carenet.Actor, patient carenet.ID) (stamp string, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		stamp, err = s.stamp(ctx, tx, actor.Org, patient)
		return err
	})
	return stamp, err
}

// circle is who sees what of a patient.
func (s *Store) circle(ctx context.Context, tx pgx.Tx, org, patient carenet.ID) ([]carenet.CirclePlace, error) {
	rows, err := tx.Query(ctx, sqlCirclePlaces, org, patient)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[circlePlaceRow])
	if err != nil {
		return nil, err
	}
	var places []carenet.CirclePlace
	for _, r := range found {
		name, err := s.personName(r.NameEnc, r.OrgID, r.PersonID)
		if err != nil {
			return nil, err
		}
		proxy, err := s.authority(r.authorityRow, r.OrgID)
		if err != nil {
			return nil, err
		}
		places = append(places, carenet.CirclePlace{Follower: r.ID, Person: r.PersonID, Name: name, Scope: carenet.ScopeOf(r.Scope), Proxy: proxy})
	}
	return places, nil
}

func (s *Store) names(ctx context.Context, tx pgx.Tx, org carenet.ID, people []carenet.ID) (map[carenet.ID]string, error) {
	rows, err := tx.Query(ctx, sqlNames, org, people)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[personFacts])
	if err != nil {
		return nil, err
	}
	names := make(map[carenet.ID]string, len(found))
	for _, p := range found {
		if names[p.ID], err = s.personName(p.NameEnc, p.OrgID, p.ID); err != nil {
			return nil, err
		}
	}
	return names, nil
}
