// Package app wires the parts into a running service: reads the configuration,
// starts in order, stops in reverse.
package app

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is the environment of a process. Every name may also be given as
// NAME_FILE, the path of a file with the value.
type Config struct {
	DatabaseURL      string        `env:"DATABASE_URL"`
	RedisURL         string        `env:"REDIS_URL"`
	Listen           string        `env:"LISTEN" envDefault:":8080"`
	MetricsListen    string        `env:"METRICS_LISTEN"`
	PublicURL        string        `env:"PUBLIC_URL"`
	TrustedProxies   []string      `env:"TRUSTED_PROXIES"`
	DefaultRegion    string        `env:"DEFAULT_REGION" envDefault:"GB"`
	Keyset           string        `env:"HOWAREYOU_KEYSET"`
	SpoolDir         string        `env:"HOWAREYOU_SPOOL_DIR"`
	Grace            time.Duration `env:"HOWAREYOU_GRACE"`
	AccountSID       string        `env:"TWILIO_ACCOUNT_SID"`
	AuthTokens       []string      `env:"TWILIO_AUTH_TOKEN"`
	From             string        `env:"TWILIO_FROM"`
	MessagingService string        `env:"TWILIO_MESSAGING_SERVICE_SID"`
	APIURL           string        `env:"TWILIO_API_URL"`
	SMTPURL          string        `env:"SMTP_URL"`
	LogLevel         slog.Level    `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat        string        `env:"LOG_FORMAT" envDefault:"text"`
}

// names are the variables that Config knows, in the order of its fields.
func names() []string {
	params, err := env.GetFieldParams(&Config{})
	if err != nil {
		panic("app: the configuration's tags are broken: " + err.Error())
	}
	var out []string
	for _, p := range params {
		out = append(out, p.Key)
	}
	return out
}

// ConfigError lists what is wrong, a line each.
type ConfigError struct{ Lines []string }

func (e *ConfigError) Error() string { return strings.Join(e.Lines, "\n") }

// LoadConfig reads the environment (KEY=value). Warnings name variables that
// nobody knows.
func LoadConfig(environ []string) (Config, []string, error) {
	vars := map[string]string{}
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		vars[k] = v
	}
	known := names()
	var bad []string
	for _, name := range known {
		path, ok := vars[name+"_FILE"]
		if !ok || path == "" {
			continue
		}
		if vars[name] != "" {
			bad = append(bad, name+" and "+name+"_FILE are both set; keep one")
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			bad = append(bad, name+"_FILE: the file cannot be read: "+reason(err))
			continue
		}
		vars[name] = strings.TrimSpace(string(content))
	}
	// An empty value is a missing one: compose files pass those through.
	for k, v := range vars {
		if v == "" {
			delete(vars, k)
		}
	}
	var c Config
	if err := env.ParseWithOptions(&c, env.Options{Environment: vars}); err != nil {
		var all env.AggregateError
		if errors.As(err, &all) {
			for _, e := range all.Errors {
				bad = append(bad, plainEnvError(e))
			}
		} else {
			bad = append(bad, err.Error())
		}
	}
	if len(bad) > 0 {
		return c, nil, &ConfigError{bad}
	}
	c.AuthTokens, c.TrustedProxies = entries(c.AuthTokens), entries(c.TrustedProxies)
	c.PublicURL = strings.TrimRight(c.PublicURL, "/") // links are made by adding a path
	return c, unknown(vars, known), nil
}

// entries are the entries of a list as people write it, "a, b,".
func entries(list []string) []string {
	var out []string
	for _, e := range list {
		if e = strings.TrimSpace(e); e != "" {
			out = append(out, e)
		}
	}
	return out
}

// plainEnvError says which variable is malformed, never its value.
func plainEnvError(err error) string {
	var pe env.ParseError
	if !errors.As(err, &pe) {
		return err.Error()
	}
	if f, ok := reflect.TypeFor[Config]().FieldByName(pe.Name); ok {
		return f.Tag.Get("env") + " is malformed"
	}
	return pe.Name + " is malformed"
}

func reason(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return "unknown error"
}

// unknown warns of HOWAREYOU_* variables that nobody reads, with the nearest known.
func unknown(vars map[string]string, known []string) []string {
	var out []string
	for k := range vars {
		if !strings.HasPrefix(k, "HOWAREYOU_") || slices.Contains(known, strings.TrimSuffix(k, "_FILE")) ||
			strings.HasPrefix(k, "HOWAREYOU_TEST_") || k == "HOWAREYOU_PG_BIN" || k == "HOWAREYOU_CHROMIUM" {
			continue
		}
		nearest := slices.MinFunc(known, func(a, b string) int { return distance(k, a) - distance(k, b) })
		out = append(out, fmt.Sprintf("%s is not known; did you mean %s?", k, nearest))
	}
	slices.Sort(out)
	return out
}

// distance is the Levenshtein distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost = 1 + min(diagonal, row[j-1], row[j])
			}
			diagonal, row[j] = row[j], cost
		}
	}
	return row[len(b)]
}
