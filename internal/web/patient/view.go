package patient

import (
	"howareyou/carenet"
	"howareyou/carenet/reply"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify"
	"howareyou/notify/text"
)

// question is the page that asks.
type question struct {
	front.Reader
	page    ui.Page
	form    carenet.CheckInForm
	name    string // what the patient is called
	action  string
	entered entered
	fault   string
	tell    string   // on the button
	sees    []string // who sees what, a line a follower
}

func (h *Handler) reader(f carenet.CheckInForm) front.Reader {
	return front.Reader{Texts: text.For(f.Language), Now: h.site.Now(), Zone: f.Zone}
}

func frame(r front.Reader, f carenet.CheckInForm) ui.Page {
	return front.Frame{Title: r.Say(text.PageCheckinTitle), Organisation: f.Organisation, Emergency: f.EmergencyNumber, Audience: ui.ForPatient}.Page(r.Texts)
}

func (h *Handler) question(f carenet.CheckInForm, action string) question {
	r := h.reader(f)
	return question{
		Reader: r, page: frame(r, f), form: f, name: carenet.FirstName(f.Name), action: action,
		tell: tell(r.Texts, f.Circle), sees: sees(r.Texts, f.Circle),
	}
}

// tell is the button's words: who will hear of it.
func tell(t *text.Texts, circle []carenet.CirclePlace) string {
	var names []string
	for _, p := range circle {
		names = append(names, carenet.FirstName(p.Name))
	}
	switch len(names) {
	case 0:
		return t.Say(text.PageCheckinSend)
	case 1:
		return t.Say(text.PageCheckinTell, text.Data{"Name": names[0]})
	case 2:
		return t.Say(text.PageCheckinTellTwo, text.Data{"Name": names[0], "Second": names[1]})
	}
	return t.Say(text.PageCheckinTellMany, text.Data{"Name": names[0], "Count": len(names) - 1})
}

func seesKey(s carenet.Scope) text.Key {
	switch {
	case s.Has(carenet.PartScore) && s.Has(carenet.PartWords):
		return text.PageCheckinSeesScoreWords
	case s.Has(carenet.PartScore):
		return text.PageCheckinSeesScore
	case s.Has(carenet.PartWords):
		return text.PageCheckinSeesWords
	}
	return text.PageCheckinSeesAnswered
}

// thanks is the page after the answer.
type thanks struct {
	front.Reader
	page      ui.Page
	form      carenet.CheckInForm
	name      string
	noted     string
	read      string
	change    string
	emergency string // as said: a number, or "the emergency services"
	worrying  bool   // the words hold a cry for help
	heard     []heard
	sees      []string // who sees what, where no text can be shown
	clinic    string   // how to reach the clinic; "" when there is no number

	offer, offerTo, offerSaid string // of a call: the question, where its form goes, what was said to it
	offerYes, offerNo         bool   // which buttons there are
}

// heard is the text that one follower gets.
type heard struct{ name, text string }

func (h *Handler) thanks(f carenet.CheckInForm, address string) thanks {
	r := h.reader(f)
	v := thanks{Reader: r, page: frame(r, f), form: f, name: carenet.FirstName(f.Name), change: address + "?change=1", emergency: f.EmergencyNumber}
	if v.emergency == "" {
		v.emergency = r.Say(text.EmergencyServices)
	} else {
		v.emergency = front.Number(v.emergency)
	}
	v.page.Title = r.Say(text.PageDoneTitle, text.Data{"Name": v.name})
	v.noted = noted(r.Texts, f)
	v.read = readByClinic(r, f)
	v.worrying = reply.Read(f.Answered.Words, reply.Context{Lang: f.Language}).Kind == reply.Crisis || f.Worrying
	v.offerCall(f.Offer, address)
	if !f.Answered.Private {
		if v.heard = whatFollowersHear(f); len(v.heard) == 0 {
			v.sees = sees(r.Texts, f.Circle)
		}
	}
	if f.ClinicNumber != "" {
		v.clinic = r.Say(text.PageDoneHelpClinic, text.Data{"Clinic": front.Number(f.ClinicNumber)})
	}
	return v
}

// offerCall asks whether the patient would like a call, or says what they said.
func (v *thanks) offerCall(state carenet.OfferState, address string) {
	v.offerTo = address + "/call"
	if s := v.form.Answered.Score; s == nil || int(*s) > v.form.Scale.Min {
		return // it was about another answer
	}
	switch state {
	case carenet.OfferOpen:
		v.offerYes, v.offerNo = true, true
	case carenet.OfferYes:
		v.offerSaid = v.Say(text.PageDoneOfferSaidYes)
	case carenet.OfferNo:
		v.offerSaid, v.offerYes = v.Say(text.PageDoneOfferSaidNo), true
	case carenet.OfferNoAnswer:
		v.offerSaid, v.offerYes = v.Say(text.PageDoneOfferLate), true
	default:
		return
	}
	v.offer = v.Say(text.PageDoneOffer)
}

// sees says for each follower what they see.
func sees(t *text.Texts, circle []carenet.CirclePlace) []string {
	var lines []string
	for _, p := range circle {
		lines = append(lines, t.Say(seesKey(p.Scope), text.Data{"Name": carenet.FirstName(p.Name)}))
	}
	return lines
}

func noted(t *text.Texts, f carenet.CheckInForm) string {
	face := front.FaceOf(f.Answered.Score)
	if face == 0 {
		return t.Say(text.PageDoneNotedWords)
	}
	key := text.PageDoneNoted
	if f.Answered.Corrected {
		key = text.PageDoneChanged
	}
	return t.Say(key, text.Data{"Face": t.FaceLabel(face), "Score": face, "Max": f.Scale.Max})
}

func readByClinic(r front.Reader, f carenet.CheckInForm) string {
	switch {
	case !f.SeenByClinic.IsZero():
		return r.Say(text.PageDoneRead, text.Data{"When": r.On(f.SeenByClinic)})
	case f.StaffedHours != "":
		return r.Say(text.PageDoneNotReadNext, text.Data{"Hours": f.StaffedHours})
	}
	return r.Say(text.PageDoneNotRead)
}

// whatFollowersHear composes each follower's text by the very functions that
// cut and write the real ones, in the language of the patient who reads it here.
func whatFollowersHear(f carenet.CheckInForm) []heard {
	whole := carenet.CheckIn{ID: f.Answered.CheckIn, Org: f.Org, Patient: f.Patient, At: f.Answered.At, Score: f.Answered.Score, Words: f.Answered.Words}
	if f.Answered.Corrected {
		whole.Corrects = f.Answered.CheckIn // any id: only that it corrects is told
	}
	var all []heard
	for _, p := range f.Circle {
		view := carenet.Look(carenet.Actor{Kind: carenet.ActorFollower, Org: f.Org}, carenet.Tie{Org: f.Org, Patient: f.Patient, Following: true, Scope: p.Scope})
		u, ok := whole.For(view)
		if !ok {
			continue
		}
		body, err := text.Composer{}.Compose(notify.Draft{
			Kind: notify.KindUpdate, Audience: carenet.ToFollower, Language: f.Language, Zone: f.Zone, Organisation: f.Organisation,
			Patient: f.Name, Recipient: p.Name, Update: u, Scope: p.Scope, Scale: f.Scale,
		})
		if err != nil {
			continue // such a text is not sent either
		}
		all = append(all, heard{name: carenet.FirstName(p.Name), text: body})
	}
	return all
}
