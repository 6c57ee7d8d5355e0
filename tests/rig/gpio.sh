#!/bin/bash
# Two lines of a real kernel's GPIO chip as an I2C bus: backend_gpio.c of the
# agent, with libgpiod, on gpio-sim.
#
# A line of gpio-sim that was driven low and is let go stays low, whatever pulls
# it: the kernel's emulation of open drain leaves it marked as an output. So
# every transfer ends where SCL should rise for the first time; what there is to
# see is that the lines are had, driven, waited for and let go.
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
plan 8
rig_up || exit 1

SIM=/sys/devices/platform/gpio-sim.0/gpiochip0

# pull LINE up|down
pull() {
    rig "echo pull-$2 >$SIM/sim_gpio$1/pull"
}

lines() {
    rig "benchwire -c unix:/tmp/lines.sock $* 2>&1"
}

rig "cat >/tmp/lines.conf <<'EOF'
[adapter gpio:bench]
chip = gpiochip0
scl = 6
sda = RIG7
speed = 100000

[export bus]
type = i2c
adapter = gpio:bench
address = any
EOF"
pull 6 up
pull 7 up
rig 'setsid benchwired -c /tmp/lines.conf -u /tmp/lines.sock >/tmp/lines.log \
    2>&1 </dev/null & echo $! >/tmp/lines.pid'
rig_cleanup() {
    # shellcheck disable=SC2016 # the guest's shell expands it
    rig 'kill "$(cat /tmp/lines.pid)"'
}
cleanup_fn rig_cleanup
up() {
    lines list | grep -q '^bus '
}
ok "the agent takes the lines" wait_for 10 up || diag "$(rig 'cat /tmp/lines.log')"
like "they are in use, and open-drain" "$(rig gpioinfo)" \
    'RIG7.*output.*open-drain.*consumer="?benchwired'

is "and let go: both lines are what pulls them" "$(rig "cat \
    $SIM/sim_gpio6/value $SIM/sim_gpio7/value" | tr -d '\n')" 11
begin=$(date +%s%N)
like "SCL that does not rise is a time-out" "$(lines i2c transfer bus w1@0x48 0)" \
    'busy or held for too long'
took=$((($(date +%s%N) - begin) / 1000000))
ok "after a second (took $took ms)" [ "$took" -ge 1000 ]

is "START has driven SDA low, and then SCL" "$(rig "cat \
    $SIM/sim_gpio6/value $SIM/sim_gpio7/value" | tr -d '\n')" 00

# A second agent cannot have them.
like "lines in use are refused, with the cause" \
    "$(rig 'benchwired -c /tmp/lines.conf -u /tmp/other.sock 2>&1')" \
    'lines 6 and RIG7 cannot be had: .*busy'
ok "the agent still serves" up
