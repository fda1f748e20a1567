package text_test

import (
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

var noon = time.Date(2026, 5, 14, 11, 0, 0, 0, time.UTC)

const (
	checkInLink = "https://care.example/c/kZ4tQ0v8Jm2xT7bW9yR3nA"
	signInLink  = "https://care.example/in/kZ4tQ0v8Jm2xT7bW9yR3nA"
	alertLink   = "https://care.example/clinic/alerts/12"
)

func scored(v float64) *float64 { return &v }

// drafts is one draft for every text that can be sent. They speak of a patient
// whose name the test sets.
func drafts() map[string]notify.Draft {
	base := func(kind notify.Kind, to carenet.Audience) notify.Draft {
		return notify.Draft{
			Kind: kind, Audience: to, Zone: time.UTC, Now: noon,
			Organisation: "Riverside Care", EmergencyNumber: "999", ClinicNumber: "020 7946 0018", StaffedHours: "Mon-Fri 9-17",
			Scale: carenet.WellbeingScale, AlertNumber: 12, TakenBy: "Nurse Dana", TakenAt: noon.Add(-time.Hour),
		}
	}
	all := map[string]notify.Draft{}
	add := func(name string, kind notify.Kind, to carenet.Audience, change func(*notify.Draft)) {
		d := base(kind, to)
		if change != nil {
			change(&d)
		}
		all[name] = d
	}
	update := func(score *float64, words string, corrected bool) func(*notify.Draft) {
		return func(d *notify.Draft) {
			d.Update = carenet.Update{Score: score, Words: words, Corrected: corrected}
		}
	}
	add("prompt", notify.KindPrompt, carenet.ToPatient, nil)
	add("prompt with link", notify.KindPrompt, carenet.ToPatient, func(d *notify.Draft) { d.Link = checkInLink })
	add("thanks", notify.KindThanks, carenet.ToPatient, update(scored(2), "rough night", false))
	add("thanks for words", notify.KindThanks, carenet.ToPatient, func(d *notify.Draft) { d.Update = carenet.Update{Words: "rough night", Asked: true} })
	add("thanks for more words", notify.KindThanks, carenet.ToPatient, update(nil, "rough night", false))
	add("correction", notify.KindThanks, carenet.ToPatient, update(scored(3), "", true))
	private := func(score *float64, corrected bool) func(*notify.Draft) {
		return func(d *notify.Draft) {
			d.Private, d.Update = true, carenet.Update{Score: score, Private: true, Corrected: corrected}
		}
	}
	add("thanks, private", notify.KindThanks, carenet.ToPatient, private(scored(2), false))
	add("thanks for words, private", notify.KindThanks, carenet.ToPatient, private(nil, false))
	add("correction, private", notify.KindThanks, carenet.ToPatient, private(scored(2), true))
	for _, corrected := range []bool{false, true} {
		mark := ""
		if corrected {
			mark = ", corrected"
		}
		add("update: answered"+mark, notify.KindUpdate, carenet.ToFollower, update(nil, "", corrected))
		add("update: score"+mark, notify.KindUpdate, carenet.ToFollower, update(scored(2), "", corrected))
		add("update: words"+mark, notify.KindUpdate, carenet.ToFollower, update(nil, "rough night", corrected))
		add("update: score and words"+mark, notify.KindUpdate, carenet.ToFollower, update(scored(2), "rough night", corrected))
	}
	for _, r := range []carenet.Reply{
		carenet.ReplyOptedOut, carenet.ReplyOptedIn, carenet.ReplyHelp, carenet.ReplyCrisis, carenet.ReplyAskRange,
		carenet.ReplyAskAmbiguous, carenet.ReplyAskWho, carenet.ReplyUnknown,
		carenet.ReplyAllAnswered, carenet.ReplyItemChanged,
	} {
		add("reply: "+string(r), notify.KindReply, carenet.ToPatient, func(d *notify.Draft) { d.Reply = r })
	}
	for _, r := range []carenet.Reply{carenet.ReplyNext, carenet.ReplyNextAgain} {
		add("reply: "+string(r), notify.KindReply, carenet.ToPatient, func(d *notify.Draft) {
			d.Reply, d.Further = r, "pain"
		})
	}
	for _, r := range []carenet.Reply{
		carenet.ReplyHelp, carenet.ReplyAckTaken, carenet.ReplyAckAlready, carenet.ReplyAckUnknown, carenet.ReplyAckWhich,
	} {
		add("reply to clinician: "+string(r), notify.KindReply, carenet.ToClinician, func(d *notify.Draft) { d.Reply = r })
	}
	add("reply to follower: help", notify.KindReply, carenet.ToFollower, func(d *notify.Draft) { d.Reply = carenet.ReplyHelp })
	add("reply: crisis, no hours", notify.KindReply, carenet.ToPatient, func(d *notify.Draft) {
		d.Reply, d.StaffedHours, d.EmergencyNumber = carenet.ReplyCrisis, "", ""
	})
	add("reply: unknown number, no phone", notify.KindReply, carenet.ToUnknown, func(d *notify.Draft) {
		d.Reply, d.ClinicNumber = carenet.ReplyUnknown, ""
	})
	decline := carenet.Evidence{Rule: "WB-DROP-CONFIRMED", Version: 1, Usual: 4.5, Last: []float64{4, 2, 2}}
	add("alert: decline", notify.KindAlert, carenet.ToClinician, func(d *notify.Draft) { d.Evidence = decline })
	add("alert: decline, with link", notify.KindAlert, carenet.ToClinician, func(d *notify.Draft) {
		d.Evidence, d.Link = decline, alertLink
	})
	add("alert: safety", notify.KindAlert, carenet.ToClinician, func(d *notify.Draft) {
		d.Evidence = carenet.Evidence{Rule: "SAFE-SELFHARM", Flags: []string{"self_harm"}}
	})
	for name, e := range map[string]carenet.Evidence{
		"silence": {Rule: "ENG-SILENT", Silent: true, Last: []float64{4, 4}},
		"low":     {Rule: "WB-LOW-NO-BASELINE", Last: []float64{2, 2}},
		"a call":  {Rule: "WB-LOWEST-RECHECK", Offer: carenet.OfferYes, Last: []float64{3, 1}},
		"no word": {Rule: "WB-LOWEST-RECHECK", Offer: carenet.OfferNoAnswer, Last: []float64{3, 1}},
		"unasked": {Rule: "WB-LOWEST-RECHECK", Offer: carenet.OfferUnasked, Unheard: carenet.UnheardHospital, Last: []float64{3, 1}},
	} {
		add("alert: "+name, notify.KindAlert, carenet.ToClinician, func(d *notify.Draft) { d.Evidence = e })
	}
	add("number moved", notify.KindNumberMoved, carenet.ToPatient, nil)
	add("number moved, no phone", notify.KindNumberMoved, carenet.ToFollower, func(d *notify.Draft) { d.ClinicNumber = "" })
	add("number check", notify.KindNumberCheck, carenet.ToPatient, nil)
	add("reply: number check, yes", notify.KindReply, carenet.ToPatient, func(d *notify.Draft) { d.Reply = carenet.ReplyCheckYes })
	add("reply: number check, how", notify.KindReply, carenet.ToFollower, func(d *notify.Draft) { d.Reply = carenet.ReplyCheckHow })
	add("offer of a call", notify.KindCallOffer, carenet.ToPatient, nil)
	add("alert: rules that cannot be opened", notify.KindAlert, carenet.ToClinician, func(d *notify.Draft) { d.Evidence = carenet.Evidence{Rule: carenet.RuleUnread} })
	add("alert: without figures", notify.KindAlert, carenet.ToClinician, nil)
	add("alert taken", notify.KindAlertTaken, carenet.ToClinician, nil)
	commandDrafts(add)
	joiningDrafts(add)
	proxyDrafts(add)
	add("text by staff", notify.KindStaff, carenet.ToPatient, func(d *notify.Draft) {
		d.Author, d.Words = "Nurse Dana", "I will come round at 3. Call 020 7946 0018 if that is too late."
	})
	add("sign in", notify.KindSignIn, carenet.ToFollower, func(d *notify.Draft) { d.Link = signInLink })
	return all
}
