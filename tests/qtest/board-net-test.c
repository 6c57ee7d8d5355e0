/*
 * Nets of -M microbit: voltages, feeds, conflicts, the names of the edge
 * connector.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "migrate.h"
#include "net.h"

#define PIN      18 /* P8: nothing else is on it */
#define P0       "/machine/edge/P0"
#define BUTTON_A 17
#define BUTTON_B 26

static void a_net_without_a_driver_is_low(void)
{
    QTestState *qts = qtest_init("-M microbit");

    g_assert_false(net_level(qts, PIN));
    g_assert_cmpint(net_mv(qts, PIN), ==, 0);
    g_assert_false(net_conflict(qts, PIN));
    qtest_quit(qts);
}

static void an_output_drives_its_net(void)
{
    QTestState *qts = qtest_init("-M microbit");

    gpio_cnf(qts, PIN, CNF_OUTPUT);
    g_assert_cmpint(net_mv(qts, PIN), ==, 0);
    qtest_writel(qts, GPIO_OUTSET, 1u << PIN);
    g_assert_true(net_level(qts, PIN));
    g_assert_cmpint(net_mv(qts, PIN), ==, VDD_MV);
    qtest_quit(qts);
}

static void a_feed_sets_the_voltage_until_it_is_taken_away(void)
{
    QTestState *qts = qtest_init("-M microbit");

    net_feed(qts, PIN, 1234);
    g_assert_cmpint(net_mv(qts, PIN), ==, 1234);
    g_assert_false(net_level(qts, PIN));
    net_feed(qts, PIN, 2500);
    g_assert_true(net_level(qts, PIN));
    net_unfeed(qts, PIN);
    g_assert_cmpint(net_mv(qts, PIN), ==, 0);
    net_feed(qts, PIN, 2600);
    g_assert_cmpint(net_mv(qts, PIN), ==, 2600);
    qtest_quit(qts);
}

/* Pull-down of 13000 ohm below 3 V over 100, then over 26000 ohm */
static void a_feed_has_the_resistance_that_is_set(void)
{
    g_autofree char *path = g_strdup_printf("/machine/nrf51/pin[%u]", PIN);
    QTestState *qts = qtest_init("-M microbit");

    gpio_cnf(qts, PIN, CNF_PULL_DOWN);
    net_feed(qts, PIN, 3000);
    g_assert_cmpint(net_mv(qts, PIN), ==, 2977);
    qom_set_int(qts, path, "feed-ohms", 26000);
    g_assert_cmpint(net_mv(qts, PIN), ==, 1000);
    qtest_quit(qts);
}

static void a_feed_out_of_range_is_refused(void)
{
    static const int refused[] = { -100001, 100001 };
    QTestState *qts = qtest_init("-M microbit");

    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        QDict *reply = qtest_qmp(qts,
                                 "{'execute': 'qom-set', 'arguments': {'path': "
                                 "%s, 'property': 'feed-millivolts',"
                                 " 'value': %d}}",
                                 P0, refused[i]);

        g_assert_true(qdict_haskey(reply, "error"));
        qobject_unref(reply);
    }
    net_feed(qts, PIN, 5000); /* the diodes hold it */
    g_assert_cmpint(net_mv(qts, PIN), ==, VDD_MV + 300);
    qtest_quit(qts);
}

static void two_strong_drivers_are_a_conflict(void)
{
    QTestState *qts = qtest_init("-M microbit");

    qtest_writel(qts, GPIO_OUTSET, 1u << PIN);
    gpio_cnf(qts, PIN, CNF_OUTPUT);
    net_feed(qts, PIN, 0);
    g_assert_true(net_conflict(qts, PIN));
    g_assert_cmpint(net_mv(qts, PIN), ==, 429); /* 3000 * 100 / 700 */
    gpio_cnf(qts, PIN, CNF_OUTPUT | CNF_DRIVE(3));
    g_assert_cmpint(net_mv(qts, PIN), ==, 1875); /* 3000 * 100 / 160 */
    qtest_writel(qts, GPIO_OUTCLR, 1u << PIN);
    g_assert_false(net_conflict(qts, PIN));
    qtest_quit(qts);
}

