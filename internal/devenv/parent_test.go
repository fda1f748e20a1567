package devenv

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLaunchChain(t *testing.T) {
	// Every case names the processes above ours, the nearest first: ours is 100,
	// its parent 99 and so on; init has no place in the list.
	for _, tc := range []struct {
		name  string
		above []string
		links int
	}{
		{"typed into a shell", []string{"bash", "sshd"}, 0},
		{"make, no shell between", []string{"make", "bash", "sshd"}, 1},
		{"make with a shell", []string{"sh", "make", "bash", "sshd"}, 2},
		{"make with go run", []string{"go", "sh", "make", "zsh", "tmux"}, 3},
		{"make in make in a script", []string{"make", "sh", "make", "bash", "make", "bash"}, 5},
		{"another program", []string{"timeout", "make"}, 1},
		{"a test", []string{"pkg.test", "go", "make"}, 1},
		{"a script run by a service", []string{"sh", "cron"}, 0},
		{"nobody", nil, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			processes := func(pid int) (int, string, error) {
				depth := 100 - pid
				if depth < 0 || depth > len(tc.above) {
					return 0, "", errors.New("no such process")
				}
				parent, name := 1, "ours"
				if depth < len(tc.above) {
					parent = pid - 1
				}
				if depth > 0 {
					name = tc.above[depth-1]
				}
				return parent, name, nil
			}
			var want []link
			for i := range tc.links {
				want = append(want, link{child: 100 - i, parent: 99 - i})
			}
			got := launchChain(100, processes)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(link{}), cmp.Transformer("empty", func(l []link) []link {
				return append([]link{}, l...)
			})); diff != "" {
				t.Errorf("chain (-want +got):\n%s", diff)
			}
			if chainBroken(got, processes) {
				t.Error("an intact chain counts as broken")
			}
			orphaned := func(pid int) (int, string, error) {
				_, name, err := processes(pid)
				return 1, name, err
			}
			if tc.links > 0 && !chainBroken(got, orphaned) {
				t.Error("a broken chain goes unnoticed")
			}
		})
	}
}
