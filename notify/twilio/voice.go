package twilio

import (
	"context"
	"regexp"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/carenet"
	"howareyou/notify"
)

// The shape of a call SID in Twilio's API description.
var callShape = regexp.MustCompile(`^CA[0-9a-fA-F]{32}$`)

const (
	// ringFor is how long it rings: most mailboxes take over after that.
	ringFor = 25
	// callFor bounds a call, whatever the other end does: all is said twice in less.
	callFor = 180
)

// callEvents are the news that the provider calls back with.
var callEvents = []string{"initiated", "ringing", "answered", "completed"}

// Caller places calls in the place of texts. What is said is fetched from us while
// the call is under way, so a call holds nothing about anybody.
type Caller struct{ *Client }

// Calls is the client for calls.
func (c *Client) Calls() Caller { return Caller{c} }

// Send places a call and says what is known afterwards; see Client.Send.
func (c Caller) Send(ctx context.Context, t notify.OutboundText) notify.SendOutcome {
	switch {
	case !numberShape.MatchString(t.To):
		return notify.SendOutcome{Class: notify.Permanent, Detail: "the recipient is not a phone number"}
	case !numberShape.MatchString(t.From):
		return notify.SendOutcome{Class: notify.Permanent, Detail: "there is no number that can call"}
	}
	params := &openapi.CreateCallParams{}
	params.SetTo(t.To)
	params.SetFrom(t.From)
	params.SetUrl(c.public + "/twilio/voice?m=" + t.Attempt.String())
	params.SetStatusCallback(c.public + "/twilio/voice/status?m=" + t.Attempt.String())
	params.SetStatusCallbackEvent(callEvents)
	params.SetMachineDetection("Enable")
	params.SetTimeout(ringFor)
	params.SetTimeLimit(callFor)
	var placed *openapi.ApiV2010Call
	call, err := c.run(ctx, func(api *openapi.ApiService) (err error) {
		placed, err = api.CreateCall(params)
		return err
	})
	out := notify.SendOutcome{Class: classify(call), Code: call.code, RetryAfter: retryAfter(call.header)}
	if out.Class == notify.Accepted {
		if err == nil && placed != nil && callShape.MatchString(deref(placed.Sid)) {
			out.SID, out.Status = *placed.Sid, deref(placed.Status)
			return out
		}
		out.Class = notify.Unknown // a 2xx that nobody can read was accepted all the same
	}
	out.Detail = call.detail(err)
	return out
}

// List returns the calls to one number that the provider placed at since or later,
// newest first; see Client.List.
func (c Caller) List(ctx context.Context, to string, since time.Time) ([]notify.ListedText, error) {
	const op = "list calls"
	if !numberShape.MatchString(to) {
		return nil, carenet.Errorf(carenet.Invalid, op, "this is not a phone number")
	}
	since = since.Truncate(time.Second)
	params := &openapi.ListCallParams{}
	params.SetTo(to)
	params.SetPageSize(pageSize)
	var found []notify.ListedText
	var token, number string
	for range maxPages {
		var page *openapi.ListCallResponse
		call, err := c.run(ctx, func(api *openapi.ApiService) (err error) {
			page, err = api.PageCall(params, token, number)
			return err
		})
		if err != nil {
			return nil, call.failure(op, err)
		}
		older := 0
		for i := range page.Calls {
			one, err := listedCall(op, &page.Calls[i])
			switch {
			case err != nil:
				return nil, err
			case one.CreatedAt.Before(since):
				older++
			default:
				found = append(found, one)
			}
		}
		if deref(page.NextPageUri) == "" || older == len(page.Calls) {
			return found, nil
		}
		if token, number, err = nextPage(op, *page.NextPageUri); err != nil {
			return nil, err
		}
	}
	return nil, carenet.Errorf(carenet.Internal, op, "more than %d calls in the list", maxPages*pageSize)
}

// Fetch returns one call by its SID; see Client.Fetch.
func (c Caller) Fetch(ctx context.Context, sid string) (notify.ListedText, error) {
	const op = "fetch call"
	if !callShape.MatchString(sid) {
		return notify.ListedText{}, carenet.Errorf(carenet.Invalid, op, "this is not a call SID")
	}
	var found *openapi.ApiV2010Call
	call, err := c.run(ctx, func(api *openapi.ApiService) (err error) {
		found, err = api.FetchCall(sid, nil)
		return err
	})
	if err != nil {
		return notify.ListedText{}, call.failure(op, err)
	}
	return listedCall(op, found)
}

// listedCall reads one entry; one that cannot be read could hide a call.
func listedCall(op string, c *openapi.ApiV2010Call) (notify.ListedText, error) {
	created, err := time.Parse(time.RFC1123Z, deref(c.DateCreated))
	if err != nil || !callShape.MatchString(deref(c.Sid)) {
		return notify.ListedText{}, carenet.Errorf(carenet.Internal, op, "an entry without a readable SID and date")
	}
	return notify.ListedText{SID: *c.Sid, From: deref(c.From), To: deref(c.To), Status: deref(c.Status), CreatedAt: created.UTC()}, nil
}
