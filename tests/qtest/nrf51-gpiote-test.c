/*
 * GPIOTE of the nRF51: edges become events, tasks become edges, PORT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net.h"
#include "nrf_block.h"

#define GPIOTE_ID 6
#define OUT(n)    (4 * (n))
#define IN(n)     (0x100 + 4 * (n))
#define PORT      0x17c
#define CONFIG(n) (0x510 + 4 * (n))

#define EVENT_MODE  1
#define TASK_MODE   3
#define PSEL(n)     ((n) << 8)
#define RISING      (1 << 16)
#define FALLING     (2 << 16)
#define TOGGLE      (3 << 16)
#define OUTINIT     (1 << 20)
#define CONFIG_ONES 0x00131f03

#define PIN       18 /* nothing else is on these */
#define OTHER     20
#define BIT_OF(n) (1u << (n))

static struct block start(void)
{
    return block_start(GPIOTE_ID, "");
}

static void take_event(struct block b, uint32_t event)
{
    g_assert_cmpuint(block_read(b, event), ==, 1);
    block_write(b, event, 0);
}

static void expect_no_event(struct block b, uint32_t event)
{
    g_assert_cmpuint(block_read(b, event), ==, 0);
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { OUT(0), 0, 0 },
        { OUT(3), 0, 0 },
        { IN(0), 0, 0 },
        { IN(3), 0, 0 },
        { PORT, 0, 0 },
        { CONFIG(0), 0, CONFIG_ONES },
        { CONFIG(1), 0, CONFIG_ONES },
        { CONFIG(2), 0, CONFIG_ONES },
        { CONFIG(3), 0, CONFIG_ONES },
    };
    struct block b = start();

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_check_inten(b, 0x8000000f);
    block_finish(b);
}

static void each_channel_reports_the_edges_of_its_polarity(void)
{
    static const struct {
        uint32_t polarity;
        bool rising;
        bool falling;
    } cases[] = {
        { 0, false, false },
        { RISING, true, false },
        { FALLING, false, true },
        { TOGGLE, true, true },
    };
    struct block b = start();

    for (int n = 0; n < 4; n++) {
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
            block_write(b, CONFIG(n),
                        EVENT_MODE | PSEL(PIN + n) | cases[i].polarity);
            expect_no_event(b, IN(n));
            net_feed(b.qts, PIN + n, VDD_MV);
            g_assert_cmpint(block_read(b, IN(n)), ==, cases[i].rising);
            block_write(b, IN(n), 0);
            net_feed(b.qts, PIN + n, VDD_MV - 1); /* no edge */
            expect_no_event(b, IN(n));
            net_feed(b.qts, PIN + n, 0);
            g_assert_cmpint(block_read(b, IN(n)), ==, cases[i].falling);
            block_write(b, IN(n), 0);
        }
    }
    block_finish(b);
}

static void a_channel_that_is_off_reports_nothing(void)
{
    static const uint32_t modes[] = { 0, 2, TASK_MODE };
    struct block b = start();

    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        block_write(b, CONFIG(0), EVENT_MODE | PSEL(PIN) | TOGGLE);
        block_write(b, CONFIG(0), modes[i] | PSEL(PIN) | TOGGLE);
        net_feed(b.qts, PIN, VDD_MV);
        net_feed(b.qts, PIN, 0);
        expect_no_event(b, IN(0));
    }
    block_write(b, CONFIG(0), EVENT_MODE | PSEL(OTHER) | TOGGLE);
    net_feed(b.qts, PIN, VDD_MV);
    expect_no_event(b, IN(0));
    block_finish(b);
}

static void outinit_is_what_the_pin_begins_with(void)
{
    struct block b = start();

    block_write(b, CONFIG(1), TASK_MODE | PSEL(PIN) | TOGGLE | OUTINIT);
    g_assert_true(net_level(b.qts, PIN));
    block_write(b, CONFIG(1), TASK_MODE | PSEL(PIN) | TOGGLE);
    g_assert_false(net_level(b.qts, PIN)); /* how drivers force a level */
    block_write(b, CONFIG(0), EVENT_MODE | PSEL(PIN) | TOGGLE);
    block_write(b, CONFIG(1), TASK_MODE | PSEL(OTHER) | TOGGLE | OUTINIT);
    g_assert_false(net_level(b.qts, PIN));
    g_assert_true(net_level(b.qts, OTHER));
    expect_no_event(b, IN(0)); /* the former pin has not moved */
    block_finish(b);
}

