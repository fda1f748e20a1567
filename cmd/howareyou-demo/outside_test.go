package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"howareyou/internal/app"
	"howareyou/internal/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(webtest.Run(m)) }

// outside is a demo as a person meets it: a binary, a folder, two ports.
type outside struct {
	t         *testing.T
	bin, dir  string
	site, sim string
	running   *exec.Cmd
	said      bytes.Buffer // on stderr
	ended     chan struct{}
	endErr    error // once ended is closed
}

// wait bounds one start or stop on a busy machine.
const wait = 2 * time.Minute

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{t: t, dir: t.TempDir(), site: freePort(t), sim: freePort(t)}
	o.bin = filepath.Join(t.TempDir(), "howareyou-demo")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", o.bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if o.running != nil {
			_ = o.running.Process.Kill()
			<-o.ended
		}
		o.eventually("the servers of a killed demo end", func() bool { return o.children() == "" })
		// The database may lie elsewhere, where root's account for it may enter.
		if err := (folder{o.dir}).clear(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (o *outside) command(args ...string) *exec.Cmd {
	return exec.CommandContext(o.t.Context(), o.bin, append([]string{"--listen", o.site, "--sim", o.sim, "--dir", o.dir}, args...)...)
}

// start returns what the demo said until its ready line.
func (o *outside) start(args ...string) (before []string) {
	o.t.Helper()
	o.said.Reset()
	o.running = o.command(args...)
	o.running.Stderr = &o.said
	out, err := o.running.StdoutPipe()
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.running.Start(); err != nil {
		o.t.Fatal(err)
	}
	lines := make(chan string, 64)
	o.ended = make(chan struct{})
	running, ended := o.running, o.ended
	go func() {
		for scan := bufio.NewScanner(out); scan.Scan(); {
			lines <- scan.Text()
		}
		close(lines)
		o.endErr = running.Wait()
		close(ended)
	}()
	late := time.After(wait)
	for {
		select {
		case line, ok := <-lines:
			switch {
			case !ok:
				<-o.ended
				o.t.Fatalf("ended before it was ready: %v\n%s\n%s", o.endErr, strings.Join(before, "\n"), o.said.String())
			case line == "ready: http://"+o.site:
				return before
			}
			before = append(before, line)
		case <-late:
			o.t.Fatalf("not ready in time:\n%s", strings.Join(before, "\n"))
		}
	}
}

// end sends a signal and returns the exit code.
func (o *outside) end(s syscall.Signal) int {
	o.t.Helper()
	if err := o.running.Process.Signal(s); err != nil {
		o.t.Fatal(err)
	}
	select {
	case <-o.ended:
		code := o.running.ProcessState.ExitCode()
		o.running = nil
		return code
	case <-time.After(wait):
		o.t.Fatal("it does not end")
		return 0
	}
}

// children are the processes that have our folder in their command line.
func (o *outside) children() string {
	out, err := exec.Command("ps", "-axo", "pid=,args=").Output()
	if err != nil {
		o.t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, o.dir) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

func (o *outside) eventually(what string, condition func() bool) {
	o.t.Helper()
	for deadline := time.Now().Add(wait); !condition(); {
		if time.Now().After(deadline) {
			o.t.Fatalf("not in time: %s", what)
		}
		<-time.After(20 * time.Millisecond)
	}
}

func (o *outside) call(method, address, body string) (int, string) {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), method, "http://"+address, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func (o *outside) now() time.Time {
	o.t.Helper()
	var m moved
	if _, text := o.call("GET", o.site+clockPath, ""); json.Unmarshal([]byte(text), &m) != nil {
		o.t.Fatalf("clock: %s", text)
	}
	return m.Now
}

type shown struct {
	Body string
	At   time.Time
}

func (o *outside) texts(phone string) []shown {
	o.t.Helper()
	var texts []shown
	if _, answer := o.call("GET", o.sim+"/sim/phones/"+phone+"/messages", ""); json.Unmarshal([]byte(answer), &texts) != nil {
		o.t.Fatalf("texts: %s", answer)
	}
	return texts
}

func (o *outside) says(phone, words string) bool {
	texts := o.texts(phone)
	return len(texts) > 0 && strings.Contains(texts[len(texts)-1].Body, words)
}

// showed says whether any text on a phone holds the words.
func (o *outside) showed(phone, words string) bool {
	for _, text := range o.texts(phone) {
		if strings.Contains(text.Body, words) {
			return true
		}
	}
	return false
}

// One demo, as its days go by: each part goes on from the one before.
func TestDemoFromTheOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and starts the whole demo")
	}
	o := newOutside(t)
	said := strings.Join(o.start(), "\n")
	if !strings.Contains(said, "made 30 patients") {
		t.Errorf("it said\n%s", said)
	}
	t.Log(said)
	t.Run("another is told in one line", o.anotherIsRefused)
	t.Run("the environment suffices", o.environmentSuffices)
	t.Run("the decline is told to Dana", func(t *testing.T) {
		o.eventually("Dana's phone shows the alert", func() bool { return o.showed(dana.phone, "ACK 1") })
	})
	t.Run("a text reaches phones and pages", o.textReachesPhonesAndPages)
	t.Run("time goes on in order", o.timeGoesOn)
	moved := o.now()
	if code := o.end(syscall.SIGTERM); code != 0 {
		t.Errorf("SIGTERM: exit %d, %s", code, o.said.String())
	}
	if left := o.children(); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
	for _, how := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT} {
		said := strings.Join(o.start(), "\n")
		if !strings.Contains(said, "found the people") {
			t.Errorf("before %s it said\n%s", how, said)
		}
		if now := o.now(); now.Before(moved) || now.After(moved.Add(wait)) {
			t.Errorf("the clock was at %s and is at %s", moved, now)
		}
		if !strings.Contains(o.texts(sam.phone)[0].Body, "rough night") {
			t.Error("yesterday's texts are gone")
		}
		o.end(how)
		o.eventually("no process is left after "+how.String(), func() bool { return o.children() == "" })
	}
}

