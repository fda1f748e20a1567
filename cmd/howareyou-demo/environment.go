package main

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// environment is what a howareyou process needs to run against this demo, in
// the order in which demo.env has it. No value needs quoting in a shell, unless
// the folder's path does.
func (d *demo) environment(account account) []string {
	return []string{
		"DATABASE_URL=" + shellSafe(d.pg.URL(databaseName, loginName)),
		"REDIS_URL=" + d.redis.URL(),
		"LISTEN=" + d.flags.listen,
		"PUBLIC_URL=" + siteOf(d.flags.listen),
		"DEFAULT_REGION=GB",
		"HOWAREYOU_KEYSET_FILE=" + d.folder.keyset(),
		"TWILIO_ACCOUNT_SID=" + account.SID,
		"TWILIO_AUTH_TOKEN=" + account.Token,
		"TWILIO_FROM=" + serviceNumber,
		"TWILIO_API_URL=" + siteOf(d.flags.sim),
	}
}

func (d *demo) writeEnvironment(lines []string) error {
	if err := writeFile(d.folder.environment(), []byte(strings.Join(lines, "\n")+"\n")); err != nil {
		return fmt.Errorf("demo.env: %w", err)
	}
	return nil
}

// shellSafe leaves the folder of the socket as the address's only parameter: the
// others are what every client assumes, and an ampersand would end the line of a
// shell that reads the file.
func shellSafe(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.RawQuery = url.Values{"host": {u.Query().Get("host")}}.Encode()
	return u.String()
}

// siteOf is how a browser on this machine reaches a listener.
func siteOf(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
