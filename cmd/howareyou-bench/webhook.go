package main

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the algorithm that Twilio prescribes
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// webhooks makes the requests by which the provider tells of texts.
type webhooks struct {
	account, token string
	public         string // the address that the service is configured with
	to             string // the service's number
}

// request is one whole request, signed, ready to be written. Making and signing
// it is the provider's work and is not measured.
func (w webhooks) request(from, body string) []byte {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	sid := "SM" + hex.EncodeToString(id[:])
	// What Twilio sends with each text, also what nobody reads.
	form := url.Values{
		"AccountSid": {w.account}, "ApiVersion": {"2010-04-01"},
		"MessageSid": {sid}, "SmsMessageSid": {sid}, "SmsSid": {sid}, "SmsStatus": {"received"},
		"From": {from}, "FromCity": {""}, "FromState": {""}, "FromZip": {""}, "FromCountry": {"GB"},
		"To": {w.to}, "ToCity": {""}, "ToState": {""}, "ToZip": {""}, "ToCountry": {"GB"},
		"Body": {body}, "NumMedia": {"0"}, "NumSegments": {"1"},
	}
	address := w.public + "/twilio/sms"
	encoded := form.Encode()
	var out strings.Builder
	out.WriteString("POST /twilio/sms HTTP/1.1\r\nHost: " + strings.TrimPrefix(w.public, "http://") + "\r\n" +
		"User-Agent: TwilioProxy/1.1\r\nAccept: */*\r\nContent-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n" +
		"X-Twilio-Signature: " + w.sign(address, form) + "\r\nContent-Length: " + strconv.Itoa(len(encoded)) + "\r\n\r\n" + encoded)
	return []byte(out.String())
}

// sign is https://www.twilio.com/docs/usage/security: the address, then each
// name and value in the order of the names.
func (w webhooks) sign(address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(w.token))
	mac.Write([]byte(address))
	for _, name := range names {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// httpClient writes ready-made requests on a connection that is kept open. It
// does as little as it can: its work is done on the cores that are measured.
type httpClient struct {
	conn     net.Conn
	in       *bufio.Reader
	requests [][]byte
}

func dialHTTP(ctx context.Context, address string, requests [][]byte) (*httpClient, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	return &httpClient{conn: conn, in: bufio.NewReader(conn), requests: requests}, nil
}

func (c *httpClient) do(_ context.Context, job int) error {
	if _, err := c.conn.Write(c.requests[job]); err != nil {
		return err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the service answered %s: %.100q", res.Status, body)
	}
	return nil
}

func (c *httpClient) close() error { return c.conn.Close() }
