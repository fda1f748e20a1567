package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/notify"
)

// A person is reached at their first phone.
const sqlReach = `SELECT DISTINCT ON (cp.org_id, cp.person_id) cp.org_id, cp.person_id, cp.conversation_id, c.sender_id,
  c.opted_out_at IS NOT NULL AS stopped, c.wrong_number_at IS NOT NULL AS wrong, c.suspect_at IS NOT NULL AS suspect, c.suspect_code
FROM contact_point cp JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
WHERE cp.org_id = ANY ($1) AND cp.person_id = ANY ($2) AND cp.kind = 'phone' AND cp.removed_at IS NULL
ORDER BY cp.org_id, cp.person_id, cp.position, cp.id`

// And at their first address.
const sqlEmails = `SELECT DISTINCT ON (cp.org_id, cp.person_id) cp.org_id, cp.person_id, cp.id, cp.unsubscribed_at IS NOT NULL AS unsubscribed
FROM contact_point cp WHERE cp.org_id = ANY ($1) AND cp.person_id = ANY ($2) AND cp.kind = 'email' AND cp.removed_at IS NULL
ORDER BY cp.org_id, cp.person_id, cp.position, cp.id`

const sqlActiveSenders = `SELECT org_id, id, position, number LIKE '+%' AS calls FROM sender WHERE org_id = ANY ($1) AND retired_at IS NULL ORDER BY org_id, position, id`

const sqlDanger = `SELECT a.id FROM alert a WHERE a.org_id = ANY ($1) AND a.id = ANY ($2) AND a.severity = $3`

const sqlCircles = `SELECT f.org_id, f.id, f.patient_id, f.person_id, f.scope, f.state = 'active' AS active, f.pace, coalesce(f.channel, '') AS channel, f.nights_held, n.zone
FROM follower f JOIN person n ON n.org_id = f.org_id AND n.id = f.person_id WHERE f.org_id = ANY ($1) AND f.patient_id = ANY ($2) AND f.state = 'active'
ORDER BY f.org_id, f.patient_id, f.id`

const sqlUsuals = `SELECT p.id, p.usual_mean AS mean, p.usual_spread AS spread, p.usual_days AS days FROM patient p
WHERE p.org_id = ANY ($1) AND p.id = ANY ($2) AND p.usual_mean IS NOT NULL AND p.usual_spread IS NOT NULL AND p.usual_days IS NOT NULL`

const sqlResponders = `SELECT c.org_id, c.id, c.roles FROM clinician c
WHERE c.org_id = ANY ($1) AND c.left_at IS NULL ORDER BY c.org_id, c.id`

const checkInColumns = `k.org_id, k.id, k.patient_id, k.prompt_id, k.reporter, k.reporter_id, k.channel, k.private, k.late,
  k.corrects_id, k.superseded_by, k.words_enc, k.local_day, k.at, a.value`

const sqlCheckIns = `SELECT ` + checkInColumns + `
FROM check_in k LEFT JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
WHERE k.org_id = ANY ($1) AND k.id = ANY ($2)`

const sqlToldOf = `SELECT DISTINCT d.org_id, e.subject_id AS alert_id, d.recipient_id
FROM event e JOIN delivery d ON d.org_id = e.org_id AND d.event_id = e.id
WHERE e.org_id = ANY ($1) AND e.kind = 'alert.step' AND e.patient_id = ANY ($2) AND e.subject_id = ANY ($3)
  AND d.kind = 'alert' AND d.state <> 'withdrawn'`

type reachRow struct {
	OrgID          carenet.ID
	PersonID       carenet.ID
	ConversationID carenet.ID
	SenderID       *carenet.ID
	Stopped        bool
	Wrong          bool
	Suspect        bool
	SuspectCode    int
}

func (r reachRow) number() notify.Number {
	return notify.Number{Stopped: r.Stopped, Wrong: r.Wrong, Suspect: r.Suspect, SuspectCode: r.SuspectCode}
}

type emailRow struct {
	OrgID        carenet.ID
	PersonID     carenet.ID
	ID           carenet.ID
	Unsubscribed bool
}

