package e2e

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"howareyou/notify/twiliosim"
)

// phone is somebody's handset. A test says what its owner does and reads:
//
//	mary.Texts("2 rough night")
//	sam.Expects("2 of 5", "rough night")
//	ruth.Expects("2 of 5").Without("rough")
//	dana.ExpectsNothingMore()
type phone struct {
	c      *clinic
	id     string // of the person; empty for a stranger
	name   string
	number string
	seen   map[string]bool
	texted time.Time
}

// Phone is the handset with this number, whoever has it.
func (c *clinic) Phone(name, number string) *phone {
	p := &phone{c: c, name: name, number: number, seen: map[string]bool{}}
	c.phones[number] = p
	return p
}

// notNow is a time of day that is half a day away: whoever is asked then is not
// asked during a test.
func notNow() string { return time.Now().UTC().Add(12 * time.Hour).Format("15:04") }

// patient, follower and clinician enrol somebody by the operator's commands. A
// patient is asked daily, but not during the test unless the flags say when.
func (c *clinic) patient(name, number string, flags ...string) *phone {
	c.t.Helper()
	p := c.Phone(name, number)
	p.id = c.admin(append([]string{"add-patient", "--name", name, "--phone", number, "--repeat", "FREQ=DAILY", "--at", notNow()}, flags...)...)
	return p
}

func (c *clinic) follower(of *phone, name, number, scope string, flags ...string) *phone {
	c.t.Helper()
	p := c.Phone(name, number)
	p.id = c.admin(append([]string{"add-follower", "--patient", of.id, "--scope", scope, "--name", name, "--phone", number}, flags...)...)
	return p
}

func (c *clinic) clinician(name, number, roles string, flags ...string) *phone {
	c.t.Helper()
	p := c.Phone(name, number)
	p.id = c.admin(append([]string{"add-clinician", "--no-summary", "--roles", roles, "--name", name, "--phone", number}, flags...)...)
	return p
}

// Texts sends a text to the service.
func (p *phone) Texts(body string) {
	p.c.t.Helper()
	p.texted = time.Now()
	if _, err := p.c.sim.Send(p.number, service, body); err != nil {
		p.c.fail("%s cannot text: %v", p.name, err)
	}
}

// said is a text that a phone got.
type said struct {
	phone *phone
	body  string
	at    time.Time // when the test saw it
}

// Expects waits for a text that was not expected before and holds these words.
func (p *phone) Expects(words ...string) said {
	p.c.t.Helper()
	ctx, cancel := context.WithTimeout(p.c.t.Context(), patience)
	defer cancel()
	text, err := p.c.sim.WaitFor(ctx, p.number, func(t twiliosim.Text) bool {
		return t.Direction == "in" && !p.seen[t.SID] && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(t.Body, w) })
	})
	if err != nil {
		p.c.fail("%s did not get %q: %v", p.name, words, err)
	}
	p.seen[text.SID] = true
	return said{phone: p, body: text.Body, at: time.Now()}
}

// Without fails when the text holds one of these words.
func (s said) Without(words ...string) said {
	s.phone.c.t.Helper()
	for _, w := range words {
		if strings.Contains(s.body, w) {
			s.phone.c.fail("%s was told %q, which must not hold %q", s.phone.name, s.body, w)
		}
	}
	return s
}

// After says how long after somebody's last text this one was there.
func (s said) After(from *phone) time.Duration { return s.at.Sub(from.texted) }

var address = regexp.MustCompile(`https?://\S+`)

// Link is the address that the text carries.
func (s said) Link() string {
	s.phone.c.t.Helper()
	link := address.FindString(s.body)
	if link == "" {
		s.phone.c.fail("%s got no link in %q", s.phone.name, s.body)
	}
	return link
}

// ExpectsNothingMore waits until nothing is under way any more, and fails when
// the phone has got a text that nobody expected.
func (p *phone) ExpectsNothingMore() {
	p.c.t.Helper()
	p.c.settled()
	for _, t := range p.c.sim.Messages(p.number) {
		if t.Direction == "in" && !p.seen[t.SID] {
			p.c.fail("%s got a text too many: %q", p.name, t.Body)
		}
	}
}

// nobodyElse is ExpectsNothingMore for every phone.
func (c *clinic) nobodyElse() {
	c.t.Helper()
	for _, p := range c.sim.Phones() {
		if c.phones[p.Number] == nil {
			c.fail("a number that nobody has got a text: %s", p.Number)
		}
		c.phones[p.Number].ExpectsNothingMore()
	}
}

// fail ends the test with the whole conversation.
func (c *clinic) fail(format string, args ...any) {
	c.t.Helper()
	c.t.Fatalf("%s\n%s%s%s", fmt.Sprintf(format, args...), c.conversation(), c.tale(), c.complaints())
}

// conversation is what all phones show, in order of time.
func (c *clinic) conversation() string {
	type line struct {
		at   time.Time
		text string
	}
	var lines []line
	for _, p := range c.sim.Phones() {
		name := p.Number
		if known := c.phones[p.Number]; known != nil {
			name = known.name
		}
		for _, t := range c.sim.Messages(p.Number) {
			arrow, mark := "->", ""
			if t.Direction == "in" {
				arrow = "<-"
			}
			if t.Webhook != "" && t.Webhook != "ok" {
				mark = " [webhook " + t.Webhook + "]"
			}
			lines = append(lines, line{t.At, fmt.Sprintf("%s %-12s %s %s%s", t.At.Format("15:04:05.000"), name, arrow, t.Body, mark)})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	var b strings.Builder
	fmt.Fprintln(&b, "the conversation, from the phones' view:")
	for _, l := range lines[max(0, len(lines)-80):] {
		fmt.Fprintln(&b, "  "+l.text)
	}
	return b.String()
}

// complaints are the newest warnings and errors of the processes.
func (c *clinic) complaints() string {
	all, err := logs(c.dir)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for name, text := range all {
		var bad []string
		for line := range strings.Lines(text) {
			if strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") || !strings.Contains(line, "level=") {
				bad = append(bad, "  "+strings.TrimSpace(line))
			}
		}
		if len(bad) > 0 {
			fmt.Fprintf(&b, "%s complains:\n%s\n", name, strings.Join(bad[max(0, len(bad)-15):], "\n"))
		}
	}
	return b.String()
}
