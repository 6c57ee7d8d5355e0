/*
 * peripherals/parts/tape_mode_*.c: what hosts read and write there.  The
 * sequences are those of Linux's st, FreeBSD, NetBSD and LTFS.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tape_command_rig.h"

#include "peripherals/parts/tape_drive_priv.h"
#include "peripherals/parts/tape_bytes.h"

/* MODE SENSE(6) of page @page; the page is behind 12 bytes. */
static const uint8_t *sense_page(struct command_rig *rig, uint8_t page)
{
    assert_int_equal(RIG_IN(rig, 0x1a, 0, page, 0, 0xff, 0), BW_SCSI_GOOD);
    assert_int_equal(rig->data[0] + 1, rig->command.done);
    return rig->data + 12;
}

static void st_reads_header_and_descriptor(void **state)
{
    static const uint8_t blank[12] = { 11, 0, 0x10, 8, 0x46 };
    struct command_rig *rig = rig_new("generic");

    (void)state;
    rig_settle(rig);
    RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
    assert_int_equal(rig->command.done, 12);
    assert_memory_equal(rig->data, blank, 12);
    rig_insert(rig, 0);
    rig_settle(rig);
    rig->medium.read_only = true;
    RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
    assert_int_equal(rig->data[1], 0x48); /* LTO-4 */
    assert_int_equal(rig->data[2], 0x90); /* protected, buffered */
    rig_free(rig);
}

static void st_sets_block_length_and_density(void **state)
{
    /* mt setblk 65536: peers that keep 16 bits fail here */
    static const uint8_t list[] = { 0, 0, 0x10, 8, 0x46, 0, 0, 0, 0, 1, 0, 0 };
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 12, 0), 0);
    assert_int_equal(rig->drive.state.block_size, 65536);
    RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
    assert_memory_equal(rig->data + 4, list + 4, 8);
    rig_free(rig);
}

static void block_length_ends_at_the_limit(void **state)
{
    uint8_t list[] = { 0, 0, 0x10, 8, 0, 0, 0, 0, 0, 0x80, 0, 0 };
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 12, 0), 0);
    list[11] = 1;
    list[2] = 0; /* what else is in the list does not count either */
    RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 12, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    assert_true(rig->command.sense.field_in_data);
    assert_int_equal(rig->command.sense.field, 9);
    assert_int_equal(rig->drive.state.block_size, 0x800000);
    assert_int_equal(rig->drive.state.buffered, 1);
    rig_free(rig);
}

static void only_densities_of_the_drive_are_taken(void **state)
{
    static const struct {
        uint8_t code;
        unsigned status;
        uint8_t now;
    } rows[] = {
        /* FreeBSD tries these on a drive that says 00h */
        { 0x03, 2, 0x5e }, { 0x06, 2, 0x5e },
        { 0x0b, 2, 0x5e }, { 0x14, 2, 0x5e },
        { 0x24, 2, 0x5e }, { 0x5c, 0, 0x5c }, /* LTO-7, which it writes */
        { 0x7f, 0, 0x5c },                    /* no change */
        { 0x00, 0, 0x5e }, /* NetBSD at unmount: the default */
        { 0x5e, 0, 0x5e }, { 0x58, 2, 0x5e },
    };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        const uint8_t list[12] = { 0, 0, 0x10, 8, rows[i].code };

        assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 12, 0),
                         rows[i].status);
        if (rows[i].status) {
            rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
            assert_int_equal(rig->command.sense.field, 4);
        }
        RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
        assert_int_equal(rig->data[4], rows[i].now);
    }
    rig_free(rig);
}

static void a_tape_of_an_older_drive_is_read_only(void **state)
{
    struct command_rig *rig = rig_ready("lto5", 0);

    (void)state;
    rig->medium.cartridge.density = 0x44; /* LTO-3 */
    RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
    assert_int_equal(rig->data[1], 0x38);
    assert_int_equal(rig->data[2], 0x90);
    assert_int_equal(rig->data[4], 0x44);
    rig->medium.cartridge.density = 0x5e; /* LTO-8, not known */
    RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
    assert_int_equal(rig->data[2], 0x90);
    rig->medium.cartridge.density = 0x46; /* LTO-4, which it writes */
    RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
    assert_int_equal(rig->data[2], 0x10);
    rig_free(rig);
}

static void the_generic_drive_takes_tapes_of_all_others(void **state)
{
    const struct bw_tape_profile *p;
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    for (unsigned i = 0; (p = bw_tape_profile_at(i)) != NULL; i++) {
        rig->medium.cartridge.density = p->densities[0].code;
        RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
        assert_int_equal(rig->data[2], 0x10);
        assert_int_equal(rig->data[4], p->densities[0].code);
    }
    rig_free(rig);
}

