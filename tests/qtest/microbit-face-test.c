/*
 * What a person sees and touches on the micro:bit: LEDs, light, buttons
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "qobject/qnum.h"
#include "migrate.h"
#include "net.h"

#define BOARD    "-M microbit -display none "
#define DISPLAY  "/machine/display"
#define ROW(n)   (1u << (12 + (n))) /* ROW1 is P0.13 */
#define COL(n)   (1u << (3 + (n)))  /* COL1 is P0.4 */
#define ALL_COLS 0x1ff0u
#define ALL_ROWS 0xe000u
#define PIN_COL1 4
#define PIN_ROW1 13
#define PIN_A    17
#define PIN_B    26
#define MS       1000000ll
#define FRAMES   5 /* more than the window */

static QTestState *start(void)
{
    QTestState *qts = qtest_init(BOARD);

    qtest_writel(qts, GPIO_OUT, ALL_COLS);
    qtest_writel(qts, GPIO_DIR, ALL_COLS | ALL_ROWS);
    return qts;
}

static void assert_text(QTestState *qts, const char *want)
{
    QDict *reply =
        qtest_qmp(qts, "{'execute': 'qom-get', 'arguments': "
                       "{'path': '" DISPLAY "', 'property': 'text'}}");

    g_assert_cmpstr(qdict_get_str(reply, "return"), ==, want);
    qobject_unref(reply);
}

static void levels(QTestState *qts, unsigned level[25])
{
    QDict *reply =
        qtest_qmp(qts, "{'execute': 'qom-get', 'arguments': "
                       "{'path': '" DISPLAY "', 'property': 'levels'}}");
    const QListEntry *entry;
    unsigned n = 0;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(reply, "return"), entry)
    {
        g_assert_cmpuint(n, <, 25);
        level[n++] = qnum_get_uint(qobject_to(QNum, qlist_entry_obj(entry)));
    }
    g_assert_cmpuint(n, ==, 25);
    qobject_unref(reply);
}

/* Pictures of 18 ms: the columns of each row, lit for @on_ns */
static void scan(QTestState *qts, const uint32_t cols[3], int64_t on_ns)
{
    for (int i = 0; i < 3 * FRAMES; i++) {
        uint32_t row = ROW(1 + i % 3);

        qtest_writel(qts, GPIO_OUT, row | (ALL_COLS & ~cols[i % 3]));
        qtest_clock_step(qts, on_ns);
        qtest_writel(qts, GPIO_OUT, row | ALL_COLS);
        if (on_ns < 6 * MS) {
            qtest_clock_step(qts, 6 * MS - on_ns);
        }
    }
}

static void a_scanned_picture_is_seen(void)
{
    /* Diagonal: (0,0) R1C1, (1,1) R3C5, (2,2) R2C3, (3,3) R1C5, (4,4) R3C2 */
    static const uint32_t cols[3] = {
        COL(1) | COL(5),
        COL(3),
        COL(5) | COL(2),
    };
    unsigned level[25];
    QTestState *qts = start();

    assert_text(qts, "00000\n00000\n00000\n00000\n00000\n");
    scan(qts, cols, 6 * MS);
    assert_text(qts, "90000\n09000\n00900\n00090\n00009\n");
    levels(qts, level);
    for (int i = 0; i < 25; i++) {
        g_assert_cmpuint(level[i], ==, i % 6 ? 0 : 255);
    }
    scan(qts, cols, 448000); /* MicroPython's brightness 5 */
    assert_text(qts, "50000\n05000\n00500\n00050\n00005\n");
    levels(qts, level);
    g_assert_cmpuint(level[24], ==, 19); /* 255 * 448 / 6000 */
    qtest_quit(qts);
}

static void weak_pulls_light_nothing(void)
{
    QTestState *qts = start();

    qtest_writel(qts, GPIO_OUT, ALL_COLS | ROW(1));
    gpio_cnf(qts, PIN_COL1, CNF_PULL_DOWN);
    qtest_clock_step(qts, 100 * MS);
    assert_text(qts, "00000\n00000\n00000\n00000\n00000\n");
    gpio_cnf(qts, PIN_COL1, CNF_OUTPUT);
    qtest_writel(qts, GPIO_OUTCLR, COL(1));
    qtest_clock_step(qts, 100 * MS);
    assert_text(qts, "90000\n00000\n00000\n00000\n00000\n");
    gpio_cnf(qts, PIN_ROW1, CNF_PULL_UP);
    qtest_clock_step(qts, 100 * MS);
    assert_text(qts, "00000\n00000\n00000\n00000\n00000\n");
    qtest_quit(qts);
}

static void a_reset_turns_the_light_off(void)
{
    QTestState *qts = start();

    qtest_writel(qts, GPIO_OUT, ROW(1));
    qtest_clock_step(qts, 100 * MS);
    assert_text(qts, "90909\n00000\n09000\n99999\n00000\n");
    qtest_system_reset(qts);
    qtest_clock_step(qts, 100 * MS);
    assert_text(qts, "00000\n00000\n00000\n00000\n00000\n");
    qtest_quit(qts);
}

