package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Running the script again, after an operator wrote the rest, must change
// nothing: a new password would lock the service out of its database.
func TestSecretsAreMadeOnce(t *testing.T) {
	dir := t.TempDir()
	script, err := os.ReadFile("secrets.sh")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secrets.sh"), script, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() string {
		out, err := exec.CommandContext(t.Context(), "sh", filepath.Join(dir, "secrets.sh")).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, "secrets", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}

	out := run()
	for _, yours := range []string{"keyset", "twilio_auth_token"} {
		if !strings.Contains(out, "deploy/secrets/"+yours) {
			t.Errorf("%q does not ask for %s", out, yours)
		}
	}
	app, owner := read("database_url"), read("migrate_database_url")
	if !strings.HasPrefix(app, "postgres://howareyou:") || !strings.HasPrefix(owner, "postgres://howareyou_owner:") {
		t.Errorf("logins: %q, %q", app, owner)
	}
	if info, err := os.Stat(filepath.Join(dir, "secrets")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is open: %v %v", info.Mode(), err)
	}
	run()
	if read("database_url") != app || read("migrate_database_url") != owner {
		t.Error("a second run changed a password")
	}
	for name := range load(t).Secrets {
		if _, err := os.Stat(filepath.Join(dir, "secrets", name)); err != nil && !strings.Contains(out, name) {
			t.Errorf("the compose file wants %s, of which the script knows nothing", name)
		}
	}
}
