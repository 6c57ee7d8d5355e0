# The tape guest for those who need a real st driver: boots it, or takes the
# one that runs.  Sourced, after functions.sh or common.sh; with-guest keeps one
# for many programs.
#
#   guest_up                     boot it, unless it runs; its time is printed
#   guest 'mt -f /dev/tape/v0 status'    a shell command in the guest
#   guest_medium v0 b.tap        another cartridge for a drive; "" takes it out
#   guest_qmp hmp 'info block'   QEMU's monitor, as tests/e2e/qmp.py has it
#
# The drives, and the blank cartridges v0.tap ... in them: v0 to v3 on
# virtio-scsi, l0 and l1 on an lsi53c895a.  In the guest each is /dev/tape/NAME,
# which does not rewind, NAME-rewind and NAME-sg.  v4 is the empty drive of a
# library, /dev/tape/changer, whose folder is $GUEST/library.
# /dev/tape/disk is a SCSI disk of 64 MB, /dev/disk/by-id/scratch one of 4 GB.
#
# $GUEST is the guest's folder: cartridges, console, qemu.log, boot (its times).
#
# With BW_TAPE_THROUGH=1 the same drives are used from a second guest, through an
# agent in this one: through.bash.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

GUEST_QEMU=${BW_TAPE_QEMU:-build/qemu/qemu-system-arm}
# Some 20 s of processor time, which the machine has to have; tests share theirs.
GUEST_BOOT_S=${GUEST_BOOT_S:-300}
GUEST_INITRAMFS=build/tape/initramfs-tests # with programs of ours in it
GUEST=${BW_TAPE_GUEST:-}
GUEST_VIRTIO=(v0 v1 v2 v3)
GUEST_LSI=(l0 l1)
# device options of a drive
declare -A GUEST_TAPE=(
    [v1]="profile=lto8,capacity=6M"
    [v2]="profile=lto5,capacity=2G"
    [v3]="profile=lto5,capacity=256M"
    [l1]="profile=dds3"
)

guest() {
    tests/rig/guest.py -t "${GUEST_TIMEOUT:-120}" "$GUEST/control.sock" "$*"
}

# guest_port [PORT]: where the host finds this port of the guest's loopback
# shellcheck disable=SC2120 # tests/bench/tape_through.sh names one
guest_port() {
    guest_qmp hmp 'info usernet' |
        awk -v port="${1:-7420}" '/HOST_FORWARD/ && $6 == port { print $4 }'
}

guest_qmp() {
    tests/e2e/qmp.py -t 60 "$GUEST/qmp.sock" "$@"
}

# guest_has_tape: false for a QEMU without the device
guest_has_tape() {
    "$GUEST_QEMU" -M none -device help 2>/dev/null | grep -q '^name "scsi-tape"'
}

# guest_medium DRIVE FILE
guest_medium() {
    if [ -n "$2" ]; then
        guest_qmp qmp blockdev-change-medium "{\"id\": \"$1\",
            \"filename\": \"$2\", \"format\": \"raw\", \"force\": true}"
    else
        guest_qmp qmp blockdev-open-tray "{\"id\": \"$1\", \"force\": true}" \
            qmp blockdev-remove-medium "{\"id\": \"$1\"}"
    fi
}

# guest_wait SECONDS COMMAND...: until it succeeds
guest_wait() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# guest_alive FOLDER
guest_alive() {
    kill -0 "$(cat "$1"/*.pid 2>/dev/null)" 2>/dev/null
}

# guest_tapes BUS NAME...: adds the drives of a controller to $args
guest_tapes() {
    local bus=$1 name number=0
    shift
    for name in "$@"; do
        [ -e "$GUEST/$name.tap" ] || : >"$GUEST/$name.tap"
        args+=(-drive "if=none,id=$name-tape,format=raw,file=$GUEST/$name.tap"
            -device "scsi-tape,id=$name,bus=$bus.0,scsi-id=$number,drive=$name-tape,serial=$name${GUEST_TAPE[$name]:+,${GUEST_TAPE[$name]}}")
        number=$((number + 1))
    done
}

# guest_library NUMBER: a changer with two tapes, and the drive of that number
guest_library() {
    local name
    mkdir -p "$GUEST/library"
    for name in A00001L8 B00002L8; do
        [ -e "$GUEST/library/$name.tap" ] || : >"$GUEST/library/$name.tap"
    done
    args+=(-device "scsi-tape,id=v$1,bus=virtio.0,scsi-id=$1,serial=v$1,capacity=6M"
        -device "scsi-changer,bus=virtio.0,scsi-id=$(($1 + 1)),slots=$GUEST/library,drives=v$1")
}

# guest_disk NUMBER
guest_disk() {
    truncate -s 64M "$GUEST/disk.img"
    args+=(-drive "if=none,id=disk,format=raw,file=$GUEST/disk.img"
        -device "scsi-hd,bus=virtio.0,scsi-id=$1,drive=disk")
}

