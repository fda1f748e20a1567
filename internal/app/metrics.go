package app

import (
	"net/http"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// registry holds what a process counts. Labels are words of ours, never a
// person's.
var registry = func() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}()

var webhooks = promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
	Name: "howareyou_webhooks_total", Help: "Webhooks of the text provider, by hook and outcome (taken, refused, failed, ...).",
}, []string{"hook", "outcome"})

var ruleFaults = promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
	Name: "howareyou_rule_faults_total", Help: "Rules that could not be judged on a new answer, by rule. Staff have an alert for each.",
}, []string{"rule"})

// metricsHandler serves what this process counts.
func metricsHandler(p *parts) http.Handler {
	mux := http.NewServeMux()
	own := prometheus.NewRegistry()
	own.MustRegister(standing{p.store, p.log})
	mux.Handle("/metrics", promhttp.HandlerFor(prometheus.Gatherers{registry, own}, promhttp.HandlerOpts{}))
	return mux
}

// Version is the build's version, from the module or the source control.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return info.Main.Version
}
