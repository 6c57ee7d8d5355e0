/*
 * TEMP of the nRF51: the die's temperature, measured in 35 us
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "nrf_block.h"

#define TEMP_ID    12
#define START      0x000
#define STOP       0x004
#define DATARDY    0x100
#define OFFSET504  0x504
#define TEMP       0x508
#define MEASURE_NS 35000
#define SENSOR     "/machine/nrf51/temp"

static struct block start(void)
{
    return block_start(TEMP_ID, "");
}

static void set_mc(struct block b, int mc)
{
    qtest_qmp_assert_success(b.qts,
                             "{'execute': 'qom-set', 'arguments': {'path': "
                             "'" SENSOR "',"
                             " 'property': 'temperature', 'value': %d}}",
                             mc);
}

/* One measurement, and the register as a signed number */
static int measure(struct block b)
{
    block_task(b, START);
    block_expect_in(b, DATARDY, MEASURE_NS);
    return (int32_t)block_read(b, TEMP);
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { START, 0, 0 },   { STOP, 0, 0 },
        { DATARDY, 0, 0 }, { OFFSET504, 0, 0xffffffff },
        { TEMP, 0, 0 },
    };
    struct block b = start();

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_check_inten(b, 0x1);
    block_finish(b);
}

static void a_measurement_takes_35_us(void)
{
    struct block b = start();

    block_task(b, START);
    block_pass(b, MEASURE_NS - 1);
    g_assert_cmpuint(block_read(b, TEMP), ==, 0);
    block_expect_in(b, DATARDY, 1);
    g_assert_cmpuint(block_read(b, TEMP), ==, 100); /* 25 C in 0.25 C */
    block_expect_none(b, DATARDY, 10 * MEASURE_NS); /* one START, one value */
    block_finish(b);
}

static void codes_are_quarters_of_a_degree(void)
{
    static const struct {
        int mc;
        int code;
    } codes[] = {
        { 0, 0 },        { 250, 1 },      { -250, -1 },      { 21500, 86 },
        { -10750, -43 }, { 124, 0 },      { 125, 1 },        { -124, 0 },
        { -125, -1 },    { 127750, 511 }, { -128000, -512 }, { 36600, 146 },
    };
    struct block b = start();

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        set_mc(b, codes[i].mc);
        g_assert_cmpint(measure(b), ==, codes[i].code);
    }
    block_finish(b);
}

static void the_value_is_that_of_the_end(void)
{
    struct block b = start();

    block_task(b, START);
    block_pass(b, MEASURE_NS - 1);
    set_mc(b, 30000);
    block_expect_in(b, DATARDY, 1);
    set_mc(b, 40000);
    g_assert_cmpuint(block_read(b, TEMP), ==, 120);
    block_finish(b);
}

static void stop_ends_it_without_an_event(void)
{
    struct block b = start();

    g_assert_cmpint(measure(b), ==, 100);
    set_mc(b, 50000);
    block_task(b, START);
    block_pass(b, MEASURE_NS - 1);
    block_task(b, STOP);
    block_expect_none(b, DATARDY, 10 * MEASURE_NS);
    g_assert_cmpuint(block_read(b, TEMP), ==, 100);
    block_finish(b);
}

static void a_second_start_does_not_begin_again(void)
{
    struct block b = start();

    block_task(b, START);
    block_pass(b, MEASURE_NS / 2);
    block_task(b, START);
    block_expect_in(b, DATARDY, MEASURE_NS / 2);
    block_expect_none(b, DATARDY, 10 * MEASURE_NS);
    block_finish(b);
}

/* What drivers do because of anomalies 28, 29, 31 of revision 1 */
static void the_drivers_sequence_gives_the_value(void)
{
    struct block b = start();

    block_write(b, OFFSET504, 0);
    set_mc(b, -5000);
    g_assert_cmpint(measure(b), ==, -20);
    block_task(b, STOP);
    g_assert_cmpint((int32_t)block_read(b, TEMP), ==, -20);
    /* bit 9 says negative, bits 31 to 10 are set already */
    g_assert_cmphex(block_read(b, TEMP) & 0x200, ==, 0x200);
    g_assert_cmphex(block_read(b, TEMP) | 0xfffffc00, ==, block_read(b, TEMP));
    block_finish(b);
}

static void the_interrupt_is_number_12(void)
{
    struct block b = start();

    block_write(b, BLOCK_INTENSET, 1);
    block_task(b, START);
    block_pass(b, MEASURE_NS - 1);
    g_assert_false(qtest_get_irq(b.qts, TEMP_ID));
    block_pass(b, 1);
    g_assert_true(qtest_get_irq(b.qts, TEMP_ID));
    block_write(b, DATARDY, 0);
    g_assert_false(qtest_get_irq(b.qts, TEMP_ID));
    block_finish(b);
}

/* DATARDY starts the next one; the channel goes off, the last one ends. */
static void ppi_starts_measurements(void)
{
    struct block b = start();

    block_join(b, 3, block_address(b, DATARDY), block_address(b, START));
    block_task(b, START);
    for (int i = 0; i < 5; i++) {
        block_expect_in(b, DATARDY, MEASURE_NS);
    }
    block_join(b, 3, block_address(b, DATARDY), block_address(b, STOP));
    block_expect_in(b, DATARDY, MEASURE_NS);
    block_expect_none(b, DATARDY, 10 * MEASURE_NS);
    block_finish(b);
}

static void power_off_ends_the_measurement(void)
{
    struct block b = start();

    block_task(b, START);
    block_write(b, BLOCK_POWER, 0);
    block_task(b, START); /* no power, no effect */
    block_write(b, BLOCK_POWER, 1);
    block_expect_none(b, DATARDY, 10 * MEASURE_NS);
    block_finish(b);
}

static void temperatures_out_of_range_are_refused(void)
{
    static const int refused[] = { -128001, 127751 };
    struct block b = start();

    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        QDict *reply = qtest_qmp(b.qts,
                                 "{'execute': 'qom-set', 'arguments': {'path': "
                                 "'" SENSOR "',"
                                 " 'property': 'temperature', 'value': %d}}",
                                 refused[i]);

        g_assert_true(qdict_haskey(reply, "error"));
        qobject_unref(reply);
    }
    g_assert_cmpint(measure(b), ==, 100);
    block_finish(b);
}

static void the_world_is_as_warm_after_a_reset(void)
{
    struct block b = start();

    set_mc(b, 60000);
    qtest_system_reset(b.qts);
    g_assert_cmpint(measure(b), ==, 240);
    block_finish(b);
}

static void a_measurement_goes_on_after_migration(void)
{
    struct block b = start();

    set_mc(b, 18250);
    block_task(b, START);
    block_pass(b, 9999);
    b = block_migrate(b);
    block_expect_in(b, DATARDY, MEASURE_NS - 10000);
    g_assert_cmpuint(block_read(b, TEMP), ==, 73);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-temp/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(a_measurement_takes_35_us);
    TEST(codes_are_quarters_of_a_degree);
    TEST(the_value_is_that_of_the_end);
    TEST(stop_ends_it_without_an_event);
    TEST(a_second_start_does_not_begin_again);
    TEST(the_drivers_sequence_gives_the_value);
    TEST(the_interrupt_is_number_12);
    TEST(ppi_starts_measurements);
    TEST(power_off_ends_the_measurement);
    TEST(temperatures_out_of_range_are_refused);
    TEST(the_world_is_as_warm_after_a_reset);
    TEST(a_measurement_goes_on_after_migration);
    return g_test_run();
}
