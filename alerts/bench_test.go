package alerts

import "testing"

// benchDays is a history of 98 days with a decline in it, the length that the
// budgets are stated for: 1 ms for all of it, 50 µs for one more answer.
func benchDays() []Answer {
	return diary(steady + steady + steady + "22222 22222 33434 44444 44444 44444 44444 443")
}

func BenchmarkReplay98Days(b *testing.B) {
	trend, answers := Trend{Scale: OneToFive(), Pack: TrendPack()}, benchDays()
	if len(answers) != 98 {
		b.Fatalf("%d days", len(answers))
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := trend.Replay(answers, 97)
		if err != nil || len(r.Episodes) == 0 {
			b.Fatal(err, len(r.Episodes))
		}
	}
}

func BenchmarkStep(b *testing.B) {
	trend, answers := Trend{Scale: OneToFive(), Pack: TrendPack()}, benchDays()
	r, err := trend.Replay(answers[:97], 96)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := trend.Step(r.State, answers[97]); err != nil {
			b.Fatal(err)
		}
	}
}
