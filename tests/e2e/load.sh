#!/bin/bash
# The agent under load, and ThreadSanitizer looking on: tests/load/load.c.
#
# usage: [BW_FLAVOUR=host|asan|tsan] tests/e2e/load.sh
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
AGENT=build/${BW_FLAVOUR:-tsan}/benchwired
LOAD=build/host/tests/load/load
requires "$AGENT" "$LOAD"

# Where addresses are drawn from a wide range ThreadSanitizer does not start.
if ! "$AGENT" --version >/dev/null 2>&1; then
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec setarch -R %q "$@"\n' "$AGENT" >"$TMP/agent"
    chmod +x "$TMP/agent"
    AGENT=$TMP/agent
    "$AGENT" --version >/dev/null 2>&1 ||
        skip_all "ThreadSanitizer does not start here, not with setarch -R either"
fi

plan 4

DESK=tests/load/load.conf
agent_start "$TMP/log"
agent=$PID
port=$(sed -n 's/.*listening on tcp:.*:\([0-9]*\)$/\1/p' "$TMP/log")
"$LOAD" "$BENCHWIRE" "$port" | tee "$TMP/load" | sed -n 's/^/# /p'
is "every kind of load was borne" "${PIPESTATUS[0]}" 0
ok "those that gave way are told of" grep -q 'made room for' "$TMP/log"
ok "SIGTERM ends the agent" stop "$agent" 20
is "and nothing was found wrong in it" \
    "$(grep -cE 'Sanitizer|runtime error' "$TMP/log")" 0
grep -m 1 -A 40 -E 'Sanitizer|runtime error' "$TMP/log" | sed 's/^/# /'
exit 0
