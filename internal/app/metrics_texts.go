package app

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"howareyou/internal/postgres"
	"howareyou/notify"
)

// What is measured of the texts that go out. Lanes, classes and codes are labels;
// organisations and people never are.
var (
	textDelay = promauto.With(registry).NewHistogramVec(prometheus.HistogramOpts{
		Name: "howareyou_text_delay_seconds", Help: "From the commit of what a text tells of to its first request to the provider.",
		Buckets: []float64{.005, .01, .02, .04, .06, .1, .2, .5, 1, 2, 5, 15, 60, 300, 1800},
	}, []string{"lane"})
	textsAnswered = promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
		Name: "howareyou_texts_answered_total", Help: "Tries to send a text, by lane and by what the provider's answer means.",
	}, []string{"lane", "class"})
	emailsAnswered = promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
		Name: "howareyou_emails_answered_total", Help: "Tries to send an email, by lane and by what the mail server's answer means.",
	}, []string{"lane", "class"})
	providerFaults = promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
		Name: "howareyou_provider_faults_total", Help: "Error codes that only who runs the service can mend, by code.",
	}, []string{"code"})
)

// textWatch measures texts on their way.
type textWatch struct{ now func() time.Time }

// Leaving is part of deliver.Watch.
func (w textWatch) Leaving(c notify.Claim) {
	if c.Attempt.No == 1 {
		textDelay.WithLabelValues(c.Lane.String()).Observe(w.now().Sub(c.EventAt).Seconds())
	}
}

// Answered is part of deliver.Watch.
func (textWatch) Answered(o notify.Outcome) {
	textsAnswered.WithLabelValues(o.Claim.Lane.String(), string(o.Outcome.Class)).Inc()
}

func emailAnswered(o notify.EmailOutcome) {
	emailsAnswered.WithLabelValues(o.Claim.Lane.String(), string(o.Outcome.Class)).Inc()
}

// faulty logs and counts a code that the operator must mend.
func faulty(log *slog.Logger) func(code int) {
	return func(code int) {
		policy, _ := notify.PolicyOf(code)
		providerFaults.WithLabelValues(strconv.Itoa(code)).Inc()
		log.Error("the provider refuses texts for a reason that the operator must mend", "code", code, "meaning", policy.Meaning)
	}
}

// standing serves where the texts are, as the database has it when it is asked.
type standing struct {
	store *postgres.Store
	log   *slog.Logger
}

var (
	laneWaiting   = prometheus.NewDesc("howareyou_lane_waiting", "Texts that are due and have not left, by lane and whether an operator holds them.", []string{"lane", "held"}, nil)
	laneOldest    = prometheus.NewDesc("howareyou_lane_oldest_seconds", "For how long the oldest of them is due.", []string{"lane", "held"}, nil)
	emailWaiting  = prometheus.NewDesc("howareyou_email_waiting", "Emails that are due and have not left, by lane and whether an operator holds them.", []string{"lane", "held"}, nil)
	emailOldest   = prometheus.NewDesc("howareyou_email_oldest_seconds", "For how long the oldest of them is due.", []string{"lane", "held"}, nil)
	textsOpen     = prometheus.NewDesc("howareyou_texts_open", "Texts at the provider (sending, uncertain, sent: accepted without more news).", []string{"state"}, nil)
	uncertainAge  = prometheus.NewDesc("howareyou_uncertain_oldest_seconds", "Age of the oldest text of which nobody knows whether it left.", nil, nil)
	staffWaiting  = prometheus.NewDesc("howareyou_not_arrived", "Texts that did not arrive and that no staff have dealt with.", nil, nil)
	staffOldest   = prometheus.NewDesc("howareyou_not_arrived_oldest_seconds", "For how long the oldest of them waits.", nil, nil)
	standingTaken = prometheus.NewDesc("howareyou_standing_up", "Whether the database could be asked where the texts are.", nil, nil)
)

// Describe is part of prometheus.Collector.
func (standing) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{laneWaiting, laneOldest, emailWaiting, emailOldest, textsOpen, uncertainAge, staffWaiting, staffOldest, standingTaken} {
		ch <- d
	}
}

// standingTime bounds one look: a scrape must not wait for a database that is away.
const standingTime = 3 * time.Second

// Collect is part of prometheus.Collector.
func (s standing) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), standingTime)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	st, err := s.store.Standing(ctx)
	if err != nil {
		s.log.Warn("count where the texts are", "error", err)
		gauge(standingTaken, 0)
		return
	}
	age := func(at time.Time) float64 {
		if at.IsZero() {
			return 0
		}
		return max(st.At.Sub(at).Seconds(), 0)
	}
	for _, l := range st.Lanes {
		held := strconv.FormatBool(l.Held)
		gauge(laneWaiting, float64(l.Waiting), l.Lane.String(), held)
		gauge(laneOldest, age(l.Oldest), l.Lane.String(), held)
	}
	for _, l := range st.Emails {
		held := strconv.FormatBool(l.Held)
		gauge(emailWaiting, float64(l.Waiting), l.Lane.String(), held)
		gauge(emailOldest, age(l.Oldest), l.Lane.String(), held)
	}
	gauge(textsOpen, float64(st.Sending), "sending")
	gauge(textsOpen, float64(st.Uncertain), "uncertain")
	gauge(textsOpen, float64(st.Sent), "sent")
	gauge(uncertainAge, age(st.OldestUncertain))
	gauge(staffWaiting, float64(st.ForStaff))
	gauge(staffOldest, age(st.OldestForStaff))
	gauge(standingTaken, 1)
}
