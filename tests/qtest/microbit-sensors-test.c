/*
 * Accelerometer and magnetometer of -M microbit, both revisions
 *
 * What the parts do is tested with their models (tests/unit); here it is
 * which of them there are, how they are mounted, and their interrupt pins at
 * the SoC.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "tests/qtest/libqtest.h"
#include "guest_bus.h"
#include "migrate.h"
#include "net.h"
#include "outside.h"

#define MS 1000000ll

#define MMA8653 0x1d
#define MAG3110 0x0e
#define LSM_ACC 0x19
#define LSM_MAG 0x1e

#define ACCEL_INT2 27
#define ACCEL_INT1 28
#define MAG_INT1   29

#define ACCELEROMETER "/machine/accelerometer"
#define MAGNETOMETER  "/machine/magnetometer"

#define GPIOTE_BASE    0x40006000
#define GPIOTE_IN0     (GPIOTE_BASE + 0x100)
#define GPIOTE_CONFIG0 (GPIOTE_BASE + 0x510)

static QTestState *start(const char *options)
{
    QTestState *qts = qtest_initf("-M microbit%s", options);

    guest_bus_init(qts);
    return qts;
}

static void set(QTestState *qts, const char *path, const char *property,
                double value)
{
    qtest_qmp_assert_success(qts,
                             "{ 'execute': 'qom-set', 'arguments': "
                             "{ 'path': %s, 'property': %s, 'value': %f } }",
                             path, property, value);
}

static double get(QTestState *qts, const char *path, const char *property)
{
    QDict *reply = qtest_qmp(qts,
                             "{ 'execute': 'qom-get', 'arguments': "
                             "{ 'path': %s, 'property': %s } }",
                             path, property);
    double value;

    g_assert_true(qdict_haskey(reply, "return"));
    value = qdict_get_double(reply, "return");
    qobject_unref(reply);
    return value;
}

static void write_reg(QTestState *qts, uint8_t addr7, uint8_t reg,
                      uint8_t value)
{
    uint8_t tx[2] = { reg, value };

    g_assert_cmphex(guest_bus_transfer(qts, addr7, tx, 2, NULL, 0), ==,
                    GUEST_ACK);
}

static void read_regs(QTestState *qts, uint8_t addr7, uint8_t reg, uint8_t *rx,
                      size_t n)
{
    g_assert_cmphex(guest_bus_transfer(qts, addr7, &reg, 1, rx, n), ==,
                    GUEST_ACK);
}

/* Six bytes, @big: the high one of each pair comes first. */
static void read_axes(QTestState *qts, uint8_t addr7, uint8_t reg, bool big,
                      int axes[3])
{
    uint8_t rx[6];

    read_regs(qts, addr7, reg, rx, sizeof(rx));
    for (int i = 0; i < 3; i++) {
        axes[i] = (int16_t)(rx[2 * i + !big] << 8 | rx[2 * i + big]);
    }
}

static void mma8653_start(QTestState *qts)
{
    write_reg(qts, MMA8653, 0x2a, 0x00);
    write_reg(qts, MMA8653, 0x2d, 0x01); /* data ready, */
    write_reg(qts, MMA8653, 0x2e, 0x01); /* to INT1 */
    write_reg(qts, MMA8653, 0x2a, 0x21); /* 50 Hz */
}

static void mag3110_start(QTestState *qts)
{
    write_reg(qts, MAG3110, 0x11, 0xa0);
    write_reg(qts, MAG3110, 0x10, 0x01); /* 80 Hz */
}

static void lsm_start(QTestState *qts)
{
    write_reg(qts, LSM_ACC, 0x22, 0x10); /* data ready to INT1 */
    write_reg(qts, LSM_ACC, 0x23, 0x88); /* BDU, HR */
    write_reg(qts, LSM_ACC, 0x20, 0x47); /* 50 Hz */
    write_reg(qts, LSM_MAG, 0x62, 0x01); /* data ready to the pin */
    write_reg(qts, LSM_MAG, 0x60, 0x0c); /* 100 Hz */
}