static void buffered_mode_is_0_or_1(void **state)
{
    uint8_t list[4] = { 0, 0, 0x00, 0 };
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 4, 0), 0);
    assert_int_equal(rig->drive.state.buffered, 0);
    list[2] = 0x20;
    RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 4, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    rig_free(rig);
}

static void leaving_the_buffered_mode_commits(void **state)
{
    uint8_t list[4] = { 0, 0, 0x00, 0 };
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    rig_run(rig, (const uint8_t[6]){ 0x0a, [4] = 100 }, 6, 100);
    assert_true(bw_tape_dirty(rig->medium.partition[0]));
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 4, 0), 0);
    assert_false(bw_tape_dirty(rig->medium.partition[0]));
    rig_free(rig);
}

static void st_turns_compression_off(void **state)
{
    uint8_t list[28];
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    assert_int_equal(sense_page(rig, 0x0f)[2], 0xc0);
    memcpy(list, rig->data, sizeof(list));
    list[0] = 0;
    list[14] &= 0x7f;
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 28, 0), 0);
    assert_int_equal(rig->drive.state.compression, 0);
    assert_int_equal(sense_page(rig, 0x0f)[2], 0x40);
    /* the same by another name */
    assert_int_equal(sense_page(rig, 0x10)[14], 0);
    memcpy(list, rig->data, sizeof(list));
    list[0] = 0;
    list[12 + 14] = 1;
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 28, 0), 0);
    assert_int_equal(sense_page(rig, 0x0f)[2], 0xc0);
    rig_free(rig);
}

static void software_write_protection_protects(void **state)
{
    uint8_t list[28];
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    sense_page(rig, 0x10);
    memcpy(list, rig->data, sizeof(list));
    list[0] = 0;
    list[12 + 10] |= 0x04;
    assert_false(bw_tape_write_protected(&rig->drive));
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 28, 0), 0);
    assert_true(bw_tape_write_protected(&rig->drive));
    RIG_IN(rig, 0x1a, 0, 0, 0, 12, 0);
    assert_int_equal(rig->data[2], 0x90);
    bw_tape_reset(&rig->drive, 0x2900);
    assert_false(bw_tape_write_protected(&rig->drive));
    rig_free(rig);
}

/* All pages: their lengths follow each other to the end. */
static void all_pages_make_a_whole(void **state)
{
    static const uint16_t lto[] = { 0x0200, 0x0a00, 0x0af0, 0x0f00, 0x1000,
                                    0x1001, 0x1100, 0x1c00, 0x1d00 };
    struct command_rig *rig = rig_ready("lto8", 0);
    size_t at = 16;
    unsigned i;

    (void)state;
    RIG_IN(rig, 0x5a, 0, 0x3f, 0xff, 0, 0, 0, 4, 0, 0);
    assert_int_equal(bw_get_be(rig->data, 2) + 2, rig->command.done);
    for (i = 0; at < rig->command.done; i++) {
        const uint8_t *page = rig->data + at;
        bool sub = page[0] & 0x40;

        assert_true(i < ARRAY_LEN(lto));
        assert_int_equal((page[0] & 0x3f) << 8 | (sub ? page[1] : 0), lto[i]);
        at += sub ? 4 + bw_get_be(page + 2, 2) : 2u + page[1];
    }
    assert_int_equal(i, ARRAY_LEN(lto));
    assert_int_equal(at, rig->command.done);
    /* without subpages, and for a drive of SCSI-2 */
    RIG_IN(rig, 0x1a, 0, 0x3f, 0, 0xff, 0);
    assert_int_equal(rig->command.done, 12 + 16 + 12 + 16 + 16 + 12 + 12 + 32);
    rig_free(rig);
    rig = rig_ready("dds3", 0);
    RIG_IN(rig, 0x1a, 8, 0x3f, 0xff, 0xff, 0);
    assert_int_equal(rig->command.done, 4 + 16 + 12 + 16 + 16 + 12 + 12);
    assert_int_equal(rig->data[3], 0); /* DBD: no descriptor */
    rig_free(rig);
}

/* Every bit of every page is changed alone: taken where it says that it is
 * changeable, else refused or without effect. */
