package app

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const secret = "s3cret-Pa55"

// complete is an environment that lacks nothing.
func complete(changes ...string) []string {
	return append([]string{
		"PATH=/usr/bin", "DATABASE_URL=postgres://app:" + secret + "@db/howareyou", "REDIS_URL=redis://:" + secret + "@redis:6379/0",
		"PUBLIC_URL=https://care.example", "HOWAREYOU_KEYSET=" + secret, "TWILIO_ACCOUNT_SID=AC1", "TWILIO_AUTH_TOKEN=" + secret,
	}, changes...) // a later value of a name counts
}

func load(t *testing.T, environ []string) (Config, []string, error) {
	t.Helper()
	c, warnings, err := LoadConfig(environ)
	if err == nil {
		err = c.Check(NeedServe)
	}
	return c, warnings, err
}

func TestACompleteConfiguration(t *testing.T) {
	c, warnings, err := load(t, complete("TWILIO_AUTH_TOKEN= one, two ,", "TRUSTED_PROXIES=10.0.0.0/8, ::1,", "PUBLIC_URL=https://care.example/",
		"HOWAREYOU_GRACE=45s", "LOG_LEVEL=warn", "LOG_FORMAT=json", "METRICS_LISTEN="))
	if err != nil || len(warnings) != 0 {
		t.Fatal(err, warnings)
	}
	if !slices.Equal(c.AuthTokens, []string{"one", "two"}) || len(c.prefixes()) != 2 || c.PublicURL != "https://care.example" ||
		c.Grace != 45*time.Second || c.LogLevel != slog.LevelWarn || c.Listen != ":8080" || c.DefaultRegion != "GB" {
		t.Errorf("read as %+v", c)
	}
}

func TestWhatIsMissingOrMalformedIsALineEach(t *testing.T) {
	for _, c := range []struct {
		set  string // "NAME=" is a missing one
		line string // how its line begins
	}{
		{"DATABASE_URL=", "DATABASE_URL is missing"},
		{"REDIS_URL=", "REDIS_URL is missing"},
		{"PUBLIC_URL=", "PUBLIC_URL is missing"},
		{"HOWAREYOU_KEYSET=", "HOWAREYOU_KEYSET is missing"},
		{"TWILIO_ACCOUNT_SID=", "TWILIO_ACCOUNT_SID is missing"},
		{"TWILIO_AUTH_TOKEN=", "TWILIO_AUTH_TOKEN is missing"},
		{"TWILIO_AUTH_TOKEN= , ", "TWILIO_AUTH_TOKEN is missing"},
		{"DATABASE_URL=mysql://app:" + secret + "@db/howareyou", "DATABASE_URL is malformed"},
		{"REDIS_URL=redis:6379", "REDIS_URL is malformed"},
		{"REDIS_URL=redis://:" + secret + "@redis:port", "REDIS_URL is malformed"},
		{"PUBLIC_URL=care.example", "PUBLIC_URL is malformed"},
		{"PUBLIC_URL=https://", "PUBLIC_URL is malformed"},
		{"PUBLIC_URL=https://care.example/app", "PUBLIC_URL is malformed"},
		{"PUBLIC_URL=https://care.example?x=1", "PUBLIC_URL is malformed"},
		{"PUBLIC_URL=https://me:" + secret + "@care.example", "PUBLIC_URL is malformed"},
		{"PUBLIC_URL=ftp://care.example", "PUBLIC_URL is malformed"},
		{"TWILIO_API_URL=localhost:8081", "TWILIO_API_URL is malformed"},
		{"SMTP_URL=smtp://care:" + secret + "@mail.example", "SMTP_URL is malformed"},
		{"SMTP_URL=mail.example", "SMTP_URL is malformed"},
		{"LISTEN=8080", "LISTEN is malformed"},
		{"METRICS_LISTEN=localhost", "METRICS_LISTEN is malformed"},
		{"HOWAREYOU_GRACE=soon-" + secret, "HOWAREYOU_GRACE is malformed"},
		{"HOWAREYOU_GRACE=-3s", "HOWAREYOU_GRACE is malformed"},
		{"LOG_LEVEL=" + secret, "LOG_LEVEL is malformed"},
		{"LOG_FORMAT=xml", "LOG_FORMAT is malformed"},
		{"TRUSTED_PROXIES=10.0.0.0/8," + secret, "TRUSTED_PROXIES is malformed"},
		{"TWILIO_AUTH_TOKEN_FILE=/nowhere", "TWILIO_AUTH_TOKEN and TWILIO_AUTH_TOKEN_FILE are both set"},
	} {
		_, _, err := load(t, complete(c.set))
		var ce *ConfigError
		if !errors.As(err, &ce) || len(ce.Lines) != 1 || !strings.HasPrefix(ce.Lines[0], c.line) {
			t.Errorf("%s: got %v, want %q", c.set, err, c.line)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("INV-13: %s: %v", c.set, err)
		}
	}
	_, _, err := load(t, nil)
	var ce *ConfigError
	if !errors.As(err, &ce) || len(ce.Lines) != 6 {
		t.Errorf("nothing set: %v", err)
	}
}

