# Helpers of the build scripts; sourced, not run.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

set -euo pipefail

BW_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BW_BUILD=${BW_BUILD:-$BW_ROOT/build}
BW_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/benchwire
export BW_ROOT BW_BUILD BW_CACHE

say() {
    printf '== %s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# logged LOG COMMAND...: run quietly into build/LOG; on failure show its end.
# With V=1 the output is shown as well.
logged() {
    local log=$BW_BUILD/$1
    shift
    mkdir -p "$BW_BUILD"
    if [ -n "${V:-}" ]; then
        printf '+ %s\n' "$*"
        "$@" 2>&1 | tee "$log"
        return
    fi
    if ! "$@" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        die "failed: $*; the whole log is ${log#"$BW_ROOT/"}"
    fi
}