/*
 * Step by 10 us until the pin has the level, at most @ms.
 * Returns: the ns that passed.
 */
static int64_t wait_for_level(QTestState *qts, unsigned pin, bool level, int ms)
{
    int64_t ns = 0;

    while (net_level(qts, pin) != level) {
        g_assert_cmpint(ns, <, ms * MS);
        qtest_clock_step(qts, 10000);
        ns += 10000;
    }
    return ns;
}

static bool answers(QTestState *qts, uint8_t addr7)
{
    uint8_t rx;

    return guest_bus_transfer(qts, addr7, NULL, 0, &rx, 1) == GUEST_ACK;
}

static void check_addresses(const char *options, const char *expected)
{
    g_autoptr(GString) found = g_string_new("");
    QTestState *qts = start(options);

    for (uint8_t addr7 = 0x08; addr7 < 0x78; addr7++) {
        if (answers(qts, addr7)) {
            g_string_append_printf(found, " %02x", addr7);
        }
    }
    g_assert_cmpstr(found->str, ==, expected);
    qtest_quit(qts);
}

static void each_revision_has_its_two_addresses(void)
{
    check_addresses("", " 0e 1d");
    check_addresses(",revision=1.3b", " 0e 1d");
    check_addresses(",revision=1.3B", " 0e 1d");
    check_addresses(",revision=1.5", " 19 1e");
    check_addresses(",sensors=off", "");
    check_addresses(" -device bw-tmp102", " 0e 1d 48");
}

static void other_revisions_are_refused(void)
{
    outside_refuses("-M microbit,revision=2", "1.3b and 1.5");
}

static void revision_is_soldered_at_start(void)
{
    QTestState *qts = start("");
    QDict *reply = qtest_qmp(qts, "{ 'execute': 'qom-set', 'arguments': "
                                  "{ 'path': '/machine', 'property': "
                                  "'revision', 'value': '1.5' } }");

    g_assert_true(qdict_haskey(reply, "error"));
    qobject_unref(reply);
    qtest_quit(qts);
}

static void board_lies_flat_at_first(void)
{
    QTestState *qts = start("");

    g_assert_cmpfloat(get(qts, ACCELEROMETER, "x"), ==, 0);
    g_assert_cmpfloat(get(qts, ACCELEROMETER, "y"), ==, 0);
    g_assert_cmpfloat(get(qts, ACCELEROMETER, "z"), ==, -1000);
    g_assert_cmpfloat(get(qts, MAGNETOMETER, "field-x"), ==, 0);
    g_assert_cmpfloat(get(qts, MAGNETOMETER, "field-y"), ==, 20);
    g_assert_cmpfloat(get(qts, MAGNETOMETER, "field-z"), ==, 45);
    qtest_quit(qts);
}

static void set_all(QTestState *qts)
{
    set(qts, ACCELEROMETER, "x", 125);
    set(qts, ACCELEROMETER, "y", 250);
    set(qts, ACCELEROMETER, "z", -500);
    set(qts, MAGNETOMETER, "field-x", 15);
    set(qts, MAGNETOMETER, "field-y", -30);
    set(qts, MAGNETOMETER, "field-z", 60);
}

/* The DAL turns them: accelerometer -X, -Y, Z; magnetometer -X, -Y, -Z. */
static void v1_3b_is_mounted_as_the_dal_has_it(void)
{
    QTestState *qts = start("");
    int axes[3];

    set_all(qts);
    g_assert_cmpfloat(get(qts, ACCELEROMETER, "y"), ==, 250);
    g_assert_cmpfloat(get(qts, ACCELEROMETER "/chip", "y"), ==, -250);
    mma8653_start(qts);
    mag3110_start(qts);
    qtest_clock_step(qts, 100 * MS);
    read_axes(qts, MMA8653, 0x01, true, axes);
    g_assert_cmpint(axes[0], ==, -32 * 64); /* 256 counts are 1000 mg */
    g_assert_cmpint(axes[1], ==, -64 * 64);
    g_assert_cmpint(axes[2], ==, -128 * 64);
    read_axes(qts, MAG3110, 0x01, true, axes);
    g_assert_cmpint(axes[0], ==, -150); /* 0.1 uT */
    g_assert_cmpint(axes[1], ==, 300);
    g_assert_cmpint(axes[2], ==, -600);
    qtest_quit(qts);
}

