#!/bin/bash
# The build scripts: which QEMU tarballs and patches are taken, what preparing
# again leaves alone, and what set-up says without root's rights.
#
# The tarballs here hold only the few files that qemu/prepare edits.
#
# SPDX-License-Identifier: GPL-2.0-or-later
. "$(dirname "$0")/functions.sh"

export BW_BUILD=$TMP/build BW_PATCHES=$TMP/patches
src=$BW_BUILD/qemu-src
mkdir -p "$BW_BUILD" "$BW_PATCHES"

# make_tarball VERSION: $TMP/qemu-VERSION.tar, its files an hour old
make_tarball() {
    local tree=$TMP/qemu-$1 name
    mkdir -p "$tree"/hw/{i2c,char,gpio,misc,nvram,timer} "$tree"/pc-bios \
        "$tree"/configs/devices/arm-softmmu
    echo "$1" >"$tree/VERSION"
    printf 'one\ntwo\n' >"$tree/hw/i2c/core.c"
    echo 'config ONE' >"$tree/hw/Kconfig"
    echo "subdir('trace')" >"$tree/meson.build"
    echo "subdir('i2c')" >"$tree/hw/meson.build"
    echo 'if unpack_edk2_blobs' >"$tree/pc-bios/meson.build"
    for name in char gpio misc nvram timer; do
        echo "system_ss.add(when: 'CONFIG_NRF51_SOC')" >"$tree/hw/$name/meson.build"
    done
    find "$tree" -type f -exec touch -d '1 hour ago' {} +
    tar -C "$TMP" -cf "$tree.tar" "qemu-$1"
}

# make_patch NAME FROM TO: a patch of the second line of hw/i2c/core.c
make_patch() {
    printf '%s\n' '--- a/hw/i2c/core.c' '+++ b/hw/i2c/core.c' '@@ -1,2 +1,2 @@' \
        ' one' "-$2" "+$3" >"$BW_PATCHES/$1"
}

# prepare TARBALL: run it; its words are in $said, its status is returned
prepare() {
    said=$(qemu/prepare "$1" 2>&1)
}

# age FILE: its time as it is compared here
age() {
    stat -c %Y "$src/$1"
}

plan 23

make_tarball 10.0.7
make_tarball 10.0.8
make_tarball 9.2.1
make_tarball 10.1.0

prepare "$TMP/qemu-10.0.7.tar"
is "a 10.0.x tarball is taken" "$? $(cat "$src/VERSION")" "0 10.0.7"
is "the project is linked in" "$(readlink -m "$src/hw/benchwire/lib")" \
    "$(readlink -m "$BW_BUILD/../lib")"
like "our folder is built" "$(cat "$src/hw/meson.build")" "^subdir\\('benchwire'\\)"
kept=$(age hw/meson.build)

prepare "$TMP/qemu-9.2.1.tar"
is "QEMU 9.2 is refused" "$?" 1
like "... and told why" "$said" 'holds QEMU 9.2.1; this project needs 10.0.x'
fails "QEMU 10.1 is refused" qemu/prepare "$TMP/qemu-10.1.0.tar"

printf 'not a tarball' >"$TMP/text.tar.xz"
prepare "$TMP/text.tar.xz"
is "a damaged archive is refused" "$?" 1
like "... and named" "$said" 'text.tar.xz is damaged or no tar archive'
tar -C "$TMP" -cf "$TMP/other.tar" patches
prepare "$TMP/other.tar"
like "an archive of something else is refused" "$said" 'is not a QEMU source tree'
is "the tree is as it was" "$(cat "$src/VERSION")" 10.0.7

make_patch 0001.patch three four
echo 0001.patch >"$BW_PATCHES/series"
prepare "$TMP/qemu-10.0.7.tar"
is "a patch that does not apply is refused" "$?" 1
like "... and named, with the version" "$said" '0001.patch does not apply to QEMU 10.0.7'
echo 0002.patch >"$BW_PATCHES/series"
prepare "$TMP/qemu-10.0.7.tar"
like "a patch that is not there is named" "$said" 'names 0002.patch, which is not there'

# times: a patched file is new, then keeps its time while its text is the same
make_patch 0001.patch two four
echo 0001.patch >"$BW_PATCHES/series"
old=$(age hw/i2c/core.c)
prepare "$TMP/qemu-10.0.7.tar"
is "the patch is applied" "$(sed -n 2p "$src/hw/i2c/core.c")" four
ok "a patched file is newer than before" test "$(age hw/i2c/core.c)" -gt "$old"
touch -d '10 minutes ago' "$src/hw/i2c/core.c"
old=$(age hw/i2c/core.c)
prepare "$TMP/qemu-10.0.7.tar"
is "preparing again leaves it its time" "$(age hw/i2c/core.c)" "$old"
is "... and the edited build files theirs" "$(age hw/meson.build)" "$kept"
: >"$BW_PATCHES/series"
prepare "$TMP/qemu-10.0.7.tar"
ok "a file that is patched no more is newer again" \
    test "$(age hw/i2c/core.c)" -gt "$old"

# objects of one version are of no use for another
mkdir -p "$BW_BUILD/qemu"
touch "$BW_BUILD/qemu/object"
prepare "$TMP/qemu-10.0.7.tar"
ok "the same version keeps the build" test -e "$BW_BUILD/qemu/object"
prepare "$TMP/qemu-10.0.8.tar"
fails "another version drops it" test -e "$BW_BUILD/qemu/object"

# set-up without root and without sudo: id, dpkg-query and apt-get are ours
mkdir "$TMP/bin"
printf '#!/bin/bash\necho 1000\n' >"$TMP/bin/id"
printf '#!/bin/bash\nexit 1\n' >"$TMP/bin/dpkg-query"
printf '#!/bin/bash\nexit 1\n' >"$TMP/bin/sudo"
printf '#!/bin/bash\ntouch %q\n' "$TMP/apt-was-called" >"$TMP/bin/apt-get"
chmod +x "$TMP"/bin/*
said=$(PATH=$TMP/bin:$PATH NO_SETUP='' scripts/setup docs 2>&1 </dev/null)
is "set-up without root stops" "$?" 1
like "... and prints what to run" "$said" \
    '^    apt-get update && apt-get install -y --no-install-recommends scdoc$'
fails "... without calling apt" test -e "$TMP/apt-was-called"
