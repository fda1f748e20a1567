package twilio

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/carenet"
)

// ListInbound returns the texts that the provider has taken in for a sender of
// ours since an instant, oldest first: to its number or, where only the provider
// knows the numbers, to those of its messaging service. A text that came in has a
// date of sending, so the list is narrowed by it, to the whole second below. A list
// that does not end within the bound is an error, never a short list.
func (c *Client) ListInbound(ctx context.Context, number, service string, since time.Time) ([]carenet.InboundText, error) {
	const op = "list texts in"
	if number != "" && !numberShape.MatchString(number) {
		return nil, carenet.Errorf(carenet.Invalid, op, "this is not a phone number")
	}
	params := &openapi.ListMessageParams{}
	if number != "" {
		params.SetTo(number)
	}
	params.SetDateSentAfter(since.UTC().Truncate(time.Second))
	params.SetPageSize(pageSize)
	var found []carenet.InboundText
	var token, page string
	for range maxPages {
		var got *openapi.ListMessageResponse
		call, err := c.run(ctx, func(api *openapi.ApiService) (err error) {
			got, err = api.PageMessage(params, token, page)
			return err
		})
		if err != nil {
			return nil, call.failure(op, err)
		}
		for i := range got.Messages {
			m := &got.Messages[i]
			if deref(m.Direction) != "inbound" || (number == "" && deref(m.MessagingServiceSid) != service) {
				continue
			}
			text, err := listedInbound(op, m)
			if err != nil {
				return nil, err
			}
			found = append(found, text)
		}
		if deref(got.NextPageUri) == "" {
			slices.SortStableFunc(found, func(a, b carenet.InboundText) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
			return found, nil
		}
		next, err := url.Parse(*got.NextPageUri)
		if err != nil {
			return nil, carenet.Errorf(carenet.Internal, op, "the next page has no readable address")
		}
		token, page = next.Query().Get("PageToken"), next.Query().Get("Page")
		if token == "" && page == "" {
			return nil, carenet.Errorf(carenet.Internal, op, "the next page has no readable address")
		}
	}
	return nil, carenet.Errorf(carenet.Internal, op, "more than %d texts in the list", maxPages*pageSize)
}

// listedInbound reads one entry as the webhook would have told it.
func listedInbound(op string, m *openapi.ApiV2010Message) (carenet.InboundText, error) {
	created, err := time.Parse(time.RFC1123Z, deref(m.DateCreated))
	if err != nil || !sidShape.MatchString(deref(m.Sid)) {
		return carenet.InboundText{}, carenet.Errorf(carenet.Internal, op, "an entry without a readable SID and date")
	}
	text := carenet.InboundText{
		SID: deref(m.Sid), From: deref(m.From), To: deref(m.To), Service: deref(m.MessagingServiceSid),
		Body: deref(m.Body), ReceivedAt: created.UTC(),
	}
	if n, err := strconv.Atoi(deref(m.NumMedia)); err == nil {
		text.NumMedia = n
	}
	if text.From == "" || text.To == "" {
		return carenet.InboundText{}, carenet.Errorf(carenet.Internal, op, "an entry without its numbers")
	}
	return text, nil
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
