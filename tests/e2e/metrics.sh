#!/bin/bash
# [listen] metrics: what was counted, from a unix socket, and in benchwire stats.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL" python3

plan 6

{ printf '[listen]\nmetrics = %s\n' "$TMP/metrics"; cat "$DESK"; } >"$TMP/conf"
DESK=$TMP/conf
cat >"$TMP/scrape.py" <<'END'
import http.client, socket, sys
client = http.client.HTTPConnection("localhost", timeout=10)
client.sock = socket.socket(socket.AF_UNIX)
client.sock.connect(sys.argv[1])
client.request("GET", "/metrics")
answer = client.getresponse()
print(answer.status, answer.getheader("Content-Type"))
print(answer.read().decode(), end="")
END
agent_start "$TMP/log"
agent=$PID
"$TOOL" i2c get thermometer 0x48 0 w >/dev/null
python3 "$TMP/scrape.py" "$TMP/metrics" >"$TMP/text"
is "a scraper is answered" "$?" 0
like "in its language" "$(head -n 1 "$TMP/text")" \
    '^200 application/openmetrics-text; version=1.0.0'
like "a transfer is counted" "$(cat "$TMP/text")" \
    '^benchwire_requests_total\{export="thermometer",type="i2c",status="ok"\} 1$'
is "up to the end" "$(tail -n 1 "$TMP/text")" "# EOF"
is "only user and group may look" "$(stat -c %a "$TMP/metrics")" 660
stop "$agent" 5
ok "the socket goes with the agent" test ! -e "$TMP/metrics"
