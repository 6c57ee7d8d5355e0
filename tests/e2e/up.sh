#!/bin/bash
# "benchwire up": a machine with a whole bench, from one command.
# time limit: 120 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
. "$(dirname "$0")/../functions.sh"
plan 43

TOOL=build/host/benchwire
AGENT=build/host/benchwired
QEMU=build/qemu/qemu-system-arm
DESK=host-agent/benches/desk.conf
LINES=host-agent/benches/lines.conf
FW=build/firmware/thermometer.hex
requires "$TOOL" "$AGENT" "$QEMU" "$FW"
unset BENCHWIRE BENCHWIRE_CREDENTIALS
export XDG_RUNTIME_DIR=$TMP/run
mkdir "$XDG_RUNTIME_DIR"

has() {
    tr -d '\r' <"$1" | grep -q -- "$2"
}

folders() {
    find "$XDG_RUNTIME_DIR" -mindepth 1 | wc -l
}

# agent_of LOG: the address that the table names
agent_of() {
    sed -n 's/.* -c \(unix:[^ ]*\) list$/\1/p' "$1"
}

# up STATUS REGEX NAME WORD...: it ends with that status and one such line
up() {
    local wanted=$1 regex=$2 name=$3 out status
    shift 3
    out=$(timeout 30 "$TOOL" up "$@" 2>&1 </dev/null)
    status=$?
    is "$name: exit status" "$status" "$wanted"
    like "$name" "$out" "$regex"
}

# --- a bench file ---

spawn "$TMP/up.log" "$TOOL" up --firmware "$FW" "$DESK"
up_pid=$PID
ok "the firmware reads the bench's thermometer" \
    wait_for 20 has "$TMP/up.log" '^temperature 21.50 C'
like "the table says what is at which address" "$(<"$TMP/up.log")" \
    'thermometer +i2c +present +I2C address 0x48 +tmp102 "thermometer" at 0x48'
agent=$(agent_of "$TMP/up.log")
ok "the private agent is there for others" \
    "$TOOL" -c "$agent" set thermometer.temperature 30
ok "and the firmware sees that" \
    wait_for 20 has "$TMP/up.log" '^temperature 30.00 C'
kill -TERM "$up_pid"
wait_for 10 gone "$up_pid"
wait "$up_pid"
is "SIGTERM ends QEMU, whose exit status is ours" "$?" 0
is "and nothing of the agent is left" "$(folders)" 0

# --- an agent, and what somebody else has ---

spawn "$TMP/agent.log" "$AGENT" -c "$DESK" -u "$TMP/agent.sock"
agent_pid=$PID
wait_for 10 grep -q 'is ready' "$TMP/agent.log"
spawn "$TMP/first.log" "$TOOL" up --firmware "$FW" "unix:$TMP/agent.sock"
first=$PID
wait_for 20 has "$TMP/first.log" '^temperature'
spawn "$TMP/second.log" "$TOOL" -c "unix:$TMP/agent.sock" up --firmware "$FW" \
    --only thermometer
second=$PID
ok "who has an export is said" wait_for 20 has "$TMP/second.log" \
    'unusable: session [0-9]* of "local" (benchwire.*) has it; end that, or run'
kill -INT "$first"
ok "when it is free the second machine has it" \
    wait_for 20 has "$TMP/second.log" '^temperature'
kill -INT "$second"
wait_for 10 gone "$second"

# --- the command line and the file ---

line=$("$TOOL" up --print --firmware "$FW" "unix:$TMP/agent.sock" 2>/dev/null)
is "--print prints one line" "$(wc -l <<<"$line")" 1
spawn "$TMP/print.log" sh -c "exec $line"
ok "which runs as it is" wait_for 20 has "$TMP/print.log" '^temperature'
stop "$PID" 10
cp "$DESK" "$TMP/it's a bench.conf"
line=$("$TOOL" up --print --firmware "$PWD/$FW" "$TMP/it's a bench.conf" \
    2>/dev/null)
spawn "$TMP/print2.log" setsid bash -c "cd '$TMP' && $line"
ok "that for a bench file brings the agent" \
    wait_for 20 has "$TMP/print2.log" '^temperature'
kill -TERM -- "-$PID"
wait_for 10 gone "$PID"
"$TOOL" up --readconfig "$TMP/up.ini" --firmware "$FW" \
    "unix:$TMP/agent.sock" 2>/dev/null
spawn "$TMP/config.log" "$QEMU" -readconfig "$TMP/up.ini" -display none \
    -serial stdio -monitor none
ok "--readconfig writes a file that QEMU reads" \
    wait_for 20 has "$TMP/config.log" '^temperature'
stop "$PID" 10
is "- is the standard output" \
    "$("$TOOL" up --readconfig - "unix:$TMP/agent.sock" 2>/dev/null |
        grep -c '^\[device "')" 3

