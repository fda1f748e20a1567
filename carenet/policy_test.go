package carenet_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

var (
	here, elsewhere = carenet.ID{1}, carenet.ID{2}
	mary, sam       = carenet.ID{11}, carenet.ID{12}
)

func TestINV7_INV12_Look(t *testing.T) {
	type seen struct{ parts, may string } // may: p private, a alerts, t thread, ! answer, k acknowledge
	const all = "answered,score,words,trend,alerts,more"
	nothing := seen{}
	scope := carenet.Scope{carenet.PartWords}
	cases := []struct {
		what  string
		actor carenet.Actor
		tie   carenet.Tie
		want  seen
	}{
		{"patient, their own", carenet.Actor{Kind: carenet.ActorPatient, Org: here, Person: mary}, carenet.Tie{}, seen{all, "p!"}},
		{"patient, another's", carenet.Actor{Kind: carenet.ActorPatient, Org: here, Person: sam}, carenet.Tie{}, nothing},
		{"patient, another's whom they follow", carenet.Actor{Kind: carenet.ActorPatient, Org: here, Person: sam}, carenet.Tie{Following: true, Scope: scope}, nothing},
		{"patient without a person", carenet.Actor{Kind: carenet.ActorPatient, Org: here}, carenet.Tie{Patient: carenet.NilID}, nothing},
		{"follower with words", carenet.Actor{Kind: carenet.ActorFollower, Org: here, Person: sam}, carenet.Tie{Following: true, Scope: scope}, seen{"answered,words", ""}},
		{"follower with alerts", carenet.Actor{Kind: carenet.ActorFollower, Org: here, Person: sam}, carenet.Tie{Following: true, Scope: carenet.Scope{carenet.PartAlerts}}, seen{"answered,alerts", "a"}},
		{"follower with all", carenet.Actor{Kind: carenet.ActorFollower, Org: here, Person: sam}, carenet.Tie{Following: true, Scope: carenet.ScopeOf(strings.Split(all, ","))}, seen{all, "a"}},
		{"follower dropped", carenet.Actor{Kind: carenet.ActorFollower, Org: here, Person: sam}, carenet.Tie{Scope: scope}, nothing},
		{"follower without scope", carenet.Actor{Kind: carenet.ActorFollower, Org: here, Person: sam}, carenet.Tie{Following: true}, nothing},
		{"follower with a scope of nothing known", carenet.Actor{Kind: carenet.ActorFollower, Org: here, Person: sam}, carenet.Tie{Following: true, Scope: carenet.Scope{"diary"}}, nothing},
		{"follower who is staff too, as follower", carenet.Actor{Kind: carenet.ActorFollower, Org: here, Person: sam}, carenet.Tie{Staff: true}, nothing},
		{"clinician", carenet.Actor{Kind: carenet.ActorClinician, Org: here, Person: sam}, carenet.Tie{Staff: true}, seen{all, "patk"}},
		{"clinician who left", carenet.Actor{Kind: carenet.ActorClinician, Org: here, Person: sam}, carenet.Tie{}, nothing},
		{"clinician who left and follows", carenet.Actor{Kind: carenet.ActorClinician, Org: here, Person: sam}, carenet.Tie{Following: true, Scope: scope}, nothing},
		{"operator", carenet.Actor{Kind: carenet.ActorOperator, Org: here}, carenet.Tie{}, seen{all, "pat"}},
		{"system", carenet.SystemActor(here), carenet.Tie{}, seen{all, "pat"}},
		{"nobody", carenet.Actor{Org: here, Person: mary}, carenet.Tie{Staff: true, Following: true, Scope: scope}, nothing},
		{"of no organisation", carenet.Actor{Kind: carenet.ActorSystem}, carenet.Tie{Org: carenet.NilID}, nothing},
	}
	for _, c := range cases {
		if c.actor.Org == here {
			c.tie.Org = here
			if c.what != "patient without a person" {
				c.tie.Patient = mary
			}
		}
		v := carenet.Look(c.actor, c.tie)
		may := ""
		for _, m := range []struct {
			mark string
			on   bool
		}{{"p", v.Private}, {"a", v.Alerts}, {"t", v.Thread}, {"!", v.Answer}, {"k", v.Acknowledge}} {
			if m.on {
				may += m.mark
			}
		}
		if got := (seen{strings.Join(v.Parts.Strings(), ","), may}); got != c.want || v.Reason == "" || v.Sees() != (c.want.parts != "") {
			t.Errorf("%s: got %q, want %q (sees %t, reason %q)", c.what, got, c.want, v.Sees(), v.Reason)
		}
		if c.actor.Org == carenet.NilID {
			continue
		}
		c.tie.Org = elsewhere
		if v := carenet.Look(c.actor, c.tie); v.Sees() || v.Private || v.Alerts || v.Thread || v.Answer || v.Acknowledge {
			t.Errorf("%s of another organisation sees %+v", c.what, v)
		}
	}
}

