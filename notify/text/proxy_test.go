package text_test

import (
	"strings"
	"testing"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/text"
)

// proxyDrafts adds a draft for every text about answering for somebody.
func proxyDrafts(add func(string, notify.Kind, carenet.Audience, func(*notify.Draft))) {
	told := func(score *float64, words string, corrected bool) func(*notify.Draft) {
		return func(d *notify.Draft) {
			d.From, d.Update = "Sam Okafor", carenet.Update{Score: score, Words: words, Corrected: corrected, Reporter: carenet.ReporterProxy}
		}
	}
	add("proxy: thanks", notify.KindThanks, carenet.ToFollower, told(scored(3), "", false))
	add("proxy: correction", notify.KindThanks, carenet.ToFollower, told(scored(2), "", true))
	add("proxy: the patient hears of it", notify.KindAnsweredFor, carenet.ToPatient, told(scored(3), "", false))
	add("proxy: the patient hears of it, words alone", notify.KindAnsweredFor, carenet.ToPatient, told(nil, "slept badly", false))
	add("proxy: update, answered", notify.KindUpdate, carenet.ToFollower, told(nil, "", false))
	add("proxy: update, score", notify.KindUpdate, carenet.ToFollower, told(scored(3), "", false))
	add("proxy: update, score and words", notify.KindUpdate, carenet.ToFollower, told(scored(3), "slept badly", false))
	add("proxy: update, words", notify.KindUpdate, carenet.ToFollower, told(nil, "slept badly", false))
	add("proxy: update, corrected", notify.KindUpdate, carenet.ToFollower, told(scored(2), "", true))
	add("proxy: update, corrected, answered", notify.KindUpdate, carenet.ToFollower, told(nil, "", true))
	add("proxy: may answer", notify.KindProxy, carenet.ToFollower, func(*notify.Draft) {})
	add("proxy: staff noted it", notify.KindCircle, carenet.ToPatient, func(d *notify.Draft) {
		d.Change, d.About, d.From = carenet.ChangeProxy, "Sam Okafor", "Nurse Dana"
	})
	add("proxy: may they", notify.KindQuestion, carenet.ToPatient, func(d *notify.Draft) { d.Question, d.About = carenet.AskProxy, "Sam Okafor" })
	add("proxy: who", notify.KindReply, carenet.ToPatient, func(d *notify.Draft) {
		d.Reply, d.See = carenet.ReplyWho, []notify.SeenBy{{Name: "Sam Okafor", Scope: carenet.Scope{carenet.PartScore}, Answers: true}}
	})
	add("circle: all that somebody sees", notify.KindReply, carenet.ToPatient, func(d *notify.Draft) {
		d.Reply, d.See = carenet.ReplyWho, []notify.SeenBy{{Name: "Sam Okafor", Scope: carenet.Scope{
			carenet.PartAnswered, carenet.PartScore, carenet.PartWords, carenet.PartTrend, carenet.PartAlerts, carenet.PartMore,
		}}}
	})
	for _, r := range []carenet.Reply{
		carenet.ReplyAllowed, carenet.ReplyNotAllowed, carenet.ReplyDisallowed, carenet.ReplyAllowUnknown, carenet.ReplyAllowWhich, carenet.ReplyAllowAlready,
	} {
		add("proxy: "+string(r), notify.KindReply, carenet.ToPatient, func(d *notify.Draft) { d.Reply, d.About = r, "Sam" })
	}
	for _, r := range []carenet.Reply{carenet.ReplyProxyNot, carenet.ReplyProxyWhich, carenet.ReplyProxyHow, carenet.ReplyProxyRelation} {
		add("proxy: "+string(r), notify.KindReply, carenet.ToFollower, func(d *notify.Draft) { d.Reply = r })
	}
}

// TestWhoAnsweredIsSaid: what somebody tells of a patient never reads as the patient's
// own word, and the two never stand in one row of figures.
func TestWhoAnsweredIsSaid(t *testing.T) {
	all := drafts()
	for name, d := range all {
		if !strings.HasPrefix(name, "proxy: update") {
			continue
		}
		for _, lang := range text.Languages {
			d.Language, d.Patient = lang, "Mary Okafor"
			if body := compose(t, d); !strings.Contains(body, "Sam") || !strings.Contains(body, "Mary") || strings.Contains(body, "Okafor") {
				t.Errorf("%s: %s", name, body)
			}
		}
	}
	self, other := carenet.Update{Score: scored(4), Reporter: carenet.ReporterSelf}, carenet.Update{Score: scored(3), Reporter: carenet.ReporterProxy}
	d := all["proxy: update, score"]
	d.Kind, d.Language, d.Patient = notify.KindDigest, "en", "Mary Okafor"
	for want, updates := range map[string][]carenet.Update{
		"Told for Mary: 3.":                  {self, other},
		"Others told how Mary is: 3, 3 of 5": {other, other},
		"Others answered for Mary.":          {{Reporter: carenet.ReporterProxy}},
	} {
		d.Digest = updates
		if body := compose(t, d); strings.Contains(body, "4, 3") || !strings.Contains(body, want) {
			t.Errorf("%s: %s", want, body)
		}
	}
}
