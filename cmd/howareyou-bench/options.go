package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A group is a set of figures that share their servers.
type group struct {
	name string
	says string
	run  func(context.Context, *bench) ([]figure, error)
}

// groups are all that can be measured, in the order they run in.
var groups = []group{
	{"inbound", "texts taken in over HTTP, signed and committed, beside bare commits", inbound},
	{"delivery", "an alert behind 100,000 queued updates, and how fast those leave", delivery},
	{"latency", "from a patient's text to the follower's phone, one at a time", latency},
	{"ticks", "a year of slots across every change of the clocks, and many patients due in one hour", ticks},
	{"reader", "replies read on one core, and how many texts of alarm the crisis words find", reader},
	{"rules", "days of answers that the trend rules look at, and what one more answer costs, on one core", rules},
	{"backtest", "a year of ten thousand patients through howareyou backtest", backtest},
}

// options are what the command line says.
type options struct {
	groups     []group
	program    string // the service's own binary
	clients    []int  // how many wait at once, for groups that load
	rounds     int
	scale      int // patients due in one hour, for ticks
	year       int // patients asked for a year, for ticks
	cpuProfile string
}

// bench is what a group runs with.
type bench struct {
	options
	note func(format string, a ...any)
}

func parse(args []string, errOut io.Writer) (options, error) {
	var o options
	var only, clients string
	f := flag.NewFlagSet("howareyou-bench", flag.ContinueOnError)
	f.SetOutput(errOut)
	f.StringVar(&only, "only", "", "groups to measure, with commas: "+names()+" (default: all)")
	f.StringVar(&clients, "clients", "1,8,32,128", "how many texts arrive at once, for inbound")
	f.IntVar(&o.rounds, "rounds", 5, "how often each measurement takes turns with its yardstick")
	f.IntVar(&o.scale, "scale", 20_000, "how many patients are due in the same hour, for ticks; 0 leaves it out")
	f.IntVar(&o.year, "year", 100, "how many patients are asked for a year, for ticks; 0 leaves it out")
	f.StringVar(&o.program, "program", beside("howareyou"), "the service's binary")
	f.StringVar(&o.cpuProfile, "cpuprofile", "", "run the web role of inbound within this process and write its CPU profile to this file")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	var err error
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if o.rounds < 1 || o.rounds > maxRounds {
		return o, fmt.Errorf("--rounds must be 1 to %d", maxRounds)
	}
	if o.scale < 0 || o.scale > maxScale || o.year < 0 || o.year > maxPeople {
		return o, fmt.Errorf("--scale must be 0 to %d, --year 0 to %d", maxScale, maxPeople)
	}
	if o.clients, err = parseClients(clients); err != nil {
		return o, err
	}
	if o.groups, err = choose(only); err != nil {
		return o, err
	}
	if o.cpuProfile != "" && (len(o.groups) != 1 || o.groups[0].name != "inbound") {
		return o, errors.New("--cpuprofile goes with --only inbound")
	}
	return o, nil
}

// maxRounds bounds how long a run takes; each round lies on a day of its own in
// the patients' past.
const maxRounds = 20

// maxScale is how many numbers there are for patients who are due.
const maxScale = 8_000_000

// maxClients leaves the server connections for the service beside the yardstick's.
const maxClients = 160

func parseClients(list string) ([]int, error) {
	var out []int
	for _, word := range strings.Split(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > maxClients {
			return nil, fmt.Errorf("--clients must be numbers from 1 to %d with commas", maxClients)
		}
		out = append(out, n)
	}
	return out, nil
}

// choose finds the groups that are named; all of them when none is.
func choose(only string) ([]group, error) {
	if only == "" {
		return groups, nil
	}
	var out []group
	for _, name := range strings.Split(only, ",") {
		i := slices.IndexFunc(groups, func(g group) bool { return g.name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no group %q; there are: %s", name, names())
		}
		out = append(out, groups[i])
	}
	return out, nil
}

func names() string {
	var all []string
	for _, g := range groups {
		all = append(all, g.name)
	}
	return strings.Join(all, ", ")
}

// beside is the path of a binary that was built beside this one.
func beside(name string) string {
	self, err := os.Executable()
	if err != nil {
		return name
	}
	return filepath.Join(filepath.Dir(self), name)
}