# guest_base [FOLDER]: what every guest needs that runs this Debian
guest_base() {
    local folder=${1:-$GUEST}
    args=(-M "virt,highmem=off" -m 512 -nodefaults -no-user-config
        -display none -no-reboot -kernel build/tape/zImage
        -initrd "$GUEST_INITRAMFS"
        -device virtio-serial-pci -device "virtconsole,chardev=control"
        -device virtio-rng-pci
        -drive "if=none,id=root,format=raw,snapshot=on,file=build/tape/root.img"
        -device "virtio-blk-pci,drive=root,serial=root"
        -chardev "socket,id=control,path=$folder/control.sock,server=on,wait=off"
        -qmp "unix:$folder/qmp.sock,server=on,wait=off")
}

# guest_machine FOLDER: one with a disk for tests and a virtio-scsi
guest_machine() {
    guest_base "$1"
    truncate -s 4G "$1/scratch.img"
    args+=(-drive "if=none,id=scratch,format=raw,file=$1/scratch.img"
        -device "virtio-blk-pci,drive=scratch,serial=scratch"
        -device "virtio-scsi-pci,id=virtio")
}

# guest_args FOLDER: the drives as well; $GUEST_ARGS names another one
guest_args() {
    guest_machine "$1"
    args+=(-netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-127.0.0.1:7420"
        -device "virtio-net-pci,netdev=net,romfile=")
    if guest_has_tape; then
        guest_tapes virtio "${GUEST_VIRTIO[@]}"
        guest_library ${#GUEST_VIRTIO[@]}
        guest_disk $((${#GUEST_VIRTIO[@]} + 2))
        args+=(-device "lsi53c895a,id=lsi")
        guest_tapes lsi "${GUEST_LSI[@]}"
    fi
}

# guest_qemu FOLDER ARGS: ARGS is a function that makes $args
guest_qemu() {
    local args
    "$2" "$1"
    setsid "$GUEST_QEMU" "${args[@]}" \
        -append "console=ttyAMA0 panic=-1 quiet apparmor=0" \
        -serial "file:$1/console" >"$1/qemu.log" 2>&1 </dev/null 7>&- &
    echo $! >"$1/qemu.pid"
}

guest_says() {
    grep -aqE '^guest: (ready|FAILED,)' "$1/console" || ! guest_alive "$1"
}

# guest_boot FOLDER ARGS
guest_boot() {
    local start=${EPOCHREALTIME/./}
    rm -f "$1"/*.{sock,pid} "$1/console"
    guest_qemu "$1" "$2"
    if ! guest_wait "$GUEST_BOOT_S" guest_says "$1" ||
        ! grep -a '^guest: ready' "$1/console" >"$1/boot"; then
        tail -n 20 "$1/qemu.log" "$1/console"
        echo "the guest does not come up"
        return 1
    fi
    printf 'tape guest: booted in %d s of wall time\n' \
        $(((${EPOCHREALTIME/./} - start) / 1000000)) >>"$1/boot"
}

# guest_once FOLDER ARGS: boot it, unless it runs; one that failed or died stays
# so
guest_once() {
    if [ ! -e "$1/failure" ]; then
        guest_boot "$1" "$2" >"$1/failure" 2>&1
        sed 's/^/# /' "$1/boot"
    fi
    if [ ! -s "$1/boot" ] || ! guest_alive "$1"; then
        sed 's/^/# /' "$1/failure"
        return 1
    fi
}

# Boot it, or take the one of with-guest.
guest_up() {
    local status
    if [ -z "$GUEST" ]; then
        GUEST=$(mktemp -d "${TMPDIR:-/tmp}/bw-tape.XXXXXX")
        cleanup_fn guest_down
    fi
    exec 7>"$GUEST/lock"
    flock -w 600 7 || return 1
    guest_once "$GUEST" "${GUEST_ARGS:-guest_args}" && guest_through
    status=$?
    exec 7>&-
    return $status
}

# through.bash has another one
guest_through() {
    :
}

# guest_end FOLDER: the process of that folder
guest_end() {
    local pid
    pid=$(cat "$1"/*.pid 2>/dev/null) && kill "$pid" 2>/dev/null
    guest_wait 10 guest_gone "$1" || kill -KILL "$pid" 2>/dev/null
}

guest_gone() {
    ! guest_alive "$1"
}

guest_down() {
    local folder
    [ -n "$GUEST" ] || return 0
    for folder in "$GUEST"/{through,cut} "$GUEST"; do
        [ ! -e "$folder" ] || guest_end "$folder"
    done
    rm -rf "$GUEST"
    GUEST=
}

if [ -n "${BW_TAPE_THROUGH:-}" ]; then
    # shellcheck source=tests/tape/through.bash
    . tests/tape/through.bash
fi
