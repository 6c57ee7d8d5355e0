/*
 * ADC of the nRF51: voltages of the pins in parts of a reference
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net.h"
#include "nrf_block.h"

#define ADC_ID 7
#define START  0x000
#define STOP   0x004
#define END    0x100
#define BUSY   0x400
#define ENABLE 0x500
#define CONFIG 0x504
#define RESULT 0x508

/* CONFIG */
#define RES(bits)      ((bits)-8)
#define INPUT_1_1      (0 << 2)
#define INPUT_2_3      (1 << 2)
#define INPUT_1_3      (2 << 2)
#define SUPPLY_2_3     (5 << 2)
#define SUPPLY_1_3     (6 << 2)
#define REF_VBG        (0 << 5)
#define REF_EXTERNAL   (1 << 5)
#define REF_SUPPLY_1_2 (2 << 5)
#define REF_SUPPLY_1_3 (3 << 5)
#define AIN(n)         (0x100 << (n))
#define AREF(n)        (0x10000 << (n))

#define PIN_AIN0  26
#define PIN_AIN2  1
#define PIN_AIN4  3 /* P0 of the edge connector */
#define PIN_AIN6  5
#define PIN_AREF0 0
#define PIN_AREF1 6

#define TIME_8_NS  20000
#define TIME_9_NS  36000
#define TIME_10_NS 68000

/* The accelerometer would drive the pin of an input. */
static struct block start(uint32_t config)
{
    struct block b = block_start(ADC_ID, "-machine sensors=off");

    block_write(b, ENABLE, 1);
    block_write(b, CONFIG, config);
    return b;
}

static uint32_t convert(struct block b, uint32_t config)
{
    block_write(b, CONFIG, config);
    block_task(b, START);
    block_pass(b, TIME_10_NS);
    g_assert_cmpuint(block_read(b, END), ==, 1);
    block_write(b, END, 0);
    return block_read(b, RESULT);
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { START, 0, 0 },
        { STOP, 0, 0 },
        { END, 0, 0 },
        { BUSY, 0, 0 },
        { CONFIG, 0x18, 0x3ffff & ~0x80 },
        { RESULT, 0, 0 },
        { ENABLE, 0, 3 },
    };
    struct block b = block_start(ADC_ID, "");

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_check_inten(b, 0x1);
    block_finish(b);
}

static void the_time_follows_the_resolution(void)
{
    static const struct {
        unsigned bits;
        int64_t ns;
    } times[] = { { 8, TIME_8_NS }, { 9, TIME_9_NS }, { 10, TIME_10_NS } };
    struct block b = start(0);

    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        block_write(b, CONFIG, RES(times[i].bits) | SUPPLY_1_3);
        g_assert_cmpuint(block_read(b, BUSY), ==, 0);
        block_task(b, START);
        block_pass(b, times[i].ns - 1);
        g_assert_cmpuint(block_read(b, BUSY), ==, 1);
        block_expect_in(b, END, 1);
        g_assert_cmpuint(block_read(b, BUSY), ==, 0);
    }
    block_expect_none(b, END, 10 * TIME_10_NS); /* one START, one value */
    block_finish(b);
}

/*
 * 2^bits * voltage * prescaling / reference, rounded down; VBG is 1200 mV, the
 * supply 3000 mV
 */
static void the_result_is_in_parts_of_the_reference(void)
{
    static const struct {
        uint32_t config;
        int mv;
        uint32_t result;
    } rows[] = {
        { RES(10) | INPUT_1_1 | REF_VBG, 600, 512 },
        { RES(9) | INPUT_1_1 | REF_VBG, 600, 256 },
        { RES(8) | INPUT_1_1 | REF_VBG, 600, 128 },
        { RES(10) | INPUT_2_3 | REF_VBG, 900, 512 },
        { RES(10) | INPUT_1_3 | REF_VBG, 900, 256 },
        { RES(10) | INPUT_1_3 | REF_VBG, 1000, 284 }, /* 284.4 */
        { RES(10) | INPUT_1_3 | REF_SUPPLY_1_3, 1500, 512 },
        { RES(10) | INPUT_1_1 | REF_SUPPLY_1_3, 500, 512 },
        { RES(10) | INPUT_1_1 | REF_SUPPLY_1_2, 750, 512 },
        { RES(10) | INPUT_1_1 | REF_VBG, 0, 0 },
        { RES(10) | INPUT_1_1 | REF_VBG, -200, 0 },
        { RES(10) | INPUT_1_1 | REF_VBG, 1199, 1023 },
        { RES(10) | INPUT_1_1 | REF_VBG, 1200, 1023 },
        { RES(10) | INPUT_1_1 | REF_VBG, 3000, 1023 },
        { RES(9) | INPUT_1_1 | REF_VBG, 3000, 511 },
        { RES(8) | INPUT_1_1 | REF_VBG, 3000, 255 },
    };
    struct block b = start(0);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        net_feed(b.qts, PIN_AIN6, rows[i].mv);
        g_assert_cmpuint(convert(b, rows[i].config | AIN(6)), ==,
                         rows[i].result);
    }
    block_finish(b);
}

