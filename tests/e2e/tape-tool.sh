#!/bin/bash
# benchwire tape: make, fill, look at, damage and mend tapes, without a drive.
#
# Judges: tests/tape/readtap, and SIMH's mtdump where Debian has it.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"

TOOL=$PWD/build/host/benchwire
READER=$PWD/tests/tape/readtap
requires "$TOOL" /usr/bin/python3
plan 89
cd "$TMP" || exit 1

# said COMMAND...: what it prints, errors too, and its exit status
said() {
    "$@" 2>&1
    echo "status $?"
}

tape() {
    "$TOOL" tape "$@"
}

# the record list of a model: lengths, 0 for a mark
lengths() {
    "$READER" -l "$1" | tr '\n' ' '
}

# bytes FILE PRINTF...: a file of these bytes
bytes() {
    local file=$1
    shift
    # shellcheck disable=SC2059 # the format is the content
    printf "$@" >"$file"
}

# patch FILE OFFSET PRINTF: write over some bytes
patch_file() {
    # shellcheck disable=SC2059 # the format is the content
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

head -c 25000 /dev/urandom >one
head -c 10240 /dev/urandom >two
head -c 777 /dev/urandom >odd

# --- create -------------------------------------------------------------------

ok "create makes a tape" tape create blank.tap
is "of one word, the end" "$(od -An -tx4 blank.tap | tr -d ' ')" ffffffff
is "and of one file" "$(echo blank*)" blank.tap
like "a tape that is there stays" "$(said tape create blank.tap)" \
    '^benchwire: blank.tap has something on it; --force'
ok "but not with --force" tape create --force blank.tap
is "an empty file is a blank tape" "$(: >empty.tap && said tape verify empty.tap)" \
    "empty.tap: good, 0 objects, the data end at byte 0
status 0"

ok "create takes a label" tape create --capacity 2G --profile lto8 \
    --barcode BW0001L8 --serial 0123 --write-protect off label.tap
label=$(tape info label.tap)
like "info tells the capacity" "$label" '^capacity: +2\.0 GiB \(2147483648 bytes\)$'
like "and the bar code" "$label" '^bar code: +BW0001L8$'
like "and the profile's density" "$label" '^density: +0x5e$'
ok "label changes it" tape label --barcode BW0002L8 --write-protect on label.tap
like "the bar code" "$(tape info label.tap)" '^bar code: +BW0002L8$'
like "the tab holds" "$(said tape import label.tap one)" \
    '^benchwire: cannot write label.tap: the tape is write-protected'
tape label --write-protect off label.tap
ok "until it is moved" tape import label.tap one

ok "two partitions" tape create --partitions 2 --capacity 1G \
    --partition-size 100M two.tap
is "are two files" "$(echo two*.tap)" "two.p1.tap two.tap"
ok "each has its own records" tape import --partition 1 two.tap odd
is "and the other is blank" "$(lengths two.tap)$(lengths two.p1.tap)" '777 0 '
rm two.tap
like "a second partition is not lost with the first one's file" \
    "$(said tape create two.tap)" 'two.p1.tap has something on it'
is "it is as it was" "$(lengths two.p1.tap)" '777 0 '
is "a number that begins with 0 is as people read it" \
    "$(tape create --capacity 010K ten.tap; tape info ten.tap |
        grep -o '([0-9]* bytes)')" '(10240 bytes)'
like "an unknown profile is refused with those that are known" \
    "$(said tape create --profile vhs x.tap)" 'no profile "vhs"; take one of .*lto8'
is "and nothing is made" "$(ls x.tap 2>/dev/null)" ''

# --- import, list, export -----------------------------------------------------

ok "files become records and marks" tape import work.tap one two
is "as another reader has them" "$(lengths work.tap)" '10240 10240 4520 0 10240 0 '
is "list says the same" "$(tape list work.tap)" "file 0
         0              0  2 records of 10240 bytes
         2          20496  1 record of 4520 bytes
         3          25024  tape mark
file 1
         4          25028  1 record of 10240 bytes
         5          35276  tape mark
         6          35280  end of data
6 objects: 4 records with 35240 bytes in 2 files, 2 tape marks"
is "or each for itself" "$(tape list --all work.tap | sed -n 2,3p)" \
    "         0              0  1 record of 10240 bytes
         1          10248  1 record of 10240 bytes"
if mtdump=$(command -v mtdump); then
    is "SIMH's mtdump has the same records" \
        "$("$mtdump" work.tap | sed -nE 's/.*length = ([0-9]+) .*/\1/p; s/.*end of tape file.*/0/p' | tr '\n' ' ')" \
        "$(lengths work.tap)"
