/*
 * GPIO of the nRF51: registers, their bytes, drive modes, pulls, inputs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "net.h"

#define PIN       18 /* nothing else is on it */
#define PULLED    30 /* 4700 ohm to the supply */
#define CNF_ONES  0x0003070f
#define BIT_OF(n) (1u << (n))

static QTestState *start(void)
{
    return qtest_init("-M microbit");
}

static void registers_have_their_reset_values(void)
{
    QTestState *qts = start();

    for (int i = 0; i < 2; i++) {
        for (uint32_t a = GPIO_OUT; a <= GPIO_DIRCLR; a += 4) {
            g_assert_cmphex(qtest_readl(qts, a), ==, 0);
        }
        for (int n = 0; n < 32; n++) {
            g_assert_cmphex(qtest_readl(qts, GPIO_CNF(n)), ==, 2);
            qtest_writel(qts, GPIO_CNF(n), 0xffffffff);
            g_assert_cmphex(qtest_readl(qts, GPIO_CNF(n)), ==, CNF_ONES);
        }
        qtest_writel(qts, GPIO_OUT, 0xffffffff);
        qtest_writel(qts, GPIO_DIR, 0xffffffff);
        qtest_system_reset(qts);
    }
    qtest_quit(qts);
}

static void out_and_dir_are_set_and_cleared_by_bits(void)
{
    static const uint32_t base[] = { GPIO_OUT, GPIO_DIR };
    static const uint32_t set[] = { GPIO_OUTSET, GPIO_DIRSET };
    static const uint32_t clear[] = { GPIO_OUTCLR, GPIO_DIRCLR };
    QTestState *qts = start();

    for (int i = 0; i < 2; i++) {
        qtest_writel(qts, base[i], 0x12345678);
        qtest_writel(qts, set[i], 0x80000001);
        g_assert_cmphex(qtest_readl(qts, base[i]), ==, 0x92345679);
        qtest_writel(qts, clear[i], 0x10000008);
        g_assert_cmphex(qtest_readl(qts, base[i]), ==, 0x82345671);
        g_assert_cmphex(qtest_readl(qts, set[i]), ==, 0x82345671);
        g_assert_cmphex(qtest_readl(qts, clear[i]), ==, 0x82345671);
        qtest_writel(qts, base[i], 0);
    }
    qtest_quit(qts);
}

static void dir_and_pin_cnf_share_one_bit(void)
{
    QTestState *qts = start();

    qtest_writel(qts, GPIO_DIRSET, BIT_OF(PIN) | BIT_OF(5));
    g_assert_cmphex(qtest_readl(qts, GPIO_CNF(PIN)), ==, 3);
    gpio_cnf(qts, PIN, CNF_PULL_UP);
    g_assert_cmphex(qtest_readl(qts, GPIO_DIR), ==, BIT_OF(5));
    gpio_cnf(qts, 7, CNF_OUTPUT);
    g_assert_cmphex(qtest_readl(qts, GPIO_DIR), ==, BIT_OF(5) | BIT_OF(7));
    qtest_writel(qts, GPIO_DIR, 0);
    g_assert_cmphex(qtest_readl(qts, GPIO_CNF(7)), ==, 0);
    qtest_quit(qts);
}

/* Stock QEMU drops them; old programs light their LEDs by bytes of OUT. */
static void bytes_and_halfwords_are_written_alone(void)
{
    QTestState *qts = start();

    qtest_writel(qts, GPIO_OUT, 0x11223344);
    qtest_writeb(qts, GPIO_OUT + 1, 0xaa);
    g_assert_cmphex(qtest_readl(qts, GPIO_OUT), ==, 0x1122aa44);
    qtest_writeb(qts, GPIO_OUT + 3, 0xbb);
    g_assert_cmphex(qtest_readl(qts, GPIO_OUT), ==, 0xbb22aa44);
    qtest_writew(qts, GPIO_OUT + 2, 0x5566);
    g_assert_cmphex(qtest_readl(qts, GPIO_OUT), ==, 0x5566aa44);
    qtest_writeb(qts, GPIO_OUTSET + 2, 0x80);
    g_assert_cmphex(qtest_readl(qts, GPIO_OUT), ==, 0x55e6aa44);
    qtest_writew(qts, GPIO_OUTCLR, 0xff00);
    g_assert_cmphex(qtest_readl(qts, GPIO_OUT), ==, 0x55e60044);
    qtest_writeb(qts, GPIO_DIR + 1, 0xff);
    g_assert_cmphex(qtest_readl(qts, GPIO_DIR), ==, 0xff00);
    qtest_writeb(qts, GPIO_DIRCLR + 1, 0x0f);
    g_assert_cmphex(qtest_readl(qts, GPIO_DIR), ==, 0xf000);
    qtest_writeb(qts, GPIO_CNF(PIN) + 2, 3);
    g_assert_cmphex(qtest_readl(qts, GPIO_CNF(PIN)), ==, 0x30002);
    qtest_writeb(qts, GPIO_CNF(PIN), 0xc);
    g_assert_cmphex(qtest_readl(qts, GPIO_CNF(PIN)), ==, 0x3000c);
    qtest_quit(qts);
}