static unsigned count(const char *path, const char *what)
{
    g_autofree char *text = NULL;
    unsigned n = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (char *at = text; (at = strstr(at, what)); at++) {
        n++;
    }
    return n;
}

/* A guest can make many; one warning a second, by the host's clock */
static void a_conflict_is_warned_of_with_names(void)
{
    g_autofree char *path = NULL;
    QTestState *qts;

    close(g_file_open_tmp("bw-warnings-XXXXXX", &path, NULL));
    qts = qtest_initf("-M microbit 2>%s", path);
    gpio_cnf(qts, PIN, CNF_OUTPUT);
    net_feed(qts, PIN, 0);
    g_assert_cmpuint(count(path, "warning"), ==, 0);
    for (int i = 0; i < 20; i++) {
        qtest_writel(qts, GPIO_OUTSET, 1u << PIN);
        qtest_writel(qts, GPIO_OUTCLR, 1u << PIN);
    }
    g_assert_cmpuint(count(path, "pin P8 (P0.18) is driven low by the feed "
                                 "and high by GPIO"),
                     >=, 1);
    g_assert_cmpuint(count(path, "warning"), <, 20);
    qtest_quit(qts);
    unlink(path);
}

static void the_supply_can_be_set(void)
{
    QTestState *qts =
        qtest_init("-M microbit -global nrf51-soc.vdd-millivolts=3300");

    g_assert_cmpint(qom_int(qts, P0, "millivolts"), ==, 3300);
    g_assert_cmpint(qom_int(qts, "/machine/edge/P17", "millivolts"), ==, 3300);
    net_feed(qts, PIN, 2200); /* 0.7 of 3300 is 2310 */
    g_assert_false(net_level(qts, PIN));
    qtest_quit(qts);
}

static void edge_pins_have_the_names_of_the_board(void)
{
    static const struct {
        const char *path;
        unsigned pin;
    } names[] = {
        { "/machine/edge/P0", 3 },   { "/machine/edge/P1", 2 },
        { "/machine/edge/P2", 1 },   { "/machine/edge/P3", 4 },
        { "/machine/edge/P4", 5 },   { "/machine/edge/P5", 17 },
        { "/machine/edge/P6", 12 },  { "/machine/edge/P7", 11 },
        { "/machine/edge/P8", 18 },  { "/machine/edge/P9", 10 },
        { "/machine/edge/P10", 6 },  { "/machine/edge/P11", 26 },
        { "/machine/edge/P12", 20 }, { "/machine/edge/P13", 23 },
        { "/machine/edge/P14", 22 }, { "/machine/edge/P15", 21 },
        { "/machine/edge/P16", 16 }, { "/machine/edge/P19", 0 },
        { "/machine/edge/P20", 30 },
    };
    QTestState *qts = qtest_init("-M microbit");

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        int mv = 100 + i;

        qom_set_int(qts, names[i].path, "feed-ohms", 1);
        qom_set_int(qts, names[i].path, "feed-millivolts", mv);
        g_assert_cmpint(net_mv(qts, names[i].pin), >=, mv);
        g_assert_cmpint(net_mv(qts, names[i].pin), <=, mv + 1);
    }
    g_assert_cmpint(qom_int(qts, "/machine/edge/P17", "millivolts"), ==,
                    VDD_MV);
    g_assert_true(qom_bool(qts, "/machine/edge/P18", "level"));
    qtest_quit(qts);
}

/* Stock QEMU takes both buttons for pressed. */
static void pins_with_a_pull_up_are_high(void)
{
    static const uint8_t pins[] = { 0, 30, BUTTON_A, BUTTON_B, 1, 2, 3 };
    QTestState *qts = qtest_init("-M microbit");

    for (size_t i = 0; i < G_N_ELEMENTS(pins); i++) {
        gpio_cnf(qts, pins[i], 0);
        g_assert_true(gpio_in(qts, pins[i]));
        g_assert_cmpint(net_mv(qts, pins[i]), ==, VDD_MV);
    }
    qtest_quit(qts);
}

