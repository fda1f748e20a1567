package clinic

import (
	"regexp"
	"strconv"
	"strings"

	"howareyou/internal/web/front"
	"howareyou/notify"
	"howareyou/notify/text"
)

type kindWord struct {
	kind string
	word text.Key
}

// filterKinds are the kinds of text, in the order of the list to choose from.
var filterKinds = []kindWord{
	{string(notify.KindPrompt), text.DeskKindPrompt},
	{string(notify.KindThanks), text.DeskKindThanks},
	{string(notify.KindUpdate), text.DeskKindUpdate},
	{string(notify.KindReply), text.DeskKindReply},
	{string(notify.KindAlert), text.DeskKindAlert},
	{string(notify.KindAlertTaken), text.DeskKindAlertTaken},
	{string(notify.KindDigest), text.DeskKindDigest},
	{string(notify.KindCallOffer), text.DeskKindCallOffer},
	{string(notify.KindNumberCheck), text.CareKindNumberCheck},
	{string(notify.KindNumberMoved), text.CareKindNumberMoved},
	{string(notify.KindSignIn), text.DeskKindSignIn},
	{string(notify.KindStaff), text.DeskKindStaff},
	{string(notify.KindQuestion), text.DeskKindQuestion},
	{string(notify.KindCircle), text.DeskKindCircle},
	{string(notify.KindRhythm), text.DeskKindRhythm},
	{string(notify.KindProxy), text.ProxyKindMay},
	{string(notify.KindAnsweredFor), text.ProxyKindAnswered},
	{string(notify.KindReport), text.DeskKindReport},
	{string(notify.KindTask), text.DeskKindTask},
	{string(notify.KindDutyOn), text.DutyKindDutyOn},
	{string(notify.KindDutyOff), text.DutyKindDutyOff},
	{string(notify.KindReview), text.DutyKindReview},
}

func kindSaid(r front.Reader, kind string) string {
	for _, k := range filterKinds {
		if k.kind == kind {
			return r.Say(k.word)
		}
	}
	return r.Say(text.DeskKindOther)
}

// onChannel says of something that it is no text but a call or an email.
func onChannel(r front.Reader, channel, what string) string {
	switch notify.Channel(channel) {
	case notify.Voice:
		return r.Say(text.DeskByVoice, text.Data{"Kind": what})
	case notify.Email:
		return r.Say(text.DeskByEmail, text.Data{"Kind": what})
	}
	return what
}

type stateWord struct {
	state string
	word  text.Key
}

// filterStates are the states to choose from.
var filterStates = []stateWord{
	{"waiting", text.DeskStateWaiting},
	{string(notify.Uncertain), text.PagePatientStateUncertain},
	{string(notify.Sent), text.PagePatientStateSent},
	{string(notify.Delivered), text.PagePatientStateDelivered},
	{string(notify.Failed), text.PagePatientStateFailed},
	{string(notify.Expired), text.PagePatientStateExpired},
	{string(notify.Withdrawn), text.PagePatientStateWithdrawn},
	{string(notify.NeedsHuman), text.PagePatientStateNeedsHuman},
}

var tryStates = map[notify.AttemptState]text.Key{
	notify.AttemptSending: text.DeskTrySending, notify.AttemptUncertain: text.DeskTryUncertain, notify.AttemptSent: text.DeskTrySent,
	notify.AttemptDelivered: text.DeskTryDelivered, notify.AttemptFailed: text.DeskTryFailed, notify.AttemptAbandoned: text.DeskTryAbandoned,
}

// said is a reason in words, and whether they are in the reader's language: what
// this version does not know stands as it was stored, in English.
type said struct {
	words string
	ours  bool
}

// reasons are why a text was to be sent, as they are stored.
var reasons = map[string]text.Key{
	"their slot came":                                        text.DeskReasonSlot,
	"they asked for a sign-in link":                          text.DeskReasonSignIn,
	"they checked in by text":                                text.DeskReasonCheckedIn,
	"in the circle, by the patient's consent":                text.DeskReasonCircle,
	"told at this step of the escalation":                    text.DeskReasonStep,
	"told early: nobody at this step can be reached":         text.DeskReasonEarly,
	"told at this step of the escalation: they are on duty":  text.DutyReasonStepOn,
	"told at this step of the escalation: nobody is on duty": text.DutyReasonStepGap,
	"they have come on duty":                                 text.DutyReasonOn,
	"their time on duty is over":                             text.DutyReasonOff,
	"their summary of the week":                              text.DutyReasonReview,
	"they were asked to take this alert":                     text.DeskReasonAsked,
	"a member of staff wrote it":                             text.DeskReasonStaff,
	"they gave the lowest answer":                            text.DeskReasonLowest,
	"they are asked to say yes or no":                        text.DeskReasonQuestion,
	"staff must know":                                        text.DeskReasonReport,
	"words that somebody must see now":                       text.DeskReasonTask,
	"something is different in their circle":                 text.DeskReasonCircleChange,
	"they may answer for the patient from now on":            text.ProxyToldMay,
	"somebody answered for them":                             text.ProxyToldAnswered,
}

