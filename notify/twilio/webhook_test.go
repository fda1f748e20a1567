package twilio

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"howareyou/carenet"
	"howareyou/notify"
)

const attempt = "0195504e-0800-7000-8000-000000000001"

func TestParseForm(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want []Pair
		err  error
	}{
		"plain":                 {"From=%2B447700900001&Body=2+rough+night", []Pair{{"From", patient}, {"Body", "2 rough night"}}, nil},
		"nothing":               {"", nil, nil},
		"no value":              {"Body=&NumMedia", []Pair{{"Body", ""}, {"NumMedia", ""}}, nil},
		"an equals sign inside": {"Body=a=b", []Pair{{"Body", "a=b"}}, nil},
		"an emoji":              {"Body=3%EF%B8%8F%E2%83%A3", []Pair{{"Body", "3️⃣"}}, nil},
		"empty parts":           {"&a=1&&b=2&", []Pair{{"a", "1"}, {"b", "2"}}, nil},
		"the case counts":       {"a=1&A=2", []Pair{{"a", "1"}, {"A", "2"}}, nil},
		"twice":                 {"From=A&From=B", nil, ErrDuplicateKey},
		"twice the same":        {"From=A&From=A", nil, ErrDuplicateKey},
		"twice, one escaped":    {"From=A&%46rom=B", nil, ErrDuplicateKey},
		"half an escape":        {"Body=%2", nil, ErrBadEncoding},
		"a bad escape":          {"%zz=1", nil, ErrBadEncoding},
		"not UTF-8":             {"Body=%FF", nil, ErrBadEncoding},
		"no name":               {"=1", nil, ErrBadEncoding},
		"as long as may be":     {"B=" + strings.Repeat("x", maxForm-2), []Pair{{"B", strings.Repeat("x", maxForm-2)}}, nil},
		"too long":              {"B=" + strings.Repeat("x", maxForm-1), nil, ErrTooLong},
		"too many":              {"a=1" + manyNames(maxPairs), nil, ErrTooLong},
	} {
		got, err := ParseForm([]byte(c.raw))
		if !errors.Is(err, c.err) || (err != nil) != (c.err != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("&n" + strings.Repeat("x", i))
	}
	return b.String()
}

