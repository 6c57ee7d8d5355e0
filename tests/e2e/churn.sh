#!/bin/bash
# All at once, and ThreadSanitizer looking on: clients that hold, drive, watch
# and vanish, an owner who writes the bench file again and again, kicks, looks
# who is there, and at last stops the agent in the middle of it.
#
# usage: [BW_FLAVOUR=host|asan|tsan] [BW_CHURN=SECONDS] tests/e2e/churn.sh
#
# time limit: 120 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
AGENT=build/${BW_FLAVOUR:-tsan}/benchwired
SECONDS_LONG=${BW_CHURN:-8}
requires "$AGENT" "$TOOL" perl

# Where addresses are drawn from a wide range ThreadSanitizer does not start.
if ! "$AGENT" --version >/dev/null 2>&1; then
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec setarch -R %q "$@"\n' "$AGENT" >"$TMP/agent"
    chmod +x "$TMP/agent"
    AGENT=$TMP/agent
    "$AGENT" --version >/dev/null 2>&1 ||
        skip_all "ThreadSanitizer does not start here, not with setarch -R either"
fi

plan 7
DESK=$TMP/bench.conf

# bench SAFE TEMPERATURE FREE: what of it changes; whole, or it is half read
bench() {
    cat <<END >"$DESK.new"
[listen]
metrics = $TMP/metrics
[export lines]
type = gpio
adapter = sim:lines
[line led]
export = lines
direction = out
safe = $1
[line free]
export = lines
direction = any
[export desk]
type = bench
adapter = sim:lines
[part t]
model = tmp102
adapter = sim:a
address = 0x48
temperature = $2
[export one]
type = i2c
adapter = sim:a
address = 0x48
shared = yes
[export still]
type = gpio
adapter = sim:still
[line led]
export = still
direction = out
safe = low
[export knobs]
type = bench
adapter = sim:still
END
    [ -z "$3" ] || printf '%s\n' "$3" >>"$DESK.new"
    mv "$DESK.new" "$DESK"
}

# forever COMMAND...: again and again, whatever becomes of it
forever() {
    while [ ! -e "$TMP/enough" ]; do
        timeout 5 "$@" >/dev/null 2>&1
    done
}

bench low 20 ''
agent_start "$TMP/log"
agent=$PID
"$TOOL" gpio set still led=1 >"$TMP/still" 2>&1 &
still=$!
# shellcheck disable=SC2317 # wait_for calls it
level_in() {
    "$TOOL" get 2>/dev/null | grep -q "still.led.level = $1"
}
wait_for 10 level_in 1

loops=()
for command in "gpio set -f 3ms lines led=1 free=1" "gpio set -f 1ms lines free=0" \
    "gpio watch -n 3 lines free" "gpio info lines" "set lines.free 1" \
    "set lines.free -1" "i2c get one 0x48" "i2c get one 0x48" "who" "stats" \
    "list" "reload" "kick lines" "kick one"; do
    # shellcheck disable=SC2086
    forever "$TOOL" $command &
    loops+=($!)
done
# shellcheck disable=SC2016
forever perl -MIO::Socket::UNIX -e '
    my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit;
    sysread $s, my $text, 65536' "$TMP/metrics" &
loops+=($!)

end=$((SECONDS + SECONDS_LONG))
round=0
while [ "$SECONDS" -lt "$end" ]; do
    round=$((round + 1))
    case $((round % 4)) in
    0) bench low 20 '' ;;
    1) bench high 20 '' ;;
    2) bench high 21 'shared = perhaps' ;;
    3) bench high 21 "[identity none]" ;;
    esac
    kill -HUP "$agent"
    sleep 0.2 # between the files of an owner, not for something to happen
done
diag "$round files, $(grep -c 'read again' "$TMP/log") taken," \
    "$(grep -c 'not taken over' "$TMP/log") not," \
    "$(grep -c ': ended by session' "$TMP/log") kicked," \
    "$(grep -c ': connected' "$TMP/log") sessions"
ok "the file was taken many times" \
    test "$(grep -c 'read again' "$TMP/log")" -ge 5
ok "the agent is there" kill -0 "$agent"
ok "who was not concerned still drives its line" level_in 1
ok "and has not been ended" kill -0 "$still"
ok "SIGTERM ends the agent in the middle of it" stop "$agent" 20
touch "$TMP/enough"
for pid in "${loops[@]}"; do
    wait "$pid"
done
wait "$still" 2>/dev/null
is "every session has an end in the log" \
    "$(grep -c ': connected' "$TMP/log")" \
    "$(sed -n 's/.*\(session [0-9]*\): \(ended\|closed\|cannot\).*/\1/p; s/.*\(session [0-9]*\) id=.*session closed$/\1/p; s/.*\(session [0-9]*\) id=[0-9]* cannot send.*/\1/p' "$TMP/log" | sort -u | wc -l)"
is "and nothing was found wrong in it" \
    "$(grep -cE 'Sanitizer|runtime error' "$TMP/log")" 0
grep -m 1 -A 60 -E 'Sanitizer|runtime error' "$TMP/log" | sed 's/^/# /'
exit 0
