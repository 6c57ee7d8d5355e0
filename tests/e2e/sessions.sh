#!/bin/bash
# Sessions of a running agent: who is there, kicking one, silence, the log.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# time limit: 120 s
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL" perl

plan 38

# hold OUT ADDRESS EXPORT [mute]: a client that has the export; its id is PID
hold() {
    local out=$1
    shift
    spawn "$out" perl tests/e2e/holder.pl "$1" "$2" 60 ${3+"$3"}
    wait_for 5 grep -q '^held' "$out"
}

# number EXPORT: of the session that has it
number() {
    "$TOOL" who | awk -v e="$1" '$2 == e { print $1 }'
}

is_free() {
    [ -z "$(number "$1")" ]
}

now_ms() {
    date +%s%3N
}

{ printf '[listen]\ntcp = 127.0.0.1:0\nsilence = 2s\n'; cat "$DESK"; } \
    >"$TMP/bench.conf"
PLAIN=$DESK
DESK=$TMP/bench.conf
agent_start "$TMP/log" -l debug
agent=$PID
tcp=$(sed -n 's/.*listening on tcp:\(.*\)/\1/p' "$TMP/log")

# --- who -------------------------------------------------------------------

hold "$TMP/one" "$SOCK" thermometer
one=$PID
is "the client learns its silence and who it is" "$(cat "$TMP/one")" \
    "held 2000 local"
"$TOOL" who >"$TMP/who"
like "who has a heading" "$(head -1 "$TMP/who")" \
    'SESSION +EXPORT +IDENTITY +SINCE +IDLE +REQUESTS'
like "it shows a holder with all that is known of it" "$(cat "$TMP/who")" \
    "1  thermometer  local .* [0-9]\.[0-9]s .* [3-9]  unix pid $one uid $(id -u), holder"
like "and the session that asks, without an export" "$(cat "$TMP/who")" \
    '2  -  .*, benchwire '
hold "$TMP/two" "$tcp" eeprom
like "a client by TCP of this machine is loopback" "$("$TOOL" who)" \
    'eeprom +loopback .* tcp 127\.0\.0\.1:[0-9]+, holder'
spawn "$TMP/ungreeted" perl tests/e2e/raw.pl "$SOCK" 30
wait_for 5 sh -c "'$TOOL' who | grep -q 'no HELLO yet'"
ok "a client that has not greeted is shown, too" \
    sh -c "'$TOOL' who | grep -q 'no HELLO yet'"

# --- a heartbeat keeps, silence loses -----------------------------------------

sleep 3 # longer than the silence: nothing is awaited but time itself
is "a client that sends PING keeps its lease" "$(wc -l <"$TMP/one")" 1
begin=$(now_ms)
kill -STOP "$one"
ok "one that was stopped loses it" wait_for 6 is_free thermometer
took=$(($(now_ms) - begin))
ok "within its silence (took $took ms)" test "$took" -le 2700
ok "and not before the heartbeat was due" test "$took" -ge 1000
like "the log says why" "$(cat "$TMP/log")" \
    'silent for 2000 ms with "thermometer" open'
ok "the export is another's now" "$TOOL" i2c get thermometer 0x48
kill -CONT "$one"
wait_for 5 gone "$one"
like "the stopped client learns it when it goes on" "$(cat "$TMP/one")" closed
hold "$TMP/mute" "$tcp" thermometer mute
ok "a mute client on TCP loses it likewise" wait_for 6 is_free thermometer
is "the other one has kept its own all the time" "$(wc -l <"$TMP/two")" 1

# docs/protocol.md: HELLO without LEASE, OPEN of "thermometer"
HELLO=1a00000001000000010000004257575201000000030000000000010009
HELLO+=71656d752031302e30
OPEN=10000000040000000400000001000000
OPEN+=0b746865726d6f6d65746572
spawn "$TMP/old" perl tests/e2e/raw.pl "$SOCK" 60 "$HELLO" "$OPEN"
wait_for 5 sh -c "'$TOOL' who | grep -q thermometer"
sleep 3
ok "of a client without LEASE nothing is expected" \
    sh -c "'$TOOL' who | grep -q thermometer"

# --- kick --------------------------------------------------------------------

victim=$(number thermometer)
is "kick ends a session" "$("$TOOL" kick "$victim")" \
    "session $victim has ended"
ok "its lease is free at once" "$TOOL" i2c get thermometer 0x48
like "the log says who did it" "$(cat "$TMP/log")" \
    "session $victim: ended by session [0-9]+, \"local\""
is "a holder can be named by what it holds" \
    "$("$TOOL" kick eeprom | sed 's/[0-9]* has/N has/')" "session N has ended"
