package text

import (
	"fmt"
	"strings"

	"howareyou/carenet"
	"howareyou/notify"
)

// Letter writes a draft as an email. It implements notify.Letters: the same words as
// on a phone, but for what somebody would answer by text.
func (Composer) Letter(d notify.Draft, stop string) (subject, body string, err error) {
	c := composer{Texts: For(d.Language), d: d}
	switch d.Kind {
	case notify.KindAlert:
		body, err = c.alertLetter()
	case notify.KindDigest:
		body, err = c.digestLetter()
	case notify.KindReview:
		body, err = c.reviewLetter()
	default:
		body, err = Composer{}.Compose(d)
	}
	if err == nil {
		subject, err = c.subject()
	}
	if err != nil {
		return "", "", fmt.Errorf("write the email of %s: %w", d.Kind, err)
	}
	emergency := d.EmergencyNumber
	if emergency == "" {
		emergency = c.Say(EmergencyServices)
	}
	parts := []string{body, c.Say(EmailEnd, Data{"Emergency": emergency})}
	if stop != "" {
		parts = append(parts, c.Say(EmailStop, Data{"Link": stop}))
	}
	return strings.Join(strings.Fields(subject), " "), strings.Join(parts, "\n\n"), nil
}

var subjects = map[notify.Kind]Key{
	notify.KindUpdate:     EmailSubjectNews,
	notify.KindDigest:     EmailSubjectDigest,
	notify.KindAlert:      EmailSubjectAlert,
	notify.KindAlertTaken: EmailSubjectAlert,
	notify.KindSignIn:     EmailSubjectSignIn,
	notify.KindReview:     DutySubjectWeek,
}

func (c composer) subject() (string, error) {
	key, ok := subjects[c.d.Kind]
	if !ok {
		key = EmailSubjectMessage
	}
	return c.say(key, Data{"Number": c.d.AlertNumber})
}

func (c composer) alertLetter() (string, error) {
	e := c.d.Evidence
	data := Data{"Number": c.d.AlertNumber, "Name": c.patientForStaff()}
	key := EmailAlertLook
	switch {
	case len(e.Flags) > 0:
		key = EmailAlertSafety
	case reasons[e.Rule] != "" && len(e.Last) > 0:
		key = EmailAlertDecline
		data["Usual"], data["Last"] = c.Number(e.Usual), c.Numbers(newest(e.Last))
	case e.Offer != "" || len(e.Say) > 0 || e.Rule == carenet.RuleUnread:
		key, data["Reason"] = EmailAlertReason, c.Reason(e)
	}
	body, err := c.say(key, data)
	if err != nil || c.d.Link == "" {
		return body, err
	}
	take, err := c.say(EmailAlertTake, Data{"Link": c.d.Link})
	return body + "\n\n" + take, err
}

// digest is a summary in a sentence.
func (c composer) digest() (string, error) {
	data := Data{"Name": c.name(), "Max": c.d.Scale.Max, "Count": len(c.d.Digest)}
	var scores []float64
	for _, u := range c.d.Digest {
		if u.Score != nil {
			scores = append(scores, *u.Score)
		}
	}
	keys := [2]Key{DigestAnsweredDay, DigestAnsweredWeek}
	if len(scores) > 0 {
		keys = [2]Key{DigestScoresDay, DigestScoresWeek}
		data["Scores"] = c.Numbers(scores)
	}
	if c.d.Weekly {
		return c.say(keys[1], data)
	}
	return c.say(keys[0], data)
}

// digestLetter says each answer of the summary besides, with the words that the
// reader may know.
func (c composer) digestLetter() (string, error) {
	body, err := c.digest()
	if err != nil {
		return "", err
	}
	var lines []string
	for _, u := range c.d.Digest {
		what := c.Say(EmailDigestAnswered)
		if u.Score != nil {
			what = c.Say(EmailDigestScore, Data{"Score": c.Number(*u.Score), "Max": c.d.Scale.Max})
		}
		if words := strings.Join(strings.Fields(u.Words), " "); words != "" {
			what += `. "` + words + `"`
		}
		lines = append(lines, c.Say(EmailDigestLine, Data{"When": c.When(u.At, c.d.Now, c.d.Zone), "What": what}))
	}
	return body + "\n\n" + strings.Join(lines, "\n"), nil
}