/* 1023 codes of 3000 mV: 338 is dark, 75 is bright, and what is between */
static void light_discharges_the_columns(void)
{
    static const struct {
        int level;
        int code;
    } lights[] = { { 0, 338 }, { 255, 75 }, { 128, 205 }, { 1, 336 } };
    QTestState *qts = start();

    gpio_cnf(qts, PIN_COL1, CNF_DISCONNECTED);
    for (size_t i = 0; i < G_N_ELEMENTS(lights); i++) {
        qom_set_int(qts, DISPLAY, "light-level", lights[i].level);
        g_assert_cmpint(net_mv(qts, PIN_COL1) * 1023 / 3000, ==,
                        lights[i].code);
        g_assert_cmpint(net_mv(qts, PIN_COL1 + 1), >, 2990); /* driven */
    }
    gpio_cnf(qts, PIN_COL1, CNF_PULL_UP | CNF_DISCONNECTED);
    g_assert_cmpint(net_mv(qts, PIN_COL1), >, 2900);
    qtest_quit(qts);
}

static void light_has_a_range(void)
{
    static const int bad[] = { -1, 256, 100000 };
    QTestState *qts = start();

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        QDict *reply = qtest_qmp(
            qts,
            "{'execute': 'qom-set', 'arguments': {'path': '" DISPLAY "',"
            " 'property': 'light-level', 'value': %d}}",
            bad[i]);

        g_assert_true(qdict_haskey(reply, "error"));
        qobject_unref(reply);
    }
    g_assert_cmpint(qom_int(qts, DISPLAY, "light-level"), ==, 128);
    qtest_quit(qts);
}

static void press(QTestState *qts, const char *button, bool pressed)
{
    qtest_qmp_assert_success(qts,
                             "{'execute': 'qom-set', 'arguments': {'path': %s,"
                             " 'property': 'pressed', 'value': %i}}",
                             button, pressed);
}

static void buttons_pull_their_pins_down(void)
{
    static const struct {
        const char *path;
        unsigned pin;
    } buttons[] = {
        { "/machine/button-a", PIN_A },
        { "/machine/button-b", PIN_B },
    };
    QTestState *qts = start();

    gpio_cnf(qts, PIN_A, 0);
    gpio_cnf(qts, PIN_B, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(buttons); i++) {
        const char *path = buttons[i].path;
        unsigned pin = buttons[i].pin;

        g_assert_true(gpio_in(qts, pin));
        press(qts, path, true);
        g_assert_true(qom_bool(qts, path, "pressed"));
        g_assert_false(gpio_in(qts, pin));
        g_assert_true(gpio_in(qts, PIN_A + PIN_B - pin)); /* the other one */
        qtest_system_reset(qts);
        gpio_cnf(qts, PIN_A, 0);
        gpio_cnf(qts, PIN_B, 0);
        g_assert_false(gpio_in(qts, pin)); /* a finger stays where it is */
        press(qts, path, false);
        g_assert_true(gpio_in(qts, pin));
    }
    qtest_quit(qts);
}

static void the_reset_button_holds_the_chip_in_reset(void)
{
    QTestState *qts = start();

    qtest_writel(qts, GPIO_DIR, ALL_COLS);
    press(qts, "/machine/reset-button", true);
    g_assert_cmpuint(qtest_readl(qts, GPIO_DIR), ==, 0);
    qtest_writel(qts, GPIO_DIR, ALL_COLS);
    press(qts, "/machine/reset-button", true); /* already */
    g_assert_cmpuint(qtest_readl(qts, GPIO_DIR), ==, ALL_COLS);
    press(qts, "/machine/reset-button", false);
    qtest_qmp_eventwait(qts, "RESET");
    g_assert_cmpuint(qtest_readl(qts, GPIO_DIR), ==, 0);
    qtest_quit(qts);
}

static void picture_light_and_fingers_migrate(void)
{
    QTestState *qts = start();
    int64_t now_ns;
    QTestState *to;
    char *path;

    qtest_writel(qts, GPIO_OUT, ROW(1));
    qom_set_int(qts, DISPLAY, "light-level", 255);
    press(qts, "/machine/button-b", true);
    now_ns = qtest_clock_step(qts, 100 * MS);
    qtest_writel(qts, GPIO_OUT, ALL_COLS);
    gpio_cnf(qts, PIN_COL1, CNF_DISCONNECTED);
    path = migrate_out(qts);
    qtest_quit(qts);
    to = qtest_init(BOARD "-incoming defer");
    migrate_in(to, path, now_ns + 1);
    assert_text(to, "90909\n00000\n09000\n99999\n00000\n");
    g_assert_cmpint(net_mv(to, PIN_COL1) * 1023 / 3000, ==, 75);
    gpio_cnf(to, PIN_B, 0);
    g_assert_false(gpio_in(to, PIN_B));
    qtest_clock_step(to, 100 * MS);
    assert_text(to, "00000\n00000\n00000\n00000\n00000\n");
    press(to, "/machine/button-b", false);
    g_assert_true(gpio_in(to, PIN_B));
    qtest_quit(to);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/microbit-face/picture", a_scanned_picture_is_seen);
    qtest_add_func("/microbit-face/weak", weak_pulls_light_nothing);
    qtest_add_func("/microbit-face/reset", a_reset_turns_the_light_off);
    qtest_add_func("/microbit-face/light", light_discharges_the_columns);
    qtest_add_func("/microbit-face/light-range", light_has_a_range);
    qtest_add_func("/microbit-face/buttons", buttons_pull_their_pins_down);
    qtest_add_func("/microbit-face/reset-button",
                   the_reset_button_holds_the_chip_in_reset);
    qtest_add_func("/microbit-face/migration",
                   picture_light_and_fingers_migrate);
    return g_test_run();
}