else
    skip "SIMH's mtdump has the same records" "mtdump is not there"
fi
ok "import appends" tape import --block-size 1K --pad work.tap odd
is "padded to a whole block" "$(lengths work.tap)" \
    '10240 10240 4520 0 10240 0 1024 0 '
ok "export writes files" tape export work.tap out
ok "that are as they were" cmp out/file0 one
ok "each of them" cmp out/file1 two
like "and are not overwritten" "$(said tape export work.tap out)" \
    'cannot write out/file0: File exists'
ok "one file goes to standard output" \
    cmp <(tape export --file 1 work.tap -) two
like "a file that is not there" "$(said tape export --file 9 work.tap -)" \
    'work.tap has no file 9'
like "nor behind the last mark" "$(said tape export --file 3 work.tap -)" \
    'work.tap has no file 3'
ok "standard input is a file too" tape import stdin.tap - <two
is "with its mark" "$(lengths stdin.tap)" '10240 0 '
like "a tape gets full" "$(tape create --capacity 30K small.tap
    said tape import small.tap one two)" 'small.tap is full: there is no room for two, and nothing of it'
is "and keeps what fits" "$(lengths small.tap)" '10240 10240 4520 0 '
tape create --capacity 22K small2.tap
like "a file that fits in part" \
    "$(said tape import small2.tap one odd | tr '\n' ' ')" \
    'small2.tap is full.*status 1'
is "is not there in part" "$(lengths small2.tap)" ''
ok "so that the next one begins a file" tape import small2.tap odd
is "of its own" "$(lengths small2.tap)" '777 0 '
head -c 3000000 /dev/urandom >large
like "nor one that cannot be read to its end" \
    "$(said tape import small2.tap "$TMP" | tr '\n' ' ')" 'Is a directory status 1'
is "changes anything" "$(lengths small2.tap)" '777 0 '
tape import self.tap large >/dev/null
like "a tape is not imported into itself" \
    "$(said timeout 20 "$TOOL" tape import self.tap self.tap)" \
    'self.tap is the tape itself'
is "and is as it was" "$(tape verify self.tap)" \
    "self.tap: good, 294 objects, the data end at byte 3002348"
like "standard output takes one file" "$(said tape export work.tap -)" \
    'say which with --file'
is "and no folder is called so" "$(find . -name '-*')" ''

# --- other formats ------------------------------------------------------------

ok "export makes an AWS image" tape export --format aws work.tap work.aws
is "with its headers" "$(od -An -tx1 -N 6 work.aws)" ' 00 28 00 00 a0 00'
ok "import reads it" tape import --format aws again.tap work.aws
ok "and it is the same tape" cmp work.tap again.tap
head -c 200000 /dev/urandom >big
tape import --block-size 200000 big.tap big >/dev/null
tape export --format aws big.tap big.aws >/dev/null
tape import --format aws big2.tap big.aws >/dev/null
ok "also with a record of several blocks" cmp big.tap big2.tap
tape import --block-size 777 odd.tap odd >/dev/null
ok "records without padding" tape export --format e11 odd.tap odd.e11
is "are a byte shorter" "$(stat -c %s odd.tap odd.e11 | tr '\n' ' ')" '794 793 '
ok "and come back" tape import --format e11 odd2.tap odd.e11
ok "as they were" cmp odd.tap odd2.tap
bytes het.aws '\5\0\0\0\xa1\0abcde'
like "HET is refused" "$(said tape import --format aws het.tap het.aws)" \
    'het.aws, byte 0: the block is compressed \(HET\)'

# --- files that are no tapes --------------------------------------------------

# foreign NAME FILE WORDS
foreign() {
    like "$1 is no tape" "$(said tape verify "$2" | tr '\n' ' ')" "$3.*status 3"
}
tar -cf a.tar one 2>/dev/null
foreign "a tar archive" a.tar 'tar archive'
gzip -c one >a.gz
foreign "a gzip file" a.gz 'gzip'
foreign "an AWS image" work.aws 'AWS'
bytes big.end '\0\0\0\4abcd\0\0\0\4\0\0\0\0'
foreign "a big-endian tape" big.end 'big-endian'
head -c 100000 /dev/zero >zeros
foreign "a file of zeros" zeros 'zeros'
bytes a.qcow2 'QFI\xfb\0\0\0\3'
foreign "a qcow2 image" a.qcow2 'qcow2'
foreign "one with unpadded records" odd.e11 'import --format e11'
like "nor is a folder" "$(said tape list out)" 'out is not a regular file|Is a directory'
like "nor what is not there" "$(said tape list nothing.tap)" \
    'there is no nothing.tap; make it with benchwire tape create'

