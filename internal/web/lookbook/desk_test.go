package lookbook

import (
	"context"
	"strings"
	"time"

	"howareyou/carenet"
)

var failedText = carenet.NewID(now)

// texts are one of each kind and state, newest first.
func (w *town) texts() []carenet.TextOut {
	text := func(minutes int, kind string, to carenet.Audience, name, state, reason, cause string) carenet.TextOut {
		at := now.Add(-time.Duration(minutes) * time.Minute)
		return carenet.TextOut{
			Ref: carenet.TextRef{Event: failedText, ID: failedText}, Kind: kind, Audience: to, To: name, Patient: mary, About: w.words.mary,
			State: state, Reason: reason, Cause: cause, CreatedAt: at, ChangedAt: at, DueAt: at,
		}
	}
	return []carenet.TextOut{
		text(1, "update", carenet.ToFollower, w.words.sam, "queued", "in the circle, by the patient's consent", "the day's limit of 2000 texts is reached"),
		text(2, "alert", carenet.ToClinician, w.words.dana, "delivered", "told at this step of the escalation", ""),
		text(3, "update", carenet.ToFollower, w.words.ruth, "withdrawn", "in the circle, by the patient's consent", "kept private by the patient"),
		text(50, "prompt", carenet.ToPatient, w.words.bob, "uncertain", "their slot came", "looking for it in the provider's list"),
		text(70, "reply", carenet.ToUnknown, "", "sent", "answers their text: unknown_number", ""),
		text(90, "sign_in", carenet.ToFollower, w.words.sam, "expired", "they asked for a sign-in link", "its time passed: the provider was not ready"),
		text(100, "staff", carenet.ToPatient, w.words.mary, "delivered", "a member of staff wrote it", ""),
	}
}

func (w *town) failed() carenet.TextOut {
	t := w.texts()[3]
	t.State, t.Cause, t.Tries, t.To, t.About = "needs_human", "tried 6 times: no clear answer from the provider", 6, w.words.mary, w.words.mary
	return t
}

// Desk has something in each part.
func (w *town) Desk(_ context.Context, _ carenet.Actor, f carenet.TextFilter) (carenet.Desk, error) {
	d := carenet.Desk{
		Organisation: w.words.organisation, Zone: zone, Viewer: w.words.dana, Filter: f,
		Patients: []carenet.PersonName{{ID: mary, Name: w.words.mary}, {ID: bob, Name: w.words.bob}},
	}
	if w.empty {
		return d, nil
	}
	d.List = w.texts()
	if w.calm {
		return d, nil
	}
	d.Next, d.HeldSince, d.Waiting, d.PerDay, d.Planned = carenet.TextRef{Event: failedText, ID: failedText}, now.Add(-time.Hour), 12, 2000, 2000
	refused := w.texts()[3]
	refused.State, refused.Cause = "failed", "refused by the provider"
	d.Out = []carenet.TextOut{w.failed(), refused}
	d.In = []carenet.TextIn{{ID: failedText, From: w.words.bob, Patient: bob, Reason: "too many automatic answers went to this number", ReceivedAt: now.Add(-3 * time.Hour)}}
	d.Facts = []carenet.DeadFact{{ID: failedText, Kind: carenet.EventPrompt, Patient: mary, About: w.words.mary, Tries: 5, At: now.Add(-26 * time.Hour)}}
	return d, nil
}

// TextPage is a text that was tried twice.
func (w *town) TextPage(context.Context, carenet.Actor, carenet.TextRef) (carenet.TextPage, error) {
	p := carenet.TextPage{
		Organisation: w.words.organisation, Zone: zone, TextOut: w.failed(), Body: w.words.organisation + ": " + w.words.good + " https://care.example.org/c/Zx5qTfW9bYc3kLmN2pQrSt",
		Phone: "+447700900001", Waits: true, MayRetry: !w.calm, Stopped: w.calm,
	}
	if w.calm {
		p.State, p.Cause, p.WhyNot = "failed", "opted out at the carrier", "the number is stopped"
	}
	p.Words = []carenet.TextTry{
		{No: 1, State: "abandoned", Class: "unknown", Detail: "not in the provider's list", StartedAt: now.Add(-50 * time.Minute)},
		{No: 2, State: "failed", SID: "SM" + strings.Repeat("0123456789abcdef", 2), Provider: "undelivered", Code: 30005, Detail: "the number does not exist or cannot be reached any more", StartedAt: now.Add(-40 * time.Minute)},
	}
	p.Handled = []carenet.Handled{{Action: "retry", By: w.words.lee, At: now.Add(-41 * time.Minute)}}
	return p, nil
}

