package devenv

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// host is the machine as the finder and the installer see it. Tests put a
// machine of their own in its place, so that what is decided for a Mac or for
// an ordinary user is tested everywhere.
type host struct {
	root   bool
	getenv func(name string) string
	look   func(command string) (path string, err error)
	// resolve follows links.
	resolve func(path string) string
	glob    func(pattern string) []string
	// run executes a command that asks nothing and returns what it printed.
	run func(ctx context.Context, argv ...string) ([]byte, error)
}

func thisHost() host {
	return host{
		root:   os.Geteuid() == 0,
		getenv: os.Getenv,
		look:   exec.LookPath,
		resolve: func(path string) string {
			if target, err := filepath.EvalSymlinks(path); err == nil {
				return target
			}
			return path
		},
		glob: func(pattern string) []string {
			found, err := filepath.Glob(pattern)
			if err != nil {
				panic(err) // only a malformed constant of ours
			}
			return found
		},
		run: func(ctx context.Context, argv ...string) ([]byte, error) {
			return exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
		},
	}
}
