#!/bin/sh
# Makes the secrets of docker-compose.yml, each in a file of its own, and
# leaves alone what is already there: run it again after adding one.
#
# The folder is closed to other people of this machine; the files inside are
# readable, because a container reads them as a user that does not exist here.
set -eu

cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# put NAME VALUE
put() {
	[ -s "secrets/$1" ] && return
	printf '%s\n' "$2" >"secrets/$1"
	chmod 644 "secrets/$1"
	echo "made deploy/secrets/$1"
}

put postgres_password "$(random)"
put database_url "postgres://howareyou:$(random)@postgres:5432/howareyou?sslmode=disable"
put migrate_database_url "postgres://howareyou_owner:$(random)@postgres:5432/howareyou?sslmode=disable"

for name in keyset twilio_auth_token; do
	[ -s "secrets/$name" ] || echo "still to be written by you: deploy/secrets/$name (see docs/operations.md)"
done
