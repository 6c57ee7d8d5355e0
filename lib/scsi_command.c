/*
 * SCSI commands by their operation code; see scsi_command.h.
 *
 * Choices: a tape's TEST UNIT READY may take as long as a motion, as drivers of
 * tapes allow it while a cartridge is being threaded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scsi_command.h"

#include <string.h>

#define TYPE_DISK    0x00u
#define TYPE_TAPE    0x01u
#define TYPE_CHANGER 0x08u

/* Bits of the types that a row holds for. */
#define ON_DISK    (1u << TYPE_DISK)
#define ON_TAPE    (1u << TYPE_TAPE)
#define ON_CHANGER (1u << TYPE_CHANGER)
#define ON_ALL     UINT32_MAX

#define S 1000u
const uint32_t bw_scsi_time_ms[BW_SCSI_TIMES] = {
    [BW_SCSI_TIME_DATA] = 2400u * S,
    [BW_SCSI_TIME_MOTION] = 14000u * S,
    [BW_SCSI_TIME_ERASE] = 112000u * S,
};

/* The first row that fits holds. */
struct row {
    uint8_t opcode;
    uint32_t types;
    enum bw_scsi_time time;
    const char *name;
};

#define DATA   BW_SCSI_TIME_DATA
#define MOTION BW_SCSI_TIME_MOTION
#define ERASE  BW_SCSI_TIME_ERASE

