package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

// newAlert is an alert that is about to open.
type newAlert struct {
	org, patient, episode carenet.ID
	finding, offer        carenet.ID // of an offer of a call that led to it
	rule                  string
	version               int
	severity              alerts.Severity
	evidence              carenet.Evidence
	technical             bool // it says nothing of how the patient is
	batch                 carenet.ID
	now                   time.Time
}

// openAlert numbers and writes an alert whose first step is due at once.
func (s *Store) openAlert(ctx context.Context, tx pgx.Tx, b *pgx.Batch, n newAlert) ([]carenet.Event, error) {
	var number int
	if err := tx.QueryRow(ctx, sqlAlertNumber, n.org).Scan(&number); err != nil {
		return nil, err
	}
	a := alerts.NewAlert(carenet.NewID(n.now), n.severity, n.now)
	a.Rule, a.Promised = n.rule, promised(n.rule, n.evidence) // what is grave waits for nobody's hours
	escalation, err := escalationOf(ctx, tx, n.org, n.severity)
	if err != nil {
		return nil, err
	}
	a, changes := alerts.Tick(a, escalation, n.now)
	var next *time.Time
	if at, ok := alerts.Wake(a, escalation); ok {
		next = &at
	}
	b.Queue(sqlInsertAlert, n.org, a.ID, number, n.patient, orNull(n.episode), n.rule, n.version, string(n.severity), n.evidence,
		string(a.Status), a.AskingSince, a.Asked, next, n.now, orNull(n.finding))
	if n.offer != carenet.NilID {
		b.Queue(sqlOfferAlert, n.org, n.offer, a.ID)
	}
	if err := s.queueAlertEntry(b, n.org, a.ID, "opened", carenet.SystemActor(n.org), "", n.now); err != nil {
		return nil, err
	}
	s.queueAudit(b, carenet.SystemActor(n.org), n.now, audited{Action: "alert.open", Table: "alert", Row: a.ID, Patient: n.patient})
	asks := queueAsks(b, n.org, n.patient, a.ID, number, n.batch, changes, n.now)
	if n.technical {
		return asks, nil
	}
	// Whoever is not well is asked as often as before they agreed to less.
	back, err := s.easeBack(ctx, tx, b, n.org, n.patient, n.batch, n.now)
	return append(asks, back...), err
}

// queueAsks turns the asks among changes into events.
func queueAsks(b *pgx.Batch, org, patient, alert carenet.ID, number int, batch carenet.ID, changes []alerts.Change, now time.Time) []carenet.Event {
	var out []carenet.Event
	for _, c := range changes {
		if c.Kind != alerts.ChangeAsked {
			continue
		}
		var roles []string
		for _, r := range c.Ask.To {
			roles = append(roles, string(r))
		}
		ev := carenet.Event{
			ID: carenet.NewID(now), Org: org, Batch: batch, Kind: carenet.EventAlertStep, Patient: patient, Subject: alert,
			Detail: carenet.Detail{Alert: alert, AlertNumber: number, Roles: roles, People: c.Ask.People}, At: now,
		}
		queueEvent(b, ev)
		out = append(out, ev)
	}
	return out
}
