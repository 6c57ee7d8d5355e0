/*
 * SCSI commands by their operation code: their names, how long they may take,
 * and which of them an agent lets through.
 *
 * Sources: SPC-4, SBC-3, SSC-3 and SMC-3, the tables of operation codes; for
 * the times docs/protocol.md, "SCSI".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_SCSI_COMMAND_H
#define BENCHWIRE_LIB_SCSI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BW_SCSI_TYPE_ANY 0x1fu /* of INQUIRY, if it is not known */

/* How long a command may take. */
enum bw_scsi_time {
    BW_SCSI_TIME_DATA,   /* reads, writes, says, sets */
    BW_SCSI_TIME_MOTION, /* goes somewhere first, or waits for a mechanism */
    BW_SCSI_TIME_ERASE,  /* goes over the whole medium */
    BW_SCSI_TIMES
};

/* The times in milliseconds, unless the agent's owner says otherwise. */
extern const uint32_t bw_scsi_time_ms[BW_SCSI_TIMES];

/* Which one is it?  @type: INQUIRY's, or BW_SCSI_TYPE_ANY. */
enum bw_scsi_time bw_scsi_time_of(unsigned type, const uint8_t *cdb);

/* "WRITE(6)"; the same code has other names on other types of device.  "an
 * unknown command" if it has none. */
const char *bw_scsi_command_name(unsigned type, uint8_t opcode);

/* The length of a CDB by the group of its operation code: 6, 10, 12, 16; 0 if
 * the group does not say. */
unsigned bw_scsi_cdb_len(uint8_t opcode);

/**
 * struct bw_scsi_rules - which commands may go to a device
 * @listed: bit per operation code: the owner has said something about it
 * @allowed: ... and that it may
 * @all: what is not listed may; otherwise as bw_scsi_is_harmless() says
 */
struct bw_scsi_rules {
    uint8_t listed[32];
    uint8_t allowed[32];
    bool all;
};

/**
 * bw_scsi_rules_parse: "default", "all", "default +0x3b -0x1d"
 * @bad: receives where the first word is that is neither
 *
 * Returns: false and @bad; @rules may have been changed.
 */
bool bw_scsi_rules_parse(struct bw_scsi_rules *rules, const char *text,
                         const char **bad);

/* May the command go to a device of this type? */
bool bw_scsi_rules_allow(const struct bw_scsi_rules *rules, unsigned type,
                         const uint8_t *cdb);

/*
 * What may go to a device unless the owner says otherwise: all but firmware
 * (WRITE BUFFER), vendor specific codes, diagnostics beyond the device's own
 * self-test, codes that change how others reach it (CHANGE ALIASES, SET
 * IDENTIFYING INFORMATION, SET TARGET PORT GROUPS, ...), third party copies,
 * what makes a disk blank at once (FORMAT UNIT, SANITIZE), and SECURITY PROTOCOL
 * OUT to anything but a tape, which can lock a disk for good.
 */
bool bw_scsi_is_harmless(unsigned type, const uint8_t *cdb);

#endif
