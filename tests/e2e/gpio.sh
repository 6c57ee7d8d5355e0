#!/bin/bash
# Pins that are lines of an agent: Debian's MicroPython, as it is, with the
# agent's simulated lines.
# time limit: 120 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

LINES=host-agent/benches/lines.conf

requires "$MICROPYTHON" /usr/bin/python3
plan 17

# lines_start: -M microbit with P0 the button, P1 the LED, P2 the free line
lines_start() {
    local line shared="gpio-passthrough,chardev=pi,export=lines"
    local devices=()
    for line in button:P0 led:P1 free:P2; do
        devices+=(-device "$shared,id=${line%:*},line=${line%:*},pin=${line#*:}")
    done
    rm -f "$TMP"/serial.sock "$TMP"/qmp.sock
    # shellcheck disable=SC2086 # $ICOUNT is words
    spawn "$TMP/qemu.err" "$QEMU" -M microbit -display none -monitor none \
        $ICOUNT -device "loader,file=$MICROPYTHON" \
        -qmp "unix:$TMP/qmp.sock,server=on,wait=off" \
        -chardev "socket,id=serial,path=$TMP/serial.sock,server=on,wait=off" \
        -serial chardev:serial \
        -chardev "socket,id=pi,path=$AGENT_SOCKET,reconnect-ms=200" \
        "${devices[@]}" -trace 'bw_link_*' -trace 'bw_gpio_*' -D "$TMP/qemu.log"
    MACHINE_PID=$PID
    wait_for 10 links_ready || diag "the link did not come up in 10 s"
}

# level NAME: of a line, at the bench's end
level() {
    "$BENCHWIRE" -c "unix:$AGENT_SOCKET" get "lines.$1.level" | grep -o '[01]$'
}

# level_is NAME 0|1
level_is() {
    [ "$(level "$1")" = "$2" ]
}

# prop DEVICE PROPERTY
prop() {
    tests/e2e/qmp.py "$TMP/qmp.sock" get "/machine/peripheral/$1" "$2"
}

prop_is() {
    [ "$(prop "$1" "$2")" = "$3" ]
}

# repl_is VALUE LINE...
repl_is() {
    local value=$1
    shift
    [ "$(repl "$@")" = "$value" ]
}

LINKS=1
agent_start "$LINES"
lines_start
is "three devices share one connection" \
    "$(grep -c 'bw_link_state.* ready' "$TMP/qemu.log") $(prop free link-state)" \
    "1 ready"
repl 'from microbit import *' >/dev/null

ok "a button that nobody presses is high" \
    wait_for 5 repl_is 1 'pin0.read_digital()'
set_value lines.button 0
ok "pressed it is low" wait_for 5 repl_is 0 'pin0.read_digital()'
set_value lines.button -1
ok "let go it is high again" wait_for 5 repl_is 1 'pin0.read_digital()'
set_value lines.button 0
ok "pressed it is what MicroPython calls touched" \
    wait_for 10 repl_is True 'pin0.is_touched()'
set_value lines.button -1
ok "and let go it is not" wait_for 10 repl_is False 'pin0.is_touched()'

repl 'pin1.write_digital(1)' >/dev/null
ok "a pin that is written high is a line that is high" \
    wait_for 5 level_is led 1
repl 'pin1.write_digital(0)' >/dev/null
ok "and low" wait_for 5 level_is led 0
before=$(prop led edges-out)
repl 'len([pin1.write_digital(i & 1 ^ 1) for i in range(100)])' >/dev/null
is "a hundred edges are a hundred edges" \
    "$(($(prop led edges-out) - before)) $(prop led edges-dropped)" "100 0"

repl 'pin2.set_pull(pin2.PULL_UP); pin2.read_digital()' >/dev/null
ok "the guest's pull-up is the line's" wait_for 5 level_is free 1
repl 'pin2.write_digital(0)' >/dev/null
ok "the same pin may drive" wait_for 5 level_is free 0
set_value lines.free 1
repl 'pin2.write_digital(1); pin2.write_digital(0)' >/dev/null
ok "what the bench drives the other way is let go" \
    wait_for 5 prop_is free conflict true
is "and keeps the bench's level" "$(level free)" 1
ok "both sides have told of it" \
    wait_for 5 grep -q 'the agent has let go of it' "$TMP/qemu.err"
set_value lines.free -1
set_value lines.free 0
ok "the line is driven again once the rival has gone" \
    wait_for 5 prop_is free conflict false

repl 'pin1.write_digital(1)' >/dev/null
wait_for 5 level_is led 1
machine_stop
ok "a machine that has gone leaves its line in its safe state" \
    wait_for 5 level_is led 0

lines_start
ok "and another one has it" \
    wait_for 10 repl_is 1 'from microbit import *' 'pin0.read_digital()'
