// Package devenv gives the demo and the tests real servers without asking
// anything of the person who runs them: it finds PostgreSQL, redis-server and
// Chromium or installs them, and starts private instances that listen on unix
// sockets of their own and end when the process that started them ends, however
// it ends.
//
// It never ships: the production command does not link it.
package devenv
