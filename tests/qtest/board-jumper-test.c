/*
 * Wires between pins of -M microbit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migrate.h"
#include "net.h"
#include "nrf_block.h"

/* P13 to P16 of the edge connector */
#define P13 23
#define P14 22
#define P15 21
#define P16 16

#define WIRE "-M microbit -device bw-jumper,id=wire,a=P15,b=P14"

static void connect_wire(QTestState *qts, bool connected)
{
    qtest_qmp_assert_success(
        qts,
        "{'execute': 'qom-set', 'arguments': {'path': "
        "'/machine/peripheral/wire', 'property': 'connected', 'value': %i}}",
        connected);
}

static void drive(QTestState *qts, unsigned pin, bool level)
{
    qtest_writel(qts, level ? GPIO_OUTSET : GPIO_OUTCLR, 1u << pin);
    qtest_writel(qts, GPIO_DIRSET, 1u << pin);
}

static void release(QTestState *qts, unsigned pin)
{
    qtest_writel(qts, GPIO_DIRCLR, 1u << pin);
}

static void levels_pass_both_ways(void)
{
    QTestState *qts = qtest_init(WIRE);

    drive(qts, P15, true);
    g_assert_true(net_level(qts, P14));
    drive(qts, P15, false);
    g_assert_false(net_level(qts, P14));
    release(qts, P15);
    g_assert_false(net_level(qts, P15));
    drive(qts, P14, true);
    g_assert_true(net_level(qts, P15));
    qtest_quit(qts);
}

static void voltages_and_pulls_pass(void)
{
    QTestState *qts = qtest_init(WIRE);

    net_feed(qts, P15, 1234);
    g_assert_cmpint(net_mv(qts, P14), ==, 1234);
    net_unfeed(qts, P15);
    gpio_cnf(qts, P15, CNF_PULL_UP);
    g_assert_cmpint(net_mv(qts, P14), ==, VDD_MV);
    gpio_cnf(qts, P14, CNF_PULL_DOWN); /* the same 13 kohm */
    g_assert_cmpint(net_mv(qts, P14), ==, VDD_MV / 2);
    g_assert_cmpint(net_mv(qts, P15), ==, VDD_MV / 2);
    gpio_cnf(qts, P15, 0);
    g_assert_cmpint(net_mv(qts, P15), ==, 0);
    qtest_quit(qts);
}

static void what_is_strong_wins_through_the_wire(void)
{
    QTestState *qts = qtest_init(WIRE);

    gpio_cnf(qts, P14, CNF_PULL_UP);
    drive(qts, P15, false);
    g_assert_false(net_level(qts, P14));
    release(qts, P15);
    g_assert_true(net_level(qts, P15));
    qtest_quit(qts);
}

static void conflicts_are_seen_at_both_ends(void)
{
    QTestState *qts = qtest_init(WIRE);

    drive(qts, P15, false);
    g_assert_false(net_conflict(qts, P14));
    drive(qts, P14, true);
    g_assert_true(net_conflict(qts, P14));
    g_assert_true(net_conflict(qts, P15));
    release(qts, P15);
    g_assert_false(net_conflict(qts, P14));
    g_assert_true(net_level(qts, P15));
    qtest_quit(qts);
}

/* 10 kohm, with 10 kohm to ground at the other end: half */
static void a_resistor_divides(void)
{
    QTestState *qts =
        qtest_init("-M microbit -device bw-jumper,a=P15,b=P14,ohms=9900");

    qom_set_int(qts, "/machine/nrf51/pin[22]", "feed-ohms", 10000);
    qom_set_int(qts, "/machine/nrf51/pin[22]", "feed-millivolts", 0);
    net_feed(qts, P15, 2000); /* 100 ohm */
    g_assert_cmpint(net_mv(qts, P14), ==, 1000);
    qtest_quit(qts);
}

