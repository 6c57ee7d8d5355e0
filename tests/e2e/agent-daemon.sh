#!/bin/bash
# benchwired as a process: sockets, signals, leases of dead clients, limits.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL" perl

# docs/protocol.md: HELLO with id 1, OPEN of "thermometer" with id 4
HELLO=1a00000001000000010000004257575201000000030000000000010009
HELLO+=71656d752031302e30
OPEN=10000000040000000400000001000000
OPEN+=0b746865726d6f6d65746572

plan 43

# --- options and the bench file ---------------------------------------------

ok "--version is printed" "$AGENT" --version
ok "--help is printed" "$AGENT" --help
fails "an unknown option is refused" "$AGENT" --nonsense
like "and named" "$("$AGENT" --nonsense 2>&1)" 'no such option.*--nonsense'
like "--check accepts the example" "$("$AGENT" --check -c "$DESK")" \
    'ok, 5 exports'
printf '[export x]\ntype = spi\n' >"$TMP/bad.conf"
printf '[export x]\ntype=i2c\nadapter=/dev/i2c-9\naddress=0x48\nprofile=%s\n' \
    tmp1002 >"$TMP/profile.conf"
fails "--check refuses a profile that there is not" \
    "$AGENT" --check -c "$TMP/profile.conf"
like "and names export and profile" \
    "$("$AGENT" --check -c "$TMP/profile.conf" 2>&1)" \
    'export "x": there is no profile "tmp1002"'
fails "--check refuses a wrong file" "$AGENT" --check -c "$TMP/bad.conf"
like "with file, line, cause and cure" \
    "$("$AGENT" -c "$TMP/bad.conf" 2>&1)" \
    'bad.conf:2: type "spi" is unknown; write i2c'
like "a missing file is named" "$("$AGENT" -c "$TMP/none" 2>&1)" \
    'none: No such file or directory; name another bench file with --config'

printf '[export x]\ntype=i2c\nadapter=/dev/null\naddress=0x48\n' >"$TMP/null.conf"
like "a device that is no adapter is named, with the question" \
    "$("$AGENT" -c "$TMP/null.conf" -u "$TMP/null.sock" 2>&1)" \
    'cannot open /dev/null: .*; is it an I2C adapter\?'

# --- the unix socket ----------------------------------------------------------

agent_start "$TMP/log1" -l debug
first=$PID
is "only user and group may connect" "$(stat -c %a "$SOCK")" 660
ok "a client lists the exports" "$TOOL" list
spawn "$TMP/silent" perl tests/e2e/raw.pl "$SOCK" 30
silent=$PID
spawn "$TMP/half" perl tests/e2e/raw.pl "$SOCK" 30 "$HELLO" "${OPEN:0:10}"
half=$PID

like "a second agent on the same socket is refused" \
    "$("$AGENT" -c "$DESK" --unix "$SOCK" 2>&1)" 'another agent listens on'
ok "and the first one goes on" "$TOOL" list
touch "$TMP/file"
like "a file that is no socket is left alone" \
    "$("$AGENT" -c "$DESK" --unix "$TMP/file" 2>&1)" 'is not a socket'
ok "it is still there" test -f "$TMP/file"
like "a missing folder is told" \
    "$("$AGENT" -c "$DESK" --unix "$TMP/no/x" 2>&1)" 'create its folder'
like "a path that is too long is told" \
    "$("$AGENT" -c "$DESK" --unix "/$(printf '%0120d' 0)" 2>&1)" \
    '1 to 107 bytes'

# --- clients that misbehave --------------------------------------------------

raw 5 "$(printf 'ff%.0s' {1..200})" >"$TMP/garbage"
ok "garbage is answered and the connection closed" test -s "$TMP/garbage"
ok "the agent lives" "$TOOL" list
like "a frame of 4 GB is refused unread" "$(raw 5 "$HELLO" ffffffff0200000002000000)" \
    '02800b0002000000'

spawn "$TMP/holder" perl tests/e2e/raw.pl "$SOCK" 30 "$HELLO" "$OPEN"
holder=$PID
wait_for 5 grep -q 'opened "thermometer"' "$TMP/log1"
like "a held export is shown as held" "$("$TOOL" list)" \
    '^thermometer .*held by 1'
like "and refused in plain words" \
    "$("$TOOL" i2c get thermometer 0x48 2>&1)" 'held by another session'
is "with i2cget's exit code for errors" \
    "$("$TOOL" i2c get thermometer 0x48 >"$TMP/out" 2>&1; echo $?)" 1
kill -KILL "$holder"
wait "$holder" 2>/dev/null
ok "the lease of a killed client is free at once" \
    "$TOOL" i2c get thermometer 0x48

