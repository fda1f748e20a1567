package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/internal/postgres/pgtest"
)

// Ids come back from the server as they went, alone, in lists and as NULL.
func TestIDsTravelUnchanged(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), pgtest.New(t).AppURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) // the test is over
	registerIDs(conn.TypeMap())
	ids := rapid.Custom(func(t *rapid.T) carenet.ID {
		return carenet.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
	})
	rapid.Check(t, func(rt *rapid.T) {
		id, list := ids.Draw(rt, "id"), rapid.SliceOfN(ids, 0, 4).Draw(rt, "list")
		maybe := []*carenet.ID{&id, nil}
		var gotID carenet.ID
		var text string
		var null *carenet.ID
		var gotList []carenet.ID
		var gotMaybe []*carenet.ID
		err := conn.QueryRow(t.Context(), "SELECT $1::uuid, $1::uuid::text, NULL::uuid, $2::uuid[], $3::uuid[]", id, list, maybe).
			Scan(&gotID, &text, &null, &gotList, &gotMaybe)
		if err != nil {
			rt.Fatal(err)
		}
		if gotID != id || text != id.String() || null != nil || len(gotList) != len(list) || len(gotMaybe) != 2 || *gotMaybe[0] != id || gotMaybe[1] != nil {
			rt.Fatalf("sent %v, %v, %v; got %v (%s), %v, %v, %v", id, list, maybe, gotID, text, null, gotList, gotMaybe)
		}
		for i := range list {
			if gotList[i] != list[i] {
				rt.Fatalf("list %v came back as %v", list, gotList)
			}
		}
	})
	var id carenet.ID
	if err := conn.QueryRow(t.Context(), "SELECT NULL::uuid").Scan(&id); err == nil {
		t.Error("NULL was read as an id")
	}
}
