package carenet

import "time"

// EventKind names a fact.
type EventKind string

// The facts that other parts of the house act on.
const (
	EventCheckIn       EventKind = "check_in.recorded"  // Subject: the check-in
	EventItem          EventKind = "check_in.item"      // Subject: the check-in; a further question of it was answered
	EventPrompt        EventKind = "prompt.due"         // Subject: the prompt
	EventReply         EventKind = "text.reply"         // Subject: the inbound text; Detail.Reply says what to answer
	EventStopped       EventKind = "number.stopped"     // Subject: the conversation
	EventStarted       EventKind = "number.started"     // Subject: the conversation
	EventSafety        EventKind = "safety.flagged"     // Subject: the inbound text; Detail.Flags
	EventAlertStep     EventKind = "alert.step"         // Subject: the alert; Detail.Roles: who is asked
	EventAlertTaken    EventKind = "alert.acknowledged" // Subject: the alert; Detail.Person: by whom
	EventAlertChanged  EventKind = "alert.changed"      // Subject: the alert; for open pages only
	EventEncouraged    EventKind = "circle.encouraged"  // Subject: the encouragement; Detail.Person: by whom, Detail.At: when to tell
	EventDigest        EventKind = "digest.due"         // Subject: the follower's place in the circle; Detail.Since: from when on it tells, Detail.At: when to tell
	EventSignIn        EventKind = "sign_in.requested"  // Detail.Person, Detail.Door
	EventPatientChange EventKind = "patient.changed"    // for open pages only
	EventDeliveryEnd   EventKind = "delivery.ended"     // for open pages only
	EventUnanswered    EventKind = "prompt.unanswered"  // Subject: a prompt that counts and that nobody answered in time
	EventCallOffer     EventKind = "call.offered"       // Subject: the offer of a call; Detail.Person: to whom
	EventCallWanted    EventKind = "call.wanted"        // Subject: the offer that was accepted, or that nobody answered
	EventQuestion      EventKind = "question.asked"     // Subject: the open question; Detail.Person: who is asked, Detail.At: when to ask
	EventCircleChange  EventKind = "circle.changed"     // Subject: the place in the circle; Detail.About: whose, Detail.Change: what
	EventReported      EventKind = "patient.reported"   // Subject: the report; Detail.About: who says so, Detail.Report: what
	EventNumberCheck   EventKind = "number.check"       // Subject, Detail.Conversation: the number; Detail.Person: whose it was, Detail.At: when to ask
	EventNumberMoved   EventKind = "number.moved"       // Subject, Detail.Conversation: the number that is used no more; Detail.Person: whose it was, Detail.At: when to tell
	EventStaffText     EventKind = "staff.text"         // Subject: the patient; Detail.Person: who wrote it
	EventDutyBegan     EventKind = "duty.began"         // Subject: who has come on duty; Detail.At: until when, Detail.People: who went off
	EventReview        EventKind = "review.due"         // Subject: who is told of the week; Detail.At: until when it is of use
	EventDutyEnded     EventKind = "duty.ended"         // Subject: who has gone off duty and still has alerts
	EventRhythmBack    EventKind = "rhythm.back"        // Subject: the easing that has ended; Detail.PerWeek, Detail.At: when to tell
)

// Reply says which automatic text answers an inbound one.
type Reply string

