package clinic

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify"
	"howareyou/notify/text"
)

// deskView is the list of texts with its words chosen.
type deskView struct {
	front.Reader
	page      ui.Page
	base      string
	notices   []notice
	attention []deskRow
	count     string
	list      []deskRow
	filters   []choice
	filtered  bool
	older     string
	usage     []string // what this month's and the last month's texts were
}

// deskRow is one text, in or out, or a fact.
type deskRow struct {
	title, about, aboutURL, url string
	at                          time.Time
	when                        string
	state                       string
	tone                        ui.Tone
	cause                       said
}

// choice is a list to choose from.
type choice struct {
	name, label string
	options     []option
}

// option is one of a list.
type option struct {
	value, label string
	chosen       bool
}

func messagesFrame(r front.Reader, title, organisation, base string) ui.Page {
	return front.Frame{Title: title, Organisation: organisation, Home: base + "/clinic", Audience: ui.ForClinic, Nav: r.ClinicNav(base, "/clinic/messages")}.Page(r.Texts)
}

func (h *Handler) deskView(c *fiber.Ctx, d carenet.Desk) deskView {
	r := h.reader(c, d.Zone)
	v := deskView{Reader: r, base: base(c)}
	v.page = messagesFrame(r, r.Say(text.DeskTitle), d.Organisation, v.base)
	if !d.HeldSince.IsZero() {
		v.notices = append(v.notices, notice{ui.ToneAmber, r.Say(text.DeskHeld, text.Data{"When": r.On(d.HeldSince), "Waiting": r.Number(float64(d.Waiting))})})
	}
	if d.PerDay > 0 && d.Planned >= d.PerDay {
		v.notices = append(v.notices, notice{ui.ToneAmber, r.Say(text.DeskCapped, text.Data{"PerDay": r.Number(float64(d.PerDay))})})
	}
	for _, t := range d.Out {
		v.attention = append(v.attention, newOutRow(r, v.base, t))
	}
	for _, t := range d.In {
		v.attention = append(v.attention, newInRow(r, v.base, t))
	}
	for _, f := range d.Facts {
		v.attention = append(v.attention, newFactRow(r, v.base, f))
	}
	// What must be looked at stands in the order in which it came, newest first.
	slices.SortStableFunc(v.attention, func(a, b deskRow) int { return b.at.Compare(a.at) })
	if len(v.attention) > 0 {
		v.count = r.Say(text.DeskNeedYou, text.Data{"Count": len(v.attention)})
	}
	for _, t := range d.List {
		v.list = append(v.list, newOutRow(r, v.base, t))
	}
	for _, u := range d.Usage {
		if line := usageLine(r, u, d.Price); line != "" {
			v.usage = append(v.usage, line)
		}
	}
	v.filters, v.filtered = filters(r, d), d.Filter != (carenet.TextFilter{})
	if d.Next.Event != carenet.NilID {
		v.older = v.base + "/clinic/messages?" + query(d.Filter, d.Next).Encode()
	}
	return v
}

// usageLine is what was sent this month or the last; "" for any before.
func usageLine(r front.Reader, u carenet.Usage, price carenet.PartPrice) string {
	now := r.Now.UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	says := text.Data{"Texts": r.Number(float64(u.Texts)), "Parts": r.Number(float64(u.Parts))}
	switch {
	case u.Month.Equal(month):
		says["Month"] = r.Say(text.DeskThisMonth)
	case u.Month.Equal(month.AddDate(0, -1, 0)):
		says["Month"] = r.Say(text.DeskLastMonth)
	default:
		return ""
	}
	if price.Amount == 0 {
		return r.Say(text.DeskUsage, says)
	}
	says["Cost"], says["Currency"] = r.Number(price.Cost(u)), price.Currency
	return r.Say(text.DeskUsageCost, says)
}