static void wires_can_be_pulled_and_put_back(void)
{
    QTestState *qts = qtest_init(WIRE ",connected=off");

    drive(qts, P15, true);
    g_assert_false(net_level(qts, P14));
    connect_wire(qts, true);
    g_assert_true(net_level(qts, P14));
    connect_wire(qts, false);
    g_assert_false(net_level(qts, P14));
    qtest_quit(qts);
}

static void several_in_a_row_are_one(void)
{
    QTestState *qts = qtest_init(WIRE " -device bw-jumper,a=P14,b=P16"
                                      " -device bw-jumper,a=P0.16,b=P13");

    drive(qts, P15, true);
    g_assert_true(net_level(qts, P13));
    release(qts, P15);
    g_assert_false(net_level(qts, P13));
    drive(qts, P13, true);
    g_assert_true(net_level(qts, P15));
    qtest_quit(qts);
}

static void spi_returns_what_it_sends_over_a_wire(void)
{
    QTestState *qts = qtest_init(WIRE);
    struct block b = { .qts = qts, .id = 3 };

    block_write(b, 0x508, P13); /* PSELSCK, PSELMOSI, PSELMISO */
    block_write(b, 0x50c, P15);
    block_write(b, 0x510, P14);
    block_write(b, 0x500, 1); /* ENABLE */
    for (unsigned byte = 0; byte < 256; byte += 15) {
        block_write(b, 0x51c, byte);      /* TXD */
        block_expect_in(b, 0x108, 32000); /* READY, at 250 kbit/s */
        g_assert_cmphex(block_read(b, 0x518), ==, byte);
    }
    qtest_quit(qts);
}

static void wires_migrate(void)
{
    QTestState *from = qtest_init(WIRE);
    QTestState *to;
    char *path;

    drive(from, P15, true);
    connect_wire(from, false);
    path = migrate_out(from);
    qtest_quit(from);
    to = qtest_init(WIRE " -incoming defer");
    migrate_in(to, path, 1);
    g_assert_true(net_level(to, P15));
    g_assert_false(net_level(to, P14));
    connect_wire(to, true);
    g_assert_true(net_level(to, P14));
    qtest_quit(to);
}

static void expect_refused(const char *device)
{
    const char *argv[] = { "timeout",
                           "20", /* it would run for ever if it did */
                           g_getenv("QTEST_QEMU_BINARY"),
                           "-M",
                           "microbit",
                           "-display",
                           "none",
                           "-device",
                           "bw-jumper,a=P1,b=P2",
                           "-device",
                           "bw-jumper,a=P2,b=P8",
                           "-device",
                           device,
                           NULL };
    g_autofree char *err = NULL;
    int status = 0;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH,
                               NULL, NULL, NULL, &err, &status, NULL));
    g_assert_cmpint(status, !=, 0);
    g_assert_nonnull(strstr(err, device));
}

static void wires_that_make_no_sense_are_refused(void)
{
    expect_refused("bw-jumper,a=P0,b=P21");
    expect_refused("bw-jumper,a=P0");
    expect_refused("bw-jumper,a=,b=P0");
    expect_refused("bw-jumper,a=P0,b=P0.3"); /* the same pin */
    expect_refused("bw-jumper,a=P0,b=P1,ohms=0");
    expect_refused("bw-jumper,a=P0,b=/machine/nrf51");
    expect_refused("bw-jumper,a=P0.32,b=P0");
    expect_refused("bw-jumper,a=P8,b=P1"); /* a ring */
}

#define TEST(name) qtest_add_func("/board-jumper/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(levels_pass_both_ways);
    TEST(voltages_and_pulls_pass);
    TEST(what_is_strong_wins_through_the_wire);
    TEST(conflicts_are_seen_at_both_ends);
    TEST(a_resistor_divides);
    TEST(wires_can_be_pulled_and_put_back);
    TEST(several_in_a_row_are_one);
    TEST(spi_returns_what_it_sends_over_a_wire);
    TEST(wires_migrate);
    TEST(wires_that_make_no_sense_are_refused);
    return g_test_run();
}
