// Package backup writes and reads the file of a backup: the keyset and the
// database, encrypted for somebody who is not on the server. It runs PostgreSQL's
// own tools for the database and knows nothing of what is in it.
package backup

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
)

// format is of the file inside the encryption: a line of JSON, then the dump in
// PostgreSQL's custom format to the end. That the end is the true one is what the
// encryption proves.
const format = 1

// Header says what the dump must hold: counted in the dump's own snapshot.
type Header struct {
	Format    int              `json:"format"`
	MadeAt    time.Time        `json:"made_at"`
	Migration int64            `json:"migration"`
	Rows      map[string]int64 `json:"rows"`   // table -> rows
	Heads     map[string]Head  `json:"audits"` // organisation -> head of its audit
	Keyset    json.RawMessage  `json:"keyset"`
}

// Head is the end of an organisation's sealed audit.
type Head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"` // hexadecimal
}

// Total is how many rows there are in all.
func (h Header) Total() (n int64) {
	for _, rows := range h.Rows {
		n += rows
	}
	return n
}

// Recipients reads age recipients ("age1..."), each given by itself or by the path
// of a file with one a line.
func Recipients(given []string) ([]age.Recipient, error) {
	var all []age.Recipient
	for _, g := range given {
		source := io.Reader(strings.NewReader(g))
		if !strings.HasPrefix(g, "age1") {
			f, err := os.Open(g)
			if err != nil {
				return nil, fmt.Errorf("the recipients' file cannot be read: %w", plain(err))
			}
			defer f.Close() // it was read
			source = f
		}
		found, err := age.ParseRecipients(source)
		if err != nil {
			return nil, errors.New("this is no age recipient; make one with: howareyou backup keygen")
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, errors.New("a backup needs somebody who can open it; say whom with --recipient")
	}
	return all, nil
}

// Identities reads the file of those who can open a backup.
func Identities(path string) ([]age.Identity, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the identity's file cannot be read: %w", plain(err))
	}
	defer f.Close() // it was read
	found, err := age.ParseIdentities(f)
	if err != nil {
		return nil, errors.New("this is no file of age identities")
	}
	return found, nil
}

// NewIdentity makes a pair: the secret opens backups and is kept away from the
// server, the recipient makes them.
func NewIdentity() (secret, recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", err
	}
	return id.String(), id.Recipient().String(), nil
}

// Write makes the file at path, which must not exist: whole, and on the disk, or not
// at all. dump writes the database.
func Write(path string, to []age.Recipient, h Header, dump func(io.Writer) error) (err error) {
	h.Format = format
	if _, err := os.Stat(path); err == nil {
		return errors.New("there is a file of this name already")
	}
	part, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("the file cannot be made: %w", plain(err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, part.Close(), os.Remove(part.Name()))
		}
	}()
	sealed, err := age.Encrypt(part, to...)
	if err != nil {
		return err
	}
	line, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if _, err := sealed.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write the file: %w", plain(err))
	}
	if err := dump(sealed); err != nil {
		return err
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("write the file: %w", plain(err))
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return fmt.Errorf("write the file: %w", plain(err))
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return plain(err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return plain(err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Read opens a backup. use gets the header and the dump, and must read that to its
// end: only then is it sure that nothing was cut off or changed.
func Read(path string, by []age.Identity, use func(Header, io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the backup cannot be read: %w", plain(err))
	}
	defer f.Close() // it was read
	opened, err := age.Decrypt(bufio.NewReaderSize(f, 1<<20), by...)
	if err != nil {
		return errors.New("the backup does not open: another identity, or not a backup")
	}
	content := bufio.NewReaderSize(opened, 1<<20)
	line, err := content.ReadBytes('\n')
	if err != nil {
		return errors.New("the backup is cut off or was changed")
	}
	var h Header
	if err := json.Unmarshal(line, &h); err != nil || h.Format != format {
		return errors.New("this is no backup of a version that is known here")
	}
	if err := use(h, content); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return errors.New("the backup is cut off or was changed")
	}
	return nil
}

// plain leaves out the path.
func plain(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
