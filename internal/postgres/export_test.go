package postgres

// What the tests outside the package look into.

// SealedColumn is one column of ciphertext.
type SealedColumn = sealedColumn

// SealedColumns are all columns of ciphertext that the code knows.
func SealedColumns() []SealedColumn { return sealedColumns }

// Statements are what a rewrap runs on the column.
func (c sealedColumn) Statements() []string { return []string{c.sqlRead(), c.sqlWrite()} }