// The automatic answers.
const (
	ReplyOptedOut     Reply = "opted_out"
	ReplyOptedIn      Reply = "opted_in"
	ReplyHelp         Reply = "help"
	ReplyCrisis       Reply = "crisis"
	ReplyAskRange     Reply = "ask_again_range"
	ReplyAskAmbiguous Reply = "ask_again_ambiguous"
	ReplyAskWho       Reply = "ask_who"
	ReplyUnknown      Reply = "unknown_number"
	ReplyNext         Reply = "next_question"  // Detail.Set, Detail.Item: the question that comes next
	ReplyNextAgain    Reply = "question_again" // the same, since the answer was not understood
	ReplyAllAnswered  Reply = "all_answered"   // every question of the check-in has its answer
	ReplyItemChanged  Reply = "item_changed"   // one answer was corrected
	ReplyAckTaken     Reply = "ack_confirm"
	ReplyAckAlready   Reply = "ack_already"
	ReplyAckUnknown   Reply = "ack_unknown"
	ReplyAckWhich     Reply = "ack_which"

	ReplyWho         Reply = "who"          // who sees the patient's updates
	ReplyDropped     Reply = "dropped"      // Detail.About sees nothing from now on
	ReplyDropUnknown Reply = "drop_unknown" // nobody of that name is in the circle
	ReplyDropWhich   Reply = "drop_which"   // more than one is
	ReplyPaused      Reply = "paused"       // Detail.At: from when on they are asked again
	ReplyPauseHow    Reply = "pause_how"    // until when is not clear
	ReplyResumed     Reply = "resumed"      // Detail.At: when they are asked next
	ReplyWhen        Reply = "when"         // Detail.At: when they are asked next
	ReplyAsked       Reply = "asked"        // the question is with the clinic
	ReplyCallYes     Reply = "call_yes"     // staff are asked to call them
	ReplyCallNo      Reply = "call_no"      // nobody calls

	ReplyYesWhich Reply = "yes_which" // more than one question is open
	ReplyYesOrNo  Reply = "yes_or_no" // a question is open, and the text is no answer

	ReplyJoined      Reply = "joined"       // a patient said yes; Detail.At: when they are asked first
	ReplyNotJoined   Reply = "not_joined"   // and no
	ReplyAddHow      Reply = "add_how"      // a name or a number is missing
	ReplyAddCountry  Reply = "add_country"  // numbers of that country are not invited
	ReplyAddMany     Reply = "add_many"     // too many invitations are open
	ReplyAddAlready  Reply = "add_already"  // Detail.About is in the circle, or is being asked
	ReplyInvited     Reply = "invited"      // Detail.About is being asked
	ReplyNotInvited  Reply = "not_invited"  // nobody is asked
	ReplyFollowing   Reply = "following"    // a follower said yes
	ReplyNotFollowed Reply = "not_followed" // and no
	ReplyOver        Reply = "over"         // what they answer is no longer asked

	ReplyHospital    Reply = "hospital"     // a patient is in hospital: nothing automatic goes there
	ReplyHome        Reply = "home"         // they are out of it
	ReplyDied        Reply = "died"         // they have died
	ReplyNotDied     Reply = "not_died"     // the follower did not mean that
	ReplyReportWhom  Reply = "report_whom"  // which of the patients is meant
	ReplyReportKnown Reply = "report_known" // that was known
	ReplyPaceDaily   Reply = "pace_daily"   // the follower hears once a day
	ReplyPaceWeekly  Reply = "pace_weekly"
	ReplyPaceAtOnce  Reply = "pace_at_once"

	ReplyEased    Reply = "eased"     // they are asked less often; Detail.PerWeek, Detail.At: when they are asked next
	ReplyEaseKept Reply = "ease_kept" // nothing changes
	ReplyEaseBack Reply = "ease_back" // they are asked as before; Detail.PerWeek, Detail.At
	ReplyEaseWish Reply = "ease_wish" // to be asked more or less often; staff see to it

	ReplyCheckYes Reply = "check_yes" // the number is theirs
	ReplyCheckHow Reply = "check_how" // whether it is has not been said

	ReplyPassedOn Reply = "passed_on" // the words go to the patient
	ReplyOnIt     Reply = "on_it"     // the patient hears that the follower takes care
	ReplyTellWhom Reply = "tell_whom" // which of the patients is meant
	ReplyMuted    Reply = "muted"     // Detail.At: until when
	ReplyUnmuted  Reply = "unmuted"
	ReplyMuteHow  Reply = "mute_how"

	ReplyResolved   Reply = "resolved"    // the alert is closed
	ReplyResolveHow Reply = "resolve_how" // what came of it is missing
	ReplyResolvedBy Reply = "resolved_by" // somebody had closed it
	ReplyEscalated  Reply = "escalated"   // everybody is asked now
	ReplyOnDuty     Reply = "on_duty"     // who is asked about alerts
	ReplySnoozed    Reply = "snoozed"     // Detail.At: until when the alert asks nobody
	ReplySnoozeHow  Reply = "snooze_how"  // for how long or why is missing
	ReplySnoozeNot  Reply = "snooze_not"  // this alert is not put off

	ReplyUseful      Reply = "useful"       // noted: the alert was useful
	ReplyNotUseful   Reply = "not_useful"   // noted: it was not
	ReplyUsefulWhich Reply = "useful_which" // which closed alert is meant
	ReplyUsefulOpen  Reply = "useful_open"  // the alert is not closed yet
)

