# What the tape drive costs the host, without a guest: LOCATE, the first open of
# a large tape, small blocks, and the index's memory.  Sourced by run.sh.
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $dir is run.sh's

TAPE_LOCATE=(10000 100000 1000000) # 512-byte records; 520 MB at most
TAPE_OPEN=65536                    # 256 KiB records, which are holes: 17 GB
TAPE_BLOCKS=67108864               # bytes in 512-byte blocks

# tape_figures ARGUMENT...: "NAME: VALUE" lines into $dir/tape.txt
tape_figures() {
    build/host/tests/bench/tape "$@" >"$dir/tape.txt" 2>"$dir/tape.err" ||
        echo "  no figures: $(cat "$dir/tape.err")"
}

# tape_figure NAME
tape_figure() {
    sed -n "s/^$1: //p" "$dir/tape.txt"
}

tape_locate_rows() {
    local records
    echo "Tape: LOCATE to any record, us (aim: under 1000)"
    for records in "${TAPE_LOCATE[@]}"; do
        tape_figures locate "$dir" "$records"
        row "of $records records" "$(tape_figure 'locate p50 us')" \
            "p99 $(tape_figure 'locate p99 us'), with READ $(tape_figure 'locate and read p50 us'), a scan $(tape_figure 'scan p50 us')"
    done
}

tape_open_rows() {
    tape_figures open "$dir" "$TAPE_OPEN"
    echo "Tape: the first open of $(tape_figure 'apparent GB') GB in $TAPE_OPEN records, us (aim: no scan)"
    row "open" "$(tape_figure 'open us')" \
        "then the first READ $(tape_figure 'first read us')"
    row "open with its index" "$(tape_figure 'open with its index us')" \
        "then LOCATE to the last $(tape_figure 'locate the last us')"
    row "to the end of the data without, ms" \
        "$(tape_figure 'end of data, not cached ms')" \
        "$(tape_figure 'end of data, cached ms') if the host has the file in memory"
}

tape_block_rows() {
    local way
    tape_figures blocks "$dir" "$TAPE_BLOCKS"
    echo "Tape: 512-byte fixed blocks, a command each, MB/s (aim: three times as fast)"
    for way in write read; do
        row "$way" "$(tape_figure "$way MB\/s")" \
            "a call per word $(tape_figure "$way, a call per word MB\/s"), ratio $(tape_figure "$way ratio")"
    done
}

tape_memory_rows() {
    local kind
    tape_figures memory 1000000
    echo "Tape: memory of the index of 10^6 records, kB (aim: 16 MB for 1 TB)"
    for kind in alike archives "each another length"; do
        row "$kind" "$(tape_figure "$kind, kB")" \
            "$(tape_figure "$kind, MB for 1 TB") MB for 1 TB, $(tape_figure "$kind, ns to find") ns to find one"
    done
}

# Through the agent's session and by the call that it makes, the same drive.
tape_agent_rows() {
    local length direct
    echo "Tape: records through the agent, MB/s"
    for length in 10240 65536 262144 1048576; do
        : >"$dir/agent.tap"
        # "direct WRITE READ agent WRITE READ"
        read -r -a direct < <(build/host/tests/bench/scsi "$dir/agent.tap" \
            $((134217728 / length)) "$length")
        row "$((length / 1024)) KiB, write" "${direct[4]:-}" \
            "the drive directly ${direct[1]:-}"
        row "$((length / 1024)) KiB, read" "${direct[5]:-}" \
            "the drive directly ${direct[2]:-}"
        rm -f "$dir/agent.tap"*
    done
}

measure_tape() {
    tape_locate_rows
    tape_open_rows
    tape_block_rows
    tape_memory_rows
    tape_agent_rows
}
