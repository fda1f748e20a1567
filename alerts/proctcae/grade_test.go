package proctcae

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
)

func read(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func level(t *testing.T, s string) int {
	t.Helper()
	if s == "" || s == "NA" {
		return Absent
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPublishedTable holds every combination to the published one, and finds no
// grade where it has none.
func TestPublishedTable(t *testing.T) {
	want := map[[3]int]int{}
	for _, row := range read(t, "testdata/composite.csv") {
		want[[3]int{level(t, row[0]), level(t, row[1]), level(t, row[2])}] = level(t, row[3])
	}
	if len(want) != 179 {
		t.Fatalf("%d combinations", len(want))
	}
	for often := -2; often <= 5; often++ {
		for bad := -2; bad <= 5; bad++ {
			for inTheWay := -2; inTheWay <= 5; inTheWay++ {
				grade, ok := Grade(often, bad, inTheWay)
				published, known := want[[3]int{often, bad, inTheWay}]
				if ok != known || grade != published {
					t.Errorf("%d %d %d: %d (%v), want %d (%v)", often, bad, inTheWay, grade, ok, published, known)
				}
			}
		}
	}
}

// More of anything never lowers a grade.
func TestGradesRise(t *testing.T) {
	for often := range 5 {
		for bad := range 5 {
			for inTheWay := range 5 {
				g, ok := Grade(often, bad, inTheWay)
				for _, more := range [][3]int{{often + 1, bad, inTheWay}, {often, bad + 1, inTheWay}, {often, bad, inTheWay + 1}} {
					if higher, known := Grade(more[0], more[1], more[2]); ok && known && higher < g {
						t.Errorf("%d %d %d is %d, %v is %d", often, bad, inTheWay, g, more, higher)
					}
				}
			}
		}
	}
}
