/*
 * -M microbit as it comes out of the box, and its POWER/CLOCK block
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/libqtest.h"

#define FLASH_END    0x40000
#define SRAM_BASE    0x20000000
#define CLOCK_BASE   0x40000000
#define GPIO_IN      0x50000510
#define GPIO_OUTSET  0x50000508
#define GPIO_CNF(n)  (0x50000700 + 4 * (n))
#define PIN_SCL      0
#define PIN_BUTTON_A 17
#define PIN_BUTTON_B 26
#define PIN_SDA      30

static void erased_flash_reads_all_ones(void)
{
    QTestState *qts = qtest_init("-M microbit");

    for (uint32_t addr = 0; addr < FLASH_END; addr += 0x400) {
        g_assert_cmphex(qtest_readl(qts, addr), ==, 0xffffffff);
    }
    g_assert_cmphex(qtest_readl(qts, FLASH_END - 4), ==, 0xffffffff);
    qtest_quit(qts);
}

static void an_image_leaves_the_rest_of_the_flash_erased(void)
{
    static const uint8_t image[] = { 0x78, 0x56, 0x34, 0x12 };
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("bw-image-XXXXXX.bin", &path, NULL);
    QTestState *qts;

    g_assert_cmpint(write(fd, image, sizeof(image)), ==, sizeof(image));
    close(fd);
    qts = qtest_initf("-M microbit -device loader,addr=0x400,force-raw=on,"
                      "file=%s",
                      path);
    g_assert_cmphex(qtest_readl(qts, 0x3fc), ==, 0xffffffff);
    g_assert_cmphex(qtest_readl(qts, 0x400), ==, 0x12345678);
    g_assert_cmphex(qtest_readl(qts, 0x404), ==, 0xffffffff);
    qtest_quit(qts);
    unlink(path);
}

static void ram_is_16_kb_or_what_the_property_says(void)
{
    QTestState *qts = qtest_init("-M microbit");

    qtest_writel(qts, SRAM_BASE + 0x3ffc, 0x55aa55aa);
    g_assert_cmphex(qtest_readl(qts, SRAM_BASE + 0x3ffc), ==, 0x55aa55aa);
    qtest_writel(qts, SRAM_BASE + 0x7ffc, 0x55aa55aa);
    g_assert_cmphex(qtest_readl(qts, SRAM_BASE + 0x7ffc), ==, 0);
    qtest_quit(qts);

    qts = qtest_init("-M microbit -global nrf51-soc.sram-size=32768");
    qtest_writel(qts, SRAM_BASE + 0x7ffc, 0x55aa55aa);
    g_assert_cmphex(qtest_readl(qts, SRAM_BASE + 0x7ffc), ==, 0x55aa55aa);
    qtest_quit(qts);
}

static void connect_input(QTestState *qts, unsigned pin)
{
    qtest_writel(qts, GPIO_CNF(pin), 0); /* input, no pull */
}

static void buttons_idle_high_also_after_a_reset(void)
{
    QTestState *qts = qtest_init("-M microbit");
    uint32_t buttons = 1u << PIN_BUTTON_A | 1u << PIN_BUTTON_B;

    for (int i = 0; i < 2; i++) {
        connect_input(qts, PIN_BUTTON_A);
        connect_input(qts, PIN_BUTTON_B);
        g_assert_cmphex(qtest_readl(qts, GPIO_IN) & buttons, ==, buttons);
        qtest_system_reset(qts);
    }
    qtest_quit(qts);
}

/*
 * twi_master.c looks at the lines before it starts: open drain with pull-up,
 * both released.  If one read 0, it would clock them by hand.
 */
static void released_i2c_lines_read_high(void)
{
    QTestState *qts = qtest_init("-M microbit");
    uint32_t lines = 1u << PIN_SCL | 1u << PIN_SDA;
    /* output, input buffer connected, pull-up, S0D1 */
    uint32_t open_drain = 1 | 0 << 1 | 3 << 2 | 6 << 8;

    qtest_writel(qts, GPIO_OUTSET, lines);
    qtest_writel(qts, GPIO_CNF(PIN_SCL), open_drain);
    qtest_writel(qts, GPIO_CNF(PIN_SDA), open_drain);
    g_assert_cmphex(qtest_readl(qts, GPIO_IN) & lines, ==, lines);
    qtest_quit(qts);
}

static void addresses_without_a_peripheral_read_zero(void)
{
    QTestState *qts = qtest_init("-M microbit");

    qtest_writel(qts, 0x40005000, 1); /* there is no number 5 */
    g_assert_cmphex(qtest_readl(qts, 0x40005508), ==, 0);
    g_assert_cmphex(qtest_readl(qts, 0xf0000100), ==, 0);
    qtest_quit(qts);
}

/* POWER and CLOCK */

enum {
    HFCLKSTART = 0x000,
    HFCLKSTOP = 0x004,
    LFCLKSTART = 0x008,
    LFCLKSTOP = 0x00c,
    CAL = 0x010,
    CTSTART = 0x014,
    CTSTOP = 0x018,
    HFCLKSTARTED = 0x100,
    LFCLKSTARTED = 0x104,
    DONE = 0x10c,
    CTTO = 0x110,
    INTENSET = 0x304,
    RESETREAS = 0x400,
    HFCLKRUN = 0x408,
    HFCLKSTAT = 0x40c,
    LFCLKRUN = 0x414,
    LFCLKSTAT = 0x418,
    LFCLKSRCCOPY = 0x41c,
    LFCLKSRC = 0x518,
    GPREGRET = 0x51c,
    RAMON = 0x524,
    CTIV = 0x538,
    XTALFREQ = 0x550,
    RAMONB = 0x554,
    PROTENSET0 = 0x600,
    DISABLEINDEBUG = 0x608,
};