// causes are why a text ended as it did, or waits.
var sayCauses = map[string]text.Key{
	"no number is known":                                       text.DeskCauseNoNumber,
	"they may not answer for the patient any more":             text.ProxyCauseMay,
	"they gave the answer themselves":                          text.ProxyCauseOwn,
	"the number is stopped":                                    text.DeskCauseStopped,
	"kept private by the patient":                              text.DeskCausePrivate,
	"no longer in the circle":                                  text.DeskCauseLeftCircle,
	"texts do not reach the number; it must be checked":        text.DeskCauseSuspect,
	"restored from a backup: it may have been sent after that": text.DeskCauseRestored,
	"its time passed":                                          text.DeskCauseTooLate,
	"the number belongs to somebody else":                      text.DeskCauseWrongNumber,
	"the number was started again":                             text.DeskCauseStarted,
	"consent was withdrawn":                                    text.DeskCauseConsent,
	"a later answer corrected it":                              text.DeskCauseCorrected,
	"they are in hospital, or have died":                       text.DeskCauseReported,
	"it is no longer asked":                                    text.DeskCauseOver,
	"already answered":                                         text.DeskCauseAnswered,
	"paused or no longer asked":                                text.DeskCausePaused,
	"somebody has taken it":                                    text.DeskCauseTaken,
	"they are on duty no more":                                 text.DutyCauseOn,
	"they want no summary of the week":                         text.DutyCauseReview,
	"they have no alert any more, or are on duty again":        text.DutyCauseOff,
	"the offer of a call is over":                              text.DeskCauseOfferOver,
	"its number or its words cannot be opened":                 text.DeskCauseLocked,
	"the text could not be written":                            text.DeskCauseUnwritten,
	"the organisation has no sender":                           text.DeskCauseNoSender,
	"opted out at the carrier":                                 text.DeskCauseCarrierStop,
	"refused by the provider":                                  text.DeskCauseRefused,
	"no clear answer from the provider":                        text.DeskCauseUnclear,
	"the provider was not ready":                               text.DeskCauseNotReady,
	"not delivered by the carrier":                             text.DeskCauseUndelivered,
	"the provider never had it":                                text.DeskCauseNeverHad,
	"looking for it in the provider's list":                    text.DeskCauseLooking,
	"nobody answered":                                          text.DeskCauseNoAnswer,
	"the line was busy":                                        text.DeskCauseBusy,
	"an answering machine took the call":                       text.DeskCauseMachine,
	"somebody hung up before all was said":                     text.DeskCauseHungUp,
	"the call ended before anything was said":                  text.DeskCauseUnheard,
	"the call could not be put through":                        text.DeskCauseNoLine,
	"the number cannot be called either":                       text.DeskCauseNoCalls,
}

// insteads begin the reasons of what goes on another channel; why follows.
var insteads = []struct {
	stored string
	word   text.Key
}{
	{"the text could not be delivered: ", text.DeskReasonAfterText},
	{"the call could not be delivered: ", text.DeskReasonAfterCall},
	{"told at this step of the escalation; no text can reach them: ", text.DeskReasonNoText},
	{"told at this step of the escalation: they are on duty; no text can reach them: ", text.DeskReasonNoText},
	{"told at this step of the escalation: nobody is on duty; no text can reach them: ", text.DeskReasonNoText},
	{"told early: nobody at this step can be reached; no text can reach them: ", text.DeskReasonNoText},
}

func reasonSaid(r front.Reader, stored string) said {
	for _, x := range insteads {
		if why, ok := strings.CutPrefix(stored, x.stored); ok {
			rest := causeSaid(r, why)
			if strings.HasPrefix(why, "not delivered: ") {
				rest = said{r.Say(text.DeskCauseUndelivered), true} // which code it was stands at that text
			}
			if rest.ours {
				return said{r.Say(x.word, text.Data{"Why": rest.words}), true}
			}
			return said{stored, false}
		}
	}
	if strings.HasPrefix(stored, "answers their text: ") {
		return said{r.Say(text.DeskReasonAnswers), true}
	}
	if key, ok := reasons[stored]; ok {
		return said{r.Say(key), true}
	}
	return said{strings.ReplaceAll(stored, "_", " "), false}
}

var (
	tried  = regexp.MustCompile(`^tried (\d+) times: (.*)$`)
	called = regexp.MustCompile(`^called (\d+) times: (.*)$`)
)

func causeSaid(r front.Reader, stored string) said {
	if key, ok := sayCauses[stored]; ok {
		return said{r.Say(key), true}
	}
	if strings.HasPrefix(stored, "the day's limit of ") {
		return said{r.Say(text.DeskCauseCap), true}
	}
	if late, ok := strings.CutPrefix(stored, "its time passed: "); ok {
		if rest := causeSaid(r, late); rest.ours {
			return said{r.Say(text.DeskCauseTooLate) + ": " + rest.words, true}
		}
	}
	if m := tried.FindStringSubmatch(stored); m != nil {
		if rest := causeSaid(r, m[2]); rest.ours {
			n, _ := strconv.Atoi(m[1])
			return said{r.Say(text.DeskCauseTried, text.Data{"Count": n, "Why": rest.words}), true}
		}
	}
	if m := called.FindStringSubmatch(stored); m != nil {
		if rest := causeSaid(r, m[2]); rest.ours {
			n, _ := strconv.Atoi(m[1])
			return said{r.Say(text.DeskCauseCalled, text.Data{"Calls": n, "Why": rest.words}), true}
		}
	}
	return said{stored, false}
}

// whyNots are why a text may not be tried again.
var whyNots = map[string]text.Key{
	"it has not come to its end without arriving":   text.DeskNotOver,
	"the number is stopped":                         text.DeskNotStopped,
	"nobody knows yet whether the provider took it": text.DeskNotKnown,
	"the provider has it":                           text.DeskNotHas,
}
