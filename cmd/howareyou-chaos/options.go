package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// options are what the command line says.
type options struct {
	messages int    // texts from patients
	kills    int    // of web and worker processes, with SIGKILL
	seed     uint64 // of every random choice
	sabotage string // lose, double or nothing
	program  string // the service's binary
	calm     bool   // nothing but kills befalls the service
	grace    time.Duration
	webs     int // processes of each role
	workers  int
	patience time.Duration // how long a text is waited for before the patient's next
}

// perPatient is how many texts each patient sends: no more than are answered
// within an hour.
const perPatient = 4

// maxMessages is how many texts there are numbers of patients for.
const maxMessages = perPatient * 100_000

// maxProcesses leaves the database's connections to those that run.
const maxProcesses = 8

func parse(args []string, errOut io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("howareyou-chaos", flag.ContinueOnError)
	f.SetOutput(errOut)
	f.IntVar(&o.messages, "messages", 2000, "how many texts the patients send")
	f.IntVar(&o.kills, "kills", 20, "how often a process is killed with -9 meanwhile")
	f.Uint64Var(&o.seed, "seed", 1, "the same seed chooses the same misfortunes in the same order")
	f.StringVar(&o.sabotage, "sabotage", "", "plant one fault that must be found: lose or double")
	f.StringVar(&o.program, "program", beside("howareyou"), "the service's binary")
	f.BoolVar(&o.calm, "calm", false, "no other outage than the kills, and a provider without faults")
	f.IntVar(&o.webs, "webs", 2, "how many web processes run")
	f.IntVar(&o.workers, "workers", 3, "how many workers run")
	f.DurationVar(&o.grace, "grace", 3*time.Second, "how long the provider's list may lag (G)")
	f.DurationVar(&o.patience, "patience", 2*time.Minute, "how long a text is waited for before the patient texts again; lost is only what never comes")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.messages < perPatient || o.messages > maxMessages:
		return o, fmt.Errorf("--messages must be %d to %d", perPatient, maxMessages)
	case o.kills < 0 || o.kills > o.messages:
		return o, fmt.Errorf("--kills must be 0 to the number of messages")
	case o.sabotage != "" && o.sabotage != lose && o.sabotage != double:
		return o, fmt.Errorf("--sabotage must be %s or %s", lose, double)
	case o.webs < 1 || o.webs > maxProcesses || o.workers < 1 || o.workers > maxProcesses:
		return o, fmt.Errorf("--webs and --workers must be 1 to %d", maxProcesses)
	case o.grace < time.Second:
		return o, fmt.Errorf("--grace must be at least 1s")
	}
	o.messages -= o.messages % perPatient
	return o, nil
}

// beside is the path of a binary that was built beside this one.
func beside(name string) string {
	self, err := os.Executable()
	if err != nil {
		return name
	}
	return filepath.Join(filepath.Dir(self), name)
}