static void each_input_is_its_pin(void)
{
    static const uint8_t pins[] = { 26, 27, 1, 2, 3, 4, 5, 6 };
    struct block b = start(0);

    for (unsigned n = 0; n < G_N_ELEMENTS(pins); n++) {
        net_feed(b.qts, pins[n], 300 + 100 * n);
    }
    for (unsigned n = 0; n < G_N_ELEMENTS(pins); n++) {
        /* not quite what is fed: button B has a pull-up */
        int mv = net_mv(b.qts, pins[n]);

        g_assert_cmpint(abs(mv - (300 + 100 * (int)n)), <, 60);
        g_assert_cmpuint(convert(b, RES(10) | INPUT_1_1 | REF_VBG | AIN(n)), ==,
                         mv * 1024 / 1200);
    }
    block_finish(b);
}

/* The supply is 3000 mV. */
static void the_supply_can_be_measured_itself(void)
{
    struct block b = start(0);

    /* 1000 of 1200 mV */
    g_assert_cmpuint(convert(b, RES(10) | SUPPLY_1_3 | REF_VBG), ==, 853);
    g_assert_cmpuint(convert(b, RES(10) | SUPPLY_2_3 | REF_VBG), ==, 1023);
    net_feed(b.qts, PIN_AREF0, 1250);
    /* SCL has a pull-up, so it is a little more */
    g_assert_cmpuint(convert(b, RES(10) | SUPPLY_1_3 | REF_EXTERNAL | AREF(0)),
                     ==, 1000 * 1024 / net_mv(b.qts, PIN_AREF0));
    block_finish(b);
}

static void an_external_reference_is_a_pin(void)
{
    struct block b = start(0);

    net_feed(b.qts, PIN_AIN6, 500);
    net_feed(b.qts, PIN_AREF1, 1000);
    g_assert_cmpuint(convert(b, RES(10) | REF_EXTERNAL | AREF(1) | AIN(6)), ==,
                     512);
    net_feed(b.qts, PIN_AREF1, 2000);
    g_assert_cmpuint(convert(b, RES(10) | REF_EXTERNAL | AREF(1) | AIN(6)), ==,
                     256);
    /* no reference at all: anything is above it */
    g_assert_cmpuint(convert(b, RES(10) | REF_EXTERNAL | AIN(6)), ==, 1023);
    net_feed(b.qts, PIN_AIN6, 0);
    g_assert_cmpuint(convert(b, RES(10) | REF_EXTERNAL | AIN(6)), ==, 0);
    block_finish(b);
}

static void several_inputs_are_averaged_and_none_is_zero(void)
{
    struct block b = start(0);

    net_feed(b.qts, PIN_AIN2, 300);
    net_feed(b.qts, PIN_AIN6, 900);
    g_assert_cmpuint(convert(b, RES(10) | AIN(2) | AIN(6)), ==, 512);
    g_assert_cmpuint(convert(b, RES(10)), ==, 0);
    block_finish(b);
}

static void the_voltage_is_that_of_the_end(void)
{
    struct block b = start(RES(10) | INPUT_1_1 | REF_VBG | AIN(6));

    net_feed(b.qts, PIN_AIN6, 0);
    block_task(b, START);
    block_pass(b, TIME_10_NS - 1);
    net_feed(b.qts, PIN_AIN6, 600);
    block_expect_in(b, END, 1);
    net_feed(b.qts, PIN_AIN6, 0);
    g_assert_cmpuint(block_read(b, RESULT), ==, 512);
    block_finish(b);
}

static void stop_ends_it_without_an_event(void)
{
    struct block b = start(0);

    g_assert_cmpuint(convert(b, RES(10) | SUPPLY_1_3), ==, 853);
    block_write(b, CONFIG, RES(10) | SUPPLY_2_3);
    block_task(b, START);
    block_pass(b, TIME_10_NS - 1);
    block_task(b, STOP);
    g_assert_cmpuint(block_read(b, BUSY), ==, 0);
    block_expect_none(b, END, 10 * TIME_10_NS);
    g_assert_cmpuint(block_read(b, RESULT), ==, 853);
    block_finish(b);
}

