package redistest

import (
	"os"
	"testing"
)

func TestServersAreApartAndGo(t *testing.T) {
	var sockets []string
	t.Run("inner", func(t *testing.T) {
		one, two := New(t), New(t)
		if one.URL() == two.URL() || one.Pid() == two.Pid() {
			t.Errorf("two servers share %s or process %d", one.URL(), one.Pid())
		}
		sockets = append(sockets, one.Socket(), two.Socket())
		for _, socket := range sockets {
			if _, err := os.Stat(socket); err != nil {
				t.Error(err)
			}
		}
	})
	for _, socket := range sockets {
		if _, err := os.Stat(socket); !os.IsNotExist(err) {
			t.Errorf("%s outlives its test: %v", socket, err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(b)
	}
}
