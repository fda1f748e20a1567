package archtest

import (
	"strings"
	"testing"
)

// The laws themselves, on small made-up houses: each must see the one thing
// that is wrong and say its name, and be silent about its lawful twin.
func TestLawsSeeWhatIsBroken(t *testing.T) {
	imports := func(pkgs []pkg) []string { return checkImports(pkgs, importTable, helpers) }
	libraries := func(pkgs []pkg) []string { return checkDrivers(pkgs, drivers, helpers) }
	purity := func(pkgs []pkg) []string { return checkPure(pkgs, pure, impureStd) }
	links := func(pkgs []pkg) []string { return checkLinks(pkgs, linkBans) }
	one := func(path string, imports ...string) []pkg {
		return []pkg{{path: path, imports: imports, doc: "It is."}}
	}

	for _, c := range []struct {
		name string
		law  func([]pkg) []string
		pkgs []pkg
		want []string // words of the one complaint; none: lawful
	}{
		{"alerts may know carenet", imports, one("alerts", "howareyou/carenet", "time"), nil},
		{"alerts may not know notify", imports, one("alerts", "howareyou/notify"), []string{"alerts imports notify", "carenet.Event"}},
		{"a tree may know itself", imports, one("internal/web/clinic", "howareyou/internal/web/ui"), nil},
		{"channels are trees of their own", imports, one("notify/queue", "howareyou/notify/live"), []string{"notify/queue imports notify/live"}},
		{"a channel may know below itself", imports, one("notify/live", "howareyou/notify/live/wire"), nil},
		{"notify may not know its channels", imports, one("notify", "howareyou/notify/twilio"), []string{"notify imports notify/twilio"}},
		{"the simulator knows nobody", imports, one("notify/twiliosim", "howareyou/notify"), []string{"notify/twiliosim imports notify"}},
		{"web may not know postgres", imports, one("internal/web/api", "howareyou/internal/postgres"), []string{"access policy"}},
		{"web may not know the queue", imports, one("internal/web", "howareyou/notify/queue"), []string{"internal/web imports notify/queue"}},
		{"the app may not know the simulator", imports, one("internal/app", "howareyou/notify/twiliosim"), []string{"internal/app imports notify/twiliosim"}},
		{"nor the test databases", imports, one("internal/app", "howareyou/internal/postgres/pgtest"), []string{"internal/app imports internal/postgres/pgtest"}},
		{"helpers may know all", imports, one("internal/e2e", "howareyou/internal/app", "howareyou/notify/twiliosim"), nil},
		{"an unknown package is a decision to take", imports, one("internal/billing"), []string{"internal/billing is not in the import table", "add a row"}},
		{"a name that only begins alike is unknown", imports, one("internal/webhooks"), []string{"internal/webhooks is not"}},

		{"pgx at home", libraries, one("internal/postgres/read", "github.com/jackc/pgx/v5/pgxpool"), nil},
		{"pgx elsewhere", libraries, one("internal/app", "github.com/jackc/pgx/v5/pgxpool"), []string{"internal/app imports github.com/jackc/pgx", "only internal/postgres/..."}},
		{"asynq elsewhere", libraries, one("notify/live", "github.com/hibiken/asynq"), []string{"notify/live imports github.com/hibiken/asynq"}},
		{"a browser in the product", libraries, one("internal/app", "github.com/chromedp/cdproto/page"), []string{"belong to tests"}},
		{"a browser in a helper", libraries, one("internal/e2e", "github.com/chromedp/chromedp"), nil},

		{"a pure package with numbers", purity, one("alerts", "math", "gonum.org/v1/gonum/stat"), nil},
		{"a pure package with a network", purity, one("carenet/reply", "net/http"), []string{"carenet/reply imports net/http"}},
		{"a pure package with a strange library", purity, one("notify", "github.com/spf13/cobra"), []string{"notify imports github.com/spf13/cobra"}},
		{"channels are not pure", purity, one("notify/email", "net/smtp"), nil},

		{"the simulator behind two doors", links, []pkg{
			{path: "cmd/howareyou", imports: []string{"howareyou/internal/app"}},
			{path: "internal/app", imports: []string{"howareyou/notify/twilio"}},
			{path: "notify/twilio", imports: []string{"howareyou/notify/twiliosim"}},
			{path: "notify/twiliosim"},
		}, []string{"cmd/howareyou -> internal/app -> notify/twilio -> notify/twiliosim"}},
		{"the demo may link it", links, one("cmd/howareyou-demo", "howareyou/notify/twiliosim"), nil},

		{"a package without a word", checkDocs, []pkg{{path: "carenet"}}, []string{"carenet has no package comment"}},
		{"a package that speaks", checkDocs, one("carenet"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.law(c.pkgs)
			if len(c.want) == 0 {
				if len(got) > 0 {
					t.Fatalf("lawful, but: %q", got)
				}
				return
			}
			if len(got) != 1 {
				t.Fatalf("want one complaint, got %q", got)
			}
			for _, words := range c.want {
				if !strings.Contains(got[0], words) {
					t.Errorf("complaint %q does not say %q", got[0], words)
				}
			}
		})
	}
}
