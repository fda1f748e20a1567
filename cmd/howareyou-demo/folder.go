package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"howareyou/internal/crypto"
	"howareyou/internal/devenv"
)

// folder is where a demo keeps everything. What it makes lies in a folder of
// its own inside, so that beginning afresh removes nothing else.
type folder struct{ dir string }

func (f folder) private(name string) string { return filepath.Join(f.dir, "private", name) }
func (f folder) environment() string        { return filepath.Join(f.dir, "demo.env") }
func (f folder) keyset() string             { return f.private("keyset") }

// openFolder makes the folder, or clears away what an earlier demo left in it.
func openFolder(dir string, fresh bool) (folder, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return folder{}, err
	}
	f := folder{abs}
	if fresh {
		if err := f.clear(); err != nil {
			return f, err
		}
	}
	// The database server may run under another account, which must be able to pass.
	return f, os.MkdirAll(f.private(""), 0o755) //nolint:gosec // see above; what lies in it is closed by itself
}

// clear removes what a demo made; what we do not know as ours stays.
func (f folder) clear() error {
	if _, err := os.Stat(f.private("")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(f.private(accountFile)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not of a demo: nothing was removed", f.private(""))
	}
	if err := devenv.Remove(f.private("")); err != nil {
		return err
	}
	if err := os.Remove(f.environment()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// account is the one at the simulated provider.
type account struct {
	SID   string `json:"sid"`
	Token string `json:"token"`
}

const (
	accountFile = "account.json"
	castFile    = "people.json"
)

// account reads the account, or makes it the first time.
func (f folder) account() (account, error) {
	var a account
	if known, err := f.read(accountFile, &a); known || err != nil {
		return a, err
	}
	a = account{SID: "AC" + random(), Token: random()}
	return a, f.write(accountFile, a)
}

func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// makeKeyset makes the keys once. made says that there were none.
func (f folder) makeKeyset() (made bool, err error) {
	if _, err := os.Stat(f.keyset()); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	doc, err := crypto.GenerateKeyset()
	if err != nil {
		return false, err
	}
	return true, writeFile(f.keyset(), append(doc, '\n'))
}

// read fills v from a file of ours; known is false when there is none yet.
func (f folder) read(name string, v any) (known bool, err error) {
	text, err := os.ReadFile(f.private(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w (--fresh begins anew)", f.private(name), err)
	}
	return true, nil
}

func (f folder) write(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeFile(f.private(name), append(text, '\n'))
}
