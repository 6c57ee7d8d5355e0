/*
 * peripherals/parts/usb_storage.c and usb_disk.c: the thirteen cases of data
 * that host and device expect (Bulk-Only Transport 1.0, 6.7), the wrappers,
 * and the commands of a stick.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdlib.h>
#include <string.h>

#include "peripherals/parts/usb_device.h"

#define IN_EP   0x81
#define OUT_EP  0x02
#define CBW     31
#define CSW     13
#define BLOCK   512u
#define BLOCKS  64u
#define NOW     1000000000ull
#define MICRO   1000000
#define PASSED  0
#define FAILED  1
#define PHASE   2
#define MEDIUM  0 /* numbers of the values */
#define PROTECT 1

static uint8_t medium[BLOCKS * BLOCK];
static bool broken; /* the medium cannot be read or written */
static uint8_t data[BLOCKS * BLOCK];
static struct bw_usb_device dev;

static bool medium_read(void *opaque, uint64_t at, uint8_t *out, size_t len)
{
    (void)opaque;
    assert_true(at + len <= sizeof(medium));
    memcpy(out, medium + at, len);
    return !broken;
}

static bool medium_write(void *opaque, uint64_t at, const uint8_t *in,
                         size_t len)
{
    (void)opaque;
    assert_true(at + len <= sizeof(medium));
    if (!broken) {
        memcpy(medium + at, in, len);
    }
    return !broken;
}

static bool medium_flush(void *opaque)
{
    (void)opaque;
    return !broken;
}

static const struct bw_usb_store store = {
    .size = sizeof(medium),
    .read = medium_read,
    .write = medium_write,
    .flush = medium_flush,
};

