package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"

	"howareyou/internal/devenv"
)

// EnvServer names the server to use: a URL that logs in as a superuser. The
// test runner sets it, so that all test processes share one server.
const EnvServer = "HOWAREYOU_TEST_POSTGRES"

// Login is the account that the service would use: no owner, no superuser, and
// like the service's own a member of the role howareyou_app.
const (
	Login         = "howareyou_login"
	loginPassword = "howareyou" // asked for by servers that we did not start
)

// server is the superuser's URL of the server of this process.
var server = sync.OnceValues(func() (*url.URL, error) {
	if text := os.Getenv(EnvServer); text != "" {
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: not a URL", EnvServer) // may hold a password
		}
		return u, nil
	}
	ctx := context.Background()
	tools, err := devenv.Find(ctx, devenv.PostgreSQL)
	if err != nil {
		return nil, err
	}
	private, err := devenv.StartPostgres(ctx, devenv.PostgresOptions{Bin: tools.PostgresBin})
	if err != nil {
		return nil, err
	}
	return url.Parse(private.URL("postgres", devenv.Superuser))
})

// databaseURL is the address of one database for one user; the superuser's own
// login when user is nil.
func databaseURL(server *url.URL, name string, user *url.Userinfo) string {
	u := *server
	u.Path = "/" + name
	if user != nil {
		u.User = user
	}
	return u.String()
}
