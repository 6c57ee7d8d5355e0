#!/bin/bash
# USB exports as the agent's owner meets them: the bench file, what is listed,
# who gets a device, a reload; with simulated devices, and a client that speaks
# usbredir and nothing of ours.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/e2e/agent.bash
. tests/e2e/agent.bash
requires "$AGENT" "$TOOL" python3
grep -qs usbredir build/usbredir/libs || skip_all "the agent was built without usbredir"

CONF=$TMP/usb.conf

# bench LINE...: lines of [listen], and two equal devices
bench() {
    cat <<END
[listen]
$(printf '%s\n' "$@")

[usb left]
adapter = sim-usb:desk
model = serial
serial = L

[usb right]
adapter = sim-usb:desk
model = serial
serial = R
port = 1-4

[export one]
type = usb
adapter = sim-usb:desk
serial = L

[export two]
type = usb
adapter = sim-usb:desk
port = 1-4

[export absent]
type = usb
port = 250-7

[export desk]
type = bench
adapter = sim-usb:desk
END
}

# redir: say usb_redir_hello, keep the connection until "go" is removed; prints
# the other side's version, or nothing if it hangs up
redir() {
    python3 - "$SOCK" "$1" <<'END'
import os, socket, struct, sys, time
s = socket.socket(socket.AF_UNIX)
s.settimeout(60)
s.connect(sys.argv[1])
s.sendall(struct.pack("<III", 0, 68, 0) + b"a test".ljust(64, b"\0") +
          struct.pack("<I", 0x24))
got = b""
while len(got) < 80:
    more = s.recv(80 - len(got))
    if not more:
        break
    got += more
print(got[12:76].rstrip(b"\0").decode(), flush=True)
while os.path.exists(sys.argv[2]):
    time.sleep(0.05)
END
}

is_absent() {
    "$TOOL" list | grep -Eq "^$1 +usb +- +absent"
}

is_held() {
    "$TOOL" list | grep -Eq "^$1 +usb +- +held by 1"
}

is_free() {
    "$TOOL" list | grep -Eq "^$1 +usb +- +free"
}

plan 18
like "the machine's devices can be listed" "$("$AGENT" --usb-list)" \
    '^PORT +DEVICE +SERIAL +DRIVER +NAME$'
bench "usb = desk" >"$CONF"
like "the export for strangers must be one of type usb" \
    "$("$AGENT" --check -c "$CONF" 2>&1)" 'usb.conf:1: usb = desk names no export'

bench >"$CONF"
agent_start "$TMP/log" -c "$CONF"
like "a device that is there is free" "$("$TOOL" list)" '^one +usb +- +free +sim'
like "one that is not is absent" "$("$TOOL" list)" '^absent +usb +- +absent +real'
like "its knob says that it is plugged in" "$("$TOOL" get right.plugged)" '= 1$'
"$TOOL" set right.plugged 0
ok "it is pulled out" wait_for 20 is_absent two
ok "and the other one is not" is_free one
"$TOOL" set right.plugged 1

touch "$TMP/go"
is "of several exports a stranger gets none" "$(redir /nonexistent)" ''
like "the log says why" "$(cat "$TMP/log")" \
    '"local" may open several USB exports; name one with usb = in \[listen\]'

bench "usb = two" >"$CONF"
"$TOOL" reload >/dev/null
spawn "$TMP/redir" redir "$TMP/go"
ok "after a reload it gets the one that is named" wait_for 20 is_held two
ok "and hears usbredir" wait_for 20 grep -q . "$TMP/redir"
like "of an agent" "$(cat "$TMP/redir")" benchwire
like "who shows it" "$("$TOOL" who)" 'two +local .*usb-redir without HELLO'
like "a second one gets nothing" "$(redir /nonexistent; tail -n 2 "$TMP/log")" \
    '"two" is held by another session'
like "bytes are counted" "$("$TOOL" stats two)" "bytes from the device's side [1-9]"

bench "usb = two" | sed 's/^port = 1-4$/port = 1-5/' >"$CONF"
"$TOOL" reload >/dev/null
ok "a reload that changes the device ends its session" wait_for 20 is_free two
rm "$TMP/go"

touch "$TMP/go"
spawn "$TMP/redir2" redir "$TMP/go"
ok "the next one has it" wait_for 20 is_held two
"$TOOL" kick "$("$TOOL" who | awk '$2 == "two" { print $1 }')" >/dev/null
ok "until it is kicked" wait_for 20 is_free two
rm "$TMP/go"