static int set_up(void **state)
{
    struct bw_usb_identity identity = { .serial = "123", .store = &store };
    size_t i;

    (void)state;
    broken = false;
    for (i = 0; i < sizeof(medium); i++) {
        medium[i] = (uint8_t)(i / BLOCK + i);
    }
    bw_usb_device_init(&dev, &bw_usb_storage, &identity,
                       calloc(1, bw_usb_storage.state_size));
    bw_usb_device_configure(&dev, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(dev.state);
    return 0;
}

static int give(const void *bytes, size_t len)
{
    return bw_usb_device_out(&dev, OUT_EP, bytes, len, NOW);
}

static int take(size_t len)
{
    memset(data, 0xee, sizeof(data));
    return bw_usb_device_in(&dev, IN_EP, data, len, NOW);
}

static void clear_halt(uint8_t endpoint)
{
    struct bw_usb_setup s = { BW_USB_ENDPOINT, 1, 0, endpoint, 0 };

    assert_int_equal(bw_usb_device_control(&dev, &s, data), 0);
}

/* @cdb: 16 bytes */
static void command(const uint8_t *cdb, bool to_host, uint32_t len)
{
    uint8_t w[CBW] = "USBC\1\2\3\4";

    w[8] = (uint8_t)len;
    w[9] = (uint8_t)(len >> 8);
    w[12] = to_host ? 0x80 : 0;
    w[14] = 16;
    memcpy(w + 15, cdb, 16);
    assert_int_equal(give(w, sizeof(w)), CBW);
}

static void expect_status(uint8_t status, uint32_t residue)
{
    assert_int_equal(take(CSW), CSW);
    assert_memory_equal(data, "USBS\1\2\3\4", 8);
    assert_int_equal(data[8] | data[9] << 8 | data[10] << 16, residue);
    assert_int_equal(data[12], status);
    assert_int_equal(take(CSW), BW_USB_NAK);
}

static void expect_sense(uint8_t key, uint16_t asc)
{
    static const uint8_t request_sense[16] = { 3, 0, 0, 0, 18 };

    command(request_sense, true, 18);
    assert_int_equal(take(18), 18);
    assert_int_equal(data[0], 0x70);
    assert_int_equal(data[2], key);
    assert_int_equal(data[12] << 8 | data[13], asc);
    expect_status(PASSED, 0);
}

static const uint8_t ready[16] = { 0x00 };
static const uint8_t read_2[16] = { 0x28, 0, 0, 0, 0, 3, 0, 0, 2 };
static const uint8_t write_2[16] = { 0x2a, 0, 0, 0, 0, 3, 0, 0, 2 };

/* Host expects nothing: cases 1 to 3 */

static void case_1_nothing_and_nothing(void **state)
{
    (void)state;
    command(ready, false, 0);
    expect_status(PASSED, 0);
}

static void cases_2_and_3_data_that_the_host_does_not_expect(void **state)
{
    uint8_t before = medium[3 * BLOCK];

    (void)state;
    command(read_2, false, 0);
    expect_status(PHASE, 0);
    command(write_2, false, 0);
    expect_status(PHASE, 0);
    assert_int_equal(medium[3 * BLOCK], before);
}

/* Host expects data in: cases 4 to 8 */

static void case_4_no_data_stalls(void **state)
{
    (void)state;
    command(ready, true, 512);
    assert_int_equal(take(512), BW_USB_STALL);
    assert_int_equal(take(CSW), BW_USB_STALL);
    clear_halt(IN_EP);
    expect_status(PASSED, 512);
}

static void case_5_less_data_is_followed_by_a_stall(void **state)
{
    (void)state;
    command(read_2, true, 4 * BLOCK);
    assert_int_equal(take(4 * BLOCK), 2 * BLOCK);
    assert_memory_equal(data, medium + 3 * BLOCK, 2 * BLOCK);
    assert_int_equal(take(CSW), BW_USB_STALL);
    clear_halt(IN_EP);
    expect_status(PASSED, 2 * BLOCK);
}

static void case_6_all_that_is_expected(void **state)
{
    (void)state;
    command(read_2, true, 2 * BLOCK);
    assert_int_equal(take(100), 100); /* in any pieces */
    assert_memory_equal(data, medium + 3 * BLOCK, 100);
    assert_int_equal(take(924), 924);
    assert_memory_equal(data, medium + 3 * BLOCK + 100, 924);
    expect_status(PASSED, 0);
}

static void case_7_more_data_than_expected(void **state)
{
    (void)state;
    command(read_2, true, BLOCK);
    assert_int_equal(take(BLOCK), BLOCK);
    expect_status(PHASE, 0);
}

static void case_8_data_the_other_way(void **state)
{
    uint8_t before = medium[3 * BLOCK];

    (void)state;
    command(write_2, true, 2 * BLOCK);
    assert_int_equal(take(2 * BLOCK), BW_USB_STALL);
    clear_halt(IN_EP);
    expect_status(PHASE, 2 * BLOCK);
    assert_int_equal(medium[3 * BLOCK], before);
}

/* Host expects to send: cases 9 to 13 */

static void case_9_data_that_nobody_wants_is_dropped(void **state)
{
    uint8_t block[BLOCK] = { 0 };

    (void)state;
    command(ready, false, BLOCK);
    assert_int_equal(take(CSW), BW_USB_NAK);
    assert_int_equal(give(block, BLOCK), BLOCK);
    expect_status(PASSED, BLOCK);
}

static void case_10_data_the_other_way(void **state)
{
    uint8_t blocks[2 * BLOCK] = { 0 };

    (void)state;
    command(read_2, false, 2 * BLOCK);
    assert_int_equal(give(blocks, sizeof(blocks)), sizeof(blocks));
    expect_status(PHASE, 2 * BLOCK);
}

static void case_11_more_than_the_device_wants(void **state)
{
    uint8_t blocks[3 * BLOCK];
    uint8_t before = medium[5 * BLOCK];

    (void)state;
    memset(blocks, 0x5a, sizeof(blocks));
    command(write_2, false, 3 * BLOCK);
    assert_int_equal(give(blocks, sizeof(blocks)), sizeof(blocks));
    expect_status(PASSED, BLOCK);
    assert_memory_equal(medium + 3 * BLOCK, blocks, 2 * BLOCK);
    assert_int_equal(medium[5 * BLOCK], before);
}

static void case_12_all_that_is_expected(void **state)
{
    uint8_t blocks[2 * BLOCK];

    (void)state;
    memset(blocks, 0x77, sizeof(blocks));
    command(write_2, false, sizeof(blocks));
    assert_int_equal(give(blocks, 700), 700);
    assert_int_equal(give(blocks, 324), 324);
    expect_status(PASSED, 0);
    assert_memory_equal(medium + 3 * BLOCK, blocks, sizeof(blocks));
    assert_int_equal(medium[5 * BLOCK], 5);
}

static void case_13_less_than_the_device_wants(void **state)
{
    uint8_t block[BLOCK] = { 0 };
    uint8_t before = medium[3 * BLOCK + 1];

    (void)state;
    command(write_2, false, BLOCK);
    assert_int_equal(give(block, BLOCK), BLOCK);
    expect_status(PHASE, BLOCK);
    assert_int_equal(medium[3 * BLOCK + 1], before);
}

/* Wrappers */

static void a_wrapper_that_is_none_stalls_until_a_reset(void **state)
{
    struct bw_usb_setup reset = { 0x21, 0xff, 0, 0, 0 };
    uint8_t w[CBW] = "USBX";

    (void)state;
    assert_int_equal(give(w, CBW), BW_USB_STALL);
    clear_halt(OUT_EP);
    clear_halt(IN_EP);
    assert_int_equal(take(CSW), BW_USB_STALL);
    assert_int_equal(give("USBC", 4), BW_USB_STALL);
    assert_int_equal(bw_usb_device_control(&dev, &reset, data), 0);
    clear_halt(IN_EP);
    clear_halt(OUT_EP);
    command(ready, false, 0);
    expect_status(PASSED, 0);
}

static void wrappers_without_meaning_are_none(void **state)
{
    static const struct {
        uint8_t at, value;
        size_t len;
    } wrong[] = { { 13, 1, CBW },
                  { 14, 0, CBW },
                  { 14, 17, CBW },
                  { 0, 'u', CBW },
                  { 14, 6, CBW - 1 } };
    size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint8_t w[CBW] = "USBC";

        w[14] = 6;
        w[wrong[i].at] = wrong[i].value;
        set_up(state);
        assert_int_equal(give(w, wrong[i].len), BW_USB_STALL);
        tear_down(state);
    }
    set_up(state);
}

