/*
 * The medium changer's commands (peripherals/parts/changer.h).
 *
 * A changer of six slots and two drives.  Slots 0, 1 and 2 have cartridges A,
 * B and C; 3 to 5 are empty.  The drives are two numbers, which stand for the
 * host.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "peripherals/parts/changer.h"

#define SLOTS  6u
#define DRIVES 2u

#define DRIVE0 0x0100
#define DRIVE1 0x0101
#define SLOT0  0x1000
#define SLOT1  0x1001
#define SLOT2  0x1002
#define SLOT3  0x1003
#define SLOT5  0x1005

struct bench {
    struct bw_changer changer;
    int in[DRIVES];
    bool prevented;
    bool broken;
    uint8_t data[BW_CHANGER_DATA_MAX];
    struct bw_tape_command command;
};

static int in_drive(void *opaque, unsigned drive)
{
    return ((struct bench *)opaque)->in[drive];
}

static enum bw_changer_result load(void *opaque, unsigned drive,
                                   unsigned cartridge)
{
    struct bench *b = opaque;

    assert_int_equal(b->in[drive], BW_CHANGER_EMPTY);
    if (b->broken) {
        return BW_CHANGER_FAILED;
    }
    b->in[drive] = (int)cartridge;
    return BW_CHANGER_DONE;
}

static enum bw_changer_result unload(void *opaque, unsigned drive)
{
    struct bench *b = opaque;

    if (b->prevented) {
        return BW_CHANGER_PREVENTED;
    }
    b->in[drive] = BW_CHANGER_EMPTY;
    return BW_CHANGER_DONE;
}

static struct bench *new_bench(void)
{
    static const char *const barcodes[SLOTS] = { "A00001L8", "B00002L8", "",
                                                 NULL,       NULL,       NULL };
    static const char *const serials[DRIVES] = { "SN-0", "" };
    static const struct bw_changer_config config = {
        .vendor = "BENCH",
        .product = "CHANGER",
        .revision = "0001",
        .serial = "CH42",
        .slots = SLOTS,
        .drives = DRIVES,
        .barcodes = barcodes,
        .drive_serials = serials,
    };
    static struct bench b;
    static struct bw_changer_host host = { &b, in_drive, load, unload };

    memset(&b, 0, sizeof(b));
    b.in[0] = b.in[1] = BW_CHANGER_EMPTY;
    bw_changer_init(&b.changer, &config, &host);
    return &b;
}

/* @cdb: hex with blanks; the rest are 0.  Returns: key, ASC and ASCQ. */
static uint32_t run(struct bench *b, const char *cdb)
{
    struct bw_tape_command *c = &b->command;
    unsigned byte;
    int used;

    memset(c, 0, sizeof(*c));
    while (sscanf(cdb, "%2x%n", &byte, &used) == 1) {
        c->cdb[c->cdb_length++] = (uint8_t)byte;
        cdb += used;
    }
    memset(b->data, 0xee, sizeof(b->data));
    c->data = b->data;
    c->size = sizeof(b->data);
    bw_changer_execute(&b->changer, c);
    if (c->status == BW_SCSI_GOOD) {
        return 0;
    }
    assert_int_equal(c->status, BW_SCSI_CHECK);
    return (uint32_t)c->sense.key << 16 | c->sense.asc;
}

static uint32_t move(struct bench *b, unsigned from, unsigned to)
{
    char cdb[64];

    snprintf(cdb, sizeof(cdb), "a5 00 00 00 %02x %02x %02x %02x 00 00 00 00",
             from >> 8, from & 0xff, to >> 8, to & 0xff);
    return run(b, cdb);
}

static uint32_t exchange(struct bench *b, unsigned from, unsigned to,
                         unsigned then)
{
    char cdb[64];

    snprintf(cdb, sizeof(cdb),
             "a6 00 00 00 %02x %02x %02x %02x %02x %02x 00 00", from >> 8,
             from & 0xff, to >> 8, to & 0xff, then >> 8, then & 0xff);
    return run(b, cdb);
}

/* READ ELEMENT STATUS of one element, without a volume tag.  Returns: its
 * flags, and its source if it says one, in bits 16 to 31. */
