package twilio

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/notify"
)

var (
	// E.164: a plus, a country code that does not begin with 0, and at most
	// 15 digits in all. Seven is the shortest in use with a country code.
	numberShape = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	// The shape of a message SID in Twilio's API description.
	sidShape = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)
)

// maxRetryAfter caps what a Retry-After may ask for: a text about how somebody
// is today is not worth sending tomorrow because a header said so.
const maxRetryAfter = time.Hour

// Send hands one text over and says what is known afterwards. It never
// returns an error: not knowing is an outcome too (notify.Unknown), and the
// one that must not lead to a second sending before it is settled. A call ends
// with ctx or after the configured time, whichever is first.
func (c *Client) Send(ctx context.Context, t notify.OutboundText) notify.SendOutcome {
	if why := unsendable(t); why != "" {
		return notify.SendOutcome{Class: notify.Permanent, Detail: why}
	}
	params := &openapi.CreateMessageParams{}
	params.SetTo(t.To)
	params.SetBody(t.Body)
	params.SetStatusCallback(c.public + "/twilio/status?m=" + t.Attempt.String())
	if t.From != "" {
		params.SetFrom(t.From)
	}
	if t.MessagingServiceSID != "" {
		params.SetMessagingServiceSid(t.MessagingServiceSID)
	}
	var message *openapi.ApiV2010Message
	call, err := c.run(ctx, func(api *openapi.ApiService) (err error) {
		message, err = api.CreateMessage(params)
		return err
	})
	out := notify.SendOutcome{Class: classify(call), Code: call.code, RetryAfter: retryAfter(call.header)}
	if out.Class == notify.Accepted {
		if sid := value(message, func(m *openapi.ApiV2010Message) *string { return m.Sid }); err == nil && sidShape.MatchString(sid) {
			out.SID = sid
			out.Status = value(message, func(m *openapi.ApiV2010Message) *string { return m.Status })
			if message.ErrorCode != nil {
				out.Code = *message.ErrorCode
			}
			return out
		}
		out.Class = notify.Unknown // a 2xx that nobody can read was accepted all the same
	}
	out.Detail = call.detail(err)
	return out
}

// unsendable says why a text would be refused anyway, "" when it would not.
func unsendable(t notify.OutboundText) string {
	switch {
	case !numberShape.MatchString(t.To):
		return "the recipient is not a phone number"
	case t.From == "" && t.MessagingServiceSID == "":
		return "there is no sender"
	case strings.TrimSpace(t.Body) == "":
		return "the text is empty"
	}
	return ""
}

// classify says what the end of a call means, before its body is looked at.
func classify(c *call) notify.SendClass {
	switch {
	case c.broken != nil && (!c.reached || c.late.Load()):
		return notify.Retry
	case c.broken != nil:
		return notify.Unknown
	case c.status >= 200 && c.status <= 299:
		return notify.Accepted
	case c.status < 400 || c.status >= 500:
		return notify.Unknown
	}
	if class, ok := statusClass[c.status]; ok {
		return class
	}
	if policy, known := notify.PolicyOf(c.code); known {
		return policy.Refusal()
	}
	return notify.Permanent
}

// statusClass holds the 4xx that say more than the code in their body.
var statusClass = map[int]notify.SendClass{
	// Our token is wrong, not the text: it waits for the operator.
	http.StatusUnauthorized: notify.Retry,
	// A proxy's answer: what it had passed on by then is not known.
	http.StatusRequestTimeout:  notify.Unknown,
	http.StatusTooManyRequests: notify.Retry,
}

// retryAfter reads seconds, or a date as the distance from the answer's own
// Date, so that no clock of ours comes into it.
func retryAfter(h http.Header) time.Duration {
	s := h.Get("Retry-After")
	var d time.Duration
	if n, err := strconv.Atoi(s); err == nil {
		if n > int(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		d = time.Duration(n) * time.Second
	} else if until, err := http.ParseTime(s); err == nil {
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			d = until.Sub(date)
		}
	}
	return min(max(d, 0), maxRetryAfter)
}

func value(m *openapi.ApiV2010Message, field func(*openapi.ApiV2010Message) *string) string {
	if m == nil {
		return ""
	}
	if p := field(m); p != nil {
		return *p
	}
	return ""
}
