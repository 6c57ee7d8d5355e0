#!/bin/bash
# Two guests and one part: the second one gets it only if the bench file shares
# it and both ask for that; through whichever export.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

IMAGE=build/firmware/tests/faults.hex
requires "$IMAGE"
plan 9

# guest NAME PART...: its lines are in $TMP/NAME
guest() {
    local name=$1
    shift
    qemu_args "$IMAGE" "$@"
    # each has a QMP socket of its own
    spawn "$TMP/$name.err" "$QEMU" "${QEMU_ARGS[@]/qmp.sock/$name.qmp}" \
        -monitor none -serial "file:$TMP/$name"
}

# sees NAME REGEX: its newest line of the thermometer that is complete
sees() {
    tr -d '\r' <"$TMP/$1" | sed '$d' | grep ' 0x48 ' | tail -n 1 | grep -Eq "$2"
}

GOOD=' ok ok same$'
NONE=' no-answer no-answer '

agent_start "$DESK"
guest first thermometer:0x48
FIRST=$PID
ok "the first guest has the part" wait_for 10 sees first "$GOOD"
guest second thermometer:0x48
ok "the second one finds nothing there" wait_for 10 sees second "$NONE"
end_process "$PID"
guest third desk-i2c:0x48
ok "nor through the export of the whole bus" wait_for 10 sees third "$NONE"
ok "the first one has it still" sees first "$GOOD"
end_process "$FIRST"
ok "when it leaves the other one gets it" wait_for 15 sees third "$GOOD"
end_process "$PID"
agent_stop

sed '/^\[export/a shared = yes' "$DESK" |
    awk '/^\[export desk\]/ { bench = 1 } !(bench && /^shared/)' >"$TMP/shared.conf"
agent_start "$TMP/shared.conf"
guest fourth thermometer:0x48,shared=on
guest fifth desk-i2c:0x48,shared=on
ok "those that share what is shared have it together" \
    wait_for 10 sees fourth "$GOOD"
ok "both of them" wait_for 10 sees fifth "$GOOD"
guest sixth thermometer:0x48
ok "but not one that wants it alone" wait_for 10 sees sixth "$NONE"
like "the tool shares as well" \
    "$("$BENCHWIRE" -c "unix:$AGENT_SOCKET" i2c transfer thermometer r1@0x48 2>&1)" \
    '^0x'
