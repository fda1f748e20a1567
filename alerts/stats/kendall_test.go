package stats

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// near compares with a printed figure: to 1e-9 of it, or to half of the last
// digit that was printed.
func near(t *testing.T, what string, got, want float64, digits int) {
	t.Helper()
	if tol := max(1e-9*max(1, math.Abs(want)), 0.5000001*math.Pow10(-digits)); !(math.Abs(got-want) <= tol) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}

func TestMannKendallAndSenOfPublishedSeries(t *testing.T) {
	ex := examples(t)
	steps := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(i + 1)
		}
		return x
	}
	nile := MannKendall(ex.Nile.Data)
	if nile.N != 100 || nile.S != ex.Nile.S {
		t.Errorf("Nile: n %d, S %d", nile.N, nile.S)
	}
	near(t, "Nile variance", nile.VarS, ex.Nile.VarS, 2)
	near(t, "Nile Z", nile.Z(), ex.Nile.Z, 7)
	near(t, "Nile p", nile.TwoSided(), ex.Nile.P, 12)
	slope, _ := Sen(steps(100), ex.Nile.Data)
	near(t, "Nile slope", slope, ex.Nile.Sen, 12)

	o := MannKendall(ex.Ordinal.Data)
	if o.S != ex.Ordinal.S {
		t.Errorf("ordinal: S %d", o.S)
	}
	near(t, "ordinal variance", o.VarS, ex.Ordinal.VarS, 10)
	near(t, "ordinal Z", o.Z(), ex.Ordinal.Z, 10)
	near(t, "ordinal p", o.TwoSided(), ex.Ordinal.P, 10)
	near(t, "ordinal p, falling", o.Falling(), ex.Ordinal.P/2, 10)
	near(t, "ordinal tau", o.TauA(), ex.Ordinal.Tau, 10)
	slope, _ = Sen(steps(14), ex.Ordinal.Data)
	near(t, "ordinal slope", slope, ex.Ordinal.Sen, 10)

	sh := MannKendall(ex.Shampoo.Data)
	if sh.S != ex.Shampoo.S || sh.VarS != ex.Shampoo.VarS {
		t.Errorf("shampoo: S %d, variance %v", sh.S, sh.VarS)
	}
	near(t, "shampoo Z", sh.Z(), ex.Shampoo.Z, 12)
	x := make([]float64, 36) // its intercept is printed for months from 0
	for i := range x {
		x[i] = float64(i)
	}
	slope, _ = Sen(x, ex.Shampoo.Data)
	near(t, "shampoo slope", slope, ex.Shampoo.Sen, 12)
	near(t, "shampoo intercept", SenIntercept(x, ex.Shampoo.Data, slope), ex.Shampoo.Intercept, 12)
	hr := HamedRao(ex.Shampoo.Data)
	near(t, "shampoo variance by Hamed and Rao", hr.VarS, ex.Shampoo.HamedRaoVarS, 9)
	near(t, "shampoo Z by Hamed and Rao", hr.Z(), ex.Shampoo.HamedRaoZ, 12)
}

func TestMannKendallExactTails(t *testing.T) {
	rows := readCSV(t, "testdata/mk_exact_upper_tail.csv")
	if len(rows) != 234 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		n, s := int(number(t, row[0])), int(number(t, row[1]))
		near(t, row[0]+" "+row[1], exactUpper(n, s), number(t, row[2]), 6)
	}
	for _, c := range []struct {
		n, s int
		want float64
	}{{4, 6, 0.04167}, {5, 10, 0.00833}, {10, 17, 0.07787}, {10, 23, 0.02331}, {14, 31, 0.05051}} {
		near(t, "example", exactUpper(c.n, c.s), c.want, 5)
	}
	// What a series gives is the same table: five values that only fall.
	k := MannKendall([]float64{5, 4, 3, 2, 1})
	near(t, "falling", k.Falling(), 1.0/120, 9)
	near(t, "rising", k.Rising(), 1, 9)
	near(t, "two-sided", k.TwoSided(), 2.0/120, 9)
}

// Short series without ties against counting every order there is.
func TestMannKendallAgainstEveryOrder(t *testing.T) {
	for n := 2; n <= 7; n++ {
		var all []int
		permute(n, func(order []float64) { all = append(all, MannKendall(order).S) })
		for s := -n * (n - 1) / 2; s <= n*(n-1)/2; s++ {
			count := 0
			for _, o := range all {
				if o >= s {
					count++
				}
			}
			near(t, strconv.Itoa(n)+" "+strconv.Itoa(s), exactUpper(n, s), float64(count)/float64(len(all)), 9)
		}
	}
}

func permute(n int, visit func([]float64)) {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(i)
	}
	var at func(int)
	at = func(k int) {
		if k == n {
			visit(values)
			return
		}
		for i := k; i < n; i++ {
			values[k], values[i] = values[i], values[k]
			at(k + 1)
			values[k], values[i] = values[i], values[k]
		}
	}
	at(0)
}