static void a_byte_of_out_moves_its_pins(void)
{
    QTestState *qts = start();

    qtest_writel(qts, GPIO_DIR, 0xffffffff);
    qtest_writeb(qts, GPIO_OUT + 2, BIT_OF(PIN - 16));
    g_assert_true(net_level(qts, PIN));
    g_assert_false(net_level(qts, PIN - 1));
    qtest_quit(qts);
}

static void bytes_and_halfwords_are_read_alone(void)
{
    QTestState *qts = start();

    gpio_cnf(qts, PIN, 0);
    net_feed(qts, PIN, VDD_MV);
    g_assert_cmphex(qtest_readb(qts, GPIO_IN + 2), ==, BIT_OF(PIN - 16));
    g_assert_cmphex(qtest_readw(qts, GPIO_IN + 2), ==, BIT_OF(PIN - 16));
    g_assert_cmphex(qtest_readb(qts, GPIO_IN), ==, 0);
    qtest_writel(qts, GPIO_OUT, 0x89abcdef);
    g_assert_cmphex(qtest_readb(qts, GPIO_OUT + 3), ==, 0x89);
    g_assert_cmphex(qtest_readw(qts, GPIO_OUT), ==, 0xcdef);
    qtest_quit(qts);
}

/* Stock QEMU shows the pull, or the last level. */
static void in_reads_0_while_the_input_buffer_is_off(void)
{
    QTestState *qts = start();

    net_feed(qts, PIN, VDD_MV);
    g_assert_false(gpio_in(qts, PIN));
    gpio_cnf(qts, PIN, 0);
    g_assert_true(gpio_in(qts, PIN));
    gpio_cnf(qts, PIN, CNF_DISCONNECTED);
    g_assert_false(gpio_in(qts, PIN));
    net_unfeed(qts, PIN);
    gpio_cnf(qts, PIN, CNF_DISCONNECTED | CNF_PULL_UP);
    g_assert_true(net_level(qts, PIN));
    g_assert_false(gpio_in(qts, PIN));
    qtest_writel(qts, GPIO_OUTSET, BIT_OF(PIN));
    gpio_cnf(qts, PIN, CNF_DISCONNECTED | CNF_OUTPUT);
    g_assert_false(gpio_in(qts, PIN));
    gpio_cnf(qts, PIN, CNF_OUTPUT);
    g_assert_true(gpio_in(qts, PIN));
    qtest_quit(qts);
}

static void a_pull_decides_until_something_stronger_does(void)
{
    QTestState *qts = start();

    gpio_cnf(qts, PIN, CNF_PULL_UP);
    g_assert_true(gpio_in(qts, PIN));
    net_feed(qts, PIN, 0);
    g_assert_false(gpio_in(qts, PIN));
    net_unfeed(qts, PIN);
    gpio_cnf(qts, PIN, CNF_PULL_DOWN);
    g_assert_false(gpio_in(qts, PIN));
    /* 13 kohm to ground and 4700 ohm to the supply: 2203 mV, high */
    gpio_cnf(qts, PULLED, CNF_PULL_DOWN);
    g_assert_cmpint(net_mv(qts, PULLED), ==, 2203);
    g_assert_true(gpio_in(qts, PULLED));
    qtest_quit(qts);
}

