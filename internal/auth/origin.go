package auth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Origin returns the origin of the public address in the form that browsers
// send (RFC 6454, section 6.1): scheme and host in small letters, the port only
// where it is not the scheme's own.
func Origin(public string) (string, error) {
	u, err := url.Parse(public)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("the public address must be like https://care.example.org")
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host += ":" + port
	}
	return u.Scheme + "://" + host, nil
}

// SameOrigin says whether a request that a cookie may vouch for was made by
// our own pages, and why. It takes the method and the headers Sec-Fetch-Site
// and Origin as they came ("" for none), and Origin of the public address.
// Every browser since 2023 sends the first to https and to the machine itself,
// the others send the second with every POST; a request with neither is no
// browser's, and the API has keys instead of cookies. The Host header is not
// asked, since anyone can write it.
func SameOrigin(method, secFetchSite, origin, publicOrigin string) (ok bool, reason string) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true, "the method changes nothing"
	}
	switch secFetchSite {
	case "same-origin":
		return true, "the browser says that our page sent it"
	case "none":
		return true, "the browser says that the reader sent it, and no page"
	case "":
		// An older browser, or plain http: the other header decides.
	default:
		return false, "the browser says that another site sent it"
	}
	switch origin {
	case "":
		return false, "nothing says which page sent it"
	case publicOrigin:
		return true, "its origin is ours"
	default:
		return false, "its origin is not ours"
	}
}
