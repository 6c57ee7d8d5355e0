/*
 * Every SMBus protocol at a part, through the simulated adapter:
 * host-agent/backend_sim.c, smbus_by_steps.c, lib/smbus_steps.c, and the
 * torture part (peripherals/parts/torture.c), which checks the PEC itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "host-agent/backend_sim.h"
#include "lib/wire_smbus.h"

#define ADDR7 0x30

/* the head of peripherals/parts/torture.c */
#define BYTE       0xc0
#define WORD       0xc1
#define BLOCK      0xc2
#define CALL       0xc3
#define BLOCK_CALL 0xc4
#define BARE       0xc7
#define REFUSE     0xf0
#define BYTES_READ 0xf9
#define PEC_ERRORS 0xfd

static struct bw_i2c_adapter *adapter;

static int new_part(void **state)
{
    struct bw_sim *sim = bw_sim_new(NULL);

    (void)state;
    assert_non_null(sim);
    assert_int_equal(bw_sim_add(sim, "torture", bw_part_find("torture"), ADDR7),
                     BW_OK);
    adapter = bw_sim_adapter(sim);
    return 0;
}

static int free_part(void **state)
{
    (void)state;
    adapter->ops->close(adapter);
    return 0;
}

static enum bw_status run(struct bw_smbus_xfer *x)
{
    x->addr = ADDR7;
    assert_int_equal(bw_smbus_check(x), BW_OK);
    assert_int_equal(bw_wire_smbus_funcs(x) & ~adapter->funcs, 0);
    return adapter->ops->smbus(adapter, x);
}

static struct bw_smbus_xfer form(unsigned f, unsigned flags, uint8_t command,
                                 const void *out, size_t len)
{
    struct bw_smbus_xfer x = { .form = (uint16_t)f,
                               .flags = (uint16_t)flags,
                               .command = command,
                               .out_len = (uint8_t)len };

    memcpy(x.out, out, len);
    return x;
}

/* A register of the part's own, by a protocol that is not tested here. */
static uint8_t reg(uint8_t command)
{
    struct bw_smbus_xfer x =
        form(BW_SMBUS_BYTE_DATA, BW_SMBUS_READ, command, "", 0);

    assert_int_equal(run(&x), BW_OK);
    return x.in[0];
}

static void expect_in(unsigned f, unsigned flags, uint8_t command,
                      const void *out, size_t out_len, const void *in,
                      size_t in_len)
{
    struct bw_smbus_xfer x = form(f, flags, command, out, out_len);

    assert_int_equal(run(&x), BW_OK);
    if (in_len > 0) {
        assert_int_equal(x.in_len, in_len);
        assert_memory_equal(x.in, in, in_len);
    }
}

static void each_form(unsigned pec)
{
    uint8_t out[255], back[255];

    for (unsigned i = 0; i < sizeof(out); i++) {
        out[i] = (uint8_t)(i * 7);
        back[sizeof(out) - 1 - i] = out[i];
    }
    expect_in(BW_SMBUS_BYTE, pec, BARE, "", 0, "", 0);
    expect_in(BW_SMBUS_BYTE, BW_SMBUS_READ | pec, 0, "", 0, "\xc7", 1);
    expect_in(BW_SMBUS_BYTE_DATA, pec, BYTE, "\x5a", 1, "", 0);
    expect_in(BW_SMBUS_BYTE_DATA, BW_SMBUS_READ | pec, BYTE, "", 0, "\x5a", 1);
    expect_in(BW_SMBUS_WORD_DATA, pec, WORD, "\x34\x12", 2, "", 0);
    expect_in(BW_SMBUS_WORD_DATA, BW_SMBUS_READ | pec, WORD, "", 0, "\x34\x12",
              2);
    expect_in(BW_SMBUS_PROC_CALL, pec, CALL, "\x0f\xf0", 2, "\xf0\x0f", 2);
    for (size_t len = 1; len <= sizeof(out); len += 127) {
        expect_in(BW_SMBUS_BLOCK, pec, BLOCK, out, len, "", 0);
        expect_in(BW_SMBUS_BLOCK, BW_SMBUS_READ | pec, BLOCK, "", 0, out, len);
        expect_in(BW_SMBUS_BLOCK_PROC_CALL, pec, BLOCK_CALL, out, len,
                  back + sizeof(back) - len, len);
    }
    assert_int_equal(reg(PEC_ERRORS), 0);
}

static void every_form_works(void **state)
{
    (void)state;
    each_form(0);
}

static void every_form_works_with_pec(void **state)
{
    (void)state;
    each_form(BW_SMBUS_PEC);
}

static void i2c_blocks_and_quick_work(void **state)
{
    struct bw_smbus_xfer x = form(BW_SMBUS_I2C_BLOCK, 0, 0x10, "abcd", 4);

    (void)state;
    assert_int_equal(run(&x), BW_OK);
    x = form(BW_SMBUS_I2C_BLOCK, BW_SMBUS_READ, 0x11, "", 0);
    x.in_len = 3;
    assert_int_equal(run(&x), BW_OK);
    assert_memory_equal(x.in, "bcd", 3);
    x = form(BW_SMBUS_QUICK, 0, 0, "", 0);
    assert_int_equal(run(&x), BW_OK);
    x = form(BW_SMBUS_QUICK, BW_SMBUS_READ, 0, "", 0);
    assert_int_equal(run(&x), BW_OK);
}

static void a_block_read_reads_not_a_byte_too_many(void **state)
{
    uint8_t before;

    (void)state;
    expect_in(BW_SMBUS_BLOCK, 0, BLOCK, "abc", 3, "", 0);
    before = reg(BYTES_READ);
    expect_in(BW_SMBUS_BLOCK, BW_SMBUS_READ, BLOCK, "", 0, "abc", 3);
    assert_int_equal((uint8_t)(reg(BYTES_READ) - before), 4);
    expect_in(BW_SMBUS_BLOCK, BW_SMBUS_READ | BW_SMBUS_PEC, BLOCK, "", 0, "abc",
              3);
    assert_int_equal((uint8_t)(reg(BYTES_READ) - before), 4 + 5);
}

static void an_absent_part_and_a_refused_byte_are_told_apart(void **state)
{
    struct bw_smbus_xfer x = form(BW_SMBUS_BYTE, 0, 0, "", 0);

    (void)state;
    x.addr = ADDR7 + 1;
    assert_int_equal(adapter->ops->smbus(adapter, &x), BW_NACK_ADDR);
    x = form(BW_SMBUS_BYTE_DATA, 0, REFUSE, "\x02", 1);
    assert_int_equal(run(&x), BW_OK);
    x = form(BW_SMBUS_WORD_DATA, 0, WORD, "\x34\x12", 2);
    assert_int_equal(run(&x), BW_NACK_DATA);
    /* the fourth byte is the code */
    x = form(BW_SMBUS_BYTE_DATA, 0, REFUSE, "\x04", 1);
    assert_int_equal(run(&x), BW_OK);
    x = form(BW_SMBUS_WORD_DATA, BW_SMBUS_PEC, WORD, "\x34\x12", 2);
    assert_int_equal(run(&x), BW_PEC);
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, new_part, free_part)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_form_works),
        TEST(every_form_works_with_pec),
        TEST(i2c_blocks_and_quick_work),
        TEST(a_block_read_reads_not_a_byte_too_many),
        TEST(an_absent_part_and_a_refused_byte_are_told_apart),
    };

    return cmocka_run_group_tests_name("smbus_sim", tests, NULL, NULL);
}
