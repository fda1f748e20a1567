package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/notify"
)

const (
	sqlQuestionsByID = `SELECT ` + questionColumns + `, p.state AS patient_state FROM open_question q
JOIN patient p ON p.org_id = q.org_id AND p.id = q.patient_id WHERE q.org_id = ANY ($1) AND q.id = ANY ($2) ORDER BY q.org_id, q.id FOR SHARE OF q`
	sqlSchedulesOf = `SELECT s.patient_id, s.id, s.rrule, s.local_time, s.zone, s.start_day, s.next_at, s.next_day FROM schedule s
WHERE s.org_id = ANY ($1) AND s.patient_id = ANY ($2) AND s.ended_at IS NULL ORDER BY s.patient_id, s.id`
)

// questionFacts is what texts that ask for a yes or no say.
type questionFacts struct {
	asked map[carenet.ID]askedRow
	slots []scheduleOfRow
}

type askedRow struct {
	questionRow
	PatientState string
}

type scheduleOfRow struct {
	PatientID carenet.ID
	firstSlotRow
}

func loadQuestionFacts(ctx context.Context, tx pgx.Tx, orgs []carenet.ID, rows []claimRow) (f questionFacts, err error) {
	var ids, patients []carenet.ID
	for _, r := range rows {
		if notify.Kind(r.Kind) == notify.KindQuestion {
			ids, patients = addID(ids, orNil(r.SubjectID)), addID(patients, orNil(r.PatientID))
		}
	}
	if len(ids) == 0 {
		return f, nil
	}
	b := &pgx.Batch{}
	byID(b.Queue(sqlQuestionsByID, orgs, ids), &f.asked, func(r askedRow) carenet.ID { return r.ID })
	collect(b.Queue(sqlSchedulesOf, orgs, patients), &f.slots)
	return f, tx.SendBatch(ctx, b).Close()
}

// less is how often a week somebody would be asked who is offered less; 0: nothing is.
func (f questionFacts) less(patient carenet.ID) (perWeek int) {
	n := 0
	for _, s := range f.slots {
		if s.PatientID != patient {
			continue
		}
		n++
		if rule, ok := ask.Less(s.RRule, carenet.Day(s.StartDay)); ok {
			perWeek = ask.PerWeek(rule, carenet.Day(s.StartDay))
		}
	}
	if n != 1 {
		return 0
	}
	return perWeek
}

// justNow: whoever did something so short a time ago still expects the answer.
const justNow = time.Hour

// aboutQuestion adds what a question says, or what a change in a circle does.
func (f claimFacts) aboutQuestion(r claimRow, c *notify.Candidate, d *notify.Draft) {
	switch c.Kind {
	case notify.KindNumberCheck:
		// Asked at once, at any hour: they wait for a sign-in link.
		c.JustAsked = !r.Detail.At.Truncate(time.Millisecond).After(r.EventAt) && c.Now.Sub(r.EventAt) < justNow
	case notify.KindReport:
		d.Report = r.Detail.Report
	case notify.KindRhythm, notify.KindReply:
		d.PerWeek = r.Detail.PerWeek
	case notify.KindCircle:
		own := r.Detail.Change == carenet.ChangeScope || r.Detail.Change == carenet.ChangeDropped || r.Detail.Person != carenet.NilID && r.Detail.Person == orNil(r.PatientID)
		c.JustAsked = own && c.Now.Sub(r.EventAt) < justNow
		d.Change = r.Detail.Change
		d.Scope = carenet.ScopeOf(f.follow[orNil(r.FollowerID)].Scope)
	case notify.KindQuestion:
		a, ok := f.questions.asked[orNil(r.SubjectID)]
		if !ok {
			return
		}
		q := a.question()
		c.QuestionOpen = q.State == carenet.QuestionOpen && (a.PatientState == "active" || a.PatientState == "in_hospital" || q.Kind == carenet.AskEnrol && a.PatientState == "invited")
		c.JustAsked = q.Kind.Returned() && c.Now.Sub(r.EventAt) < justNow
		// What they have just asked for themselves is answered wherever they are.
		c.Unreachable = c.Unreachable && !q.Kind.Returned()
		d.Question, d.Again, d.Scope = q.Kind, q.Asked > 1, q.Scope
		for _, s := range f.questions.slots {
			if s.PatientID == q.Patient {
				d.PerWeek += s.perWeek(c.Now)
			}
		}
		if q.Kind == carenet.AskEase {
			d.PerWeek = f.questions.less(q.Patient)
			p := f.patients[q.Patient]
			c.QuestionOpen = c.QuestionOpen && d.PerWeek > 0 && p.State == "active" && (p.PausedUntil == nil || !p.PausedUntil.After(c.Now))
		}
	}
}