// What is accepted must read as the standard library reads it, with each name
// once; what is refused has one of the three reasons.
func FuzzParseForm(f *testing.F) {
	for _, seed := range []string{"From=A&From=B", "From=%2B44&Body=2+rough&%46rom=x", "a;b=1", "=&=", "%", "\xff=\x00", "a&a", "a=%00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		pairs, err := ParseForm(raw)
		if err != nil {
			if !errors.Is(err, ErrDuplicateKey) && !errors.Is(err, ErrBadEncoding) && !errors.Is(err, ErrTooLong) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		got := url.Values{}
		for _, p := range pairs {
			if p.Name == "" || got.Has(p.Name) || !utf8.ValidString(p.Name) || !utf8.ValidString(p.Value) {
				t.Fatalf("%q was let in", p)
			}
			got.Set(p.Name, p.Value)
		}
		// The library refuses bare semicolons, which are plain characters here.
		want, err := url.ParseQuery(strings.ReplaceAll(string(raw), ";", "%3B"))
		if err != nil {
			t.Fatalf("the library refuses what we read: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestInbound(t *testing.T) {
	form := func(changes ...string) []Pair {
		v := url.Values{
			"MessageSid": {goodSID}, "SmsSid": {"SM" + strings.Repeat("9", 32)}, "AccountSid": {account},
			"From": {patient}, "To": {sender}, "Body": {"2 rough night"}, "NumMedia": {"0"},
			"FromCity": {"LEEDS"}, "ReceivedAt": {"never"},
		}
		for i := 0; i < len(changes); i += 2 {
			if v.Del(changes[i]); changes[i+1] != "-" {
				v.Set(changes[i], changes[i+1])
			}
		}
		return pairsOf(v)
	}
	plain := carenet.InboundText{SID: goodSID, From: patient, To: sender, Body: "2 rough night", ReceivedAt: nine}
	with := func(change func(*carenet.InboundText)) *carenet.InboundText {
		c := plain
		change(&c)
		return &c
	}
	for name, c := range map[string]struct {
		pairs []Pair
		want  *carenet.InboundText // nil: refused
	}{
		"plain":                {form(), &plain},
		"an empty text":        {form("Body", ""), with(func(i *carenet.InboundText) { i.Body = "" })},
		"spaces are kept":      {form("Body", " 2 \n"), with(func(i *carenet.InboundText) { i.Body = " 2 \n" })},
		"a picture":            {form("NumMedia", "2", "MediaUrl0", "https://x"), with(func(i *carenet.InboundText) { i.NumMedia = 2 })},
		"no count of pictures": {form("NumMedia", "-"), &plain},
		"the carrier answered": {form("OptOutType", "STOP", "Body", "stop"), with(func(i *carenet.InboundText) { i.OptOutType, i.Body = "STOP", "stop" })},
		"by way of a service":  {form("MessagingServiceSid", "MG1"), with(func(i *carenet.InboundText) { i.Service = "MG1" })},
		"an unknown opt-out":   {form("OptOutType", "MAYBE"), &plain},
		"a multimedia SID":     {form("MessageSid", "MM"+goodSID[2:]), with(func(i *carenet.InboundText) { i.SID = "MM" + goodSID[2:] })},
		"no SID":               {form("MessageSid", "-"), nil},
		"a call's SID":         {form("MessageSid", "CA"+goodSID[2:]), nil},
		"a SID with a tail":    {form("MessageSid", goodSID+"\n"), nil},
		"from nobody":          {form("From", "-"), nil},
		"from a short code":    {form("From", "12345"), with(func(i *carenet.InboundText) { i.From = "12345" })},
		"from a name":          {form("From", "BANK"), with(func(i *carenet.InboundText) { i.From = "BANK" })},
		"from a long tale":     {form("From", strings.Repeat("x", 65)), nil},
		"to nobody":            {form("To", "-"), nil},
		"no body":              {form("Body", "-"), nil},
		"a status callback":    {form("Body", "-", "MessageStatus", "sent"), nil},
		"a count of words":     {form("NumMedia", "two"), nil},
	} {
		got, err := Inbound(c.pairs, nine)
		if c.want == nil {
			if carenet.CodeOf(err) != carenet.Invalid || got != (carenet.InboundText{}) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			continue
		}
		if diff := cmp.Diff(*c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestStatus(t *testing.T) {
	id, err := carenet.ParseID(attempt)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		form string
		m    string
		want *notify.StatusReport // nil: refused
	}{
		"delivered":       {"MessageSid=" + goodSID + "&MessageStatus=delivered&To=%2B44", attempt, &notify.StatusReport{Attempt: id, SID: goodSID, Status: "delivered", At: nine}},
		"undelivered":     {"MessageSid=" + goodSID + "&MessageStatus=undelivered&ErrorCode=30003", attempt, &notify.StatusReport{Attempt: id, SID: goodSID, Status: "undelivered", Code: 30003, At: nine}},
		"an empty code":   {"MessageSid=" + goodSID + "&MessageStatus=sent&ErrorCode=", attempt, &notify.StatusReport{Attempt: id, SID: goodSID, Status: "sent", At: nine}},
		"no attempt":      {"MessageSid=" + goodSID + "&MessageStatus=sent", "", nil},
		"the nil attempt": {"MessageSid=" + goodSID + "&MessageStatus=sent", carenet.NilID.String(), nil},
		"m in the form":   {"MessageSid=" + goodSID + "&MessageStatus=sent&m=" + attempt, "x", nil},
		"no SID":          {"MessageStatus=sent", attempt, nil},
		"a path for SID":  {"MessageSid=../../x&MessageStatus=sent", attempt, nil},
		"no status":       {"MessageSid=" + goodSID, attempt, nil},
		"inbound":         {"MessageSid=" + goodSID + "&MessageStatus=received", attempt, nil},
		"a code in words": {"MessageSid=" + goodSID + "&MessageStatus=failed&ErrorCode=lots", attempt, nil},
	} {
		pairs, err := ParseForm([]byte(c.form))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Status(pairs, c.m, nine)
		if c.want == nil {
			if carenet.CodeOf(err) != carenet.Invalid || got != (notify.StatusReport{}) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			continue
		}
		if diff := cmp.Diff(*c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}