func TestOnlyWhatIsNeededIsAskedFor(t *testing.T) {
	c, _, err := LoadConfig([]string{"DATABASE_URL=host=/run/postgresql dbname=howareyou"})
	if err != nil || c.Check(NeedDatabase) != nil || c.Check(NeedDatabase|NeedKeys) == nil {
		t.Errorf("%v, %v, %v", err, c.Check(NeedDatabase), c.Check(NeedDatabase|NeedKeys))
	}
}

func TestSecretsFromFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "token")
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range names() {
		if name == "HOWAREYOU_GRACE" || name == "LOG_LEVEL" {
			continue // no text
		}
		vars := slices.DeleteFunc(complete(), func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
		if _, warnings, err := LoadConfig(append(vars, name+"_FILE="+path)); err != nil || len(warnings) != 0 {
			t.Errorf("%s_FILE: %v, %v", name, err, warnings)
		}
	}
	c, _, err := load(t, complete("TWILIO_AUTH_TOKEN=", "TWILIO_AUTH_TOKEN_FILE="+path))
	if err != nil || !slices.Equal(c.AuthTokens, []string{secret}) {
		t.Errorf("got %q, %v", c.AuthTokens, err)
	}
	c, _, err = load(t, complete("TWILIO_AUTH_TOKEN_FILE="))
	if err != nil || !slices.Equal(c.AuthTokens, []string{secret}) {
		t.Errorf("an empty path: got %q, %v", c.AuthTokens, err)
	}
	_, _, err = load(t, complete("HOWAREYOU_KEYSET=", "HOWAREYOU_KEYSET_FILE="+filepath.Join(dir, "none")))
	if err == nil || !strings.Contains(err.Error(), "HOWAREYOU_KEYSET_FILE") {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(path, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err = load(t, complete("HOWAREYOU_KEYSET=", "HOWAREYOU_KEYSET_FILE="+path))
	if err == nil || !strings.Contains(err.Error(), "HOWAREYOU_KEYSET is missing") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestUnknownNamesAreWarnedOfWithTheNearest(t *testing.T) {
	_, warnings, err := load(t, complete("HOWAREYOU_KEYSTE="+secret, "HOWAREYOU_SPOOLDIR_FILE=x", "HOWAREYOU_EMPTY=",
		"HOWAREYOU_TEST_DATABASE=x", "HOWAREYOU_SPOOL_DIR_FILE=", "SOMETHING_ELSE=x"))
	want := []string{
		"HOWAREYOU_KEYSTE is not known; did you mean HOWAREYOU_KEYSET?",
		"HOWAREYOU_SPOOLDIR_FILE is not known; did you mean HOWAREYOU_SPOOL_DIR?",
	}
	if err != nil || !slices.Equal(warnings, want) {
		t.Errorf("got %q, %v; want %q", warnings, err, want)
	}
}
