package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"howareyou/carenet"
	"howareyou/notify"
)

// Composer writes drafts as texts to phones. It implements notify.Composer.
type Composer struct{}

// Compose writes the text of a draft in its reader's language. The error names
// the kind and never what the text would have said.
func (Composer) Compose(d notify.Draft) (string, error) {
	c := composer{Texts: For(d.Language), d: d}
	var body string
	var err error
	if d.Stage != "" {
		body, err = c.spoken()
	} else {
		body, err = c.written()
	}
	if err != nil {
		return "", fmt.Errorf("compose %s: %w", d.Kind, err)
	}
	return Plain(body), nil
}

// written is the text to a phone.
func (c composer) written() (body string, err error) {
	d := c.d
	switch d.Kind {
	case notify.KindPrompt:
		body, err = c.prompt()
	case notify.KindThanks:
		body, err = c.thanks()
	case notify.KindUpdate:
		body, err = c.update()
	case notify.KindReply:
		body, err = c.reply()
	case notify.KindAlert:
		body, err = c.alert()
	case notify.KindAlertTaken:
		body, err = c.say(AlertAcked, Data{"By": d.TakenBy, "Number": d.AlertNumber, "Name": c.patientForStaff()})
	case notify.KindKindWord:
		body, err = c.kindWord()
	case notify.KindStaff:
		body, err = c.say(StaffText, Data{"By": d.Author, "Words": d.Words})
	case notify.KindQuestion:
		body, err = c.question()
	case notify.KindCircle:
		body, err = c.circleChange()
	case notify.KindProxy:
		body, err = c.say(ProxyMay, Data{"Name": c.name()})
	case notify.KindAnsweredFor:
		body, err = c.answeredFor()
	case notify.KindReport:
		body, err = c.report()
	case notify.KindTask:
		body, err = c.say(TaskRead, Data{"Link": d.Link})
	case notify.KindDigest:
		body, err = c.digest()
	case notify.KindDutyOn:
		body, err = c.dutyOn()
	case notify.KindReview:
		body, err = c.say(DutyReview, Data{"Link": d.Link})
	case notify.KindDutyOff:
		body, err = c.dutyOff()
	case notify.KindNumberCheck:
		body, err = c.say(NumberCheck, nil)
	case notify.KindNumberMoved:
		if d.ClinicNumber == "" {
			return c.say(NumberMovedNoPhone, nil)
		}
		body, err = c.say(NumberMoved, Data{"Clinic": d.ClinicNumber})
	case notify.KindRhythm:
		body, err = c.say(RhythmBack, Data{"Name": c.name(), "Often": c.Often(d.PerWeek)})
	case notify.KindCallOffer:
		body, err = c.say(CallOffer, Data{"Name": c.name(), "Emergency": c.emergency()})
	case notify.KindSignIn:
		body, err = c.say(SignIn, Data{"Link": d.Link})
	default:
		err = fmt.Errorf("nothing is said for a delivery of kind %q", d.Kind)
	}
	return body, err
}

type composer struct {
	*Texts
	d notify.Draft
}

// say renders a text that begins with the organisation's name.
func (c composer) say(key Key, data Data) (string, error) {
	if data == nil {
		data = Data{}
	}
	data["Org"] = c.d.Organisation
	for _, f := range catalogue[key].Fields {
		if s, ok := data[f].(string); ok && strings.TrimSpace(s) == "" {
			return "", fmt.Errorf("text %q has nothing for %s", key, f)
		}
	}
	return c.Render(key, data)
}

func (c composer) prompt() (string, error) {
	data := Data{"Name": c.name()}
	if c.d.Link == "" {
		return c.say(Prompt, data)
	}
	data["Link"] = c.d.Link
	return c.say(PromptLink, data)
}

// name is what the patient is called: in a text to a number without a patient,
// its reader.
func (c composer) name() string {
	if n := carenet.FirstName(c.d.Patient); n != "" {
		return n
	}
	return carenet.FirstName(c.d.Recipient)
}

// patientForStaff tells two patients of one first name apart: "Mary O"
func (c composer) patientForStaff() string {
	first := carenet.FirstName(c.d.Patient)
	words := strings.Fields(c.d.Patient)
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	if family, _, ok := strings.Cut(c.d.Patient, ","); ok {
		last = strings.TrimSpace(family)
	}
	if last == "" || last == first || strings.HasSuffix(first, last) {
		return first
	}
	initial, _ := utf8.DecodeRuneInString(last)
	return first + " " + string(initial)
}

func (c composer) thanks() (string, error) {
	data := Data{"Name": c.name(), "Max": c.d.Scale.Max}
	u := c.d.Update
	if u.Reporter == carenet.ReporterProxy {
		return c.thanksFor(data)
	}
	if u.Score == nil {
		if c.d.Private {
			return c.say(ThanksPrivateWords, data)
		}
		if !u.Asked { // there is no question that a number is missing for
			return c.say(ThanksWordsAlone, data)
		}
		return c.say(ThanksWords, data)
	}
	data["Score"] = c.Number(*u.Score)
	switch {
	case u.Corrected && c.d.Private:
		return c.say(CorrectionPrivate, data)
	case u.Corrected:
		return c.say(Correction, data)
	case c.d.Private:
		return c.say(ThanksPrivate, data)
	}
	return c.say(Thanks, data)
}

