package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"howareyou/deploy"
)

// The deployment's own command lines, with its own environment and secrets, as
// processes: there is no container engine here. Only what names another
// container, or a port that others of this machine may want, is put in its place.
func TestTheDeploymentRunsAsItIsWritten(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.write(t, "keyset", run(t, nil, "admin", "keyset", "generate"))
	s.write(t, "twilio_auth_token", authToken)
	c := newClinic(t, wishes{database: s.database(t), keyset: s.read(t, "keyset")})
	provider := value(c.env, "TWILIO_API_URL")
	answers := map[string]string{
		"PUBLIC_URL": "http://" + c.web, "TWILIO_ACCOUNT_SID": accountSID, "TWILIO_FROM": service, "TWILIO_API_URL": provider,
	}
	compose, err := deploy.Load(filepath.Join(root, "docker-compose.yml"), func(name string) (string, bool) {
		v, ok := answers[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	image, err := deploy.LoadImage(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	environ := func(service string) []string {
		env := compose.Services[service].Environ(s.secrets)
		elsewhere := map[string]string{
			"REDIS_URL=redis://redis:6379/0":           "REDIS_URL=" + c.redis.URL(),
			"LISTEN=:8080":                             "LISTEN=" + c.web,
			"METRICS_LISTEN=:9090":                     "METRICS_LISTEN=" + freeAddress(t),
			"HOWAREYOU_SPOOL_DIR=/var/spool/howareyou": "HOWAREYOU_SPOOL_DIR=" + t.TempDir(),
		}
		for i, kv := range env {
			if here, ok := elsewhere[kv]; ok {
				env[i] = here
			}
			if strings.Contains(env[i], "=/run/") || strings.Contains(env[i], "//redis:") {
				t.Fatalf("%s has %s, which is nowhere here", service, env[i])
			}
		}
		return env
	}
	arguments := func(service string) []string {
		line := image.CommandLine(compose.Services[service])
		if line[0] != "/howareyou" {
			t.Fatalf("%s runs %q", service, line)
		}
		return line[1:]
	}

	run(t, environ("migrate"), arguments("migrate")...) // once more: each start does
	worker := start(t, c.dir, "worker", environ("worker"), arguments("worker")...)
	env := environ("web")
	healthcheck := compose.Services["web"].Health.Test
	if strings.Join(healthcheck[:2], " ") != "CMD /howareyou" {
		t.Fatalf("the web process is healthy by %q", healthcheck)
	}
	path, err := howareyou()
	if err != nil {
		t.Fatal(err)
	}
	healthy := func() bool {
		cmd := exec.CommandContext(t.Context(), path, healthcheck[2:]...)
		cmd.Env = env
		return cmd.Run() == nil
	}
	if healthy() {
		t.Error("healthy before it was started")
	}
	web := start(t, c.dir, "serve", env, arguments("web")...)
	c.until("the health check is content", healthy)

	mary, sam := c.Phone("Mary Okafor", "+447700900001"), c.Phone("Sam Okafor", "+447700900101")
	patient := run(t, env, "admin", "add-patient", "--name", mary.name, "--phone", mary.number, "--at", notNow())
	run(t, env, "admin", "add-follower", "--patient", patient, "--name", sam.name, "--phone", sam.number, "--scope", "score,words")
	mary.Texts("2 rough night")
	sam.Expects("2 of 5", "rough night")
	mary.Expects("noted 2 of 5")
	c.nobodyElse()
	web.terminate(patience)
	worker.terminate(patience)
	if healthy() {
		t.Error("healthy after it was stopped")
	}
}

// value finds a variable in an environment.
func value(env []string, name string) string {
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}
