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
# /dev/disk/by-id/scratch is a disk of 4 GB.
#
# $GUEST is the guest's folder: cartridges, console, qemu.log, boot (its times).
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

GUEST_QEMU=${BW_TAPE_QEMU:-build/qemu/qemu-system-arm}
GUEST_BOOT_S=300 # some 10 s on an idle machine; tests share theirs
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

guest_alive() {
    kill -0 "$(cat "$GUEST/qemu.pid" 2>/dev/null)" 2>/dev/null
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

# guest_base: what every guest needs that runs this Debian
guest_base() {
    args=(-M "virt,highmem=off" -m 512 -nodefaults -no-user-config
        -display none -no-reboot -kernel build/tape/zImage
        -initrd build/tape/initramfs
        -device virtio-serial-pci -device "virtconsole,chardev=control"
        -device virtio-rng-pci
        -drive "if=none,id=root,format=raw,snapshot=on,file=build/tape/root.img"
        -device "virtio-blk-pci,drive=root,serial=root"
        -chardev "socket,id=control,path=$GUEST/control.sock,server=on,wait=off"
        -qmp "unix:$GUEST/qmp.sock,server=on,wait=off")
}

# guest_args: the drives as well; $GUEST_ARGS names another one
guest_args() {
    guest_base
    truncate -s 4G "$GUEST/scratch.img"
    args+=(-drive "if=none,id=scratch,format=raw,file=$GUEST/scratch.img"
        -device "virtio-blk-pci,drive=scratch,serial=scratch"
        -device "virtio-scsi-pci,id=virtio")
    if guest_has_tape; then
        guest_tapes virtio "${GUEST_VIRTIO[@]}"
        guest_library ${#GUEST_VIRTIO[@]}
        args+=(-device "lsi53c895a,id=lsi")
        guest_tapes lsi "${GUEST_LSI[@]}"
    fi
}

guest_qemu() {
    local args
    "${GUEST_ARGS:-guest_args}"
    setsid "$GUEST_QEMU" "${args[@]}" \
        -append "console=ttyAMA0 panic=-1 quiet apparmor=0" \
        -serial "file:$GUEST/console" >"$GUEST/qemu.log" 2>&1 </dev/null 7>&- &
    echo $! >"$GUEST/qemu.pid"
}

guest_says() {
    grep -aqE '^guest: (ready|FAILED,)' "$GUEST/console" || ! guest_alive
}

guest_boot() {
    local start=${EPOCHREALTIME/./}
    rm -f "$GUEST"/*.{sock,pid} "$GUEST/console"
    guest_qemu
    if ! guest_wait "$GUEST_BOOT_S" guest_says ||
        ! grep -a '^guest: ready' "$GUEST/console" >"$GUEST/boot"; then
        tail -n 20 "$GUEST/qemu.log" "$GUEST/console"
        echo "the guest does not come up"
        return 1
    fi
    printf 'tape guest: booted in %d s of wall time\n' \
        $(((${EPOCHREALTIME/./} - start) / 1000000)) >>"$GUEST/boot"
}

# Boot it, or take the one of with-guest; one that failed or died stays so.
guest_up() {
    if [ -z "$GUEST" ]; then
        GUEST=$(mktemp -d "${TMPDIR:-/tmp}/bw-tape.XXXXXX")
        cleanup_fn guest_down
    fi
    exec 7>"$GUEST/lock"
    flock -w 600 7 || return 1
    if [ ! -e "$GUEST/failure" ]; then
        guest_boot >"$GUEST/failure" 2>&1
        sed 's/^/# /' "$GUEST/boot"
    fi
    exec 7>&-
    if [ ! -s "$GUEST/boot" ] || ! guest_alive; then
        sed 's/^/# /' "$GUEST/failure"
        return 1
    fi
}

guest_gone() {
    ! guest_alive
}

guest_down() {
    local pid
    [ -n "$GUEST" ] || return 0
    pid=$(cat "$GUEST/qemu.pid" 2>/dev/null) && kill "$pid" 2>/dev/null
    guest_wait 10 guest_gone || kill -KILL "$pid" 2>/dev/null
    rm -rf "$GUEST"
    GUEST=
}