static void clock_write(QTestState *qts, uint32_t offset, uint32_t value)
{
    qtest_writel(qts, CLOCK_BASE + offset, value);
}

static uint32_t clock_read(QTestState *qts, uint32_t offset)
{
    return qtest_readl(qts, CLOCK_BASE + offset);
}

static void clock_registers_have_their_reset_values(void)
{
    static const struct {
        uint16_t offset;
        uint32_t value;
    } reset[] = {
        { RESETREAS, 0 },  { HFCLKRUN, 0 },       { HFCLKSTAT, 0x10000 },
        { LFCLKRUN, 0 },   { LFCLKSTAT, 0 },      { LFCLKSRCCOPY, 0 },
        { LFCLKSRC, 0 },   { GPREGRET, 0 },       { RAMON, 3 },
        { CTIV, 0 },       { XTALFREQ, ~0u },     { RAMONB, 3 },
        { PROTENSET0, 0 }, { DISABLEINDEBUG, 1 },
    };
    QTestState *qts = qtest_init("-M microbit");

    for (size_t i = 0; i < G_N_ELEMENTS(reset); i++) {
        g_assert_cmphex(clock_read(qts, reset[i].offset), ==, reset[i].value);
    }
    qtest_quit(qts);
}

/* Set in exactly @ns, and interrupt 0 with it. */
static void expect_event(QTestState *qts, uint32_t event, int64_t ns)
{
    qtest_clock_step(qts, ns - 1);
    g_assert_cmpuint(clock_read(qts, event), ==, 0);
    g_assert_false(qtest_get_irq(qts, 0));
    qtest_clock_step(qts, 1);
    g_assert_cmpuint(clock_read(qts, event), ==, 1);
    g_assert_true(qtest_get_irq(qts, 0));
    clock_write(qts, event, 0);
    g_assert_false(qtest_get_irq(qts, 0));
}

static QTestState *start_clock(void)
{
    QTestState *qts = qtest_init("-M microbit");

    qtest_irq_intercept_in(qts, "/machine/nrf51/armv6m");
    clock_write(qts, INTENSET, 0x1b);
    return qts;
}

static void high_frequency_clock_starts_and_stops(void)
{
    QTestState *qts = start_clock();

    clock_write(qts, HFCLKSTART, 1);
    g_assert_cmpuint(clock_read(qts, HFCLKRUN), ==, 1);
    expect_event(qts, HFCLKSTARTED, 500000);
    g_assert_cmphex(clock_read(qts, HFCLKSTAT), ==, 0x10001);
    clock_write(qts, HFCLKSTART, 1); /* runs already */
    g_assert_cmpuint(clock_read(qts, HFCLKSTARTED), ==, 1);
    clock_write(qts, HFCLKSTOP, 1);
    g_assert_cmphex(clock_read(qts, HFCLKSTAT), ==, 0x10000);
    g_assert_cmpuint(clock_read(qts, HFCLKRUN), ==, 0);
    qtest_quit(qts);
}

static void low_frequency_clock_takes_its_source_at_start(void)
{
    QTestState *qts = start_clock();

    clock_write(qts, LFCLKSRC, 2);
    clock_write(qts, LFCLKSTART, 1);
    clock_write(qts, LFCLKSRC, 1);
    g_assert_cmpuint(clock_read(qts, LFCLKRUN), ==, 1);
    g_assert_cmpuint(clock_read(qts, LFCLKSRCCOPY), ==, 2);
    expect_event(qts, LFCLKSTARTED, 500000);
    g_assert_cmphex(clock_read(qts, LFCLKSTAT), ==, 0x10002);
    g_assert_cmpuint(clock_read(qts, LFCLKSRC), ==, 1);
    clock_write(qts, LFCLKSTOP, 1);
    g_assert_cmphex(clock_read(qts, LFCLKSTAT), ==, 0);
    qtest_quit(qts);
}

static void calibration_and_its_timer_report(void)
{
    QTestState *qts = start_clock();

    clock_write(qts, CAL, 1);
    expect_event(qts, DONE, 16000000);
    clock_write(qts, CTIV, 2); /* 0.5 s */
    clock_write(qts, CTSTART, 1);
    expect_event(qts, CTTO, 500000000);
    clock_write(qts, CTSTART, 1);
    clock_write(qts, CTSTOP, 1);
    qtest_clock_step(qts, 1000000000);
    g_assert_cmpuint(clock_read(qts, CTTO), ==, 0);
    qtest_quit(qts);
}

static void protection_bits_can_only_be_set(void)
{
    QTestState *qts = qtest_init("-M microbit");

    clock_write(qts, PROTENSET0, 0x5);
    clock_write(qts, PROTENSET0, 0x2);
    g_assert_cmphex(clock_read(qts, PROTENSET0), ==, 0x7);
    qtest_quit(qts);
}

#define TEST(name) qtest_add_func("/microbit-board/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(erased_flash_reads_all_ones);
    TEST(an_image_leaves_the_rest_of_the_flash_erased);
    TEST(ram_is_16_kb_or_what_the_property_says);
    TEST(buttons_idle_high_also_after_a_reset);
    TEST(released_i2c_lines_read_high);
    TEST(addresses_without_a_peripheral_read_zero);
    TEST(clock_registers_have_their_reset_values);
    TEST(high_frequency_clock_starts_and_stops);
    TEST(low_frequency_clock_takes_its_source_at_start);
    TEST(calibration_and_its_timer_report);
    TEST(protection_bits_can_only_be_set);
    return g_test_run();
}