type usualRow struct {
	ID     carenet.ID
	Mean   float64
	Spread float64
	Days   int
}

type activeSenderRow struct {
	OrgID    carenet.ID
	ID       carenet.ID
	Position int
	Calls    bool
}

type circleRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	PatientID  carenet.ID
	PersonID   carenet.ID
	Scope      []string
	Active     bool
	Pace       string
	Channel    string
	NightsHeld bool
	Zone       string
}

type responderRow struct {
	OrgID carenet.ID
	ID    carenet.ID
	Roles []string
}

type toldRow struct {
	OrgID       carenet.ID
	AlertID     carenet.ID
	RecipientID carenet.ID
}

type checkInRow struct {
	OrgID        carenet.ID
	ID           carenet.ID
	PatientID    carenet.ID
	PromptID     *carenet.ID
	Reporter     string
	ReporterID   carenet.ID
	Channel      string
	Private      bool
	Late         bool
	CorrectsID   *carenet.ID
	SupersededBy *carenet.ID
	WordsEnc     []byte
	LocalDay     int
	At           time.Time
	Value        *float64
}

func (s *Store) checkIn(r checkInRow) (carenet.CheckIn, error) {
	words, err := s.open(r.WordsEnc, r.OrgID, "check_in", "words_enc", r.ID)
	if err != nil {
		return carenet.CheckIn{}, err
	}
	return carenet.CheckIn{
		ID: r.ID, Org: r.OrgID, Patient: r.PatientID, Prompt: orNil(r.PromptID),
		Reporter: carenet.Reporter(r.Reporter), ReporterID: r.ReporterID, Channel: carenet.Channel(r.Channel),
		Private: r.Private, Late: r.Late, Corrects: orNil(r.CorrectsID), Item: wellbeingItem, Score: r.Value,
		Words: words, Day: carenet.Day(r.LocalDay), At: r.At,
	}, nil
}

