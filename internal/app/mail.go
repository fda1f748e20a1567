package app

import (
	"context"
	"errors"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/deliver"
	"howareyou/notify/email"
)

// mailer is the mail server that the configuration names; nil when it names none.
func mailer(cfg Config) (*email.Client, error) {
	if cfg.SMTPURL == "" {
		return nil, nil
	}
	server, err := email.ParseURL(cfg.SMTPURL)
	if err != nil {
		return nil, &ConfigError{[]string{"SMTP_URL is malformed: " + carenet.MessageOf(err)}}
	}
	return email.New(server, email.Options{Now: SystemClock}), nil
}

// PingMail says whether the mail server lets us in: it sends nothing.
func PingMail(ctx context.Context, cfg Config) error {
	m, err := mailer(cfg)
	switch {
	case err != nil:
		return err
	case m == nil:
		return errors.New("SMTP_URL names none")
	}
	return m.Ping(ctx)
}

// How many emails of alerts, and how many others, are with the mail server at once.
const (
	alertMails = 2
	otherMails = 4
)

// startMail runs what sends emails, when there is a mail server: alerts apart from
// the rest, as with texts.
func (w *worker) startMail(ctx context.Context) error {
	m, err := mailer(w.cfg)
	if m == nil || err != nil {
		return err
	}
	o := deliver.EmailOptions{Low: notify.PriorityRed, High: notify.PriorityAlert, Concurrency: alertMails, Answered: emailAnswered, Log: w.log}
	w.mails = append(w.mails, deliver.NewEmailer(w.store, m, o))
	o.Low, o.High, o.Concurrency = notify.PriorityReply, notify.PriorityDigest, otherMails
	w.mails = append(w.mails, deliver.NewEmailer(w.store, m, o))
	for _, e := range w.mails {
		w.running.Go(func() { e.Run(ctx) })
	}
	return nil
}
