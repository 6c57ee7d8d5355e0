#!/bin/bash
# The agent's packages for other architectures: what is in them runs, with an
# emulated processor and the libraries it was linked with.
#
# The sandbox stays off: an emulator for programs has no seccomp to offer them.
#
# time limit: 300 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/deb/deb.bash
. "$(dirname "$0")/deb.bash"

[ "$ARCH" = amd64 ] || skip_all "packages for others are made on amd64 only"
plan 22

# elf_machine FILE: e_machine, the 19th and 20th byte; 183 AArch64, 40 Arm
elf_machine() {
    od -An -tu2 -j18 -N2 "$1" | tr -d ' '
}

# emulated PROGRAM ARGUMENT...
emulated() {
    local program=$1
    shift
    "${RUN[@]}" "$TREE/$program" "$@"
}

bench() {
    sed "s,/run/benchwire/benchwire.sock,$TMP/$1.sock,
        /^unix = /a tls = 127.0.0.1:0\\ncredentials = $TREE/etc/benchwire/tls" \
        "$TREE/etc/benchwire/bench.conf"
}

# measures OPTION...: this machine's tool gets what the emulated part measures
measures() {
    local said
    said=$(build/host/benchwire "$@" i2c transfer thermometer w1@0x48 0 r2 2>&1)
    echo "$said"
    [ "$said" = '0x19 0x80' ]
}

# try_arch ARCH E_MACHINE
try_arch() {
    local deb user sysroot agent log=$TMP/$1.log tls
    deb=$(echo "$DEBS"/benchwire-agent_*_"$1".deb)
    user=$(tests/deb/fetch-user "$1" 2>"$TMP/fetch") || diag "$(cat "$TMP/fetch")"
    sysroot=$(scripts/sysroot "$1" 2>"$TMP/fetch") || diag "$(cat "$TMP/fetch")"
    TREE=$TMP/$1
    RUN=("$user" -L "$sysroot")
    dpkg-deb -x "$deb" "$TREE"
    is "$1: the daemon is for it" "$(elf_machine "$TREE/usr/sbin/benchwired")" "$2"
    is "$1: the package is for it" "$(dpkg-deb -f "$deb" Architecture)" "$1"
    like "$1: what it needs is named" "$(dpkg-deb -f "$deb" Depends)" \
        'libc6 \(>= .*libinih1 '
    is "$1: the daemon starts" "$(emulated usr/sbin/benchwired --version)" \
        "$(build/host/benchwired --version)"
    bench "$1" >"$TMP/$1.conf"
    like "$1: the default bench file is in order" \
        "$(emulated usr/sbin/benchwired --check --sandbox=off -c "$TMP/$1.conf" 2>&1)" 'ok, 2 exports'
    emulated usr/bin/benchwire -c "unix:$TMP/$1.sock" pair --config "$TMP/$1.conf" \
        --folder "$TMP/$1-key" laptop >"$TMP/line" 2>"$TMP/pair"
    like "$1: it pairs" "$(cat "$TMP/line" "$TMP/pair")" '^benchwire-qemu '
    spawn "$log" "${RUN[@]}" "$TREE/usr/sbin/benchwired" -c "$TMP/$1.conf" \
        --sandbox=off
    agent=$PID
    ok "$1: it serves" wait_for 30 grep -q 'is ready' "$log" || diag "$(cat "$log")"
    like "$1: its tool lists the exports" \
        "$(emulated usr/bin/benchwire -c "unix:$TMP/$1.sock" list 2>&1)" '^thermometer '
    # 25.5 degrees are 0x1980 in a TMP102, after its next conversion
    emulated usr/bin/benchwire -c "unix:$TMP/$1.sock" set \
        thermometer.temperature 25.5 >/dev/null
    ok "$1: a transfer has the part's bytes" wait_for 5 measures \
        -c "unix:$TMP/$1.sock"
    tls=$(sed -nE 's/.*listening on (tls:127\.0\.0\.1:[0-9]+).*/\1/p' "$log")
    ok "$1: another machine's tool gets the same over TLS" \
        measures -c "$tls" --credentials "$TMP/$1-key" --identity laptop
    ok "$1: it stops" stop "$agent" 20
}

try_arch arm64 183
try_arch armhf 40
