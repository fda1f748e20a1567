package clinic_test

import (
	"context"

	"howareyou/carenet"
	"howareyou/carenet/roster"
)

func (f *fake) ImportStart(context.Context, carenet.Actor) (roster.Page, error) {
	return f.imported, f.importFault
}

func (f *fake) PreviewImport(_ context.Context, _ carenet.Actor, file []byte) (carenet.ID, error) {
	f.uploads = append(f.uploads, string(file))
	_, err := roster.Read(file, roster.Choices{Region: "GB"})
	return alert, err
}

func (f *fake) ImportPage(_ context.Context, _ carenet.Actor, id carenet.ID) (roster.Page, error) {
	if id != alert {
		return roster.Page{}, carenet.Errorf(carenet.NotFound, "find import", "there is no such list")
	}
	return f.imported, nil
}

func (f *fake) ConfirmImport(context.Context, carenet.Actor, carenet.ID) error {
	if f.conflict {
		return carenet.Errorf(carenet.Conflict, "confirm import", "forgotten")
	}
	f.imported.State = roster.Running
	return nil
}

func (f *fake) ForgetImport(context.Context, carenet.Actor, carenet.ID) error {
	f.imported.State = roster.Forgotten
	return nil
}
