/*
 * Emulated parts as QEMU devices: bw-tmp102, bw-24c02, bw-ds3231
 *
 * What the parts do is tested with their models (tests/unit); here it is
 * what i2c_part.c adds: addresses, the virtual clock, properties, reset, and
 * the special addresses on a bus with several parts.
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
#define S  (1000 * MS)

#define CONVERSION_NS (300 * MS) /* TMP102: 250 ms period, 26 ms conversion */

static QTestState *start(const char *devices)
{
    QTestState *qts = qtest_initf("-M microbit %s", devices);

    guest_bus_init(qts);
    return qts;
}

static QDict *qom_set(QTestState *qts, const char *id, const char *property,
                      double value)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);

    return qtest_qmp(qts,
                     "{ 'execute': 'qom-set', 'arguments': "
                     "{ 'path': %s, 'property': %s, 'value': %f } }",
                     path, property, value);
}

static void set_value(QTestState *qts, const char *id, const char *property,
                      double value)
{
    QDict *reply = qom_set(qts, id, property, value);

    g_assert_true(qdict_haskey(reply, "return"));
    qobject_unref(reply);
}

static void set_fails(QTestState *qts, const char *id, const char *property,
                      double value)
{
    QDict *reply = qom_set(qts, id, property, value);

    g_assert_true(qdict_haskey(reply, "error"));
    qobject_unref(reply);
}

