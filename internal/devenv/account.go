package devenv

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who a server runs as. PostgreSQL refuses to run as root, so root
// lends it another account.
type account struct {
	uid, gid uint32
	lent     bool // not our own: the server must be switched to it
}

// serverAccount chooses the account for PostgreSQL. The owner of an existing
// data folder stays its owner: the demo may be started as root after it was
// started as an ordinary user.
func serverAccount(data string) (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{uid: uint32(uid), gid: uint32(os.Getegid())}, nil
	}
	if stat, ok := ownerOf(data); ok && stat.Uid != 0 {
		return account{uid: stat.Uid, gid: stat.Gid, lent: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return account{}, fmt.Errorf("account %s: %w", name, err)
		}
		return account{uid: uint32(uid), gid: uint32(gid), lent: true}, nil
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is neither an account postgres nor nobody")
}

// credential is what the process of a server is started with; nil keeps ours.
func (a account) credential() *syscall.Credential {
	if !a.lent {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// reaches reports whether the account may walk down to the folder.
func (a account) reaches(dir string) bool {
	if !a.lent {
		return true
	}
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		stat := info.Sys().(*syscall.Stat_t)
		var walk os.FileMode = 0o001
		switch {
		case stat.Uid == a.uid:
			walk = 0o100
		case stat.Gid == a.gid:
			walk = 0o010
		}
		if info.Mode().Perm()&walk == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}

// ownFolder makes a folder that the account alone may enter, or checks that what
// is there is one: names below /tmp and /var/tmp can be guessed, and whoever
// made such a folder before us would own the database.
func (a account) ownFolder(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if err == nil && a.lent {
		return os.Chown(dir, int(a.uid), int(a.gid))
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return a.checkOwn(dir)
}

func (a account) checkOwn(dir string) error {
	stat, ok := ownerOf(dir)
	if !ok {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if stat.Uid != a.uid || stat.Mode&0o077 != 0 {
		return fmt.Errorf("%s belongs to another user or is open to others", dir)
	}
	return nil
}

// ownerOf returns what the system knows of a folder itself, not of the target
// of a link; false when it is no folder.
func ownerOf(dir string) (*syscall.Stat_t, bool) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return nil, false
	}
	return info.Sys().(*syscall.Stat_t), true
}
