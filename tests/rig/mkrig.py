#!/usr/bin/python3
"""Make the initramfs of a rig, as an ordinary user and with Python alone.

usage: mkrig.py [OPTION]... CACHE

  -k FOLDER             lib/modules/VERSION of a kernel package
  -m NAME[ OPTION...]   a module, loaded with these options; what it depends
                        on comes before it
  -M NAME[ OPTION...]   a module for later: it and what it needs further are
                        named in /lib/modules/lazy
  -p FILE[:PATH]        a program, put at PATH (default /bin/NAME), with the
                        shared libraries it needs in /lib
  -f FILE:PATH[:MODE]   any other file
  -l FOLDER             where to look for libraries, the first named first

The archive goes to CACHE/SHA256.cpio, where it may be already; its path is
printed.  Everything that is in it counts for the sum, and nothing else, so the
same content is the same file.

Modules are ordered by their own "depends" and "softdep pre" lines, without
depmod (a soft one that is an alias is to be named with -m before);
/lib/modules/order tells the guest's init what to load.  Libraries are found by
DT_NEEDED, recursively, as the loader of the guest will.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import getopt
import hashlib
import os
import sys

import cpio
import elf

SKELETON = ("dev", "proc", "sys", "tmp", "root", "mnt", "etc", "run", "var")
KEEP = 8  # images in the cache


class RigError(Exception):
    pass


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Modules:
    """The modules of one kernel, and those that were asked for, in order."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}
        self.order = {}  # name: data
        for where, _, names in sorted(os.walk(folder)):
            for name in names:
                if name.endswith(".ko"):
                    self.files[canonical(name)] = os.path.join(where, name)
        builtin = read(os.path.join(folder, "modules.builtin")).decode()
        self.builtin = {
            canonical(os.path.basename(line)) for line in builtin.split()
        }

    def knows(self, name):
        return canonical(name) in self.files

    def add(self, name):
        name = canonical(name)
        if name in self.order or name in self.builtin:
            return
        if name not in self.files:
            raise RigError(f"no module {name} in {self.folder}")
        data = read(self.files[name])
        info = elf.modinfo(data)
        for other in filter(self.knows, wishes(info)):
            self.add(other)
        for other in filter(None, info.get("depends", [""])[0].split(",")):
            self.add(other)
        self.order[name] = data


def canonical(name):
    return name.removesuffix(".ko").replace("-", "_")


def wishes(info):
    """What "softdep" says with "pre:"; it may be an alias and no module."""
    for line in info.get("softdep", []):
        before, _, _ = line.partition("post:")
        yield from before.removeprefix("pre:").split()


class Libraries:
    """What the programs need: path in the guest -> data."""

    def __init__(self, folders):
        self.folders = folders
        self.found = {}

    def find(self, name):
        for folder in self.folders:
            path = os.path.join(folder, name)
            if os.path.exists(path):
                return read(path)
        raise RigError(f"no library {name} in {' '.join(self.folders)}")

    def add(self, path):
        """Add one by its path in the guest, and what it needs."""
        if path not in self.found:
            self.found[path] = self.find(os.path.basename(path))
            self.add_needs(self.found[path])

    def add_needs(self, data):
        program = elf.Elf(data)
        loader = program.interpreter()
        names = program.needed()
        if loader:
            self.add(loader)
        for name in names:
            # the loader is a library, too, but is where it is
            if name not in map(os.path.basename, self.found):
                self.add("/lib/" + name)


def build(options):
    archive = cpio.Archive()
    for folder in SKELETON:
        archive.directory(folder)
    archive.device("/dev/console", 5, 1)
    libraries = Libraries([v for o, v in options if o == "-l"])
    modules, early, late = None, [], []
    for option, value in options:
        if option == "-k":
            modules = Modules(value)
        elif option == "-m":
            early.append(value.split())
        elif option == "-M":
            late.append(value.split())
        elif option == "-p":
            source, _, path = value.partition(":")
            data = read(source)
            libraries.add_needs(data)
            path = path or "/bin/" + os.path.basename(source)
            archive.file(path, data, 0o755)
        elif option == "-f":
            source, path, *mode = value.split(":")
            archive.file(path, read(source), int((mode or ["644"])[0], 8))
    for path, data in libraries.found.items():
        archive.file(path, data, 0o755)
    if modules:
        add_modules(archive, modules, "order", early)
        add_modules(archive, modules, "lazy", late)
    return archive.bytes()


def add_modules(archive, modules, listed, wanted):
    """Add those that are WANTED, words of name and options, and a list."""
    before = set(modules.order)
    for name, *_ in wanted:
        modules.add(name)
    options = {canonical(name): words for name, *words in wanted}
    lines = []
    for name, data in modules.order.items():
        if name not in before:
            archive.file(f"/lib/modules/{name}.ko", data)
            lines.append(" ".join([name, *options.get(name, [])]))
    archive.file(f"/lib/modules/{listed}", "\n".join([*lines, ""]).encode())


def store(data, cache):
    """Put the archive where its content says; forget the oldest ones."""
    os.makedirs(cache, exist_ok=True)
    path = os.path.join(cache, hashlib.sha256(data).hexdigest() + ".cpio")
    if not os.path.exists(path):
        part = f"{path}.{os.getpid()}"
        with open(part, "wb") as file:
            file.write(data)
        os.rename(part, path)
    os.utime(path)
    images = [
        os.path.join(cache, name)
        for name in os.listdir(cache)
        if name.endswith(".cpio")
    ]
    for old in sorted(images, key=os.path.getmtime)[:-KEEP]:
        os.unlink(old)
    return path


def main():
    try:
        options, args = getopt.getopt(sys.argv[1:], "k:m:M:p:f:l:")
        (cache,) = args
    except (getopt.GetoptError, ValueError):
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        print(store(build(options), cache))
    except (OSError, ValueError, RigError, elf.ElfError) as error:
        print(f"mkrig.py: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
