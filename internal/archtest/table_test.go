package archtest

// A row says which of our packages the packages that match pkg may import. The
// first row that matches decides. Paths are relative to the module; "x/..." is
// x and everything below it. A package may always import what lies below the
// pattern that it matched, since that is one tree with one purpose.
type row struct {
	pkg string
	may []string
	why string
}

// importTable is the shape of the house. Whatever it does not name fails, so
// that a new package is a decision and not an accident.
var importTable = []row{
	{
		"carenet/...", nil,
		"the care network decides without I/O: everything else depends on it, it depends on nothing",
	},
	{
		"alerts/...",
		[]string{"carenet/..."},
		"alerts and notify never know each other: they meet in carenet.Event",
	},
	{
		"notify",
		[]string{"carenet/..."},
		"planning and the delivery's state machine are pure; channels know notify, never the reverse",
	},
	{
		"notify/twiliosim/...", nil,
		"the simulator checks us from outside: sharing code with what it checks would let one bug cancel another",
	},
	{
		"notify/*/...",
		[]string{"notify", "carenet/...", "internal/batch"},
		"a channel carries what notify decided; channels do not know each other",
	},
	{
		"internal/auth/...",
		[]string{"carenet/..."},
		"sessions, links and codes are decisions; their storage is an interface",
	},
	{
		"internal/crypto/...",
		[]string{"carenet/..."},
		"encryption knows organisations and ids, never who stores the result",
	},
	{
		"internal/batch", nil,
		"it commits whatever it is given, and knows nothing of it",
	},
	{
		"internal/intake/...",
		[]string{"carenet/...", "internal/batch"},
		"the batcher accepts texts whether the database is there or not: it sees it as an interface",
	},
	{
		"internal/backup/...", nil,
		"the file of a backup is written and read without knowing what the database holds",
	},
	{
		"internal/limit/...",
		[]string{"carenet/..."},
		"rates are asked by others and ask nobody",
	},
	{
		"migrations", nil,
		"the schema stands alone, so that it can be applied without the service",
	},
	{
		"internal/postgres/...",
		[]string{"carenet/...", "alerts/...", "notify", "internal/auth", "internal/crypto", "migrations"},
		"storage loads and writes what the pure packages decide; it knows neither pages nor queues",
	},
	{
		"internal/web/...",
		[]string{
			"carenet/...", "alerts/...", "notify", "internal/auth", "internal/intake", "internal/limit",
			"notify/live", "notify/twilio", "notify/text",
		},
		"pages ask through their own interfaces: a page that knew SQL or the queue would skip the access policy",
	},
	{
		"internal/app/...",
		[]string{
			"carenet/...", "alerts/...", "notify", "notify/queue/...", "notify/twilio/...", "notify/email/...",
			"notify/live/...", "notify/text/...", "notify/deliver/...", "internal/auth/...", "internal/crypto/...", "internal/intake/...", "internal/backup/...",
			"internal/limit/...", "internal/postgres", "internal/web/...", "migrations",
		},
		"the one place that wires everything, without the parts that only demos and tests need",
	},
	{
		"cmd/howareyou",
		[]string{"internal/app/..."},
		"main parses, builds the app, runs it and returns an exit code",
	},
	{
		"cmd/howareyou-demo",
		[]string{
			"internal/app/...", "internal/devenv/...", "notify/twiliosim/...", "carenet/...", "alerts/...",
			"notify/...", "internal/postgres", "internal/auth", "internal/crypto", "internal/web/...", "migrations",
		},
		"the demo is the service beside private servers, a simulated provider and seeded people",
	},
	{
		"cmd/howareyou-bench",
		[]string{
			"internal/app", "internal/crypto", "internal/devenv", "internal/rig", "notify/twiliosim", "carenet/...", "alerts/...", "internal/postgres/...",
		},
		"measures the built service from outside, beside private servers and a simulated provider",
	},
	{
		"cmd/howareyou-chaos",
		[]string{"internal/devenv", "internal/rig", "internal/postgres", "notify/twiliosim", "carenet"},
		"breaks the built service from outside and counts at the simulated provider",
	},
	{
		"deploy", nil,
		"reads the deployment files for tests",
	},
}