// Replies are all automatic answers.
func Replies() []Reply {
	return []Reply{
		ReplyOptedOut, ReplyOptedIn, ReplyHelp, ReplyCrisis, ReplyAskRange, ReplyAskAmbiguous,
		ReplyAskWho, ReplyUnknown, ReplyNext, ReplyNextAgain, ReplyAllAnswered, ReplyItemChanged, ReplyAckTaken, ReplyAckAlready, ReplyAckUnknown,
		ReplyAckWhich, ReplyWho, ReplyDropped, ReplyDropUnknown, ReplyDropWhich,
		ReplyPaused, ReplyPauseHow, ReplyResumed, ReplyWhen, ReplyAsked, ReplyCallYes, ReplyCallNo,
		ReplyYesWhich, ReplyYesOrNo, ReplyJoined, ReplyNotJoined, ReplyAddHow, ReplyAddCountry, ReplyAddMany, ReplyAddAlready,
		ReplyInvited, ReplyNotInvited, ReplyFollowing, ReplyNotFollowed, ReplyOver,
		ReplyHospital, ReplyHome, ReplyDied, ReplyNotDied, ReplyReportWhom, ReplyReportKnown, ReplyPaceDaily, ReplyPaceWeekly, ReplyPaceAtOnce,
		ReplyEased, ReplyEaseKept, ReplyEaseBack, ReplyEaseWish,
		ReplyCheckYes, ReplyCheckHow,
		ReplyPassedOn, ReplyOnIt, ReplyTellWhom, ReplyMuted, ReplyUnmuted,
		ReplyMuteHow, ReplyResolved, ReplyResolveHow, ReplyResolvedBy, ReplyEscalated, ReplyOnDuty,
		ReplySnoozed, ReplySnoozeHow, ReplySnoozeNot,
		ReplyUseful, ReplyNotUseful, ReplyUsefulWhich, ReplyUsefulOpen,
	}
}

// Event is a fact that was committed together with its change.
type Event struct {
	ID      ID
	Org     ID
	Batch   ID // the committed batch it belongs to: what the bell rings for
	Kind    EventKind
	Patient ID // NilID for none
	Subject ID
	Detail  Detail
	At      time.Time
}

// Detail is what an event carries beside its ids: ids and words of ours, never
// a name, a number of a phone or a person's words.
type Detail struct {
	Reply        Reply     `json:"reply,omitempty"`
	Conversation ID        `json:"conversation,omitzero"`
	Sender       ID        `json:"sender,omitzero"`
	Person       ID        `json:"person,omitzero"`
	Audience     Audience  `json:"audience,omitempty"`
	About        ID        `json:"about,omitzero"` // somebody else whom the text names
	At           time.Time `json:"at,omitzero"`    // a time that the text says, or that it is for
	Alert        ID        `json:"alert,omitzero"`
	AlertNumber  int       `json:"alert_number,omitempty"`
	Roles        []string  `json:"roles,omitempty"` // whom a step of an escalation asks
	Flags        []string  `json:"flags,omitempty"`
	Change       Change    `json:"change,omitempty"`
	Report       Report    `json:"report,omitempty"`
	Door         string    `json:"door,omitempty"`
	LeadsTo      string    `json:"leads_to,omitempty"` // the page of ours that a sign-in was asked for on the way to
	ByEmail      bool      `json:"by_email,omitempty"` // a sign-in was asked for with an email address
	People       []ID      `json:"people,omitempty"`   // of an alert's step: who is asked by name; of a change of shift: who went off
	Since        time.Time `json:"since,omitzero"`
	Weekly       bool      `json:"weekly,omitempty"`    // a summary of a week
	Many         bool      `json:"many,omitempty"`      // one of a long list of questions: all else goes first
	NoThanks     bool      `json:"no_thanks,omitempty"` // the page has thanked already
	Set          ID        `json:"set,omitzero"`        // the question set's version of a further question
	Item         string    `json:"item,omitempty"`      // the code of that question
	PerWeek      int       `json:"per_week,omitempty"`  // how often they are asked from now on
}

// Change says what became different in a circle.
type Change string

// The changes of which a patient is told.
const (
	ChangeJoined   Change = "joined"   // somebody said yes
	ChangeDeclined Change = "declined" // somebody said no
	ChangeLapsed   Change = "lapsed"   // nobody answered
	ChangeScope    Change = "scope"    // somebody sees something else from now on
	ChangeDropped  Change = "dropped"  // somebody sees nothing more
)

// Changes are all of them.
var Changes = []Change{ChangeJoined, ChangeDeclined, ChangeLapsed, ChangeScope, ChangeDropped}

// Audience says as what somebody is told something.
type Audience string

// The audiences.
const (
	ToPatient   Audience = "patient"
	ToFollower  Audience = "follower"
	ToClinician Audience = "clinician"
	ToUnknown   Audience = "unknown"
)

// Batch is what one transaction committed: the bell rings for its id.
type Batch struct {
	ID     ID
	Events []Event
}
