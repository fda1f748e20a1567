package postgres

import (
	"time"

	"howareyou/carenet"
	"howareyou/internal/crypto"
)

// seal encrypts a field for its place; "" is kept as NULL.
func (s *Store) seal(plain string, org carenet.ID, table, column string, row carenet.ID) ([]byte, error) {
	if plain == "" {
		return nil, nil
	}
	return s.keys.Seal(plain, crypto.AD{Org: org, Table: table, Column: column, Row: row})
}

// open decrypts what seal wrote; NULL is "".
func (s *Store) open(sealed []byte, org carenet.ID, table, column string, row carenet.ID) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	return s.keys.Open(sealed, crypto.AD{Org: org, Table: table, Column: column, Row: row})
}

func (s *Store) personName(sealed []byte, org, person carenet.ID) (string, error) {
	return s.open(sealed, org, "person", "name_enc", person)
}

// zoneOf returns the location, or UTC for a name that no longer exists: a
// renamed zone must not stop a text.
func zoneOf(name string) *time.Location {
	l, err := carenet.Zone(name)
	if err != nil {
		return time.UTC
	}
	return l
}

// orNull turns the zero id into NULL.
func orNull(id carenet.ID) *carenet.ID {
	if id == carenet.NilID {
		return nil
	}
	return &id
}

// orNil turns NULL into the zero id.
func orNil(id *carenet.ID) carenet.ID {
	if id == nil {
		return carenet.NilID
	}
	return *id
}
