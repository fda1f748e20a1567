package twilio

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	// inboundPage is the largest page that the provider gives.
	inboundPage = 1000
	// pageTries is how often a page is asked for: a long list must not fail as a whole
	// because of one answer.
	pageTries = 4
	pageWait  = 200 * time.Millisecond // doubles
)

// ListInbound returns the texts that the provider has taken in for a sender of
// ours between two instants, oldest first: to its number or, where only the provider
// knows the numbers, to those of its messaging service. A text that came in has a
// date of sending, so the list is narrowed by it, to whole seconds, rather more than
// less. A list that does not end within the bound is notify.ErrListTooLong, never a
// short list.
func (c *Client) ListInbound(ctx context.Context, number, service string, since, before time.Time) ([]carenet.InboundText, error) {
	const op = "list texts in"
	if number != "" && !numberShape.MatchString(number) {
		return nil, carenet.Errorf(carenet.Invalid, op, "this is not a phone number")
	}
	params := &openapi.ListMessageParams{}
	if number != "" {
		params.SetTo(number)
	}
	params.SetDateSentAfter(since.UTC().Truncate(time.Second))
	params.SetDateSentBefore(before.UTC().Truncate(time.Second).Add(time.Second))
	params.SetPageSize(inboundPage)
	var found []carenet.InboundText
	var token, page string
	for range maxPages {
		got, err := c.inboundPage(ctx, op, params, token, page)
		if err != nil {
			return nil, err
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
		if token, page, err = nextPage(op, *got.NextPageUri); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s: more than %d texts: %w", op, maxPages*inboundPage, notify.ErrListTooLong)
}

// inboundPage reads one page, and tries again while that may help.
func (c *Client) inboundPage(ctx context.Context, op string, params *openapi.ListMessageParams, token, page string) (got *openapi.ListMessageResponse, err error) {
	for try := 1; ; try++ {
		call, err := c.run(ctx, func(api *openapi.ApiService) (err error) {
			got, err = api.PageMessage(params, token, page)
			return err
		})
		if err == nil {
			return got, nil
		}
		err = call.failure(op, err)
		if carenet.CodeOf(err) != carenet.Busy || try == pageTries {
			return nil, err
		}
		again := time.NewTimer(pageWait << (try - 1))
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return nil, err
		}
	}
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
