// Package pgtest gives every test a PostgreSQL database of its own, migrated and
// empty. The database is cloned from a template that is named after the
// migrations' hash, so migrating happens once per server, not once per test.
//
// The server is the one that HOWAREYOU_TEST_POSTGRES names, or else a private
// one that the test process starts on first use and that ends with it.
package pgtest