static void a_bit_is_changeable_or_stays(void **state)
{
    static const uint8_t pages[][2] = {
        { 0x02, 0 }, { 0x0a, 0 }, { 0x0a, 0xf0 }, { 0x0f, 0 },
        { 0x10, 0 }, { 0x10, 1 }, { 0x1c, 0 },    { 0x1d, 0 },
    };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    for (unsigned p = 0; p < ARRAY_LEN(pages); p++) {
        uint8_t change[48], before[48], list[48], code = pages[p][0];
        uint8_t sub = pages[p][1];
        size_t length;

        RIG_IN(rig, 0x5a, 0, 0x40 | code, sub, 0, 0, 0, 0, 48, 0);
        memcpy(change, rig->data, 48);
        length = rig->command.done;
        for (unsigned bit = (16 + (sub ? 4 : 2)) * 8; bit < length * 8; bit++) {
            unsigned byte = bit / 8, mask = 0x80u >> bit % 8;
            unsigned status;

            RIG_IN(rig, 0x5a, 0, code, sub, 0, 0, 0, 0, 48, 0);
            memcpy(before, rig->data, 48);
            memcpy(list, before, 48);
            list[0] = list[1] = 0;
            list[byte] ^= mask;
            memcpy(rig->data, list, 48);
            status = rig_run(rig,
                             (const uint8_t[]){ 0x55, 0x10, 0, 0, 0, 0, 0, 0,
                                                (uint8_t)length, 0 },
                             10, length);
            if (status) {
                rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
                assert_int_equal(rig->command.sense.field, byte);
            }
            RIG_IN(rig, 0x5a, 0, code, sub, 0, 0, 0, 0, 48, 0);
            if (code == 0x10 && !sub && byte == 16 + 14) {
                continue; /* values 0 and 1 only */
            }
            assert_int_equal(rig->data[byte] ^ before[byte],
                             change[byte] & mask);
            assert_true(!status || !(change[byte] & mask));
        }
    }
    rig_free(rig);
}

static void default_values_come_back_with_a_reset(void **state)
{
    uint8_t list[48] = { 0 };
    struct command_rig *rig = rig_ready("lto5", 0);

    (void)state;
    RIG_IN(rig, 0x5a, 0, 0x10, 1, 0, 0, 0, 0, 48, 0);
    memcpy(list, rig->data, 48);
    list[0] = list[1] = 0;
    list[16 + 5] |= 0x10; /* append only */
    list[16 + 6] = 0x12;  /* PEWS, MB */
    list[16 + 7] = 0x34;
    assert_int_equal(RIG_OUT(rig, list, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 48, 0),
                     0);
    assert_int_equal(rig->drive.state.programmable_warning, 0x1234);
    assert_true(bw_tape_append_only(&rig->drive));
    RIG_IN(rig, 0x5a, 0, 0x90, 1, 0, 0, 0, 0, 48, 0); /* defaults */
    assert_int_equal(rig->data[16 + 6], 0);
    bw_tape_reset(&rig->drive, 0x2900);
    assert_int_equal(rig->drive.state.programmable_warning, 0);
    assert_false(bw_tape_append_only(&rig->drive));
    rig_free(rig);
}

static void ltfs_sizes_two_partitions(void **state)
{
    uint8_t list[28];
    uint64_t share[2] = { 9, 9 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    assert_int_equal(bw_tape_partitions_wanted(&rig->drive, share), 1);
    RIG_IN(rig, 0x5a, 0, 0x11, 0, 0, 0, 0, 0, 28, 0);
    assert_int_equal(rig->command.done, 28);
    memcpy(list, rig->data, 28);
    assert_int_equal(list[16 + 1], 0x0a);
    assert_int_equal(list[16 + 2], 1); /* one more is possible */
    assert_int_equal(list[16 + 3], 0); /* there is none */
    assert_true(list[16 + 4] & 0x04);  /* POFM: by FORMAT MEDIUM */
    list[0] = list[1] = 0;
    list[19] = 1;
    list[20] = 0x20 | (list[20] & 0x1f);
    list[22] = 9;
    bw_put_be(list + 24, 1, 2);
    bw_put_be(list + 26, 0xffff, 2);
    assert_int_equal(RIG_OUT(rig, list, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 28, 0),
                     0);
    assert_int_equal(bw_tape_partitions_wanted(&rig->drive, share), 2);
    assert_int_equal(share[0], 1000000000);
    assert_int_equal(share[1], 0);
    /* a small tape: what does not fit is cut down */
    rig->drive.config.capacity = 100 << 20;
    bw_tape_partitions_wanted(&rig->drive, share);
    assert_int_equal(share[0], 50 << 20);
    /* a third partition */
    list[19] = 2;
    RIG_OUT(rig, list, 0x55, 0x10, 0, 0, 0, 0, 0, 0, 28, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    assert_int_equal(rig->command.sense.field, 19);
    rig_free(rig);
}

static void another_cartridge_forgets_the_partitions_selected(void **state)
{
    static const uint8_t list[] = { 0,    0, 0x10, 0, 0x11, 10, 1,    1,
                                    0x3c, 3, 9,    0, 0,    1,  0xff, 0xff };
    uint64_t share[2];
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 16, 0), 0);
    assert_int_equal(bw_tape_partitions_wanted(&rig->drive, share), 2);
    bw_tape_mounted(&rig->drive);
    assert_int_equal(bw_tape_partitions_wanted(&rig->drive, share), 1);
    assert_int_equal(sense_page(rig, 0x11)[3], 0);
    rig_free(rig);
}

