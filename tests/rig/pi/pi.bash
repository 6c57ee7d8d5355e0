# The Pi rig for a test: rig.bash with another machine.  Sourced after
# functions.sh or machine.bash; each program boots a rig of its own.
#
# QEMU's raspi3b with its model of the BCM2835's I2C controller, and QEMU's
# parts on it: a TMP105 at 0x48 (pi_temperature sets it), an AT24C256 at 0x50,
# a DS1338 at 0x68.  There are no commands in the guest: what comes in
# at that machine's second serial port makes no interrupt that Linux would see.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

BW_RIG= # not the one of with-rig
# shellcheck source=tests/rig/rig.bash
. tests/rig/rig.bash

PI=build/rig-pi
RIG_PEERS=()
RIG_BOOT_S=180 # some 8 s on an idle machine

# enabled-cpus with maxcpus: otherwise three processors that nobody wants spin
# and starve the first.
rig_qemu() {
    setsid "$PI/qemu" -accel tcg -M raspi3b -global bcm2837.enabled-cpus=1 \
        -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$PI/vmlinuz" -dtb "$PI/pi.dtb" -initrd "$PI/initramfs" \
        -append "console=ttyAMA0 panic=-1 quiet maxcpus=1 net.ifnames=0" \
        -serial "file:$RIG/console" \
        -serial "unix:$RIG/control.sock,server=on,wait=off" \
        -qmp "unix:$RIG/qmp.sock,server=on,wait=off" \
        -device tmp105,id=thermometer,bus=i2c-bus.1,address=0x48 \
        -device at24c-eeprom,bus=i2c-bus.1,address=0x50,rom-size=32768 \
        -device ds1338,bus=i2c-bus.1,address=0x68 \
        -netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-127.0.0.1:7420" \
        -device usb-net,netdev=net >"$RIG/qemu.log" 2>&1 </dev/null 7>&- &
    echo $! >"$RIG/qemu.pid"
}

# pi_temperature MILLIDEGREES
pi_temperature() {
    rig_qmp set /machine/peripheral/thermometer temperature "$1" >/dev/null
}
