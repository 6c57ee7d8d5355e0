#!/bin/bash
# What the packages promise to Debian and to systemd, without installing them:
# lintian, the units, manual pages and completion.
#
# time limit: 300 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/deb/deb.bash
. "$(dirname "$0")/deb.bash"

requires lintian systemd-analyze
plan 23

for deb in "$DEBS"/*.deb; do
    ok "lintian has nothing to say of ${deb##*/}" \
        lintian --allow-root --fail-on error,warning "$deb"
done
[ "$tap_number" = 4 ] || diag "there are $tap_number packages, not 4"

# --- the units -------------------------------------------------------------

# A system that has the programs the units name, and nothing else.
UNITS=$TMP/units
mkdir -p "$UNITS/usr/sbin" "$UNITS/bin" "$UNITS/etc/systemd/system" "$UNITS/lib/systemd"
cp host-agent/system/benchwired.{service,socket} "$UNITS/etc/systemd/system"
cp build/host/benchwired "$UNITS/usr/sbin"
cp /bin/kill "$UNITS/bin"
cp -r /lib/systemd/system "$UNITS/lib/systemd"
verify() {
    systemd-analyze verify --man=no --recursive-errors=no --root="$UNITS" \
        benchwired.service benchwired.socket 2>&1 | grep -E 'benchwired'
}
is "the units are in order" "$(verify)" ''
sed -i 's/^Restart=.*/Restart=perhaps/' "$UNITS/etc/systemd/system/benchwired.service"
like "... and what is not is found" "$(verify)" 'perhaps'

# exposure: from 0, as confined as can be, to 100
exposure() {
    systemd-analyze security --offline=true --threshold=20 --no-pager \
        host-agent/system/benchwired.service
}
exposure >"$TMP/security" 2>&1
is "the service is confined" "$?" 0
diag "$(grep -i 'overall' "$TMP/security")"

setting() {
    sed -n "s/^$1=//p" host-agent/system/benchwired.service | tr '\n' ' '
}
is "of devices it has these" "$(setting DeviceAllow)" 'char-i2c rw char-gpiochip rw char-usb_device rw char-sg rw char-st rw '
is "it is not root" "$(setting User)" 'benchwire '
is "and has no capability" "$(setting CapabilityBoundingSet)" ' '

# What the agent's own sandbox allows, it does: the unit must not forbid it, nor
# to enter that sandbox.
forbidden() {
    python3 - <<'END'
import re, subprocess
def group(name):
    text = subprocess.run(["systemd-analyze", "syscall-filter", name],
                          capture_output=True, text=True, check=True).stdout
    words = [line.split()[0] for line in text.splitlines()[1:] if line.strip()]
    return set().union(*(group(w) if w[0] == "@" else {w}
                         for w in words if w[0] != "#"))
allowed = set()
for line in open("host-agent/system/benchwired.service"):
    if line.startswith("SystemCallFilter="):
        words = line.split("=")[1].strip()
        named = set().union(*(group(w) if w[0] == "@" else {w}
                              for w in words.lstrip("~").split()))
        allowed = allowed - named if words[0] == "~" else allowed | named
table = re.search(r"allowed\[\] = \{(.*?)\};", open("host-agent/sandbox.c").read(),
                  re.S).group(1)
wanted = set(re.findall(r'"(\w+)"', table)) | {"seccomp", "prctl", "clone3"}
# get_tls is of old 32-bit Arm; now the processor has a register for that
print(*sorted(wanted - allowed - {"get_tls"}))
END
}
is "the unit lets it do what its own sandbox does" "$(forbidden)" ''

# --- the bench file --------------------------------------------------------

sed -E 's/^#([a-z[])/\1/' host-agent/system/bench.conf >"$TMP/all.conf"
like "what the default bench file suggests is in order" \
    "$(build/host/benchwired --check -c "$TMP/all.conf" 2>&1)" 'ok, 5 exports'

# --- Avahi -----------------------------------------------------------------

# announced WHAT: the text of that element
announced() {
    python3 -c '
import sys, xml.etree.ElementTree as tree
root = tree.parse("host-agent/system/avahi.service").getroot()
print(root.tag, *(e.text for e in root.iter(sys.argv[1])))' "$1"
}
is "Avahi announces a service" "$(announced type)" 'service-group _benchwire._tcp'
is "... at the usual port" "$(announced port)" "service-group $(sed -nE \
    's/.*BW_ADDRESS_PORT +([0-9]+).*/\1/p' lib/*.h host-agent/*.h)"
is "... and the package has it" "$(dpkg-deb -c "$DEBS/"benchwire-agent_*_"$ARCH".deb |
    grep -c '/share/benchwire/avahi.service$')" 1

# --- manual pages ----------------------------------------------------------

# of our own in QEMU: those that pass parts on
missing=
for name in $(build/qemu/qemu-system-arm -M microbit -device help 2>/dev/null |
    sed -nE 's/^name "([a-z0-9]*-?passthrough[a-z0-9-]*|[a-z0-9]+-passthrough)".*/\1/p'); do
    grep -q "^# $name\$" docs/man/benchwire-devices.7.scd || missing+=" $name"
done
is "each passthrough device is in benchwire-devices(7)" "$missing" ''
missing=
for name in i2c-passthrough smbus-passthrough gpio-passthrough; do
    for property in $(build/qemu/qemu-system-arm -M microbit -device "$name,help" 2>/dev/null |
        sed -nE 's/^  ([a-z0-9-]+)=.*/\1/p'); do
        grep -q "\\*${property}[=*]" docs/man/benchwire-devices.7.scd || missing+=" $name.$property"
    done
done
is "... with every property that can be set or read" "$missing" ''
missing=
for page in "$DEBS"/*_"$ARCH".deb; do
    for name in $(dpkg-deb -c "$page" | sed -nE 's,.* \./usr/s?bin/([a-z-]+)( .*)?$,\1,p'); do
        grep -q "/man[18]/$name\\.[18]\\.gz" <<<"$(dpkg-deb -c "$page")" ||
            missing+=" $name"
    done
done
is "each program has a page in its package" "$missing" ''

# --- completion ------------------------------------------------------------

# complete_as WORD...: what is offered for the last WORD, in one line
complete_as() {
    PATH=$PWD/build/host:$TMP/bin:$PATH bash --norc -c '
        . host-agent/system/benchwire.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        function=$(complete -p "$1" | sed -nE "s/.*-F ([a-z_]+) .*/\1/p")
        $function "$1"
        printf "%s\n" "${COMPREPLY[@]}" | sort | tr "\n" " "' bash "$@"
}
mkdir "$TMP/bin"
ln -s "$PWD/build/qemu/qemu-system-arm" "$TMP/bin/benchwire-qemu"
missing=
for name in $(build/host/benchwire --help | sed -nE '/^$/,/^$/s/^  ([a-z]+[0-9a-z]*) .*/\1/p' | sort -u); do
    [[ " $(complete_as benchwire '')" == *" $name "* ]] || missing+=" $name"
done
is "every command is offered" "$missing" ''
is "those of a group too" "$(complete_as benchwire fault '')" 'add clear list '
is "options are" "$(complete_as benchwired --ch)" '--check '
is "boards are" "$(complete_as benchwire-qemu -M micro)" 'microbit '
spawn "$TMP/agent.log" build/host/benchwired -c host-agent/benches/desk.conf \
    -u "$TMP/agent.sock"
wait_for 10 grep -q 'is ready' "$TMP/agent.log"
export BENCHWIRE=unix:$TMP/agent.sock
like "exports are, as the agent has them" "$(complete_as benchwire i2c detect '')" \
    '(^| )thermometer '
