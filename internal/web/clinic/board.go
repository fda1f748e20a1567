package clinic

import (
	"math"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// sparkDays is how many days the small charts span.
const sparkDays = 28

// boardView is the board with its words chosen.
type boardView struct {
	front.Reader
	page     ui.Page
	base     string
	viewer   string
	notice   notice
	sections []boardSection
	calm     string // said when nobody needs anybody
	duty     string // who is on duty
	messages string // that texts wait for a human; "" when none does
	words    string // that answers in words wait to be read; "" when none does
}

// boardSection is the patients of one concern.
type boardSection struct {
	id, title, count string
	about            string // what the list is for, where that is not plain
	rows             []boardRow
}

// boardRow is one patient.
type boardRow struct {
	id, name, url string
	called        string
	last          *carenet.Update
	lastOn        string
	spark         ui.Spark
	changed       string
	silence       string
	watch         []string // what rules found that calls nobody
	eased         string   // they have agreed of late to be asked less often
	alerts        []alertView
}

func (h *Handler) reader(c *fiber.Ctx, zone *time.Location) front.Reader {
	return front.Reader{Texts: front.Texts(c), Now: h.site.Now(), Zone: zone, Governs: front.SignedIn(c).Governs}
}

var concerns = []struct {
	concern carenet.Concern
	title   text.Key
}{
	{carenet.ConcernAlert, text.PageBoardOpenAlerts},
	{carenet.ConcernLow, text.PageBoardLowToday},
	{carenet.ConcernSilent, text.PageBoardSilent},
	{carenet.ConcernWatch, text.PageBoardWatch},
	{carenet.ConcernNone, text.PageBoardOthers},
}

// boardView puts the rows, which come sorted by need, under their concerns.
// about is the alert that the page has news of.
func (h *Handler) boardView(c *fiber.Ctx, b carenet.Board, about carenet.ID) boardView {
	r := h.reader(c, b.Zone)
	viewer := front.Actor(c).Person
	v := boardView{Reader: r, base: base(c), viewer: b.Viewer, duty: dutyHead(r, b.Duty)}
	waiting := 0
	for _, k := range concerns {
		s := boardSection{id: "concern-" + string(k.concern), title: r.Say(k.title)}
		for _, row := range b.Rows {
			if row.Concern(b.Today) == k.concern {
				s.rows = append(s.rows, newBoardRow(r, v.base, viewer, b.Today, row))
			}
			for _, a := range row.Alerts {
				if k.concern == carenet.ConcernAlert && a.ID == about {
					v.notice = aboutAlert(r, viewer, a)
				}
			}
		}
		if len(s.rows) == 0 {
			continue
		}
		if k.concern == carenet.ConcernWatch {
			s.about = r.Say(text.PageBoardWatchAbout)
		} else if k.concern != carenet.ConcernNone {
			waiting += len(s.rows)
		}
		s.count = r.Say(text.PageBoardCount, text.Data{"Count": len(s.rows)})
		v.sections = append(v.sections, s)
	}
	switch {
	case len(b.Rows) == 0:
		v.calm = r.Say(text.PageBoardNoPatients)
	case waiting == 0 && b.LastCheckIn.IsZero():
		v.calm = r.Say(text.PageBoardEmpty)
	case waiting == 0:
		v.calm = r.Say(text.PageBoardEmptyLast, text.Data{"When": r.On(b.LastCheckIn)})
	}
	v.page = front.Frame{
		Title: r.Say(text.PageBoardTitle), Organisation: b.Organisation, Home: v.base + "/clinic",
		Audience: ui.ForClinic, Live: true, Nav: r.ClinicNav(v.base, "/clinic"),
	}.Page(r.Texts)
	if b.Attention > 0 {
		v.messages = r.Say(text.DeskTitle) + ": " + r.Say(text.DeskNeedYou, text.Data{"Count": b.Attention})
	}
	if b.Words > 0 {
		v.words = r.Say(text.SaidWaiting, text.Data{"Count": b.Words})
	}
	return v
}

func newBoardRow(r front.Reader, base string, viewer carenet.ID, today carenet.Day, row carenet.BoardRow) boardRow {
	out := boardRow{
		id: row.Patient.String(), name: row.Name, called: carenet.FirstName(row.Name), url: patientURL(base, row.Patient), last: row.Last,
		changed: changed(r.Texts, row), silence: silence(r, row),
	}
	if row.Last != nil {
		out.lastOn = r.On(row.Last.At)
	}
	series := newSeries(r, row.Series, row.Usual, today, sparkDays)
	series.Flags = flags(row.Alerts, r.Zone)
	out.spark = ui.Spark{ID: "spark-" + out.id, Title: sentence(r.Texts, row.Series, row.Usual), Series: series}
	for _, w := range row.Watch {
		out.watch = append(out.watch, r.Reason(w.Evidence))
	}
	if !row.EasedAt.IsZero() && today.Sub(carenet.LocalDay(row.EasedAt, r.Zone)) < easedForDays {
		out.eased = r.Say(text.CareRhythmBoard, text.Data{"When": r.On(row.EasedAt)})
	}
	for _, a := range row.Alerts {
		out.alerts = append(out.alerts, newAlertView(r, base, viewer, a))
	}
	return out
}

// changed says how the newest answer stands to what is usual: within one spread
// of the mean, and always within half a point, it is as usual.
func changed(t *text.Texts, row carenet.BoardRow) string {
	if row.Last == nil || row.Last.Score == nil {
		return ""
	}
	if !row.Usual.Known {
		return t.Say(text.PageBoardNoBaseline)
	}
	if row.Last.Reporter == carenet.ReporterProxy {
		return "" // what is usual is what the patient says of themselves
	}
	switch off := *row.Last.Score - row.Usual.Mean; {
	case math.Abs(off) <= max(row.Usual.Spread, 0.5):
		return t.Say(text.PageBoardSame)
	case off < 0:
		return t.Say(text.PageBoardLower)
	}
	return t.Say(text.PageBoardHigher)
}

var causes = map[carenet.Cause]text.Key{
	carenet.Waiting:     text.PageBoardCauseWaiting,
	carenet.Undelivered: text.PageBoardCauseUndelivered,
	carenet.OptedOut:    text.PageBoardCauseOptedOut,
	carenet.Paused:      text.PageBoardCausePaused,
	carenet.OurOutage:   text.PageBoardCauseOurOutage,
	carenet.NoReply:     text.PageBoardCauseNoReply,
	carenet.Unsure:      text.CareCauseUnsure,
}

// silence says why there is no answer, and since when; "" when there is one.
func silence(r front.Reader, row carenet.BoardRow) string {
	if row.InHospital {
		return r.Say(text.PagePatientInHospital)
	}
	key, ok := causes[row.Silence]
	if !ok {
		return ""
	}
	said := r.Say(key)
	if !row.SilenceSince.IsZero() {
		said += " · " + r.On(row.SilenceSince)
	}
	if row.MissedInRow > 0 {
		said += " · " + r.Say(text.PageBoardMissed, text.Data{"Count": row.MissedInRow})
	}
	return said
}
