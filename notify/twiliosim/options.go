package twiliosim

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Options says whose Twilio this is. AccountSID, AuthToken and at least one
// number are required; everything else has a working default.
type Options struct {
	AccountSID string // AC and 32 hexadecimal digits, as Twilio's
	AuthToken  string // basic auth password, and key of every signature

	Numbers []Number // what the account may send from and is texted at
	Phones  []Phone  // known handsets; any other number is a handset too

	// Dir keeps messages, handsets and opt-outs across restarts. What was under
	// way when the process ended goes on at the next start. Empty: memory only.
	Dir string

	// Now dates messages. It may jump forward. Default: the real time.
	Now func() time.Time

	// Step is the pause between two statuses of a message. Zero: none.
	Step time.Duration

	// Ring is how long a call rings before it ends unanswered. Zero: as long as Step.
	Ring time.Duration

	// WebhookTimeout is how long an answer is waited for. Default: 15 s, as Twilio.
	WebhookTimeout time.Duration

	Log *slog.Logger // default: silent. Never given a number or a text.

	// For the web page only.
	Frames   []Frame        // pages of the product shown beside the handsets
	ClockURL string         // the product's demo clock; empty hides its buttons
	Zone     *time.Location // what "next 09:00" means. Default: UTC.
}

// Number is a sender of the account and how its inbound texts are handled.
type Number struct {
	E164                string `json:"number"`
	MessagingServiceSID string `json:"messaging_service_sid,omitempty"` // MG...; a sender pool of one
	SMSURL              string `json:"sms_url"`
	FallbackURL         string `json:"fallback_url"`
	// CarrierKeywords imitates Twilio's default handling: STOP blocks the pair
	// at once, STOP, START and HELP are answered by the carrier, and webhooks
	// carry OptOutType. Off: these words are passed on like any other.
	CarrierKeywords bool `json:"carrier_keywords"`
}

// Phone is a handset.
type Phone struct {
	Number string `json:"number"` // E.164
	Name   string `json:"name"`
	Role   string `json:"role"`            // patient, follower, clinician, or empty
	Shown  bool   `json:"shown,omitempty"` // open on the web page at first
}

// Frame is a page of the product that the web page shows.
type Frame struct {
	Title   string
	URL     string
	Beneath bool // on a wide screen it stands beneath the phones, not beside them
}

var (
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	accountSID = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
)

func (o *Options) check() error {
	var bad []error
	if !accountSID.MatchString(o.AccountSID) {
		bad = append(bad, errors.New("AccountSID must be AC and 32 hexadecimal digits"))
	}
	if o.AuthToken == "" {
		bad = append(bad, errors.New("AuthToken is missing"))
	}
	if len(o.Numbers) == 0 {
		bad = append(bad, errors.New("no number to send from"))
	}
	for i, n := range o.Numbers {
		if err := n.check(); err != nil {
			bad = append(bad, fmt.Errorf("number %d: %w", i+1, err))
		}
	}
	for i, p := range o.Phones {
		if !e164.MatchString(p.Number) {
			bad = append(bad, fmt.Errorf("phone %d: not an E.164 number", i+1))
		}
	}
	for i, f := range o.Frames {
		if !webAddress(f.URL) {
			bad = append(bad, fmt.Errorf("frame %d: not an http address", i+1))
		}
	}
	if o.ClockURL != "" && !webAddress(o.ClockURL) {
		bad = append(bad, errors.New("ClockURL is not an http address"))
	}
	if err := errors.Join(bad...); err != nil {
		return fmt.Errorf("twiliosim: %w", err)
	}

	if o.Now == nil {
		o.Now = time.Now
	}
	if o.WebhookTimeout == 0 {
		o.WebhookTimeout = 15 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	return nil
}

func (n Number) check() error {
	if !e164.MatchString(n.E164) {
		return errors.New("not an E.164 number")
	}
	for _, u := range []string{n.SMSURL, n.FallbackURL} {
		if u != "" && !webAddress(u) {
			return errors.New("webhook is not an http address")
		}
	}
	return nil
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// normalNumber reads a number from an address path, where the plus sign may
// have been left out or turned into a space.
func normalNumber(s string) (string, bool) {
	s = "+" + strings.TrimLeft(strings.TrimSpace(s), "+")
	return s, e164.MatchString(s)
}
