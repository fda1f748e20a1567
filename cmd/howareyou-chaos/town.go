package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/internal/rig"
	"howareyou/notify/twiliosim"
)

// town is one organisation: patients with a follower each, who sees score and
// words, and a nurse who is told when a patient's words sound like danger.
type town struct {
	provider *provider
	patients int
	seed     uint64
	patience time.Duration // for one text, before the next
	frights  int           // how many patients sent words of danger

	begun  chan int // the number of each text, as it is sent
	mu     sync.Mutex
	took   []time.Duration // from a patient's handset to the follower's
	late   int             // texts that were not told within patience
	refuse error           // the first text that the provider did not take from a handset
}

// tokenMark begins the word that makes each text one of a kind. No word list and
// no reading makes anything of it.
const tokenMark = "murmur"

// One patient in so many says words of danger with the last text.
const frightened = 50

// abreast is how many patients text at once; each waits until the follower has
// heard before the next text.
const abreast = 200

func number(kind, n int) string { return fmt.Sprintf("+447000%d%05d", kind, n) }

// The kinds of people, as digits of their numbers.
const (
	asPatient  = 1
	asFollower = 2
	asNurse    = 3
)

func token(patient, text int) string { return fmt.Sprintf("%s%dx%d", tokenMark, patient, text) }

func newTown(ctx context.Context, g *rig.Ground, p *provider, o options) (*town, error) {
	t := &town{provider: p, patients: o.messages / perPatient, seed: o.seed, patience: o.patience, begun: make(chan int)}
	// What is made ready before the storm need not outlive it.
	store, err := g.OpenStore(ctx, time.Now)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	org, err := store.AddOrganisation(ctx, postgres.NewOrganisation{
		PerMinute: postgres.NoLimit, Name: "Chaos", Zone: "Etc/UTC", Language: "en", Region: "GB",
		EmergencyNumber: "999", Sender: rig.Service,
	})
	if err != nil {
		return nil, err
	}
	operator := carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "command"}
	if _, err := store.AddClinician(ctx, operator, postgres.NewClinician{
		NewPerson: postgres.NewPerson{Name: "Nurse Dana", Phone: number(asNurse, 0)}, Roles: []string{"responder"},
	}); err != nil {
		return nil, err
	}
	var next atomic.Int64
	var enrolling sync.WaitGroup
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	for range 8 {
		enrolling.Go(func() {
			for i := int(next.Add(1)) - 1; i < t.patients && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := enrol(ctx, store, operator, i); err != nil {
					fail(err)
				}
			}
		})
	}
	enrolling.Wait()
	return t, context.Cause(ctx)
}

func enrol(ctx context.Context, store *postgres.Store, operator carenet.Actor, i int) error {
	// No local time: nobody is asked, everybody just texts.
	id, err := store.AddPatient(ctx, operator, postgres.NewPatient{
		NewPerson: postgres.NewPerson{Name: fmt.Sprintf("Pat Number%d", i), Phone: number(asPatient, i)},
	})
	if err != nil {
		return err
	}
	_, err = store.AddFollower(ctx, operator, postgres.NewFollower{
		NewPerson: postgres.NewPerson{Name: fmt.Sprintf("Sam Number%d", i), Phone: number(asFollower, i)},
		Patient:   id, Scope: carenet.Scope{carenet.PartScore, carenet.PartWords},
	})
	return err
}

// talk has all patients send their texts and returns when the last has been sent
// and waited for. It closes begun.
func (t *town) talk(ctx context.Context) error {
	defer close(t.begun)
	var count atomic.Int64
	var next atomic.Int64
	var talking sync.WaitGroup
	order := rand.New(rand.NewPCG(t.seed, 1)).Perm(t.patients)
	for range min(abreast, t.patients) {
		talking.Go(func() {
			for i := int(next.Add(1)) - 1; i < t.patients && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				for text := range perPatient {
					t.say(order[i], text)
					select {
					case t.begun <- int(count.Add(1)):
					case <-ctx.Done():
						return
					}
					t.listen(ctx, order[i], text)
				}
			}
		})
	}
	talking.Wait()
	t.frights = (t.patients + frightened - 1) / frightened
	if t.refuse != nil {
		return t.refuse
	}
	return ctx.Err()
}

// words is what a patient texts. The first has a score; the others have not,
// because a second score within the hour is a correction, and a corrected answer
// may rightly never be told.
func words(patient, text int) string {
	switch {
	case text == 0:
		return "4 " + token(patient, text)
	case ofDanger(patient, text):
		return "chest pain " + token(patient, text)
	}
	return token(patient, text)
}

// ofDanger says whether a text is for staff alone: the nurse is told, and the
// patient gets the emergency number.
func ofDanger(patient, text int) bool { return text == perPatient-1 && patient%frightened == 0 }

func (t *town) say(patient, text int) {
	if _, err := t.provider.Send(number(asPatient, patient), rig.Service, words(patient, text)); err != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.refuse == nil {
			t.refuse = fmt.Errorf("a handset cannot text: %w", err)
		}
	}
}

func (t *town) listen(ctx context.Context, patient, text int) {
	ctx, cancel := context.WithTimeout(ctx, t.patience)
	defer cancel()
	began, word, phone := time.Now(), token(patient, text), number(asFollower, patient)
	told := func(m twiliosim.Text) bool { return heard(m, word) }
	if ofDanger(patient, text) {
		phone, told = number(asPatient, patient), answeredDanger
	}
	_, err := t.provider.WaitFor(ctx, phone, told)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.late++
		return
	}
	t.took = append(t.took, time.Since(began))
}

func answeredDanger(m twiliosim.Text) bool {
	return m.Direction == "in" && strings.Contains(m.Body, "999")
}

// heard says whether a handset shows this word in a text that arrived.
func heard(m twiliosim.Text, word string) bool {
	if m.Direction != "in" {
		return false
	}
	_, after, found := strings.Cut(m.Body, word)
	return found && (after == "" || after[0] < '0' || after[0] > '9')
}
