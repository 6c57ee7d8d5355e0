#!/bin/bash
# benchwired reads its bench file again, and listens where it is told: sessions
# that go on and sessions that end, files that cannot be served, sockets of the
# service manager, IPv6.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL" perl

# docs/protocol.md: HELLO with id 1, OPEN of "one" and of "two" with id 4
HELLO=1a00000001000000010000004257575201000000030000000000010009
HELLO+=71656d752031302e30
OPEN_ONE=0800000004000000040000000100000003$(printf one | od -An -tx1 | tr -d ' ')
OPEN_TWO=0800000004000000040000000100000003$(printf two | od -An -tx1 | tr -d ' ')

plan 30

DESK=$TMP/bench.conf
# bench [KEY=VALUE]: write the bench file; the keys are of export two
bench() {
    cat <<END >"$DESK"
[part a]
model = tmp102
adapter = sim:a
address = 0x48
[part b]
model = tmp102
adapter = sim:b
address = 0x48
[export one]
type = i2c
adapter = sim:a
address = 0x48
[export knobs]
type = bench
adapter = sim:a
[export two]
type = i2c
adapter = sim:b
address = 0x48
${1-}
END
}

# reloaded COUNT: has the log told of so many?
reloaded() {
    [ "$(grep -c 'read again\|not taken over' "$TMP/log")" -ge "$1" ]
}

bench
agent_start "$TMP/log"
agent=$PID

# --- two sessions, of which one's export changes -----------------------------

spawn "$TMP/one" perl tests/e2e/raw.pl "$SOCK" 60 "$HELLO" "$OPEN_ONE"
one=$PID
spawn "$TMP/two" perl tests/e2e/raw.pl "$SOCK" 60 "$HELLO" "$OPEN_TWO"
two=$PID
wait_for 5 sh -c "[ \$(grep -c opened '$TMP/log') = 2 ]"
"$TOOL" set a.temperature 42 >/dev/null
bench 'text = another one'
kill -HUP "$agent"
wait_for 5 reloaded 1
like "SIGHUP reads the file again" "$(cat "$TMP/log")" \
    'exports: 2 as before, 1 changed, 0 new, 0 removed'
wait_for 5 gone "$two"
wait "$two"
is "the session of the changed export is ended" "$?" 0
like "with the reason in the log" "$(cat "$TMP/log")" \
    'session [0-9]+: ended, export "two" was changed in the bench file'
ok "the other one goes on" kill -0 "$one"
like "and has its lease" "$("$TOOL" list)" '^one .*held by 1'
like "the changed export is there anew" "$("$TOOL" list)" \
    '^two .*free.*another one'
like "what did not change has its values" "$("$TOOL" get a.temperature)" 42
ok "the new one can be used" "$TOOL" i2c get two 0x48

# --- files that cannot be served -----------------------------------------------

bench 'texd = x'
fails "a file with an error is refused" "$TOOL" reload
like "with file, line and cure" "$("$TOOL" reload 2>&1)" \
    'bench.conf:20: key "texd" is unknown in \[export\]; see bench.conf\(5\)'
bench '[export gone]
type = i2c
adapter = /dev/i2c-99
address = any'
like "so is one whose adapter is missing" "$("$TOOL" reload 2>&1)" \
    '/dev/i2c-99: No such file'
like "nothing was changed" "$("$TOOL" list)" '^two .*another one'
ok "and the session goes on" kill -0 "$one"

# --- who may ----------------------------------------------------------------

bench '[identity local]
exports = t*
admin = yes'
ok "the policy is read again, too" "$TOOL" reload
wait_for 5 gone "$one"
wait "$one"
is "who may not any more is ended" "$?" 0
like "and told so in the log" "$(cat "$TMP/log")" \
    'ended, its identity may not open "one" any more'
is "and sees what it may" "$("$TOOL" list | awk 'NR > 1 { print $1 }')" two
ok "the agent is alive" kill -0 "$agent"

# --- listeners ---------------------------------------------------------------

bench '[listen]
tcp = [::1]:0'
ok "a listener comes" "$TOOL" reload
tcp=$(sed -n 's/.*listening on \(tcp:\[::1\].*\)/\1/p' "$TMP/log")
ok "and serves IPv6" "$TOOL" -c "$tcp" list
bench
ok "it goes" "$TOOL" reload
fails "and serves no more" "$TOOL" -c "$tcp" list
stop "$agent" 5

like "plain TCP for others must be meant" \
    "$(bench '[listen]
tcp = [::]:0'; "$AGENT" --check -c "$DESK" 2>&1)" \
    'bench.conf:21: tcp = :: would let others in without encryption'
bench '[listen]
tcp = [::]:0
insecure = yes
[identity network]
exports = one'
agent_start "$TMP/log2"
port=$(sed -n 's/.*listening on tcp:\[::\]:\(.*\)/\1/p' "$TMP/log2")
ok "[::] is IPv4 as well" "$TOOL" -c "tcp:127.0.0.1:$port" list
stop "$PID" 5

# --- sockets of the service manager ---------------------------------------------

cat >"$TMP/activate.pl" <<'END'
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX;
my ($path, $names, @command) = @ARGV;
my @s = (IO::Socket::UNIX->new(Local => $path, Listen => 5),
         IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5));
print "port ", $s[1]->sockport, "\n";
$| = 1;
print "";
POSIX::dup2(fileno $s[0], 13);
POSIX::dup2(fileno $s[1], 14);
POSIX::dup2(13, 3);
POSIX::dup2(14, 4);
@ENV{qw(LISTEN_PID LISTEN_FDS LISTEN_FDNAMES)} = ($$, 2, $names);
exec @command;
END
bench '[listen]
unix = /nonexistent/not-this'
spawn "$TMP/log3" perl "$TMP/activate.pl" "$TMP/given" benchwired.socket:tcp \
    "$AGENT" -c "$DESK"
wait_for 5 is_ready "$TMP/log3"
ok "a unix socket that was given serves" "$TOOL" -c "unix:$TMP/given" list
port=$(sed -n 's/^port //p' "$TMP/log3")
ok "and so does one of TCP" "$TOOL" -c "tcp:127.0.0.1:$port" list
ok "they stay after a reload" "$TOOL" -c "unix:$TMP/given" reload
ok "and serve" "$TOOL" -c "tcp:127.0.0.1:$port" list
stop "$PID" 5
ok "a socket that was given is not removed" test -S "$TMP/given"
rm "$TMP/given"
like "one without a name is refused" \
    "$(perl "$TMP/activate.pl" "$TMP/given" a:b "$AGENT" -c "$DESK" 2>&1)" \
    'is named "b"; its unit must say FileDescriptorName=tls'
