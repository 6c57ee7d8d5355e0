#!/bin/bash
# The rig itself: a Debian kernel with the adapters and the GPIO chip that the
# other tests want, and the agent.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash

requires "$RIG_QEMU" build/rig/initramfs
plan 13
rig_up
up=$?
result $up "it boots, and its agent serves"
[ $up -eq 0 ] || exit 1
diag "$(cat "$RIG/boot")"

like "the kernel is Debian's 6.1" "$(rig 'uname -r')" '^6\.1\.[0-9]+-[0-9]+-amd64$'
is "a command's status comes back" "$(rig 'exit 7'; echo $?)" 7
is "no module failed, and none is from elsewhere but gpio_sim" \
    "$(grep -ac FAILED "$RIG/console") $(rig "cut -d' ' -f1,7 /proc/modules" |
        grep -F '(')" '0 gpio_sim (OE)'

adapters=$(rig '/usr/sbin/i2cdetect -l')
like "i2c-i801 has an adapter" "$adapters" 'SMBus I801 adapter'
like "i2c-stub has an adapter" "$adapters" 'SMBus stub driver'
is "i2c-tiny-usb has two" "$(grep -c i2c-tiny-usb <<<"$adapters")" 2

list=$(rig_tool list)
like "the agent lists the adapter's export" "$list" '^usb1 +i2c +any +free +real '
like "and the exports of one address" "$list" '^eeprom +i2c +0x50 +free +real'

# gpio-sim: what a line is driven to is its value in sysfs, and what sysfs pulls
# it to is what is read
line() {
    rig "cd /sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio$1; $2"
}
like "libgpiod sees gpio-sim's chip" "$(rig gpiodetect)" \
    '^gpiochip0 \[rig\] \(8 lines\)$'
line 3 'echo pull-up >pull'
is "an input reads what pulls it" "$(rig 'gpioget --numeric RIG3')" 1
line 3 'echo pull-down >pull'
is "and the other level" "$(rig 'gpioget --numeric RIG3')" 0
# gpioset holds the line, in the background once it has it
is "an output's level arrives" \
    "$(rig 'gpioset -z RIG5=1; cat /sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio5/value
        killall gpioset')" 1
