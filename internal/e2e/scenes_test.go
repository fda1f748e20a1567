package e2e

import "howareyou/notify/text"

// A scene is a conversation in no language: what its people say and hear are
// keys, which scripts_test.go and the texts of the service have in each.
type scene struct {
	name  string
	cast  string // besides the patient and the follower: "twin", a second patient on the number; "pain and weight", the patient is asked these as well; "quiet", nobody was asked; "corrected", staff have just written the number down; "news", they are asked for words as well; "steady", the patient was offered to be asked less often; "namesake", the follower follows another patient of that first name; "also followed", the stranger follows the patient as well
	steps []step
}

// Who speaks or hears.
const (
	patientPhone  = "patient"
	followerPhone = "follower"
	strangerPhone = "stranger"
	nursePhone    = "nurse"
)

// step is one text: said by who, or heard by who. holds are words of the script
// that the text must hold beside its own.
type step struct {
	who   string
	says  string
	hears text.Key
	holds []string
}

func says(who, key string) step { return step{who: who, says: key} }

func hears(who string, key text.Key, holds ...string) step {
	return step{who: who, hears: key, holds: holds}
}

// scenes are what people do by text. At the end of each, every phone in it has
// heard just what is written here, and nothing more.
var scenes = []scene{
	{"a digit", "", []step{
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "patient", "4"), hears(followerPhone, text.UpdateScore, "patient", "4"),
	}},
	{"a digit and words", "", []step{
		says(patientPhone, "two and words"), hears(patientPhone, text.Thanks, "2"), hears(followerPhone, text.UpdateScoreWords, "2", "rough night"),
	}},
	{"words alone", "", []step{
		says(patientPhone, "rough night"), hears(patientPhone, text.ThanksWords, "patient"), hears(followerPhone, text.UpdateWords, "rough night"),
	}},
	{"a word of the scale", "", []step{
		says(patientPhone, "good"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScoreWords, "4", "good"),
	}},
	{"a face", "", []step{
		says(patientPhone, "face"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScore, "4"),
	}},
	{"a correction", "", []step{
		says(patientPhone, "two and words"), hears(patientPhone, text.Thanks, "2"), hears(followerPhone, text.UpdateScoreWords, "2"),
		says(patientPhone, "four"), hears(patientPhone, text.Correction, "4"), hears(followerPhone, text.UpdateCorrectionScore, "4"),
	}},
	{"the same text twice", "", []step{
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScore, "4"), says(patientPhone, "four"),
	}},
	{"a private answer", "", []step{says(patientPhone, "private"), hears(patientPhone, text.ThanksPrivate, "2")}},
	{"an unclear number is asked for once", "", []step{
		says(patientPhone, "two or three"), hears(patientPhone, text.AskAgainAmbiguous), says(patientPhone, "two or three"),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScore, "4"),
	}},
	{"a number off the scale", "", []step{
		says(patientPhone, "nine"), hears(patientPhone, text.AskAgainRange),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScore, "4"),
	}},
	{"a number that counts something", "", []step{
		says(patientPhone, "hours slept"), hears(patientPhone, text.ThanksWords), hears(followerPhone, text.UpdateWords, "hours slept"),
	}},
	{"stop, and start again", "", []step{
		says(patientPhone, "stop wording"), hears(patientPhone, text.OptedOut), says(patientPhone, "stop wording"),
		says(patientPhone, "start"), hears(patientPhone, text.OptedIn),
	}},
	{"an answer while stopped", "", []step{
		says(patientPhone, "stop"), hears(patientPhone, text.OptedOut), says(patientPhone, "four"), hears(followerPhone, text.UpdateScore, "4"),
	}},
	{"help for a patient", "", []step{says(patientPhone, "help"), hears(patientPhone, text.Help)}},
	{"help for a follower", "", []step{says(followerPhone, "help"), hears(followerPhone, text.HelpFollower)}},
	{"who sees it", "", []step{says(patientPhone, "who"), hears(patientPhone, text.Circle, "follower")}},
	{"out of the circle", "", []step{
		says(patientPhone, "drop"), hears(patientPhone, text.Dropped, "follower"), says(patientPhone, "who"), hears(patientPhone, text.CircleNobody),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"),
	}},
	{"out of the circle, nobody of that name", "", []step{says(patientPhone, "drop nobody"), hears(patientPhone, text.DropUnknown)}},
	{"a pause, and back", "", []step{
		says(patientPhone, "pause"), hears(patientPhone, text.Paused), says(patientPhone, "when"), hears(patientPhone, text.WhenNext),
		says(patientPhone, "resume"), hears(patientPhone, text.Resumed),
	}},
	{"away until a day", "", []step{says(patientPhone, "away"), hears(patientPhone, text.Paused)}},
	{"away until nobody knows when", "", []step{says(patientPhone, "away unclear"), hears(patientPhone, text.PauseHow)}},
	{"when next", "", []step{says(patientPhone, "when"), hears(patientPhone, text.WhenNext)}},
	{"a fresh link", "", []step{says(patientPhone, "web"), hears(patientPhone, text.SignIn)}},
	{"a fresh link for a follower", "", []step{says(followerPhone, "web"), hears(followerPhone, text.SignIn)}},
	{"a question", "", []step{says(patientPhone, "ask"), hears(patientPhone, text.AskedNoHours)}},
	{"a question without the word", "", []step{says(patientPhone, "question"), hears(patientPhone, text.AskedNoHours)}},
	{"a wrong number", "", []step{says(patientPhone, "wrong number"), says(patientPhone, "four")}},
	{"a number that was corrected, and is theirs", "corrected", []step{
		hears(patientPhone, text.NumberCheck), says(patientPhone, "who"), hears(patientPhone, text.CheckHow),
		says(patientPhone, "yes"), hears(patientPhone, text.CheckYes),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "patient", "4"), hears(followerPhone, text.UpdateScore, "patient", "4"),
	}},
	{"a number that was corrected, and is not theirs", "corrected", []step{
		hears(patientPhone, text.NumberCheck), says(patientPhone, "no"), says(patientPhone, "four"), says(patientPhone, "hello"),
	}},
	{"a number that was corrected, and answers", "corrected", []step{
		hears(patientPhone, text.NumberCheck), says(patientPhone, "four"), hears(patientPhone, text.Thanks, "patient", "4"), hears(followerPhone, text.UpdateScore, "patient", "4"),
	}},
	{"a number that nobody has", "", []step{
		says(strangerPhone, "hello"), hears(strangerPhone, text.UnknownNumberNoPhone), says(strangerPhone, "hello"),
	}},
	{"a machine answers", "", []step{says(patientPhone, "machine"), says(followerPhone, "machine"), says(strangerPhone, "machine")}},
	{"a machine that does not say so", "", []step{
		says(followerPhone, "code"), hears(followerPhone, text.HelpFollower), says(followerPhone, "code"), hears(followerPhone, text.HelpFollower),
		says(followerPhone, "code"), hears(followerPhone, text.HelpFollower), says(followerPhone, "code"), hears(followerPhone, text.HelpFollower),
		says(followerPhone, "code"), hears(followerPhone, text.HelpFollower), says(followerPhone, "code"), says(followerPhone, "code"),
	}},
	{"a kind word", "", []step{
		says(followerPhone, "kind word"), hears(followerPhone, text.PassedOn, "patient"), hears(patientPhone, text.KindWord, "follower", "kind word"),
	}},
	{"told to tell", "", []step{
		says(followerPhone, "tell"), hears(followerPhone, text.PassedOn), hears(patientPhone, text.KindWord, "follower"),
	}},
	{"taking care", "", []step{says(followerPhone, "on it"), hears(followerPhone, text.OnIt), hears(patientPhone, text.KindWordOnIt, "follower")}},
	{"quiet for a while", "", []step{
		says(followerPhone, "mute"), hears(followerPhone, text.Muted), says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"),
	}},
	// Not in one scene: what waits while the follower is quiet leaves if they no longer are.
	{"quiet no longer", "", []step{
		says(followerPhone, "mute"), hears(followerPhone, text.Muted), says(followerPhone, "unmute"), hears(followerPhone, text.Unmuted),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScore, "patient", "4"),
	}},
	{"a follower stops", "", []step{
		says(followerPhone, "stop"), hears(followerPhone, text.OptedOut), says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"),
	}},
	{"one question after the other", "pain and weight", []step{
		says(patientPhone, "four"), hears(patientPhone, text.NextQuestion, "pain question"), hears(followerPhone, text.UpdateScore, "patient", "4"),
		says(patientPhone, "eleven"), hears(patientPhone, text.QuestionAgain, "pain question"),
		says(patientPhone, "six"), hears(patientPhone, text.NextQuestion, "weight question"),
		says(patientPhone, "kilos"), hears(patientPhone, text.AllAnswered), says(patientPhone, "pain two"), hears(patientPhone, text.ItemChanged),
		says(patientPhone, "when"), hears(patientPhone, text.WhenNext),
	}},
	{"all answers in one text", "pain and weight", []step{
		says(patientPhone, "four six kilos"), hears(patientPhone, text.AllAnswered), hears(followerPhone, text.UpdateScore, "patient", "4"),
	}},
	{"words for the clinic alone", "news", []step{
		says(patientPhone, "four"), hears(patientPhone, text.NextQuestion, "news question"), hears(followerPhone, text.UpdateScore, "patient", "4"),
		says(patientPhone, "rough night"), hears(patientPhone, text.AllAnswered),
	}},
	{"nothing to tell", "news", []step{
		says(patientPhone, "four"), hears(patientPhone, text.NextQuestion, "news question"), hears(followerPhone, text.UpdateScore, "patient", "4"),
		says(patientPhone, "who"), hears(patientPhone, text.Circle, "follower"), says(patientPhone, "no"), hears(patientPhone, text.AllAnswered),
	}},
	{"an invitation, and yes", "", []step{
		says(patientPhone, "add"), hears(patientPhone, text.QuestionShare, "invited"), says(patientPhone, "yes"), hears(patientPhone, text.Invited, "invited"),
		hears(strangerPhone, text.QuestionFollow, "patient"), says(strangerPhone, "hello"), hears(strangerPhone, text.YesOrNo),
		says(strangerPhone, "yes"), hears(strangerPhone, text.Following, "patient"), hears(patientPhone, text.CircleJoined, "invited"),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScore, "4"), hears(strangerPhone, text.UpdateScore, "4"),
	}},
	{"an invitation, and no", "", []step{
		says(patientPhone, "add"), hears(patientPhone, text.QuestionShare, "invited"), says(patientPhone, "yes"), hears(patientPhone, text.Invited, "invited"),
		hears(strangerPhone, text.QuestionFollow, "patient"), says(strangerPhone, "no"), hears(strangerPhone, text.NotFollowed, "patient"),
		hears(patientPhone, text.CircleDeclined, "invited"),
	}},
	{"an invitation, and stop", "", []step{
		says(patientPhone, "add"), hears(patientPhone, text.QuestionShare, "invited"), says(patientPhone, "yes"), hears(patientPhone, text.Invited, "invited"),
		hears(strangerPhone, text.QuestionFollow, "patient"), says(strangerPhone, "stop"), hears(strangerPhone, text.OptedOut),
		hears(patientPhone, text.CircleDeclined, "invited"),
	}},
	{"an invitation that its patient thinks better of", "", []step{
		says(patientPhone, "add"), hears(patientPhone, text.QuestionShare, "invited"), says(patientPhone, "no"), hears(patientPhone, text.NotInvited, "invited"),
	}},
	{"an invitation without a number", "", []step{says(patientPhone, "add nobody"), hears(patientPhone, text.AddHow)}},
	{"when to hear", "", []step{
		says(followerPhone, "daily"), hears(followerPhone, text.PaceDaily), says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"),
		says(followerPhone, "weekly"), hears(followerPhone, text.PaceWeekly), says(followerPhone, "at once"), hears(followerPhone, text.PaceAtOnce),
	}},
	{"fewer texts, and back", "steady", []step{
		hears(patientPhone, text.QuestionEase, "patient"), says(patientPhone, "less"), hears(patientPhone, text.Eased, "patient"),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScore, "patient", "4"),
		says(patientPhone, "more"), hears(patientPhone, text.EaseBack, "patient"), says(patientPhone, "less"), hears(patientPhone, text.EaseWish, "patient"),
	}},
	{"fewer texts, and no", "steady", []step{
		hears(patientPhone, text.QuestionEase, "patient"), says(patientPhone, "more"), hears(patientPhone, text.EaseKept, "patient"),
	}},
	{"somebody answers, whom the patient lets, until they no longer may", "", []step{
		says(patientPhone, "allow"), hears(patientPhone, text.QuestionProxy, "follower"), says(patientPhone, "yes"),
		hears(patientPhone, text.CircleProxy, "follower"), hears(followerPhone, text.ProxyMay, "patient"),
		says(followerPhone, "patient three"), hears(followerPhone, text.ThanksFor, "patient", "3"), hears(patientPhone, text.AnsweredFor, "follower", "3"),
		says(patientPhone, "who"), hears(patientPhone, text.Circle, "follower"),
		says(followerPhone, "mother three"), hears(followerPhone, text.ProxyWhom),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"), hears(followerPhone, text.UpdateScore, "patient", "4"),
		says(patientPhone, "disallow"), hears(patientPhone, text.CircleProxyEnd, "follower"),
		says(followerPhone, "patient three"), hears(followerPhone, text.ProxyNot, "patient"),
	}},
	{"nobody answers without the patient's word", "also followed", []step{
		says(followerPhone, "patient three"), hears(followerPhone, text.ProxyNot, "patient"),
		says(followerPhone, "four"), hears(followerPhone, text.HelpFollower),
		says(patientPhone, "allow"), hears(patientPhone, text.QuestionProxy, "follower"), says(patientPhone, "no"), hears(patientPhone, text.NotAllowed, "follower"),
		says(followerPhone, "patient three"), hears(followerPhone, text.ProxyNot, "patient"),
	}},
	{"two patients of one name, of whom one is meant", "namesake", []step{
		says(patientPhone, "allow"), hears(patientPhone, text.QuestionProxy, "follower"), says(patientPhone, "yes"),
		hears(patientPhone, text.CircleProxy, "follower"), hears(followerPhone, text.ProxyMay, "patient"),
		says(followerPhone, "patient three"), hears(followerPhone, text.ProxyWhich),
		says(followerPhone, "patient full three"), hears(followerPhone, text.ThanksFor, "patient", "3"), hears(patientPhone, text.AnsweredFor, "follower", "3"),
	}},
	{"others hear who answered, and the rest is asked of the patient", "also followed, pain and weight", []step{
		says(patientPhone, "allow"), hears(patientPhone, text.QuestionProxy, "follower"), says(patientPhone, "yes"),
		hears(patientPhone, text.CircleProxy, "follower"), hears(followerPhone, text.ProxyMay, "patient"),
		says(followerPhone, "patient full three"), hears(followerPhone, text.ThanksFor, "patient", "3"), hears(patientPhone, text.AnsweredFor, "follower", "3"),
		hears(strangerPhone, text.UpdateScoreWords, "follower", "patient", "3", "slept badly"),
		says(patientPhone, "four"), hears(patientPhone, text.NextQuestion, "pain question"), hears(followerPhone, text.UpdateScore, "patient", "4"),
		hears(strangerPhone, text.UpdateScore, "patient", "4"),
	}},
	{"two patients on one phone", "twin", []step{
		says(patientPhone, "four"), hears(patientPhone, text.AskWho),
		says(patientPhone, "patient four"), hears(patientPhone, text.Thanks, "patient", "4"), hears(followerPhone, text.UpdateScore, "patient", "4"),
	}},
}