static void lists_that_end_early_are_refused(void **state)
{
    uint8_t list[48];
    struct command_rig *rig = rig_ready("generic", 0);

    (void)state;
    sense_page(rig, 0x0f);
    memcpy(list, rig->data, 28);
    list[0] = 0;
    for (uint8_t length = 0; length <= 28; length++) {
        memcpy(rig->data, list, 28);
        rig_run(rig, (const uint8_t[]){ 0x15, 0x10, 0, 0, length, 0 }, 6,
                length);
        if (length == 0 || length == 12 || length == 28) {
            assert_int_equal(rig->command.status, BW_SCSI_GOOD);
        } else {
            rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x1a00);
        }
    }
    rig_free(rig);
}

static void longer_pages_and_zeros_behind_are_taken(void **state)
{
    uint8_t list[64] = { 0 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    sense_page(rig, 0x10);
    memcpy(list, rig->data, 28);
    list[0] = 0;
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 64, 0), 0);
    list[12 + 1] = 40; /* a page longer than the drive's */
    list[40] = 0x55;
    assert_int_equal(RIG_OUT(rig, list, 0x15, 0x10, 0, 0, 54, 0), 0);
    rig_free(rig);
}

static void what_is_not_there_is_refused(void **state)
{
    static const uint8_t page[] = { 0, 0, 0x10, 0, 0x25, 2, 0, 0 };
    struct command_rig *rig = rig_ready("lto8", 0);

    (void)state;
    RIG_IN(rig, 0x5a, 0, 0x25, 0, 0, 0, 0, 0, 255, 0); /* LTFS asks */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    assert_int_equal(rig->command.sense.field, 2);
    RIG_IN(rig, 0x5a, 0, 0x0f, 7, 0, 0, 0, 0, 255, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2400);
    assert_int_equal(rig->command.sense.field, 3);
    RIG_IN(rig, 0x1a, 0, 0xc0 | 0x0f, 0, 255, 0); /* saved values */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x3900);
    RIG_OUT(rig, page, 0x15, 0x11, 0, 0, 8, 0); /* SP */
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x3900);
    RIG_OUT(rig, page, 0x15, 0x10, 0, 0, 8, 0);
    rig_expect_sense(rig, BW_SENSE_ILLEGAL, 0x2600);
    assert_int_equal(rig->command.sense.field, 4);
    rig_free(rig);
}

static void a_property_sets_the_block_length_at_power_on(void **state)
{
    struct command_rig *rig = rig_new("generic");

    (void)state;
    assert_int_equal(rig->drive.state.block_size, 0);
    rig->drive.config.block_size = 512;
    bw_tape_reset(&rig->drive, 0x2901);
    assert_int_equal(rig->drive.state.block_size, 512);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(st_reads_header_and_descriptor),
        cmocka_unit_test(st_sets_block_length_and_density),
        cmocka_unit_test(block_length_ends_at_the_limit),
        cmocka_unit_test(only_densities_of_the_drive_are_taken),
        cmocka_unit_test(a_tape_of_an_older_drive_is_read_only),
        cmocka_unit_test(the_generic_drive_takes_tapes_of_all_others),
        cmocka_unit_test(buffered_mode_is_0_or_1),
        cmocka_unit_test(leaving_the_buffered_mode_commits),
        cmocka_unit_test(st_turns_compression_off),
        cmocka_unit_test(software_write_protection_protects),
        cmocka_unit_test(all_pages_make_a_whole),
        cmocka_unit_test(a_bit_is_changeable_or_stays),
        cmocka_unit_test(default_values_come_back_with_a_reset),
        cmocka_unit_test(ltfs_sizes_two_partitions),
        cmocka_unit_test(another_cartridge_forgets_the_partitions_selected),
        cmocka_unit_test(lists_that_end_early_are_refused),
        cmocka_unit_test(longer_pages_and_zeros_behind_are_taken),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(a_property_sets_the_block_length_at_power_on),
    };

    return cmocka_run_group_tests_name("tape_mode", tests, NULL, NULL);
}
