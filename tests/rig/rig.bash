# A rig for those who need a real kernel: boots it, or takes the one that runs.
# Sourced, after functions.sh or machine.bash; with-rig keeps one rig for many
# programs.
#
#   rig_up                       boot it, unless it runs; its time is printed
#   rig 'i2cdetect -l'           a shell command in the guest
#   rig_tool list                benchwire, with the agent in the guest
#   rig_set usb1 thermometer.temperature 30      a part behind an adapter
#   rig_unplug usb2; rig_plug usb2               its cable
#   rig_qmp hmp 'info usb'       QEMU's monitor, as tests/e2e/qmp.py has it
#
# $RIG_AGENT is the agent's address.  $RIG is the rig's folder: console,
# qemu.log, qmp.sock, control.sock, agent (its address), ports (see rig_port),
# boot (its times), and usb1.* and usb2.* of the adapters' peers.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

RIG_QEMU=${BW_RIG_QEMU:-qemu-system-x86_64}
RIG_PEER=${BW_RIG_PEER:-build/host/tests/rig/tiny-usb}
RIG_TOOL=build/host/benchwire
RIG_BOOT_S=240 # some 6 s on an idle machine; tests share theirs
RIG_PEERS=(usb1 usb2)
# the agent; "edges clock"; a test's agent with TLS and without; usbredirect
RIG_PORTS=(127.0.0.1:7420 10.0.2.15:7421 127.0.0.1:742{2,3} 10.0.2.15:7424)
RIG=${BW_RIG:-}

# Without "quiet" the console has the kernel's messages.
# The TSC is calibrated wrongly on a busy machine: the guest's clock, and with
# it the agent's time-outs, ran at twice the speed.
RIG_APPEND="console=ttyS0 panic=-1 quiet nokaslr mitigations=off net.ifnames=0"
RIG_APPEND+=" clocksource=hpet"

rig() {
    tests/rig/guest.py -t "${RIG_TIMEOUT:-60}" "$RIG/control.sock" "$*"
}

rig_tool() {
    "$RIG_TOOL" -c "$RIG_AGENT" "$@"
}

rig_qmp() {
    tests/e2e/qmp.py -t 30 "$RIG/qmp.sock" "$@"
}

# rig_set PEER PART.VALUE NUMBER, rig_get PEER PART.VALUE
rig_set() {
    "$RIG_TOOL" -c "unix:$RIG/$1.bench" set "$2" "$3"
}

rig_get() {
    "$RIG_TOOL" -c "unix:$RIG/$1.bench" get "$2"
}

# rig_wait SECONDS COMMAND...: until it succeeds
rig_wait() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

# rig_unplug PEER, rig_plug PEER: the USB cable of an adapter.  QEMU drops a
# chardev with its device, so there is a new one.
rig_unplug() {
    rig_qmp qmp device_del "{\"id\": \"$1\"}"
}

rig_plug() {
    rig_wait 10 rig_pulled "$1" || return
    rig_qmp qmp chardev-add "{\"id\": \"$1\", \"backend\": {\"type\": \"socket\",
        \"data\": {\"server\": false, \"addr\": {\"type\": \"unix\",
        \"data\": {\"path\": \"$RIG/$1.sock\"}}}}}" \
        qmp device_add "{\"driver\": \"usb-redir\", \"id\": \"$1\",
        \"chardev\": \"$1\", \"port\": \"${1#usb}\"}"
}

rig_pulled() {
    ! rig_qmp hmp 'info chardev' | grep -q "^$1:"
}

rig_alive() {
    kill -0 "$(cat "$RIG/$1.pid" 2>/dev/null)" 2>/dev/null
}

# The USB device that is the adapter of that name, until it is ended.
rig_peer() {
    setsid "$RIG_PEER" -c tests/rig/parts.conf -s "$RIG/$1.sock" \
        -b "$RIG/$1.bench" >"$RIG/$1.log" 2>&1 </dev/null 7>&- &
    echo $! >"$RIG/$1.pid"
    rig_wait 10 [ -S "$RIG/$1.sock" ]
}

