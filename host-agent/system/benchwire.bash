# Completion of benchwire, benchwired and benchwire-qemu for bash.
#
# Words come from the programs themselves: commands and options from --help,
# exports and values from the agent, devices and their properties from QEMU.
# So there is nothing to keep in step.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# _benchwire_reply WORD...: those that begin with what is typed
_benchwire_reply() {
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "${COMP_WORDS[COMP_CWORD]}")
}

# _benchwire_files: files and folders
_benchwire_files() {
    mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
    compopt -o filenames 2>/dev/null
}

# _benchwire_options PROGRAM [COMMAND]: its long options
_benchwire_options() {
    "$@" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*'
}

# _benchwire_commands [GROUP]: commands, or those of a group such as i2c
_benchwire_commands() {
    local help=(--help) group=${1-}
    [ "$group" != tape ] || help=(tape --help) group='' # a help of its own
    "${COMP_WORDS[0]}" "${help[@]}" 2>/dev/null | awk -v group="$group" '
        /^$/ { lists++ }
        lists == 1 && /^  [a-z]/ {
            if (group == "") print $1
            else if ($1 == group && $2 ~ /^[a-z][a-z0-9-]*$/) print $2
        }' | sort -u
}

# _benchwire_ask COMMAND: the first word of each line that the agent answers
_benchwire_ask() {
    timeout 1 "${COMP_WORDS[0]}" "${connect[@]}" "$1" 2>/dev/null |
        awk '$1 ~ /^[A-Za-z0-9_.-]+$/ { print $1 }'
}

_benchwire() {
    local i word command='' group='' after=0 connect=()
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        -c | --connect)
            # bash takes "unix:/path" for three words
            while [ "$((i + 1))" -lt "$COMP_CWORD" ] &&
                [[ ${COMP_WORDS[i + 1]} != -* ]] &&
                { [ ${#connect[@]} = 0 ] || [ "${COMP_WORDS[i + 1]}" = : ] ||
                    [ "${COMP_WORDS[i]}" = : ]; }; do
                i=$((i + 1))
                connect[0]+=${COMP_WORDS[i]}
            done
            ;;
        -*) ;;
        *)
            if [ -z "$command" ]; then
                command=$word
            else
                after=$((after + 1))
                [ -n "$group" ] || group=$word
            fi
            ;;
        esac
    done
    [ ${#connect[@]} = 0 ] || connect=(-c "${connect[0]}")
    if [[ ${COMP_WORDS[COMP_CWORD]} = -* ]]; then
        [[ $command = @(tape|up) ]] || command=
        _benchwire_reply "$(_benchwire_options "${COMP_WORDS[0]}" ${command:+"$command"})"
    elif [ -z "$command" ]; then
        _benchwire_reply "$(_benchwire_commands)"
    else
        _benchwire_argument "$command" "$group" "$after"
    fi
}

# _benchwire_argument COMMAND FIRST-WORD-AFTER COUNT-OF-WORDS-AFTER
_benchwire_argument() {
    local groups
    groups=$(_benchwire_commands "$1")
    case $1 in
    flash | drop)
        _benchwire_files
        return
        ;;
    tape)
        if [ "$3" = 0 ]; then _benchwire_reply "$groups"; else _benchwire_files; fi
        return
        ;;
    up)
        _benchwire_up
        return
        ;;
    get | set)
        [ "$3" -gt 0 ] || _benchwire_reply "$(_benchwire_ask get)"
        return
        ;;
    esac
    if [ -n "$groups" ] && [ "$3" = 0 ]; then
        _benchwire_reply "$groups"
    elif [ "$3" = 0 ] || { [ -n "$groups" ] && [ "$3" = 1 ]; }; then
        _benchwire_reply "$(_benchwire_ask list)"
    fi
}

# _benchwire_up: what its newest option wants, or a bench file
_benchwire_up() {
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    -m | --machine) _benchwire_reply microbit virt raspi2b ;;
    --only | --without) _benchwire_reply "$(_benchwire_ask list)" ;;
    *) _benchwire_files ;;
    esac
}

_benchwired() {
    COMPREPLY=()
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    -l | --log-level) _benchwire_reply error info debug ;;
    -c | --config | -u | --unix) _benchwire_files ;;
    *) _benchwire_reply "$(_benchwire_options "${COMP_WORDS[0]}")" ;;
    esac
}

# _benchwire_qemu_names: the devices, by their names
_benchwire_qemu_names() {
    "${COMP_WORDS[0]}" -M none -device help 2>/dev/null |
        sed -nE 's/^name "([^"]*)".*/\1/p'
}

_benchwire_qemu() {
    local current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    -M | -machine)
        _benchwire_reply "$("${COMP_WORDS[0]}" -M help |
            awk 'NR > 1 { print $1 }')"
        ;;
    -device) _benchwire_reply "$(_benchwire_qemu_names)" ;;
    *)
        if [[ $current = -* ]]; then
            _benchwire_reply "$("${COMP_WORDS[0]}" -help |
                grep -oE '^-[a-zA-Z][a-zA-Z0-9-]*')"
        else
            _benchwire_files
        fi
        ;;
    esac
}

complete -F _benchwire benchwire
complete -F _benchwired benchwired
complete -F _benchwire_qemu benchwire-qemu
