#!/bin/bash
# make run and make demo: what they say to wrong input, that Ctrl-C ends
# everything, and that the demonstration can fail.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/e2e/machine.bash
. "$(dirname "$0")/machine.bash"

requires build/firmware/thermometer.hex
plan 15

# says NAME REGEX COMMAND...: it fails, and says that in at most 20 s
says() {
    local name=$1 regex=$2 text
    shift 2
    if text=$(timeout 20 "$@" 2>&1 </dev/null); then
        text="no failure; $text"
    fi
    like "$name" "$text" "$regex"
}

export BW_RUN_DIR=$TMP/run
echo "no firmware" >"$TMP/text.hex"
printf '[part x]\nmodel = none\n' >"$TMP/wrong.conf"

says "FW= a file that is not there" 'there is no firmware /nowhere' \
    env FW=/nowhere scripts/run.sh
says "FW= a file of another kind" 'neither Intel HEX, nor ELF, nor a binary' \
    env FW="$TMP/text.hex" scripts/run.sh
says "AGENT= no address" 'AGENT=here is neither HOST:PORT nor' \
    env AGENT=here scripts/run.sh
says "PARTS= without an address" 'PARTS: "eeprom" is not EXPORT:ADDRESS' \
    env PARTS=eeprom scripts/run.sh
says "PANEL= something else" 'PANEL=window is neither vnc, vnc:N nor unix' \
    env PANEL=window scripts/run.sh
says "BENCH= a file that is not there" 'there is no bench /nowhere' \
    env BENCH=/nowhere scripts/run.sh
says "BENCH= with a mistake: file, line and cause" \
    'wrong.conf:2: .*"none"' env BENCH="$TMP/wrong.conf" scripts/run.sh
says "no QEMU yet" 'is not built; type: make run' \
    env BW_QEMU=build/nowhere scripts/run.sh

# Ctrl-C: SIGINT for all in the terminal's foreground, after 5 s.
timeout --preserve-status -s INT 5 scripts/run.sh >"$TMP/out" 2>&1 </dev/null
is "Ctrl-C is the way to end it: exit status 0" $? 0
like "it said what to type elsewhere" "$(cat "$TMP/out")" \
    "benchwire -c unix:$TMP/run/agent.sock set thermometer.temperature 30"
like "and printed the temperature" "$(tr -d '\r' <"$TMP/out")" \
    '^temperature 21\.50 C$'
fails "no agent is left behind" \
    "$BENCHWIRE" -c "unix:$TMP/run/agent.sock" list

PANEL=vnc timeout --preserve-status -s INT 5 scripts/run.sh \
    >"$TMP/out" 2>&1 </dev/null &
PANEL_RUN=$!
# The port answers as a VNC server does
vnc_answers() {
    local port greeting
    port=$(sed -nE 's/.*vncviewer 127\.0\.0\.1:([0-9]+)$/\1/p' "$TMP/out")
    [ -n "$port" ] && exec 3<>"/dev/tcp/127.0.0.1/$((5900 + port))" &&
        read -r -t 2 greeting <&3 && [[ $greeting == RFB* ]]
}
ok "PANEL=vnc says where the panel is, and it is there" wait_for 4 vnc_answers
wait "$PANEL_RUN"
like "the terminal stays what it was" "$(tr -d '\r' <"$TMP/out")" \
    '^temperature 21\.50 C$'

# A tool that sets a sixteenth too much.
cat >"$TMP/benchwire" <<end
#!/bin/bash
[ "\$3" != set ] || set -- "\${@:1:4}" "\$5.0625"
exec $PWD/$BENCHWIRE "\$@"
end
chmod +x "$TMP/benchwire"
says "the demonstration fails on a wrong value" \
    'FAILED: expected "temperature 30.00 C", but .*"temperature 30.06 C"' \
    env BW_BENCHWIRE="$TMP/benchwire" TEMPERATURES="30=30.00" scripts/demo.sh
