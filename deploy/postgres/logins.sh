#!/bin/sh
# Runs once, when the postgres container makes its data directory: creates the
# database and its two logins, with the passwords that their addresses hold.
#
# howareyou_owner migrates: it owns the database and may become
# howareyou_migrate. howareyou is what the service logs in as: it may become
# howareyou_app, which sees the organisations that a transaction names, and holds
# nothing of its own.
#
# The roles are made here, by the superuser, so that no login of the service
# ever needs the right to create roles.
set -eu

# password FILE: what stands between the login's name and the host.
password() { sed -n 's|^[a-z]*://[^:/]*:\([^@]*\)@.*|\1|p' "$1"; }

# psql quotes :'...' itself, so a password with a quote in it stays a password.
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
	-v app_password="$(password "${APP_URL_FILE:-/run/secrets/database_url}")" \
	-v owner_password="$(password "${OWNER_URL_FILE:-/run/secrets/migrate_database_url}")" <<'SQL'
CREATE ROLE howareyou_app NOLOGIN;
CREATE ROLE howareyou_lookup NOLOGIN;
CREATE ROLE howareyou_migrate NOLOGIN IN ROLE howareyou_lookup;
CREATE ROLE howareyou_backup NOLOGIN;
CREATE ROLE howareyou_owner LOGIN PASSWORD :'owner_password' IN ROLE howareyou_migrate;
CREATE ROLE howareyou LOGIN NOINHERIT PASSWORD :'app_password' IN ROLE howareyou_app;
CREATE DATABASE howareyou OWNER howareyou_owner;
SQL
