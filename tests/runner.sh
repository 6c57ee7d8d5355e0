#!/bin/bash
# tests/run-tests counts what it should: every way a test program can fail is
# a failure, and a skip is neither a pass nor a failure.
#
# SPDX-License-Identifier: GPL-2.0-or-later
. "$(dirname "$0")/functions.sh"

# counts NAME WANTED SCRIPT: the last line and the status for one program
counts() {
    local got
    printf '%s\n' "$3" >"$TMP/program.sh"
    got=$(V='' BW_TEST_TIMEOUT=2 tests/run-tests "$TMP/program.sh" 2>&1)
    got="$? $(tail -n 1 <<<"$got")"
    is "$1" "$got" "$2"
}

plan 14
counts "passes are counted" "0 2 passed, 0 failed, 0 skipped" \
    'echo 1..2; echo ok 1; echo ok 2'
counts "a failed point" "1 1 passed, 1 failed, 0 skipped" \
    'echo 1..2; echo ok 1; echo not ok 2'
counts "a skipped point" "0 1 passed, 0 failed, 1 skipped" \
    'echo 1..2; echo ok 1; echo "ok 2 # SKIP no bus"'
counts "a skipped program" "0 0 passed, 0 failed, 1 skipped" \
    'echo "1..0 # SKIP no bus"'
counts "a point that may fail" "0 1 passed, 0 failed, 0 skipped" \
    'echo 1..1; echo "not ok 1 # todo later"'
counts "points that are missing" "1 1 passed, 1 failed, 0 skipped" \
    'echo 1..2; echo ok 1'
counts "no plan" "1 1 passed, 1 failed, 0 skipped" 'echo ok 1'
counts "no output" "1 0 passed, 1 failed, 0 skipped" ':'
counts "a crash" "1 1 passed, 1 failed, 0 skipped" \
    'echo 1..1; echo ok 1; kill -SEGV $$'
counts "an exit status" "1 1 passed, 1 failed, 0 skipped" \
    'echo 1..1; echo ok 1; exit 3'
counts "bailing out" "1 0 passed, 1 failed, 0 skipped" 'echo "Bail out! no disk"'
counts "no end" "1 0 passed, 1 failed, 0 skipped" 'echo 1..1; exec sleep 60'
printf '%s\n' '# time limit: 1 s' 'echo 1..1; exec sleep 60' >"$TMP/program.sh"
like "a script's own time limit" \
    "$(env -u BW_TEST_TIMEOUT timeout 30 tests/run-tests "$TMP/program.sh" 2>&1)" \
    'no end within 1 s'
is "a program that is not there" \
    "$(tests/run-tests "$TMP/none" | tail -n 1)" "0 passed, 1 failed, 0 skipped"