static void there_is_one_unit(void **state)
{
    struct bw_usb_setup s = { 0xa1, 0xfe, 0, 0, 1 };

    (void)state;
    assert_int_equal(bw_usb_device_control(&dev, &s, data), 1);
    assert_int_equal(data[0], 0);
}

static void the_next_command_waits_for_the_status(void **state)
{
    (void)state;
    command(ready, false, 0);
    assert_int_equal(give("USBC", 4), BW_USB_NAK);
    expect_status(PASSED, 0);
}

/* Commands */

static void inquiry_says_what_it_is(void **state)
{
    static const uint8_t inquiry[16] = { 0x12, 0, 0, 0, 36 };
    static const uint8_t serial[16] = { 0x12, 1, 0x80, 0, 7 };
    static const uint8_t unknown[16] = { 0x12, 1, 0xb0, 0, 4 };

    (void)state;
    command(inquiry, true, 36);
    assert_int_equal(take(36), 36);
    assert_memory_equal(data, "\x00\x80\x06\x02\x1f", 5);
    assert_memory_equal(data + 8, "BNCHWIRESimulated disk  1.00", 28);
    expect_status(PASSED, 0);
    command(serial, true, 7);
    assert_int_equal(take(7), 7);
    assert_memory_equal(data,
                        "\0\x80\0\3"
                        "123",
                        7);
    expect_status(PASSED, 0);
    command(unknown, true, 4);
    assert_int_equal(take(4), BW_USB_STALL);
    clear_halt(IN_EP);
    expect_status(FAILED, 4);
    expect_sense(5, 0x2400);
    expect_sense(0, 0);
}

