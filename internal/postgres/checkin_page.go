package postgres

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
	"howareyou/carenet/reply"
	"howareyou/internal/auth"
)

const (
	sqlCheckInPage = `SELECT n.name_enc, n.language, n.zone, o.name AS organisation, o.emergency_number, o.clinic_number, ` + hoursIn + `,
  q.state = 'closed' OR q.by_proxy AND coalesce(q.handed_over_at, q.slot_at) <= $4 AS late, q.check_in_id, q.question_set_id, q.slot_day
FROM prompt q JOIN patient p ON p.org_id = q.org_id AND p.id = q.patient_id
JOIN person n ON n.org_id = q.org_id AND n.id = q.patient_id
JOIN organisation o ON o.org_id = q.org_id
WHERE q.org_id = $1 AND q.id = $2 AND q.patient_id = $3 AND p.state <> 'left'`
	sqlReadByClinic  = `SELECT min(at) FROM audit WHERE org_id = $1 AND patient_id = $2 AND actor_kind = 'clinician' AND action = 'patient.read' AND at >= $3`
	sqlOnePatient    = `SELECT id FROM patient WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE`
	sqlByIdempotency = `SELECT id FROM check_in WHERE org_id = $1 AND patient_id = $2 AND idempotency = $3`
)

type checkInPageRow struct {
	NameEnc         []byte
	Language        string
	Zone            string
	Organisation    string
	EmergencyNumber string
	ClinicNumber    string
	StaffedHours    string
	Late            bool // the time to answer is over
	CheckInID       *carenet.ID
	QuestionSetID   carenet.ID
	SlotDay         int

	More *dialogue.Running `db:"-"` // how far the further questions have come
}

// CheckInForm is the page behind the link of a prompt.
func (s *Store) CheckInForm(ctx context.Context, token string) (carenet.CheckInForm, error) {
	var form carenet.CheckInForm
	err := s.followLink(ctx, auth.ForCheckIn, token, http.MethodGet, func(tx pgx.Tx, l linkRow, _ auth.LinkUse) error {
		var err error
		form, _, err = s.checkInForm(ctx, tx, l)
		if err != nil {
			return err
		}
		actor := carenet.Actor{Kind: carenet.ActorPatient, Org: l.OrgID, Person: l.PersonID, Via: "page"}
		return s.audit(ctx, tx, actor, audited{Action: "check_in_form.read", Table: "prompt", Row: orNil(l.PromptID), Patient: l.PersonID})
	})
	return form, err
}

