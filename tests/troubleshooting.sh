#!/bin/bash
# docs/troubleshooting.md quotes what the programs really say.
#
# Each line that begins with "> " is a text of the sources, with an ellipsis for
# what is filled in; the pieces in between must each stand in one of them.
#
# SPDX-License-Identifier: GPL-2.0-or-later
. "$(dirname "$0")/functions.sh"
plan 3
PAGE=docs/troubleshooting.md

# pieces FILE: those of 6 characters and more, one in a line
pieces() {
    sed -n 's/^> //p' "$1" | sed 's/…/\n/g' | sed 's/^ *//; s/ *$//' |
        awk 'length >= 6'
}

# The texts of the sources, those that go over several lines joined.
perl -0777 -ne 's/"\s*\n\s*"//g; s/\\"/"/g; print' \
    host-agent/*.c passthrough/*.c lib/*.c peripherals/*.c >"$TMP/texts"

# missing FILE: pieces that no source has
missing() {
    pieces "$1" | while IFS= read -r piece; do
        grep -qF -- "$piece" "$TMP/texts" || printf '%s\n' "$piece"
    done
}

count=$(pieces "$PAGE" | wc -l)
ok "there are entries" test "$count" -ge 25
is "every quoted text is in the sources" "$(missing "$PAGE")" ''
printf '> this is in no … source at all\n' >"$TMP/page"
is "one that is not would be found" "$(missing "$TMP/page" | tail -n 1)" \
    'source at all'
