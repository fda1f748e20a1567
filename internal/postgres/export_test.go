package postgres

import "time"

// What the tests outside the package look into.

// BoundTransactions changes how long a transaction may take whose caller says nothing.
func (s *Store) BoundTransactions(d time.Duration) { s.txTime = d }

// SealedColumn is one column of ciphertext.
type SealedColumn = sealedColumn

// SealedColumns are all columns of ciphertext that the code knows.
func SealedColumns() []SealedColumn { return sealedColumns }

// Statements are what a rewrap runs on the column.
func (c sealedColumn) Statements() []string { return []string{c.sqlRead(), c.sqlWrite()} }