wait_for 5 grep -q closed "$TMP/two"
ok "the client sees the end" grep -q closed "$TMP/two"
like "there may be no such session" "$("$TOOL" kick 999 2>&1)" \
    'cannot end session 999: there is no session 999'
like "or nobody who holds it" "$("$TOOL" kick eeprom 2>&1)" \
    'nobody holds "eeprom"'
like "plain TCP may not administer" "$("$TOOL" -c "tcp:$tcp" who 2>&1)" \
    'may not administer'

# --- kick in the midst of something ------------------------------------------

# the reply is a minute late, and so would be the end of the session
"$TOOL" fault add desk link-delay time=60s >"$TMP/fault"
spawn "$TMP/slow" "$TOOL" i2c get thermometer 0x48
wait_for 5 sh -c "'$TOOL' who | grep -q 'thermometer'"
begin=$(now_ms)
is "a session that delays a reply is kicked" "$("$TOOL" kick thermometer |
    sed 's/[0-9]* has/N has/')" "session N has ended"
took=$(($(now_ms) - begin))
ok "at once (took $took ms)" test "$took" -le 1000
"$TOOL" fault clear desk >"$TMP/fault"

# a client that reads no reply fills every buffer between
cat >"$TMP/deaf.pl" <<'EOF'
use IO::Socket::UNIX;
my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$!\n";
$SIG{PIPE} = 'IGNORE';
syswrite $s, pack 'H*', $_ for @ARGV[1, 2];
my $ping = pack('V v v V', 60000, 2, 0, 9) . 'x' x 60000;
1 while syswrite $s, $ping;
EOF
spawn "$TMP/deaf" perl "$TMP/deaf.pl" "$SOCK" "$HELLO" "$OPEN"
deaf=$PID
wait_for 5 sh -c "'$TOOL' who | grep -q 'thermometer'"
begin=$(now_ms)
is "one that hangs in a send is kicked" "$("$TOOL" kick thermometer |
    sed 's/[0-9]* has/N has/')" "session N has ended"
took=$(($(now_ms) - begin))
ok "at once, too (took $took ms)" test "$took" -le 1000
wait_for 5 gone "$deaf"

# --- the log ---------------------------------------------------------------

like "every request has its id in the log" "$(cat "$TMP/log")" \
    'session [0-9]+ id=[0-9]+ opened "thermometer"'
stop "$agent" 5

# --- users of this machine -----------------------------------------------------

{ printf '[listen]\nsessions = 2\n[identity me]\nuser = %s\n' "$(id -un)"
    printf 'exports = therm* clock\n'; cat "$PLAIN"; } >"$TMP/users.conf"
DESK=$TMP/users.conf
agent_start "$TMP/log2"
agent=$PID
hold "$TMP/user" "$SOCK" thermometer
is "a user has the name that the bench file gives" "$(cat "$TMP/user")" \
    "held 10000 me"
is "and sees what that may open" "$("$TOOL" list | awk 'NR > 1 { print $1 }' |
    xargs)" "thermometer clock"
like "and no more" "$("$TOOL" i2c get eeprom 0x50 2>&1)" \
    '"me" may not open "eeprom"; an \[identity me\] .* must name it'
like "the log says so too" "$(cat "$TMP/log2")" \
    'id=[0-9]+ OPEN -> denied: "me" may not open "eeprom"'
like "a name without admin may not kick" "$("$TOOL" kick 1 2>&1)" \
    'may not administer; its section of the bench file must say admin = yes'
hold "$TMP/user2" "$SOCK" clock
spawn "$TMP/user3" perl tests/e2e/raw.pl "$SOCK" 30
wait_for 5 grep -q 'turned away' "$TMP/log2"
like "there are as many sessions as it says" "$(cat "$TMP/log2")" \
    'turned away, unix pid .*: the most sessions there may be are open'
# shellcheck disable=SC2016
perl -MIO::Socket::UNIX -e '
    for (1 .. 200) {
        my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
        sysread $s, my $text, 1;
    }' "$SOCK"
is "who comes again and again does not fill the log" \
    "$(grep -c 'turned away' "$TMP/log2")" 50
stop "$agent" 5
# shellcheck disable=SC2016
spawn "$TMP/journal" sh -c 'exec 2>"$1"; shift
    JOURNAL_STREAM=$(stat -L -c %d:%i /dev/fd/2) exec "$@"' sh "$TMP/journal" \
    "$AGENT" -c "$DESK" --unix "$SOCK"
wait_for 5 is_ready "$TMP/journal"
like "the journal gets levels and no times" "$(cat "$TMP/journal")" \
    '^<6>benchwired .* is ready'
ok "and nothing else" sh -c "! grep -qv '^<[367]>' '$TMP/journal'"
stop "$PID" 5
