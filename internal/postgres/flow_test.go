package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/internal/postgres"
	"howareyou/internal/postgres/pgtest"
	"howareyou/notify"
)

// plainComposer writes what a draft holds, so that tests read facts, not words.
type plainComposer struct{}

// Parts has a part for each ten characters.
func (plainComposer) Parts(body string) int { return 1 + len(body)/10 }

func (plainComposer) Compose(d notify.Draft) (string, error) {
	s := fmt.Sprintf("%s to %s about %s", d.Kind, d.Recipient, d.Patient)
	if d.Reply != "" {
		s += " reply=" + string(d.Reply)
	}
	if d.Reply == carenet.ReplyAsked && d.Organisation == "Hill House" {
		s += " hours=" + d.StaffedHours
	}
	if d.Update.Score != nil {
		s += fmt.Sprintf(" score=%v", *d.Update.Score)
	}
	if d.Update.Words != "" {
		s += " words=" + d.Update.Words
	}
	if d.AlertNumber != 0 {
		s += fmt.Sprintf(" alert=%d", d.AlertNumber)
	}
	if d.Link != "" {
		s += " link"
	}
	if d.Reply == carenet.ReplyOnDuty {
		s += fmt.Sprintf(" names %v", d.Names)
		if d.Gap {
			s += " gap"
		}
	}
	if !d.Until.IsZero() {
		s += " on until " + d.Until.In(d.Zone).Format("15:04")
	}
	if d.Kind == notify.KindReview && d.Review.Organisation != "" && !strings.HasSuffix(d.Recipient, "Dana") {
		s += fmt.Sprintf(" drift %d watch %d silent %d rules %v standing %d", len(d.Review.Drift), len(d.Review.Watch), len(d.Review.Silent), d.Review.Rules, d.Review.Standing)
	}
	if d.Kind == notify.KindDutyOn || d.Kind == notify.KindDutyOff {
		s += fmt.Sprintf(" open %d red %d", d.Open, d.Red)
		if len(d.Held) > 0 {
			s += fmt.Sprintf(" held %v", d.Held)
		}
	}
	if d.Kind == notify.KindQuestion {
		s += fmt.Sprintf(" %s of %q for %v, %d a week", d.Question, d.About, d.Scope.Strings(), d.PerWeek)
		if d.Again {
			s += " again"
		}
	}
	if d.Change != "" {
		s += fmt.Sprintf(" %s %q %v", d.Change, d.About, d.Scope.Strings())
	}
	if d.Kind == notify.KindDigest {
		s += fmt.Sprintf(" of %d", len(d.Digest))
		if d.Weekly {
			s += " in a week"
		}
		s += ":"
		for _, u := range d.Digest {
			if u.Score == nil {
				s += " answered"
				continue
			}
			s += strings.TrimRight(fmt.Sprintf(" %v %s", *u.Score, u.Words), " ")
		}
	}
	if d.Stage != "" {
		if d.TakenBy != "" && d.Stage == notify.StageTakenBy {
			s += " by=" + d.TakenBy
		}
		s += " stage=" + string(d.Stage)
	}
	return s, nil
}

const service = "+447700900999"

// ConsentWords is that of the real composer, in fewer words.
func (plainComposer) ConsentWords(kind carenet.QuestionKind, lang string) (version, words string) {
	return string(kind) + "-" + lang + "-test", "May we?"
}

// clinic is a small organisation with a clock that tests move.
type clinic struct {
	t     *testing.T
	db    *pgtest.DB
	keys  *crypto.Keyset
	store *postgres.Store
	ctx   context.Context
	org   carenet.ID
	mu    sync.Mutex
	now   time.Time
	sid   int

	mary, sam, ruth, dana carenet.ID
}

func (c *clinic) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clinic) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClinic(t *testing.T) *clinic {
	t.Helper()
	c := &clinic{t: t, db: pgtest.New(t), ctx: t.Context(), now: time.Date(2026, 11, 2, 8, 30, 0, 0, time.UTC)}
	doc, err := crypto.GenerateKeyset()
	c.must(err)
	c.keys, err = crypto.ParseKeyset(doc)
	c.must(err)
	c.store = c.open(c.keys)
	c.must(c.store.EnsurePartitions(c.ctx))
	c.org, err = c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{
		Name: "Riverside Care", Zone: "Europe/London", Language: "en",
		Region: "GB", EmergencyNumber: "999", Sender: service,
	})
	c.must(err)
	op := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	c.mary, err = c.store.AddPatient(c.ctx, op, postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "Mary Okafor", Phone: "+447700900001"}, LocalTime: "09:00"})
	c.must(err)
	c.sam, err = c.store.AddFollower(c.ctx, op, postgres.NewFollower{
		NewPerson: postgres.NewPerson{Name: "Sam Okafor", Phone: "+447700900101"},
		Patient:   c.mary, Scope: carenet.Scope{carenet.PartScore, carenet.PartWords},
	})
	c.must(err)
	c.ruth, err = c.store.AddFollower(c.ctx, op, postgres.NewFollower{
		NewPerson: postgres.NewPerson{Name: "Ruth", Phone: "+447700900102"},
		Patient:   c.mary, Scope: carenet.Scope{carenet.PartScore},
	})
	c.must(err)
	c.dana, err = c.store.AddClinician(c.ctx, op, postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Nurse Dana", Phone: "+447700900201"}, Roles: []string{"responder"}})
	c.must(err)
	return c
}