func (s *Store) checkInForm(ctx context.Context, tx pgx.Tx, l linkRow) (carenet.CheckInForm, checkInPageRow, error) {
	var form carenet.CheckInForm
	rows, err := tx.Query(ctx, sqlCheckInPage, l.OrgID, l.PromptID, l.PersonID, s.Now().Add(-promptGrace))
	if err != nil {
		return form, checkInPageRow{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[checkInPageRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return form, r, carenet.Errorf(carenet.NotFound, "open check-in", "this link does not work any more")
	}
	if err != nil {
		return form, r, err
	}
	form = carenet.CheckInForm{
		Org: l.OrgID, Organisation: r.Organisation, EmergencyNumber: r.EmergencyNumber, ClinicNumber: r.ClinicNumber,
		StaffedHours: r.StaffedHours, Patient: l.PersonID, Language: r.Language, Zone: zoneOf(r.Zone), Scale: carenet.WellbeingScale, ExpiresAt: l.ExpiresAt,
	}
	if form.Name, err = s.personName(r.NameEnc, l.OrgID, l.PersonID); err != nil {
		return form, r, err
	}
	if form.Circle, err = s.circle(ctx, tx, l.OrgID, l.PersonID); err != nil {
		return form, r, err
	}
	if r.CheckInID == nil {
		return form, r, nil
	}
	rows, err = tx.Query(ctx, sqlCheckIns, []carenet.ID{l.OrgID}, []carenet.ID{*r.CheckInID})
	if err != nil {
		return form, r, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[checkInRow])
	if err != nil {
		return form, r, err
	}
	c, err := s.checkIn(row)
	if err != nil {
		return form, r, err
	}
	if c.Reporter == carenet.ReporterProxy {
		return s.moreOnPage(ctx, tx, l, form, r) // the patient has not said it themselves
	}
	own := carenet.Look(carenet.Actor{Kind: carenet.ActorPatient, Org: l.OrgID, Person: l.PersonID}, carenet.Tie{Org: l.OrgID, Patient: l.PersonID})
	if u, ok := c.For(own); ok {
		form.Answered = &u
		offer, err := newestOffer(ctx, tx, l.OrgID, l.PersonID, u.At.Add(-dialogue.OfferFor))
		if err != nil {
			return form, r, err
		}
		form.Offer = carenet.OfferState(offer.State)
		var read *time.Time
		if err := tx.QueryRow(ctx, sqlReadByClinic, l.OrgID, l.PersonID, u.At).Scan(&read); err != nil {
			return form, r, err
		}
		form.SeenByClinic = orZero(read)
	}
	return s.moreOnPage(ctx, tx, l, form, r)
}

// moreOnPage adds how far the further questions have come.
func (s *Store) moreOnPage(ctx context.Context, tx pgx.Tx, l linkRow, form carenet.CheckInForm, r checkInPageRow) (carenet.CheckInForm, checkInPageRow, error) {
	var err error
	if r.More, err = runningOf(ctx, tx, l); err != nil || r.More == nil {
		return form, r, err
	}
	form.Further, form.Worrying = further(r.More, form.Language), worries(r.More)
	if !form.Worrying {
		form.Worrying, err = s.worriesInWords(ctx, tx, l, form.Language)
	}
	return form, r, err
}

// fromPage carries out what a patient sent from the page behind a link, under their row.
func (s *Store) fromPage(ctx context.Context, token string, do func(tx pgx.Tx, l linkRow, now time.Time) error) error {
	return s.followLink(ctx, auth.ForCheckIn, token, http.MethodPost, func(tx pgx.Tx, l linkRow, _ auth.LinkUse) error {
		now := s.Now()
		var locked carenet.ID
		if err := tx.QueryRow(ctx, sqlOnePatient, l.OrgID, l.PersonID).Scan(&locked); err != nil {
			return err
		}
		return do(tx, l, now)
	})
}

// SubmitCheckIn records what a patient sent from the page. An answer to a
// prompt that has one corrects it.
func (s *Store) SubmitCheckIn(ctx context.Context, token string, in carenet.PageAnswer) (carenet.Batch, error) {
	var batch carenet.Batch
	err := s.fromPage(ctx, token, func(tx pgx.Tx, l linkRow, now time.Time) error {
		batch = carenet.Batch{}
		if in.Key != "" {
			var before carenet.ID
			if err := tx.QueryRow(ctx, sqlByIdempotency, l.OrgID, l.PersonID, in.Key).Scan(&before); err == nil {
				return nil // the same form once more
			} else if !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}
		form, row, err := s.checkInForm(ctx, tx, l)
		if err != nil {
			return err
		}
		c := carenet.CheckIn{
			ID: carenet.NewID(now), Org: l.OrgID, Patient: l.PersonID, Prompt: orNil(l.PromptID), Reporter: carenet.ReporterSelf,
			ReporterID: l.PersonID, Channel: carenet.ChannelPage, Private: in.Private, Late: row.Late, Key: in.Key,
			Set: row.QuestionSetID, Item: wellbeingItem, Words: in.Words, Day: carenet.Day(row.SlotDay), At: now,
		}
		if in.Score != nil {
			v := float64(*in.Score)
			c.Score = &v
		}
		if form.Answered != nil {
			c.Corrects, c.Repeats = form.Answered.CheckIn, in.Words == form.Answered.Words
		}
		if c, err = carenet.NewCheckIn(c, form.Scale); err != nil {
			return err
		}
		batch.ID = carenet.NewID(now)
		e := carenet.Event{
			ID: carenet.NewID(now), Org: l.OrgID, Batch: batch.ID, Kind: carenet.EventCheckIn, Patient: l.PersonID, Subject: c.ID,
			Detail: carenet.Detail{Person: l.PersonID, NoThanks: true}, At: now,
		}
		c.Flags = saidOnPage(c.Words, form.Language)
		b := &pgx.Batch{}
		if err := s.queueCheckIn(b, c); err != nil {
			return err
		}
		queueEvent(b, e)
		s.queueAudit(b, carenet.Actor{Kind: carenet.ActorPatient, Org: l.OrgID, Person: l.PersonID, Via: "page"}, now,
			audited{Action: "check_in.record", Table: "check_in", Row: c.ID, Patient: l.PersonID})
		if err := numberAnswered(ctx, tx, l, now); err != nil {
			return err
		}
		batch.Events = []carenet.Event{e}
		if len(c.Flags) > 0 {
			// The page itself says at once where help is; staff are called (INV-10).
			safety := carenet.Event{
				ID: carenet.NewID(now), Org: l.OrgID, Batch: batch.ID, Kind: carenet.EventSafety, Patient: l.PersonID,
				Subject: c.ID, Detail: carenet.Detail{Flags: c.Flags, Person: l.PersonID, Audience: carenet.ToPatient}, At: now,
			}
			queueEvent(b, safety)
			batch.Events = append(batch.Events, safety)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// saidOnPage is what staff must see at once of the words on a page: only the
// crisis words, whatever else stands beside them. Nothing written there is a command, so STOP in a sentence stops
// nothing.
func saidOnPage(words, language string) []string {
	if words == "" {
		return nil
	}
	r := reply.Read(words, reply.Context{Lang: language, Role: reply.Patient})
	return r.Alarms()
}