// InPage is a text that nobody understood.
func (w *town) InPage(context.Context, carenet.Actor, carenet.ID) (carenet.InPage, error) {
	var wrong []carenet.PersonName
	if w.calm {
		wrong = []carenet.PersonName{{ID: bob, Name: w.words.bob}, {ID: mary, Name: w.words.mary}}
	}
	in := carenet.InPage{
		Organisation: w.words.organisation, Zone: zone, Body: w.words.rough, Number: "+447700900002", Wrong: wrong,
		TextIn: carenet.TextIn{ID: failedText, From: w.words.bob, Patient: bob, Reason: "the reading failed", ReceivedAt: now.Add(-3 * time.Hour)},
	}
	if w.empty {
		in.TextIn, in.Moved = carenet.TextIn{ID: failedText, Reason: "it was told that another number is used now", ReceivedAt: now}, &carenet.PersonName{ID: bob, Name: w.words.bob}
	}
	return in, nil
}

// Words has some of each kind; in the calm town all is read.
func (w *town) Words(context.Context, carenet.Actor) (carenet.WordsPage, error) {
	p := carenet.WordsPage{Organisation: w.words.organisation, Zone: zone}
	if w.calm || w.empty {
		return p, nil
	}
	p.Waiting = 120
	p.List = []carenet.SaidWords{
		{ID: mary, Patient: mary, Name: w.words.mary, Score: score(1), Words: w.words.rough, Flags: []string{"chest_pain", "fall"}, Screened: true, At: now.Add(-2 * time.Hour)},
		{ID: bob, Patient: bob, Name: w.words.bob, Words: w.words.good, At: now.Add(-26 * time.Hour), Private: true},
		{ID: willID, Patient: willID, Name: w.words.will, By: w.words.sam, Score: score(4), Words: w.words.good, Screened: true, At: now.Add(-50 * time.Hour)},
		{ID: sueID, Patient: sueID, Name: w.words.sue, Question: map[string]string{"en": "Is there anything you want to tell us?", "ar": "هل تود أن تخبرنا بشيء؟"}, Words: strings.Repeat(w.words.rough+" ", 20), Screened: true, At: now.Add(-51 * time.Hour)},
	}
	return p, nil
}

// MarkWords does nothing.
func (w *town) MarkWords(context.Context, carenet.Actor, []carenet.ID) (int, error) { return 0, nil }

// FactPage is a question that could not be planned.
func (w *town) FactPage(ctx context.Context, a carenet.Actor, _ carenet.ID) (carenet.Desk, error) {
	full := town{words: w.words}
	return full.Desk(ctx, a, carenet.TextFilter{})
}

func (w *town) noted(note string) (carenet.Batch, error) {
	if note == "" {
		return carenet.Batch{}, carenet.Errorf(carenet.Invalid, "note", "write a few words")
	}
	return carenet.Batch{}, nil
}

// RetryText does nothing.
func (w *town) RetryText(context.Context, carenet.Actor, carenet.TextRef, string) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// CloseText needs a note.
func (w *town) CloseText(_ context.Context, _ carenet.Actor, _ carenet.TextRef, note string) (carenet.Batch, error) {
	return w.noted(note)
}

// CorrectNumber finds that it is somebody else's.
func (w *town) CorrectNumber(context.Context, carenet.Actor, carenet.ID, string) (carenet.Batch, error) {
	return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "correct number", "stopped")
}

// CloseIn needs a note.
func (w *town) CloseIn(_ context.Context, _ carenet.Actor, _ carenet.ID, note string) (carenet.Batch, error) {
	return w.noted(note)
}

// RetryFact does nothing.
func (w *town) RetryFact(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// CloseFact needs a note.
func (w *town) CloseFact(_ context.Context, _ carenet.Actor, _ carenet.ID, note string) (carenet.Batch, error) {
	return w.noted(note)
}
