package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"howareyou/carenet"
	"howareyou/notify"
)

func inboundEntry(n int, created time.Time, changes ...any) map[string]any {
	e := map[string]any{
		"sid": fmt.Sprintf("SM%032x", n), "from": patient, "to": sender, "body": fmt.Sprint("text ", n), "direction": "inbound",
		"status": "received", "num_media": "0", "date_created": created.Format(time.RFC1123Z),
	}
	for i := 0; i < len(changes); i += 2 {
		e[changes[i].(string)] = changes[i+1]
	}
	return e
}

func TestListInbound(t *testing.T) {
	text := func(n int, at time.Time) carenet.InboundText {
		return carenet.InboundText{SID: fmt.Sprintf("SM%032x", n), From: patient, To: sender, Body: fmt.Sprint("text ", n), ReceivedAt: at}
	}
	list := [][]map[string]any{
		{inboundEntry(3, nine.Add(2*time.Minute)), inboundEntry(9, nine, "direction", "outbound-api")},
		{inboundEntry(2, nine.Add(time.Minute), "messaging_service_sid", "MG1", "from", "60123"), inboundEntry(1, nine, "num_media", "2")},
	}
	serve := func(asked *[]map[string][]string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			*asked = append(*asked, r.URL.Query())
			n := 0
			_, _ = fmt.Sscan(r.URL.Query().Get("Page"), &n)
			page := map[string]any{"messages": list[n], "next_page_uri": nil}
			if n+1 < len(list) {
				page["next_page_uri"] = fmt.Sprintf("%s?Page=%d&PageToken=PA%d", r.URL.Path, n+1, n+1)
			}
			_ = json.NewEncoder(w).Encode(page)
		}
	}
	two, one := text(2, nine.Add(time.Minute)), text(1, nine)
	two.Service, two.From, one.NumMedia = "MG1", "60123", 2
	for _, c := range []struct {
		number, service, to string
		want                []carenet.InboundText
	}{
		{sender, "", sender, []carenet.InboundText{one, two, text(3, nine.Add(2*time.Minute))}},
		{"", "MG1", "", []carenet.InboundText{two}},
	} {
		var asked []map[string][]string
		client, _ := provider(t, Config{}, serve(&asked))
		got, err := client.ListInbound(context.Background(), c.number, c.service, nine.Add(300*time.Millisecond), nine.Add(5*time.Minute+300*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
		if len(asked) != 2 || asked[0]["DateSent>"][0] != "2026-03-01T09:00:00Z" || asked[0]["DateSent<"][0] != "2026-03-01T09:05:01Z" || len(asked[0]["To"]) != len(c.to)/max(1, len(c.to)) || asked[1]["PageToken"][0] != "PA1" {
			t.Errorf("asked %v", asked)
		}
	}
}

func TestListInboundFailsRatherThanFallShort(t *testing.T) {
	undated := inboundEntry(1, nine)
	delete(undated, "date_created")
	for name, h := range map[string]http.HandlerFunc{
		"no date": func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"messages": []any{undated}})
		},
		"HTML 502":     answer(502, "<html>"),
		"half a page":  answer(200, `{"messages":[`),
		"next is none": answer(200, `{"messages":[],"next_page_uri":"/x"}`),
		"no end": func(w http.ResponseWriter, r *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"messages": []any{inboundEntry(1, nine)}, "next_page_uri": r.URL.Path + "?Page=1&PageToken=PA1"})
		},
	} {
		client, _ := provider(t, Config{}, h)
		if got, err := client.ListInbound(context.Background(), sender, "", nine, nine.Add(time.Hour)); err == nil || name == "no end" != errors.Is(err, notify.ErrListTooLong) || got != nil {
			t.Errorf("%s: %d texts, %v", name, len(got), err)
		} else {
			mustNotTell(t, err.Error())
		}
	}
	// One answer that fails is not the end of a long list.
	tries := 0
	client, _ := provider(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries++; tries < pageTries {
			answer(502, "<html>")(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"messages": []any{inboundEntry(1, nine)}})
	}))
	if got, err := client.ListInbound(context.Background(), sender, "", nine, nine.Add(time.Hour)); err != nil || len(got) != 1 {
		t.Errorf("after %d answers: %d texts, %v", tries, len(got), err)
	}
	client, _ = provider(t, Config{}, answer(200, `{"messages":[]}`))
	if _, err := client.ListInbound(context.Background(), "Riverside", "", nine, nine.Add(time.Hour)); carenet.CodeOf(err) != carenet.Invalid {
		t.Errorf("not a number: %v", err)
	}
}
