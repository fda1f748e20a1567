package devenv

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

const (
	// A unix socket's path has room for 107 bytes on Linux and 103 on a Mac.
	maxSocketPath = 103
	scratchPrefix = "howareyou-scratch-"
	// A scratch folder that nobody has locked by then has lost its owner.
	scratchUnlocked = time.Minute
)

var plainPath = regexp.MustCompile(`^[A-Za-z0-9/._-]+$`)

// lockFolder makes the folder (a scratch folder when dir is "", on a real disk when
// it must be durable) and takes the
// named lock in it, so that no two processes run a server on the same data. The
// kernel gives the lock back however the process ends.
func lockFolder(dir, name string, durable bool) (abs string, lock *os.File, err error) {
	if dir == "" {
		sweepScratch()
		parent := scratchParent()
		if durable {
			parent = os.TempDir()
		}
		if dir, err = os.MkdirTemp(parent, scratchPrefix); err != nil {
			return "", nil, err
		}
		// What lies in it is closed to others by itself; the account of a server
		// must be able to pass.
		if err = os.Chmod(dir, 0o711); err != nil {
			return "", nil, err
		}
	}
	if err = os.MkdirAll(dir, 0o755); err != nil {
		return "", nil, err
	}
	if abs, err = filepath.Abs(dir); err != nil {
		return "", nil, err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", nil, err
	}
	lock, err = tryLock(filepath.Join(abs, name))
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return "", nil, fmt.Errorf("%s is in use by another process (it holds %s)", abs, name)
	}
	return abs, lock, err
}

// tryLock fails with EWOULDBLOCK when another process has the lock.
func tryLock(path string) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

const (
	memoryDisk = "/dev/shm"
	// memoryFree is what must be free there: the tests' databases take less than
	// 1 GiB at a time, and containers often have 64 MiB in all.
	memoryFree = 4 << 30
)

// scratchParent is where scratch folders are made: in memory where there is
// plenty, which makes and drops a test's database in half the time, unless
// TMPDIR says otherwise.
func scratchParent() string {
	var disk syscall.Statfs_t
	if os.Getenv("TMPDIR") == "" && syscall.Statfs(memoryDisk, &disk) == nil &&
		disk.Bavail*uint64(disk.Bsize) >= memoryFree && syscall.Access(memoryDisk, 2) == nil {
		return memoryDisk
	}
	return os.TempDir()
}

// sweepScratch removes scratch folders of ours whose process was killed before
// it could. It does what it can: what is left is tried again next time.
func sweepScratch() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), scratchPrefix+"*"))
	if parent := scratchParent(); parent != os.TempDir() {
		inMemory, _ := filepath.Glob(filepath.Join(parent, scratchPrefix+"*"))
		found = append(found, inMemory...)
	}
	for _, dir := range found {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < scratchUnlocked {
			continue
		}
		if stat := info.Sys().(*syscall.Stat_t); stat.Uid != uint32(os.Geteuid()) {
			continue
		}
		if release, ok := lockAbandoned(dir); ok {
			_ = removeFolder(dir)
			release()
		}
	}
}

// lockAbandoned takes every lock of the folder; it fails when a living process
// has one, or when a server of a dead one is still on its way out.
func lockAbandoned(dir string) (release func(), ok bool) {
	var held []*os.File
	release = func() {
		for _, lock := range held {
			_ = lock.Close()
		}
	}
	for _, name := range []string{postgresLock, redisLock} {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		lock, err := tryLock(path)
		if err != nil {
			release()
			return nil, false
		}
		held = append(held, lock)
	}
	data := filepath.Join(dir, postgresData)
	if elsewhere, err := readPointer(dir); err == nil {
		data = elsewhere
	}
	if pid := postmasterPid(data); pid != 0 && runs(pid, data) {
		release()
		return nil, false
	}
	return release, true
}

// Remove deletes a folder in which servers ran, together with the data that had
// to be put elsewhere for it. No server may be running in it.
func Remove(dir string) error {
	release, ok := lockAbandoned(dir)
	if !ok {
		return fmt.Errorf("%s is in use", dir)
	}
	defer release()
	return removeFolder(dir)
}

func removeFolder(dir string) error {
	var outside error
	if elsewhere, err := readPointer(dir); err == nil {
		outside = os.RemoveAll(elsewhere)
	}
	return errors.Join(outside, os.RemoveAll(dir))
}

// placeData says where the data folder of PostgreSQL lies: in dir, or, where
// the server's account cannot walk to dir (root's home is closed), in a folder
// below /var/tmp whose path is kept in dir. Only that pointer makes the outside
// folder ours: without it, it is left from a dir that was deleted, and goes.
func placeData(dir string, who account) (string, error) {
	elsewhere, err := readPointer(dir)
	if err == nil {
		return elsewhere, nil
	}
	inside := filepath.Join(dir, postgresData)
	if who.reaches(dir) {
		return inside, nil
	}
	elsewhere = outsideData(dir)
	if _, err := os.Lstat(elsewhere); err == nil {
		if err := who.checkOwn(elsewhere); err != nil {
			return "", err
		}
		if err := os.RemoveAll(elsewhere); err != nil {
			return "", err
		}
	}
	return elsewhere, os.WriteFile(filepath.Join(dir, dataPointer), []byte(elsewhere+"\n"), 0o600)
}

func outsideData(dir string) string {
	return filepath.Join("/var/tmp", "howareyou-postgres-"+shortHash(dir))
}

func readPointer(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, dataPointer))
	if err != nil {
		return "", err
	}
	path := strings.TrimSpace(string(text))
	if !strings.HasPrefix(path, "/var/tmp/howareyou-postgres-") || filepath.Clean(path) != path {
		return "", fmt.Errorf("%s: not a folder that we made: %q", dataPointer, path)
	}
	return path, nil
}

// placeSocket says in which folder a server's socket lies: the one proposed, or
// one below /tmp when the path would be too long, out of reach, or would need
// quoting: a comma divides hosts in a URL and folders in a setting.
func placeSocket(proposed, socket string, who account) string {
	if len(filepath.Join(proposed, socket)) <= maxSocketPath &&
		plainPath.MatchString(proposed) && who.reaches(filepath.Dir(proposed)) {
		return proposed
	}
	return filepath.Join("/tmp", "howareyou-"+shortHash(proposed))
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}