/* clang-format off */
static const struct row rows[] = {
    { 0x00, ON_TAPE | ON_CHANGER, MOTION, "TEST UNIT READY" },
    { 0x00, ON_ALL, DATA, "TEST UNIT READY" },
    { 0x01, ON_TAPE, MOTION, "REWIND" },
    { 0x01, ON_ALL, MOTION, "REZERO UNIT" },
    { 0x03, ON_ALL, DATA, "REQUEST SENSE" },
    { 0x04, ON_TAPE, ERASE, "FORMAT MEDIUM" },
    { 0x04, ON_ALL, ERASE, "FORMAT UNIT" },
    { 0x05, ON_ALL, DATA, "READ BLOCK LIMITS" },
    { 0x07, ON_CHANGER, MOTION, "INITIALIZE ELEMENT STATUS" },
    { 0x07, ON_ALL, DATA, "REASSIGN BLOCKS" },
    { 0x08, ON_ALL, DATA, "READ(6)" },
    { 0x0a, ON_ALL, DATA, "WRITE(6)" },
    { 0x0b, ON_ALL, MOTION, "SET CAPACITY" },
    { 0x0f, ON_ALL, DATA, "READ REVERSE(6)" },
    { 0x10, ON_ALL, DATA, "WRITE FILEMARKS(6)" },
    { 0x11, ON_ALL, MOTION, "SPACE(6)" },
    { 0x12, ON_ALL, DATA, "INQUIRY" },
    { 0x13, ON_ALL, MOTION, "VERIFY(6)" },
    { 0x14, ON_ALL, DATA, "RECOVER BUFFERED DATA" },
    { 0x15, ON_ALL, DATA, "MODE SELECT(6)" },
    { 0x16, ON_ALL, DATA, "RESERVE(6)" },
    { 0x17, ON_ALL, DATA, "RELEASE(6)" },
    { 0x19, ON_ALL, ERASE, "ERASE(6)" },
    { 0x1a, ON_ALL, DATA, "MODE SENSE(6)" },
    { 0x1b, ON_TAPE, MOTION, "LOAD UNLOAD" },
    { 0x1b, ON_CHANGER, MOTION, "OPEN/CLOSE IMPORT/EXPORT ELEMENT" },
    { 0x1b, ON_ALL, MOTION, "START STOP UNIT" },
    { 0x1c, ON_ALL, DATA, "RECEIVE DIAGNOSTIC RESULTS" },
    { 0x1d, ON_ALL, MOTION, "SEND DIAGNOSTIC" },
    { 0x1e, ON_ALL, DATA, "PREVENT ALLOW MEDIUM REMOVAL" },
    { 0x23, ON_ALL, DATA, "READ FORMAT CAPACITIES" },
    { 0x25, ON_ALL, DATA, "READ CAPACITY(10)" },
    { 0x28, ON_ALL, DATA, "READ(10)" },
    { 0x2a, ON_ALL, DATA, "WRITE(10)" },
    { 0x2b, ON_CHANGER, MOTION, "POSITION TO ELEMENT" },
    { 0x2b, ON_TAPE, MOTION, "LOCATE(10)" },
    { 0x2b, ON_ALL, MOTION, "SEEK(10)" },
    { 0x2e, ON_ALL, DATA, "WRITE AND VERIFY(10)" },
    { 0x2f, ON_ALL, MOTION, "VERIFY(10)" },
    { 0x34, ON_TAPE, DATA, "READ POSITION" },
    { 0x34, ON_ALL, DATA, "PRE-FETCH(10)" },
    { 0x35, ON_ALL, MOTION, "SYNCHRONIZE CACHE(10)" },
    { 0x37, ON_CHANGER, MOTION, "INITIALIZE ELEMENT STATUS WITH RANGE" },
    { 0x37, ON_ALL, DATA, "READ DEFECT DATA(10)" },
    { 0x3b, ON_ALL, DATA, "WRITE BUFFER" },
    { 0x3c, ON_ALL, DATA, "READ BUFFER" },
    { 0x3e, ON_ALL, DATA, "READ LONG(10)" },
    { 0x41, ON_ALL, MOTION, "WRITE SAME(10)" },
    { 0x42, ON_ALL, MOTION, "UNMAP" },
    { 0x43, ON_ALL, DATA, "READ TOC" },
    { 0x44, ON_ALL, DATA, "REPORT DENSITY SUPPORT" },
    { 0x48, ON_ALL, ERASE, "SANITIZE" },
    { 0x4c, ON_ALL, DATA, "LOG SELECT" },
    { 0x4d, ON_ALL, DATA, "LOG SENSE" },
    { 0x55, ON_ALL, DATA, "MODE SELECT(10)" },
    { 0x56, ON_ALL, DATA, "RESERVE(10)" },
    { 0x57, ON_ALL, DATA, "RELEASE(10)" },
    { 0x5a, ON_ALL, DATA, "MODE SENSE(10)" },
    { 0x5e, ON_ALL, DATA, "PERSISTENT RESERVE IN" },
    { 0x5f, ON_ALL, DATA, "PERSISTENT RESERVE OUT" },
    { 0x7f, ON_ALL, DATA, "a command of variable length" },
    { 0x80, ON_TAPE, DATA, "WRITE FILEMARKS(16)" },
    { 0x81, ON_TAPE, DATA, "READ REVERSE(16)" },
    { 0x82, ON_TAPE, DATA, "ALLOW OVERWRITE" },
    { 0x83, ON_ALL, DATA, "EXTENDED COPY" },
    { 0x84, ON_ALL, DATA, "RECEIVE COPY RESULTS" },
    { 0x85, ON_ALL, DATA, "ATA PASS-THROUGH(16)" },
    { 0x88, ON_ALL, DATA, "READ(16)" },
    { 0x89, ON_ALL, DATA, "COMPARE AND WRITE" },
    { 0x8a, ON_ALL, DATA, "WRITE(16)" },
    { 0x8b, ON_ALL, DATA, "ORWRITE" },
    { 0x8c, ON_ALL, DATA, "READ ATTRIBUTE" },
    { 0x8d, ON_ALL, DATA, "WRITE ATTRIBUTE" },
    { 0x8e, ON_ALL, DATA, "WRITE AND VERIFY(16)" },
    { 0x8f, ON_ALL, MOTION, "VERIFY(16)" },
    { 0x90, ON_ALL, DATA, "PRE-FETCH(16)" },
    { 0x91, ON_TAPE, MOTION, "SPACE(16)" },
    { 0x91, ON_ALL, MOTION, "SYNCHRONIZE CACHE(16)" },
    { 0x92, ON_TAPE, MOTION, "LOCATE(16)" },
    { 0x93, ON_TAPE, ERASE, "ERASE(16)" },
    { 0x93, ON_ALL, MOTION, "WRITE SAME(16)" },
    { 0x9e, ON_ALL, DATA, "SERVICE ACTION IN(16)" },
    { 0x9f, ON_ALL, DATA, "SERVICE ACTION OUT(16)" },
    { 0xa0, ON_ALL, DATA, "REPORT LUNS" },
    { 0xa1, ON_ALL, DATA, "ATA PASS-THROUGH(12)" },
    { 0xa2, ON_ALL, DATA, "SECURITY PROTOCOL IN" },
    { 0xa3, ON_ALL, DATA, "MAINTENANCE IN" },
    { 0xa4, ON_ALL, DATA, "MAINTENANCE OUT" },
    { 0xa5, ON_CHANGER, MOTION, "MOVE MEDIUM" },
    { 0xa6, ON_CHANGER, MOTION, "EXCHANGE MEDIUM" },
    { 0xa7, ON_CHANGER, MOTION, "MOVE MEDIUM ATTACHED" },
    { 0xa8, ON_ALL, DATA, "READ(12)" },
    { 0xaa, ON_ALL, DATA, "WRITE(12)" },
    { 0xab, ON_ALL, DATA, "SERVICE ACTION IN(12)" },
    { 0xae, ON_ALL, DATA, "WRITE AND VERIFY(12)" },
    { 0xaf, ON_ALL, MOTION, "VERIFY(12)" },
    { 0xb4, ON_CHANGER, DATA, "READ ELEMENT STATUS ATTACHED" },
    { 0xb5, ON_CHANGER, DATA, "REQUEST VOLUME ELEMENT ADDRESS" },
    { 0xb5, ON_ALL, DATA, "SECURITY PROTOCOL OUT" },
    { 0xb6, ON_CHANGER, MOTION, "SEND VOLUME TAG" },
    { 0xb7, ON_ALL, DATA, "READ DEFECT DATA(12)" },
    { 0xb8, ON_CHANGER, MOTION, "READ ELEMENT STATUS" },
};
/* clang-format on */

