#!/bin/bash
# Debian's MicroPython, as it is, on a part that a real kernel drives: firmware
# in one QEMU, TCP, the agent, /dev/i2c-N and i2c-tiny-usb in the other.
#
# time limit: 600 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/../e2e/machine.bash"
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash

requires "$MICROPYTHON" /usr/bin/python3 "$RIG_QEMU" build/rig/initramfs
rig_up || exit 1
plan 8

python() {
    tests/e2e/repl.py -t 100 "$TMP/serial.sock" "$@"
}

# What the kernel's driver was asked to do, by its own trace: flags f are 1 for
# a read and 200 for a buffer that is fit for DMA, of which i2c-dev takes care.
rig 'mount | grep -q tracefs || mount -t tracefs tracefs /sys/kernel/tracing
    cd /sys/kernel/tracing && echo >trace && echo 1 >events/i2c/enable' ||
    diag "the kernel does not trace"
traced() {
    rig 'cat /sys/kernel/tracing/trace'
}

AGENT=$RIG_AGENT
machine_start "$MICROPYTHON"

is "scan lists the board's own parts and the kernel's" \
    "$(python 'i2c.scan()')" '[14, 29, 72, 80, 104]'
rig_set usb1 thermometer.temperature 21.5 >"$TMP/out"
# 21.5 / 0.0625 = 344 = 0x158, left-aligned in 16 bits
temperature_is() {
    [ "$(python 'i2c.write(0x48, b"\0", repeat=True); i2c.read(0x48, 2)')" = "$1" ]
}
ok "a register is read" wait_for 60 temperature_is "b'\\x15\\x80'"
rig_set usb1 thermometer.temperature -5.25 >"$TMP/out"
# -5.25 / 0.0625 = -84 = 0xfac of 12 bits
ok "another temperature arrives" wait_for 60 temperature_is "b'\\xfa\\xc0'"
like "writing to nobody raises OSError" \
    "$(python 'i2c.write(0x33, b"x")')" '^OSError'

python 'def wait():
 for n in range(50):
  try:
   i2c.write(0x50, b"\0")
   return
  except OSError:
   pass' >"$TMP/out"
is "an EEPROM's page makes the round trip" \
    "$(python 'i2c.write(0x50, b"\x40rig A"); wait()' \
        'i2c.write(0x50, b"\x40", repeat=True); i2c.read(0x50, 5)')" "b'rig A'"

rig 'echo 0 >/sys/kernel/tracing/events/i2c/enable'
trace=$(traced)
like "the kernel has seen the register read, one transfer of two messages" \
    "$(grep -A 1 -E 'i2c_write: i2c-[0-9] #0 a=048 f=0200 l=1 \[00\]' <<<"$trace")" \
    'i2c_read: i2c-[0-9] #1 a=048 f=0201 l=[0-9]+'
like "and the part's answer" "$trace" \
    'i2c_reply: i2c-[0-9] #1 a=048 f=0201 l=[0-9]+ \[fa-c0'
like "and the page" "$trace" \
    'i2c_write: i2c-[0-9] #0 a=050 f=0200 l=6 \[40-72-69-67-20-41\]'
