package clinic

import (
	"net/url"
	"regexp"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify"
	"howareyou/notify/text"
)

// patientView is one patient's page with its words chosen.
type patientView struct {
	front.Reader
	page       ui.Page
	base       string
	live       string
	name       string // what they are called
	inHospital bool
	notice     notice
	row        boardRow
	next       string
	chart      ui.Chart
	alerts     []alertView
	thread     []threadText
	circle     []place
	further    []furtherDay
	answer     answerBox
	report     reporting
	ask        askingNow
	notes      notesView
	goals      goalsView
	rhythm     rhythmView
	answers    answersView
	numbers    []numberForm
	// numberFault: a number that was typed was not taken.
	numberFault bool
}

// answerBox is where staff write to the patient, or what they do instead.
type answerBox struct {
	title, action, key string
	words, fault       string
	instead            string // why there is no box
	call, callHref     string
}

// place is a follower and what they see.
type place struct {
	name string
	sees []string
}

// threadText is one text, in or out.
type threadText struct {
	in     bool
	who    string
	score  *float64
	onPage bool
	ours   bool // the reason is in the reader's language
	at     time.Time
	when   string
	body   string
	state  string
	reason string
	worry  bool // somebody must look
}

func (h *Handler) patientView(c *fiber.Ctx, p carenet.PatientPage, about carenet.ID, a answering) patientView {
	r := h.reader(c, p.Zone)
	viewer := front.Actor(c).Person
	v := patientView{Reader: r, base: base(c), name: carenet.FirstName(p.Name), inHospital: p.State == "in_hospital", chart: newChart(r, p)}
	v.live = patientURL(v.base, p.Patient) + "/live"
	if p.Stamp != "" {
		v.live += "?since=" + url.QueryEscape(p.Stamp)
	}
	v.answer = newAnswerBox(r, v.base, p, a)
	v.report = newReporting(r, v.base, p)
	v.ask = newAskingNow(r, v.base, p)
	v.notes = newNotesView(r, v.base, p, &a.record)
	v.goals = newGoalsView(r, v.base, p, &a.record)
	v.notice = recordSaid(r, c.Query("kept"))
	v.rhythm = newRhythmView(r, v.base, p)
	if said := v.rhythm.said(r, c.Query("rhythm"), p); said != "" {
		v.notice = notice{ui.ToneLeaf, said}
	}
	v.answers = newAnswers(r, v.base, p)
	v.numbers, v.numberFault = newNumbers(r, v.base, p, a.number), a.number.fault != ""
	if c.Query("number") == "1" {
		v.notice = notice{ui.ToneLeaf, r.Say(text.CareWrongSaved)}
	}
	if c.Query("asked") == "1" {
		v.notice = notice{ui.ToneLeaf, r.Say(text.CareAskDone, text.Data{"Name": v.name})}
	}
	if c.Query("wrote") == "1" {
		v.notice = notice{ui.ToneLeaf, r.Say(text.DeskAnswerSent)}
	}
	if a.said != "" {
		v.notice = notice{ui.ToneAmber, r.Say(a.said)}
	}
	v.row = newBoardRow(r, v.base, viewer, p.Today, p.Row)
	v.next = r.Say(text.PagePatientNextNone)
	if !p.NextPrompt.IsZero() && (p.State == "" || carenet.Reachable(p.State)) {
		v.next = r.Say(text.PagePatientNext, text.Data{"When": r.On(p.NextPrompt)})
	}
	for _, a := range p.Alerts {
		v.alerts = append(v.alerts, newAlertView(r, v.base, viewer, a))
		if a.ID == about {
			v.notice = aboutAlert(r, viewer, a)
		}
	}
	v.further = furtherDays(r, p.Further)
	for _, m := range p.Thread {
		v.thread = append(v.thread, newThreadText(r, v.name, m))
	}
	for _, f := range p.Circle {
		v.circle = append(v.circle, newPlace(r.Texts, f))
	}
	v.page = front.Frame{
		Title: p.Name, Organisation: p.Organisation, Home: v.base + "/clinic", Audience: ui.ForClinic, Live: true,
		Nav: []ui.Link{{Href: v.base + "/clinic", Label: r.Say(text.PageBoardTitle), Icon: ui.IconCircle}},
	}.Page(r.Texts)
	return v
}

