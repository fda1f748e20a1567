// Package limit slows down whoever asks too often: for sign-in links, and for
// webhooks that nobody we know has signed. Redis counts for all processes
// together; while it is away each process counts alone, with its share.
//
// A limit is a courtesy and not a lock: nothing that must never happen may
// depend on it.
package limit
