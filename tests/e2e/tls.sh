#!/bin/bash
# QEMU and the agent over TLS: who is let in, and what both ends say of the rest.
#
# Each refusal is one line of QEMU's and one of the agent's, each with the cause.
#
# time limit: 240 s
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"

QEMU=${BW_QEMU:-build/qemu/qemu-system-arm}
BENCHWIRED=${BW_BENCHWIRED:-build/host/benchwired}
BENCHWIRE=${BW_BENCHWIRE:-build/host/benchwire}
CERTS=build/host/tests/e2e/tls-certs
IMAGE=build/firmware/thermometer.hex
CONF=$TMP/bench.conf
SOCK=$TMP/agent.sock
requires "$QEMU" "$BENCHWIRED" "$BENCHWIRE" "$CERTS" "$IMAGE"
plan 40

"$CERTS" "$TMP" || exit

# bench PORT: both kinds of credentials, two identities, one of them for one
# export
bench() {
    printf '[listen]\nunix = %s\ntls = 127.0.0.1:%s\ntcp = 127.0.0.1:0\n' \
        "$SOCK" "$1"
    printf 'credentials = %s\n' "$TMP/agent"
    printf '[identity good]\nexports = *\n'
    cat host-agent/benches/desk.conf
}

port_of() {
    sed -nE "s/.*listening on $1:127\.0\.0\.1:([0-9]+)/\1/p" "$LOG" | head -n 1
}

AGENTS=0
start_agent() {
    AGENTS=$((AGENTS + 1))
    LOG=$TMP/agent$AGENTS.log
    spawn "$LOG" "$BENCHWIRED" -c "$CONF"
    AGENT=$PID
    wait_for 10 grep -q 'is ready' "$LOG"
    PORT=$(port_of tls)
    PLAIN=$(port_of tcp)
}

QEMUS=0
# qemu CREDENTIALS CHARDEV-OPTIONS [EXPORT]: its lines are in $ERR, the guest's
# in $SERIAL
qemu() {
    QEMUS=$((QEMUS + 1))
    ERR=$TMP/qemu$QEMUS.err
    SERIAL=$TMP/serial$QEMUS
    SEEN=$(wc -l <"$LOG")
    spawn "$ERR" "$QEMU" -M microbit -nodefaults -display none -monitor none \
        -kernel "$IMAGE" -serial "file:$SERIAL" ${1:+-object "$1"} \
        -chardev "socket,id=pi,host=127.0.0.1,reconnect-ms=100,$2" \
        -device "i2c-passthrough,chardev=pi,export=${3:-thermometer},address=0x48"
}

psk() {
    echo "tls-creds-psk,id=key,dir=$TMP/$1,endpoint=client,username=$2"
}

x509() {
    echo "tls-creds-x509,id=key,dir=$TMP/$1,endpoint=client"
}

# The agent's lines since QEMU was started
agent_log() {
    tail -n "+$((SEEN + 1))" "$LOG"
}

agent_says() {
    agent_log | grep -Eq "$1"
}

measures() {
    grep -q '21\.50' "$SERIAL"
}

# served NAME IDENTITY
served() {
    ok "$1 is let in" wait_for 20 measures
    ok "under its name" agent_says "is \"$2\"\$"
    is "QEMU has nothing to say" "$(cat "$ERR")" ""
    stop "$PID" 5
}

# refused NAME QEMU-REGEX AGENT-REGEX
refused() {
    ok "the agent tells of $1" wait_for 15 agent_says "error: session.*$3"
    ok "QEMU too" wait_for 10 grep -Eq "$2" "$ERR"
    is "in one line" "$(grep -c . "$ERR")" 1
    stop "$PID" 5
}

# --- keys ---

bench 0 >"$CONF"
"$BENCHWIRE" pair --config "$CONF" --folder "$TMP/laptop" laptop thermometer \
    >"$TMP/line" 2>"$TMP/pair.err"
mkdir "$TMP/wrong" "$TMP/nobody"
sed 's/:..../:0000/' "$TMP/laptop/keys.psk" >"$TMP/wrong/keys.psk"
sed 's/.*:/nobody:/' "$TMP/laptop/keys.psk" >"$TMP/nobody/keys.psk"
start_agent

