package lookbook

import (
	"context"
	"time"

	"howareyou/carenet"
)

const (
	enrolToken  = "Zx5qTfW9bYc3kLmN2pQrSe"
	followToken = "Zx5qTfW9bYc3kLmN2pQrSf"
)

// AgreePage asks Mary, or Sam, or tells them that they have said yes.
func (w *town) AgreePage(_ context.Context, token string) (carenet.AgreePage, error) {
	p := carenet.AgreePage{
		Question:     carenet.Question{Kind: carenet.AskEnrol, State: carenet.QuestionOpen, Person: mary, Patient: mary},
		Organisation: w.words.organisation, EmergencyNumber: "999", StaffedHours: "9-17", Language: w.words.lang, Zone: zone,
		Name: w.words.mary, About: w.words.mary, AskedBy: w.words.dana, PerWeek: 3,
	}
	if token == followToken {
		p.Kind, p.Name, p.AskedBy, p.Scope = carenet.AskFollow, w.words.sam, w.words.mary, carenet.Scope{carenet.PartScore, carenet.PartWords}
	}
	if w.calm {
		p.State = carenet.QuestionYes
	}
	return p, nil
}

// Agree does nothing.
func (w *town) Agree(context.Context, string, bool) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// OwnCircle has one of each.
func (w *town) OwnCircle(context.Context, carenet.Actor) (carenet.CirclePage, error) {
	p := carenet.CirclePage{Organisation: w.words.organisation, EmergencyNumber: "999", Language: w.words.lang, Zone: zone, Name: w.words.mary}
	if w.empty {
		return p, nil
	}
	p.Places = []carenet.OwnPlace{
		{Follower: sam, Name: w.words.sam, Scope: carenet.Scope{carenet.PartScore, carenet.PartWords, carenet.PartTrend}, Active: true},
		{Follower: bob, Name: w.words.ruth, Scope: carenet.Scope{carenet.PartAnswered}, Asked: true, AskedAt: now.Add(-2 * time.Hour)},
		{Follower: dana, Name: w.words.bob, Scope: carenet.Scope{carenet.PartScore}},
	}
	p.Open = 2
	p.Rhythm = carenet.Rhythm{PerWeek: 3, Eased: true, Since: now.AddDate(0, 0, -3), Before: 7, Offered: true, Less: 1}
	p.Goals = w.goals()
	return p, nil
}

// InviteFromPage finds the number to be of another country.
func (w *town) InviteFromPage(context.Context, carenet.Actor, carenet.Invite) (carenet.Batch, error) {
	return carenet.Batch{}, carenet.Errorf(carenet.Forbidden, "invite", "numbers of that country are not invited")
}

// ShowFollower does nothing.
func (w *town) ShowFollower(context.Context, carenet.Actor, carenet.ID, carenet.Scope) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// DropFollower does nothing.
func (w *town) DropFollower(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// Joining has one in each state.
func (w *town) Joining(context.Context, carenet.Actor) (carenet.JoiningPage, error) {
	p := carenet.JoiningPage{Organisation: w.words.organisation, EmergencyNumber: "999", Language: w.words.lang, Zone: zone, Viewer: w.words.dana, MayEnrol: true}
	if w.empty {
		return p, nil
	}
	asked := func(id carenet.ID, name string, state carenet.QuestionState, times int, reached, stopped bool) {
		p.Asked = append(p.Asked, carenet.Invitation{
			Question: carenet.Question{Patient: id, Kind: carenet.AskEnrol, State: state, Asked: times}, Name: name, AskedBy: w.words.lee,
			Reached: reached, Stopped: stopped, ChangedAt: now.Add(-26 * time.Hour),
		})
	}
	asked(mary, w.words.mary, carenet.QuestionOpen, 1, true, false)
	asked(bob, w.words.bob, carenet.QuestionLapsed, 2, false, false)
	asked(sam, w.words.sam, carenet.QuestionNo, 1, false, true)
	return p, nil
}

// Enrol finds that they are a patient already.
func (w *town) Enrol(context.Context, carenet.Actor, carenet.Enrolment) (carenet.ID, carenet.Batch, error) {
	return carenet.NilID, carenet.Batch{}, carenet.Errorf(carenet.Conflict, "enrol", "known")
}

// AskToJoinAgain does nothing.
func (w *town) AskToJoinAgain(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// WithdrawEnrolment does nothing.
func (w *town) WithdrawEnrolment(context.Context, carenet.Actor, carenet.ID) error { return nil }

// ReportPatient does nothing.
func (w *town) ReportPatient(context.Context, carenet.Actor, carenet.ID, carenet.Report) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}
