package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/notify"
)

// claimFacts is what the texts of one claim need, read at the moment of the claim.
type claimFacts struct {
	orgs      map[carenet.ID]orgFacts
	senders   map[carenet.ID][]senderFacts
	people    map[carenet.ID]personFacts
	patients  map[carenet.ID]patientFacts
	follow    map[carenet.ID]followFacts
	checkIns  map[carenet.ID]checkInRow
	prompts   map[carenet.ID]promptFacts
	alerts    map[carenet.ID]alertRow
	offers    map[carenet.ID]offerFacts
	digests   []digestRow // what happened in the time of a summary
	commands  commandFacts
	questions questionFacts
	duty      dutyFacts
	reviews   reviewFacts
	seen      map[carenet.ID]seenFacts // texts in that a person has seen to
}

type orgFacts struct {
	OrgID           carenet.ID
	Name            string
	Zone            string
	Language        string
	EmergencyNumber string
	ClinicNumber    string
	StaffedHours    string
	StaffedHoursEn  string
	StaffedHoursEs  string
	StaffedHoursAr  string
}

// hours are those at which staff read, in a language: never in another than the reader's.
func (o orgFacts) hours(lang string) string {
	own := map[string]string{"en": o.StaffedHoursEn, "es": o.StaffedHoursEs, "ar": o.StaffedHoursAr}[lang]
	if own == "" && lang == o.Language {
		return o.StaffedHours
	}
	return own
}

type senderFacts struct {
	OrgID               carenet.ID
	ID                  carenet.ID
	Number              string
	MessagingServiceSID string
	Position            int
	Retired             bool
}

type personFacts struct {
	OrgID    carenet.ID
	ID       carenet.ID
	NameEnc  []byte
	Language string
	Zone     string
}

type patientFacts struct {
	OrgID       carenet.ID
	ID          carenet.ID
	State       string
	PausedUntil *time.Time
}

type followFacts struct {
	OrgID  carenet.ID
	ID     carenet.ID
	State  string
	Scope  []string
	Person carenet.ID

	MutedUntil *time.Time
	NightsHeld bool
}

type offerFacts struct {
	ID    carenet.ID
	State string
}

type seenFacts struct {
	ID   carenet.ID
	Seen bool
}

type promptFacts struct {
	OrgID  carenet.ID
	ID     carenet.ID
	State  string
	SlotAt time.Time
}

const (
	sqlOrgFacts = `SELECT org_id, name, zone, language, emergency_number, clinic_number, staffed_hours, staffed_hours_en, staffed_hours_es, staffed_hours_ar
FROM organisation WHERE org_id = ANY ($1)`
	sqlSenderFacts = `SELECT org_id, id, number, messaging_service_sid, position, retired_at IS NOT NULL AS retired
FROM sender WHERE org_id = ANY ($1) ORDER BY org_id, position, id`
	sqlPersonFacts = `SELECT org_id, id, name_enc, language, zone FROM person WHERE org_id = ANY ($1) AND id = ANY ($2)`
	// Shared locks: a report that they are in hospital or have died, and a withdrawal that is under way is waited for, and one that comes
	// after the claim waits for it (INV-7). So with an acknowledgement (INV-9).
	sqlPatientFacts = `SELECT org_id, id, state, paused_until FROM patient WHERE org_id = ANY ($1) AND id = ANY ($2) ORDER BY org_id, id FOR SHARE`
	sqlFollowFacts  = `SELECT org_id, id, state, scope, person_id AS person, muted_until, nights_held FROM follower WHERE org_id = ANY ($1) AND id = ANY ($2)
ORDER BY org_id, id FOR SHARE`
	sqlPromptFacts = `SELECT org_id, id, state, slot_at FROM prompt WHERE org_id = ANY ($1) AND id = ANY ($2)`
	// Shared lock: an answer that is under way is waited for.
	sqlOfferFacts = `SELECT id, state FROM call_offer WHERE org_id = ANY ($1) AND id = ANY ($2) ORDER BY org_id, id FOR SHARE`
	sqlSeenFacts  = `SELECT id, handled_at IS NOT NULL AS seen FROM inbound_message WHERE org_id = ANY ($1) AND id = ANY ($2) ORDER BY org_id, id FOR SHARE`
	sqlAlertFacts = `SELECT ` + alertColumns + ` FROM alert a WHERE a.org_id = ANY ($1) AND a.id = ANY ($2) ORDER BY a.org_id, a.id FOR SHARE`
)

