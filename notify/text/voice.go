package text

import (
	"fmt"

	"howareyou/notify"
)

var stages = map[notify.Stage]Key{
	notify.StageHello:    VoiceHello,
	notify.StageAlert:    VoiceAlert,
	notify.StageTaken:    VoiceTaken,
	notify.StagePassedOn: VoicePassedOn,
	notify.StageTakenBy:  VoiceTakenBy,
	notify.StageClosed:   VoiceClosed,
	notify.StageMachine:  VoiceMachine,
	notify.StageEnd:      VoiceEnd,
}

// spoken is what a call says at a stage.
func (c composer) spoken() (string, error) {
	key, ok := stages[c.d.Stage]
	if !ok {
		return "", fmt.Errorf("nothing is said at the stage %q", c.d.Stage)
	}
	data := Data{"To": c.d.Recipient, "Number": c.d.AlertNumber, "By": c.d.TakenBy}
	if c.d.Stage.TellsOfPatient() {
		data["Name"], data["Reason"] = c.patientForStaff(), c.Reason(c.d.Evidence)
	}
	return c.say(key, data)
}