static void a_disabled_converter_does_nothing(void)
{
    struct block b = block_start(ADC_ID, "");

    block_task(b, START);
    g_assert_cmpuint(block_read(b, BUSY), ==, 0);
    block_expect_none(b, END, TIME_10_NS);
    block_write(b, ENABLE, 1);
    block_task(b, START);
    g_assert_cmpuint(block_read(b, BUSY), ==, 1);
    block_write(b, ENABLE, 0);
    g_assert_cmpuint(block_read(b, BUSY), ==, 0);
    block_expect_none(b, END, TIME_10_NS);
    block_finish(b);
}

static void a_second_start_does_not_begin_again(void)
{
    struct block b = start(RES(8) | SUPPLY_1_3);

    block_task(b, START);
    block_pass(b, TIME_8_NS / 2);
    block_task(b, START);
    block_expect_in(b, END, TIME_8_NS / 2);
    block_expect_none(b, END, 10 * TIME_10_NS);
    block_finish(b);
}

/* mbed's order: CONFIG with the pin, START, BUSY; the supply is the scale */
static void a_driver_that_polls_busy_gets_the_value(void)
{
    struct block b = start(RES(10) | INPUT_1_3 | REF_SUPPLY_1_3);

    net_feed(b.qts, PIN_AIN4, 1000);
    block_write(b, CONFIG, block_read(b, CONFIG) | AIN(4));
    block_task(b, START);
    for (unsigned i = 0; block_read(b, BUSY); i++) {
        g_assert_cmpuint(i, <, 100);
        block_pass(b, 1000);
    }
    g_assert_cmpuint(block_read(b, RESULT), ==, 1000 * 1024 / 3000);
    block_finish(b);
}

static void the_interrupt_is_number_7(void)
{
    struct block b = start(RES(10) | SUPPLY_1_3);

    block_write(b, BLOCK_INTENSET, 1);
    block_task(b, START);
    block_pass(b, TIME_10_NS - 1);
    g_assert_false(qtest_get_irq(b.qts, ADC_ID));
    block_pass(b, 1);
    g_assert_true(qtest_get_irq(b.qts, ADC_ID));
    block_write(b, END, 0);
    g_assert_false(qtest_get_irq(b.qts, ADC_ID));
    block_finish(b);
}

static void ppi_starts_conversions(void)
{
    struct block b = start(RES(8) | SUPPLY_1_3);

    block_join(b, 3, block_address(b, END), block_address(b, START));
    block_task(b, START);
    for (int i = 0; i < 5; i++) {
        block_expect_in(b, END, TIME_8_NS);
    }
    block_finish(b);
}

static void power_off_ends_the_conversion(void)
{
    struct block b = start(RES(10) | SUPPLY_1_3);

    block_task(b, START);
    block_write(b, BLOCK_POWER, 0);
    block_write(b, BLOCK_POWER, 1);
    g_assert_cmpuint(block_read(b, BUSY), ==, 0);
    block_expect_none(b, END, 10 * TIME_10_NS);
    block_finish(b);
}

static void a_conversion_goes_on_after_migration(void)
{
    struct block b = start(RES(10) | INPUT_1_1 | REF_VBG | AIN(6));

    net_feed(b.qts, PIN_AIN6, 300);
    block_task(b, START);
    block_pass(b, 9999);
    b = block_migrate(b);
    g_assert_cmpuint(block_read(b, BUSY), ==, 1);
    block_expect_in(b, END, TIME_10_NS - 10000);
    g_assert_cmpuint(block_read(b, RESULT), ==, 256);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-adc/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(the_time_follows_the_resolution);
    TEST(the_result_is_in_parts_of_the_reference);
    TEST(each_input_is_its_pin);
    TEST(the_supply_can_be_measured_itself);
    TEST(an_external_reference_is_a_pin);
    TEST(several_inputs_are_averaged_and_none_is_zero);
    TEST(the_voltage_is_that_of_the_end);
    TEST(stop_ends_it_without_an_event);
    TEST(a_disabled_converter_does_nothing);
    TEST(a_second_start_does_not_begin_again);
    TEST(a_driver_that_polls_busy_gets_the_value);
    TEST(the_interrupt_is_number_7);
    TEST(ppi_starts_conversions);
    TEST(power_off_ends_the_conversion);
    TEST(a_conversion_goes_on_after_migration);
    return g_test_run();
}
