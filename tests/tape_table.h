/*
 * The table of the tape drive: what each command does in each state.
 *
 * Rows give a command, and what is to come of it: status, sense data,
 * INFORMATION, how much data, and where the head is then.  The numbers are
 * derived from the reference tape below and SSC-3; nothing is taken from the
 * drive.  Replayed on the drive itself by tests/unit/test_tape_table.c, and
 * through QEMU's host adapters by tests/qtest/scsi-tape-table-test.c.
 *
 * The reference tape, partition 0 of all but the two-partition one:
 *
 *   object   0   1   2     3    4    5    6     7     8
 *   bytes    10  20  mark  512  512  100  mark  mark  end of data
 *
 * Byte @i of record @n is tape_byte(n, i).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_TAPE_TABLE_H
#define BENCHWIRE_TESTS_TAPE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which drive and cartridge a state begins with. */
enum tape_kind {
    TAPE_NONE,      /* no cartridge */
    TAPE_REFERENCE, /* the reference tape */
    TAPE_PROTECTED, /* the same, write protected */
    TAPE_BLANK,     /* a blank one, in a drive that makes two partitions */
    TAPE_SMALL,     /* a blank one of TAPE_SMALL_BYTES */
};

/* Of TAPE_SMALL: framing counts, 8 bytes a record and 4 a mark. */
#define TAPE_SMALL_BYTES   65536u
#define TAPE_SMALL_WARNING 32768u /* early warning: so many bytes before it */

enum tape_state {
    ON_NONE,      /* empty drive */
    ON_UNLOADED,  /* the cartridge is in, UNLOAD was given */
    ON_BOM,       /* at object 0 */
    ON_BOM_512,   /* the same, fixed blocks of 512 bytes; so everywhere below */
    ON_MARK,      /* at object 2 */
    ON_MARK_512,  /**/
    ON_DATA,      /* at object 3 */
    ON_DATA_512,  /**/
    ON_END,       /* at object 8, the end of the data */
    ON_END_512,   /**/
    ON_PROTECTED, /* at object 3 of the protected tape */
    ON_SECOND,    /* partition 1: record of 30, mark, end; at object 0 */
    ON_SECOND_END,
    ON_SMALL,       /* the small one, blank */
    ON_WARNING,     /* one record of 40000: behind the early warning */
    ON_WARNING_512, /**/
    ON_FULL,        /* one more, of 25000: 520 bytes left */
    ON_FULL_512,    /**/
    TAPE_STATES
};

#define TAPE_FM  0x80
#define TAPE_EOM 0x40
#define TAPE_ILI 0x20

struct tape_expect {
    uint8_t status;
    uint8_t key;
    uint16_t asc;
    uint8_t bits; /* TAPE_FM, TAPE_EOM, TAPE_ILI */
    bool valid;   /* INFORMATION is */
    uint32_t information;
    bool field_valid; /* SKSV: the field pointer is into the CDB */
    uint8_t field;
    int8_t bit; /* -1: none */
};

struct tape_place {
    int partition; /* -1: not asked for */
    unsigned object;
    unsigned file;
};

struct tape_row {
    const char *cdb; /* hex */
    uint32_t in;     /* room for data-in */
    uint32_t out;    /* bytes of data-out */
    struct tape_expect expect;
    uint32_t done; /* bytes of data-in; residue is @in less it */
    struct tape_place place;
    const char *data; /* hex that data-in begins with; NULL: not looked at */
    bool ends;        /* nothing is recorded behind the head then */
};

static inline uint8_t tape_byte(unsigned object, size_t i)
{
    return (uint8_t)(object * 37 + i * 3 + (i >> 8));
}

/* clang-format off */
#define T_GOOD          { 0, 0, 0, 0, false, 0, false, 0, 0 }
#define T_CHECK(k, a)   { 2, k, a, 0, false, 0, false, 0, 0 }
#define T_EOM(k, a)     { 2, k, a, TAPE_EOM, false, 0, false, 0, 0 }
#define T_INFO(k, a, b, i) { 2, k, a, b, true, (uint32_t)(i), false, 0, 0 }
#define T_FIELD(f, b)   { 2, 5, 0x2400, 0, false, 0, true, f, b }
#define T_ILI(i)        T_INFO(0, 0x0000, TAPE_ILI, i)
#define T_FM(i)         T_INFO(0, 0x0001, TAPE_FM, i)
#define T_BOP(i)        T_INFO(0, 0x0004, TAPE_EOM, i)
#define T_EOD(i)        T_INFO(8, 0x0005, 0, i)
#define T_EOD_EOM(i)    T_INFO(8, 0x0005, TAPE_EOM, i)
#define T_EARLY         T_INFO(0, 0x0002, TAPE_EOM, 0)
#define T_FULL(i)       T_INFO(0xd, 0x0002, TAPE_EOM, i)
#define T_NO_TAPE       T_CHECK(2, 0x3a00)
#define T_PROTECT       T_CHECK(7, 0x2700)
#define T_BACKWARDS     T_CHECK(5, 0x3b0c)

#define P(p, o, f)      { p, o, f }
#define P_NONE          { -1, 0, 0 }

/* no data; data-in; data-out; what a write leaves has nothing behind it */
#define R(cdb, e, p)             { cdb, 0, 0, e, 0, p, NULL, false }
#define R_IN(cdb, in, e, done, p) { cdb, in, 0, e, done, p, NULL, false }
#define R_HEX(cdb, in, done, p, hex) { cdb, in, 0, T_GOOD, done, p, hex, false }
#define R_OUT(cdb, out, e, p)    { cdb, 0, out, e, 0, p, NULL, false }
#define W(cdb, e, p)             { cdb, 0, 0, e, 0, p, NULL, true }
#define W_OUT(cdb, out, e, p)    { cdb, 0, out, e, 0, p, NULL, true }
/* clang-format on */