func newAnswerBox(r front.Reader, base string, p carenet.PatientPage, a answering) answerBox {
	name := text.Data{"Name": carenet.FirstName(p.Name)}
	b := answerBox{title: r.Say(text.DeskAnswer, name), action: patientURL(base, p.Patient) + "/answer#answer", key: carenet.NewID(r.Now).String(), words: a.words}
	if a.fault {
		b.fault = r.Say(text.DeskAnswerError, text.Data{"Max": maxAnswer})
	}
	switch {
	case p.Phone == "":
		b.instead = r.Say(text.DeskAnswerNoPhone, name)
	case p.Stopped || a.stopped:
		b.instead = r.Say(text.DeskAnswerStopped, name)
	case p.Suspect:
		b.instead = r.Say(text.DeskAnswerSuspect, name)
	}
	if p.Phone != "" {
		b.call, b.callHref = r.Say(text.DeskCall, text.Data{"Phone": front.Number(p.Phone)}), "tel:"+p.Phone
	}
	return b
}

var sees = map[carenet.Part]text.Key{
	carenet.PartAnswered: text.PageFeedSeesAnswered,
	carenet.PartScore:    text.PageFeedSeesScore,
	carenet.PartWords:    text.PageFeedSeesWords,
	carenet.PartTrend:    text.PageFeedSeesTrend,
	carenet.PartAlerts:   text.PageFeedSeesAlerts,
	carenet.PartMore:     text.MoreSees,
}

func newPlace(t *text.Texts, f carenet.CirclePlace) place {
	p := place{name: f.Name}
	for _, part := range f.Scope.Normal() {
		if key, ok := sees[part]; ok {
			p.sees = append(p.sees, t.Say(key))
		}
	}
	return p
}

var inStates = map[string]text.Key{
	"read": text.PagePatientInRead, "stored": text.PagePatientInStored, "unread": text.PagePatientInUnread,
}

var outStates = map[notify.State]text.Key{
	notify.Queued:      text.PagePatientStateQueued,
	notify.Sending:     text.PagePatientStateSending,
	notify.Uncertain:   text.PagePatientStateUncertain,
	notify.Sent:        text.PagePatientStateSent,
	notify.Unconfirmed: text.PagePatientStateUnconfirmed,
	notify.Delivered:   text.PagePatientStateDelivered,
	notify.Failed:      text.PagePatientStateFailed,
	notify.Expired:     text.PagePatientStateExpired,
	notify.Withdrawn:   text.PagePatientStateWithdrawn,
	notify.NeedsHuman:  text.PagePatientStateNeedsHuman,
}

// linkToken is the token of a link in a text. It opens what is for the text's
// reader alone, so staff see that there was a link and not which. The mark after
// the dots keeps them at the address's end among Arabic words.
var linkToken = regexp.MustCompile(`(/(?:c|in)/)[0-9A-Za-z]{22}\b`)

func newThreadText(r front.Reader, patient string, m carenet.Message) threadText {
	t := threadText{in: m.In, at: m.At, when: r.On(m.At), body: linkToken.ReplaceAllString(m.Body, "${1}…\u200e")}
	if key, ok := reportWords[m.Report]; ok {
		t.ours, t.state = true, r.Say(key, text.Data{"Name": m.From})
		t.who = r.Say(text.JoinReportTitle)
		return t
	}
	why := reasonSaid(r, m.Reason)
	t.reason, t.ours = why.words, why.ours
	if m.Cause != "" {
		cause := causeSaid(r, m.Cause)
		t.reason, t.ours = t.reason+" · "+cause.words, t.ours && cause.ours
	}
	if m.OnPage {
		t.onPage, t.score, t.state = true, m.Score, r.Say(text.DeskKept)
		t.who = r.Say(text.DeskOnPage, text.Data{"Name": patient})
		if m.Author != "" {
			t.who = r.Say(text.DeskOnPageBy, text.Data{"Name": patient, "By": m.Author})
		}
		if m.Corrected {
			t.state = r.Say(text.DeskChangedLater)
		}
		return t
	}
	if m.In {
		t.who = r.Say(text.PagePatientInText, text.Data{"Name": patient})
		if m.Author != "" {
			t.who = r.Say(text.ProxyThread, text.Data{"By": m.Author})
		}
		t.worry = m.State == "unread"
		if key, ok := inStates[m.State]; ok {
			t.state = r.Say(key)
		}
		return t
	}
	t.who = r.Say(text.PagePatientOutText)
	switch {
	case m.Automatic:
		t.who = r.Say(text.PagePatientOutAuto)
	case m.Author != "":
		t.who = r.Say(text.DeskFromStaff, text.Data{"Name": m.Author})
	}
	t.who = onChannel(r, m.Channel, t.who) + ", " + r.Say(text.PagePatientTo, text.Data{"Name": m.From})
	state := notify.State(m.State)
	t.worry = state == notify.Failed || state == notify.NeedsHuman
	if key, ok := outStates[state]; ok {
		t.state = r.Say(key)
	}
	return t
}
