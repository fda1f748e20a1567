package text_test

import (
	"strings"
	"testing"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/text"
)

// What a call says before a key is pressed, and to a machine, tells nothing of a
// patient; what it says afterwards tells who it is and why.
func TestACallSaysWhoIsUnwellOnlyAfterAKey(t *testing.T) {
	for _, lang := range text.Languages {
		for _, stage := range []notify.Stage{
			notify.StageHello, notify.StageAlert, notify.StageTaken, notify.StagePassedOn, notify.StageTakenBy,
			notify.StageClosed, notify.StageMachine, notify.StageEnd,
		} {
			d := drafts()["alert: decline"]
			d.Kind, d.Audience, d.Stage, d.Language = notify.KindAlert, carenet.ToClinician, stage, lang
			d.Organisation, d.AlertNumber, d.Patient, d.Recipient, d.TakenBy = "Riverside Care", 12, "Mary Okafor", "Nurse Dana", "Dr Lee"
			d.Evidence = carenet.Evidence{Rule: "WB-DROP-CONFIRMED", Usual: 4, Last: []float64{2, 2}}
			said, err := text.Composer{}.Compose(d)
			if err != nil {
				t.Fatal(err)
			}
			if tells := strings.Contains(said, "Mary"); tells != stage.TellsOfPatient() {
				t.Errorf("%s %s says %q", lang, stage, said)
			}
			if stage.Asks() && (!strings.Contains(said, notify.KeyTake) || !strings.Contains(said, notify.KeyPassOn)) {
				t.Errorf("%s %s names no keys: %q", lang, stage, said)
			}
			if strings.Contains(said, "Okafor") || strings.Contains(said, "http") {
				t.Errorf("%s %s says too much: %q", lang, stage, said)
			}
			if stage == notify.StageTakenBy && !strings.Contains(said, "Dr Lee") {
				t.Errorf("%s does not say who has it: %q", lang, said)
			}
		}
	}
}