static uint32_t status_of(struct bench *b, unsigned element)
{
    char cdb[64];

    snprintf(cdb, sizeof(cdb), "b8 00 %02x %02x 00 01 00 00 ff ff 00 00",
             element >> 8, element & 0xff);
    assert_int_equal(run(b, cdb), 0);
    assert_int_equal(b->command.done, 8 + 8 + 16);
    assert_int_equal(b->data[16] << 8 | b->data[17], element);
    return b->data[18] | (b->data[25] & 0x80 ? (uint32_t)b->data[26] << 24 |
                                                   (uint32_t)b->data[27] << 16
                                             : 0);
}

#define FULL  0x09u /* and accessible */
#define EMPTY 0x08u

static void a_cartridge_goes_to_a_drive_and_back(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    assert_int_equal(status_of(b, SLOT1), FULL);
    assert_int_equal(status_of(b, DRIVE0), EMPTY);
    assert_int_equal(move(b, SLOT1, DRIVE0), 0);
    assert_int_equal(b->in[0], 1);
    assert_int_equal(status_of(b, SLOT1), EMPTY);
    assert_int_equal(status_of(b, DRIVE0), FULL | (uint32_t)SLOT1 << 16);
    assert_int_equal(move(b, DRIVE0, SLOT5), 0);
    assert_int_equal(b->in[0], BW_CHANGER_EMPTY);
    assert_int_equal(status_of(b, SLOT5), FULL);
    assert_int_equal(status_of(b, SLOT1), EMPTY);
    /* its tag went with it */
    assert_int_equal(run(b, "b8 12 10 05 00 01 00 00 ff ff 00 00"), 0);
    assert_memory_equal(b->data + 28, "B00002L8                        ", 32);
}

static void between_drives_and_between_slots_too(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    assert_int_equal(move(b, SLOT0, SLOT3), 0);
    assert_int_equal(status_of(b, SLOT3), FULL);
    assert_int_equal(move(b, SLOT3, DRIVE0), 0);
    assert_int_equal(move(b, DRIVE0, DRIVE1), 0);
    assert_int_equal(b->in[0], BW_CHANGER_EMPTY);
    assert_int_equal(b->in[1], 0);
    assert_int_equal(status_of(b, DRIVE1), FULL | (uint32_t)SLOT3 << 16);
    assert_int_equal(move(b, SLOT1, SLOT1), 0);
}

static void what_cannot_be_moved_is_refused(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    assert_int_equal(move(b, SLOT3, DRIVE0), 0x53b0e); /* empty */
    assert_int_equal(move(b, SLOT0, SLOT1), 0x53b0d);  /* full */
    assert_int_equal(move(b, SLOT0, 0x1006), 0x52101); /* no such slot */
    assert_int_equal(move(b, 0x0102, SLOT0), 0x52101); /* no such drive */
    assert_int_equal(move(b, SLOT0, 0x0000), 0x52101); /* the transport */
    assert_int_equal(run(b, "a5 00 10 00 10 00 01 00"), 0x52101);
    assert_int_equal(run(b, "a5 00 00 00 10 00 01 00 00 00 01"), 0x52400);
    assert_int_equal(b->command.sense.field, 10);

    b->broken = true;
    assert_int_equal(move(b, SLOT0, DRIVE0), 0x45300);
    assert_int_equal(status_of(b, SLOT0), FULL);
    b->broken = false;
    assert_int_equal(move(b, SLOT0, DRIVE0), 0);
    b->prevented = true;
    assert_int_equal(move(b, DRIVE0, SLOT0), 0x55302);
    assert_int_equal(b->in[0], 0);
    /* a tape that is no cartridge of ours */
    b->in[1] = BW_CHANGER_FOREIGN;
    assert_int_equal(status_of(b, DRIVE1), FULL);
    assert_int_equal(move(b, DRIVE1, SLOT5), 0x55302);
    b->in[1] = 77;
    assert_int_equal(status_of(b, DRIVE1), FULL);
}

