#!/bin/bash
# Keys and certificates that come and go while the agent serves: who stays, who
# has to go, and what both ends say.
#
# time limit: 120 s
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
LOG=$TMP/agent.log
requires "$QEMU" "$BENCHWIRED" "$BENCHWIRE" "$CERTS" "$IMAGE"
plan 20
unset BENCHWIRE_CREDENTIALS

"$CERTS" "$TMP" || exit
mv "$TMP/agent/ca-crl.pem" "$TMP/crl"
{
    printf '[listen]\nunix = %s\ntls = 127.0.0.1:0\ncredentials = %s\n' \
        "$SOCK" "$TMP/agent"
    printf '[identity revoked]\nexports = eeprom\n'
    printf '[identity laptop]\nexports = thermometer\n' # stays without its key
    cat host-agent/benches/desk.conf
} >"$CONF"

says() {
    grep -Eq "$1" "$LOG"
}

# qemu NAME CREDENTIALS EXPORT:ADDRESS: its lines are in $TMP/NAME.err
qemu() {
    spawn "$TMP/$1.err" "$QEMU" -M microbit -nodefaults -display none \
        -monitor none -kernel "$IMAGE" -serial "file:$TMP/$1" -object "$2" \
        -chardev "socket,id=pi,host=127.0.0.1,port=$PORT,reconnect-ms=200,tls-creds=key" \
        -device "i2c-passthrough,chardev=pi,export=${3%:*},address=${3#*:}"
}

reload() {
    "$BENCHWIRE" -c "unix:$SOCK" reload
}

spawn "$LOG" "$BENCHWIRED" -c "$CONF"
wait_for 10 says 'is ready'
PORT=$(sed -nE 's/.*listening on tls:127\.0\.0\.1:([0-9]+)/\1/p' "$LOG")

ok "pair has the agent take the key" "$BENCHWIRE" pair --config "$CONF" \
    --folder "$TMP/laptop" laptop
qemu first "tls-creds-psk,id=key,dir=$TMP/laptop,endpoint=client,username=laptop" \
    thermometer:0x48
FIRST=$PID
ok "who has it is let in, without a restart" wait_for 20 says \
    'opened "thermometer"'
qemu second "tls-creds-x509,id=key,dir=$TMP/revoked,endpoint=client" eeprom:0x50
ok "and a certificate that is not revoked yet" wait_for 20 says \
    'opened "eeprom"'

ok "another key is taken" "$BENCHWIRE" pair --config "$CONF" \
    --folder "$TMP/other" other
"$BENCHWIRE" -c "unix:$SOCK" who >"$TMP/who"
like "those inside stay" "$(cat "$TMP/who")" 'laptop'
like "both of them" "$(cat "$TMP/who")" 'revoked'
is "and QEMU has nothing to say" "$(cat "$TMP/first.err" "$TMP/second.err")" ""

cp "$TMP/crl" "$TMP/agent/ca-crl.pem"
ok "a list of what is revoked is taken" reload
ok "the agent ends the session of that certificate" wait_for 10 says \
    'session.*its certificate is not taken any more'
ok "QEMU hears why when it calls again" wait_for 10 \
    grep -q '"revoked" has been revoked' "$TMP/second.err"

ok "a key is taken away" "$BENCHWIRE" unpair --config "$CONF" laptop
ok "the agent ends the session of that key" wait_for 10 says \
    'session.*its key was changed or removed'
ok "QEMU says that it is not let in" wait_for 10 \
    grep -q 'TLS handshake failed: the peer does not accept' "$TMP/first.err"

echo nonsense >>"$TMP/agent/keys.psk"
fails "a bad file is not taken" reload
ok "with its line" says 'keys\.psk:2: this is not NAME:KEY'
sed -i '$d' "$TMP/agent/keys.psk"
cat "$TMP/laptop/keys.psk" >>"$TMP/agent/keys.psk"
reload >/dev/null
: >"$TMP/first"
ok "who has the key again comes back by itself" wait_for 30 \
    grep -aq "21\.50" "$TMP/first"
is "the other key was good all the time" "$("$BENCHWIRE" -c "tls:127.0.0.1:$PORT" \
    --credentials "$TMP/other" list | grep -c thermometer)" 1
stop "$FIRST" 5

# --- credentials come into use with the rest of the file, or not at all -------

listed() {
    "$BENCHWIRE" -c "tls:127.0.0.1:$PORT" --credentials "$TMP/other" list
}
cp "$CONF" "$TMP/good.conf"
printf '[export broken]\ntype = i2c\nadapter = /dev/i2c-none\naddress = 1\n' \
    >>"$CONF"
sed -i '/^other:/d' "$TMP/agent/keys.psk"
fails "a file whose adapter is not there is not taken" reload
can_list() {
    listed >/dev/null 2>&1
}
ok "nor are the keys that came with it" can_list
cp "$TMP/good.conf" "$CONF"
reload >/dev/null
fails "they are with a good one" can_list
