#!/bin/bash
# benchwire: words, output and exit codes, those of i2c-tools 4.3 for i2c.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL" perl

# status COMMAND...: its exit status
status() {
    "$@" >"$TMP/out" 2>&1
    echo $?
}

# said COMMAND...: what it prints, errors too
said() {
    "$@" 2>&1
}

plan 50
agent_start "$TMP/log"

# --- list, get, set -----------------------------------------------------------

like "list names the exports" "$("$TOOL" list)" \
    '^thermometer +i2c +0x48 +free +sim +TMP102'
like "and the bench" "$("$TOOL" list)" '^desk +bench +- '
like "get lists the values with units" "$("$TOOL" get)" \
    '^thermometer.temperature = 21.5 degC$'
is "set prints what is measured now" \
    "$("$TOOL" set thermometer.temperature 25.5)" \
    'thermometer.temperature = 25.5 degC'
is "get reads it back" "$("$TOOL" get thermometer.temperature)" \
    'thermometer.temperature = 25.5 degC'
# 25.5 degC = 408 * 0.0625, 408 << 4 = 0x1980 (TMP102, 12 bits left-justified)
# and is measured with the next conversion, 4 of them a second
measured() {
    [ "$("$TOOL" i2c transfer thermometer w1@0x48 0 r2)" = "$1" ]
}
ok "and the part measures it" wait_for 5 measured '0x19 0x80'
"$TOOL" set thermometer.temperature -0.0625 >"$TMP/out"
ok "below zero too" wait_for 5 measured '0xff 0xf0'
like "a value out of range is refused with the range" \
    "$(said "$TOOL" set thermometer.temperature 500)" 'takes -55 to 150 degC'
like "an output is refused" "$(said "$TOOL" set thermometer.alert 1)" 'an output'
like "a wrong number is refused" \
    "$(said "$TOOL" set thermometer.temperature warm)" 'no value; write a decimal'
like "an unknown name is refused" "$(said "$TOOL" get no.such)" \
    "no value \"no.such\"; 'benchwire get' lists all"
is "these exit with 1" "$(status "$TOOL" get no.such)" 1

is "a command is asked for help, too" "$(status "$TOOL" fault add --help)" 0
like "and gives it" "$("$TOOL" i2c -h)" '^ +i2c get EXPORT ADDRESS'
like "what is no bench says where the benches are" \
    "$(said "$TOOL" fault clear thermometer)" \
    "is of type i2c; name one that 'benchwire list' shows as bench"

# The reply would be sent in a minute, but there is nobody to take it.
"$TOOL" fault add desk link-delay time=60s address=0x48 count=1 >"$TMP/out"
is "a client goes while its reply is kept back" \
    "$(status timeout 1 "$TOOL" i2c transfer thermometer r2@0x48)" 124
thermometer_is_free() {
    "$TOOL" list | grep -Eq '^thermometer +i2c +0x48 +free '
}
ok "its export is free at once" wait_for 10 thermometer_is_free
"$TOOL" fault clear desk

# --- i2c detect ----------------------------------------------------------------

is "detect prints i2cdetect's table" "$("$TOOL" i2c detect desk-i2c | sed 's/ $//')" \
"     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f
00:                         -- -- -- -- -- -- -- --
10: -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- --
20: -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- --
30: -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- --
40: -- -- -- -- -- -- -- -- 48 -- -- -- -- -- -- --
50: 50 -- -- -- -- -- -- -- -- -- -- -- -- -- -- --
60: -- -- -- -- -- -- -- -- 68 -- -- -- -- -- -- --
70: -- -- -- -- -- -- -- --                        "
like "an export of one address shows that one only" \
    "$("$TOOL" i2c detect eeprom)" '^50: 50 +$'
like "FIRST and LAST limit it" "$("$TOOL" i2c detect desk-i2c 0x40 0x4f)" \
    '^60: +$'
is "detect of nothing wrong exits with 0" \
    "$(status "$TOOL" i2c detect desk-i2c)" 0
is "FIRST above LAST is refused" \
    "$(status "$TOOL" i2c detect desk-i2c 0x40 0x20)" 1

# --- i2c set and get --------------------------------------------------------

# the EEPROM needs up to 5 ms to write; its address answers when it is done
written() {
    wait_for 5 "$TOOL" i2c get eeprom 0x50
}