# --- silence -------------------------------------------------------------------

wait_for 15 gone "$silent"
wait "$silent"
is "a client without HELLO is dropped after 10 s" "$?" 0
wait_for 15 gone "$half"
wait "$half"
is "and so is one that is silent within a frame" "$?" 0
like "both are logged" "$(cat "$TMP/log1")" 'silent without a HELLO'
like "each with its own words" "$(cat "$TMP/log1")" \
    'silent in the middle of a frame'

# --- stopping ---------------------------------------------------------------

spawn "$TMP/open-end" perl tests/e2e/raw.pl "$SOCK" 30 "$HELLO" "$OPEN"
holder=$PID
wait_for 5 sh -c "'$TOOL' list | grep -q 'held by 1'"
kill -TERM "$first"
wait_for 5 gone "$first"
wait "$first"
is "SIGTERM ends it with 0, sessions or not" "$?" 0
ok "the socket is removed" test ! -e "$SOCK"
wait "$holder"
is "the client sees the end" "$?" 0

agent_start "$TMP/log2"
kill -KILL "$PID"
wait "$PID" 2>/dev/null
ok "a killed agent leaves its socket" test -S "$SOCK"
agent_start "$TMP/log3" -l debug
ok "which the next one replaces" "$TOOL" i2c get thermometer 0x48
like "debug prints transfers in i2ctransfer's notation" "$(cat "$TMP/log3")" \
    'debug: session 1 id=3 r1@0x48 -> ok \[0x[0-9a-f]{2}\]'
stop "$PID" 5

# --- no descriptors left ----------------------------------------------------

# more clients than descriptors, for some of the agent's pauses of 100 ms
cat >"$TMP/crowd.pl" <<'END'
use IO::Socket::UNIX;
my @open = map { IO::Socket::UNIX->new(Peer => $ARGV[0]) } 1 .. 15;
select undef, undef, undef, 0.5;
END
# shellcheck disable=SC2016
spawn "$TMP/log5" sh -c 'ulimit -n 12; exec "$@"' sh \
    "$AGENT" -c "$DESK" --unix "$SOCK"
wait_for 5 is_ready "$TMP/log5"
perl "$TMP/crowd.pl" "$SOCK"
ok "an agent without free descriptors serves again later" \
    wait_for 5 "$TOOL" list
is "and has not filled its log with that" "$(grep -c 'cannot accept' "$TMP/log5")" 1
stop "$PID" 5

# --- TCP, the service manager, a full disk ---------------------------------

{ printf '[listen]\ntcp = 127.0.0.1:0\n'; cat "$DESK"; } >"$TMP/tcp.conf"
cat >"$TMP/notify.pl" <<'END'
use IO::Socket::UNIX;
my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Type => SOCK_DGRAM);
alarm 10;
$| = 1;
my $text;
while (defined $s->recv($text, 100)) { print "$text\n" }
END
spawn "$TMP/notified" perl "$TMP/notify.pl" "$TMP/notify"
wait_for 5 test -S "$TMP/notify"
NOTIFY_SOCKET=$TMP/notify spawn "$TMP/log4" "$AGENT" -c "$TMP/tcp.conf"
wait_for 5 is_ready "$TMP/log4"
tcp=$(sed -n 's/.*listening on \(tcp:.*\)/\1/p' "$TMP/log4")
ok "loopback TCP serves" "$TOOL" -c "$tcp" list
stop "$PID" 5
wait_for 5 grep -q STOPPING "$TMP/notified"
is "the service manager is told" "$(tr '\n' ' ' <"$TMP/notified")" \
    "READY=1 STOPPING=1 "

# told_often N: of the watchdog, as often as that
told_often() {
    [ "$(grep -c '^WATCHDOG=1$' "$TMP/notified")" -ge "$1" ]
}
NOTIFY_SOCKET=$TMP/notify WATCHDOG_USEC=100000 spawn "$TMP/log5" "$AGENT" \
    -c "$TMP/tcp.conf"
ok "the watchdog hears of an agent that serves" wait_for 5 told_often 5
kill -STOP "$PID"
heard=$(grep -c WATCHDOG "$TMP/notified")
fails "and of one that does not turn nothing" \
    wait_for 1 told_often $((heard + 2))
kill -CONT "$PID"
stop "$PID" 5
"$AGENT" -c "$DESK" --unix "$SOCK" -l debug 2>/dev/full &
full=$!
spawned+=("$full")
wait_for 5 test -S "$SOCK"
ok "a log that cannot be written stops nothing" "$TOOL" list
stop "$full" 5