func (o *outside) anotherIsRefused(t *testing.T) {
	out, err := o.command().CombinedOutput()
	if exit := (*exec.ExitError)(nil); !asExit(err, &exit) || exit.ExitCode() != exitFailed ||
		string(out) != "howareyou-demo: "+o.site+" is in use by another program: choose another with --listen\n" {
		t.Errorf("%v: %s", err, out)
	}
	out, err = o.command("--listen", freePort(t), "--sim", freePort(t), "--fresh").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "in use") || bytes.Count(out, []byte("\n")) != 1 {
		t.Errorf("a second demo in the folder: %v: %s", err, out)
	}
}

func asExit(err error, exit **exec.ExitError) bool {
	return errors.As(err, exit)
}

func (o *outside) environmentSuffices(t *testing.T) {
	path := filepath.Join(o.dir, "demo.env")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("demo.env may be read by others: %v %v", info.Mode(), err)
	}
	cfg, warnings, err := app.LoadConfig(strings.Split(strings.TrimSpace(string(content)), "\n"))
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	if err := cfg.Check(app.NeedServe); err != nil {
		t.Error(err)
	}
	store, err := app.OpenStore(t.Context(), cfg, app.SystemClock, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if orgs, err := store.Organisations(t.Context()); err != nil || len(orgs) != 1 {
		t.Errorf("%d organisations, %v", len(orgs), err)
	}
	// A shell must be able to read it as it is.
	out, err := exec.CommandContext(t.Context(), "sh", "-c", `set -a; . "$0"; printf %s "$DATABASE_URL"`, path).CombinedOutput()
	if err != nil || string(out) != cfg.DatabaseURL {
		t.Errorf("a shell reads %q, %v", out, err)
	}
	for address, want := range map[string]string{o.site + "/healthz": "alive", o.site + "/readyz": "ready"} {
		if status, body := o.call("GET", address, ""); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", address, status, body)
		}
	}
	if status, _ := o.call("POST", o.sim+"/2010-04-01/Accounts/"+cfg.AccountSID+"/Messages.json", ""); status != 401 {
		t.Errorf("the provider without a token: %d", status)
	}
}

func (o *outside) textReachesPhonesAndPages(t *testing.T) {
	board, feed, phones := webtest.Browser(t), webtest.Browser(t), webtest.Browser(t)
	board.Open(t, "http://"+o.site+"/demo/as/dana/")
	feed.Open(t, "http://"+o.site+"/demo/as/sam/")
	for _, tab := range []*webtest.Tab{board, feed} {
		tab.Await(t, `Boolean(document.querySelector("[data-live]")?._htmx?.sse)`) // the page hears of changes
	}
	phones.Look(t, webtest.View{Width: 1280})
	phones.Open(t, "http://"+o.sim+"/")
	phones.Await(t, `document.querySelectorAll("iframe").length === 3`)
	if status, body := o.call("POST", o.sim+"/sim/phones/"+mary.phone+"/messages", `{"body":"2 rough night"}`); status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	o.eventually("Sam reads score and words", func() bool { return o.says(sam.phone, "rough night") })
	o.eventually("Ruth reads the score", func() bool { return o.says(ruth.phone, "2 of 5") })
	if o.says(ruth.phone, "rough night") {
		t.Error("Ruth reads the words")
	}
	for _, tab := range []*webtest.Tab{board, feed} {
		tab.Await(t, `document.body.innerText.includes("rough night")`)
	}
	phones.Await(t, `document.body.innerText.includes("rough night")`)
}

func (o *outside) timeGoesOn(t *testing.T) {
	before := len(o.texts(mary.phone))
	if status, body := o.call("POST", o.site+clockPath, `{"advance":"48h"}`); status != 200 || strings.Contains(body, "note") {
		t.Fatalf("%d %s", status, body)
	}
	prompts := o.texts(mary.phone)[before:]
	if len(prompts) != 2 {
		t.Fatalf("in two days Mary was asked %d times", len(prompts))
	}
	zone, err := time.LoadLocation(zoneName)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range prompts {
		if at := p.At.In(zone).Format("15:04"); at != "09:00" {
			t.Errorf("asked at %s", at)
		}
	}
}
