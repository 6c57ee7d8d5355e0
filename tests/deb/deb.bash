# For the tests of the packages: functions.sh and a minimal Debian to install
# them in.  Sourced.
#
#   root_make DEB...     $ROOT: a system that has not seen them; apt there finds
#                        them and what they depend on in /var/repo
#   inside COMMAND...    run it there, as root
#   as_agent COMMAND...  run it there, as the service's user and with its groups
#
# Each command has mounts of its own (/proc, /dev), which end with it.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# shellcheck source=tests/functions.sh
. "$(dirname "${BASH_SOURCE[0]}")/../functions.sh"

# shellcheck disable=SC2034 # for those who source this
DEBS=build/deb
# shellcheck disable=SC2034
ARCH=$(dpkg --print-architecture 2>/dev/null)
ROOT=$TMP/root

# requires_root: skip the program where there are no rights for a system
requires_root() {
    [ "$(id -u)" = 0 ] || skip_all "a system to install in needs root's rights"
    [ -n "$PROPAGATION" ] || skip_all "root may not mount anything here"
}

# propagation: how to make a mount namespace that keeps its mounts to itself.
# In a chroot "/" is no mount point and cannot be made private; it may be so.
propagation() {
    local probe=$TMP/probe
    if unshare -m true 2>/dev/null; then
        echo private
        return
    fi
    mkdir -p "$probe"
    unshare -m --propagation unchanged mount --bind "$probe" "$probe" \
        2>/dev/null || return
    if mountpoint -q "$probe"; then
        umount "$probe"
    else
        echo unchanged
    fi
}
PROPAGATION=$(propagation)

root_make() {
    tests/deb/make-root "$ROOT" "$@" >"$TMP/make-root" 2>&1 ||
        { diag "$(cat "$TMP/make-root")"; return 1; }
}

# Words, so that spawn has the command itself for its process.
# shellcheck disable=SC2016 # for the inner shell
INSIDE=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
    DEBIAN_FRONTEND=noninteractive ROOT="$ROOT"
    unshare -m --propagation "$PROPAGATION" sh -c '
    mount -t proc proc "$ROOT/proc" &&
    for name in null zero full random urandom; do
        : >>"$ROOT/dev/$name"
        mount --bind "/dev/$name" "$ROOT/dev/$name" || exit
    done
    root=$ROOT
    unset ROOT
    exec chroot "$root" "$@"' sh)
AS_AGENT=("${INSIDE[@]}" setpriv --reuid=benchwire --regid=benchwire
    --init-groups --no-new-privs --bounding-set=-all)

inside() {
    "${INSIDE[@]}" "$@"
}

as_agent() {
    "${AS_AGENT[@]}" "$@"
}

# listing: every file there but logs, caches and what the package managers keep
listing() {
    (cd "$ROOT" && find . -xdev \( -path ./proc -o -path ./var/lib/apt \
        -o -path ./var/lib/dpkg -o -path ./var/cache -o -path ./var/log \
        -o -path ./tmp -o -path ./run/adduser -o -path './dev/*' -o -path ./var/repo \) -prune -o \
        ! -name '*-' ! -name ld.so.cache -printf '%p %y %u %g %m\n') | sort
}