static void capacity_is_that_of_the_medium(void **state)
{
    static const uint8_t capacity[16] = { 0x25 };
    static const uint8_t formats[16] = { 0x23, 0, 0, 0, 0, 0, 0, 0, 12 };

    (void)state;
    command(capacity, true, 8);
    assert_int_equal(take(8), 8);
    assert_memory_equal(data, "\0\0\0\x3f\0\0\2\0", 8);
    expect_status(PASSED, 0);
    command(formats, true, 12);
    assert_int_equal(take(12), 12);
    assert_memory_equal(data, "\0\0\0\x08\0\0\0\x40\2\0\2\0", 12);
    expect_status(PASSED, 0);
}

static void blocks_behind_the_end_are_refused(void **state)
{
    static const uint8_t last[16] = { 0x28, 0, 0, 0, 0, 63, 0, 0, 1 };
    static const uint8_t behind[16] = { 0x28, 0, 0, 0, 0, 63, 0, 0, 2 };
    static const uint8_t far[16] = { 0x2a, 0, 0xff, 0xff, 0xff,
                                     0xff, 0, 0xff, 0xff };

    (void)state;
    command(last, true, BLOCK);
    assert_int_equal(take(BLOCK), BLOCK);
    expect_status(PASSED, 0);
    command(behind, true, 2 * BLOCK);
    assert_int_equal(take(BLOCK), BW_USB_STALL);
    clear_halt(IN_EP);
    expect_status(FAILED, 2 * BLOCK);
    expect_sense(5, 0x2100);
    command(far, false, BLOCK);
    assert_int_equal(give(data, BLOCK), BLOCK);
    expect_status(FAILED, BLOCK);
    expect_sense(5, 0x2100);
}

static void what_is_protected_is_not_written(void **state)
{
    static const uint8_t mode_6[16] = { 0x1a, 0, 0x3f, 0, 24 };
    static const uint8_t mode_10[16] = { 0x5a, 0, 0x08, 0, 0, 0, 0, 0, 28 };

    (void)state;
    assert_true(dev.model->set(&dev, PROTECT, MICRO, NOW));
    command(write_2, false, 2 * BLOCK);
    assert_int_equal(give(data, 2 * BLOCK), 2 * BLOCK);
    expect_status(FAILED, 2 * BLOCK);
    expect_sense(7, 0x2700);
    command(mode_6, true, 24);
    assert_int_equal(take(24), 24);
    assert_memory_equal(data, "\x17\0\x80\0\x08\x12", 6);
    expect_status(PASSED, 0);
    assert_true(dev.model->set(&dev, PROTECT, 0, NOW));
    command(mode_10, true, 28);
    assert_int_equal(take(28), 28);
    assert_memory_equal(data, "\0\x1a\0\0\0\0\0\0\x08\x12", 10);
    expect_status(PASSED, 0);
}

