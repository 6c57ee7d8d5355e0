"""Write a cpio archive as the kernel unpacks it, without root and without
files to copy owners and times from: the same content gives the same bytes.

Source: Linux, Documentation/driver-api/early-userspace/buffer-format.rst
("newc": a header of hexadecimal numbers, name and data padded to 4 bytes).

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os

DIRECTORY, CHARACTER, REGULAR, LINK = 0o040000, 0o020000, 0o100000, 0o120000


class Archive:
    def __init__(self):
        self.parts = []
        self.names = set()

    def entry(self, path, mode, data=b"", device=(0, 0)):
        name = path.strip("/")
        self.names.add(name)
        fields = (
            len(self.names),  # inode
            mode,
            0,  # owner
            0,  # group
            2 if mode & DIRECTORY == DIRECTORY else 1,  # links
            0,  # time
            len(data),
            0,  # device the file is on
            0,
            *device,
            len(name) + 1,
            0,  # no checksum
        )
        head = "070701" + "".join(f"{field:08x}" for field in fields)
        self.parts.append(padded(head.encode() + name.encode() + b"\0"))
        self.parts.append(padded(data))

    def directory(self, path, mode=0o755):
        """Add a folder, and those it is in, unless they are there."""
        parent = os.path.dirname(path.strip("/"))
        if parent and parent not in self.names:
            self.directory(parent)
        if path.strip("/") not in self.names:
            self.entry(path, DIRECTORY | mode)

    def device(self, path, major, minor):
        self.directory(os.path.dirname(path))
        self.entry(path, CHARACTER | 0o600, device=(major, minor))

    def file(self, path, data, mode=0o644):
        self.directory(os.path.dirname(path))
        self.entry(path, REGULAR | mode, data)

    def link(self, path, target):
        self.directory(os.path.dirname(path))
        self.entry(path, LINK | 0o777, target.encode())

    def bytes(self):
        self.entry("TRAILER!!!", 0)
        return b"".join(self.parts)


def padded(data):
    return data + bytes(-len(data) % 4)
