package devenv

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// step is one command of an installation.
type step struct {
	says    string // what it is for, in words; empty for housekeeping
	argv    []string
	mayFail bool // its failure is told and the rest goes on
}

// Ensure finds the packages and installs those that are missing, by apt-get as
// root or through a sudo that asks for no password, or by brew. It says on log
// what it does and never asks anything. What it cannot install is named by a
// *MissingError.
func Ensure(ctx context.Context, log io.Writer, wants ...Package) (Tools, error) {
	return ensure(ctx, thisHost(), log, wants)
}

func ensure(ctx context.Context, h host, log io.Writer, wants []Package) (Tools, error) {
	tools, missing, err := find(ctx, h, wants)
	if err != nil || len(missing) == 0 {
		return tools, err
	}
	steps, obstacle := plan(ctx, h, missing)
	if obstacle != "" {
		return Tools{}, &MissingError{Packages: missing, Cause: obstacle, Remedy: remedy(h, missing)}
	}
	failure := carryOut(ctx, h, log, steps)
	tools, missing, err = find(ctx, h, wants)
	if err != nil || len(missing) == 0 {
		return tools, err
	}
	if failure == "" {
		failure = "the installed package does not serve"
	}
	return Tools{}, &MissingError{Packages: missing, Cause: failure, Remedy: remedy(h, missing)}
}

// carryOut runs the steps. It returns why it gave up, "" when it did not.
func carryOut(ctx context.Context, h host, log io.Writer, steps []step) string {
	failure := ""
	for _, s := range steps {
		if failure != "" && !s.mayFail {
			continue // housekeeping still runs after a failed installation
		}
		if s.says != "" {
			fmt.Fprintf(log, "%s: %s\n", s.says, strings.Join(s.argv, " "))
		}
		out, err := h.run(ctx, s.argv...)
		if err == nil {
			continue
		}
		why := fmt.Sprintf("%s: %v: %s", strings.Join(s.argv, " "), err, lastLine(out))
		fmt.Fprintf(log, "failed: %s\n", oneLine(why))
		if !s.mayFail {
			failure = why
		}
	}
	return failure
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// plan decides the commands that install the packages on this machine. The
// obstacle says why there are none.
func plan(ctx context.Context, h host, missing []Package) (steps []step, obstacle string) {
	m, ok := managerOf(h)
	switch {
	case !ok:
		return nil, "no package manager known here"
	case m.command == "brew" && h.root:
		return nil, "brew does not run as root"
	case m.command == "brew":
		return brewSteps(m, missing), ""
	case m.command == "apt-get" && h.root:
		return aptSteps(m, missing, nil), ""
	case m.command == "apt-get":
		if _, err := h.run(ctx, "sudo", "-n", "true"); err != nil {
			return nil, "not root, and no sudo without a password"
		}
		return aptSteps(m, missing, []string{"sudo", "-n"}), ""
	}
	return nil, "installing through " + m.command + " is left to you"
}

// The Debian packages bring services along. We start private servers only, so
// PostgreSQL's package is told to create no cluster while it is installed, and
// the service of Redis, which has no such switch, is stopped and disabled.
const (
	clusterFolder  = "/etc/postgresql-common/createcluster.d"
	noClusterFile  = clusterFolder + "/howareyou-private-servers.conf"
	writeNoCluster = "mkdir -p " + clusterFolder + " && echo 'create_main_cluster = false' > " + noClusterFile
	endRedis       = "if [ -d /run/systemd/system ]; then systemctl disable --now redis-server; " +
		"else service redis-server stop; update-rc.d redis-server disable; fi"
)

func aptSteps(m manager, missing []Package, prefix []string) []step {
	as := func(argv ...string) []string { return slices.Concat(prefix, argv) }
	apt := func(argv ...string) []string {
		// env, since sudo drops the environment; the lock is waited for, since
		// another apt may be running.
		return as(append([]string{
			"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y",
			"-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold",
		}, argv...)...)
	}
	steps := []step{{says: "reading the package lists", argv: apt("update"), mayFail: true}}
	if slices.Contains(missing, PostgreSQL) {
		steps = append(steps, step{argv: as("sh", "-c", writeNoCluster)})
	}
	steps = append(steps, step{
		says: "installing " + joinPackages(missing),
		argv: apt(append([]string{"install", "--no-install-recommends"}, m.packageNames(missing)...)...),
	})
	if slices.Contains(missing, PostgreSQL) {
		steps = append(steps, step{argv: as("rm", "-f", noClusterFile), mayFail: true})
	}
	if slices.Contains(missing, RedisServer) {
		steps = append(steps, step{
			says: "stopping the service that came with it", argv: as("sh", "-c", endRedis), mayFail: true,
		})
	}
	return steps
}

func brewSteps(m manager, missing []Package) []step {
	brew := []string{"env", "HOMEBREW_NO_AUTO_UPDATE=1", "NONINTERACTIVE=1", "brew", "install"}
	return []step{{
		says: "installing " + joinPackages(missing),
		argv: slices.Concat(brew, m.packageNames(missing)),
	}}
}

func managerOf(h host) (manager, bool) {
	for _, m := range managers {
		if path, err := h.look(m.command); err == nil && filepath.IsAbs(path) {
			return m, true
		}
	}
	return manager{}, false
}

// remedy tells a person what to type.
func remedy(h host, missing []Package) string {
	if m, ok := managerOf(h); ok {
		return "install with: " + m.install + " " + strings.Join(m.packageNames(missing), " ")
	}
	return "install with the package manager of this system"
}
