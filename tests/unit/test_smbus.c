/*
 * lib/smbus.c: the packet error code and the forms.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include "lib/smbus.h"

static void the_pec_is_crc8_of_smbus(void **state)
{
    /* the check value that catalogues of CRCs give for CRC-8/SMBUS */
    static const uint8_t check[] = "123456789";
    uint8_t pec;

    (void)state;
    assert_int_equal(bw_smbus_pec(0, check, 9), 0xf4);
    pec = bw_smbus_pec(0, check, 4);
    assert_int_equal(bw_smbus_pec(pec, check + 4, 5), 0xf4);
    assert_int_equal(bw_smbus_pec(0, check, 0), 0);
}

static void forms_have_their_lengths(void **state)
{
    static const struct {
        unsigned form, flags;
        int out_len; /* -1: any but 0 */
    } forms[] = {
        { BW_SMBUS_QUICK, 0, 0 },
        { BW_SMBUS_QUICK, BW_SMBUS_READ, 0 },
        { BW_SMBUS_BYTE, 0, 0 },
        { BW_SMBUS_BYTE, BW_SMBUS_READ, 0 },
        { BW_SMBUS_BYTE_DATA, 0, 1 },
        { BW_SMBUS_BYTE_DATA, BW_SMBUS_READ, 0 },
        { BW_SMBUS_WORD_DATA, 0, 2 },
        { BW_SMBUS_WORD_DATA, BW_SMBUS_READ, 0 },
        { BW_SMBUS_PROC_CALL, 0, 2 },
        { BW_SMBUS_BLOCK, 0, -1 },
        { BW_SMBUS_BLOCK, BW_SMBUS_READ, 0 },
        { BW_SMBUS_BLOCK_PROC_CALL, 0, -1 },
        { BW_SMBUS_I2C_BLOCK, 0, -1 },
        { BW_SMBUS_I2C_BLOCK, BW_SMBUS_READ, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        for (int len = 0; len <= BW_SMBUS_MAX_BLOCK; len++) {
            struct bw_smbus_xfer x = {
                .addr = 0x0b,
                .form = (uint16_t)forms[i].form,
                .flags = (uint16_t)forms[i].flags,
                .out_len = (uint8_t)len,
                .in_len = 1,
            };
            bool good =
                forms[i].out_len < 0 ? len > 0 : len == forms[i].out_len;

            assert_int_equal(bw_smbus_check(&x), good ? BW_OK : BW_INVALID);
        }
    }
}

static void what_no_bus_can_do_is_refused(void **state)
{
    static const struct bw_smbus_xfer bad[] = {
        { .addr = 0x80, .form = BW_SMBUS_QUICK },
        { .addr = 0x0b, .form = BW_SMBUS_I2C_BLOCK + 1 },
        { .addr = 0x0b, .form = BW_SMBUS_BYTE, .flags = 1u << 2 },
        { .addr = 0x0b, .form = BW_SMBUS_QUICK, .flags = BW_SMBUS_PEC },
        { .form = BW_SMBUS_PROC_CALL, .flags = BW_SMBUS_READ, .out_len = 2 },
        { .form = BW_SMBUS_I2C_BLOCK, .flags = BW_SMBUS_READ, .in_len = 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(bw_smbus_check(&bad[i]), BW_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pec_is_crc8_of_smbus),
        cmocka_unit_test(forms_have_their_lengths),
        cmocka_unit_test(what_no_bus_can_do_is_refused),
    };

    return cmocka_run_group_tests_name("smbus", tests, NULL, NULL);
}