func TestMannKendallShowsNothingWhereThereIsNothing(t *testing.T) {
	for _, values := range [][]float64{nil, {3}, {4, 4}, {4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}} {
		if p := MannKendall(values).Falling(); p != 1 {
			t.Errorf("%v: p %v", values, p)
		}
	}
	if _, ok := Sen([]float64{3}, []float64{1}); ok {
		t.Error("a slope of one point")
	}
	if _, ok := Sen([]float64{3, 3}, []float64{1, 2}); ok {
		t.Error("a slope of one moment")
	}
}

func TestTurningASeriesRoundTurnsItsTrendRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-9, 9), 2, 40).Draw(t, "values")
		x, back, tail := make([]float64, len(values)), make([]float64, len(values)), make([]float64, len(values))
		for i, v := range values {
			x[i], back[len(values)-1-i], tail[i] = float64(i), v, -v
		}
		k, r, m := MannKendall(values), MannKendall(back), MannKendall(tail)
		if k.S != -r.S || k.S != -m.S || k.Falling() != r.Rising() || k.Falling() != m.Rising() {
			t.Fatalf("%+v, turned round %+v, upside down %+v", k, r, m)
		}
		a, _ := Sen(x, values)
		b, _ := Sen(x, back)
		if math.Abs(a+b) > 1e-12*max(1, math.Abs(a)) {
			t.Fatalf("slopes %v and %v", a, b)
		}
		if p := k.TwoSided(); p <= 0 || p > 1 {
			t.Fatalf("p %v", p)
		}
	})
}

// Counting slopes gives what sorting them gives, to the last bit.
func TestSenOfWholeNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x, y []float64
		day := rapid.IntRange(-3, 3).Draw(t, "first")
		for range rapid.IntRange(1, 21).Draw(t, "n") {
			x, y = append(x, float64(day)), append(y, float64(rapid.IntRange(0, 10).Draw(t, "score")))
			day += rapid.SampledFrom([]int{1, 1, 1, 2, 9}).Draw(t, "gap")
		}
		slope, ok, whole := senOfWhole(x, y)
		if fits := x[len(x)-1]-x[0] <= wholeDays; whole != fits {
			t.Fatalf("counted: %v, fits: %v", whole, fits)
		}
		if !whole {
			return
		}
		var slopes []float64
		for i := range x {
			for j := i + 1; j < len(x); j++ {
				slopes = append(slopes, (y[j]-y[i])/(x[j]-x[i]))
			}
		}
		if ok != (len(slopes) > 0) || ok && slope != medianOf(slopes) {
			t.Fatalf("%v, %v; want %v", slope, ok, medianOf(slopes))
		}
	})
}

func TestMedian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.SampledFrom([]float64{1, 1, 2, 3, 3.5, 4, 9}), 1, 40).Draw(t, "values")
		below, above := 0, 0
		m := medianOf(append([]float64(nil), values...))
		for _, v := range values {
			if v < m {
				below++
			}
			if v > m {
				above++
			}
		}
		if 2*below > len(values) || 2*above > len(values) {
			t.Fatalf("%v is not in the middle of %v", m, values)
		}
	})
}

type published struct {
	Weco       map[string]json.RawMessage `json:"weco_arl0"`
	Montgomery struct {
		Data               []float64
		Mu0, Sigma, K, H   float64
		FirstSignal        int     `json:"first_signal"`
		Cplus29            float64 `json:"Cplus_29"`
		Nplus29            int     `json:"Nplus_29"`
		Lambda             float64 `json:"ewma_lambda"`
		L                  float64 `json:"ewma_L"`
		Z1, Z2, Z29, UCL29 float64
		EWMAFirst          int `json:"ewma_first_signal"`
	} `json:"montgomery_cusum"`
	NISTEWMA struct {
		Data, EWMA                 []float64
		Lambda, Start, S, UCL, LCL float64
	} `json:"nist_ewma_6_3_2_4"`
	NISTCUSUM struct {
		Data         []float64
		Target, K, H float64
		FirstSignal  int     `json:"first_signal"`
		Shi14        float64 `json:"Shi_14"`
	} `json:"nist_cusum_6_3_2_3"`
	Nile    kendallExample `json:"mk_nile"`
	Ordinal kendallExample `json:"mk_ordinal_ties"`
	Shampoo kendallExample `json:"shampoo"`
}

type kendallExample struct {
	Data         []float64
	S            int
	VarS, Z, P   float64
	Tau          float64 `json:"tau_a"`
	Sen          float64
	Intercept    float64
	HamedRaoVarS float64 `json:"hamed_rao_varS"`
	HamedRaoZ    float64 `json:"hamed_rao_Z"`
}

func examples(tb testing.TB) (ex published) {
	tb.Helper()
	text, err := os.ReadFile("testdata/examples.json")
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(text, &ex); err != nil {
		tb.Fatal(err)
	}
	return ex
}

func readCSV(tb testing.TB, name string) [][]string {
	tb.Helper()
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	return rows[1:]
}

func number(tb testing.TB, s string) float64 {
	tb.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}