# --- lines ---

out=$("$TOOL" up --print --pin led=P1 --pin lines.button=P0 "$LINES" 2>&1)
like "lines get the pins that were named" "$out" \
    'line=led,pin=P1 .*line=button,pin=P0'
like "and the table has them" "$out" 'lines +gpio +present +led=P1, button=P0'

# --- exit status and signals, of a program that plays QEMU ---

cat >"$TMP/qemu" <<'END'
#!/bin/bash
[[ $* == *help ]] && exec build/qemu/qemu-system-arm "$@"
trap 'echo got HUP; exit 9' HUP
echo "runs $*"
[ -z "${SLEEP:-}" ] || { sleep "$SLEEP" & wait; }
exit 7
END
chmod +x "$TMP/qemu"
up 7 'runs .*-machine microbit.* -icount shift=6,align=on .* -m 3$' \
    "QEMU's exit status is passed on, and arguments for it" \
    --qemu "$TMP/qemu" "unix:$TMP/agent.sock" -- -m 3
SLEEP=60 spawn "$TMP/hup.log" "$TOOL" up --qemu "$TMP/qemu" --firmware "$FW" \
    "unix:$TMP/agent.sock"
wait_for 20 has "$TMP/hup.log" '^runs'
kill -HUP "$PID"
wait_for 10 gone "$PID"
wait "$PID"
is "signals are passed on" "$? $(tail -n 1 "$TMP/hup.log")" '9 got HUP'

# --- whatever may be wrong ---

up 66 'nothing to run; give --firmware' "no firmware" "$DESK"
up 66 'cannot read the firmware .*nix.hex: No such file' \
    "firmware that is not there" --firmware "$TMP/nix.hex" "$DESK"
up 66 'no bench file .*nix.conf; name one' "a bench file that is not there" \
    --firmware "$FW" "$TMP/nix.conf"
echo 'what is this' >"$TMP/bad.conf"
up 78 'did not start: .*bad.conf:1: .*neither a \[section\]' \
    "a bench file with a mistake" --firmware "$FW" "$TMP/bad.conf"
up 69 'cannot reach an agent at unix:.*nix.sock.*; start benchwired there' \
    "an agent that is not there" --firmware "$FW" "unix:$TMP/nix.sock"
up 69 'nothing of the bench .* can be attached to machine "virt"' \
    "a machine without such a bus" --firmware "$FW" --machine virt "$DESK"
up 64 'no machine "pc".*; take microbit, virt or raspi2b' \
    "another machine" --firmware "$FW" --machine pc "$DESK"
up 72 'no program .*nix to be QEMU' "a QEMU that is not there" \
    --firmware "$FW" --qemu "$TMP/nix" "$DESK"
up 72 '/bin/true has no machine "microbit"; take Benchwire' \
    "a QEMU that is not ours" --firmware "$FW" --qemu /bin/true "$DESK"
up 64 'has no line "lamp"; it has led, button, free' "a line that is not there" \
    --firmware "$FW" --pin lamp=P1 "$LINES"
up 64 'up: --only nix: there is no such export' "an export that is not there" \
    --firmware "$FW" --only nix "$DESK"

# --- TLS, with a key of "benchwire pair" ---

mkdir "$TMP/tls"
printf 'mouse:%s\n' 000102030405060708090a0b0c0d0e0f >"$TMP/tls/keys.psk"
chmod 600 "$TMP/tls/keys.psk"
{
    printf '[listen]\nunix = %s\ntls = 127.0.0.1:0\ncredentials = %s\n' \
        "$TMP/tls.sock" "$TMP/tls"
    printf '[identity mouse]\nexports = thermometer\n'
    cat "$DESK"
} >"$TMP/tls.conf"
spawn "$TMP/tls-agent.log" "$AGENT" -c "$TMP/tls.conf"
wait_for 10 grep -q 'is ready' "$TMP/tls-agent.log"
port=$(sed -nE 's/.*tls[^0-9]*127\.0\.0\.1:([0-9]+).*/\1/p' \
    "$TMP/tls-agent.log" | head -n 1)
spawn "$TMP/tls.log" "$TOOL" --credentials "$TMP/tls" up --firmware "$FW" \
    "tls:127.0.0.1:$port"
ok "the key of the tool is QEMU's, too" \
    wait_for 20 has "$TMP/tls.log" '^temperature'
like "only what it may open is there" "$(grep -c ' i2c ' "$TMP/tls.log")" '^1$'
stop "$PID" 10
like "without a key that is said" \
    "$("$TOOL" --credentials "$TMP/run" up --firmware "$FW" \
        "tls:127.0.0.1:$port" 2>&1)" 'keys.psk'
stop "$agent_pid" 5
