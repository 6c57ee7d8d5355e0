#!/bin/bash
# The packages in a system that has had nothing installed: installed by apt with
# what they depend on, used, upgraded from an older build, removed, purged.
#
# Nothing runs as a service there (there is no service manager): the agent is
# started as its unit says, as the unit's user.
#
# time limit: 400 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/deb/deb.bash
. "$(dirname "$0")/deb.bash"

MICROPYTHON=build/micropython.hex
AGENT_DEB=$(echo "$DEBS"/benchwire-agent_*_"$ARCH".deb)
QEMU_DEB=$(echo "$DEBS"/benchwire-qemu_*_"$ARCH".deb)
requires "$AGENT_DEB" "$QEMU_DEB" "$MICROPYTHON" /usr/bin/python3
requires_root
plan 30

# older DEB: the same as version 0.0.9, with a file that is no longer there
older() {
    local tree=$TMP/older
    dpkg-deb -R "$1" "$tree"
    sed -i 's/^Version: .*/Version: 0.0.9-1/' "$tree/DEBIAN/control"
    mkdir -p "$tree/usr/share/benchwire"
    echo old >"$tree/usr/share/benchwire/dropped"
    dpkg-deb --root-owner-group -b "$tree" "$TMP/benchwire-agent_0.0.9-1_$ARCH.deb"
}

apt_inside() {
    inside apt-get -qq -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 "$@"
}

older "$AGENT_DEB" >"$TMP/older.log" 2>&1
ok "a minimal system is made" root_make "$AGENT_DEB" "$QEMU_DEB" \
    "$TMP/benchwire-agent_0.0.9-1_$ARCH.deb" || exit 1
listing >"$TMP/before"
cp "$MICROPYTHON" "$ROOT/root/micropython.hex"
cp "$ROOT/etc/passwd" "$ROOT/etc/group" "$TMP"

ok "apt finds all that the packages need" apt_inside update
ok "an older agent is installed" \
    apt_inside install -y --no-install-recommends benchwire-agent=0.0.9-1
ok "its bench file is in order" as_agent benchwired --check
like "the service has a user without a shell or a home" \
    "$(inside getent passwd benchwire)" '^benchwire:.*:/nonexistent:/usr/sbin/nologin$'
is "what is secret is the service's, to read" \
    "$(stat -c '%U %a' "$ROOT/etc/benchwire/tls") $(inside stat -c %G /etc/benchwire/tls)" \
    'root 750 benchwire'

# the owner's doings: a bench file of his own, keys, a group that comes later
echo '# mine' >>"$ROOT/etc/benchwire/bench.conf"
touch "$ROOT/etc/benchwire/tls/mine"
inside addgroup --quiet --system i2c
ok "the newer packages are installed over it" \
    apt_inside install -y --no-install-recommends benchwire-agent benchwire-qemu
is "what the older one had is gone" \
    "$(ls "$ROOT/usr/share/benchwire/dropped" 2>/dev/null)" ''
like "the bench file is still the owner's" \
    "$(tail -n 1 "$ROOT/etc/benchwire/bench.conf")" '^# mine$'
like "the service may use the I2C adapters" \
    "$(inside id -nG benchwire)" '(^| )i2c( |$)'

for page in 1/benchwire 8/benchwired 5/bench.conf 1/benchwire-qemu 7/benchwire-devices; do
    [ -s "$ROOT/usr/share/man/man${page%/*}/${page#*/}.${page%/*}.gz" ] || echo "$page"
done >"$TMP/pages"
is "every program has a manual page" "$(cat "$TMP/pages")" ''
like "QEMU has the board" "$(inside benchwire-qemu -M help)" '^microbit '

# as systemd does it: RuntimeDirectory=, and the command of the unit
inside install -d -o benchwire -g benchwire /run/benchwire
command=$(sed -n 's/^ExecStart=//p' "$ROOT/lib/systemd/system/benchwired.service")
# shellcheck disable=SC2086 # words
spawn "$TMP/agent.log" "${AS_AGENT[@]}" $command
agent=$PID
ok "the agent serves as the unit starts it" \
    wait_for 20 grep -q 'is ready' "$TMP/agent.log"
