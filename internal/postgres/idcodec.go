package postgres

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"

	"howareyou/carenet"
)

// registerIDs teaches a connection that a carenet.ID is a uuid as it stands. By
// itself the driver finds only its Value method, and turns each id into a text,
// which fails, and parses it back: a quarter of all work of a batch of texts.
func registerIDs(m *pgtype.Map) {
	id := &pgtype.Type{Name: "uuid", OID: pgtype.UUIDOID, Codec: idCodec{}}
	m.RegisterType(id)
	m.RegisterType(&pgtype.Type{Name: "_uuid", OID: pgtype.UUIDArrayOID, Codec: &pgtype.ArrayCodec{ElementType: id}})
}

// idCodec is the driver's own codec, but for ids.
type idCodec struct{ pgtype.UUIDCodec }

// PlanEncode is part of pgtype.Codec.
func (c idCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if format == pgtype.BinaryFormatCode {
		switch value.(type) {
		case carenet.ID, *carenet.ID:
			return encodeID{}
		}
	}
	return c.UUIDCodec.PlanEncode(m, oid, format, value)
}

// PlanScan is part of pgtype.Codec.
func (c idCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*carenet.ID); ok && format == pgtype.BinaryFormatCode {
		return scanID{}
	}
	return c.UUIDCodec.PlanScan(m, oid, format, target)
}

type encodeID struct{}

// Encode is part of pgtype.EncodePlan.
func (encodeID) Encode(value any, buf []byte) ([]byte, error) {
	switch id := value.(type) {
	case carenet.ID:
		return append(buf, id[:]...), nil
	case *carenet.ID:
		if id != nil {
			return append(buf, id[:]...), nil
		}
	}
	return nil, nil // NULL
}

type scanID struct{}

// Scan is part of pgtype.ScanPlan.
func (scanID) Scan(src []byte, target any) error {
	id := target.(*carenet.ID)
	if len(src) != len(id) {
		return fmt.Errorf("an id has %d bytes, not %d", len(id), len(src)) // NULL has none
	}
	copy(id[:], src)
	return nil
}
