#!/bin/bash
# Run the Debian of docs/rig.md on QEMU's machine virt, with a bench attached.
#
# usage: make linux [BENCH=FILE | BENCH=ADDRESS]
#        scripts/linux.sh check      is there such a bench? (before building)
#
#   BENCH   what "benchwire up" takes: a bench file, or unix:PATH,
#           tcp:HOST:PORT or tls:HOST:PORT of an agent
#           (default: host-agent/benches/usb.conf)
#   UP      words: more options of "benchwire up", such as "--only tape"
#
# The guest has busybox, mt, tar, sg3-utils and more; it forgets what is written
# to its disk. "exit" ends it.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
cd "$BW_ROOT"

bench=${BENCH:-host-agent/benches/usb.conf}
case $bench in
unix:* | tcp:* | tls:*) ;;
*)
    [ -r "$bench" ] ||
        die "there is no bench $bench; name a file, or an agent as unix:PATH, tcp:HOST:PORT or tls:HOST:PORT"
    ;;
esac
[ "${1:-}" != check ] || exit 0

guest=$BW_BUILD/tape
for file in "$guest/zImage" "$guest/initramfs" "$guest/root.img"; do
    [ -e "$file" ] || die "$file is not built; type: make linux"
done
# shellcheck disable=SC2086 # words
exec "${BW_BENCHWIRE:-build/host/benchwire}" up --machine virt \
    --firmware "$guest/zImage" ${UP:-} \
    "$bench" -- \
    -initrd "$guest/initramfs" -no-reboot \
    -append "console=ttyAMA0 panic=-1 quiet apparmor=0 shell" \
    -drive "if=none,id=root,format=raw,snapshot=on,file=$guest/root.img" \
    -device virtio-blk-pci,drive=root,serial=root \
    -chardev null,id=control -device virtio-serial-pci \
    -device virtconsole,chardev=control -device virtio-rng-pci