static void two_change_places(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    assert_int_equal(move(b, SLOT0, DRIVE0), 0);
    assert_int_equal(exchange(b, SLOT1, DRIVE0, SLOT1), 0);
    assert_int_equal(b->in[0], 1);
    assert_int_equal(status_of(b, SLOT1), FULL);
    assert_int_equal(exchange(b, SLOT2, DRIVE0, SLOT5), 0);
    assert_int_equal(b->in[0], 2);
    assert_int_equal(status_of(b, SLOT5), FULL);
    assert_int_equal(status_of(b, SLOT2), EMPTY);
    assert_int_equal(exchange(b, SLOT3, DRIVE0, SLOT2), 0x53b0e);
    assert_int_equal(exchange(b, SLOT1, DRIVE1, SLOT2), 0x53b0e);
    assert_int_equal(exchange(b, SLOT1, DRIVE0, SLOT5), 0x53b0d);
    assert_int_equal(exchange(b, SLOT1, SLOT1, SLOT3), 0x52101);
}

/* The drive does not take the new one: both end up in slots of their own. */
static void an_exchange_that_fails_loses_nothing(void **state)
{
    struct bench *b = new_bench();
    unsigned full = 0;

    (void)state;
    assert_int_equal(move(b, SLOT0, DRIVE0), 0);
    b->broken = true;
    assert_int_equal(exchange(b, SLOT1, DRIVE0, SLOT1), 0x45300);
    for (unsigned slot = SLOT0; slot <= SLOT5; slot++) {
        full += status_of(b, slot) == FULL;
    }
    assert_int_equal(full, 3);
}

static void a_cartridge_taken_out_by_hand_is_in_its_slot(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    assert_int_equal(move(b, SLOT0, DRIVE0), 0);
    b->in[0] = BW_CHANGER_EMPTY;
    assert_int_equal(status_of(b, SLOT0), FULL);
    /* or in another, if that has been taken */
    assert_int_equal(move(b, SLOT0, DRIVE0), 0);
    assert_int_equal(move(b, SLOT1, SLOT0), 0);
    b->in[0] = BW_CHANGER_EMPTY;
    assert_int_equal(status_of(b, SLOT0), FULL);
    assert_int_equal(status_of(b, SLOT1), FULL);
}

static void all_elements_are_reported(void **state)
{
    struct bench *b = new_bench();
    const unsigned tagged = 52;

    (void)state;
    assert_int_equal(run(b, "b8 10 00 00 ff ff 00 00 ff ff 00 00"), 0);
    /* the first address, how many, bytes: three pages and nine elements */
    assert_memory_equal(b->data, "\x00\x00\x00\x09\x00\x00\x01\xec", 8);
    assert_int_equal(b->command.done, 8 + 3 * 8 + 9 * tagged);
    assert_memory_equal(b->data + 8, "\x01\x80\x00\x34\x00\x00\x00\x34", 8);
    assert_memory_equal(b->data + 8 + 8 + tagged,
                        "\x04\x80\x00\x34\x00\x00\x00\x68", 8);
    assert_memory_equal(b->data + 8 + 16 + 3 * tagged,
                        "\x02\x80\x00\x34\x00\x00\x01\x38", 8);
    /* slot 0, its tag; slot 2 has a cartridge without one */
    assert_memory_equal(b->data + 8 + 24 + 3 * tagged, "\x10\x00\x09", 3);
    assert_memory_equal(b->data + 8 + 24 + 3 * tagged + 12, "A00001L8  ", 10);
    assert_memory_equal(b->data + 8 + 24 + 5 * tagged, "\x10\x02\x09", 3);
    assert_int_equal(b->data[8 + 24 + 5 * tagged + 12], 0);
}

