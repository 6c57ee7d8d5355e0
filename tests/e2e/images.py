#!/usr/bin/python3
"""Make program files out of an Intel HEX file.

usage: images.py KIND HEX OUT

KIND is
  bin        what objcopy -O binary makes of the flash, from address 0
  universal  universal hex: HEX for the micro:bit V1, and something that must
             not be taken for the V2
  v2         the half for the V2 alone
  uicr       HEX with records for UICR (0x12345678 at CUSTOMER[0]) and RAM
  damaged    HEX with one digit changed in the middle
  cut        the first half of HEX

SPDX-License-Identifier: GPL-2.0-or-later
"""

import sys

END = ":00000001FF\n"


def record(address, kind, data):
    """One line of Intel HEX."""
    body = bytes([len(data), address >> 8 & 0xFF, address & 0xFF, kind]) + data
    return f":{body.hex().upper()}{-sum(body) & 0xFF:02X}\n"


def linear(address):
    """The record that gives the upper half of an address."""
    return record(0, 4, (address >> 16).to_bytes(2, "big"))


def padding():
    return "".join(record(0, 12, b"\xff" * 16) for _ in range(5))


def without_end(lines):
    return "".join(line for line in lines if line[7:9] not in ("01", "03", "05"))


def binary(lines):
    """The bytes of the flash up to the last one."""
    flash, base = bytearray(), 0
    for line in lines:
        raw = bytes.fromhex(line.strip()[1:])
        offset, kind, data = raw[1] << 8 | raw[2], raw[3], raw[4:-1]
        if kind == 4:
            base = int.from_bytes(data, "big") << 16
        elif kind == 0 and base + offset < 0x40000:
            start = base + offset
            flash += b"\xff" * (start + len(data) - len(flash))
            flash[start : start + len(data)] = data
    return bytes(flash)


def other_half():
    """A section for the V2, with data where the V1's vector table is."""
    return (
        linear(0)
        + record(0, 10, b"\x99\x03\xc0\xde")
        + record(0, 13, b"\x00\x00\x04\x20\x01\x02\x03\x04")
        + padding()
        + record(0, 11, b"")
    )


def make(kind, lines):
    first = linear(0) + record(0, 10, b"\x99\x00\xc0\xde")
    if kind == "universal":
        return first + without_end(lines) + record(0, 11, b"") + other_half() + END
    if kind == "v2":
        return other_half() + END
    if kind == "uicr":
        return (
            without_end(lines)
            + linear(0x10001000)
            + record(0x1080, 0, b"\x78\x56\x34\x12")
            + linear(0x20000000)
            + record(0, 0, b"source of a program")
            + END
        )
    if kind == "damaged":
        middle = lines[len(lines) // 2]
        digit = "0" if middle[12] != "0" else "1"
        lines[len(lines) // 2] = middle[:12] + digit + middle[13:]
        return "".join(lines)
    if kind == "cut":
        return "".join(lines[: len(lines) // 2])
    raise ValueError(f"no such kind: {kind}")


def main():
    kind, source, target = sys.argv[1:]
    with open(source, encoding="ascii") as file:
        lines = [line.strip() + "\n" for line in file if line.strip()]
    data = binary(lines) if kind == "bin" else make(kind, lines).encode()
    with open(target, "wb") as file:
        file.write(data)


main()