/* --- every command that needs a tape, and its answer without one ---------- */

struct tape_gate {
    const char *cdb;
    uint32_t in;
    uint32_t out;
    bool needs;  /* NOT READY without a threaded tape */
    bool writes; /* DATA PROTECT on a protected one */
};

static const struct tape_gate tape_gates[] = {
    { "00 00 00 00 00 00", 0, 0, true, false },
    { "01 00 00 00 00 00", 0, 0, true, false },
    { "08 00 00 00 0a 00", 10, 0, true, false },
    { "0a 00 00 00 0a 00", 0, 10, true, true },
    { "0f 00 00 00 0a 00", 10, 0, true, false },
    { "10 00 00 00 01 00", 0, 0, true, true },
    { "10 01 00 00 01 00", 0, 0, true, true },
    { "10 00 00 00 00 00", 0, 0, true, false },
    { "11 00 00 00 01 00", 0, 0, true, false },
    { "11 01 00 00 01 00", 0, 0, true, false },
    { "11 03 00 00 00 00", 0, 0, true, false },
    { "13 00 00 00 0a 00", 0, 0, true, false },
    { "13 02 00 00 0a 00", 0, 10, true, false },
    { "19 00 00 00 00 00", 0, 0, true, true },
    { "19 01 00 00 00 00", 0, 0, true, true },
    { "2b 00 00 00 00 00 01 00 00 00", 0, 0, true, false },
    { "34 00 00 00 00 00 00 00 00 00", 20, 0, true, false },
    { "34 01 00 00 00 00 00 00 00 00", 20, 0, true, false },
    { "34 06 00 00 00 00 00 00 00 00", 32, 0, true, false },
    { "34 08 00 00 00 00 00 00 20 00", 32, 0, true, false },
    { "80 00 00 00 0000000000000003 000001 00", 0, 0, true, true },
    { "81 00 00 00 0000000000000003 00000a 00", 10, 0, true, false },
    { "88 00 00 00 0000000000000000 00000a 00", 10, 0, true, false },
    { "8a 00 00 00 0000000000000003 00000a 00", 0, 10, true, true },
    { "8f 00 00 00 0000000000000000 00000a 00", 0, 0, true, false },
    { "91 00 00 00 0000000000000001 0000 00 00", 0, 0, true, false },
    { "92 00 00 00 0000000000000001 00 00 00 00", 0, 0, true, false },
    { "93 00 00 00 0000000000000003 00 00 00 00", 0, 0, true, true },
    /* these answer without a tape */
    { "03 00 00 00 12 00", 18, 0, false, false },
    { "05 00 00 00 00 00", 6, 0, false, false },
    { "12 00 00 00 24 00", 36, 0, false, false },
    { "16 00 00 00 00 00", 0, 0, false, false },
    { "17 00 00 00 00 00", 0, 0, false, false },
    { "1a 00 3f 00 ff 00", 255, 0, false, false },
    { "1e 00 00 00 00 00", 0, 0, false, false },
    { "4d 00 40 00 00 00 00 01 00 00", 256, 0, false, false },
    { "5a 00 3f 00 00 00 00 01 00 00", 256, 0, false, false },
    { "a0 00 00 00 00 00 00 00 00 10 00 00", 16, 0, false, false },
};

#define TAPE_GATES (sizeof(tape_gates) / sizeof(tape_gates[0]))

/* --- no cartridge ---------------------------------------------------------- */

static const struct tape_row tape_on_none[] = {
    R("1b 00 00 00 00 00", T_GOOD, P_NONE),
    R("1b 00 00 00 01 00", T_NO_TAPE, P_NONE),
    R("04 00 00 00 00 00", T_NO_TAPE, P_NONE),
    R("0b 00 00 ff ff 00", T_NO_TAPE, P_NONE),
    /* the medium is looked for before the fields, but after the opcode */
    R("08 03 00 00 01 00", T_NO_TAPE, P_NONE),
    R("14 00 00 00 00 00", T_CHECK(5, 0x2000), P_NONE),
    R("02 00 00 00 00 00", T_CHECK(5, 0x2000), P_NONE),
};

/* --- in, and not threaded -------------------------------------------------- */

static const struct tape_row tape_on_unloaded[] = {
    R("1b 00 00 00 00 00", T_GOOD, P_NONE),
    R("1b 00 00 00 09 00", T_GOOD, P_NONE), /* HOLD: in, but not threaded */
    R("1b 00 00 00 05 00", T_FIELD(4, 2), P_NONE), /* LOAD and EOT */
    R("1b 00 00 00 01 00", T_GOOD, P(0, 0, 0)),
    R("1b 01 00 00 01 00", T_GOOD, P(0, 0, 0)),
    R("1b 00 00 00 03 00", T_GOOD, P(0, 0, 0)), /* retension */
};

/* --- at the beginning ------------------------------------------------------ */