# --- damage -------------------------------------------------------------------

cp work.tap cut.tap
truncate -s 30000 cut.tap
like "a record that was cut short is damage" "$(said tape verify cut.tap | tr '\n' ' ')" \
    'runs over the end.*repair.*status 2'
like "import would lose it" "$(said tape import cut.tap one | tr '\n' ' ')" \
    'verify first.*status 2'
like "export tells what it leaves out" \
    "$(said tape export --format tap cut.tap short.tap | tr '\n' ' ')" \
    'runs over the end of the file; what is behind that is left out.*status 2'
ok "repair cuts it off" tape repair cut.tap
is "and keeps it" "$(stat -c %s cut.tap cut.tap.cut | tr '\n' ' ')" '25032 4972 '
is "the rest is good" "$(tape verify cut.tap)" \
    'cut.tap: good, 4 objects, the data end at byte 25028'
cp work.tap middle.tap
patch_file middle.tap 10244 '\1'
like "a broken record in the middle is damage" \
    "$(said tape verify middle.tap | tr '\n' ' ')" 'cannot be read.*status 2'
like "export stops there" "$(said tape export middle.tap m | tr '\n' ' ')" \
    'cannot be read; --skip-bad.*status 2'
said tape export --skip-bad --format tap middle.tap rest.tap >/dev/null
is "or leaves it out" "$(lengths rest.tap)" '10240 4520 0 10240 0 1024 0 '

bytes long.tap '\4\0\0\0abcd\4\0\0\0\0\0\100\1'
truncate -s $((16 + 20971520)) long.tap
bytes tail.tap '\0\0\100\1\4\0\0\0efgh\4\0\0\0'
cat tail.tap >>long.tap
like "a record that is longer than any is not exported" \
    "$(said tape export long.tap long | tr '\n' ' ')" \
    'object 1 at byte 12 cannot be read.*status 2'

# --- a machine that has the tape ----------------------------------------------

QEMU=$OLDPWD/build/qemu/qemu-system-arm
if [ -x "$QEMU" ]; then
    tape create --capacity 1M --barcode BW0009 held.tap
    spawn qemu.err "$QEMU" -M virt -display none -nodefaults -S \
        -qmp "unix:$TMP/qmp.sock,server=on,wait=off" \
        -device virtio-scsi-pci -drive if=none,id=t0,file=held.tap,format=raw \
        -device scsi-tape,drive=t0,id=tape
    wait_for 20 "$OLDPWD/tests/e2e/qmp.py" qmp.sock hmp 'info status' ||
        diag "$(cat qemu.err)"
    like "is not written to" "$(said tape import held.tap one | tr '\n' ' ')" \
        'held.tap is in use by another program.*status 1'
    like "nor read" "$(said tape list held.tap | tr '\n' ' ')" \
        'is in use by another program.* --force-share status 1'
    is "but with --force-share" "$(said tape list --force-share held.tap | tail -1)" \
        'status 0'
    stop "$PID" 10
    ok "until it ends" tape import held.tap odd
else
    for name in "is not written to" "nor read" "but with --force-share" "until it ends"; do
        skip "$name" "QEMU is not there"
    done
fi

# --- MAM, index --------------------------------------------------------

tape mam work.tap 0x0803='Home, week 7' 0x0806=BW0003 0x1623=hex:0102
is "attributes are kept" "$(tape mam work.tap | sed 's/  */ /g')" \
    "0x0803 text user's label of the medium Home, week 7
0x0806 ASCII bar code BW0003
0x1623 binary 0102"
tape mam work.tap 0x0806=
like "and taken away" "$(said tape mam work.tap 0x0806)" 'no attribute 0x0806'

bytes work.tap.meta 'not what it was'
like "a damaged .meta is told" "$(said tape verify work.tap | tr '\n' ' ')" \
    'the .meta file beside the tape is damaged.*work.tap: good.*status 2'

head -c 3000000 /dev/urandom >many
tape import --block-size 512 many.tap many >/dev/null
ok "index makes the file of positions" tape index many.tap
ok "which --remove takes away" sh -c "ls many.tap.index &&
    '$TOOL' tape index --remove many.tap && ! ls many.tap.index"