/* The DAL: X, -Y, Z for both. */
static void v1_5_is_mounted_as_the_dal_has_it(void)
{
    QTestState *qts = start(",revision=1.5");
    int axes[3];

    set_all(qts);
    lsm_start(qts);
    qtest_clock_step(qts, 100 * MS);
    read_axes(qts, LSM_ACC, 0xa8, false, axes);
    g_assert_cmpint(axes[0], ==, 128 * 16); /* 1024 counts are 1000 mg */
    g_assert_cmpint(axes[1], ==, -256 * 16);
    g_assert_cmpint(axes[2], ==, -512 * 16);
    read_axes(qts, LSM_MAG, 0xe8, false, axes);
    g_assert_cmpint(axes[0], ==, 100); /* 0.15 uT */
    g_assert_cmpint(axes[1], ==, 200);
    g_assert_cmpint(axes[2], ==, 400);
    qtest_quit(qts);
}

static void mma8653_int1_is_p0_28_low(void)
{
    QTestState *qts = start("");
    int axes[3];
    int64_t ns;

    g_assert_true(net_level(qts, ACCEL_INT1));
    g_assert_true(net_level(qts, ACCEL_INT2));
    mma8653_start(qts);
    g_assert_true(net_level(qts, ACCEL_INT1));
    /* turn-on time: 2 periods of 20 ms and 1 ms */
    ns = wait_for_level(qts, ACCEL_INT1, false, 50);
    g_assert_cmpint(ns, >, 40 * MS);
    g_assert_cmpint(ns, <=, 41 * MS);
    read_axes(qts, MMA8653, 0x01, true, axes);
    g_assert_true(net_level(qts, ACCEL_INT1));
    g_assert_true(net_level(qts, ACCEL_INT2));
    write_reg(qts, MMA8653, 0x2a, 0x00);
    write_reg(qts, MMA8653, 0x2e, 0x00); /* to INT2 now */
    write_reg(qts, MMA8653, 0x2a, 0x21);
    wait_for_level(qts, ACCEL_INT2, false, 50);
    g_assert_true(net_level(qts, ACCEL_INT1));
    qtest_quit(qts);
}

/* Nobody looks at the part: its pin moves by itself. */
static void interrupt_reaches_gpiote_without_polling(void)
{
    QTestState *qts = start("");
    int axes[3];

    gpio_cnf(qts, ACCEL_INT1, 0); /* an input */
    /* event mode, pin 28, high to low */
    qtest_writel(qts, GPIOTE_CONFIG0, 1 | ACCEL_INT1 << 8 | 2 << 16);
    qtest_writel(qts, GPIOTE_IN0, 0);
    mma8653_start(qts);
    qtest_clock_step(qts, 39 * MS);
    g_assert_cmpint(qtest_readl(qts, GPIOTE_IN0), ==, 0);
    qtest_clock_step(qts, 2 * MS);
    g_assert_cmpint(qtest_readl(qts, GPIOTE_IN0), ==, 1);
    g_assert_false(gpio_in(qts, ACCEL_INT1));
    qtest_writel(qts, GPIOTE_IN0, 0);
    qtest_clock_step(qts, 100 * MS); /* not read: it stays low */
    g_assert_cmpint(qtest_readl(qts, GPIOTE_IN0), ==, 0);
    read_axes(qts, MMA8653, 0x01, true, axes);
    qtest_clock_step(qts, 20 * MS);
    g_assert_cmpint(qtest_readl(qts, GPIOTE_IN0), ==, 1);
    qtest_quit(qts);
}

