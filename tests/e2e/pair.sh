#!/bin/bash
# benchwire pair and unpair: what they write, print and refuse.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"

TOOL=build/host/benchwire
AGENT=build/host/benchwired
ETC=$TMP/etc
CONF=$ETC/bench.conf
KEYS=$ETC/tls/keys.psk
SOCK=$TMP/agent.sock
plan 52

mkdir -p "$ETC/tls"
chmod 0750 "$ETC/tls"
{
    printf '[listen]\nunix = %s\ntls = 127.0.0.1:0\ncredentials = %s\n' \
        "$SOCK" "$ETC/tls"
    cat host-agent/benches/desk.conf
} >"$CONF"
chmod 0640 "$CONF"
cd "$TMP" || exit
TOOL=$OLDPWD/$TOOL
AGENT=$OLDPWD/$AGENT
unset BENCHWIRE BENCHWIRE_CREDENTIALS

# run NAME ARGUMENT...: output in $NAME.out and .err, and the exit status
run() {
    local name=$1
    shift
    "$TOOL" "$@" >"$name.out" 2>"$name.err"
}

pair() {
    local name=$1
    shift
    run "$name" pair --config "$CONF" "$@"
}

ok "without an agent a key is made" pair first laptop thermometer 'desk*'
like "and it is said that nobody was asked" "$(cat first.err)" \
    'no agent was asked to read its files again'
like "the file of keys has it" "$(cat "$KEYS")" '^laptop:[0-9a-f]{64}$'
is "only the agent may read it, too" "$(stat -c %a "$KEYS")" 640
like "the bench file has its section" "$(tail -n 3 "$CONF" | tr '\n' ' ')" \
    '^\[identity laptop\] exports = thermometer exports = desk\* $'
is "and keeps its mode" "$(stat -c %a "$CONF")" 640
ok "it holds" "$AGENT" --check -c "$CONF"
is "the client's folder has the same line" "$(cat benchwire-laptop/keys.psk)" \
    "$(cat "$KEYS")"
is "and is its owner's" "$(stat -c %a benchwire-laptop benchwire-laptop/keys.psk |
    tr '\n' ' ')" "700 600 "
is "one line is printed" "$(wc -l <first.out)" 1
like "with the key" "$(cat first.out)" \
    "tls-creds-psk,id=key,dir=$TMP/benchwire-laptop,endpoint=client,username=laptop "
like "the place" "$(cat first.out)" ',host=127\.0\.0\.1,port=0,'
like "and a device" "$(cat first.out)" \
    'i2c-passthrough,chardev=bench,export=thermometer,address=0x48$'

before=$(cat "$KEYS" "$CONF")
fails "a name that has a key gets no other" pair again laptop
like "that is said with the cure" "$(cat again.err)" 'benchwire unpair laptop first$'
fails "an export that is none is refused" pair none build1 nothing
like "with the file's own sentence" "$(cat none.err)" \
    'may open "nothing", which is no export'
fails "a built-in name is refused" pair builtin local
fails "so is one that could hold another line" pair odd $'a\nb'
fails "and such an export" pair odd2 build1 $'x\nadmin = yes'
mkdir -m 0777 trap
fails "nor is the key put where others may write" \
    pair trapped --folder trap trapped
like "that is said with the cure" "$(cat trapped.err)" \
    'others may write into .*/trap; take another folder with --folder$'
is "nothing was changed by these" "$(cat "$KEYS" "$CONF")" "$before"

ok "another name gets one" pair second --folder away --host bench.example build1
like "it may open all" "$(tail -n 1 "$CONF")" '^exports = \*$'
like "with the host that was named" "$(cat second.out)" ',host=bench\.example,'
ok "in the folder that was named" test -s away/keys.psk
ok "a key is taken away" run gone unpair --config "$CONF" laptop
fails "the file has it no more" grep -q laptop "$KEYS"
ok "but the other" grep -q '^build1:' "$KEYS"
fails "it cannot be taken twice" run twice unpair --config "$CONF" laptop

ok "its section goes with it" "$AGENT" --check -c "$CONF"
fails "..." grep -q 'identity laptop' "$CONF"
ok "so it can come back with other rights" pair back laptop thermometer
like "... which it has then" "$(tail -n 1 "$CONF")" '^exports = thermometer$'
echo 'admin = yes' >>"$CONF"
ok "a section with more in it" run gone unpair --config "$CONF" laptop
like "... stays, as is said" "$(cat gone.err)" '\[identity laptop\] stays in '
like "... and so it is" "$(tail -n 1 "$CONF")" '^admin = yes$'

# whatever goes wrong, the files are as they were and no folder is left
before=$(cat "$KEYS" "$CONF")
fails "a folder that cannot be made is no key" pair deep --folder none/deep build2
like "... as is said" "$(cat deep.err)" 'cannot make none/deep: No such file'
fails "another client's folder is refused" pair other --folder away build2
like "... as is said" "$(cat other.err)" 'has the key of another client; .*--folder$'
fails "so is the agent's own" pair own --folder "$ETC/tls" build2
like "... as is said" "$(cat own.err)" "is the agent's own; "
fails "a host with a port is none" pair host --host 'pi:1,x' build2
fails "nor is an empty one" pair host --host '' build2
fails "an export that is none" pair folder build2 nothing
fails "... leaves no folder" test -e benchwire-build2
fails "unpair knows no folder" run nofolder unpair --config "$CONF" --folder away build1
is "nothing was changed by these" "$(cat "$KEYS" "$CONF")" "$before"

sed "s,^credentials = .*,credentials = $ETC/none," "$CONF" >nodir.conf
fails "without a folder of keys there is none" run nodir pair --config nodir.conf build3
like "... as is said" "$(cat nodir.err)" "the folder of keys $ETC/none: .*make it, or name"