/*
 * What each DRIVE makes of OUT 0 and 1, in mV, against 600 ohm to half of the
 * supply: a standard driver gives a quarter of the supply from the rail, a
 * high one 60 / 660 of 1500 mV, a disconnected one nothing.
 */
static void drive_modes_have_their_strength(void)
{
    enum {
        S0 = 750,
        S1 = 2250,
        H0 = 136,
        H1 = 2864,
        D = 1500
    };
    static const int16_t expected[8][2] = {
        { S0, S1 }, { H0, S1 }, { S0, H1 }, { H0, H1 },
        { D, S1 },  { D, H1 },  { S0, D },  { H0, D },
    };
    QTestState *qts = start();

    qom_set_int(qts, "/machine/edge/P8", "feed-ohms", 600);
    net_feed(qts, PIN, VDD_MV / 2);
    for (unsigned mode = 0; mode < 8; mode++) {
        gpio_cnf(qts, PIN, CNF_OUTPUT | CNF_DRIVE(mode));
        for (unsigned level = 0; level < 2; level++) {
            qtest_writel(qts, level ? GPIO_OUTSET : GPIO_OUTCLR, BIT_OF(PIN));
            g_assert_cmpint(net_mv(qts, PIN), ==, expected[mode][level]);
        }
    }
    qtest_quit(qts);
}

/* What twi_master.c does to get a stuck part off the bus */
static void open_drain_pins_can_be_pulled_by_others(void)
{
    QTestState *qts = start();

    qtest_writel(qts, GPIO_OUTSET, BIT_OF(PULLED));
    gpio_cnf(qts, PULLED, CNF_OUTPUT | CNF_PULL_UP | CNF_S0D1);
    g_assert_true(gpio_in(qts, PULLED));
    net_feed(qts, PULLED, 0);
    g_assert_false(gpio_in(qts, PULLED));
    g_assert_false(net_conflict(qts, PULLED));
    net_unfeed(qts, PULLED);
    qtest_writel(qts, GPIO_OUTCLR, BIT_OF(PULLED));
    g_assert_false(gpio_in(qts, PULLED));
    qtest_quit(qts);
}

static void an_output_reads_what_is_at_the_pin(void)
{
    QTestState *qts = start();

    gpio_cnf(qts, PIN, CNF_OUTPUT);
    qtest_writel(qts, GPIO_OUTSET, BIT_OF(PIN));
    g_assert_true(gpio_in(qts, PIN));
    net_feed(qts, PIN, 0); /* the stronger one */
    g_assert_false(gpio_in(qts, PIN));
    qtest_quit(qts);
}

static void offsets_without_a_register_are_harmless(void)
{
    static const uint16_t offsets[] = { 0x000, 0x500, 0x520, 0x524,
                                        0x6fc, 0x780, 0xffc };
    QTestState *qts = start();

    for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
        qtest_writel(qts, GPIO_BASE + offsets[i], 0xffffffff);
        qtest_writeb(qts, GPIO_BASE + offsets[i] + 3, 0xff);
        g_assert_cmphex(qtest_readl(qts, GPIO_BASE + offsets[i]), ==, 0);
    }
    qtest_writel(qts, GPIO_IN, 0xffffffff); /* read only */
    g_assert_cmphex(qtest_readl(qts, GPIO_IN), ==, 0);
    g_assert_cmphex(qtest_readl(qts, GPIO_OUT), ==, 0);
    g_assert_cmphex(qtest_readl(qts, GPIO_DIR), ==, 0);
    qtest_quit(qts);
}

#define TEST(name) qtest_add_func("/nrf51-gpio/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_have_their_reset_values);
    TEST(out_and_dir_are_set_and_cleared_by_bits);
    TEST(dir_and_pin_cnf_share_one_bit);
    TEST(bytes_and_halfwords_are_written_alone);
    TEST(a_byte_of_out_moves_its_pins);
    TEST(bytes_and_halfwords_are_read_alone);
    TEST(in_reads_0_while_the_input_buffer_is_off);
    TEST(a_pull_decides_until_something_stronger_does);
    TEST(drive_modes_have_their_strength);
    TEST(open_drain_pins_can_be_pulled_by_others);
    TEST(an_output_reads_what_is_at_the_pin);
    TEST(offsets_without_a_register_are_harmless);
    return g_test_run();
}
