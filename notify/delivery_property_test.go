package notify_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/notify"
)

// apply changes the attempt as the store does.
func apply(a *notify.Attempt, state *notify.State, v notify.Verdict) {
	if v.Attempt == "" {
		return
	}
	a.State, a.Rank, *state = v.Attempt, v.Rank, v.Delivery
	if v.SID != "" {
		a.SID = v.SID
	}
}

// INV-3: news of an attempt may come in any order and any number of times, and
// before or after the answer to the send: its end is the same.
func TestINV3_TheOrderOfNewsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		final := rapid.SampledFrom([]notify.StatusReport{
			{Status: "delivered"},
			{Status: "undelivered", Code: 30005},
			{Status: "failed", Code: 21610},
			{Status: "undelivered", Code: 30003},
			{Status: "undelivered", Code: 30008},
		}).Draw(t, "final")
		news := []notify.StatusReport{{Status: "queued"}, {Status: "sending"}, {Status: "sent"}, final, {Status: "pondering"}}
		order := rapid.Permutation(append(news, rapid.SliceOfN(rapid.SampledFrom(news), 0, 6).Draw(t, "again")...)).Draw(t, "order")
		answered := rapid.IntRange(0, len(order)).Draw(t, "answered after")
		answer := notify.SendOutcome{Class: rapid.SampledFrom([]notify.SendClass{notify.Accepted, notify.Unknown}).Draw(t, "answer"), SID: "SM1", Status: "queued"}

		straight, want := attempt(), notify.Sending
		apply(&straight, &want, rules.AfterStatus(straight, final, now))

		a, state, rank := attempt(), notify.Sending, 0
		for i, s := range order {
			if i == answered {
				apply(&a, &state, rules.AfterSend(a, answer, now))
			}
			apply(&a, &state, rules.AfterStatus(a, s, now))
			if a.Rank < rank {
				t.Fatalf("rank %d after %d", a.Rank, rank)
			}
			rank = a.Rank
		}
		if answered == len(order) {
			if v := rules.AfterSend(a, answer, now); v != (notify.Verdict{}) {
				t.Fatalf("the answer changed what callbacks had settled: %+v", v)
			}
		}
		if a.State != straight.State || state != want || a.Rank != straight.Rank {
			t.Fatalf("%s/%s at rank %d, want %s/%s at rank %d", a.State, state, a.Rank, straight.State, want, straight.Rank)
		}
	})
}

// INV-3: whatever the provider does, a delivery ends, and once the provider has
// accepted it, only a carrier's refusal brings another try.
func TestINV3_EveryDeliveryEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock, state := now, notify.Queued
		a := attempt(kind(rapid.SampledFrom([]notify.Kind{notify.KindUpdate, notify.KindPrompt, notify.KindReply, notify.KindAlert}).Draw(t, "kind")),
			expires(time.Duration(rapid.IntRange(1, 7*24*60).Draw(t, "minutes to live"))*time.Minute))
		deadline := a.ExpiresAt.Add(rules.Grace + rules.Lease + rules.Skew + time.Minute)
		words := rapid.SampledFrom([]string{"queued", "sent", "delivered", "undelivered", "failed", "pondering"})
		codes := rapid.SampledFrom([]int{0, 30003, 30008, 30005, 21610})
		accepted := false

		begin := func() {
			accepted = false
			a.State, a.Rank, a.SID, a.StartedAt, state = notify.AttemptSending, 0, "", clock, notify.Sending
		}
		step := func(v notify.Verdict, carriers bool) {
			if accepted && v.Delivery == notify.Queued && !carriers {
				t.Fatalf("sent again although the provider had it: %+v", v)
			}
			accepted = accepted || v.SID != ""
			apply(&a, &state, v)
			if state != notify.Queued || v.Attempt == "" {
				return
			}
			if v.NextTryAt.Before(clock) || v.NextTryAt.After(a.ExpiresAt) {
				t.Fatalf("at %s the next try is planned for %s, past %s", clock, v.NextTryAt, a.ExpiresAt)
			}
			switch {
			case v.Class == notify.Unknown:
				a.Past.Unclear++
			case v.Rank == 0:
				a.Past.Refused++
			default:
				a.Past.Failed++
				if v.Code == 30008 {
					a.Past.Lost++
				}
			}
			clock = v.NextTryAt
			a.No++
			begin()
		}
		begin()
		for steps := 0; state == notify.Sending || state == notify.Uncertain; steps++ {
			if clock.After(deadline) || steps > 10_000 {
				t.Fatalf("after %d steps, at try %d, %s past its time it is still %s", steps, a.No, clock.Sub(a.ExpiresAt), state)
			}
			if state == notify.Uncertain {
				clock = clock.Add(rules.LookEvery)
			}
			report := notify.StatusReport{SID: "SM1", Status: words.Draw(t, "status"), Code: codes.Draw(t, "code")}
			retried := report.Code == 30003 || report.Code == 30008
			switch rapid.SampledFrom([]string{"answer", "list", "list", "callback"}).Draw(t, "what") {
			case "answer":
				class := rapid.SampledFrom([]notify.SendClass{notify.Accepted, notify.Retry, notify.Retry, notify.Permanent, notify.OptedOut, notify.Unknown}).Draw(t, "class")
				if class == notify.Accepted {
					step(rules.AfterSend(a, notify.SendOutcome{Class: class, SID: "SM1", Status: report.Status, Code: report.Code}, clock), retried)
				} else {
					step(rules.AfterSend(a, notify.SendOutcome{Class: class}, clock), false)
				}
			case "list":
				if rapid.Bool().Draw(t, "found") {
					step(rules.AfterListing(a, &notify.ListedText{SID: "SM1", Status: report.Status, Code: report.Code}, clock), retried)
				} else {
					step(rules.AfterListing(a, nil, clock), false)
				}
			case "callback":
				step(rules.AfterStatus(a, report, clock), retried)
			}
		}
	})
}

func TestFindNeverTakesWhatIsNotTheAttempts(t *testing.T) {
	const skew = 2 * time.Minute
	word := rapid.SampledFrom([]string{"a", "b"})
	rapid.Check(t, func(t *rapid.T) {
		u := notify.Unsettled{From: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "from"), To: "a", Body: "a", StartedAt: now}
		bound := map[string]bool{}
		var listed []notify.ListedText
		for i := range rapid.IntRange(0, 6).Draw(t, "length") {
			l := notify.ListedText{
				SID: string(rune('A' + i)), From: word.Draw(t, "from"), To: word.Draw(t, "to"), Body: word.Draw(t, "body"),
				CreatedAt: now.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "minutes")) * time.Minute),
			}
			bound[l.SID] = rapid.Bool().Draw(t, "bound")
			listed = append(listed, l)
		}
		fits := func(l notify.ListedText) bool {
			return l.To == u.To && l.Body == u.Body && (u.From == "" || l.From == u.From) && !bound[l.SID] && !l.CreatedAt.Before(now.Add(-skew))
		}
		found := u.Find(listed, bound, skew)
		if found != nil && !fits(*found) {
			t.Fatalf("took %+v", *found)
		}
		for _, l := range listed {
			if found == nil && fits(l) {
				t.Fatalf("missed %+v, so the text would be doubled", l)
			}
		}
	})
}