static double get_value(QTestState *qts, const char *id, const char *property)
{
    g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", id);
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

/* "w1@addr7 reg r2", most significant byte first. */
static unsigned read_word(QTestState *qts, uint8_t addr7, uint8_t reg)
{
    uint8_t rx[2];

    g_assert_cmphex(guest_bus_transfer(qts, addr7, &reg, 1, rx, 2), ==,
                    GUEST_ACK);
    return rx[0] << 8 | rx[1];
}

static unsigned write_bytes(QTestState *qts, uint8_t addr7, const char *bytes,
                            size_t len)
{
    return guest_bus_transfer(qts, addr7, (const uint8_t *)bytes, len, NULL, 0);
}

static void thermometer_measures_the_property(void)
{
    QTestState *qts = start("-device bw-tmp102,id=t,address=0x4a");

    g_assert_cmpfloat(get_value(qts, "t", "temperature"), ==, 25);
    set_value(qts, "t", "temperature", 21.5);
    g_assert_cmpfloat(get_value(qts, "t", "temperature"), ==, 21.5);
    qtest_clock_step(qts, CONVERSION_NS);
    /* 21.5 degC / 0.0625 = 344 = 0x158, left-justified */
    g_assert_cmphex(read_word(qts, 0x4a, 0), ==, 0x1580);
    set_value(qts, "t", "temperature", -10.25);
    /* the old one until the next conversion */
    g_assert_cmphex(read_word(qts, 0x4a, 0), ==, 0x1580);
    qtest_clock_step(qts, CONVERSION_NS);
    /* -10.25 / 0.0625 = -164 = 0xf5c */
    g_assert_cmphex(read_word(qts, 0x4a, 0), ==, 0xf5c0);
    qtest_quit(qts);
}

static void command_line_presets_values(void)
{
    QTestState *qts = start("-device bw-tmp102,id=t,temperature=100 "
                            "-device bw-ds3231,id=c,time=86399,vcc=5");

    qtest_clock_step(qts, CONVERSION_NS);
    /* 100 / 0.0625 = 1600 = 0x640; 0x48 is the lowest address */
    g_assert_cmphex(read_word(qts, 0x48, 0), ==, 0x6400);
    g_assert_cmpfloat(get_value(qts, "c", "vcc"), ==, 5);
    g_assert_cmphex(read_word(qts, 0x68, 0), ==, 0x5959); /* 23:59:59 */
    qtest_quit(qts);
}

static void properties_refuse_what_the_part_cannot_have(void)
{
    QTestState *qts = start("-device bw-tmp102,id=t");

    set_fails(qts, "t", "temperature", 150.1);
    set_fails(qts, "t", "temperature", -55.1);
    set_fails(qts, "t", "temperature", 1e300);
    set_fails(qts, "t", "alert", 0); /* an output */
    g_assert_cmpfloat(get_value(qts, "t", "temperature"), ==, 25);
    g_assert_cmpfloat(get_value(qts, "t", "alert"), ==, 1);
    qtest_quit(qts);
}

static void address_that_no_pin_selects_is_refused(void)
{
    outside_refuses("-M microbit -device bw-24c02,address=0x48",
                    "0x50 to 0x57");
}

static void other_addresses_are_not_acknowledged(void)
{
    QTestState *qts = start("-device bw-tmp102,id=t,address=0x49");

    g_assert_cmphex(write_bytes(qts, 0x48, "\0", 1), ==, GUEST_ANACK);
    g_assert_cmphex(write_bytes(qts, 0x0c, "\0", 1), ==, GUEST_ANACK);
    g_assert_cmphex(write_bytes(qts, 0x49, "\0", 1), ==, GUEST_ACK);
    qtest_quit(qts);
}

static void eeprom_write_cycle_takes_virtual_time(void)
{
    QTestState *qts = start("-device bw-24c02,id=e");

    g_assert_cmphex(write_bytes(qts, 0x50, "\x10\xab\xcd", 3), ==, GUEST_ACK);
    g_assert_cmpfloat(get_value(qts, "e", "busy"), ==, 1);
    g_assert_cmphex(write_bytes(qts, 0x50, "\x10", 1), ==, GUEST_ANACK);
    qtest_clock_step(qts, 5 * MS);
    g_assert_cmphex(read_word(qts, 0x50, 0x10), ==, 0xabcd);
    qtest_quit(qts);
}

static void reset_keeps_the_power(void)
{
    QTestState *qts = start("-device bw-24c02,id=e -device bw-tmp102,id=t");

    g_assert_cmphex(write_bytes(qts, 0x50, "\x10\xab\xcd", 3), ==, GUEST_ACK);
    qtest_clock_step(qts, 5 * MS);
    set_value(qts, "t", "temperature", 30);
    qtest_system_reset(qts);
    guest_bus_init(qts);
    g_assert_cmphex(read_word(qts, 0x50, 0x10), ==, 0xabcd);
    g_assert_cmpfloat(get_value(qts, "t", "temperature"), ==, 30);
    qtest_quit(qts);
}

static void clock_runs_on_virtual_time(void)
{
    QTestState *qts = start("-device bw-ds3231,id=c");
    static const uint8_t want[7] = { 0x05, 0x00, 0x00, 0x05, 0x01, 0x03, 0x24 };
    uint8_t reg = 0, got[7];

    /* 2024-02-29 23:59:00: 8825 days and 86340 s, a Thursday */
    set_value(qts, "c", "time", 8825.0 * 86400 + 86340);
    qtest_clock_step(qts, 65 * S);
    g_assert_cmphex(guest_bus_transfer(qts, 0x68, &reg, 1, got, sizeof(got)),
                    ==, GUEST_ACK);
    /* Friday is day 6 */
    g_assert_cmphex(got[3], ==, want[3] + 1);
    got[3] = want[3];
    g_assert_cmpmem(got, sizeof(got), want, sizeof(want));
    qtest_quit(qts);
}

static void general_call_reaches_every_part(void)
{
    QTestState *qts = start("-device bw-tmp102,id=a,address=0x48 "
                            "-device bw-24c02,id=e "
                            "-device bw-tmp102,id=b,address=0x4b");

    g_assert_cmphex(write_bytes(qts, 0x48, "\3\x12\x30", 3), ==, GUEST_ACK);
    g_assert_cmphex(write_bytes(qts, 0x4b, "\3\x12\x30", 3), ==, GUEST_ACK);
    g_assert_cmphex(read_word(qts, 0x4b, 3), ==, 0x1230);
    g_assert_cmphex(write_bytes(qts, 0x00, "\6", 1), ==, GUEST_ACK);
    g_assert_cmphex(read_word(qts, 0x48, 3), ==, 0x5000); /* reset value */
    g_assert_cmphex(read_word(qts, 0x4b, 3), ==, 0x5000);
    qtest_quit(qts);
}

static void alert_response_names_the_part(void)
{
    QTestState *qts = start("-device bw-tmp102,id=a,address=0x48 "
                            "-device bw-tmp102,id=b,address=0x4b");
    uint8_t rx;

    /* TM in the configuration: interrupt mode; 90 degC is over 80 */
    g_assert_cmphex(write_bytes(qts, 0x4b, "\1\x62", 2), ==, GUEST_ACK);
    set_value(qts, "b", "temperature", 90);
    qtest_clock_step(qts, CONVERSION_NS);
    g_assert_cmpfloat(get_value(qts, "b", "alert"), ==, 0);
    g_assert_cmphex(guest_bus_transfer(qts, 0x0c, NULL, 0, &rx, 1), ==,
                    GUEST_ACK);
    g_assert_cmphex(rx, ==, 0x4b << 1);
    g_assert_cmpfloat(get_value(qts, "b", "alert"), ==, 1);
    g_assert_cmphex(guest_bus_transfer(qts, 0x0c, NULL, 0, &rx, 1), ==,
                    GUEST_ANACK);
    qtest_quit(qts);
}

static bool edge_level(QTestState *qts, const char *pin)
{
    g_autofree char *path = g_strdup_printf("/machine/edge/%s", pin);

    return qom_bool(qts, path, "level");
}

/* Control 0x00: 1 Hz, restarted by the write of the seconds; low first. */
static void square_wave_is_on_the_edge_connector(void)
{
    QTestState *qts = start("-device bw-ds3231,id=c,"
                            "int_sqw-net=/machine/edge/P1");
    int64_t ns = 0;

    g_assert_true(edge_level(qts, "P1")); /* released, 10 Mohm to 3 V */
    g_assert_cmphex(write_bytes(qts, 0x68, "\x0e\x00", 2), ==, GUEST_ACK);
    g_assert_cmphex(write_bytes(qts, 0x68, "\x00\x00", 2), ==, GUEST_ACK);
    g_assert_false(edge_level(qts, "P1"));
    while (!edge_level(qts, "P1")) {
        g_assert_cmpint(ns, <, S);
        qtest_clock_step(qts, MS / 10);
        ns += MS / 10;
    }
    g_assert_cmpint(ns, >, 499 * MS); /* 500, less what the STOP took */
    g_assert_cmpint(ns, <=, 500 * MS);
    for (int i = 0; i < 5; i++) {
        qtest_clock_step(qts, 499 * MS);
        g_assert_true(edge_level(qts, "P1") == (i % 2 == 0));
        qtest_clock_step(qts, MS);
        g_assert_true(edge_level(qts, "P1") == (i % 2 != 0));
    }
    qtest_quit(qts);
}

static void alert_pulls_its_net_low(void)
{
    QTestState *qts = start("-device bw-tmp102,id=t,"
                            "alert-net=/machine/edge/P0");

    g_assert_true(edge_level(qts, "P0"));
    set_value(qts, "t", "temperature", 90); /* T(HIGH) is 80 */
    g_assert_true(edge_level(qts, "P0"));
    qtest_clock_step(qts, CONVERSION_NS);
    g_assert_false(edge_level(qts, "P0"));
    set_value(qts, "t", "temperature", 70); /* T(LOW) is 75 */
    qtest_clock_step(qts, CONVERSION_NS);
    g_assert_true(edge_level(qts, "P0"));
    qtest_quit(qts);
}

static void state_migrates(void)
{
    static const char args[] =
        "-device bw-24c02,id=e "
        "-device bw-tmp102,id=t,alert-net=/machine/edge/P0";
    QTestState *from = start(args), *to;
    int64_t now;
    char *file;

    g_assert_cmphex(write_bytes(from, 0x50, "\x10\xab\xcd", 3), ==, GUEST_ACK);
    set_value(from, "t", "temperature", 90);
    now = qtest_clock_step(from, CONVERSION_NS);
    file = migrate_out(from);
    to = qtest_initf("-M microbit %s -incoming defer", args);
    g_assert_true(edge_level(to, "P0"));
    migrate_in(to, file, now);
    guest_bus_init(to);
    g_assert_false(edge_level(to, "P0"));
    g_assert_cmphex(read_word(to, 0x50, 0x10), ==, 0xabcd);
    g_assert_cmpfloat(get_value(to, "t", "temperature"), ==, 90);
    set_value(to, "t", "temperature", 70);
    qtest_clock_step(to, CONVERSION_NS);
    g_assert_true(edge_level(to, "P0"));
    qtest_quit(from);
    qtest_quit(to);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*run)(void);
    } tests[] = {
        { "thermometer-measures-the-property",
          thermometer_measures_the_property },
        { "command-line-presets-values", command_line_presets_values },
        { "properties-refuse-what-the-part-cannot-have",
          properties_refuse_what_the_part_cannot_have },
        { "address-that-no-pin-selects-is-refused",
          address_that_no_pin_selects_is_refused },
        { "other-addresses-are-not-acknowledged",
          other_addresses_are_not_acknowledged },
        { "eeprom-write-cycle-takes-virtual-time",
          eeprom_write_cycle_takes_virtual_time },
        { "reset-keeps-the-power", reset_keeps_the_power },
        { "clock-runs-on-virtual-time", clock_runs_on_virtual_time },
        { "general-call-reaches-every-part", general_call_reaches_every_part },
        { "alert-response-names-the-part", alert_response_names_the_part },
        { "square-wave-is-on-the-edge-connector",
          square_wave_is_on_the_edge_connector },
        { "alert-pulls-its-net-low", alert_pulls_its_net_low },
        { "state-migrates", state_migrates },
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/i2c-part/%s", tests[i].path);

        g_test_add_func(path, tests[i].run);
    }
    return g_test_run();
}