// loadWorld reads, in two round trips, all that the planner needs about events.
func (s *Store) loadWorld(ctx context.Context, tx pgx.Tx, events []carenet.Event, now time.Time) (map[carenet.ID]notify.World, error) {
	staffed, rota := false, false
	var orgs, patients, checkIns, alertIDs, asking, people []carenet.ID
	for _, e := range events {
		orgs = addID(orgs, e.Org)
		patients = addID(patients, e.Patient)
		people = addID(people, e.Detail.Person)
		switch e.Kind {
		case carenet.EventCheckIn:
			checkIns = addID(checkIns, e.Subject)
		case carenet.EventAlertTaken:
			alertIDs = addID(alertIDs, e.Subject)
		case carenet.EventAlertStep:
			asking = addID(asking, e.Subject)
			rota = rota || slices.Contains(e.Detail.Roles, string(alerts.RoleOnDuty))
		case carenet.EventReported, carenet.EventSafety:
			staffed = true
		}
	}
	staffed = staffed || len(asking) > 0
	var circles []circleRow
	var staff []responderRow
	var answers []checkInRow
	var told []toldRow
	var senders []activeSenderRow
	danger, usual := map[carenet.ID]bool{}, map[carenet.ID]carenet.Usual{}
	b := &pgx.Batch{}
	collect(b.Queue(sqlActiveSenders, orgs), &senders)
	collect(b.Queue(sqlCheckIns, orgs, checkIns), &answers)
	collect(b.Queue(sqlCircles, orgs, patients), &circles)
	if len(checkIns) > 0 {
		b.Queue(sqlUsuals, orgs, patients).Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowToStructByName[usualRow])
			for _, r := range found {
				usual[r.ID] = carenet.Usual{Known: true, Mean: r.Mean, Spread: r.Spread, Days: r.Days}
			}
			return err
		})
	}
	if staffed {
		collect(b.Queue(sqlResponders, orgs), &staff)
	}
	if len(asking) > 0 {
		b.Queue(sqlDanger, orgs, asking, string(alerts.Red)).Query(func(rows pgx.Rows) error {
			ids, err := pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
			for _, id := range ids {
				danger[id] = true
			}
			return err
		})
	}
	if len(alertIDs) > 0 {
		collect(b.Queue(sqlToldOf, orgs, patients, alertIDs), &told)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	var onDuty map[carenet.ID][]alerts.Duty
	if rota {
		var err error
		if onDuty, err = s.onDuty(ctx, tx, orgs, now); err != nil {
			return nil, err
		}
	}
	people = append(people, patients...)
	for _, c := range circles {
		people = addID(people, c.PersonID)
	}
	for _, c := range staff {
		people = addID(people, c.ID)
	}
	for _, t := range told {
		people = addID(people, t.RecipientID)
	}
	var reaches []reachRow
	rb := &pgx.Batch{}
	collect(rb.Queue(sqlReach, orgs, people), &reaches)
	var emails []emailRow
	if slices.Contains(s.channels, notify.Email) {
		collect(rb.Queue(sqlEmails, orgs, people), &emails)
	}
	if err := tx.SendBatch(ctx, rb).Close(); err != nil {
		return nil, err
	}
	worlds := make(map[carenet.ID]notify.World, len(orgs))
	for _, org := range orgs {
		w := notify.World{
			Now: now, Danger: danger, Usual: usual, Patients: map[carenet.ID]notify.Reach{}, Circles: map[carenet.ID][]notify.CircleMember{},
			People: map[carenet.ID]notify.Reach{}, CheckIns: map[carenet.ID]carenet.CheckIn{}, Told: map[carenet.ID][]carenet.ID{},
		}
		for _, d := range onDuty[org] {
			w.OnDuty = append(w.OnDuty, d.Clinician)
		}
		for _, id := range people {
			w.People[id] = notify.Reach{Person: id, Contact: notify.Contact{Number: notify.Number{None: true}}}
		}
		for _, x := range senders {
			if x.OrgID == org {
				w.Senders = append(w.Senders, notify.Sender{ID: x.ID, Position: x.Position})
			}
		}
		calls := slices.ContainsFunc(senders, func(x activeSenderRow) bool { return x.OrgID == org && x.Calls })
		for _, r := range reaches {
			if r.OrgID == org {
				w.People[r.PersonID] = notify.Reach{
					Person: r.PersonID, Conversation: r.ConversationID, Sender: orNil(r.SenderID),
					Stopped: r.number().Texts() != "", Contact: s.contact(r.number(), calls, false),
				}
			}
		}
		for _, e := range emails {
			if e.OrgID == org {
				r := w.People[e.PersonID]
				r.Address, r.Unsubscribed, r.Contact.Email = e.ID, e.Unsubscribed, true
				w.People[e.PersonID] = r
			}
		}
		for _, id := range patients {
			w.Patients[id] = w.People[id]
		}
		for _, c := range circles {
			if c.OrgID == org {
				w.Circles[c.PatientID] = append(w.Circles[c.PatientID], notify.CircleMember{
					Follower: c.ID, Active: c.Active,
					Scope: carenet.ScopeOf(c.Scope), Reach: w.People[c.PersonID], Pace: carenet.Pace(c.Pace), Wants: notify.Channel(c.Channel),
					NightsHeld: c.NightsHeld, Zone: zoneOf(c.Zone),
				})
			}
		}
		for _, c := range staff {
			if c.OrgID == org {
				w.Responders = append(w.Responders, notify.Responder{Roles: c.Roles, Reach: w.People[c.ID]})
			}
		}
		for _, t := range told {
			if t.OrgID == org {
				w.Told[t.AlertID] = append(w.Told[t.AlertID], t.RecipientID)
			}
		}
		for _, a := range answers {
			if a.OrgID != org {
				continue
			}
			c, err := s.checkIn(a)
			if err != nil {
				return nil, err
			}
			w.CheckIns[c.ID] = c
		}
		worlds[org] = w
	}
	return worlds, nil
}

// addID adds id to a set kept as a slice; the zero id is never in it.
func addID(ids []carenet.ID, id carenet.ID) []carenet.ID {
	if id == carenet.NilID || slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}