func (s *Store) loadFacts(ctx context.Context, tx pgx.Tx, orgs []carenet.ID, rows []claimRow) (claimFacts, error) {
	var people, patients, follows, checkIns, prompts, offers, alertIDs, digests, unread []carenet.ID
	for _, r := range rows {
		people = addID(addID(addID(people, r.RecipientID), r.Detail.Person), r.Detail.About)
		patients = addID(patients, orNil(r.PatientID))
		follows = addID(follows, orNil(r.FollowerID))
		switch carenet.EventKind(r.EventKind) {
		case carenet.EventCheckIn:
			checkIns = addID(checkIns, orNil(r.SubjectID))
		case carenet.EventPrompt:
			prompts = addID(prompts, orNil(r.SubjectID))
		case carenet.EventCallOffer:
			offers = addID(offers, orNil(r.SubjectID))
		}
		alertIDs = addID(alertIDs, r.Detail.Alert)
		switch notify.Kind(r.Kind) {
		case notify.KindDigest:
			digests = addID(digests, r.EventID)
		case notify.KindTask:
			unread = addID(unread, orNil(r.SubjectID))
		}
	}
	commands, err := loadCommandFacts(ctx, tx, orgs, rows)
	if err != nil {
		return claimFacts{}, err
	}
	questions, err := loadQuestionFacts(ctx, tx, orgs, rows)
	if err != nil {
		return claimFacts{}, err
	}
	duty, err := loadDutyFacts(ctx, tx, orgs, rows)
	if err != nil {
		return claimFacts{}, err
	}
	reviews, err := s.loadReviewFacts(ctx, tx, rows)
	if err != nil {
		return claimFacts{}, err
	}
	f := claimFacts{commands: commands, questions: questions, duty: duty, reviews: reviews}
	b := &pgx.Batch{}
	byID(b.Queue(sqlOrgFacts, orgs), &f.orgs, func(r orgFacts) carenet.ID { return r.OrgID })
	var senders []senderFacts
	collect(b.Queue(sqlSenderFacts, orgs), &senders)
	byID(b.Queue(sqlPatientFacts, orgs, patients), &f.patients, func(r patientFacts) carenet.ID { return r.ID })
	byID(b.Queue(sqlFollowFacts, orgs, follows), &f.follow, func(r followFacts) carenet.ID { return r.ID })
	byID(b.Queue(sqlCheckIns, orgs, checkIns), &f.checkIns, func(r checkInRow) carenet.ID { return r.ID })
	byID(b.Queue(sqlPromptFacts, orgs, prompts), &f.prompts, func(r promptFacts) carenet.ID { return r.ID })
	if len(offers) > 0 {
		byID(b.Queue(sqlOfferFacts, orgs, offers), &f.offers, func(r offerFacts) carenet.ID { return r.ID })
	}
	if len(unread) > 0 {
		byID(b.Queue(sqlSeenFacts, orgs, unread), &f.seen, func(r seenFacts) carenet.ID { return r.ID })
	}
	if len(digests) > 0 {
		collect(b.Queue(sqlDigestFacts, orgs, digests), &f.digests)
	}
	byID(b.Queue(sqlAlertFacts, orgs, alertIDs), &f.alerts, func(r alertRow) carenet.ID { return r.ID })
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return f, err
	}
	f.senders = map[carenet.ID][]senderFacts{}
	for _, x := range senders {
		f.senders[x.OrgID] = append(f.senders[x.OrgID], x)
	}
	people = append(people, patients...)
	for _, id := range duty.people(rows, s.Now()) {
		people = addID(people, id)
	}
	for _, a := range f.alerts {
		people = addID(people, orNil(a.AckedBy))
	}
	pb := &pgx.Batch{}
	byID(pb.Queue(sqlPersonFacts, orgs, people), &f.people, func(r personFacts) carenet.ID { return r.ID })
	return f, tx.SendBatch(ctx, pb).Close()
}

func byID[T any](q *pgx.QueuedQuery, dst *map[carenet.ID]T, id func(T) carenet.ID) {
	q.Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
		m := make(map[carenet.ID]T, len(found))
		for _, r := range found {
			m[id(r)] = r
		}
		*dst = m
		return err
	})
}

// sender is the one that the text was planned for; another, if that was retired
// meanwhile.
func (f claimFacts) sender(r claimRow) (senderFacts, bool) {
	var active []notify.Sender
	all := f.senders[r.OrgID]
	for _, x := range all {
		if !x.Retired {
			active = append(active, notify.Sender{ID: x.ID, Position: x.Position})
		}
	}
	chosen, _ := notify.ChooseSender(active, orNil(r.SenderID), carenet.NilID, r.ConversationID)
	for _, x := range all {
		if x.ID == chosen {
			return x, true
		}
	}
	return senderFacts{}, false
}

