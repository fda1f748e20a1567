package text_test

import (
	"strings"
	"testing"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/text"
)

const patientLink = "https://care.example/clinic/patients/01890a5d-ac96-774b-bcce-b302099a8057"

const agreeLink = "https://care.example/a/kZ4tQ0v8Jm2xT7bW9yR3nA"

// joiningDrafts adds a draft for every text about joining.
func joiningDrafts(add func(string, notify.Kind, carenet.Audience, func(*notify.Draft))) {
	question := func(name string, to carenet.Audience, kind carenet.QuestionKind, change func(*notify.Draft)) {
		add("question: "+name, notify.KindQuestion, to, func(d *notify.Draft) {
			d.Question, d.Link = kind, agreeLink
			change(d)
		})
	}
	question("enrol", carenet.ToPatient, carenet.AskEnrol, func(d *notify.Draft) { d.About, d.PerWeek = "Nurse Dana", 3 })
	question("enrol, by an operator", carenet.ToPatient, carenet.AskEnrol, func(d *notify.Draft) { d.PerWeek = 7 })
	question("enrol, again", carenet.ToPatient, carenet.AskEnrol, func(d *notify.Draft) { d.Again = true })
	question("follow", carenet.ToFollower, carenet.AskFollow, func(d *notify.Draft) { d.Scope = carenet.Scope{carenet.PartScore} })
	question("follow, again", carenet.ToFollower, carenet.AskFollow, func(d *notify.Draft) { d.Again = true })
	question("share", carenet.ToPatient, carenet.AskShare, func(d *notify.Draft) { d.About, d.Scope = "Sam", carenet.Scope{carenet.PartScore} })
	for _, change := range carenet.Changes {
		add("circle: "+string(change), notify.KindCircle, carenet.ToPatient, func(d *notify.Draft) {
			d.Change, d.About, d.Scope = change, "Sam Okafor", carenet.Scope{carenet.PartScore}
		})
	}
	question("ease", carenet.ToPatient, carenet.AskEase, func(d *notify.Draft) { d.PerWeek = 3 })
	question("ease, rare", carenet.ToPatient, carenet.AskEase, func(d *notify.Draft) { d.PerWeek = 1 })
	add("rhythm back", notify.KindRhythm, carenet.ToPatient, func(d *notify.Draft) { d.PerWeek = 7 })
	question("died", carenet.ToFollower, carenet.AskDied, func(*notify.Draft) {})
	for _, r := range []carenet.Report{carenet.ReportHospital, carenet.ReportDied, carenet.ReportHome, carenet.ReportUndone} {
		add("report: "+string(r), notify.KindReport, carenet.ToClinician, func(d *notify.Draft) {
			d.Report, d.About, d.Link = r, "Sam Okafor", patientLink
		})
	}
	add("task", notify.KindTask, carenet.ToClinician, func(d *notify.Draft) { d.Link = "https://care.example/clinic/messages" })
	answer := func(r carenet.Reply, to carenet.Audience) {
		add("joining: "+string(r), notify.KindReply, to, func(d *notify.Draft) { d.Reply, d.About, d.At = r, "Sam", noon })
	}
	for _, r := range []carenet.Reply{
		carenet.ReplyYesWhich, carenet.ReplyYesOrNo, carenet.ReplyJoined, carenet.ReplyNotJoined, carenet.ReplyAddHow, carenet.ReplyAddCountry,
		carenet.ReplyAddMany, carenet.ReplyAddAlready, carenet.ReplyInvited, carenet.ReplyNotInvited, carenet.ReplyOver,
	} {
		answer(r, carenet.ToPatient)
	}
	answer(carenet.ReplyFollowing, carenet.ToFollower)
	for _, r := range []carenet.Reply{
		carenet.ReplyNotFollowed, carenet.ReplyHospital, carenet.ReplyHome, carenet.ReplyDied, carenet.ReplyNotDied, carenet.ReplyReportWhom,
		carenet.ReplyReportKnown, carenet.ReplyPaceDaily, carenet.ReplyPaceWeekly, carenet.ReplyPaceAtOnce,
	} {
		answer(r, carenet.ToFollower)
	}
	add("joining: joined, not asked yet", notify.KindReply, carenet.ToPatient, func(d *notify.Draft) { d.Reply = carenet.ReplyJoined })
}

// TestINV17_WhatAPatientConfirmsIsWhatTheFollowerGets: the example holds what the
// scope shows, and nothing else.
func TestINV17_WhatAPatientConfirmsIsWhatTheFollowerGets(t *testing.T) {
	for _, lang := range text.Languages {
		words, err := text.Render(lang, text.QuestionExampleWords, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			scope        carenet.Scope
			score, words bool
			parts        int
		}{
			{carenet.Scope{carenet.PartAnswered}, false, false, 1},
			{carenet.Scope{carenet.PartScore}, true, false, 1},
			{carenet.Scope{carenet.PartWords}, false, true, 1},
			{carenet.Scope{carenet.PartScore, carenet.PartWords, carenet.PartTrend, carenet.PartAlerts}, true, true, 3},
		} {
			all, err := text.For(lang).Examples(notify.Draft{Organisation: "Riverside Care", Patient: "Mary Okafor", Scope: c.scope})
			if err != nil {
				t.Fatal(err)
			}
			if said := all[0]; len(all) != c.parts || strings.Contains(said, "4") != c.score || strings.Contains(said, words) != c.words {
				t.Errorf("%s %v: %q", lang, c.scope, all)
			}
		}
	}
	if _, err := text.For("en").Examples(notify.Draft{Patient: "Mary"}); err == nil {
		t.Error("an empty scope has an example")
	}
}

// TestConsentWordsHaveVersions: each language and question has its own, and it follows
// from the words.
func TestConsentWordsHaveVersions(t *testing.T) {
	seen := map[string]bool{}
	for _, lang := range text.Languages {
		for _, kind := range []carenet.QuestionKind{carenet.AskEnrol, carenet.AskShare, carenet.AskFollow} {
			version, words := text.Composer{}.ConsentWords(kind, lang)
			again, _ := text.Composer{}.ConsentWords(kind, lang)
			if seen[version] || version != again || !strings.Contains(words, "{Org}") || !strings.HasPrefix(version, string(kind)+"-"+lang) {
				t.Errorf("%s %s: %q, %q", lang, kind, version, words)
			}
			seen[version] = true
		}
		for _, act := range []notify.CircleAct{notify.CircleInvite, notify.CircleShow, notify.CircleDrop} {
			version, words := text.Composer{}.PageWords(act, lang)
			if seen[version] || !strings.Contains(words, "{Name}") || !strings.HasPrefix(version, "page-"+string(act)+"-"+lang+"-") {
				t.Errorf("%s %s: %q, %q", lang, act, version, words)
			}
			seen[version] = true
		}
	}
}