# rig_port PORT: the port of this machine that leads to that one of the rig
rig_port() {
    awk -v port="$1" '$1 == port { print $2 }' "$RIG/ports"
}

rig_qemu() {
    local peer port args=() net=user,id=net,restrict=on
    for port in "${RIG_PORTS[@]}"; do
        net+=,hostfwd=tcp:127.0.0.1:0-$port
    done
    for peer in "${RIG_PEERS[@]}"; do
        args+=(-chardev "socket,path=$RIG/$peer.sock,id=$peer"
            -device "usb-redir,chardev=$peer,id=$peer,port=${peer#usb}")
    done
    setsid "$RIG_QEMU" -accel tcg -M q35 -m 384 -nodefaults -no-user-config \
        -display none -no-reboot -kernel build/rig/vmlinux \
        -initrd build/rig/initramfs -append "$RIG_APPEND" \
        -serial "file:$RIG/console" \
        -serial "unix:$RIG/control.sock,server=on,wait=off" \
        -qmp "unix:$RIG/qmp.sock,server=on,wait=off" \
        -netdev "$net" \
        -device virtio-net-pci,netdev=net,romfile= \
        -device qemu-xhci "${args[@]}" >"$RIG/qemu.log" 2>&1 </dev/null 7>&- &
    echo $! >"$RIG/qemu.pid"
}

rig_says() {
    grep -aq '^rig: ' "$RIG/console" || ! rig_alive qemu
}

rig_boot() {
    local start=${EPOCHREALTIME/./} peer
    rm -f "$RIG"/*.{sock,bench,pid} "$RIG/console"
    for peer in "${RIG_PEERS[@]}"; do
        rig_peer "$peer" || { cat "$RIG/$peer.log" && return 1; }
    done
    rig_qemu
    if ! rig_wait "$RIG_BOOT_S" rig_says ||
        ! grep -a '^rig: ready' "$RIG/console" >"$RIG/boot"; then
        tail -n 20 "$RIG/qemu.log" "$RIG/console"
        echo "the rig does not come up"
        return 1
    fi
    rig_qmp hmp 'info usernet' |
        awk '/HOST_FORWARD/ { print $6, $4 }' >"$RIG/ports"
    echo "tcp:127.0.0.1:$(rig_port 7420)" >"$RIG/agent"
    printf 'rig: booted in %s s of wall time\n' \
        "$(seconds_of $((${EPOCHREALTIME/./} - start)))" >>"$RIG/boot"
}

# seconds_of MICROSECONDS: as seconds
seconds_of() {
    printf '%d.%02d' $(($1 / 1000000)) $(($1 % 1000000 / 10000))
}

# Boot it, or take the one of with-rig; one that failed or died stays so.
rig_up() {
    if [ -z "$RIG" ]; then
        RIG=$(mktemp -d "${TMPDIR:-/tmp}/bw-rig.XXXXXX")
        cleanup_fn rig_down
    fi
    exec 7>"$RIG/lock"
    flock -w 300 7 || return 1
    if [ ! -e "$RIG/failure" ]; then
        rig_boot >"$RIG/failure" 2>&1
        sed 's/^/# /' "$RIG/boot"
    fi
    exec 7>&-
    if [ ! -s "$RIG/agent" ] || ! rig_alive qemu; then
        sed 's/^/# /' "$RIG/failure"
        return 1
    fi
    RIG_AGENT=$(cat "$RIG/agent")
}

rig_down() {
    local name pid
    for name in qemu "${RIG_PEERS[@]}"; do
        pid=$(cat "$RIG/$name.pid" 2>/dev/null) || continue
        kill "$pid" 2>/dev/null || continue
        rig_wait 5 rig_gone "$pid" || kill -KILL "$pid" 2>/dev/null
    done
    rm -rf "$RIG"
}

rig_gone() {
    ! kill -0 "$1" 2>/dev/null
}