// caller is the sender that a call comes from: the one that was planned, if it can
// call, else the first that can.
func (f claimFacts) caller(r claimRow) (senderFacts, bool) {
	planned, ok := f.sender(r)
	if ok && strings.HasPrefix(planned.Number, "+") {
		return planned, true
	}
	for _, x := range f.senders[r.OrgID] {
		if !x.Retired && strings.HasPrefix(x.Number, "+") {
			return x, true
		}
	}
	return senderFacts{}, false
}

// candidate gathers what Recheck judges and what the text may say.
func (f claimFacts) candidate(s *Store, r claimRow, conv claimedConversation, now time.Time) (notify.Candidate, notify.Draft) {
	org := f.orgs[r.OrgID]
	patient := f.patients[orNil(r.PatientID)]
	c := notify.Candidate{
		Kind: notify.Kind(r.Kind), Audience: carenet.Audience(r.Audience), Reply: r.Detail.Reply, Now: now,
		ExpiresAt: r.ExpiresAt, Channel: notify.Channel(r.Channel),
		Number: notify.Number{Stopped: conv.OptedOut, Wrong: conv.WrongNumber, Suspect: conv.Suspect, SuspectCode: conv.SuspectCode},
	}
	d := notify.Draft{
		Kind: c.Kind, Audience: c.Audience, Reply: c.Reply, Language: org.Language, Zone: zoneOf(org.Zone),
		Organisation: org.Name, EmergencyNumber: org.EmergencyNumber, ClinicNumber: org.ClinicNumber,
		Scale: carenet.WellbeingScale, AlertNumber: r.Detail.AlertNumber, Now: now,
	}
	if p, ok := f.people[r.RecipientID]; ok {
		d.Language, d.Zone, d.Recipient = p.Language, zoneOf(p.Zone), f.name(s, p.ID)
	}
	d.StaffedHours = org.hours(d.Language)
	d.Patient = f.name(s, orNil(r.PatientID))
	c.Unreachable = r.PatientID != nil && !carenet.Reachable(patient.State)
	if k, ok := f.checkIns[orNil(r.SubjectID)]; ok {
		f.aboutCheckIn(s, r, k, &c, &d)
	}
	if c.Kind == notify.KindDigest {
		f.aboutDigest(s, r, &c, &d)
	}
	if p, ok := f.prompts[orNil(r.SubjectID)]; ok {
		c.PromptOpen = p.State == "open"
		c.LateAtNight = notify.LateAtNight(p.SlotAt, now, d.Zone)
		c.PatientAsked = patient.State == "active" && (patient.PausedUntil == nil || !patient.PausedUntil.After(now))
	}
	c.CheckOpen = conv.Asked
	c.Seen = f.seen[orNil(r.SubjectID)].Seen
	if c.Kind == notify.KindReview {
		c.Unwanted, d.Review = f.reviews.unwanted[r.RecipientID], f.reviews.reviews[r.OrgID]
	}
	c.OfferOpen = f.offers[orNil(r.SubjectID)].State == string(carenet.OfferOpen)
	if a, ok := f.alerts[r.Detail.Alert]; ok {
		c.AlertOpen = a.State == string(alerts.StatusOpen)
		d.AlertNumber, d.Severity, d.Evidence = a.Number, a.Severity, a.Evidence
		d.TakenBy = f.name(s, orNil(a.AckedBy))
		if a.AckedAt != nil {
			d.TakenAt = *a.AckedAt
		}
		if d.Patient == "" {
			d.Patient = f.name(s, a.PatientID)
		}
	}
	return c, d
}

// aboutCheckIn cuts the check-in to what this recipient may know now.
func (f claimFacts) aboutCheckIn(s *Store, r claimRow, k checkInRow, c *notify.Candidate, d *notify.Draft) {
	checkIn, err := s.checkIn(k)
	if err != nil {
		return // an unreadable check-in reads as none: Recheck refuses it
	}
	c.CheckIn, c.Overtaken = checkIn, k.SupersededBy != nil
	actor := carenet.Actor{Kind: carenet.ActorPatient, Org: r.OrgID, Person: checkIn.Patient}
	tie := carenet.Tie{Org: r.OrgID, Patient: checkIn.Patient}
	if r.FollowerID != nil {
		fl := f.follow[*r.FollowerID]
		actor.Kind, actor.Person = carenet.ActorFollower, fl.Person
		tie.Following, tie.Scope = fl.State == "active", carenet.ScopeOf(fl.Scope)
		d.Scope = tie.Scope
	}
	c.View = carenet.Look(actor, tie)
	d.Update, _ = checkIn.For(c.View)
	d.HasWords, d.Private = checkIn.Words != "", checkIn.Private
}

func (f claimFacts) name(s *Store, id carenet.ID) string {
	p, ok := f.people[id]
	if !ok {
		return ""
	}
	name, err := s.personName(p.NameEnc, p.OrgID, p.ID)
	if err != nil {
		return ""
	}
	return name
}
