#!/bin/sh
# Copies the third-party browser files from npm into the folders that the Go
# binaries embed, each beside its licence, and writes their SHA256SUMS. Run it
# only to take a new version: `go build` and `go test` never need npm.
set -eu

HTMX=htmx.org@4.0.1
ATKINSON=@fontsource-variable/atkinson-hyperlegible-next@5.3.0
VAZIRMATN=@fontsource-variable/vazirmatn@5.3.0
LUCIDE=lucide-static@1.62.0
AXE=axe-core@4.14.1

ICONS="arrow-right bell bell-off calendar check check-check chevron-right
circle-check circle-dashed circle-question-mark clock eye eye-off flag
hand-heart heart hourglass info keyboard life-buoy lock log-in log-out mail
message-circle octagon-alert pause phone search send settings triangle-alert
user users wifi-off x"

root=$(cd "$(dirname "$0")/.." && pwd)
ui=$root/internal/web/ui/assets/third_party
axe=$root/internal/web/webtest/axe
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# unpack NAME@VERSION: npm checks the package against the registry's integrity
# hash; the folder it was unpacked into is left in $package.
unpack() {
	package=$(mktemp -d "$work/package.XXXXXX")
	tarball=$(cd "$package" && npm pack --silent "$1")
	tar -xzf "$package/$tarball" -C "$package" --strip-components=1
}

# copy FROM TO: never executable, and with no source-map line, because the maps
# are not shipped and a browser would ask for them.
copy() {
	mkdir -p "$(dirname "$2")"
	case $1 in
	*.js) sed '/^\/\/# sourceMappingURL=/d' "$1" >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
	chmod 644 "$2"
}

sums() {
	(cd "$1" && find . -type f ! -name SHA256SUMS | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
}

rm -rf "$ui" "$axe"

unpack "$HTMX"
copy "$package/dist/htmx.min.js" "$ui/htmx/htmx.min.js"
copy "$package/dist/ext/hx-sse.min.js" "$ui/htmx/hx-sse.min.js"
copy "$package/LICENSE" "$ui/htmx/LICENSE"

unpack "$ATKINSON"
for set in latin latin-ext; do
	copy "$package/files/atkinson-hyperlegible-next-$set-wght-normal.woff2" "$ui/atkinson/atkinson-$set.woff2"
done
copy "$package/LICENSE" "$ui/atkinson/LICENSE"

unpack "$VAZIRMATN"
copy "$package/files/vazirmatn-arabic-wght-normal.woff2" "$ui/vazirmatn/vazirmatn-arabic.woff2"
copy "$package/LICENSE" "$ui/vazirmatn/LICENSE"

unpack "$LUCIDE"
for icon in $ICONS; do
	copy "$package/icons/$icon.svg" "$ui/lucide/$icon.svg"
done
copy "$package/LICENSE" "$ui/lucide/LICENSE"

unpack "$AXE"
copy "$package/axe.min.js" "$axe/axe.min.js"
copy "$package/LICENSE" "$axe/LICENSE"
copy "$package/LICENSE-3RD-PARTY.txt" "$axe/LICENSE-3RD-PARTY.txt"

sums "$ui"
sums "$axe"
echo "assets: $(cat "$ui/SHA256SUMS" "$axe/SHA256SUMS" | wc -l) files from $HTMX $ATKINSON $VAZIRMATN $LUCIDE $AXE"
