#!/bin/bash
# Flash that lasts, the files that are programmed into it, and the time that
# flash takes.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

HELLO=build/firmware/hello.hex
HELLO_SAYS='hello from the micro:bit, 2 s'
requires "$MICROPYTHON" "$HELLO" build/firmware/hello.elf /usr/bin/python3
plan 51

# board_start [OPTION...]: a board of its own, without an agent; its serial
# port is as machine_start has it, QMP at $TMP/qmp.sock
board_start() {
    rm -f "$TMP/serial.sock" "$TMP/qmp.sock"
    : >"$TMP/serial"
    # shellcheck disable=SC2086 # $ICOUNT is words
    spawn "$TMP/qemu.err" "$QEMU" -display none -monitor none $ICOUNT \
        -qmp "unix:$TMP/qmp.sock,server=on,wait=off" \
        -chardev "socket,id=serial,path=$TMP/serial.sock,server=on,wait=off,logfile=$TMP/serial" \
        -serial chardev:serial "$@"
    MACHINE_PID=$PID
    wait_for 10 [ -S "$TMP/serial.sock" ] || diag "no serial port in 10 s"
}

# As a power failure would end it.
board_kill() {
    kill -KILL "$MACHINE_PID"
    wait "$MACHINE_PID" 2>/dev/null
    MACHINE_PID=
}

says_hello() {
    wait_for 10 serial_has "$HELLO_SAYS"
}

# qemu_says OPTION...: what QEMU prints before it fails; "no failure" if not
qemu_says() {
    timeout 20 "$QEMU" -display none -monitor none -serial null "$@" 2>&1 &&
        echo "no failure"
}

# said COMMAND...: what it prints, errors too, and its exit status
said() {
    "$@" 2>&1
    echo "status $?"
}

image() {
    tests/e2e/images.py "$1" "$HELLO" "$TMP/$1"
}

# word FILE OFFSET
word() {
    od -An -tx4 -j "$2" -N 4 "$1" | tr -d ' '
}

# --- flash=FILE ----------------------------------------------------------------

FLASH_FILE=$TMP/board.flash
board_start -M "microbit,flash=$FLASH_FILE" -kernel "$MICROPYTHON"
repl 'f = open("diary", "w")' 'f.write("day one")' 'f.close()' >/dev/null
is "a file is written in MicroPython" "$(repl 'import os; os.listdir()')" \
    "['diary']"
repl 'import microbit; microbit.reset()' >/dev/null
is "it survives microbit.reset()" "$(repl 'open("diary").read()')" "'day one'"
like "a second QEMU is refused while the first has the file" \
    "$(qemu_says -M "microbit,flash=$FLASH_FILE")" \
    "cannot lock $FLASH_FILE: another program uses it"
like "and so is benchwire flash" \
    "$(said "$BENCHWIRE" flash -b "$FLASH_FILE" "$HELLO")" \
    'another program uses it'
repl 'f = open("diary", "w"); f.write("day two"); f.close()' >/dev/null
board_kill

board_start -M "microbit,flash=$FLASH_FILE"
is "after a SIGKILL the board boots what is in the file" \
    "$(repl 'open("diary").read()')" "'day two'"
board_kill
board_start -M "microbit,flash=$FLASH_FILE" -kernel "$MICROPYTHON"
is "the same program on the command line leaves it alone" \
    "$(repl 'open("diary").read()')" "'day two'"

# --- time ----------------------------------------------------------------------

# The last page of MicroPython's own settings; READY is 1 when the core goes on.
is "a page erase stops the program for 22.3 ms" \
    "$(repl 'import machine, microbit; m = machine.mem32
def erase():
 t = microbit.running_time()
 m[0x4001e504] = 2
 m[0x4001e508] = 0x3f000
 r = m[0x4001e400]
 m[0x4001e504] = 0
 return r, 22 <= microbit.running_time() - t <= 30
' 'erase()')" "(1, True)"

# Thumb code: 0x30 to 0x5f writes a word to 0x1000 with Wen and counts how often
# it reads READY until that is 1, into 0x20000100; it is called where it is, and
# then as a copy in RAM, which counts into 0x20000104.
POLL="
    20004000 00000009 f0002700 a008f811 460b4906 22303301
    600c6804 31043004 d1f93a04 47982704 0000e7fe 20000000
    49084807 50422201 22004907 51ca2300 68043301 d0fb2c00
    51c34804 00004770 4001e400 00000104 00001000 20000100