func query(f carenet.TextFilter, before carenet.TextRef) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("state", f.State)
	set("kind", f.Kind)
	if f.Patient != carenet.NilID {
		q.Set("patient", f.Patient.String())
	}
	if before.Event != carenet.NilID {
		q.Set("before", before.Event.String())
		q.Set("id", before.ID.String())
	}
	return q
}

func filters(r front.Reader, d carenet.Desk) []choice {
	any := func(chosen bool) option { return option{"", r.Say(text.DeskFilterAny), chosen} }
	states := choice{"state", r.Say(text.DeskFilterState), []option{any(d.Filter.State == "")}}
	for _, s := range filterStates {
		states.options = append(states.options, option{s.state, r.Say(s.word), d.Filter.State == s.state})
	}
	kinds := choice{"kind", r.Say(text.DeskFilterKind), []option{any(d.Filter.Kind == "")}}
	for _, k := range filterKinds {
		kinds.options = append(kinds.options, option{k.kind, r.Say(k.word), d.Filter.Kind == k.kind})
	}
	patients := choice{"patient", r.Say(text.DeskFilterPatient), []option{any(d.Filter.Patient == carenet.NilID)}}
	slices.SortStableFunc(d.Patients, func(a, b carenet.PersonName) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	for _, p := range d.Patients {
		patients.options = append(patients.options, option{p.ID.String(), p.Name, d.Filter.Patient == p.ID})
	}
	return []choice{states, kinds, patients}
}

func titleOut(r front.Reader, t carenet.TextOut) string {
	data := text.Data{"Kind": onChannel(r, t.Channel, kindSaid(r, t.Kind)), "Name": t.To}
	if t.To == "" {
		return r.Say(text.DeskToUnknown, data)
	}
	return r.Say(text.DeskTo, data)
}

func toneOf(s notify.State, handled bool) ui.Tone {
	switch {
	case handled:
		return ui.ToneNeutral
	case s == notify.NeedsHuman:
		return ui.ToneRed
	case s == notify.Failed, s == notify.Uncertain:
		return ui.ToneAmber
	case s == notify.Delivered:
		return ui.ToneLeaf
	}
	return ui.ToneNeutral
}

func newOutRow(r front.Reader, base string, t carenet.TextOut) deskRow {
	row := deskRow{title: titleOut(r, t), url: outURL(base, t.Ref), at: t.CreatedAt, when: r.On(t.CreatedAt), tone: toneOf(notify.State(t.State), !t.HandledAt.IsZero())}
	if key, ok := outStates[notify.State(t.State)]; ok {
		row.state = r.Say(key)
	}
	if t.Cause != "" {
		row.cause = causeSaid(r, t.Cause)
	}
	if t.About != "" && t.About != t.To {
		row.about, row.aboutURL = r.Say(text.DeskAbout, text.Data{"Name": t.About}), patientURL(base, t.Patient)
	}
	return row
}

func titleIn(r front.Reader, t carenet.TextIn) string {
	if t.From == "" {
		return r.Say(text.DeskInUnknown)
	}
	return r.Say(text.DeskInTitle, text.Data{"Name": t.From})
}

func newInRow(r front.Reader, base string, t carenet.TextIn) deskRow {
	return deskRow{
		title: titleIn(r, t), url: base + "/clinic/messages/in/" + t.ID.String(), at: t.ReceivedAt, when: r.On(t.ReceivedAt),
		state: r.Say(text.PagePatientInUnread), tone: ui.ToneRed, cause: said{strings.ReplaceAll(t.Reason, "_", " "), false},
	}
}

func newFactRow(r front.Reader, base string, f carenet.DeadFact) deskRow {
	row := deskRow{
		title: r.Say(text.DeskFactTitle), url: base + "/clinic/messages/fact/" + f.ID.String(), at: f.At, when: r.On(f.At),
		state: r.Say(text.PagePatientStateNeedsHuman), tone: ui.ToneRed, cause: said{string(f.Kind), false},
	}
	if f.About != "" {
		row.about, row.aboutURL = r.Say(text.DeskAbout, text.Data{"Name": f.About}), patientURL(base, f.Patient)
	}
	return row
}

// oneView is one text or fact, with all that is known of it.
type oneView struct {
	front.Reader
	page      ui.Page
	base      string
	notice    notice
	row       deskRow
	allTexts  string // address of all texts about its patient
	allLabel  string
	author    string
	body      string
	hasBody   bool
	facts     []factLine
	tries     []tryLine
	hasTries  bool // texts out have a way
	handled   []handledLine
	call      string // words of the number to call; "" for none
	callHref  string
	retry     string // where the button sends its form; "" for none
	retryNot  string
	close     string
	closeNote string
	fault     string
	wrong     []numberForm
	moved     string // whose number it was, of one that is used no more
}

type factLine struct {
	term string
	said said
}

type tryLine struct {
	title, state string
	tone         ui.Tone
	provider     string
}

type handledLine struct{ title, note string }

func (h *Handler) one(c *fiber.Ctx, zone *time.Location, organisation string, row deskRow, did handling) oneView {
	r := h.reader(c, zone)
	v := oneView{Reader: r, base: base(c), row: row, closeNote: did.note}
	v.page = messagesFrame(r, row.title, organisation, v.base)
	switch {
	case did.late:
		v.notice = notice{ui.ToneAmber, r.Say(text.PageErrorStale)}
	case c.Query("did") == "retry":
		v.notice = notice{ui.ToneLeaf, r.Say(text.DeskDoneRetry)}
	case c.Query("did") == "close":
		v.notice = notice{ui.ToneLeaf, r.Say(text.DeskDoneClose)}
	}
	if did.fault {
		v.fault = r.Say(text.DeskNoteError)
	}
	return v
}

func (v *oneView) aboutPatient(patient carenet.ID, name string) {
	if patient == carenet.NilID || name == "" {
		return
	}
	v.allTexts = v.base + "/clinic/messages?" + query(carenet.TextFilter{Patient: patient}, carenet.TextRef{}).Encode()
	v.allLabel = v.Say(text.DeskAllTexts, text.Data{"Name": carenet.FirstName(name)})
}

func handledLines(r front.Reader, hs []carenet.Handled) []handledLine {
	var lines []handledLine
	for _, x := range hs {
		key := text.DeskHandledClose
		if x.Action == "retry" {
			key = text.DeskHandledRetry
		}
		lines = append(lines, handledLine{r.Say(key, text.Data{"Name": x.By, "When": r.On(x.At)}), x.Note})
	}
	return lines
}

func (h *Handler) outView(c *fiber.Ctx, p carenet.TextPage, did handling) oneView {
	r := h.reader(c, p.Zone)
	v := h.one(c, p.Zone, p.Organisation, newOutRow(r, base(c), p.TextOut), did)
	v.aboutPatient(p.Patient, p.About)
	v.body, v.hasBody, v.hasTries = linkToken.ReplaceAllString(p.Body, "${1}…\u200e"), true, true
	if p.Author != "" {
		v.author = r.Say(text.DeskBy, text.Data{"Name": p.Author})
	}
	v.facts = append(v.facts, factLine{r.Say(text.DeskWhy), reasonSaid(r, p.Reason)})
	if p.Cause != "" {
		v.facts = append(v.facts, factLine{r.Say(text.DeskBecame), causeSaid(r, p.Cause)})
	}
	if p.State == string(notify.Queued) && p.DueAt.After(r.Now) {
		v.facts = append(v.facts, factLine{r.Say(text.DeskSentWhen), said{r.On(p.DueAt), true}})
	}
	for _, t := range p.Words {
		v.tries = append(v.tries, newTryLine(r, t))
	}
	v.handled = handledLines(r, p.Handled)
	action := outURL(v.base, p.Ref)
	switch {
	case p.MayRetry:
		v.retry = action + "/retry"
	case p.State == string(notify.Failed) || p.State == string(notify.NeedsHuman) || p.State == string(notify.Expired):
		if key, ok := whyNots[p.WhyNot]; ok {
			v.retryNot = r.Say(text.DeskRetryNot, text.Data{"Why": r.Say(key)})
		}
	}
	if p.Stopped && p.Phone != "" {
		v.call, v.callHref = r.Say(text.DeskCall, text.Data{"Phone": front.Number(p.Phone)}), "tel:"+p.Phone
	}
	if p.Waits {
		v.close = action + "/close"
	}
	return v
}

func newTryLine(r front.Reader, t carenet.TextTry) tryLine {
	line := tryLine{title: r.Say(text.DeskTry, text.Data{"No": t.No, "When": r.On(t.StartedAt)}), tone: ui.ToneNeutral}
	if key, ok := tryStates[notify.AttemptState(t.State)]; ok {
		line.state = r.Say(key)
	}
	switch notify.AttemptState(t.State) {
	case notify.AttemptDelivered:
		line.tone = ui.ToneLeaf
	case notify.AttemptFailed, notify.AttemptUncertain:
		line.tone = ui.ToneAmber
	}
	var words []string
	if t.Provider != "" {
		words = append(words, t.Provider)
	}
	if t.Code != 0 {
		words = append(words, strconv.Itoa(t.Code))
	}
	if t.Detail != "" {
		words = append(words, t.Detail)
	}
	if t.SID != "" {
		words = append(words, t.SID)
	}
	line.provider = strings.Join(words, " · ")
	return line
}

func (h *Handler) inView(c *fiber.Ctx, p carenet.InPage, did handling) oneView {
	r := h.reader(c, p.Zone)
	v := h.one(c, p.Zone, p.Organisation, newInRow(r, base(c), p.TextIn), did)
	v.aboutPatient(p.Patient, p.From)
	if p.Patient != carenet.NilID {
		v.row.about, v.row.aboutURL = p.From, patientURL(v.base, p.Patient)
	}
	v.body, v.hasBody = p.Body, true
	v.facts = []factLine{{r.Say(text.DeskWhy), said{strings.ReplaceAll(p.Reason, "_", " "), false}}}
	v.handled = handledLines(r, p.Handled)
	v.call, v.callHref = r.Say(text.DeskCall, text.Data{"Phone": front.Number(p.Number)}), "tel:"+p.Number
	number := v.base + "/clinic/messages/in/" + p.ID.String() + "/number"
	for _, who := range p.Wrong {
		v.wrong = append(v.wrong, newNumberForm(r, number, who, did.number))
	}
	if p.Moved != nil {
		v.moved = r.Say(text.CareMovedAbout, text.Data{"Name": p.Moved.Name})
		v.wrong = append(v.wrong, newNumberForm(r, number, *p.Moved, did.number))
	}
	if c.Query("number") == "1" {
		v.notice = notice{ui.ToneLeaf, r.Say(text.CareWrongSaved)}
	}
	if p.HandledAt.IsZero() {
		v.close = v.base + "/clinic/messages/in/" + p.ID.String() + "/close"
	} else {
		v.row.tone = ui.ToneNeutral
	}
	return v
}

func (h *Handler) factView(c *fiber.Ctx, d carenet.Desk, did handling) oneView {
	r, f := h.reader(c, d.Zone), d.Facts[0]
	v := h.one(c, d.Zone, d.Organisation, newFactRow(r, base(c), f), did)
	v.aboutPatient(f.Patient, f.About)
	v.facts = []factLine{{r.Say(text.DeskBecame), said{r.Say(text.DeskFactTried, text.Data{"Tries": r.Number(float64(f.Tries))}), true}}}
	v.retry, v.close = v.base+"/clinic/messages/fact/"+f.ID.String()+"/retry", v.base+"/clinic/messages/fact/"+f.ID.String()+"/close"
	return v
}