like "it lists what its bench file has" "$(inside benchwire list)" '^thermometer '
inside benchwire set thermometer.temperature 21.5 >/dev/null

# board LINE...: a board in that system, with this command line
board() {
    rm -f "$ROOT/run/serial.sock"
    spawn "$TMP/qemu.log" "${INSIDE[@]}" "$@" \
        -serial unix:/run/serial.sock,server=on,wait=off -monitor none
    wait_for 20 test -S "$ROOT/run/serial.sock"
}

# the part, as MicroPython reads it: 21.5 degrees are 0x1580
temperature() {
    tests/e2e/repl.py -t 60 "$ROOT/run/serial.sock" \
        'i2c.write(0x48, b"\0", repeat=True); i2c.read(0x48, 2)' 2>&1
}

# The part measures four times a second: the value set is there soon.
reads() {
    temperature >"$TMP/read"
    [ "$(cat "$TMP/read")" = "$1" ]
}

board benchwire-qemu -M microbit -icount shift=6,align=on -display none \
    -device loader,file=/root/micropython.hex \
    -chardev socket,id=pi,path=/run/benchwire/benchwire.sock,reconnect-ms=250 \
    -device i2c-passthrough,chardev=pi,export=thermometer,address=0x48
ok "MicroPython reads the part over the unix socket" \
    wait_for 10 reads "b'\\x15\\x80'" || diag "$(cat "$TMP/read")"
stop "$PID" 10
# the same over TLS, by nothing but what pair prints
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(
    Listen => 1, LocalAddr => "127.0.0.1", LocalPort => 0)->sockport')
sed -i "/^unix = /a tls = 127.0.0.1:$port" "$ROOT/etc/benchwire/bench.conf"
inside benchwire pair --folder /root/laptop laptop thermometer \
    >"$TMP/line" 2>"$TMP/pair.err"
like "pair prints one command line" "$(cat "$TMP/line")" \
    '^benchwire-qemu .*tls-creds=key'
is "... and no other" "$(grep -c . "$TMP/line")" 1
is "the service may read the key, and nobody else" \
    "$(inside stat -c '%U %G %a' /etc/benchwire/tls/keys.psk)" 'root benchwire 640'
ok "the agent listens for TLS" \
    wait_for 10 grep -q "listening on tls:127.0.0.1:$port" "$TMP/agent.log"
inside benchwire set thermometer.temperature 25.5 >/dev/null
read -ra line < <(sed 's,FIRMWARE,/root/micropython.hex,' "$TMP/line")
board "${line[@]}"
ok "MicroPython reads the part over TLS" wait_for 10 reads "b'\\x19\\x80'" ||
    diag "$(cat "$TMP/read")"
like "the agent knows who that is" "$(cat "$TMP/agent.log")" 'is "laptop"$'
stop "$PID" 10

board benchwire-qemu -M microbit -vnc unix:/run/vnc.sock
ok "the keyboards for VNC are found" wait_for 20 test -S "$ROOT/run/vnc.sock"
stop "$PID" 10
rm -f "$ROOT"/run/{serial,vnc}.sock

ok "the agent stops when it is told to" stop "$agent" 10
ok "removing keeps what the owner wrote" apt_inside remove -y benchwire-agent
ok "... the bench file and keys" test -s "$ROOT/etc/benchwire/bench.conf" -a \
    -e "$ROOT/etc/benchwire/tls/mine"
is "... and no program" "$(ls "$ROOT"/usr/*bin/benchwire{,d} 2>/dev/null)" ''
ok "everything is purged" apt_inside purge -y --auto-remove \
    benchwire-agent benchwire-qemu
inside delgroup --quiet --system i2c
# made by Debian's libibverbs1, which libiscsi needs, and left by its purge
inside delgroup --quiet --system rdma
rm -rf "${ROOT:?}"/root/{micropython.hex,laptop}
listing | diff "$TMP/before" - >"$TMP/left"
is "nothing is left behind, and nothing is missing" "$(cat "$TMP/left")" ''
is "no user either" "$(diff "$TMP/passwd" "$ROOT/etc/passwd")" ''
is "no group either" "$(diff "$TMP/group" "$ROOT/etc/group")" ''
