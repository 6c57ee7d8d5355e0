# Helpers of the bash tests; sourced by tests/*.sh and tests/*/*.sh.
#
#   . "$(dirname "$0")/../functions.sh"
#   plan 2
#   requires prove                    # or skip the whole program
#   ok "agent lists its exports" grep -q thermometer "$TMP/list"
#   is "exit status" "$status" 3
#
# Output is TAP. $TMP is a folder that goes at the end, and so does every
# process started with spawn. Nothing waits without a deadline.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
TMP=$(mktemp -d "${TMPDIR:-/tmp}/bw-test.XXXXXX")
tap_number=0
tap_failed=0
spawned=()
cleanups=()

# cleanup_fn COMMAND...: run it when the test ends, last named first
cleanup_fn() {
    cleanups=("$(printf '%q ' "$@")" "${cleanups[@]}")
}

finish() {
    local status=$? pid command
    for command in "${cleanups[@]}"; do
        eval "$command"
    done
    for pid in "${spawned[@]}"; do
        stop "$pid" 2
    done
    rm -rf "$TMP"
    [ "$status" -ne 0 ] || [ "$tap_failed" -eq 0 ] || status=1
    exit "$status"
}
trap finish EXIT
trap 'exit 143' TERM INT

plan() {
    echo "1..$1"
}

skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}

# requires COMMAND-OR-FILE...: skip the program, with the reason, without it
requires() {
    local what
    for what in "$@"; do
        command -v "$what" >/dev/null || [ -e "$what" ] ||
            skip_all "$what is not there"
    done
}

# result STATUS NAME: one test point
result() {
    tap_number=$((tap_number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tap_number - $2"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_number - $2"
    fi
}

# ok NAME COMMAND...: the command succeeds
ok() {
    local name=$1 status
    shift
    "$@" >"$TMP/.ok" 2>&1
    status=$?
    [ "$status" -eq 0 ] || sed 's/^/#   /' "$TMP/.ok"
    result "$status" "$name"
}

# fails NAME COMMAND...: the command ends with a status other than 0
fails() {
    local name=$1
    shift
    if "$@" >"$TMP/.ok" 2>&1; then
        sed 's/^/#   /' "$TMP/.ok"
        result 1 "$name"
    else
        result 0 "$name"
    fi
}

# is NAME GOT WANTED
is() {
    if [ "$2" = "$3" ]; then
        result 0 "$1"
    else
        printf '#   got:    %s\n#   wanted: %s\n' "$2" "$3"
        result 1 "$1"
    fi
}

# like NAME TEXT REGEX: the text has a line that the extended regex matches
like() {
    if grep -Eq -- "$3" <<<"$2"; then
        result 0 "$1"
    else
        printf '#   no line matches: %s\n' "$3"
        diag "$2"
        result 1 "$1"
    fi
}

skip() {
    tap_number=$((tap_number + 1))
    echo "ok $tap_number - $1 # SKIP $2"
}

diag() {
    printf '%s\n' "$*" | sed 's/^/# /'
}

# wait_for SECONDS COMMAND...: try the command until it succeeds, or fail
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# spawn LOG COMMAND...: start it in the background; its pid is in $PID
spawn() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 &
    PID=$!
    spawned+=("$PID")
}

gone() {
    ! kill -0 "$1" 2>/dev/null
}

# stop PID SECONDS: SIGTERM, and if it does not end in time SIGKILL and status 1
stop() {
    local pid=$1 status=0
    kill -TERM "$pid" 2>/dev/null || return 0
    if ! wait_for "$2" gone "$pid"; then
        kill -KILL "$pid" 2>/dev/null
        status=1
    fi
    wait "$pid" 2>/dev/null
    return "$status"
}