static void a_medium_comes_and_goes(void **state)
{
    static const uint8_t prevent[16] = { 0x1e, 0, 0, 0, 1 };
    static const uint8_t allow[16] = { 0x1e };
    static const uint8_t eject[16] = { 0x1b, 0, 0, 0, 2 };

    (void)state;
    assert_true(dev.model->set(&dev, MEDIUM, 0, NOW));
    command(ready, false, 0);
    expect_status(FAILED, 0);
    expect_sense(2, 0x3a00);
    assert_true(dev.model->set(&dev, MEDIUM, MICRO, NOW));
    command(ready, false, 0);
    expect_status(FAILED, 0);
    expect_sense(6, 0x2800);
    command(ready, false, 0);
    expect_status(PASSED, 0);
    dev.model->set(&dev, MEDIUM, 0, NOW);
    dev.model->set(&dev, MEDIUM, MICRO, NOW);
    command(ready, false, 0);
    expect_status(FAILED, 0);
    command(ready, false, 0); /* it is told once, asked for or not */
    expect_status(PASSED, 0);
    command(prevent, false, 0);
    expect_status(PASSED, 0);
    command(eject, false, 0);
    expect_status(FAILED, 0);
    expect_sense(5, 0x5302);
    command(allow, false, 0);
    expect_status(PASSED, 0);
    command(eject, false, 0);
    expect_status(PASSED, 0);
    assert_int_equal(dev.model->get(&dev, MEDIUM), 0);
}

static void a_medium_that_goes_in_the_middle_is_told(void **state)
{
    (void)state;
    command(read_2, true, 2 * BLOCK);
    assert_int_equal(take(BLOCK), BLOCK);
    dev.model->set(&dev, MEDIUM, 0, NOW);
    assert_int_equal(take(BLOCK), BW_USB_STALL);
    clear_halt(IN_EP);
    expect_status(FAILED, BLOCK);
    expect_sense(2, 0x3a00);
}

static void errors_of_the_medium_are_told(void **state)
{
    static const uint8_t sync[16] = { 0x35 };

    (void)state;
    broken = true;
    command(read_2, true, 2 * BLOCK);
    assert_int_equal(take(2 * BLOCK), BW_USB_STALL);
    clear_halt(IN_EP);
    expect_status(FAILED, 2 * BLOCK);
    expect_sense(3, 0x1100);
    command(write_2, false, 2 * BLOCK);
    assert_int_equal(give(data, 2 * BLOCK), 2 * BLOCK);
    expect_status(FAILED, 2 * BLOCK);
    expect_sense(3, 0x0c00);
    command(sync, false, 0);
    expect_status(FAILED, 0);
    expect_sense(3, 0x0c00);
}

static void verify_looks_at_the_range(void **state)
{
    static const uint8_t verify[16] = { 0x2f, 0, 0, 0, 0, 3, 0, 0, 2 };
    static const uint8_t behind[16] = { 0x2f, 0, 0, 0, 0, 64, 0, 0, 1 };
    static const uint8_t compare[16] = { 0x2f, 2, 0, 0, 0, 3, 0, 0, 2 };

    (void)state;
    command(verify, false, 0);
    expect_status(PASSED, 0);
    command(behind, false, 0);
    expect_status(FAILED, 0);
    expect_sense(5, 0x2100);
    command(compare, false, 0);
    expect_status(FAILED, 0);
    expect_sense(5, 0x2400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(case_1_nothing_and_nothing),
        T(cases_2_and_3_data_that_the_host_does_not_expect),
        T(case_4_no_data_stalls),
        T(case_5_less_data_is_followed_by_a_stall),
        T(case_6_all_that_is_expected),
        T(case_7_more_data_than_expected),
        T(case_8_data_the_other_way),
        T(case_9_data_that_nobody_wants_is_dropped),
        T(case_10_data_the_other_way),
        T(case_11_more_than_the_device_wants),
        T(case_12_all_that_is_expected),
        T(case_13_less_than_the_device_wants),
        T(a_wrapper_that_is_none_stalls_until_a_reset),
        cmocka_unit_test_teardown(wrappers_without_meaning_are_none, tear_down),
        T(there_is_one_unit),
        T(the_next_command_waits_for_the_status),
        T(inquiry_says_what_it_is),
        T(capacity_is_that_of_the_medium),
        T(blocks_behind_the_end_are_refused),
        T(what_is_protected_is_not_written),
        T(a_medium_comes_and_goes),
        T(a_medium_that_goes_in_the_middle_is_told),
        T(errors_of_the_medium_are_told),
        T(verify_looks_at_the_range),
#undef T
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