static void tasks_set_clear_or_toggle_the_pin(void)
{
    static const struct {
        uint32_t polarity;
        bool from_low;
        bool from_high;
    } cases[] = {
        { 0, false, true },
        { RISING, true, true },
        { FALLING, false, false },
        { TOGGLE, true, false },
    };
    struct block b = start();

    for (int n = 0; n < 4; n++) {
        uint32_t config = TASK_MODE | PSEL(PIN);

        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
            block_write(b, CONFIG(n), config | cases[i].polarity);
            block_task(b, OUT(n));
            g_assert_cmpint(net_level(b.qts, PIN), ==, cases[i].from_low);
            block_write(b, CONFIG(n), config | cases[i].polarity | OUTINIT);
            block_task(b, OUT(n));
            g_assert_cmpint(net_level(b.qts, PIN), ==, cases[i].from_high);
        }
        block_write(b, CONFIG(n), 0);
    }
    block_finish(b);
}

static void tasks_in_event_mode_do_nothing(void)
{
    struct block b = start();

    block_write(b, CONFIG(0), EVENT_MODE | PSEL(PIN) | TOGGLE);
    block_task(b, OUT(0));
    g_assert_false(net_level(b.qts, PIN));
    expect_no_event(b, IN(0));
    block_finish(b);
}

static void task_mode_takes_the_pin_from_gpio_and_gives_it_back(void)
{
    struct block b = start();

    qtest_writel(b.qts, GPIO_DIRSET, BIT_OF(PIN));
    block_write(b, CONFIG(0), TASK_MODE | PSEL(PIN) | TOGGLE);
    qtest_writel(b.qts, GPIO_OUTSET, BIT_OF(PIN));
    g_assert_false(net_level(b.qts, PIN));
    qtest_writel(b.qts, GPIO_DIRCLR, BIT_OF(PIN));
    block_task(b, OUT(0));
    g_assert_true(net_level(b.qts, PIN)); /* without DIR */
    qtest_writel(b.qts, GPIO_OUTCLR, BIT_OF(PIN));
    g_assert_true(net_level(b.qts, PIN));
    qtest_writel(b.qts, GPIO_DIRSET, BIT_OF(PIN));
    block_write(b, CONFIG(0), 0);
    g_assert_false(net_level(b.qts, PIN));
    block_finish(b);
}

static void task_mode_has_the_drive_strength_of_pin_cnf(void)
{
    struct block b = start();

    net_feed(b.qts, PIN, VDD_MV);
    gpio_cnf(b.qts, PIN, CNF_DRIVE(4)); /* D0S1 */
    block_write(b, CONFIG(0), TASK_MODE | PSEL(PIN) | TOGGLE);
    g_assert_true(net_level(b.qts, PIN));
    gpio_cnf(b.qts, PIN, CNF_DRIVE(1)); /* H0S1: 60 against 100 ohm */
    g_assert_cmpint(net_mv(b.qts, PIN), ==, 1125);
    block_finish(b);
}

static void port_is_the_rising_edge_of_detect(void)
{
    struct block b = start();

    gpio_cnf(b.qts, PIN, CNF_SENSE_HIGH);
    gpio_cnf(b.qts, OTHER, CNF_SENSE_HIGH);
    expect_no_event(b, PORT);
    net_feed(b.qts, PIN, VDD_MV);
    take_event(b, PORT);
    net_feed(b.qts, OTHER, VDD_MV); /* DETECT is high already */
    expect_no_event(b, PORT);
    net_feed(b.qts, PIN, 0);
    net_feed(b.qts, PIN, VDD_MV);
    expect_no_event(b, PORT);
    net_feed(b.qts, PIN, 0);
    net_feed(b.qts, OTHER, 0);
    expect_no_event(b, PORT);
    net_feed(b.qts, OTHER, VDD_MV);
    take_event(b, PORT);
    block_finish(b);
}

