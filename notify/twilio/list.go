package twilio

import (
	"context"
	"net/http"
	"net/url"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	pageSize = 200
	maxPages = 50
)

// List returns the texts to one number that the provider created at since or
// later, newest first as it lists them. It settles sends of unknown outcome,
// so it must not miss one: there is no filter on the date of sending, which a
// text that was accepted and waits does not have yet; since is taken down to
// the whole second, which is as fine as the provider's dates are; and a list
// that does not end within the bound is an error, never a short list.
//
// An error of code Busy says that asking again may help.
func (c *Client) List(ctx context.Context, to string, since time.Time) ([]notify.ListedText, error) {
	const op = "list texts"
	if !numberShape.MatchString(to) {
		return nil, carenet.Errorf(carenet.Invalid, op, "this is not a phone number")
	}
	since = since.Truncate(time.Second)
	params := &openapi.ListMessageParams{}
	params.SetTo(to)
	params.SetPageSize(pageSize)
	var found []notify.ListedText
	var token, number string
	for range maxPages {
		var page *openapi.ListMessageResponse
		call, err := c.run(ctx, func(api *openapi.ApiService) (err error) {
			page, err = api.PageMessage(params, token, number)
			return err
		})
		if err != nil {
			return nil, call.failure(op, err)
		}
		older := 0
		for i := range page.Messages {
			text, err := listed(op, &page.Messages[i])
			if err != nil {
				return nil, err
			}
			if text.CreatedAt.Before(since) {
				older++
				continue
			}
			found = append(found, text)
		}
		// A whole page of older ones, and not the first older one, ends the
		// search: where texts that were not sent yet stand in the order is
		// not documented.
		if deref(page.NextPageUri) == "" || older == len(page.Messages) {
			return found, nil
		}
		if token, number, err = nextPage(op, *page.NextPageUri); err != nil {
			return nil, err
		}
	}
	return nil, carenet.Errorf(carenet.Internal, op, "more than %d texts in the list", maxPages*pageSize)
}

// nextPage reads which page comes next.
func nextPage(op, uri string) (token, number string, err error) {
	next, err := url.Parse(uri)
	if err == nil {
		token, number = next.Query().Get("PageToken"), next.Query().Get("Page")
	}
	if token == "" && number == "" {
		return "", "", carenet.Errorf(carenet.Internal, op, "the next page has no readable address")
	}
	return token, number, nil
}

// Fetch returns one text by its SID. An error of code NotFound says that the
// provider does not have it, one of code Busy that asking again may help.
func (c *Client) Fetch(ctx context.Context, sid string) (notify.ListedText, error) {
	const op = "fetch text"
	if !sidShape.MatchString(sid) {
		return notify.ListedText{}, carenet.Errorf(carenet.Invalid, op, "this is not a message SID")
	}
	var message *openapi.ApiV2010Message
	call, err := c.run(ctx, func(api *openapi.ApiService) (err error) {
		message, err = api.FetchMessage(sid, nil)
		return err
	})
	if err != nil {
		return notify.ListedText{}, call.failure(op, err)
	}
	return listed(op, message)
}

func (c *call) failure(op string, err error) error {
	code := carenet.Busy
	switch {
	case c.status == http.StatusNotFound:
		code = carenet.NotFound
	case c.status == http.StatusTooManyRequests:
	case c.status >= 400 && c.status < 500:
		code = carenet.Internal
	}
	return carenet.Errorf(code, op, "%s", c.detail(err))
}

// listed reads one entry. A date that cannot be read is an error: dropping the
// entry could hide an accepted text and double it.
func listed(op string, m *openapi.ApiV2010Message) (notify.ListedText, error) {
	created, err := time.Parse(time.RFC1123Z, deref(m.DateCreated))
	if err != nil || !sidShape.MatchString(deref(m.Sid)) {
		return notify.ListedText{}, carenet.Errorf(carenet.Internal, op, "an entry without a readable SID and date")
	}
	text := notify.ListedText{
		SID: deref(m.Sid), From: deref(m.From), To: deref(m.To), Body: deref(m.Body),
		Status: deref(m.Status), CreatedAt: created.UTC(),
	}
	if m.ErrorCode != nil {
		text.Code = *m.ErrorCode
	}
	return text, nil
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