var replies = map[carenet.Reply]Key{
	carenet.ReplyOptedOut:     OptedOut,
	carenet.ReplyOptedIn:      OptedIn,
	carenet.ReplyHelp:         Help,
	carenet.ReplyCrisis:       Crisis,
	carenet.ReplyAskRange:     AskAgainRange,
	carenet.ReplyAskAmbiguous: AskAgainAmbiguous,
	carenet.ReplyAskWho:       AskWho,
	carenet.ReplyUnknown:      UnknownNumber,
	carenet.ReplyNext:         NextQuestion,
	carenet.ReplyNextAgain:    QuestionAgain,
	carenet.ReplyAllAnswered:  AllAnswered,
	carenet.ReplyItemChanged:  ItemChanged,
	carenet.ReplyAckTaken:     AckConfirm,
	carenet.ReplyAckAlready:   AckAlready,
	carenet.ReplyAckUnknown:   AckUnknown,
	carenet.ReplyAckWhich:     AckWhich,

	carenet.ReplyWho:         Circle,
	carenet.ReplyDropped:     Dropped,
	carenet.ReplyDropUnknown: DropUnknown,
	carenet.ReplyDropWhich:   DropWhich,
	carenet.ReplyPaused:      Paused,
	carenet.ReplyPauseHow:    PauseHow,
	carenet.ReplyResumed:     Resumed,
	carenet.ReplyWhen:        WhenNext,
	carenet.ReplyAsked:       Asked,
	carenet.ReplyCallYes:     CallYes,
	carenet.ReplyCallNo:      CallNo,
	carenet.ReplyYesWhich:    YesWhich,
	carenet.ReplyYesOrNo:     YesOrNo,
	carenet.ReplyJoined:      Joined,
	carenet.ReplyNotJoined:   NotJoined,
	carenet.ReplyAddHow:      AddHow,
	carenet.ReplyAddCountry:  AddCountry,
	carenet.ReplyAddMany:     AddMany,
	carenet.ReplyAddAlready:  AddAlready,
	carenet.ReplyInvited:     Invited,
	carenet.ReplyNotInvited:  NotInvited,
	carenet.ReplyFollowing:   Following,
	carenet.ReplyNotFollowed: NotFollowed,
	carenet.ReplyOver:        Over,
	carenet.ReplyHospital:    Hospital,
	carenet.ReplyHome:        Home,
	carenet.ReplyDied:        Died,
	carenet.ReplyNotDied:     NotDied,
	carenet.ReplyReportWhom:  ReportWhom,
	carenet.ReplyReportKnown: ReportKnown,
	carenet.ReplyPaceDaily:   PaceDaily,
	carenet.ReplyPaceWeekly:  PaceWeekly,
	carenet.ReplyPaceAtOnce:  PaceAtOnce,
	carenet.ReplyEased:       Eased,
	carenet.ReplyEaseKept:    EaseKept,
	carenet.ReplyEaseBack:    EaseBack,
	carenet.ReplyEaseWish:    EaseWish,
	carenet.ReplyCheckYes:    CheckYes,
	carenet.ReplyCheckHow:    CheckHow,
	carenet.ReplyPassedOn:    PassedOn,
	carenet.ReplyOnIt:        OnIt,
	carenet.ReplyTellWhom:    TellWhom,
	carenet.ReplyMuted:       Muted,
	carenet.ReplyUnmuted:     Unmuted,
	carenet.ReplyMuteHow:     MuteHow,
	carenet.ReplyResolved:    Resolved,
	carenet.ReplyResolveHow:  ResolveHow,
	carenet.ReplyResolvedBy:  ResolvedBy,
	carenet.ReplyEscalated:   Escalated,
	carenet.ReplyOnDuty:      OnDuty,
	carenet.ReplySnoozed:     DutySnoozed,
	carenet.ReplySnoozeHow:   DutySnoozeHow,
	carenet.ReplySnoozeNot:   DutySnoozeNot,
	carenet.ReplyUseful:      DutyUsefulNoted,
	carenet.ReplyNotUseful:   DutyUsefulNotedNot,
	carenet.ReplyUsefulWhich: DutyUsefulWhich,
	carenet.ReplyUsefulOpen:  DutyUsefulOpen,
	carenet.ReplyAllowed:     CircleProxy, carenet.ReplyNotAllowed: NotAllowed, carenet.ReplyDisallowed: CircleProxyEnd,
	carenet.ReplyAllowUnknown: AllowUnknown, carenet.ReplyAllowWhich: AllowWhich, carenet.ReplyAllowAlready: AllowAlready,
	carenet.ReplyProxyNot: ProxyNot, carenet.ReplyProxyWhich: ProxyWhich, carenet.ReplyProxyHow: ProxyHow, carenet.ReplyProxyRelation: ProxyWhom,
}