// alarms are the scenes that call the nurse, one after the other: she has one
// phone.
var alarms = []scene{
	{"words that somebody must see, taken and closed", "", []step{
		says(patientPhone, "die"), hears(patientPhone, text.CrisisNoHours), hears(nursePhone, text.AlertSafety, "patient"),
		says(nursePhone, "snooze how"), hears(nursePhone, text.DutySnoozeHow),
		says(nursePhone, "snooze"), hears(nursePhone, text.DutySnoozeNot),
		says(nursePhone, "ack"), hears(nursePhone, text.AckConfirm, "patient"),
		says(nursePhone, "resolve"), hears(nursePhone, text.ResolveHow),
		says(nursePhone, "resolve called"), hears(nursePhone, text.Resolved, "patient"),
		says(nursePhone, "resolve called"), hears(nursePhone, text.ResolvedBy),
	}},
	{"cannot breathe, misspelt, everybody is asked", "", []step{
		says(patientPhone, "breathe"), hears(patientPhone, text.CrisisNoHours), hears(nursePhone, text.AlertSafety, "patient"),
		says(nursePhone, "ack"), hears(nursePhone, text.AckConfirm),
		says(nursePhone, "escalate"), hears(nursePhone, text.AlertSafety, "patient"), hears(nursePhone, text.Escalated, "patient"),
		says(nursePhone, "resolve called"), hears(nursePhone, text.Resolved),
	}},
	{"a cry for help with a stop", "", []step{
		says(patientPhone, "stop and die"), hears(patientPhone, text.OptedOut), hears(nursePhone, text.AlertSafety, "patient"),
		says(nursePhone, "resolve called"), hears(nursePhone, text.Resolved),
	}},
	{"in hospital, and home", "", []step{
		says(followerPhone, "hospital"), hears(followerPhone, text.Hospital, "patient"), hears(nursePhone, text.ReportedHospital, "follower full"),
		says(patientPhone, "four"), hears(patientPhone, text.Thanks, "4"),
		says(followerPhone, "hospital"), hears(followerPhone, text.ReportKnown, "patient"),
		says(followerPhone, "home"), hears(followerPhone, text.Home, "patient"), hears(nursePhone, text.ReportedHome, "follower full"),
	}},
	{"in hospital, said as people say it", "also followed", []step{
		says(followerPhone, "patient hospital"), hears(followerPhone, text.Hospital, "patient"), hears(nursePhone, text.ReportedHospital, "follower full"),
		says(strangerPhone, "patient hospital"), hears(strangerPhone, text.ReportKnown, "patient"),
	}},
	{"died, which is asked about once", "", []step{
		says(followerPhone, "died"), hears(followerPhone, text.QuestionDied, "patient"), says(followerPhone, "no"), hears(followerPhone, text.NotDied, "patient"),
		says(followerPhone, "died"), hears(followerPhone, text.QuestionDied, "patient"), says(followerPhone, "yes"), hears(followerPhone, text.Died, "patient"),
		hears(nursePhone, text.ReportedDied, "follower full"),
	}},
	{"a follower's words that somebody must see", "", []step{
		says(followerPhone, "die"), hears(followerPhone, text.CrisisNoHours), hears(nursePhone, text.TaskRead),
	}},
	{"words that somebody must see, told for the patient, and the lowest answer", "", []step{
		says(patientPhone, "allow"), hears(patientPhone, text.QuestionProxy, "follower"), says(patientPhone, "yes"),
		hears(patientPhone, text.CircleProxy, "follower"), hears(followerPhone, text.ProxyMay, "patient"),
		says(followerPhone, "patient die"), hears(followerPhone, text.CrisisNoHours), hears(nursePhone, text.AlertSafety, "patient"),
		says(nursePhone, "resolve called"), hears(nursePhone, text.Resolved, "patient"),
		says(followerPhone, "patient one"), hears(followerPhone, text.ThanksFor, "patient", "1"), hears(patientPhone, text.AnsweredFor, "follower", "1"),
		hears(nursePhone, text.AlertLook, "patient"),
	}},
	{"who is on", "", []step{says(nursePhone, "on duty"), hears(nursePhone, text.OnDuty, "nurse")}},
	{"an alert that does not exist", "", []step{says(nursePhone, "resolve none"), hears(nursePhone, text.AckUnknown)}},
}
