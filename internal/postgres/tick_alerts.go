package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const (
	sqlClaimAlerts = `SELECT org, alert FROM claim_alerts($1, $2)`
	sqlDueAlerts   = `SELECT ` + alertColumns + ` FROM alert a WHERE a.org_id = ANY ($1) AND a.id = ANY ($2) ORDER BY a.id FOR UPDATE`
	sqlNextDue     = `SELECT least(lookup_next_due(), lookup_next_offer(), lookup_next_unread(), lookup_next_rota(), lookup_next_review())`
	sqlBusy        = `SELECT lookup_busy($1) OR coalesce(least(lookup_next_offer(), lookup_next_unread(), lookup_next_rota(), lookup_next_review()) <= $1, false)`
)

// TickAlerts moves alerts on whose next step is due: asks again, asks further
// people, or takes back an acknowledgement that ran out without an outcome.
func (s *Store) TickAlerts(ctx context.Context, limit int) (carenet.Batch, int, error) {
	return s.tick(ctx, sqlClaimAlerts, limit, func(tx pgx.Tx, t *ticking) error {
		if err := scope(ctx, tx, t.orgs); err != nil {
			return err
		}
		due, err := alertsFor(ctx, tx, sqlDueAlerts, t.orgs, t.ids)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		for _, r := range due {
			a, changes := alerts.Tick(r.alert(), r.escalation(), t.now)
			queueAlert(b, r, a, t.now)
			for _, c := range changes {
				if err := s.queueAlertEntry(b, r.OrgID, r.ID, string(c.Kind), carenet.SystemActor(r.OrgID), "", t.now); err != nil {
					return err
				}
			}
			t.batch.Events = append(t.batch.Events, queueAsks(b, r.OrgID, r.PatientID, r.ID, r.Number, t.batch.ID, changes, t.now)...)
		}
		t.done = len(due)
		return tx.SendBatch(ctx, b).Close()
	})
}

// NextDue is the next instant at which anything falls due by itself, for a
// clock that is moved by hand; the zero time when nothing ever does.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var at *time.Time
	err := s.pool.QueryRow(ctx, sqlNextDue).Scan(&at)
	if err != nil {
		return time.Time{}, err
	}
	question, err := s.nextQuestion(ctx)
	if err == nil && question != nil && (at == nil || question.Before(*at)) {
		at = question
	}
	return orZero(at), err
}

// Busy says whether anything that fell due is still on its way to the provider.
func (s *Store) Busy(ctx context.Context) (busy bool, err error) {
	if err = s.pool.QueryRow(ctx, sqlBusy, s.Now()).Scan(&busy); err != nil || busy {
		return busy, err
	}
	question, err := s.nextQuestion(ctx)
	return question != nil && !question.After(s.Now()), err
}
