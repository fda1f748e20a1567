#!/bin/sh
# Fails when a committed *_templ.go is not what its .templ file generates, or
# has lost it. Generates into a copy: the working tree is never touched, and
# git need not be there.
# usage: check-generated.sh PATH-TO-TEMPL   (from the project's root)
set -eu

templ=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp go.mod "$work/"
find . -name '*.templ' -not -path '*/node_modules/*' | while read -r page; do
	mkdir -p "$work/$(dirname "$page")"
	cp "$page" "$work/$page"
done
"$templ" generate -path "$work" -log-level error

find . -name '*_templ.go' -not -path '*/node_modules/*' | sort >"$work/committed"
(cd "$work" && find . -name '*_templ.go' | sort) >"$work/generated"
: >"$work/stale"
while read -r file; do
	cmp -s "$file" "$work/$file" || echo "$file" >>"$work/stale"
done <"$work/generated"
comm -23 "$work/committed" "$work/generated" >>"$work/stale"

if [ -s "$work/stale" ]; then
	echo "generated code is not current (make generate mends it):"
	cat "$work/stale"
	exit 1
fi