"$TOOL" i2c set eeprom 0x50 0x10 0xab
written
is "set b, get b" "$("$TOOL" i2c get eeprom 0x50 0x10)" 0xab
"$TOOL" i2c set eeprom 0x50 0x11 0x1234 w
written
is "words have the low byte first" "$("$TOOL" i2c get eeprom 0x50 0x11 w)" 0x1234
is "as their bytes show" "$("$TOOL" i2c get eeprom 0x50 0x11 i 2)" '0x34 0x12'
"$TOOL" i2c set eeprom 0x50 0x20 1 2 3 4 i
written
is "set i, get i" "$("$TOOL" i2c get eeprom 0x50 0x20 i 5)" \
    '0x01 0x02 0x03 0x04 0xff'
"$TOOL" i2c set eeprom 0x50 0x28 7 8 s
written
is "set s puts the count first" "$("$TOOL" i2c get eeprom 0x50 0x28 i 3)" \
    '0x02 0x07 0x08'
"$TOOL" i2c set eeprom 0x50 0x20
is "set without a value moves the pointer" "$("$TOOL" i2c get eeprom 0x50)" 0x01
is "which get without a register follows" "$("$TOOL" i2c get eeprom 0x50)" 0x02
is "get c writes and reads apart" "$("$TOOL" i2c get eeprom 0x50 0x22 c)" 0x03
is "a read that fails exits with 2, as i2cget" \
    "$(status "$TOOL" i2c get desk-i2c 0x49)" 2
like "and says why" "$(cat "$TMP/out")" 'no part acknowledged the address'
is "a write that fails exits with 1, as i2cset" \
    "$(status "$TOOL" i2c set desk-i2c 0x49 0 1)" 1
is "a reserved address needs -a" "$(status "$TOOL" i2c get desk-i2c 0x03)" 1
is "with it, it is tried" "$(status "$TOOL" i2c get -a desk-i2c 0x03)" 2
like "another address than the export's is refused" \
    "$(said "$TOOL" i2c get eeprom 0x48)" 'does not allow that address'

# --- i2c transfer ---------------------------------------------------------------

is "each read has a line of its own" \
    "$("$TOOL" i2c transfer desk-i2c w1@0x50 0x20 r2 r1)" $'0x01 0x02\n0x03'
"$TOOL" i2c transfer eeprom w5@0x50 0x30 0x10+
written
is "a suffix fills the message" "$("$TOOL" i2c get eeprom 0x50 0x30 i 4)" \
    '0x10 0x11 0x12 0x13'
is "a failed transfer exits with 1, as i2ctransfer" \
    "$(status "$TOOL" i2c transfer desk-i2c r1@0x49)" 1
like "a wrong word is named" \
    "$(said "$TOOL" i2c transfer eeprom w1@0x50 0 q2)" '"q2" is not understood'
like "so is a missing byte" \
    "$(said "$TOOL" i2c transfer eeprom w2@0x50 0)" 'ends too early'

# --- errors ---------------------------------------------------------------------

like "an unknown export is named with a cure" \
    "$(said "$TOOL" i2c get nothing 0x48)" \
    "no export \"nothing\"; 'benchwire list' shows"
like "a bench is no i2c export" "$(said "$TOOL" i2c get desk 0x48)" \
    'of type bench'
like "no agent is told with a cure" "$(said "$TOOL" -c "unix:$TMP/no" list)" \
    'cannot reach an agent at unix:.*: No such file.*start benchwired'
like "so is a wrong address" "$(said "$TOOL" -c somewhere list)" \
    'write unix:PATH, tcp:HOST:PORT or tls:HOST:PORT'
like "so is a port that is none" \
    "$(said "$TOOL" -c tcp:127.0.0.1:99999 list)" 'a port from 1 to 65535'
is "output that cannot be written is an error" \
    "$("$TOOL" list >/dev/full 2>"$TMP/out"; echo $?)" 1
like "no command is told" "$(said "$TOOL")" 'a command is missing'
stop "$PID" 5

cat >"$TMP/mute.pl" <<'END'
use IO::Socket::UNIX;
my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1);
my $client = $s->accept;
alarm 20;
print $client $ARGV[1] if $ARGV[1];
sleep 20;
END
spawn "$TMP/out" perl "$TMP/mute.pl" "$TMP/mute"
wait_for 5 test -S "$TMP/mute"
like "an agent that never answers is given up after 5 s" \
    "$(said timeout 10 "$TOOL" -c "unix:$TMP/mute" list)" 'did not answer in time'
spawn "$TMP/out" perl "$TMP/mute.pl" "$TMP/other" 'SSH-2.0-somebody-else'
wait_for 5 test -S "$TMP/other"
like "and what is no agent is told" \
    "$(said timeout 10 "$TOOL" -c "unix:$TMP/other" list)" 'is no agent'
