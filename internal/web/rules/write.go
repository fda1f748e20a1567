package rules

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts/pack"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/notify/text"
)

// writeView is the form for a new version, with what was written and what is wrong.
type writeView struct {
	about
	body     string
	problems []problem
	count    string
	empty    string
	from, to string // of the back-test that is offered
}

// problem is one mistake, and the line that it stands in.
type problem struct{ words, at, line string }

// longestQuote is how much of a line is shown, in characters.
const longestQuote = 120

// problems puts beside each mistake the line that it stands in: nobody counts lines
// in a field of a form.
func (a about) problems(refused pack.Refusal, body string) (all []problem) {
	lines := strings.Split(body, "\n")
	for _, x := range refused {
		p := problem{words: x.String()}
		if x.Line > 0 && x.Line <= len(lines) {
			p.at = a.Say(text.RulesAtLine, text.Data{"Line": x.Line})
			p.line = trimmed(lines[x.Line-1], longestQuote)
		}
		all = append(all, p)
	}
	return all
}

func (h *Handler) write(c *fiber.Ctx) error {
	v := writeView{}
	p, err := h.store.RulesPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	from := p.InForce.ID
	if named := c.Query("from"); named != "" {
		if from, err = versionID(named); err != nil {
			return err
		}
	}
	source, err := h.store.PackPage(c.UserContext(), front.Actor(c), from)
	if err != nil {
		return err
	}
	v.about = h.about(c, p.Head, text.RulesNewTitle)
	v.from, v.to = v.lastDays()
	newest := 0
	for _, x := range p.Versions {
		if x.Code == source.Code {
			newest = max(newest, x.Version)
		}
	}
	v.body = startFrom(source.Text, source.Own(), newest)
	return front.Render(c, fiber.StatusOK, writePage(v))
}

var (
	packLine    = regexp.MustCompile(`(?m)^pack:.*$`)
	versionLine = regexp.MustCompile(`(?m)^version:.*$`)
)

// startFrom is a pack to write on: the next version of an own one, or the first of
// one's own that begins with the program's.
func startFrom(body string, own bool, newest int) string {
	if !own {
		body = packLine.ReplaceAllLiteralString(body, "pack: our-wellbeing")
		return versionLine.ReplaceAllLiteralString(body, "version: 1")
	}
	return versionLine.ReplaceAllLiteralString(body, fmt.Sprintf("version: %d", newest+1))
}

// propose keeps what was pasted or chosen as a version. What cannot be taken stays in
// the form, with each thing that is wrong.
func (h *Handler) propose(c *fiber.Ctx) error {
	body, err := pasted(c)
	if err != nil {
		return err
	}
	if strings.TrimSpace(body) == "" {
		return h.showWrite(c, fiber.StatusUnprocessableEntity, body, nil)
	}
	id, err := h.store.ProposePack(c.UserContext(), front.Actor(c), body)
	var refused pack.Refusal
	switch {
	case err == nil:
		return c.Redirect(place(front.DoorOf(c).Base, id)+"?did=kept", fiber.StatusSeeOther)
	case errors.As(err, &refused):
		return h.showWrite(c, fiber.StatusUnprocessableEntity, body, refused)
	case carenet.CodeOf(err) == carenet.Conflict:
		return h.showWrite(c, fiber.StatusConflict, body, pack.Refusal{{Why: carenet.MessageOf(err)}})
	}
	return err
}

func (h *Handler) showWrite(c *fiber.Ctx, status int, body string, refused pack.Refusal) error {
	p, err := h.store.RulesPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	v := writeView{about: h.about(c, p.Head, text.RulesNewTitle), body: body}
	v.from, v.to = v.lastDays()
	if v.problems = v.about.problems(refused, body); len(v.problems) > 0 {
		v.count = v.Say(text.RulesRefusedCount, text.Data{"Count": len(v.problems)})
	} else {
		v.empty = v.Say(text.RulesRefusedNone)
	}
	return front.Render(c, status, writePage(v))
}

// pasted is the pack of a form: a file that was chosen, or else what was pasted.
// Browsers write line ends as networks do, not as files.
func pasted(c *fiber.Ctx) (string, error) {
	body := field(c, "pack")
	if f, err := c.FormFile("file"); err == nil && f.Size > 0 {
		opened, err := f.Open()
		if err != nil {
			return "", err
		}
		defer opened.Close()
		read, err := io.ReadAll(io.LimitReader(opened, pack.LargestOwn+1))
		if err != nil {
			return "", err
		}
		body = string(read)
	}
	body = strings.ReplaceAll(strings.TrimPrefix(strings.ToValidUTF8(body, "?"), "\ufeff"), "\r\n", "\n")
	return body, nil
}

// atLine numbers the lines of a pack, so that "line 9" can be found.
func numbered(body string) []string {
	lines := strings.Split(strings.TrimRight(body, "\n"), "\n")
	for i, l := range lines {
		lines[i] = strconv.Itoa(i+1) + "\t" + l
	}
	return lines
}