static void sense_sees_low_levels_of_connected_inputs_only(void)
{
    struct block b = start();

    net_feed(b.qts, PIN, VDD_MV);
    gpio_cnf(b.qts, PIN, CNF_SENSE_LOW);
    expect_no_event(b, PORT);
    net_feed(b.qts, PIN, 0);
    take_event(b, PORT);
    gpio_cnf(b.qts, PIN, 0);
    gpio_cnf(b.qts, PIN, CNF_SENSE_LOW); /* matches at once */
    take_event(b, PORT);
    gpio_cnf(b.qts, PIN, CNF_SENSE_LOW | CNF_DISCONNECTED);
    expect_no_event(b, PORT);
    net_feed(b.qts, PIN, VDD_MV);
    net_feed(b.qts, PIN, 0);
    expect_no_event(b, PORT);
    block_finish(b);
}

/* mbed's InterruptIn: PORT, then SENSE the other way round */
static void turning_sense_round_reports_both_edges(void)
{
    struct block b = start();

    block_write(b, BLOCK_INTENSET, 0x80000000);
    gpio_cnf(b.qts, PIN, CNF_SENSE_HIGH);
    for (int i = 0; i < 3; i++) {
        net_feed(b.qts, PIN, VDD_MV);
        g_assert_true(qtest_get_irq(b.qts, GPIOTE_ID));
        take_event(b, PORT);
        g_assert_false(qtest_get_irq(b.qts, GPIOTE_ID));
        gpio_cnf(b.qts, PIN, CNF_SENSE_LOW);
        expect_no_event(b, PORT);
        net_feed(b.qts, PIN, 0);
        take_event(b, PORT);
        gpio_cnf(b.qts, PIN, CNF_SENSE_HIGH);
        expect_no_event(b, PORT);
    }
    block_finish(b);
}

static void an_output_can_be_sensed(void)
{
    struct block b = start();

    gpio_cnf(b.qts, PIN, CNF_OUTPUT | CNF_SENSE_HIGH);
    expect_no_event(b, PORT);
    qtest_writel(b.qts, GPIO_OUTSET, BIT_OF(PIN));
    take_event(b, PORT);
    block_finish(b);
}

static void each_event_raises_interrupt_6(void)
{
    struct block b = start();

    for (int n = 0; n < 4; n++) {
        block_write(b, CONFIG(n), EVENT_MODE | PSEL(PIN + n) | RISING);
        block_write(b, BLOCK_INTENSET, BIT_OF(n));
        net_feed(b.qts, PIN + n, VDD_MV);
        g_assert_true(qtest_get_irq(b.qts, GPIOTE_ID));
        block_write(b, BLOCK_INTENCLR, BIT_OF(n));
        g_assert_false(qtest_get_irq(b.qts, GPIOTE_ID));
    }
    block_finish(b);
}

/* TIMER0 toggles the pin each 100 us; TIMER1 takes the time of the edges. */
static void edges_over_ppi_are_exact(void)
{
    enum {
        TIMER0 = 0x40008000,
        TIMER1 = 0x40009000,
        START = 0x000,
        CAPTURE0 = 0x040,
        COMPARE0 = 0x140,
        SHORTS = 0x200,
        PRESCALER = 0x510,
        CC0 = 0x540,
    };
    struct block b = start();

    block_write(b, CONFIG(0), TASK_MODE | PSEL(PIN) | TOGGLE);
    block_write(b, CONFIG(1), EVENT_MODE | PSEL(PIN) | FALLING);
    block_join(b, 0, TIMER0 + COMPARE0, block_address(b, OUT(0)));
    block_join(b, 1, block_address(b, IN(1)), TIMER1 + CAPTURE0);
    qtest_writel(b.qts, TIMER0 + PRESCALER, 0);
    qtest_writel(b.qts, TIMER1 + PRESCALER, 0);
    qtest_writel(b.qts, TIMER0 + CC0, 1600);
    qtest_writel(b.qts, TIMER0 + SHORTS, 1);
    qtest_writel(b.qts, TIMER0 + START, 1);
    qtest_writel(b.qts, TIMER1 + START, 1);
    block_expect_in(b, IN(1), 200000);
    g_assert_cmpuint(qtest_readl(b.qts, TIMER1 + CC0), ==, 3200);
    block_pass(b, 399999); /* late by 199999 ns */
    g_assert_cmpuint(qtest_readl(b.qts, TIMER1 + CC0), ==, 6400);
    block_finish(b);
}

