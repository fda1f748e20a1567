package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/notify"
)

const sqlPressed = `UPDATE attempt SET pressed = pressed || $4 WHERE org_id = $1 AND event_id = $2 AND id = $3`

// Call answers the provider in the midst of a call: it keeps what was heard, carries
// out a key as the same word by text would be, and says what comes next, all in one
// transaction. The same request twice has one effect. NotFound when the call is none
// of ours. A change that others must hear of comes with its batch.
func (s *Store) Call(ctx context.Context, news notify.CallNews) (script notify.Script, batch carenet.Batch, err error) {
	refs, err := s.attemptRefs(ctx, news.Attempt)
	if err != nil {
		return script, batch, err
	}
	if len(refs) == 0 {
		return script, batch, errNoCall
	}
	ref := refs[0]
	err = s.inTx(ctx, []carenet.ID{ref.org}, func(tx pgx.Tx) error {
		script, batch = notify.Script{}, carenet.Batch{}
		c := callUnderWay{store: s, tx: tx, news: news, now: s.Now()}
		if err := c.lock(ctx, ref); err != nil {
			return err
		}
		if err := c.decide(ctx); err != nil {
			return err
		}
		batch = c.batch
		script, err = c.says(ctx)
		return err
	})
	return script, batch, err
}

var errNoCall = carenet.Errorf(carenet.NotFound, "call", "there is no such call")

// callUnderWay is one request of the provider about one call.
type callUnderWay struct {
	store *Store
	tx    pgx.Tx
	news  notify.CallNews
	now   time.Time

	try   attemptRow
	row   claimRow // the delivery, with its event
	alert alertRow
	batch carenet.Batch
	stage notify.Stage
}

// lock takes the call's rows in the order in which claims and news take them.
func (c *callUnderWay) lock(ctx context.Context, ref attemptRef) error {
	orgs, events := []carenet.ID{ref.org}, []carenet.ID{ref.event}
	rows, err := c.tx.Query(ctx, sqlLockAttempts, orgs, events, []carenet.ID{ref.attempt}, onceMore)
	if err != nil {
		return err
	}
	if c.try, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[attemptRow]); err != nil {
		return notFound(err)
	}
	if c.try.Channel != string(notify.Voice) || c.try.SID != "" && c.try.SID != c.news.SID {
		return errNoCall
	}
	if _, err := c.tx.Exec(ctx, sqlLockSettled, orgs, []carenet.ID{c.try.ConversationID}); err != nil {
		return err
	}
	rows, err = c.tx.Query(ctx, sqlClaimRows, orgs, events, []carenet.ID{c.try.DeliveryID})
	if err != nil {
		return err
	}
	if c.row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[claimRow]); err != nil {
		return notFound(err)
	}
	found, err := alertsFor(ctx, c.tx, sqlAlertByID, ref.org, c.row.Detail.Alert)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return errNoCall
	}
	c.alert = found[0]
	return nil
}

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return errNoCall
	}
	return err
}

func (c *callUnderWay) standing() notify.Standing {
	switch {
	case c.alert.State == string(alerts.StatusOpen):
		return notify.AlertOpen
	case c.alert.State == string(alerts.StatusResolved):
		return notify.AlertOver
	case orNil(c.alert.AckedBy) == c.row.RecipientID:
		return notify.AlertMine
	}
	return notify.AlertOthers
}

// decide carries out what was pressed and writes what was heard.
func (c *callUnderWay) decide(ctx context.Context) error {
	effect, stage, heard := notify.AtPoint(c.news, notify.Heard(c.try.Heard), c.try.Pressed, c.standing())
	b := &pgx.Batch{}
	if effect != "" {
		switch err := c.press(ctx, b, effect); carenet.CodeOf(err) {
		case "":
			b.Queue(sqlPressed, c.try.OrgID, c.try.EventID, c.try.ID, effect)
		case carenet.Conflict: // somebody else's meanwhile
			b, c.batch, stage = &pgx.Batch{}, carenet.Batch{}, notify.StageTakenBy
		case carenet.Forbidden: // no longer staff
			b, c.batch, stage = &pgx.Batch{}, carenet.Batch{}, notify.StageEnd
		default:
			return err
		}
	}
	c.stage = stage
	report := c.news.StatusReport
	report.Heard = heard
	c.store.queueVerdict(b, c.try, c.store.rules.AfterStatus(c.try.attempt(), report, c.now), c.now)
	if stage.TellsOfPatient() {
		c.store.queueAudit(b, c.actor(), c.now, audited{Action: "alert.hear", Table: "alert", Row: c.alert.ID, Patient: c.alert.PatientID})
	}
	return c.tx.SendBatch(ctx, b).Close()
}

func (c *callUnderWay) actor() carenet.Actor {
	return carenet.Actor{Kind: carenet.ActorClinician, Org: c.row.OrgID, Person: c.row.RecipientID, Via: "voice"}
}

func (c *callUnderWay) press(ctx context.Context, b *pgx.Batch, key string) (err error) {
	if err := c.store.requireStaff(ctx, c.tx, c.actor()); err != nil {
		return err
	}
	c.batch.ID = carenet.NewID(c.now)
	change := c.store.acknowledge
	if key == notify.KeyPassOn {
		change = c.store.escalate
	}
	c.batch.Events, err = change(b, c.actor(), c.alert, c.batch.ID, c.now)
	return err
}

// says writes what is said, from how things stand now.
func (c *callUnderWay) says(ctx context.Context) (notify.Script, error) {
	facts, err := c.store.loadFacts(ctx, c.tx, []carenet.ID{c.row.OrgID}, []claimRow{c.row})
	if err != nil {
		return notify.Script{}, err
	}
	_, draft := facts.candidate(c.store, c.row, claimedConversation{}, c.now)
	draft.Stage = c.stage
	say, err := c.store.compose(draft)
	return notify.Script{Language: draft.Language, Say: say, Asks: c.stage.Asks(), Machine: c.stage == notify.StageMachine}, err
}