// helpers exist for tests and for the demo. They may import what they need; no
// row above lists those that must not ship.
var helpers = []string{
	"internal/archtest",
	"internal/devenv/...",
	"internal/e2e/...",
	"internal/postgres/pgtest/...",
	"internal/rig/...",
	"internal/web/webtest/...",
}

// A driver is a library that talks to something outside, or shapes everything
// that touches it. Its types stay inside its homes, so that replacing it or
// mending one of its traps is one tree's work.
type driver struct {
	library string
	homes   []string
	why     string
}

var drivers = []driver{
	{
		"github.com/jackc/pgx/v5",
		[]string{"internal/postgres/...", "migrations"},
		"SQL, transactions and row level security are decided in one tree",
	},
	{
		"github.com/pressly/goose/v3",
		[]string{"internal/postgres/...", "migrations"},
		"the schema has one way forward",
	},
	{
		"database/sql",
		[]string{"internal/postgres/...", "migrations"},
		"SQL, transactions and row level security are decided in one tree",
	},
	{
		"github.com/gofiber/fiber/v2",
		[]string{"internal/web/..."},
		"its strings are reused memory and its version 2 is frozen: neither may leave the web tree",
	},
	{
		"github.com/valyala/fasthttp",
		[]string{"internal/web/..."},
		"its strings are reused memory: they may not leave the web tree",
	},
	{
		"github.com/a-h/templ",
		[]string{"internal/web/..."},
		"pages are made in one tree",
	},
	{
		"github.com/hibiken/asynq",
		[]string{"notify/queue/..."},
		"the queue is a bell, not a record: whoever could enqueue would soon rely on it",
	},
	{
		"github.com/twilio/twilio-go",
		[]string{"notify/twilio/..."},
		"sending without an idempotency key is safe only behind the claim of a delivery",
	},
	{
		"github.com/redis/go-redis/v9",
		[]string{"notify/live/...", "notify/queue/...", "internal/limit/..."},
		"Redis may vanish at any moment: only what survives that may use it",
	},
	{
		"github.com/go-redis/redis_rate/v10",
		[]string{"internal/limit/..."},
		"rates have a local share for when Redis is away",
	},
	{
		"github.com/tink-crypto/tink-go/v2",
		[]string{"internal/crypto/..."},
		"keys and associated data are bound in one place",
	},
	{
		"filippo.io/age",
		[]string{"internal/backup/..."},
		"what leaves the server for keeping is encrypted in one place",
	},
	{
		"github.com/wneessen/go-mail",
		[]string{"notify/email/..."},
		"mail is sent by one channel",
	},
	{
		"github.com/chromedp",
		nil,
		"browsers belong to tests",
	},
	{
		"pgregory.net/rapid",
		nil,
		"generators belong to tests",
	},
}

// A pureRow keeps I/O out of the packages that decide: a decision that can be
// replayed is a function of what it was given.
type pureRow struct {
	pkg       string
	libraries []string
}

var pure = []pureRow{
	{"carenet/...", []string{
		"github.com/google/uuid", "github.com/nyaruka/phonenumbers",
		"github.com/teambition/rrule-go", "golang.org/x/text",
	}},
	{"alerts/...", []string{"github.com/google/uuid", "gonum.org/v1/gonum", "cel.dev/cel-go", "golang.org/x/text", "gopkg.in/yaml.v3"}},
	{"notify", []string{"github.com/google/uuid", "golang.org/x/text"}},
}

// impureStd are the parts of the standard library that reach outside.
var impureStd = []string{
	"database/sql", "log", "log/slog", "math/rand", "math/rand/v2", "net", "net/http", "net/smtp",
	"os", "os/exec", "os/signal", "syscall",
}

// A ban names packages that a binary must not contain, however indirectly.
type ban struct {
	binary string
	never  []string
	why    string
}

var linkBans = []ban{{
	"cmd/howareyou",
	[]string{"internal/devenv/...", "notify/twiliosim/...", "internal/e2e/...", "internal/postgres/pgtest/...", "internal/postgres/pgyard/...", "internal/web/webtest/..."},
	"what patients depend on must not be able to start servers or to pretend that a message was sent",
}}
