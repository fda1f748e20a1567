package lookbook

import (
	"context"

	"howareyou/carenet"
	"howareyou/carenet/roster"
)

// ImportStart lets Dana upload a list.
func (w *town) ImportStart(context.Context, carenet.Actor) (roster.Page, error) {
	return roster.Page{Organisation: w.words.organisation, Emergency: "999", Language: w.words.lang, Zone: zone, Viewer: w.words.dana}, nil
}

// PreviewImport finds no columns.
func (w *town) PreviewImport(context.Context, carenet.Actor, []byte) (carenet.ID, error) {
	return carenet.NilID, &roster.Fault{What: roster.FaultColumns}
}

// ImportPage has a list with each problem, one that is enrolled, and one that is forgotten.
func (w *town) ImportPage(ctx context.Context, actor carenet.Actor, id carenet.ID) (roster.Page, error) {
	p, err := w.ImportStart(ctx, actor)
	p.ID, p.State, p.Total, p.Good = id, roster.Previewed, 130, 120
	switch {
	case w.calm:
		p.State, p.Imported, p.LeftOut = roster.Done, 118, []int{7, 90}
		return p, err
	case w.empty:
		p.State = roster.Forgotten
		return p, err
	}
	row := roster.Row{Line: 2, Name: w.words.mary, Phone: "+447700900001", Language: w.words.lang, RRule: "FREQ=DAILY", LocalTime: "09:00"}
	p.List.Rows, p.List.Unread = append(p.List.Rows, row), []string{"Notes", "NHS number"}
	row.Line, row.Name, row.Shares, row.SharesOur = 3, w.words.bob, 2, true
	p.List.Rows = append(p.List.Rows, row)
	for i, problem := range roster.Problems {
		p.List.Rows = append(p.List.Rows, roster.Row{Line: 4 + i, Name: w.words.sam, Phone: "07700 900", Language: w.words.lang, SameAs: 2, Problems: []roster.Problem{problem, roster.BadTime}})
	}
	return p, err
}

// ConfirmImport does nothing.
func (w *town) ConfirmImport(context.Context, carenet.Actor, carenet.ID) error { return nil }

// ForgetImport does nothing.
func (w *town) ForgetImport(context.Context, carenet.Actor, carenet.ID) error { return nil }

// OfferEase does nothing.
func (w *town) OfferEase(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// EndEase does nothing.
func (w *town) EndEase(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// AnswerEase does nothing.
func (w *town) AnswerEase(context.Context, carenet.Actor, bool) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}

// AskNow does nothing.
func (w *town) AskNow(context.Context, carenet.Actor, carenet.ID) (carenet.Batch, error) {
	return carenet.Batch{}, nil
}