static uint32_t bits_of(unsigned type)
{
    return type >= BW_SCSI_TYPE_ANY ? ON_ALL : 1u << type;
}

static const struct row *find_row(unsigned type, uint8_t opcode)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].opcode == opcode && (rows[i].types & bits_of(type))) {
            return &rows[i];
        }
    }
    return NULL;
}

enum bw_scsi_time bw_scsi_time_of(unsigned type, const uint8_t *cdb)
{
    const struct row *row = find_row(type, cdb[0]);

    return row ? row->time : BW_SCSI_TIME_MOTION;
}

const char *bw_scsi_command_name(unsigned type, uint8_t opcode)
{
    const struct row *row = find_row(type, opcode);

    return row ? row->name : "an unknown command";
}

unsigned bw_scsi_cdb_len(uint8_t opcode)
{
    static const uint8_t of_group[8] = { 6, 10, 10, 0, 16, 12, 0, 0 };

    return of_group[opcode >> 5];
}

/* --- which may pass --- */

/* SPC-4, 6.42: only the self-test that the device makes by itself (SELFTEST,
 * byte 1 bit 2; no parameter list; nothing that takes it off line). */
static bool is_self_test(const uint8_t *cdb)
{
    return cdb[0] == 0x1d && (cdb[1] & ~0x14u) == 0 && cdb[3] == 0 &&
           cdb[4] == 0;
}

/* SET TIMESTAMP (0Fh) changes nothing for others; the rest of MAINTENANCE OUT
 * does. */
static bool is_set_timestamp(const uint8_t *cdb)
{
    return cdb[0] == 0xa4 && (cdb[1] & 0x1f) == 0x0f;
}

bool bw_scsi_is_harmless(unsigned type, const uint8_t *cdb)
{
    switch (cdb[0]) {
    case 0x1d:
        return is_self_test(cdb);
    case 0xa4:
        return is_set_timestamp(cdb);
    case 0x04: /* a tape's FORMAT MEDIUM makes partitions */
    case 0x48:
        return type == TYPE_TAPE;
    case 0xb5: /* a disk's passwords, and what erases it without them; a tape's
                * keys are its session's matter */
        return type == TYPE_TAPE || type == TYPE_CHANGER;
    case 0x3b: /* WRITE BUFFER */
    case 0x7f: /* anything */
    case 0x83: /* third party copies */
    case 0x85: /* ATA PASS-THROUGH has all of ATA's commands */
    case 0xa1:
        return false;
    default:
        break;
    }
    /* vendor specific: group 6 and 7, and what no standard has given */
    return cdb[0] < 0xc0 && find_row(type, cdb[0]);
}

static bool get_bit(const uint8_t *bits, uint8_t n)
{
    return bits[n / 8] >> (n % 8) & 1;
}

static void set_bit(uint8_t *bits, uint8_t n, bool on)
{
    uint8_t bit = (uint8_t)(1u << (n % 8));

    bits[n / 8] = (uint8_t)(on ? bits[n / 8] | bit : bits[n / 8] & ~bit);
}

bool bw_scsi_rules_allow(const struct bw_scsi_rules *rules, unsigned type,
                         const uint8_t *cdb)
{
    if (get_bit(rules->listed, cdb[0])) {
        return get_bit(rules->allowed, cdb[0]);
    }
    return rules->all || bw_scsi_is_harmless(type, cdb);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "+0x3b", "-0x3b" of @len bytes */
static bool parse_code(struct bw_scsi_rules *rules, const char *word,
                       size_t len)
{
    int high, low;

    if (len != 5 || (word[0] != '+' && word[0] != '-') || word[1] != '0' ||
        (word[2] != 'x' && word[2] != 'X')) {
        return false;
    }
    high = hex_digit(word[3]);
    low = hex_digit(word[4]);
    if (high < 0 || low < 0) {
        return false;
    }
    set_bit(rules->listed, (uint8_t)(high * 16 + low), true);
    set_bit(rules->allowed, (uint8_t)(high * 16 + low), word[0] == '+');
    return true;
}

static bool is_word(const char *word, size_t len, const char *other)
{
    return strlen(other) == len && strncmp(word, other, len) == 0;
}

bool bw_scsi_rules_parse(struct bw_scsi_rules *rules, const char *text,
                         const char **bad)
{
    memset(rules, 0, sizeof(*rules));
    for (;;) {
        size_t len;

        text += strspn(text, " ,");
        len = strcspn(text, " ,");
        if (len == 0) {
            return true;
        }
        if (is_word(text, len, "all")) {
            rules->all = true;
        } else if (!is_word(text, len, "default") &&
                   !parse_code(rules, text, len)) {
            *bad = text;
            return false;
        }
        text += len;
    }
}
