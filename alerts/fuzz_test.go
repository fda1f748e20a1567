package alerts

import (
	"encoding/binary"
	"math"
	"reflect"
	"testing"

	"howareyou/carenet"
)

// FuzzStep feeds any days and any bits as scores: no panic, a refusal leaves
// the state as it was, and nothing that is no number ever comes out.
func FuzzStep(f *testing.F) {
	add := func(answers ...Answer) {
		var b []byte
		for _, a := range answers {
			b = binary.LittleEndian.AppendUint64(b, uint64(a.Day))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(a.Score))
		}
		f.Add(b, false)
		f.Add(b, true)
	}
	add(diary(steady + "12.2...3444444")...)
	add(Answer{0, math.NaN()}, Answer{1, math.Inf(-1)}, Answer{math.MinInt, 3}, Answer{math.MaxInt, 3}, Answer{2, 3})
	add(Answer{minDay, 1}, Answer{maxDay, 5})
	f.Fuzz(func(t *testing.T, b []byte, pass bool) {
		trend := Trend{Scale: OneToFive(), Pack: TrendPack()}
		var s State
		for ; len(b) >= 16; b = b[16:] {
			a := Answer{
				Day:   Day(binary.LittleEndian.Uint64(b)),
				Score: math.Float64frombits(binary.LittleEndian.Uint64(b[8:])),
			}
			next, v, err := trend.Step(s, a)
			if err != nil {
				if carenet.CodeOf(err) == carenet.Internal || !reflect.DeepEqual(next, s) {
					t.Fatalf("refused with %v, state altered: %v", err, !reflect.DeepEqual(next, s))
				}
				continue
			}
			s = next
			checkFinite(t, v.Features)
			for _, finding := range v.Findings {
				for _, l := range finding.Evidence.Limits {
					if !finite(l.Value) || !finite(l.Limit) {
						t.Fatalf("limit %+v", l)
					}
				}
			}
			if pass {
				s, _ = trend.Pass(s, a.Day+Day(b[0]))
			}
		}
	})
}

func checkFinite(t *testing.T, f Features) {
	t.Helper()
	for _, n := range []Number{
		f.BaseMean, f.BaseSD, f.BaseN, f.EWMA, f.EWMAZ, f.Drop, f.PrevDrop, f.DaysSincePrev, f.BelowStreak,
	} {
		if !finite(n.Value) || !n.Known && n.Value != 0 {
			t.Fatalf("features %+v", f)
		}
	}
	if f.BaselineReady && !(f.BaseSD.Value > 0) {
		t.Fatalf("a baseline without spread: %+v", f)
	}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
