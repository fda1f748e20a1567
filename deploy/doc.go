// Package deploy reads the files that put the service on a machine, the compose
// file and the Dockerfile, so that tests can hold them to what the service
// needs and can start the same command lines with the same environment where
// there is no container engine.
package deploy
