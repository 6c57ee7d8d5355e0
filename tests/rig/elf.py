"""What the rig needs to know of an ELF file: the libraries a program wants,
and the sections of a kernel module.

Source: System V ABI, chapters 4 and 5 (little-endian files, 32 or 64 bits).

SPDX-License-Identifier: GPL-2.0-or-later
"""

import struct

CLASS32, CLASS64 = 1, 2
LITTLE_ENDIAN = 1

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NEEDED, DT_STRTAB = 1, 5


class ElfError(Exception):
    pass


class Elf:
    def __init__(self, data):
        if (
            data[:4] != b"\x7fELF"
            or data[4] not in (CLASS32, CLASS64)
            or data[5] != LITTLE_ENDIAN
        ):
            raise ElfError("not a little-endian ELF file")
        self.data = data
        self.wide = data[4] == CLASS64
        self.phoff, self.shoff = struct.unpack_from(
            *(("<QQ", data, 32) if self.wide else ("<II", data, 28))
        )
        (
            self.phentsize,
            self.phnum,
            self.shentsize,
            self.shnum,
            self.shstrndx,
        ) = struct.unpack_from("<5H", data, 54 if self.wide else 42)

    def text(self, offset):
        return self.data[offset : self.data.index(b"\0", offset)].decode()

    def segments(self):
        """Yield type, offset, address and size in the file of each segment."""
        for i in range(self.phnum):
            at = self.phoff + i * self.phentsize
            if self.wide:
                kind, _, offset, address, _, size = struct.unpack_from(
                    "<IIQQQQ", self.data, at
                )
            else:
                kind, offset, address, _, size = struct.unpack_from(
                    "<5I", self.data, at
                )
            yield kind, offset, address, size

    def interpreter(self):
        """The path of the dynamic loader, or None."""
        for kind, offset, _, _ in self.segments():
            if kind == PT_INTERP:
                return self.text(offset)
        return None

    def offset_of(self, address):
        for kind, offset, start, size in self.segments():
            if kind == PT_LOAD and start <= address < start + size:
                return address - start + offset
        raise ElfError(f"address {address:#x} is not in the file")

    def needed(self):
        """The names of the shared libraries, in the file's order."""
        names, table = [], None
        for kind, offset, _, size in self.segments():
            if kind == PT_DYNAMIC:
                for tag, value in struct.iter_unpack(
                    "<qQ" if self.wide else "<iI",
                    self.data[offset : offset + size],
                ):
                    if tag == DT_NEEDED:
                        names.append(value)
                    elif tag == DT_STRTAB:
                        table = self.offset_of(value)
        return [self.text(table + name) for name in names]

    def sections(self):
        """Yield the name's offset, the offset and the size of each."""
        for i in range(self.shnum):
            at = self.shoff + i * self.shentsize
            name, _, _, _, offset, size = struct.unpack_from(
                "<IIQQQQ" if self.wide else "<6I", self.data, at
            )
            yield name, offset, size

    def section(self, wanted):
        """The bytes of the section of that name; empty if there is none."""
        sections = list(self.sections())
        names = sections[self.shstrndx][1]
        for name, offset, size in sections:
            if self.text(names + name) == wanted:
                return self.data[offset : offset + size]
        return b""


def modinfo(data):
    """The key=value strings of a kernel module, as a dict of lists."""
    info = {}
    for entry in Elf(data).section(".modinfo").split(b"\0"):
        key, equals, value = entry.partition(b"=")
        if equals:
            info.setdefault(key.decode(), []).append(value.decode("latin-1"))
    return info
