#!/usr/bin/python3
"""Take the ELF kernel out of a bzImage.

usage: vmlinux.py BZIMAGE FILE

QEMU starts it through its PVH entry, and the guest is spared from
decompressing itself, which is most of its boot under TCG.  Source: Linux,
Documentation/x86/boot.rst (setup_sects, payload_offset, payload_length).
Payloads: xz and gzip, which is what Debian's 6.1 has; not zstd.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import lzma
import struct
import sys
import zlib

SECTOR = 512
SETUP_SECTS, PAYLOAD_OFFSET = 0x1F1, 0x248


def payload(image):
    """The compressed kernel; four sectors is what a setup_sects of 0 means."""
    sectors = image[SETUP_SECTS] or 4
    offset, length = struct.unpack_from("<II", image, PAYLOAD_OFFSET)
    start = (sectors + 1) * SECTOR + offset
    return image[start : start + length]


def unpacked(data):
    """The payload ends with its size, which the decompressors ignore."""
    if data.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor().decompress(data)
    if data.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(31).decompress(data)
    raise ValueError(f"the kernel is packed in an unknown way ({data[:6]!r})")


def main():
    if len(sys.argv) != 3:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        with open(sys.argv[1], "rb") as source:
            kernel = unpacked(payload(source.read()))
        if not kernel.startswith(b"\x7fELF"):
            raise ValueError("what is in it is no ELF file")
        with open(sys.argv[2], "wb") as target:
            target.write(kernel)
    except (OSError, ValueError, lzma.LZMAError, zlib.error) as error:
        print(f"vmlinux.py: {sys.argv[1]}: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