/* A ring oscillator: the pin toggles itself without end, in no time. */
static void a_pin_that_toggles_itself_ends(void)
{
    struct block b = start();

    block_write(b, CONFIG(0), TASK_MODE | PSEL(PIN) | TOGGLE);
    block_write(b, CONFIG(1), EVENT_MODE | PSEL(PIN) | TOGGLE);
    block_write(b, CONFIG(2), EVENT_MODE | PSEL(PIN) | TOGGLE);
    block_join(b, 0, block_address(b, IN(1)), block_address(b, OUT(0)));
    block_join(b, 1, block_address(b, IN(2)), block_address(b, OUT(0)));
    block_task(b, OUT(0));
    take_event(b, IN(1));
    block_finish(b);
}

static void power_off_gives_the_pins_back(void)
{
    struct block b = start();

    block_write(b, CONFIG(0), TASK_MODE | PSEL(PIN) | OUTINIT);
    block_write(b, BLOCK_POWER, 0);
    g_assert_false(net_level(b.qts, PIN));
    gpio_cnf(b.qts, PIN, CNF_SENSE_HIGH);
    net_feed(b.qts, PIN, VDD_MV);
    block_write(b, BLOCK_POWER, 1);
    expect_no_event(b, PORT);
    block_finish(b);
}

static void a_reset_makes_no_events(void)
{
    struct block b = start();

    for (int n = 0; n < 3; n++) {
        block_write(b, CONFIG(n), EVENT_MODE | PSEL(PIN + n) | TOGGLE);
    }
    qtest_writel(b.qts, GPIO_OUT, 0xffffffff);
    qtest_writel(b.qts, GPIO_DIR, 0xffffffff);
    take_event(b, IN(0));
    qtest_system_reset(b.qts);
    for (int n = 0; n < 3; n++) {
        expect_no_event(b, IN(n));
    }
    expect_no_event(b, PORT);
    block_finish(b);
}

static void a_level_that_a_task_made_migrates(void)
{
    struct block b = start();

    block_write(b, CONFIG(0), TASK_MODE | PSEL(PIN) | TOGGLE);
    block_write(b, CONFIG(1), EVENT_MODE | PSEL(PIN) | TOGGLE);
    block_task(b, OUT(0));
    take_event(b, IN(1));
    net_feed(b.qts, OTHER, VDD_MV);
    gpio_cnf(b.qts, OTHER, CNF_SENSE_HIGH);
    take_event(b, PORT);
    b = block_migrate(b);
    g_assert_true(net_level(b.qts, PIN));
    expect_no_event(b, IN(1));
    expect_no_event(b, PORT);
    block_task(b, OUT(0));
    g_assert_false(net_level(b.qts, PIN));
    take_event(b, IN(1));
    net_feed(b.qts, OTHER, 0);
    net_feed(b.qts, OTHER, VDD_MV);
    take_event(b, PORT);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-gpiote/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(each_channel_reports_the_edges_of_its_polarity);
    TEST(a_channel_that_is_off_reports_nothing);
    TEST(outinit_is_what_the_pin_begins_with);
    TEST(tasks_set_clear_or_toggle_the_pin);
    TEST(tasks_in_event_mode_do_nothing);
    TEST(task_mode_takes_the_pin_from_gpio_and_gives_it_back);
    TEST(task_mode_has_the_drive_strength_of_pin_cnf);
    TEST(port_is_the_rising_edge_of_detect);
    TEST(sense_sees_low_levels_of_connected_inputs_only);
    TEST(turning_sense_round_reports_both_edges);
    TEST(an_output_can_be_sensed);
    TEST(each_event_raises_interrupt_6);
    TEST(edges_over_ppi_are_exact);
    TEST(a_pin_that_toggles_itself_ends);
    TEST(power_off_gives_the_pins_back);
    TEST(a_reset_makes_no_events);
    TEST(a_level_that_a_task_made_migrates);
    return g_test_run();
}