"
for word in $POLL; do
    printf '%b' "\\x${word:6:2}\\x${word:4:2}\\x${word:2:2}\\x${word:0:2}"
done >"$TMP/poll.bin"
polled() {
    text=$(tests/e2e/qmp.py "$TMP/poll.sock" hmp 'xp /2wx 0x20000100')
    grep -Eq '0x00000001 0x0*[1-9a-f]' <<<"$text"
}
# shellcheck disable=SC2086 # $ICOUNT is words
spawn "$TMP/poll.err" "$QEMU" -M microbit -kernel "$TMP/poll.bin" $ICOUNT \
    -display none -serial null -qmp "unix:$TMP/poll.sock,server=on,wait=off"
ok "code in flash stands still and sees READY 1 at once" wait_for 10 polled
# a load, two that take a cycle and a branch, 7 cycles of 64 ns, go 102 times
# into 46 us; 96 to 111 will do
like "code in RAM sees it 0 for 46 us" "$text" '0x00000001 0x0000006[0-9a-f]'
stop "$PID" 3

# The core must not be let go by the end of an erase.
RESET=/machine/reset-button
tests/e2e/repl.py -t 3 "$TMP/serial.sock" 'import machine; m = machine.mem32
while True:
 m[0x4001e504] = 2
 m[0x4001e508] = 0x3f000
 print("erased")
' >/dev/null 2>&1
ok "a program erases without end" serial_later erased
tests/e2e/qmp.py "$TMP/qmp.sock" set "$RESET" pressed true
lines=$(wc -l <"$TMP/serial")
fails "the reset button holds it" wait_for 1 serial_after "$lines" erased
tests/e2e/qmp.py "$TMP/qmp.sock" set "$RESET" pressed false
ok "and starts it again" wait_for 10 serial_after "$lines" 'MicroPython v.*'

# --- a board that runs ---------------------------------------------------------

text=$(said "$BENCHWIRE" flash -b "$TMP/qmp.sock" "$HELLO")
like "benchwire flash programs a board that runs" "$text" 'status 0'
ok "which then runs the new program" says_hello
image damaged
like "a damaged file is refused with file and line" \
    "$(said "$BENCHWIRE" flash -b "$TMP/qmp.sock" "$TMP/damaged")" \
    "^benchwire: the board at .*: $TMP/damaged, line [0-9]+: the checksum is wrong$"
ok "and the board goes on" serial_later 'hello from .*'
end_process "$MACHINE_PID"
MACHINE_PID=
like "without a board it says so" \
    "$(BENCHWIRE_BOARD='' BW_RUN_DIR=$TMP/none FW=$HELLO said scripts/flash.sh)" \
    'no board runs; start one with make run'
board_start -M "microbit,flash=$FLASH_FILE"
ok "the new program is in the flash file" says_hello
like "make flash finds the board that runs" \
    "$(BW_RUN_DIR=$TMP FW=$MICROPYTHON said scripts/flash.sh)" 'status 0'
is "and programs it; the former one's files are gone" \
    "$(repl 'import os; os.listdir()')" '[]'
board_kill

# --- a folder like the board's drive -----------------------------------------

FOLDER=$TMP/MICROBIT
board_start -M microbit -kernel "$MICROPYTHON"
spawn "$TMP/drop.log" "$BENCHWIRE" drop -b "$TMP/qmp.sock" "$FOLDER"
DROP_PID=$PID
wait_for 5 grep -q 'are programmed' "$TMP/drop.log"
cp "$TMP/damaged" "$FOLDER/damaged.hex"
ok "a damaged file in the folder leaves a message" \
    wait_for 5 grep -q 'the checksum is wrong' "$FOLDER/FAIL.TXT"
cp "$HELLO" "$FOLDER/.hello.part"
ok "a file whose name starts with a dot is left alone" [ -e "$FOLDER/FAIL.TXT" ]
mv "$FOLDER/.hello.part" "$FOLDER/hello.hex"
ok "a file that is moved there is programmed" says_hello
ok "and removed, as is the message" \
    wait_for 5 [ ! -e "$FOLDER/hello.hex" -a ! -e "$FOLDER/FAIL.TXT" ]