func TestAViewIsItsOwnersToChange(t *testing.T) {
	look := func() carenet.View {
		return carenet.Look(carenet.SystemActor(here), carenet.Tie{Org: here, Patient: mary})
	}
	first := look()
	first.Parts[0] = "spoilt"
	if v := look(); v.Parts[0] != carenet.PartAnswered {
		t.Errorf("the policy itself was changed: %v", v.Parts)
	}
}

var parts = []carenet.Part{carenet.PartAnswered, carenet.PartScore, carenet.PartWords, carenet.PartTrend, carenet.PartAlerts, "diary", ""}

var scopes = rapid.Map(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 6), func(p []carenet.Part) carenet.Scope { return p })

func TestINV7_AnUpdateTellsOnlyWhatTheViewAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		score := 2.0
		c := carenet.CheckIn{ID: carenet.ID{9}, Patient: mary, Words: "rough night", Score: &score, Private: rapid.Bool().Draw(t, "private")}
		v := carenet.View{Parts: scopes.Draw(t, "parts"), Private: rapid.Bool().Draw(t, "sees private")}
		u, ok := c.For(v)
		switch {
		case !ok && u != (carenet.Update{}):
			t.Fatalf("not for these eyes, and yet %+v", u)
		case ok && !v.Parts.Has(carenet.PartAnswered), ok && c.Private && !v.Private:
			t.Fatalf("%+v was shown %+v", v, u)
		case u.Words != "" && !v.Parts.Has(carenet.PartWords), u.Score != nil && !v.Parts.Has(carenet.PartScore):
			t.Fatalf("%+v was told %+v", v, u)
		case ok && v.Parts.Has(carenet.PartWords) && u.Words == "", ok && v.Parts.Has(carenet.PartScore) && u.Score == nil:
			t.Fatalf("%+v was kept from %+v", v, u)
		}
		tie := carenet.Tie{Org: here, Patient: mary, Following: true, Scope: v.Parts}
		if _, ok := c.For(carenet.Look(carenet.Actor{Kind: carenet.ActorFollower, Org: here, Person: sam}, tie)); ok && c.Private {
			t.Fatal("a follower was shown a private check-in")
		}
	})
}

func TestScopesComeBackInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scopes.Draw(t, "scope")
		n := s.Normal()
		if !slices.Equal(n, n.Normal()) || !slices.Equal(n, carenet.ScopeOf(s.Strings())) {
			t.Fatalf("%q: %q, then %q, stored as %q", s, n, n.Normal(), s.Strings())
		}
		for _, p := range parts {
			if known := p != "diary" && p != ""; known && slices.Contains(s, p) && !n.Has(p) || !known && n.Has(p) {
				t.Fatalf("%q: has %q %t", s, p, n.Has(p))
			}
		}
		if len(n) > 0 && n[0] != carenet.PartAnswered {
			t.Fatalf("%q does not imply answered: %q", s, n)
		}
	})
}

func TestParseScope(t *testing.T) {
	for in, want := range map[string]string{
		"score,words": "answered,score,words", " Words , score ,": "answered,score,words", "answered": "answered",
		"alerts,alerts": "answered,alerts", "": "", " , ": "", "score,diary": "", "score words": "",
	} {
		s, err := carenet.ParseScope(in)
		if got := strings.Join(s.Strings(), ","); got != want || (err != nil) != (want == "") || err != nil && carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
		}
	}
}