static const struct tape_row tape_on_bom[] = {
    R("00 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R("01 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R("01 01 00 00 00 00", T_GOOD, P(0, 0, 0)),
    /* READ(6), variable */
    R("08 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R_IN("08 00 00 00 0a 00", 10, T_GOOD, 10, P(0, 1, 0)),
    R_IN("08 02 00 00 0a 00", 10, T_GOOD, 10, P(0, 1, 0)),
    R_IN("08 00 00 00 20 00", 32, T_ILI(22), 10, P(0, 1, 0)),
    R_IN("08 02 00 00 20 00", 32, T_GOOD, 10, P(0, 1, 0)),
    R_IN("08 00 00 00 04 00", 4, T_ILI(-6), 4, P(0, 1, 0)),
    R_IN("08 02 00 00 04 00", 4, T_GOOD, 4, P(0, 1, 0)),
    /* fixed, which has no length here */
    R("08 01 00 00 01 00", T_FIELD(1, 0), P(0, 0, 0)),
    R("08 03 00 00 01 00", T_FIELD(1, 1), P(0, 0, 0)),
    R("0a 01 00 00 01 00", T_FIELD(1, 0), P(0, 0, 0)),
    /* READ REVERSE */
    R_IN("0f 00 00 00 0a 00", 10, T_BOP(10), 0, P(0, 0, 0)),
    R("0f 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    /* WRITE(6) */
    R("0a 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    W_OUT("0a 00 00 00 0a 00", 10, T_GOOD, P(0, 1, 0)),
    W_OUT("0a 00 01 00 00 00", 65536, T_GOOD, P(0, 1, 0)),
    W_OUT("0a 00 10 00 00 00", 1048576, T_GOOD, P(0, 1, 0)),
    W_OUT("0a 00 20 00 00 00", 2097152, T_GOOD, P(0, 1, 0)),
    /* WRITE FILEMARKS(6) */
    R("10 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R("10 01 00 00 00 00", T_GOOD, P(0, 0, 0)),
    W("10 00 00 00 01 00", T_GOOD, P(0, 1, 1)),
    W("10 01 00 00 02 00", T_GOOD, P(0, 2, 2)),
    R("10 02 00 00 01 00", T_FIELD(1, 1), P(0, 0, 0)),
    /* SPACE(6) */
    R("11 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R("11 00 00 00 01 00", T_GOOD, P(0, 1, 0)),
    R("11 00 00 00 02 00", T_GOOD, P(0, 2, 0)),
    R("11 00 00 00 05 00", T_FM(3), P(0, 3, 1)),
    R("11 00 ff ff ff 00", T_BOP(1), P(0, 0, 0)),
    R("11 01 00 00 01 00", T_GOOD, P(0, 3, 1)),
    R("11 01 00 00 02 00", T_GOOD, P(0, 7, 2)),
    R("11 01 00 00 03 00", T_GOOD, P(0, 8, 3)),
    R("11 01 00 00 04 00", T_EOD(1), P(0, 8, 3)),
    R("11 01 7f ff ff 00", T_EOD(0x7ffffc), P(0, 8, 3)), /* mt eod */
    R("11 01 ff ff fe 00", T_BOP(2), P(0, 0, 0)),
    R("11 02 00 00 02 00", T_GOOD, P(0, 8, 3)),
    R("11 02 00 00 03 00", T_EOD(3), P(0, 8, 3)),
    R("11 03 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R("11 03 00 00 07 00", T_GOOD, P(0, 8, 3)),
    R("11 04 00 00 01 00", T_FIELD(1, 3), P(0, 0, 0)),
    R("11 05 00 00 01 00", T_FIELD(1, 3), P(0, 0, 0)),
    /* VERIFY(6) */
    R("13 00 00 00 0a 00", T_GOOD, P(0, 1, 0)),
    R("13 00 00 00 0c 00", T_ILI(2), P(0, 1, 0)),
    R("13 01 00 00 01 00", T_FIELD(1, 0), P(0, 0, 0)),
    /* data-out is record 0's pattern, and compares equal */
    R_OUT("13 02 00 00 0a 00", 10, T_GOOD, P(0, 1, 0)),
    R_OUT("13 02 00 00 09 00", 9, T_ILI(-1), P(0, 1, 0)),
    /* ERASE */
    W("19 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    W("19 01 00 00 00 00", T_GOOD, P(0, 0, 0)),
    W("19 03 00 00 00 00", T_GOOD, P(0, 0, 0)),
    /* LOAD UNLOAD */
    R("1b 00 00 00 01 00", T_GOOD, P(0, 0, 0)),
    R("1b 00 00 00 09 00", T_GOOD, P(0, 0, 0)),
    R("1b 00 00 00 05 00", T_FIELD(4, 2), P(0, 0, 0)),
    R("1b 00 00 00 00 00", T_GOOD, P_NONE),
    /* LOCATE(10): object, with BT, behind the end, a partition that is none */
    R("2b 00 00 00 00 00 05 00 00 00", T_GOOD, P(0, 5, 1)),
    R("2b 04 00 00 00 00 07 00 00 00", T_GOOD, P(0, 7, 2)),
    R("2b 01 00 00 00 00 08 00 00 00", T_GOOD, P(0, 8, 3)),
    R("2b 00 00 00 00 00 09 00 00 00", T_CHECK(8, 0x0005), P(0, 8, 3)),
    R("2b 00 00 ff ff ff ff 00 00 00", T_CHECK(8, 0x0005), P(0, 8, 3)),
    R("2b 02 00 00 00 00 03 00 00 00", T_GOOD, P(0, 3, 1)),
    R("2b 02 00 00 00 00 03 00 01 00", T_FIELD(8, -1), P(0, 0, 0)),
    R("2b 02 00 00 00 00 03 00 ff 00", T_FIELD(8, -1), P(0, 0, 0)),
    /* READ POSITION: BOP */
    R_HEX("34 00 00 00 00 00 00 00 00 00", 20, 20, P(0, 0, 0),
          "80 00 0000 00000000 00000000 00 000000 00000000"),
    R_HEX("34 01 00 00 00 00 00 00 00 00", 20, 20, P(0, 0, 0),
          "80 00 0000 00000000 00000000 00 000000 00000000"),
    R_HEX("34 06 00 00 00 00 00 00 00 00", 32, 32, P(0, 0, 0),
          "80 000000 00000000 0000000000000000 0000000000000000"),
    R_HEX("34 08 00 00 00 00 00 00 20 00", 32, 32, P(0, 0, 0),
          "80 00 001c 00000000 0000000000000000 0000000000000000"),
    R_HEX("34 08 00 00 00 00 00 00 04 00", 4, 4, P(0, 0, 0), "80 00 001c"),
    R("34 08 00 00 00 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R("34 02 00 00 00 00 00 00 00 00", T_FIELD(1, 4), P(0, 0, 0)),
    R("34 07 00 00 00 00 00 00 00 00", T_FIELD(1, 4), P(0, 0, 0)),
    R_IN("34 00 00 00 00 00 00 00 14 00", 20, T_FIELD(7, -1), 0, P(0, 0, 0)),
    R_IN("34 06 00 00 00 00 00 00 20 00", 32, T_FIELD(7, -1), 0, P(0, 0, 0)),
    /* explicit addresses */
    R_IN("88 00 00 00 0000000000000001 000014 00", 20, T_GOOD, 20, P(0, 2, 0)),
    R_IN("88 02 00 00 0000000000000001 000020 00", 32, T_GOOD, 20, P(0, 2, 0)),
    R_IN("88 00 00 00 0000000000000002 000014 00", 20, T_FM(20), 0, P(0, 3, 1)),
    R_IN("88 00 00 00 0000000000000008 000014 00", 20, T_EOD(20), 0,
         P(0, 8, 3)),
    R_IN("88 00 00 00 0000000000000009 000014 00", 20, T_CHECK(8, 0x0005), 0,
         P(0, 8, 3)),
    R_IN("88 00 00 01 0000000000000000 000014 00", 20, T_FIELD(3, -1), 0,
         P(0, 0, 0)),
    R_IN("88 03 00 00 0000000000000000 000001 00", 0, T_FIELD(1, 1), 0,
         P(0, 0, 0)),
    R_IN("81 04 00 00 0000000000000001 00000a 00", 10, T_GOOD, 10, P(0, 0, 0)),
    W_OUT("8a 00 00 00 0000000000000005 000064 00", 100, T_GOOD, P(0, 6, 1)),
    R_OUT("8a 08 00 00 0000000000000000 00000a 00", 10, T_FIELD(1, 3),
          P(0, 0, 0)),
    R_OUT("8a 04 00 00 0000000000000000 00000a 00", 10, T_FIELD(1, 2),
          P(0, 0, 0)),
    W("80 00 00 00 0000000000000003 000002 00", T_GOOD, P(0, 5, 3)),
    R("80 08 00 00 0000000000000000 000001 00", T_FIELD(1, 3), P(0, 0, 0)),
    R("80 02 00 00 0000000000000000 000001 00", T_FIELD(1, 1), P(0, 0, 0)),
    R("8f 00 00 00 0000000000000001 000014 00", T_GOOD, P(0, 2, 0)),
    W("93 00 00 00 0000000000000004 00 00 00 00", T_GOOD, P(0, 4, 1)),
    R("93 04 00 00 0000000000000004 00 00 00 00", T_FIELD(1, 2), P(0, 0, 0)),
    /* SPACE(16) */
    R("91 00 00 00 0000000000000002 0000 00 00", T_GOOD, P(0, 2, 0)),
    R("91 01 00 00 0000000000000002 0000 00 00", T_GOOD, P(0, 7, 2)),
    R("91 01 00 00 0000000000000004 0000 00 00", T_EOD(1), P(0, 8, 3)),
    R("91 03 00 00 0000000000000000 0000 00 00", T_GOOD, P(0, 8, 3)),
    R("91 00 00 00 ffffffffffffffff 0000 00 00", T_BOP(1), P(0, 0, 0)),
    /* what does not fit into INFORMATION is not told */
    R("91 01 00 00 0000000200000000 0000 00 00", T_CHECK(8, 0x0005),
      P(0, 8, 3)),
    R("91 01 00 00 7fffffffffffffff 0000 00 00", T_CHECK(8, 0x0005),
      P(0, 8, 3)),
    R("91 01 00 00 8000000000000000 0000 00 00", T_EOM(0, 0x0004), P(0, 0, 0)),
    R_OUT("91 00 00 00 0000000000000001 0008 00 00", 8, T_FIELD(12, -1),
          P(0, 0, 0)),
    R("91 04 00 00 0000000000000001 0000 00 00", T_FIELD(1, 3), P(0, 0, 0)),
    /* LOCATE(16): object, file, end; CP */
    R("92 00 00 00 0000000000000005 00 00 00 00", T_GOOD, P(0, 5, 1)),
    R("92 00 00 00 0000000000000009 00 00 00 00", T_CHECK(8, 0x0005),
      P(0, 8, 3)),
    R("92 08 00 00 0000000000000000 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R("92 08 00 00 0000000000000001 00 00 00 00", T_GOOD, P(0, 3, 1)),
    R("92 08 00 00 0000000000000003 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R("92 08 00 00 0000000000000004 00 00 00 00", T_CHECK(8, 0x0005),
      P(0, 8, 3)),
    R("92 10 00 00 0000000000000000 00 00 00 00", T_FIELD(1, 5), P(0, 0, 0)),
    R("92 18 00 00 0000000000000000 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R("92 02 00 01 0000000000000000 00 00 00 00", T_FIELD(3, -1), P(0, 0, 0)),
    R("92 1a 00 01 0000000000000000 00 00 00 00", T_FIELD(3, -1), P(0, 0, 0)),
    /* the whole cartridge */
    W("04 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R("04 00 03 00 00 00", T_FIELD(2, 3), P(0, 0, 0)),
    R_OUT("04 00 00 00 08 00", 8, T_FIELD(3, -1), P(0, 0, 0)),
    W("0b 00 00 ff ff 00", T_GOOD, P(0, 0, 0)),
    R("82 00 00 00 0000000000000000 00 00 00 00", T_FIELD(2, -1), P(0, 0, 0)),
    R("14 00 00 00 00 00", T_CHECK(5, 0x2000), P(0, 0, 0)),
};

static const struct tape_row tape_on_bom_512[] = {
    R("08 01 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R_IN("08 03 00 00 01 00", 512, T_FIELD(1, 1), 0, P(0, 0, 0)),
    /* record 0 has 10 bytes */
    R_IN("08 01 00 00 01 00", 512, T_ILI(1), 0, P(0, 1, 0)),
    R_IN("08 01 00 00 04 00", 2048, T_ILI(4), 0, P(0, 1, 0)),
    /* SILI does not hide a record that is too long while a length is set */
    R_IN("08 02 00 00 04 00", 4, T_ILI(-6), 4, P(0, 1, 0)),
    R_IN("08 02 00 00 20 00", 32, T_GOOD, 10, P(0, 1, 0)),
    W_OUT("0a 01 00 00 01 00", 512, T_GOOD, P(0, 1, 0)),
    W_OUT("0a 01 00 00 40 00", 32768, T_GOOD, P(0, 64, 0)),
    W_OUT("0a 00 00 00 0a 00", 10, T_GOOD, P(0, 1, 0)),
    R("0a 01 00 00 00 00", T_GOOD, P(0, 0, 0)),
    R("13 01 00 00 01 00", T_ILI(1), P(0, 1, 0)),
    R_IN("0f 01 00 00 02 00", 1024, T_BOP(2), 0, P(0, 0, 0)),
};

/* --- before a mark --------------------------------------------------------- */

static const struct tape_row tape_on_mark[] = {
    R_IN("08 00 00 00 0a 00", 10, T_FM(10), 0, P(0, 3, 1)),
    R_IN("08 02 00 00 0a 00", 10, T_FM(10), 0, P(0, 3, 1)),
    R("08 00 00 00 00 00", T_GOOD, P(0, 2, 0)),
    R_IN("0f 04 00 00 14 00", 20, T_GOOD, 20, P(0, 1, 0)),
    R_IN("0f 04 00 00 20 00", 32, T_ILI(12), 20, P(0, 1, 0)),
    R_IN("0f 06 00 00 20 00", 32, T_GOOD, 20, P(0, 1, 0)),
    W_OUT("0a 00 00 00 0a 00", 10, T_GOOD, P(0, 3, 0)),
    W("10 00 00 00 01 00", T_GOOD, P(0, 3, 1)),
    R("10 00 00 00 00 00", T_GOOD, P(0, 2, 0)),
    R("11 00 00 00 01 00", T_FM(1), P(0, 3, 1)),
    R("11 00 00 00 09 00", T_FM(9), P(0, 3, 1)),
    R("11 00 ff ff ff 00", T_GOOD, P(0, 1, 0)),
    R("11 00 ff ff fe 00", T_GOOD, P(0, 0, 0)),
    R("11 00 ff ff fd 00", T_BOP(1), P(0, 0, 0)),
    R("11 01 00 00 01 00", T_GOOD, P(0, 3, 1)),
    R("11 01 ff ff ff 00", T_BOP(1), P(0, 0, 0)),
    R("11 02 00 00 01 00", T_GOOD, P(0, 3, 1)),
    R("13 00 00 00 0a 00", T_FM(10), P(0, 3, 1)),
    W("19 00 00 00 00 00", T_GOOD, P(0, 2, 0)),
    R_HEX("34 00 00 00 00 00 00 00 00 00", 20, 20, P(0, 2, 0),
          "00 00 0000 00000002 00000002 00 000000 00000000"),
    R("04 00 00 00 00 00", T_BACKWARDS, P(0, 2, 0)),
    R("0b 00 00 ff ff 00", T_BACKWARDS, P(0, 2, 0)),
};

static const struct tape_row tape_on_mark_512[] = {
    R_IN("08 01 00 00 01 00", 512, T_FM(1), 0, P(0, 3, 1)),
    R_IN("08 01 00 00 05 00", 2560, T_FM(5), 0, P(0, 3, 1)),
    R_IN("0f 01 00 00 01 00", 512, T_ILI(1), 0, P(0, 1, 0)),
    R("13 01 00 00 05 00", T_FM(5), P(0, 3, 1)),
};

/* --- before records of 512 bytes -------------------------------------------
 */

static const struct tape_row tape_on_data[] = {
    R_IN("08 00 00 02 00 00", 512, T_GOOD, 512, P(0, 4, 1)),
    R_IN("08 00 00 04 00 00", 1024, T_ILI(512), 512, P(0, 4, 1)),
    R_IN("08 02 00 04 00 00", 1024, T_GOOD, 512, P(0, 4, 1)),
    R_IN("08 00 00 01 00 00", 256, T_ILI(-256), 256, P(0, 4, 1)),
    R_IN("0f 04 00 02 00 00", 512, T_FM(512), 0, P(0, 2, 0)),
    W_OUT("0a 00 00 00 0a 00", 10, T_GOOD, P(0, 4, 1)),
    W("10 00 00 00 01 00", T_GOOD, P(0, 4, 2)),
    R("11 00 00 00 03 00", T_GOOD, P(0, 6, 1)),
    R("11 00 00 00 04 00", T_FM(1), P(0, 7, 2)),
    R("11 00 ff ff ff 00", T_FM(1), P(0, 2, 0)),
    R("11 00 ff ff fb 00", T_FM(5), P(0, 2, 0)),
    R("11 01 ff ff ff 00", T_GOOD, P(0, 2, 0)),
    R("11 01 ff ff fe 00", T_BOP(1), P(0, 0, 0)),
    R("11 02 ff ff ff 00", T_GOOD, P(0, 2, 0)),
    R("11 03 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R("13 00 00 02 00 00", T_GOOD, P(0, 4, 1)),
    R_OUT("13 02 00 02 00 00", 512, T_GOOD, P(0, 4, 1)),
    R("01 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    W("19 01 00 00 00 00", T_GOOD, P(0, 3, 1)),
    R_HEX("34 06 00 00 00 00 00 00 00 00", 32, 32, P(0, 3, 1),
          "00 000000 00000000 0000000000000003 0000000000000001"),
    R_HEX("34 08 00 00 00 00 00 00 20 00", 32, 32, P(0, 3, 1),
          "00 00 001c 00000000 0000000000000003 0000000000000003"),
    R("1b 00 00 00 01 00", T_GOOD, P(0, 0, 0)),
    R("1b 00 00 00 00 00", T_GOOD, P_NONE),
    R("1b 00 00 00 08 00", T_GOOD, P_NONE),
};

static const struct tape_row tape_on_data_512[] = {
    R_IN("08 01 00 00 01 00", 512, T_GOOD, 512, P(0, 4, 1)),
    R_IN("08 01 00 00 02 00", 1024, T_GOOD, 1024, P(0, 5, 1)),
    /* two blocks, then record 5 of 100 bytes */
    R_IN("08 01 00 00 03 00", 1536, T_ILI(1), 1024, P(0, 6, 1)),
    R_IN("08 01 00 00 08 00", 4096, T_ILI(6), 1024, P(0, 6, 1)),
    R_IN("0f 01 00 00 01 00", 512, T_FM(1), 0, P(0, 2, 0)),
    W_OUT("0a 01 00 00 02 00", 1024, T_GOOD, P(0, 5, 1)),
    R("13 01 00 00 02 00", T_GOOD, P(0, 5, 1)),
    R("13 01 00 00 04 00", T_ILI(2), P(0, 6, 1)),
    R_OUT("13 03 00 00 01 00", 512, T_GOOD, P(0, 4, 1)),
    R_IN("88 01 00 00 0000000000000004 000001 00", 512, T_GOOD, 512,
         P(0, 5, 1)),
    W_OUT("8a 01 00 00 0000000000000003 000002 00", 1024, T_GOOD, P(0, 5, 1)),
    R_IN("81 05 00 00 0000000000000005 000001 00", 512, T_GOOD, 512,
         P(0, 4, 1)),
};

/* --- at the end of the data ------------------------------------------------ */

static const struct tape_row tape_on_end[] = {
    R_IN("08 00 00 00 0a 00", 10, T_EOD(10), 0, P(0, 8, 3)),
    R_IN("08 02 00 00 0a 00", 10, T_EOD(10), 0, P(0, 8, 3)),
    R("08 00 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R_IN("0f 00 00 00 0a 00", 10, T_FM(10), 0, P(0, 7, 2)),
    W_OUT("0a 00 00 00 0b 00", 11, T_GOOD, P(0, 9, 3)),
    W("10 00 00 00 02 00", T_GOOD, P(0, 10, 5)),
    R("11 00 00 00 01 00", T_EOD(1), P(0, 8, 3)),
    R("11 00 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R("11 00 ff ff ff 00", T_FM(1), P(0, 7, 2)),
    R("11 01 00 00 01 00", T_EOD(1), P(0, 8, 3)),
    R("11 01 ff ff ff 00", T_GOOD, P(0, 7, 2)),
    R("11 01 ff ff fe 00", T_GOOD, P(0, 6, 1)),
    R("11 01 ff ff fd 00", T_GOOD, P(0, 2, 0)),
    R("11 01 ff ff fc 00", T_BOP(1), P(0, 0, 0)),
    R("11 02 ff ff fe 00", T_GOOD, P(0, 6, 1)),
    R("11 03 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R("13 00 00 00 0a 00", T_EOD(10), P(0, 8, 3)),
    W("19 00 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R("2b 00 00 00 00 00 08 00 00 00", T_GOOD, P(0, 8, 3)),
    R("2b 00 00 00 00 00 09 00 00 00", T_CHECK(8, 0x0005), P(0, 8, 3)),
    R("92 18 00 00 0000000000000000 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R_HEX("34 00 00 00 00 00 00 00 00 00", 20, 20, P(0, 8, 3),
          "00 00 0000 00000008 00000008 00 000000 00000000"),
};

static const struct tape_row tape_on_end_512[] = {
    R_IN("08 01 00 00 02 00", 1024, T_EOD(2), 0, P(0, 8, 3)),
    W_OUT("0a 01 00 00 03 00", 1536, T_GOOD, P(0, 11, 3)),
    R("13 01 00 00 02 00", T_EOD(2), P(0, 8, 3)),
    R_IN("0f 01 00 00 02 00", 1024, T_FM(2), 0, P(0, 7, 2)),
};

/* --- write protected ------------------------------------------------------- */

static const struct tape_row tape_on_protected[] = {
    R_IN("08 00 00 02 00 00", 512, T_GOOD, 512, P(0, 4, 1)),
    R("10 00 00 00 00 00", T_GOOD, P(0, 3, 1)),
    R("10 00 00 00 01 00", T_PROTECT, P(0, 3, 1)),
    R("10 02 00 00 01 00", T_FIELD(1, 1), P(0, 3, 1)), /* before protection */
    R("0a 01 00 00 01 00", T_FIELD(1, 0), P(0, 3, 1)),
    R("19 00 00 00 00 00", T_PROTECT, P(0, 3, 1)),
    R("04 00 00 00 00 00", T_BACKWARDS, P(0, 3, 1)),
    R("11 03 00 00 00 00", T_GOOD, P(0, 8, 3)),
    R("1b 00 00 00 00 00", T_GOOD, P_NONE),
};

/* --- partition 1 ----------------------------------------------------------- */

static const struct tape_row tape_on_second[] = {
    R_IN("08 00 00 00 1e 00", 30, T_GOOD, 30, P(1, 1, 0)),
    R("11 00 ff ff ff 00", T_BOP(1), P(1, 0, 0)),
    R("11 01 00 00 01 00", T_GOOD, P(1, 2, 1)),
    R("01 00 00 00 00 00", T_GOOD, P(1, 0, 0)),
    W_OUT("0a 00 00 00 05 00", 5, T_GOOD, P(1, 1, 0)),
    W("10 00 00 00 01 00", T_GOOD, P(1, 1, 1)),
    W("19 00 00 00 00 00", T_GOOD, P(1, 0, 0)),
    R("2b 00 00 00 00 00 01 00 00 00", T_GOOD, P(1, 1, 0)),
    R("2b 02 00 00 00 00 01 00 00 00", T_GOOD, P(0, 1, 0)),
    R("2b 02 00 00 00 00 02 00 00 00", T_CHECK(8, 0x0005), P(0, 1, 0)),
    R("2b 02 00 00 00 00 00 00 02 00", T_FIELD(8, -1), P(1, 0, 0)),
    R("92 02 00 00 0000000000000001 00 00 00 00", T_GOOD, P(0, 1, 0)),
    R("92 1a 00 00 0000000000000000 00 00 00 00", T_GOOD, P(0, 1, 0)),
    R("92 0a 00 01 0000000000000001 00 00 00 00", T_GOOD, P(1, 2, 1)),
    R_IN("88 00 00 00 0000000000000000 00000a 00", 10, T_GOOD, 10, P(0, 1, 0)),
    R("1b 00 00 00 01 00", T_GOOD, P(0, 0, 0)),
    R("04 00 00 00 00 00", T_BACKWARDS, P(1, 0, 0)),
    R_HEX("34 00 00 00 00 00 00 00 00 00", 20, 20, P(1, 0, 0),
          "80 01 0000 00000000 00000000"),
    R_HEX("34 06 00 00 00 00 00 00 00 00", 32, 32, P(1, 0, 0),
          "80 000000 00000001 0000000000000000 0000000000000000"),
    R_HEX("34 08 00 00 00 00 00 00 20 00", 32, 32, P(1, 0, 0),
          "80 01 001c 00000000 0000000000000000"),
};

static const struct tape_row tape_on_second_end[] = {
    R_IN("08 00 00 00 1e 00", 30, T_EOD(30), 0, P(1, 2, 1)),
    R("11 01 ff ff ff 00", T_GOOD, P(1, 1, 0)),
    R("11 01 ff ff fe 00", T_BOP(1), P(1, 0, 0)),
    R("11 00 ff ff ff 00", T_FM(1), P(1, 1, 0)),
    W_OUT("0a 00 00 00 05 00", 5, T_GOOD, P(1, 3, 1)),
    W("10 00 00 00 01 00", T_GOOD, P(1, 3, 2)),
};

/* --- a tape with an end ---------------------------------------------------- */

static const struct tape_row tape_on_small[] = {
    W_OUT("0a 00 00 75 30 00", 30000, T_GOOD, P(0, 1, 0)),
    W_OUT("0a 00 00 9c 40 00", 40000, T_EARLY, P(0, 1, 0)),
    W_OUT("0a 00 00 ff f8 00", 65528, T_EARLY, P(0, 1, 0)), /* just fits */
    R_OUT("0a 00 00 ff f9 00", 65529, T_FULL(65529), P(0, 0, 0)),
    W("10 00 00 20 00 00", T_EARLY, P(0, 8192, 8192)), /* 32768 bytes */
    W("10 00 00 1f ff 00", T_GOOD, P(0, 8191, 8191)),
    W("10 00 00 40 01 00", T_FULL(1), P(0, 16384, 16384)),
    R_HEX("34 00 00 00 00 00 00 00 00 00", 20, 20, P(0, 0, 0),
          "80 00 0000 00000000 00000000"),
    W("04 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
};

static const struct tape_row tape_on_warning[] = {
    R("00 00 00 00 00 00", T_GOOD, P(0, 1, 0)),
    W_OUT("0a 00 00 02 00 00", 512, T_EARLY, P(0, 2, 0)),
    R("0a 00 00 00 00 00", T_GOOD, P(0, 1, 0)),
    W("10 00 00 00 01 00", T_EARLY, P(0, 2, 1)),
    W("10 01 00 00 01 00", T_EARLY, P(0, 2, 1)),
    R("10 00 00 00 00 00", T_GOOD, P(0, 1, 0)),
    R_IN("08 00 00 00 0a 00", 10, T_EOD_EOM(10), 0, P(0, 1, 0)),
    R("11 00 00 00 01 00", T_EOD_EOM(1), P(0, 1, 0)),
    R("11 01 7f ff ff 00", T_EOD_EOM(0x7fffff), P(0, 1, 0)),
    R("11 03 00 00 00 00", T_GOOD, P(0, 1, 0)),
    R("11 00 ff ff ff 00", T_GOOD, P(0, 0, 0)),
    R("13 00 00 00 0a 00", T_EOD_EOM(10), P(0, 1, 0)),
    R("2b 00 00 00 00 00 02 00 00 00", T_EOM(8, 0x0005), P(0, 1, 0)),
    R("92 00 00 00 0000000000000002 00 00 00 00", T_EOM(8, 0x0005), P(0, 1, 0)),
    R("92 08 00 00 0000000000000002 00 00 00 00", T_EOM(8, 0x0005), P(0, 1, 0)),
    R("01 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
    W("19 00 00 00 00 00", T_GOOD, P(0, 1, 0)),
    R_HEX("34 00 00 00 00 00 00 00 00 00", 20, 20, P(0, 1, 0),
          "40 00 0000 00000001 00000001"),
    R_HEX("34 06 00 00 00 00 00 00 00 00", 32, 32, P(0, 1, 0),
          "40 000000 00000000 0000000000000001 0000000000000000"),
};

static const struct tape_row tape_on_warning_512[] = {
    W_OUT("0a 01 00 00 04 00", 2048, T_EARLY, P(0, 5, 0)),
    /* 25528 bytes are left, 49 blocks of 520 */
    W_OUT("0a 01 00 00 40 00", 32768, T_FULL(15), P(0, 50, 0)),
    R_IN("08 01 00 00 04 00", 2048, T_EOD_EOM(4), 0, P(0, 1, 0)),
};

static const struct tape_row tape_on_full[] = {
    R_OUT("0a 00 00 02 58 00", 600, T_FULL(600), P(0, 2, 0)),
    W_OUT("0a 00 00 02 00 00", 512, T_EARLY, P(0, 3, 0)), /* just fits */
    /* 520 bytes are 130 marks */
    W("10 00 00 00 c8 00", T_FULL(70), P(0, 132, 130)),
    W("10 00 00 00 01 00", T_EARLY, P(0, 3, 1)),
    R("01 00 00 00 00 00", T_GOOD, P(0, 0, 0)),
};

static const struct tape_row tape_on_full_512[] = {
    W_OUT("0a 01 00 00 01 00", 512, T_EARLY, P(0, 3, 0)),
    W_OUT("0a 01 00 00 02 00", 1024, T_FULL(1), P(0, 3, 0)),
    W_OUT("0a 01 00 00 40 00", 32768, T_FULL(63), P(0, 3, 0)),
};

/* --- the states ------------------------------------------------------------ */

struct tape_table {
    const char *name;
    enum tape_kind kind;
    uint16_t block;
    struct tape_place start; /* where the head is put */
    const struct tape_row *rows;
    size_t count;
};

#define ROWS(array) array, sizeof(array) / sizeof((array)[0])

/* clang-format off */
static const struct tape_table tape_tables[TAPE_STATES] = {
    [ON_NONE] = { "empty drive", TAPE_NONE, 0, P_NONE, ROWS(tape_on_none) },
    [ON_UNLOADED] = { "unloaded", TAPE_REFERENCE, 0, P_NONE,
        ROWS(tape_on_unloaded) },
    [ON_BOM] = { "beginning", TAPE_REFERENCE, 0, P(0, 0, 0),
        ROWS(tape_on_bom) },
    [ON_BOM_512] = { "beginning, fixed", TAPE_REFERENCE, 512, P(0, 0, 0),
        ROWS(tape_on_bom_512) },
    [ON_MARK] = { "before a mark", TAPE_REFERENCE, 0, P(0, 2, 0),
        ROWS(tape_on_mark) },
    [ON_MARK_512] = { "before a mark, fixed", TAPE_REFERENCE, 512, P(0, 2, 0),
        ROWS(tape_on_mark_512) },
    [ON_DATA] = { "before a record", TAPE_REFERENCE, 0, P(0, 3, 1),
        ROWS(tape_on_data) },
    [ON_DATA_512] = { "before blocks", TAPE_REFERENCE, 512, P(0, 3, 1),
        ROWS(tape_on_data_512) },
    [ON_END] = { "end of data", TAPE_REFERENCE, 0, P(0, 8, 3),
        ROWS(tape_on_end) },
    [ON_END_512] = { "end of data, fixed", TAPE_REFERENCE, 512, P(0, 8, 3),
        ROWS(tape_on_end_512) },
    [ON_PROTECTED] = { "write protected", TAPE_PROTECTED, 0, P(0, 3, 1),
        ROWS(tape_on_protected) },
    [ON_SECOND] = { "partition 1", TAPE_BLANK, 0, P(1, 0, 0),
        ROWS(tape_on_second) },
    [ON_SECOND_END] = { "end of partition 1", TAPE_BLANK, 0, P(1, 2, 1),
        ROWS(tape_on_second_end) },
    [ON_SMALL] = { "small tape", TAPE_SMALL, 0, P(0, 0, 0),
        ROWS(tape_on_small) },
    [ON_WARNING] = { "behind early warning", TAPE_SMALL, 0, P(0, 1, 0),
        ROWS(tape_on_warning) },
    [ON_WARNING_512] = { "behind early warning, fixed", TAPE_SMALL, 512,
        P(0, 1, 0), ROWS(tape_on_warning_512) },
    [ON_FULL] = { "nearly full", TAPE_SMALL, 0, P(0, 2, 0),
        ROWS(tape_on_full) },
    [ON_FULL_512] = { "nearly full, fixed", TAPE_SMALL, 512, P(0, 2, 0),
        ROWS(tape_on_full_512) },
};
/* clang-format on */

#endif
