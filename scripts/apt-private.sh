# A private view of the Debian archive; sourced by qemu/fetch, scripts/meson-env.
#
# The machine's own sources list stays as it is. Its mirror, its keyrings and
# its apt settings are used to read further suites of the same archive, with
# lists and downloads in the user's cache folder; apt verifies the signatures.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

apt_dir=$BW_CACHE/apt
apt_list=$apt_dir/sources.list
apt_options=(
    -o "Dir::Etc::SourceList=$apt_list"
    -o "Dir::Etc::SourceParts=/dev/null"
    -o "Dir::State::Lists=$apt_dir/lists"
    -o "Dir::Cache=$apt_dir/cache"
    -o "APT::Get::List-Cleanup=0"
    -o "Acquire::Languages=none"
)

# apt_private COMMAND ARGUMENT...: apt-get or apt-cache on the private lists.
# Root's cache folder is closed to apt's download user, so root stays root.
apt_private() {
    local command=$1
    shift
    if [ "$(id -u)" = 0 ]; then
        set -- -o APT::Sandbox::User=root "$@"
    fi
    "$command" "${apt_options[@]}" "$@"
}

# apt_mirrors: the machine's archives, one a line: "main URI" or "security URI"
apt_mirrors() {
    local codename
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016 # apt's placeholders, not the shell's
    apt-get indextargets --format '$(RELEASE) $(CODENAME) $(REPO_URI)' \
        'Created-By: Packages' 2>/dev/null |
        awk -v c="$codename" '
            $1 == c || $2 == c { print "main", $3 }
            $1 ~ /-security$/ || $2 ~ /-security$/ { print "security", $3 }' |
        awk '!seen[$1]++'
}

# apt_signed_by URI: the keyring the machine names for this archive, if any
apt_signed_by() {
    local key
    for key in $(sed -nE 's/^Signed-By: *(\/.*)$/\1/p; s/.*signed-by=([^] ]+).*/\1/p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
        /etc/apt/sources.list.d/*.sources 2>/dev/null | sort -u) \
        /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
        case $key in
        *debian-archive*) [ -r "$key" ] && printf '%s' "$key" && return ;;
        esac
    done
}

# apt_add TYPE KIND SUITE: add one suite to the private list if the archive
# has it; a suite a mirror does not carry is left out.
apt_add() {
    local uri key line
    uri=$(apt_mirrors | awk -v k="$2" '$1 == k { print $2 }')
    [ -n "$uri" ] || return 0
    key=$(apt_signed_by)
    line="$1 ${key:+[signed-by=$key] }$uri $3 main"
    printf '%s\n' "$line" >"$apt_list.one"
    if apt_private apt-get -o "Dir::Etc::SourceList=$apt_list.one" \
        -o Acquire::Retries=2 update >>"$BW_BUILD/apt-private.log" 2>&1; then
        printf '%s\n' "$line" >>"$apt_list"
    fi
}

# apt_open "TYPE KIND SUITE"...: start a private view made of these suites; it
# is this script's until it ends
apt_open() {
    local suite
    mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial" "$BW_BUILD"
    exec 8>"$apt_dir/lock"
    flock -w 600 8 || return 1
    : >"$apt_list"
    : >"$BW_BUILD/apt-private.log"
    for suite in "$@"; do
        # shellcheck disable=SC2086 # three words
        apt_add $suite
    done
    [ -s "$apt_list" ]
}