qemu "$(psk laptop laptop)" "port=$PORT,tls-creds=key"
served "the key that pair made" laptop

UNSAID="Unable to connect character device pi to 127\.0\.0\.1:$PORT: TLS \
handshake failed: the peer does not accept the key.*alert: "
qemu "$(psk wrong laptop)" "port=$PORT,tls-creds=key"
refused "a wrong key" "$UNSAID" \
    'the client'\''s key of "laptop" is not the one in keys\.psk'
qemu "$(psk nobody nobody)" "port=$PORT,tls-creds=key"
refused "a name without a key" "$UNSAID" 'there is no key of "nobody"'

qemu "$(psk laptop laptop)" "port=$PORT,tls-creds=key" eeprom
ok "the agent tells of an export outside the policy" wait_for 10 \
    agent_says 'OPEN -> denied: "laptop" may not open "eeprom"'
ok "QEMU too" wait_for 10 grep -q '"laptop" may not open "eeprom"' "$ERR"
is "in one line" "$(grep -c . "$ERR")" 1
stop "$PID" 5

# --- certificates ---

qemu "$(x509 good)" "port=$PORT,tls-creds=key"
served "a certificate" good
qemu "$(x509 expired),sanity-check=off" "port=$PORT,tls-creds=key"
refused "an expired certificate" 'the certificate of "expired" expired on 20' \
    'the certificate of "expired" expired on 20'
qemu "$(x509 expired)" "port=$PORT,tls-creds=key"
wait_for 10 gone "$PID"
like "QEMU itself looks at the date before it calls" "$(cat "$ERR")" \
    'expired/client-cert\.pem has expired'
qemu "$(x509 revoked)" "port=$PORT,tls-creds=key"
refused "a revoked certificate" '"revoked" has been revoked; issue a new one' \
    '"revoked" has been revoked'
qemu "$(x509 stranger),sanity-check=off" "port=$PORT,tls-creds=key"
refused "a stranger's certificate" 'of an authority that is not in ca-cert' \
    '"stranger" is of an authority that is not in ca-cert\.pem'

# --- TLS or not ---

qemu "" "port=$PORT"
refused "plain TCP" 'this port takes TLS only; give the chardev tls-creds' \
    'this port takes TLS only'
qemu "$(psk laptop laptop)" "port=$PLAIN,tls-creds=key"
refused "TLS where there is none" \
    "connect character device pi to 127\.0\.0\.1:$PLAIN: TLS handshake failed: " \
    'the client speaks TLS, which this port does not'

# --- a QEMU that was refused calls less and less often ---

qemu "$(psk wrong laptop)" "port=$PORT,tls-creds=key"
wait_for 10 agent_says 'is not the one in keys'
sleep 3 # calls come after 0, 0.1, 0.3, 0.7, 1.5 and 3.1 s
calls=$(agent_log | grep -c 'is not the one in keys')
ok "it does call again" test "$calls" -ge 3
ok "but not every 100 ms" test "$calls" -le 6
stop "$AGENT" 5
cp "$TMP/wrong/keys.psk" "$TMP/agent/keys.psk"
sed -i "s/^tls = .*/tls = 127.0.0.1:$PORT/" "$CONF"
before=$PORT
start_agent
is "an agent with that key" "$PORT" "$before"
SEEN=0
ok "is found in the end" wait_for 20 agent_says 'is "laptop"$'
ok "and measures" wait_for 10 measures
stop "$PID" 5
stop "$AGENT" 5

# --- an agent that is not to be trusted ---

cp "$TMP"/old-agent/* "$TMP/agent/"
start_agent
ok "the agent knows of its old certificate" agent_says 'has expired, clients'
SEEN=0
qemu "$(x509 good)" "port=$PORT,tls-creds=key"
ok "QEMU tells of an agent with an expired certificate" wait_for 10 \
    grep -Eq "127\.0\.0\.1:$PORT: The certificate .*" "$ERR"
is "in one line" "$(grep -c . "$ERR")" 1
ok "the agent says that the client left" wait_for 10 \
    agent_says 'session.*the client left without a HELLO'
stop "$PID" 5
stop "$AGENT" 5