// open is another process of the service on the same database.
func (c *clinic) open(keys *crypto.Keyset) *postgres.Store {
	c.t.Helper()
	s, err := postgres.Open(c.ctx, postgres.Options{
		URL: c.db.AppURL, Keys: keys, Now: c.clock,
		Composer: plainComposer{}, SiteURL: "https://care.example", Name: "test",
	})
	c.must(err)
	c.t.Cleanup(s.Close)
	return s
}

func (c *clinic) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// text sends a text as a phone would, and runs what follows.
func (c *clinic) text(from, body string) {
	c.t.Helper()
	c.sid++
	c.take(carenet.InboundText{SID: fmt.Sprintf("SM%032d", c.sid), From: from, To: service, Body: body, ReceivedAt: c.clock()})
}

func (c *clinic) take(texts ...carenet.InboundText) {
	c.t.Helper()
	b, err := c.store.TakeIn(c.ctx, texts)
	c.must(err)
	if len(b.Events) > 0 {
		_, err = c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
}

// sent claims all that is due, accepts it, and returns "number: text", sorted.
func (c *clinic) sent() []string {
	c.t.Helper()
	var out []string
	for {
		claims, done, err := c.store.Claim(c.ctx, 50)
		c.must(err)
		if done == 0 {
			slices.Sort(out)
			return out
		}
		var outcomes []notify.Outcome
		for _, cl := range claims {
			out = append(out, cl.Text.To+": "+cl.Text.Body)
			outcomes = append(outcomes, notify.Outcome{Claim: cl, Outcome: notify.SendOutcome{Class: notify.Accepted, SID: "SM" + strings.ReplaceAll(cl.Attempt.ID.String(), "-", ""), Status: "queued"}})
		}
		c.must(c.store.RecordOutcomes(c.ctx, outcomes))
	}
}

func (c *clinic) expect(want ...string) {
	c.t.Helper()
	got := c.sent()
	slices.Sort(want)
	if !slices.Equal(got, want) {
		c.t.Errorf("texts sent:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestOneCheckInReachesTheCircleAtItsLevel(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "2 rough night")
	c.expect(
		"+447700900001: thanks to Mary Okafor about Mary Okafor score=2 words=rough night",
		"+447700900101: update to Sam Okafor about Mary Okafor score=2 words=rough night",
		"+447700900102: update to Ruth about Mary Okafor score=2",
	)
	c.expect()
	c.text("+447700900001", "PRIVATE 1 do not tell")
	c.expect(
		"+447700900001: call_offer to Mary Okafor about Mary Okafor",
		"+447700900001: thanks to Mary Okafor about Mary Okafor score=1 words=do not tell",
	)
}

func TestINV2_TheSameTextHasOneEffect(t *testing.T) {
	c := newClinic(t)
	text := carenet.InboundText{SID: "SM" + strings.Repeat("a", 32), From: "+447700900001", To: service, Body: "4", ReceivedAt: c.clock()}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			b, err := c.store.TakeIn(c.ctx, []carenet.InboundText{text})
			if err == nil && len(b.Events) > 0 {
				_, err = c.store.Round(c.ctx, b.ID)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := c.sent(); len(got) != 3 {
		t.Errorf("sent %d texts, want one to each of three:\n%s", len(got), strings.Join(got, "\n"))
	}
}

func TestPromptComesOnceAtTheLocalTime(t *testing.T) {
	c := newClinic(t)
	tick := func() int {
		b, n, err := c.store.TickPrompts(c.ctx, 100)
		c.must(err)
		_, err = c.store.Round(c.ctx, b.ID)
		c.must(err)
		return n
	}
	if n := tick(); n != 0 {
		t.Fatalf("%d slots before 09:00", n)
	}
	c.advance(30 * time.Minute)
	if n := tick(); n != 1 {
		t.Fatalf("%d slots at 09:00, want 1", n)
	}
	c.expect("+447700900001: prompt to Mary Okafor about Mary Okafor link")
	if n := tick(); n != 0 {
		t.Fatal("the slot came twice")
	}
	c.expect()
}

func TestADeclineOpensOneAlertAndAckStopsTheAsking(t *testing.T) {
	c := newClinic(t)
	for range 30 {
		c.text("+447700900001", "4")
		c.advance(24 * time.Hour)
	}
	c.sent()
	c.text("+447700900001", "2 rough night")
	if got := c.sent(); len(got) != 3 {
		t.Fatalf("after one low answer: %q", got)
	}
	c.advance(24 * time.Hour)
	c.text("+447700900001", "2 again")
	got := c.sent()
	alerts := slices.DeleteFunc(got, func(s string) bool { return !strings.Contains(s, "alert=") })
	if len(alerts) != 1 || alerts[0] != "+447700900201: alert to Nurse Dana about Mary Okafor alert=1 link" {
		t.Fatalf("alerts: %q", alerts)
	}
	c.text("+447700900201", "ACK 1")
	c.expect("+447700900201: reply to Nurse Dana about Mary Okafor reply=ack_confirm alert=1")
	c.advance(9 * time.Hour)
	_, n, err := c.store.TickAlerts(c.ctx, 10)
	c.must(err)
	if n != 0 {
		t.Error("the asking went on after the acknowledgement")
	}
	c.expect()
}

func TestINV8_NothingLeavesAfterStop(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "3")
	c.text("+447700900101", "STOP")
	c.expect(
		"+447700900001: thanks to Mary Okafor about Mary Okafor score=3",
		"+447700900101: reply to Sam Okafor about  reply=opted_out",
		"+447700900102: update to Ruth about Mary Okafor score=3",
	)
}
