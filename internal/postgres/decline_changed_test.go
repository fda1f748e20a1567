package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// A corrected answer undoes a decline, and the next correction shows it again:
// it is one decline, and one alert.
func TestADeclineThatAnswersUndidAndShowAgainHasOneAlert(t *testing.T) {
	for _, c := range []struct {
		name string
		then string // what staff have done meanwhile
	}{
		{"nobody has it yet", `SELECT 1`},
		{"staff have dealt with it", `UPDATE alert SET state = 'resolved', next_step_at = NULL`},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := newClinic(t)
			for range 30 {
				cl.text("+447700900001", "4")
				cl.advance(24 * time.Hour)
			}
			cl.text("+447700900001", "2")
			cl.advance(24 * time.Hour)
			cl.text("+447700900001", "2")
			cl.sent()
			conn := cl.admin()
			cl.exec(conn, c.then)
			for _, corrected := range []string{"4", "2"} {
				cl.advance(3 * time.Minute)
				cl.text("+447700900001", corrected)
			}
			asked := slices.DeleteFunc(cl.sent(), func(s string) bool { return !strings.Contains(s, "alert=") })
			if len(asked) != 0 {
				t.Errorf("asked again: %q", asked)
			}
			var alerts, live int
			cl.must(conn.QueryRow(cl.ctx, `SELECT count(*), count(*) FILTER (WHERE e.gone_at IS NULL)
FROM alert a JOIN episode e ON e.org_id = a.org_id AND e.id = a.episode_id`).Scan(&alerts, &live))
			if alerts != 1 || live != 1 {
				t.Errorf("%d alerts, %d of them upon an episode that the answers show; want 1 and 1", alerts, live)
			}
		})
	}
}
