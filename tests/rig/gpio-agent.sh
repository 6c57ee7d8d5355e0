#!/bin/bash
# GPIO lines of a real kernel (gpio-sim) behind the agent: backend_gpio_lines.c
# with libgpiod.  The tool "benchwire gpio" is the client, inside the guest; a
# firmware as the client is in gpio-lines.sh.
#
# gpio-sim reads an output as what it was set to, so a conflict cannot show
# itself here; tests/unit/test_session_gpio.c has that.  And it keeps an
# output's level when the line becomes an input, until it is pulled again.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash

requires "$RIG_QEMU" build/rig/initramfs
grep -qs gpiod build/gpiod/libs || skip_all "the agent was built without libgpiod 2"
plan 18
rig_up || exit 1

SIM=/sys/devices/platform/gpio-sim.0/gpiochip0

# pull LINE up|down, value LINE
pull() {
    rig "echo pull-$2 >$SIM/sim_gpio$1/pull"
}
value() {
    rig "cat $SIM/sim_gpio$1/value" | tr -d '\n'
}
pulled() {
    rig "cat $SIM/sim_gpio$1/pull" | tr -d '\n'
}

# tool WORD...: "benchwire gpio" in the guest
tool() {
    rig "benchwire -c unix:/tmp/pins.sock gpio $* 2>&1"
}

rig "cat >/tmp/pins.conf <<'EOF'
[export pins]
type = gpio
adapter = /dev/gpiochip0

[line out]
export = pins
line = 0
direction = out
safe = high

[line in]
export = pins
line = RIG1
bias = pull-up

[line slow]
export = pins
line = 2
debounce = 50ms

[line any]
export = pins
line = 3
direction = any
safe = pull-down
EOF"
rig 'setsid benchwired -c /tmp/pins.conf -u /tmp/pins.sock >/tmp/pins.log \
    2>&1 </dev/null & echo $! >/tmp/pins.pid'
rig_cleanup() {
    # shellcheck disable=SC2016 # the guest's shell expands it
    rig 'kill "$(cat /tmp/pins.pid)"'
}
cleanup_fn rig_cleanup
up() {
    rig 'benchwire -c unix:/tmp/pins.sock list' | grep -q '^pins '
}
ok "the agent takes the lines" wait_for 10 up || diag "$(rig 'cat /tmp/pins.log')"
is "an output is in its safe state before anybody has it" "$(value 0)" 1
is "an input has its pull-up" "$(pulled 1)" pull-up
is "another one its safe pull-down" "$(pulled 3)" pull-down
like "gpioinfo shows whose they are" "$(rig gpioinfo)" \
    'RIG0.*output.*consumer="?benchwired'

rig 'benchwire -c unix:/tmp/pins.sock gpio set pins out=0 any=1 \
    >/tmp/set.log 2>&1 & echo $! >/tmp/set.pid'
low() {
    [ "$(value 0)$(value 3)" = 01 ]
}
ok "both outputs are driven" wait_for 10 low || diag "$(rig 'cat /tmp/set.log')"
like "while somebody has them nobody else can" "$(tool get pins)" 'held by'
# shellcheck disable=SC2016 # the guest's shell expands it
rig 'kill "$(cat /tmp/set.pid)"'
high() {
    [ "$(value 0)" = 1 ]
}
ok "and safe again after it" wait_for 10 high
is "also the one that is any" "$(pulled 3)" pull-down

pull 1 up
like "an input is read" "$(tool get pins in)" '^in=1$'
pull 1 down
like "and follows the kernel" "$(tool get pins in)" '^in=0$'
like "what the owner does not allow is denied" "$(tool set pins in=1)" \
    'does not allow line in as output'

# 20 edges, beginning high as the pull-up of the bench file has it; then five
# short levels and a long one on the debounced line.
rig "benchwire -c unix:/tmp/pins.sock gpio watch -n 21 pins in slow \
    >/tmp/watch.log 2>&1 &"
watching() {
    rig gpioinfo | grep -q 'RIG1.*edges=both'
}
ok "edges are watched" wait_for 10 watching || diag "$(rig 'cat /tmp/watch.log; gpioinfo')"
like "with the debounce of the bench file" "$(rig gpioinfo)" \
    'RIG2.*debounce-period=50ms'
rig "cd $SIM
for i in 1 2 3 4 5 6 7 8 9 10; do
    echo pull-down >sim_gpio1/pull; echo pull-up >sim_gpio1/pull
done
for i in 1 2 3 4 5; do
    echo pull-up >sim_gpio2/pull; echo pull-down >sim_gpio2/pull
done
echo pull-up >sim_gpio2/pull"
all() {
    [ "$(rig 'wc -l </tmp/watch.log' | tr -d ' \n')" = 21 ]
}
ok "all edges came, and one of the debounced line" wait_for 10 all ||
    diag "$(rig 'cat /tmp/watch.log')"
is "in their order" "$(rig "awk '/\"in\"/ { print \$2 }' /tmp/watch.log" |
    head -n 20 | tr '\n' ' ')" \
    "$(printf 'falling rising %.0s' 1 2 3 4 5 6 7 8 9 10)"
like "the long level is an edge" "$(rig 'tail -n 1 /tmp/watch.log')" \
    'rising.*slow'

# A client that is killed: the lines are safe without its help.
rig 'benchwire -c unix:/tmp/pins.sock gpio set pins out=0 >/tmp/set.log 2>&1 &
    echo $! >/tmp/set.pid'
driven() {
    [ "$(value 0)" = 0 ]
}
wait_for 10 driven
# shellcheck disable=SC2016 # the guest's shell expands it
rig 'kill -9 "$(cat /tmp/set.pid)"'
ok "the line of a killed client is safe again" wait_for 10 high ||
    diag "$(rig 'cat /tmp/set.log /tmp/pins.log')"