static void mag3110_int1_is_p0_29_high(void)
{
    QTestState *qts = start("");
    int axes[3];
    int64_t ns;

    g_assert_false(net_level(qts, MAG_INT1));
    mag3110_start(qts);
    ns = wait_for_level(qts, MAG_INT1, true, 20);
    g_assert_cmpint(ns, >, 12 * MS); /* 12.5 ms less some of the STOP */
    g_assert_cmpint(ns, <=, 12500000);
    read_axes(qts, MAG3110, 0x01, true, axes);
    g_assert_false(net_level(qts, MAG_INT1));
    wait_for_level(qts, MAG_INT1, true, 13);
    qtest_quit(qts);
}

static void lsm303agr_pins_are_high(void)
{
    QTestState *qts = start(",revision=1.5");
    int axes[3];

    g_assert_false(net_level(qts, ACCEL_INT1));
    g_assert_false(net_level(qts, ACCEL_INT2));
    g_assert_false(net_level(qts, MAG_INT1));
    lsm_start(qts);
    wait_for_level(qts, MAG_INT1, true, 10);
    wait_for_level(qts, ACCEL_INT1, true, 21);
    read_axes(qts, LSM_ACC, 0xa8, false, axes);
    g_assert_false(net_level(qts, ACCEL_INT1));
    g_assert_true(net_level(qts, MAG_INT1));
    read_axes(qts, LSM_MAG, 0xe8, false, axes);
    g_assert_false(net_level(qts, MAG_INT1));
    g_assert_false(net_level(qts, ACCEL_INT2));
    qtest_quit(qts);
}

static void reset_button_leaves_the_sensors_running(void)
{
    QTestState *qts = start("");
    uint8_t rx;

    mma8653_start(qts);
    qtest_system_reset(qts);
    guest_bus_init(qts);
    read_regs(qts, MMA8653, 0x2a, &rx, 1);
    g_assert_cmphex(rx, ==, 0x21);
    wait_for_level(qts, ACCEL_INT1, false, 50);
    qtest_quit(qts);
}

static void migration_keeps_values_and_interrupts(void)
{
    QTestState *from = start(""), *to;
    int axes[3];
    char *file;

    set(from, ACCELEROMETER, "x", 125);
    mma8653_start(from);
    wait_for_level(from, ACCEL_INT1, false, 50);
    read_axes(from, MMA8653, 0x01, true, axes);
    g_assert_true(net_level(from, ACCEL_INT1));
    file = migrate_out(from);
    to = qtest_init("-M microbit -incoming defer");
    migrate_in(to, file, qtest_clock_step(from, 1));
    g_assert_cmpfloat(get(to, ACCELEROMETER, "x"), ==, 125);
    g_assert_true(net_level(to, ACCEL_INT1));
    g_assert_cmpint(wait_for_level(to, ACCEL_INT1, false, 20), >, 10 * MS);
    read_axes(to, MMA8653, 0x01, true, axes);
    g_assert_cmpint(axes[0], ==, -32 * 64);
    qtest_quit(from);
    qtest_quit(to);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(void);
    } tests[] = {
        { "each-revision-has-its-two-addresses",
          each_revision_has_its_two_addresses },
        { "other-revisions-are-refused", other_revisions_are_refused },
        { "revision-is-soldered-at-start", revision_is_soldered_at_start },
        { "board-lies-flat-at-first", board_lies_flat_at_first },
        { "v1.3b-is-mounted-as-the-dal-has-it",
          v1_3b_is_mounted_as_the_dal_has_it },
        { "v1.5-is-mounted-as-the-dal-has-it",
          v1_5_is_mounted_as_the_dal_has_it },
        { "mma8653-int1-is-p0.28-low", mma8653_int1_is_p0_28_low },
        { "interrupt-reaches-gpiote-without-polling",
          interrupt_reaches_gpiote_without_polling },
        { "mag3110-int1-is-p0.29-high", mag3110_int1_is_p0_29_high },
        { "lsm303agr-pins-are-high", lsm303agr_pins_are_high },
        { "reset-button-leaves-the-sensors-running",
          reset_button_leaves_the_sensors_running },
        { "migration-keeps-values-and-interrupts",
          migration_keeps_values_and_interrupts },
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path =
            g_strdup_printf("/microbit-sensors/%s", tests[i].path);

        g_test_add_func(path, tests[i].run);
    }
    return g_test_run();
}