cp "$MICROPYTHON" "$FOLDER"
is "a file that is copied there is programmed" \
    "$(wait_for 5 [ ! -e "$FOLDER/micropython.hex" ]; repl '1 + 1')" 2
rm -rf "$FOLDER"
ok "without the folder it ends" wait_for 5 gone "$DROP_PID"
machine_stop

# --- a board that is off -------------------------------------------------------

# QEMU was killed: its socket is still there, and nobody answers.
text=$(BW_RUN_DIR=$TMP FLASH=$FLASH_FILE FW=$HELLO said scripts/flash.sh)
like "make flash programs the flash file of a board that is off" "$text" \
    'status 0'
board_start -M "microbit,flash=$FLASH_FILE"
ok "which then boots it" says_hello
machine_stop
before=$(sha256sum "$FLASH_FILE")
like "a damaged file is refused" \
    "$(said "$BENCHWIRE" flash -b "$FLASH_FILE" "$TMP/damaged")" 'status 1'
is "and changes nothing" "$(sha256sum "$FLASH_FILE")" "$before"
echo "a letter" >"$TMP/letter"
like "a file that is no flash file is refused" \
    "$(qemu_says -M "microbit,flash=$TMP/letter" -kernel "$HELLO")" \
    "$TMP/letter is not a flash file: it has 9 bytes"
is "and left alone" "$(cat "$TMP/letter")" "a letter"
# A folder has a size too, which is not that of a flash.
mkdir "$TMP/folder"
like "a folder in the place of a flash file is refused as one" \
    "$(said "$BENCHWIRE" flash -b "$TMP/folder" "$MICROPYTHON")" \
    "cannot open $TMP/folder: Is a directory"

# --- sizes ---------------------------------------------------------------------

for size in 0 1000 40960 4294967295; do
    like "RAM of $size bytes, which no chip has, is refused" \
        "$(qemu_says -M microbit -global "nrf51-soc.sram-size=$size")" \
        "sram-size $size is not a multiple of 8192, up to 32768"
done

# --- files ---------------------------------------------------------------------

for kind in universal bin uicr; do
    image "$kind"
    board_start -M "microbit,flash=$TMP/$kind.flash" \
        -device "loader,file=$TMP/$kind"
    ok "a board boots $kind" says_hello
    machine_stop
done
is "UICR is programmed" "$(word "$TMP/uicr.flash" $((0x40080)))" 12345678
is "and left erased without" "$(word "$TMP/bin.flash" $((0x40080)))" ffffffff
board_start -M microbit -kernel build/firmware/hello.elf
ok "a board boots ELF" says_hello
machine_stop

for kind in damaged cut v2; do
    image "$kind"
done
like "damaged hex: one sentence" \
    "$(qemu_says -M microbit -device "loader,file=$TMP/damaged")" \
    "^qemu-system-arm: .*$TMP/damaged, line [0-9]+: the checksum is wrong$"
like "hex that is cut short" "$(qemu_says -M microbit -kernel "$TMP/cut")" \
    "$TMP/cut has no end-of-file record; it is cut short$"
like "universal hex without a half for us" \
    "$(qemu_says -M microbit -kernel "$TMP/v2")" \
    "$TMP/v2 holds nothing for the flash of this board$"
like "something else" "$(qemu_says -M microbit -kernel "$TMP/letter")" \
    "$TMP/letter is neither Intel HEX, nor ELF, nor a binary"
like "two programs for the same flash" \
    "$(qemu_says -M microbit -kernel "$HELLO" \
        -device "loader,file=$MICROPYTHON")" \
    "$MICROPYTHON wants flash that an image before it has taken$"

# --- a debugger ----------------------------------------------------------------

board_start -M "microbit,flash=$TMP/gdb.flash" \
    -gdb "unix:$TMP/gdb.sock,server=on,wait=off"
ok "a debugger loads a program into a blank board" \
    tests/e2e/rsp.py "$TMP/gdb.sock" "$TMP/bin" continue
ok "which starts when it goes on" says_hello
board_kill
board_start -M "microbit,flash=$TMP/gdb.flash"
ok "and is still in flash afterwards" says_hello
machine_stop
