#!/bin/bash
# benchwire discover: what avahi-browse says, said to people. Avahi itself is
# played by a script; the real one needs a network and its daemon.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
TOOL=$PWD/build/host/benchwire
requires "$TOOL"

plan 9

# avahi COMMAND...: what avahi-browse is
avahi() {
    printf '#!/bin/bash\n%s\n' "$*" >"$TMP/avahi-browse"
    chmod +x "$TMP/avahi-browse"
}
discover() {
    PATH=$TMP:$PATH "$TOOL" discover 2>&1
}

pi='=;eth0;IPv4;Benchwire\032on\032pi;_benchwire._tcp;local;pi.local;10.0.0.5;7420;"tls=yes" "txtvers=1"'
avahi "echo \"\$*\" >$TMP/words; cat <<'END'
+;eth0;IPv4;Benchwire\\032on\\032pi;_benchwire._tcp;local
$pi
END"
is "an agent is shown by its address and name" "$(discover)" \
    "tls:pi.local:7420  Benchwire on pi, 10.0.0.5"
like "Avahi is asked for our service only" "$(cat "$TMP/words")" \
    '--terminate.* _benchwire\._tcp$'

avahi "printf '=;e;IPv4;a\\\\027[31m\\\\010b\\\\999;t;l;h\\\\001;1;2;\\n'"
is "what is not printable does not reach the terminal" "$(discover)" \
    "tcp:h?:2  a?[31m?b?, 1"
avahi "printf '=;;;\\n=\\n;;;;;;;;;;;;\\n\\n'"
like "lines of another form are not services" "$(discover)" 'no agent announces'
avahi "yes '$pi' | head -c 10000000"
lines=$(discover | wc -l)
ok "a flood of them is cut" test "$lines" -gt 100 -a "$lines" -lt 1000
avahi "exit 1"
like "a daemon that does not run is told" "$(discover)" 'is avahi-daemon running'
avahi "printf '%s\\n' '$pi'; exec sleep 60"
start=$SECONDS
like "what came in time is shown" "$(discover)" '^tls:pi.local:7420'
ok "and no more is waited for" test $((SECONDS - start)) -lt 20
like "without Avahi the cure is told" "$(PATH=/none "$TOOL" discover 2>&1)" \
    'cannot run avahi-browse: .*install avahi-utils'