/* A finger on P0 is a few hundred kilohms; so is the pull-down of the chip. */
static void touching_a_pin_beats_its_pull_up(void)
{
    QTestState *qts = qtest_init("-M microbit");

    gpio_cnf(qts, 3, 0);
    qom_set_int(qts, P0, "feed-ohms", 500000);
    qom_set_int(qts, P0, "feed-millivolts", 0);
    g_assert_false(gpio_in(qts, 3));
    net_unfeed(qts, 3);
    g_assert_true(gpio_in(qts, 3));
    gpio_cnf(qts, 3, CNF_PULL_DOWN);
    g_assert_false(gpio_in(qts, 3));
    qtest_quit(qts);
}

/* Stock QEMU forgets outside levels when it is reset. */
static void outside_levels_survive_a_reset(void)
{
    QTestState *qts = qtest_init("-M microbit");

    net_feed(qts, PIN, VDD_MV);
    net_feed(qts, BUTTON_A, 0);
    for (int i = 0; i < 2; i++) {
        gpio_cnf(qts, PIN, 0);
        gpio_cnf(qts, BUTTON_A, 0);
        gpio_cnf(qts, BUTTON_B, 0);
        g_assert_true(gpio_in(qts, PIN));
        g_assert_false(gpio_in(qts, BUTTON_A));
        g_assert_true(gpio_in(qts, BUTTON_B));
        qtest_system_reset(qts);
    }
    qtest_quit(qts);
}

static void a_reset_lets_go_of_the_pins(void)
{
    QTestState *qts = qtest_init("-M microbit");

    qtest_writel(qts, GPIO_OUT, 0xffffffff);
    qtest_writel(qts, GPIO_DIR, 0xffffffff);
    g_assert_true(net_level(qts, PIN));
    gpio_cnf(qts, 19, CNF_PULL_UP);
    g_assert_true(net_level(qts, 19));
    qtest_system_reset(qts);
    g_assert_false(net_level(qts, PIN));
    g_assert_false(net_level(qts, 19));
    qtest_quit(qts);
}

/* 1500 mV is what it was before; 0 and 3000 mV come first. */
static void feed_and_level_migrate(void)
{
    for (int level = 0; level < 2; level++) {
        QTestState *from = qtest_init("-M microbit");
        QTestState *to;
        int64_t now_ns;
        char *path;

        gpio_cnf(from, PIN, 0);
        net_feed(from, PIN, level ? VDD_MV : 0);
        net_feed(from, PIN, 1500);
        gpio_cnf(from, 20, CNF_PULL_UP);
        gpio_cnf(from, 21, CNF_OUTPUT | CNF_DRIVE(3));
        qtest_writel(from, GPIO_OUTSET, 1u << 21);
        now_ns = qtest_clock_step(from, 1);
        path = migrate_out(from);
        qtest_quit(from);
        to = qtest_init("-M microbit -incoming defer");
        migrate_in(to, path, now_ns);
        g_assert_cmpint(net_mv(to, PIN), ==, 1500);
        g_assert_cmpint(gpio_in(to, PIN), ==, level);
        g_assert_true(net_level(to, 20));
        g_assert_true(net_level(to, 21));
        g_assert_cmphex(qtest_readl(to, GPIO_CNF(21)), ==,
                        CNF_OUTPUT | CNF_DRIVE(3));
        qtest_quit(to);
    }
}

#define TEST(name) qtest_add_func("/board-net/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_net_without_a_driver_is_low);
    TEST(an_output_drives_its_net);
    TEST(a_feed_sets_the_voltage_until_it_is_taken_away);
    TEST(a_feed_has_the_resistance_that_is_set);
    TEST(a_feed_out_of_range_is_refused);
    TEST(two_strong_drivers_are_a_conflict);
    TEST(a_conflict_is_warned_of_with_names);
    TEST(the_supply_can_be_set);
    TEST(edge_pins_have_the_names_of_the_board);
    TEST(pins_with_a_pull_up_are_high);
    TEST(touching_a_pin_beats_its_pull_up);
    TEST(outside_levels_survive_a_reset);
    TEST(a_reset_lets_go_of_the_pins);
    TEST(feed_and_level_migrate);
    return g_test_run();
}