static void a_part_of_them_is_reported(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    /* two from the second drive on */
    assert_int_equal(run(b, "b8 00 01 01 00 02 00 00 ff ff"), 0);
    assert_memory_equal(b->data, "\x01\x01\x00\x02\x00\x00\x00\x30", 8);
    /* of one kind; a start behind them all; import and export elements */
    assert_int_equal(run(b, "b8 02 00 00 ff ff 00 00 ff ff"), 0);
    assert_int_equal(b->data[3], SLOTS);
    assert_int_equal(run(b, "b8 00 20 00 ff ff 00 00 ff ff"), 0);
    assert_memory_equal(b->data, "\x00\x00\x00\x00\x00\x00\x00\x00", 8);
    assert_int_equal(b->command.done, 8);
    assert_int_equal(run(b, "b8 03 00 00 ff ff 00 00 ff ff"), 0);
    assert_int_equal(b->command.done, 8);
    assert_int_equal(run(b, "b8 05 00 00 ff ff 00 00 ff ff"), 0x52400);
    /* no more than there is room for, and the true length */
    assert_int_equal(run(b, "b8 10 00 00 ff ff 00 00 00 14"), 0);
    assert_int_equal(b->command.done, 20);
    assert_int_equal(b->data[20], 0xee);
    assert_int_equal(b->data[7], 0xec);
}

static void drives_have_identifiers(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    assert_int_equal(run(b, "b8 04 00 00 ff ff 01 00 ff ff"), 0);
    assert_int_equal(b->command.done, 8 + 8 + 2 * 48);
    assert_memory_equal(b->data + 16 + 12, "\x02\x00\x00\x20SN-0  ", 10);
    assert_memory_equal(b->data + 16 + 48 + 12, "\x00\x00\x00\x00\x00", 5);
}

static void mode_pages_say_what_there_is(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    assert_int_equal(run(b, "1a 08 1d 00 ff"), 0);
    assert_int_equal(b->command.done, 24);
    assert_memory_equal(b->data,
                        "\x17\0\0\0\x1d\x12\0\0\0\x01\x10\0\0\x06\0\0\0\0\x01"
                        "\0\0\x02\0\0",
                        24);
    assert_int_equal(run(b, "5a 08 3f 00 00 00 00 00 ff"), 0);
    assert_int_equal(b->command.done, 8 + 20 + 4 + 20);
    assert_int_equal(b->data[1], 8 + 20 + 4 + 20 - 2);
    assert_int_equal(run(b, "1a 08 5f 00 ff"), 0);
    assert_int_equal(b->data[6], 0); /* nothing is changeable */
    assert_int_equal(run(b, "1a 08 df 00 ff"), 0x53900);
    assert_int_equal(run(b, "1a 08 02 00 ff"), 0x52400);
}

static void it_says_what_it_is(void **state)
{
    struct bench *b = new_bench();

    (void)state;
    assert_int_equal(run(b, "12 00 00 00 ff"), 0);
    assert_int_equal(b->command.done, 36);
    assert_memory_equal(b->data, "\x08\x80\x05\x02\x1f", 5);
    assert_memory_equal(b->data + 8, "BENCH   CHANGER         0001", 28);
    assert_int_equal(run(b, "12 01 80 00 ff"), 0);
    assert_memory_equal(b->data,
                        "\x08\x80\x00\x04"
                        "CH42",
                        8);
    assert_int_equal(run(b, "12 01 83 00 ff"), 0);
    assert_int_equal(b->command.done, 4 + 4 + 8 + 4);
    assert_int_equal(run(b, "12 01 b0 00 ff"), 0x52400);
    assert_int_equal(run(b, "00"), 0);
    assert_int_equal(run(b, "07"), 0);
    assert_int_equal(run(b, "1e 00 00 00 01"), 0);
    assert_int_equal(run(b, "03 00 00 00 ff"), 0);
    assert_int_equal(b->data[0], 0x70);
    assert_int_equal(run(b, "2b 00 00 00 10 05"), 0);
    assert_int_equal(run(b, "2b 00 00 00 10 06"), 0x52101);
    assert_int_equal(run(b, "08"), 0x52000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cartridge_goes_to_a_drive_and_back),
        cmocka_unit_test(between_drives_and_between_slots_too),
        cmocka_unit_test(what_cannot_be_moved_is_refused),
        cmocka_unit_test(two_change_places),
        cmocka_unit_test(an_exchange_that_fails_loses_nothing),
        cmocka_unit_test(a_cartridge_taken_out_by_hand_is_in_its_slot),
        cmocka_unit_test(all_elements_are_reported),
        cmocka_unit_test(a_part_of_them_is_reported),
        cmocka_unit_test(drives_have_identifiers),
        cmocka_unit_test(mode_pages_say_what_there_is),
        cmocka_unit_test(it_says_what_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
