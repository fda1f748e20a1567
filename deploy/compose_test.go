package deploy_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howareyou/deploy"
)

// answers is what an operator sets before starting.
var answers = map[string]string{
	"PUBLIC_URL":         "https://care.example",
	"TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
	"TWILIO_FROM":        "+447700900999",
}

// known are the names that the binary reads; each may end in _FILE.
var known = []string{
	"DATABASE_URL", "REDIS_URL", "LISTEN", "METRICS_LISTEN", "PUBLIC_URL", "TRUSTED_PROXIES", "DEFAULT_REGION",
	"HOWAREYOU_KEYSET", "HOWAREYOU_SPOOL_DIR", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM",
	"TWILIO_MESSAGING_SERVICE_SID", "TWILIO_API_URL", "SMTP_URL", "LOG_LEVEL", "LOG_FORMAT",
}

func load(t *testing.T) *deploy.Compose {
	t.Helper()
	c, err := deploy.Load("../docker-compose.yml", func(name string) (string, bool) {
		v, ok := answers[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestComposeRunsOneImageThreeWays(t *testing.T) {
	c := load(t)
	img, err := deploy.LoadImage("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"migrate": "/howareyou migrate", "web": "/howareyou serve", "worker": "/howareyou worker"}
	if got := slices.Sorted(maps.Keys(c.Services)); !slices.Equal(got, []string{"migrate", "postgres", "redis", "web", "worker"}) {
		t.Fatalf("services: %v", got)
	}
	for name, line := range want {
		s := c.Services[name]
		if s.Image != c.Services["web"].Image || s.Build != "." {
			t.Errorf("%s runs image %q built from %q, not the one of web", name, s.Image, s.Build)
		}
		if got := strings.Join(img.CommandLine(s), " "); got != line {
			t.Errorf("%s runs %q, want %q", name, got, line)
		}
	}
}

func TestOurContainersHoldNothingTheyDoNotNeed(t *testing.T) {
	c := load(t)
	for _, name := range []string{"migrate", "web", "worker"} {
		s := c.Services[name]
		if !s.ReadOnly {
			t.Errorf("%s may write its root", name)
		}
		if uid, _, _ := strings.Cut(s.User, ":"); uid == "" || uid == "0" || uid == "root" {
			t.Errorf("%s runs as %q", name, s.User)
		}
		if !slices.Contains(s.Tmpfs, "/tmp") {
			t.Errorf("%s has no /tmp", name)
		}
		if !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s keeps privileges: drops %v, %v", name, s.CapDrop, s.SecurityOpt)
		}
		for _, v := range s.Volumes {
			if !strings.HasPrefix(v, "spool:") {
				t.Errorf("%s mounts %s", name, v)
			}
		}
	}
	for _, name := range []string{"postgres", "redis"} {
		s := c.Services[name]
		if len(s.Ports) > 0 {
			t.Errorf("%s is open to the machine's network: %v", name, s.Ports)
		}
		for _, n := range s.Networks {
			if !c.Networks[n].Internal {
				t.Errorf("%s can reach out through network %s", name, n)
			}
		}
	}
	for _, p := range c.Services["web"].Ports {
		if !strings.HasPrefix(p, "127.0.0.1:") {
			t.Errorf("web listens on %s without TLS in front", p)
		}
	}
}

func TestComposeStartsInOrder(t *testing.T) {
	c := load(t)
	for _, name := range []string{"web", "worker"} {
		waits := c.Services[name].DependsOn
		for dep, want := range map[string]string{
			"postgres": "service_healthy",
			"migrate":  "service_completed_successfully",
			"redis":    "service_started", // its health must not hold back what works without it
		} {
			if got := waits[dep].Condition; got != want {
				t.Errorf("%s waits for %s by %q, want %q", name, dep, got, want)
			}
		}
	}
	if got := c.Services["migrate"].DependsOn["postgres"].Condition; got != "service_healthy" {
		t.Errorf("migrate waits for postgres by %q", got)
	}
	if got := c.Services["migrate"].Restart; got != "no" {
		t.Errorf("a finished migration is restarted: %q", got)
	}
	for name, program := range map[string]string{"postgres": "pg_isready", "redis": "redis-cli", "web": "/howareyou healthcheck"} {
		test := c.Services[name].Health.Test
		if len(test) < 2 || test[0] != "CMD" || !strings.HasPrefix(strings.Join(test[1:], " "), program) {
			t.Errorf("%s is healthy by %q, want %s in the exec form", name, test, program)
		}
	}
}

func TestRedisKeepsWhatItTook(t *testing.T) {
	line := strings.Join(load(t).Services["redis"].Command, " ")
	for _, flag := range []string{"--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction"} {
		if !strings.Contains(line, flag) {
			t.Errorf("redis runs %q without %s", line, flag)
		}
	}
}

func TestEnvironmentIsWhatTheBinaryReads(t *testing.T) {
	c := load(t)
	for _, name := range []string{"migrate", "web", "worker"} {
		s := c.Services[name]
		for key, value := range s.Environment {
			if !slices.Contains(known, strings.TrimSuffix(key, "_FILE")) {
				t.Errorf("%s sets %s, which nothing reads", name, key)
			}
			secret, isSecret := strings.CutPrefix(value, "/run/secrets/")
			if strings.HasSuffix(key, "_FILE") != isSecret {
				t.Errorf("%s sets %s to %q", name, key, value)
			}
			if isSecret && (!slices.Contains(s.Secrets, secret) || c.Secrets[secret].File == "") {
				t.Errorf("%s reads the secret %s, which it is not given", name, secret)
			}
			if value == "" {
				t.Errorf("%s sets %s to nothing", name, key)
			}
		}
		for _, inClear := range []string{"DATABASE_URL", "HOWAREYOU_KEYSET", "TWILIO_AUTH_TOKEN"} {
			if _, ok := s.Environment[inClear]; ok {
				t.Errorf("%s has %s in its environment, where docker inspect shows it", name, inClear)
			}
		}
		if name == "migrate" {
			continue
		}
		for _, needed := range []string{
			"DATABASE_URL_FILE", "REDIS_URL", "PUBLIC_URL", "HOWAREYOU_KEYSET_FILE", "HOWAREYOU_SPOOL_DIR",
			"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN_FILE", "TWILIO_FROM",
		} {
			if _, ok := s.Environment[needed]; !ok {
				t.Errorf("%s lacks %s", name, needed)
			}
		}
		if dir := s.Environment["HOWAREYOU_SPOOL_DIR"]; !slices.Contains(s.Volumes, "spool:"+dir) {
			t.Errorf("%s spools into %s, which no volume keeps: %v", name, dir, s.Volumes)
		}
	}
	if app, owner := c.Services["web"], c.Services["migrate"]; app.Environment["DATABASE_URL_FILE"] == owner.Environment["DATABASE_URL_FILE"] {
		t.Error("web logs in as the owner of the schema")
	}
}

func TestImageIsStaticAndHasNoRoot(t *testing.T) {
	img, err := deploy.LoadImage("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if img.From != "scratch" {
		t.Errorf("the image starts from %s", img.From)
	}
	if uid, _, _ := strings.Cut(img.User, ":"); uid == "" || uid == "0" || uid == "root" {
		t.Errorf("the image runs as %q", img.User)
	}
	static := slices.ContainsFunc(img.Build, func(run string) bool {
		return strings.Contains(run, "CGO_ENABLED=0 go build") && strings.Contains(run, "timetzdata") && strings.HasPrefix(run, "CGO_ENABLED=0")
	})
	if !static {
		t.Errorf("no static build with time zones among %q", img.Build)
	}
}

func TestLoadNamesWhatIsMissing(t *testing.T) {
	_, err := deploy.Load("../docker-compose.yml", func(string) (string, bool) { return "", false })
	if err == nil {
		t.Fatal("started without a public address")
	}
	for name := range answers {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
}

func TestLoadReadsVariablesAsTheEngineDoes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.yml")
	src := `services: {a: {image: "${SET}:${UNSET:-dflt}${EMPTY:-e}$$x${UNSET}", environment: {N: "1", F: /run/secrets/f}}}`
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := deploy.Load(path, func(name string) (string, bool) {
		v, ok := map[string]string{"SET": "s", "EMPTY": ""}[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Services["a"].Image; got != "s:dflte$x" {
		t.Errorf("image %q", got)
	}
	got := c.Services["a"].Environ("/elsewhere")
	slices.Sort(got)
	if !slices.Equal(got, []string{"F=/elsewhere/f", "N=1"}) {
		t.Errorf("environment %q", got)
	}
}
