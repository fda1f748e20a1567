// Package auth decides who may come in: tokens in links and cookies, how long
// they last, whether a request comes from our own pages, and from which
// address. It is pure; what is stored is stored elsewhere, as hashes.
//
// A token stands in one address, that of its link. So pages behind a link
// send Referrer-Policy: same-origin, and logs name the route and not the path.
// (no-referrer would be wrong: with it a browser sends "Origin: null" with our
// own forms, which SameOrigin refuses.)
package auth
