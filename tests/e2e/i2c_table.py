#!/usr/bin/python3
"""The table of docs/i2c-path.md: compare a column with what a run of the
firmware i2c-torture printed, or put that in its place.

usage: i2c_table.py check|write COLUMN SERIAL-OUTPUT

A column is named as in the table's head.  "write" adds rows and columns that
are not there yet; a row that no run prints any more goes when its column is
the first one.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import sys

DOCUMENT = "docs/i2c-path.md"
BEGIN = "<!-- made by make docs-i2c-path -->\n"
END = "<!-- end of the table -->\n"
EMPTY = "-"


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_table(text):
    """The columns' names, and the rows: shape -> {column: result}."""
    rows = text.split(BEGIN)[1].split(END)[0].splitlines()
    if not rows:
        return [], {}
    head = cells(rows[0])[1:]
    return head, {cells(row)[0]: dict(zip(head, cells(row)[1:]))
                  for row in rows[2:]}


def print_table(head, rows):
    lines = [["transfer"] + head, ["---"] * (1 + len(head))]
    for shape, results in rows.items():
        lines.append([shape] + [results.get(c, EMPTY) for c in head])
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def read_run(path):
    """What the firmware printed, shape -> result, or None if not all of it."""
    with open(path, encoding="ascii", errors="replace") as run:
        lines = [line.strip("\0\r\n") for line in run]
    try:
        begin = lines.index("i2c-torture: begins")
        end = lines.index("i2c-torture: done")
    except ValueError:
        return None
    return dict(line.split(": ", 1) for line in lines[begin + 1:end])


def check(column, head, rows, run):
    if column not in head:
        print(f"{DOCUMENT} has no column \"{column}\"; "
              "make docs-i2c-path adds it")
        return 1
    wrong = 0
    for shape in sorted(rows.keys() | run.keys()):
        want = rows.get(shape, {}).get(column, "no such row")
        got = run.get(shape, "not printed")
        if want != got:
            print(f"{shape}, {column}: {DOCUMENT} says \"{want}\", "
                  f"the firmware \"{got}\"")
            wrong = 1
    return wrong


def write(column, head, rows, run, text):
    if column not in head:
        head.append(column)
    if column == head[0]:
        rows = {shape: rows.get(shape, {}) for shape in run}
    for shape, result in run.items():
        rows.setdefault(shape, {})[column] = result
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with open(DOCUMENT, "w", encoding="utf-8") as document:
        document.write(before + BEGIN + print_table(head, rows) + END + after)
    return 0


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("check", "write"):
        sys.exit("usage: i2c_table.py check|write COLUMN SERIAL-OUTPUT")
    with open(DOCUMENT, encoding="utf-8") as document:
        text = document.read()
    head, rows = read_table(text)
    run = read_run(sys.argv[3])
    if run is None:
        sys.exit(f"{sys.argv[3]} is not all that i2c-torture prints")
    if sys.argv[1] == "check":
        return check(sys.argv[2], head, rows, run)
    return write(sys.argv[2], head, rows, run, text)


if __name__ == "__main__":
    sys.exit(main())