// emergency is whom to call in danger.
func (c composer) emergency() string {
	if c.d.EmergencyNumber == "" {
		return c.Say(EmergencyServices)
	}
	return c.d.EmergencyNumber
}

func (c composer) reply() (string, error) {
	key, ok := replies[c.d.Reply]
	if !ok {
		return "", fmt.Errorf("nothing answers %q", c.d.Reply)
	}
	data := Data{
		"Emergency": c.emergency(), "Hours": c.d.StaffedHours, "Clinic": c.d.ClinicNumber,
		"Number": c.d.AlertNumber, "By": c.d.TakenBy, "Name": c.name(), "Question": c.d.Further,
	}
	switch key {
	case Help:
		switch c.d.Audience {
		case carenet.ToFollower:
			key = HelpFollower
		case carenet.ToClinician:
			key = HelpClinician
		}
	case Crisis:
		if c.d.StaffedHours == "" {
			key = CrisisNoHours
		}
	case UnknownNumber:
		if c.d.ClinicNumber == "" {
			key = UnknownNumberNoPhone
		}
	case AckConfirm:
		data["Name"] = c.patientForStaff()
	case AckAlready:
		data["When"] = c.When(c.d.TakenAt, c.d.Now, c.d.Zone)
	default:
		key = c.aboutCommand(key, data)
	}
	return c.say(key, data)
}

func (c composer) alert() (string, error) {
	data := Data{"Number": c.d.AlertNumber, "Name": c.patientForStaff()}
	key := c.alertKey(c.d.Evidence, data)
	body, err := c.say(key, data)
	if err != nil || c.d.Link == "" {
		return body, err
	}
	return c.say(AlertLink, Data{"Alert": body, "Link": c.d.Link})
}

// alertKey is the text of an alert's kind.
func (c composer) alertKey(e carenet.Evidence, data Data) Key {
	switch _, trend := reasons[e.Rule]; {
	case e.Rule == carenet.RuleUnread:
		return AlertRules
	case len(e.Flags) > 0:
		return AlertSafety // which words they were is for the page: texts lie open on screens
	case e.Offer == carenet.OfferYes:
		return AlertCall
	case e.Offer == carenet.OfferNoAnswer:
		return AlertNoWord
	case e.Offer == carenet.OfferUnasked:
		return AlertUnasked
	case e.Silent:
		return AlertSilent
	case len(e.Last) == 0:
	case trend:
		data["Usual"], data["Last"] = c.Number(e.Usual), c.Numbers(newest(e.Last))
		return AlertDecline
	case e.Rule == ruleLow:
		data["Last"] = c.Numbers(newest(e.Last))
		return AlertLow
	}
	return AlertLook
}

// newest are the answers that a text has room for.
func newest(last []float64) []float64 { return last[max(0, len(last)-3):] }

// ruleLow is about low answers alone, whatever is usual.
const ruleLow = "WB-LOW-NO-BASELINE"

var reasons = map[string]Key{
	"WB-DROP-CONFIRMED": ReasonDropConfirmed,
	"WB-BELOW-USUAL-3":  ReasonBelowUsual3,
	"WB-TREND-EWMA":     ReasonTrendEwma,
}

// unheard says why somebody was not asked whether they would like a call.
var unheard = map[carenet.Unheard]Key{
	carenet.UnheardHospital: ReasonCallHospital,
	carenet.UnheardStopped:  ReasonCallStopped,
	carenet.UnheardLost:     ReasonCallLost,
}

// Reason says in a sentence why an alert stands.
func (t *Texts) Reason(e carenet.Evidence) string {
	if e.Rule == carenet.RuleUnread {
		return t.Say(RecordRulesUnread)
	}
	if len(e.Flags) > 0 {
		return t.Say(ReasonSafety)
	}
	last := Data{"Last": t.Numbers(newest(e.Last))}
	switch e.Offer {
	case carenet.OfferYes:
		return t.Say(ReasonCallWanted, last)
	case carenet.OfferNoAnswer:
		return t.Say(ReasonCallNoWord, last)
	case carenet.OfferUnasked:
		return t.Say(unheard[e.Unheard], last)
	}
	if said := e.Say[t.Lang()]; said != "" {
		return said // in the words of the rule that fired
	}
	if e.Rule == carenet.LowestByProxy {
		return t.Say(ProxyReasonLowest)
	}
	key, ok := reasons[e.Rule]
	if !ok || len(e.Last) == 0 {
		return t.Say(ReasonLook)
	}
	last["Usual"] = t.Number(e.Usual)
	return t.Say(key, last)
}

// score writes a score and, on the scale of five faces, its word.
func (c composer) score(v float64) (digits, face string) {
	if s := c.d.Scale; s.Min == 1 && s.Max == 5 && v == float64(int(v)) {
		face = c.Face(int(v))
	}
	if v == float64(int(v)) {
		return strconv.Itoa(int(v)), face
	}
	return c.Number(v), face
}
