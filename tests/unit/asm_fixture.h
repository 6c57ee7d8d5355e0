/*
 * What the tests of lib/i2c_assembler.c share: one assembler, events in one
 * line each, and transfers compared as text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_ASM_FIXTURE_H
#define BENCHWIRE_TESTS_UNIT_ASM_FIXTURE_H

#include "unit_test.h"

#include <string.h>

#include "lib/i2c_assembler.h"

static struct bw_i2c_assembler a;

static inline void init_with(uint16_t read_ahead, uint16_t max_len)
{
    const struct bw_asm_config config = {
        .hostaddr = 0x50,
        .read_ahead = read_ahead,
        .max_len = max_len,
    };

    assert_int_equal(bw_i2c_assembler_init(&a, &config), BW_OK);
}

/* The transfer that waits reads in the notation; its reads get 0, 1, 2... */
static inline void assert_xfer(const char *expected)
{
    struct bw_i2c_xfer *x = bw_i2c_assembler_xfer(&a);
    char text[256];

    assert_int_equal(bw_i2c_xfer_check(x), BW_OK);
    bw_i2c_xfer_print(x, text, sizeof(text));
    assert_string_equal(text, expected);
    for (unsigned i = 0; i < x->nmsgs; i++) {
        for (unsigned k = 0; k < x->msgs[i].len; k++) {
            if (x->msgs[i].flags & BW_I2C_READ) {
                x->msgs[i].data[k] = (uint8_t)k;
            }
        }
    }
}

static inline enum bw_asm_verdict complete(enum bw_status status)
{
    return bw_i2c_assembler_complete(&a, status, NULL);
}

/* An event that waits for the transfer @text, which ends in @status. */
static inline enum bw_asm_verdict runs(enum bw_asm_verdict v, const char *text,
                                       enum bw_status status)
{
    assert_int_equal(v, BW_ASM_WAIT);
    assert_xfer(text);
    return complete(status);
}

static inline enum bw_asm_verdict start_write(void)
{
    return bw_i2c_assembler_start(&a, false, 0);
}

static inline enum bw_asm_verdict start_read(uint32_t hint)
{
    return bw_i2c_assembler_start(&a, true, hint);
}

static inline enum bw_asm_verdict stop(void)
{
    return bw_i2c_assembler_stop(&a);
}

static inline void send_ok(uint8_t byte)
{
    assert_int_equal(bw_i2c_assembler_send(&a, byte), BW_ASM_ACK);
}

/* Take @count bytes that are already there, numbered from @first. */
static inline void recv_ok(unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        uint8_t byte = 0xee;

        assert_int_equal(bw_i2c_assembler_recv(&a, &byte), BW_ASM_ACK);
        assert_int_equal(byte, i & 0xff);
    }
}

/* Take one byte that needs the transfer @text; it must be byte @expected. */
static inline void recv_runs(const char *text, uint8_t expected)
{
    uint8_t byte = 0xee;

    assert_int_equal(bw_i2c_assembler_recv(&a, &byte), BW_ASM_WAIT);
    assert_xfer(text);
    assert_int_equal(bw_i2c_assembler_complete(&a, BW_OK, &byte), BW_ASM_ACK);
    assert_int_equal(byte, expected);
}

static inline const struct bw_asm_stats *stats(void)
{
    return bw_i2c_assembler_stats(&a);
}

/* Read-ahead 4, the part known to be present. */
static inline int setup(void **state)
{
    (void)state;
    init_with(4, 8192);
    assert_int_equal(runs(bw_i2c_assembler_probe(&a), "w0@0x50", BW_OK),
                     BW_ASM_ACK);
    return 0;
}

/* w1 Sr r, with @taken bytes read although @len were fetched. */
static inline void register_read(uint8_t reg, const char *text, unsigned taken)
{
    assert_int_equal(start_write(), BW_ASM_ACK);
    send_ok(reg);
    assert_int_equal(runs(start_read(0), text, BW_OK), BW_ASM_ACK);
    recv_ok(0, taken);
    assert_int_equal(stop(), BW_ASM_ACK);
}

#define CASE(f) cmocka_unit_test_setup(f, setup)

#endif
