package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"howareyou/alerts"
	"howareyou/alerts/backtest"
	"howareyou/alerts/pack"
)

// backtest runs the rules over past scores, or over synthetic patients. It needs
// neither a database nor settings.
func (sh *shell) backtest() *cobra.Command {
	var scores, scale, packFile, zone string
	var synthetic int
	var seed uint64
	cmd := &cobra.Command{
		Use: "backtest", Short: "run the rules over past scores, without a database", Args: cobra.NoArgs,
		Long: "Runs the rules over a CSV file with the columns patient, at and score (in any order; at is a date or RFC 3339; an\n" +
			"empty score is a question that stayed unanswered) and prints each episode and finding as CSV, a summary on\n" +
			"standard error. With --synthetic it runs them over that many made-up patients and prints the table of targets;\n" +
			"the exit code is 1 when one is missed.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := readPack(packFile)
			if err != nil {
				return err
			}
			switch {
			case cmd.Flags().Changed("synthetic"):
				return sh.synthetic(cmd.Context(), synthetic, seed, p)
			case scores == "":
				return usageError{errors.New("give --scores FILE.csv, or --synthetic N")}
			}
			o := backtest.Options{Pack: p}
			if o.Scale, err = parseScale(scale); err != nil {
				return err
			}
			if zone != "" {
				if o.Zone, err = time.LoadLocation(zone); err != nil {
					return usageError{errors.New("--tz must be a zone such as Europe/London")}
				}
			}
			return sh.backtestFile(cmd.Context(), scores, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&scores, "scores", "", "CSV file with patient, at and score; - is standard input")
	f.StringVar(&scale, "scale", "1-5", "worst and best score: 1-5, 0-10, or 10-0 where 0 is the best")
	f.StringVar(&packFile, "pack", "", "rule pack (YAML); the default pack without it")
	f.StringVar(&zone, "tz", "", "zone of the patients' days; without it the date that each time is written with")
	f.IntVar(&synthetic, "synthetic", 0, "run over so many synthetic patients instead")
	f.Uint64Var(&seed, "seed", 1, "seed of the synthetic patients")
	return cmd
}

// readPack reads a pack file and says each thing that is wrong with it on a line
// of its own.
func readPack(path string) (alerts.Pack, error) {
	if path == "" {
		return pack.Default().Pack, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return alerts.Pack{}, usageError{fmt.Errorf("the rule pack cannot be read: %w", err)}
	}
	p, err := pack.Parse(text)
	var refused pack.Refusal
	if errors.As(err, &refused) {
		return alerts.Pack{}, usageError{fmt.Errorf("the rule pack is refused:\n  %s", strings.ReplaceAll(refused.Error(), "\n", "\n  "))}
	}
	return p.Pack, err
}

// parseScale reads worst-best.
func parseScale(text string) (alerts.Scale, error) {
	bad := usageError{errors.New("--scale must be worst-best, such as 1-5, 0-10 or 10-0")}
	a, b, ok := strings.Cut(text, "-")
	worst, err1 := strconv.Atoi(a)
	best, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil || worst == best {
		return alerts.Scale{}, bad
	}
	s := alerts.ScaleOf(float64(min(worst, best)), float64(max(worst, best)))
	if worst > best {
		s = s.Reversed()
	}
	return s, nil
}

func (sh *shell) backtestFile(ctx context.Context, path string, o backtest.Options) error {
	in := sh.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return usageError{fmt.Errorf("the scores cannot be read: %w", err)}
		}
		defer f.Close()
		in = f
	}
	// What is kept of a file is kept to the end: let little else pile up beside it.
	debug.SetGCPercent(25)
	problems := bufio.NewWriter(sh.err)
	out := bufio.NewWriterSize(sh.out, 64<<10)
	s, err := backtest.Run(ctx, in, out, func(line int, why string) {
		fmt.Fprintf(problems, "line %d: %s\n", line, why)
	}, o)
	err = errors.Join(err, out.Flush(), problems.Flush())
	if err != nil {
		return err
	}
	summarise(sh.err, s)
	if len(s.Faults) > 0 {
		return &failure{"some rules could not be judged on every answer: what is printed is not all that they would have found"}
	}
	return nil
}

func summarise(w io.Writer, s backtest.Summary) {
	fmt.Fprintf(w, "values: %d, of which unanswered: %d; lines that could not be used: %d\n", s.Values, s.Missed, s.Bad)
	if s.Tied > 0 {
		fmt.Fprintf(w, "days with different answers of one moment: %d; the worst of them counts\n", s.Tied)
	}
	fmt.Fprintf(w, "patients: %d\npatient-weeks: %.1f\n", s.Patients, s.Weeks)
	if s.Patients > 0 {
		fmt.Fprintf(w, "days: %s to %s\n", s.First, s.Last)
	}
	fmt.Fprintf(w, "episodes: %d\nepisodes per 100 patient-weeks: %.2f\n", s.Episodes, s.Per100())
	for _, rule := range sortedKeys(s.Findings) {
		fmt.Fprintf(w, "findings of %s: %d\n", rule, s.Findings[rule])
	}
	var faults []string
	for f, n := range s.Faults {
		faults = append(faults, fmt.Sprintf("rule %s version %d %s: %d times", f.Rule, f.RuleVersion, f.Why, n))
	}
	slices.Sort(faults)
	for _, line := range faults {
		fmt.Fprintln(w, "NOT JUDGED:", line)
	}
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// mostSynthetic bounds how long a run takes: an hour or so.
const mostSynthetic = 1_000_000

func (sh *shell) synthetic(ctx context.Context, patients int, seed uint64, p alerts.Pack) error {
	if patients < 100 || patients > mostSynthetic {
		return usageError{fmt.Errorf("--synthetic must be from 100 to %d", mostSynthetic)}
	}
	targets, err := backtest.Synthetic(ctx, patients, seed, p)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.out, "%d patients a course, 98 days, seed %d, pack %s version %d\n", patients, seed, p.ID, p.Version)
	met, err := backtest.WriteTable(sh.out, targets)
	if err != nil {
		return err
	}
	if !met {
		return &failure{"a target is missed"}
	}
	return nil
}
