#!/bin/bash
# Debian's MicroPython for the micro:bit, as it is, on remote parts.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires "$MICROPYTHON" /usr/bin/python3
plan 11

# 24C02: pages of 8 bytes, and no acknowledge during the write cycle, which
# wait() waits for.
WAIT='def wait():
 for n in range(50):
  try:
   i2c.write(0x50, b"\0")
   return
  except OSError:
   pass
 raise OSError("busy for ever")'
PUT='def put(a, d):
 while d:
  n = 8 - a % 8
  i2c.write(0x50, bytes([a]) + d[:n])
  wait()
  a += n
  d = d[n:]'
GET='def get(a, n):
 i2c.write(0x50, bytes([a]), repeat=True)
 return i2c.read(0x50, n)'
REFUSED='def refused():
 n = 0
 for i in range(20):
  i2c.write(0x50, b"\0x")
  try:
   i2c.write(0x50, b"\0")
  except OSError:
   n += 1
  wait()
 return n'

temperature() {
    repl 'i2c.write(0x48, b"\0", repeat=True); i2c.read(0x48, 2)'
}

temperature_is() {
    [ "$(temperature)" = "$1" ]
}

agent_start "$DESK"
machine_start "$MICROPYTHON"

is "scan lists exactly the parts that answer" \
    "$(repl 'i2c.scan()')" '[14, 29, 72, 80, 104]'
is "and does so again" "$(repl 'i2c.scan()')" '[14, 29, 72, 80, 104]'
like "reading an absent address raises OSError" \
    "$(repl 'i2c.read(0x33, 1)')" '^OSError'
like "writing to an absent address raises OSError" \
    "$(repl 'i2c.write(0x33, b"x")')" '^OSError'

repl "$WAIT" "$PUT" "$GET"
is "bytes within an EEPROM page round-trip" \
    "$(repl 'put(0, b"one")' 'get(0, 3)')" "b'one'"
is "bytes across EEPROM pages round-trip" \
    "$(repl 'put(13, b"over three pages!")' 'get(13, 17)')" \
    "b'over three pages!'"
is "a write past the page's end wraps inside the page" \
    "$(repl 'i2c.write(0x50, b"\x26ABCD"); wait()' 'get(0x20, 8)[:2]' \
        'get(0x26, 2)')" "b'CD'
b'AB'"
# A host that is busy may let one cycle's 5 ms pass unseen, but not twenty.
is "the EEPROM does not acknowledge in its write cycle" \
    "$(repl "$REFUSED" 'refused() > 0')" True

is "the chip's own temperature is measured" \
    "$(repl 'import microbit; microbit.temperature()')" 25

set_value thermometer.temperature 25.25
# 25.25 / 0.0625 = 404 = 0x194, left-aligned in 16 bits
ok "the temperature that was set is read" wait_for 5 temperature_is "b'\\x19@'"

machine_stop
LINKS=2 machine_start "$MICROPYTHON" thermometer:0x48 clock:0x68
is "a part that is not exported to the machine does not answer" \
    "$(repl 'i2c.scan()')" '[14, 29, 72, 104]'
