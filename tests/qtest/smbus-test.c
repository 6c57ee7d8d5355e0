/*
 * SMBus in QEMU (qemu/patches): packet error codes, long blocks, alerts, host
 * notify and time-outs, and that devices which ask for none of it are as they
 * were.
 *
 * The devices are in devices/bw_test_smbus.c; bw-test-ctl goes byte by byte.
 * Codes are from lib/smbus.c, not from QEMU's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "i2c_script.h"
#include "lib/smbus.h"
#include "migrate.h"

#define CTL  "-device bw-test-ctl,id=ctl "
#define HOST "-device bw-test-smbus-host,id=host,bus=bw-test-i2c,address=8 "
#define FULL "-device bw-test-smbus,id=full,bus=bw-test-i2c,address=0x0b "
#define LOW  "-device bw-test-smbus,id=low,bus=bw-test-i2c,address=0x0a "
#define PLAIN \
    "-device bw-test-smbus-plain,id=plain,bus=bw-test-i2c,address=0x0c "
#define OTHER \
    "-device bw-test-smbus-plain,id=other,bus=bw-test-i2c,address=0x50 "

static QTestState *start(const char *devices)
{
    return qtest_initf("-M none %s", devices);
}

/* One protocol by smbus_transfer(). */
static void run(QTestState *qts, const char *words, const char *result)
{
    g_autofree char *got = NULL;

    i2c_script_set_string(qts, "host", "transfer", words);
    got = i2c_script_get_string(qts, "host", "result");
    g_assert_cmpstr(got, ==, result);
}

static uint8_t code(const uint8_t *bytes, size_t len)
{
    return bw_smbus_pec(0, bytes, len);
}

/* Protocols with words that @pec is put into: "p" or nothing */
static void run_all(QTestState *qts, const char *addr, const char *pec)
{
    static const struct {
        const char *words;
        const char *result;
    } cases[] = {
        { "byte-data %s %s =05 5a", "ok 5a" },
        { "byte-data %s %s r =05", "ok 5a" },
        { "word %s %s =11 34 12", "ok 34 12" },
        { "word %s %s r =11", "ok 34 12" },
        { "block %s %s =20 01 02 fe", "ok 01 02 fe" },
        { "block %s %s r =20", "ok 01 02 fe" },
        { "call %s %s =30 0f f0", "ok f0 0f" },
        { "block-call %s %s =40 01 02 03", "ok 03 02 01" },
        { "byte %s %s =77", "ok" },
        { "byte %s %s r", "ok 77" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) parts = g_strsplit(cases[i].words, "%s", 3);
        g_autofree char *words =
            g_strconcat(parts[0], addr, parts[1], pec, parts[2], NULL);

        run(qts, words, cases[i].result);
    }
}

static void every_protocol_works_without_and_with_codes(void)
{
    QTestState *qts = start(CTL HOST FULL OTHER);

    run_all(qts, "0b", "-");
    run_all(qts, "0b", "p");
    run_all(qts, "50", "-"); /* a device without codes */
    run(qts, "quick 0b", "ok");
    run(qts, "quick 0b r", "ok");
    qtest_quit(qts);
}

static void blocks_have_up_to_255_bytes(void)
{
    QTestState *qts = start(CTL HOST FULL);
    g_autoptr(GString) bytes = g_string_new("");
    g_autofree char *write = NULL, *result = NULL;

    for (int i = 0; i < 255; i++) {
        g_string_append_printf(bytes, " %02x", i ^ 0x5a);
    }
    result = g_strdup_printf("ok%s", bytes->str);
    for (int pec = 0; pec < 2; pec++) {
        g_free(write);
        write =
            g_strdup_printf("block 0b %s =20%s", pec ? "p" : "-", bytes->str);
        run(qts, write, result);
        run(qts, pec ? "block 0b p r =20" : "block 0b - r =20", result);
    }
    qtest_quit(qts);
}

static void what_is_wrong_is_told(void)
{
    QTestState *qts = start(CTL HOST FULL OTHER);

    run(qts, "byte 2a =00", "ENXIO");
    run(qts, "word 2a r =00", "ENXIO");
    run(qts, "block 0b r =20", "EPROTO"); /* no block yet: a count of 0 */
    run(qts, "quick 0b p", "EINVAL");
    run(qts, "call 0b r =30 01 02", "EINVAL");
    run(qts, "word 0b =11 01", "EINVAL");
    run(qts, "block 0b =20", "EINVAL");
    run(qts, "byte 50 p r", "EBADMSG"); /* no code there: 0xff */
    qtest_quit(qts);
}

static void wrong_code_of_a_write_is_refused_and_the_write_dropped(void)
{
    const uint8_t wire[] = { 0x16, 0x05, 0x5a };
    uint8_t pec = code(wire, 3);
    QTestState *qts = start(CTL HOST FULL);
    g_autofree char *right = g_strdup_printf("S0bw 05 5a %02x P", pec);
    g_autofree char *wrong = g_strdup_printf("S0bw 05 77 %02x 00 P", pec);
    g_autofree char *more = g_strdup_printf("S0bw 05 5a %02x 00 P", pec);

    i2c_script_run(qts, "sync", right, "a a a a a");
    i2c_script_run(qts, "sync", wrong, "a a a !d !d a");
    run(qts, "byte-data 0b r =05", "ok 5a");
    i2c_script_run(qts, "sync", more, "a a a a !d a");
    /* a refused write is not gone on with */
    i2c_script_run(qts, "sync", "S0bw 05 77 00 S0br P", "a a a !d !a a");
    i2c_script_run(qts, "sync", "S0bw 05 11 P", "a a a a");
    run(qts, "byte-data 0b r =05", "ok 11");
    qtest_quit(qts);
}

static void code_of_a_read_is_behind_its_data_once(void)
{
    const uint8_t wire[] = { 0x16, 0x11, 0x17, 0x34, 0x12 };
    QTestState *qts = start(CTL HOST FULL);
    g_autofree char *result =
        g_strdup_printf("a a a 34 12 %02x ff a", code(wire, sizeof(wire)));

    run(qts, "word 0b =11 34 12", "ok 34 12");
    i2c_script_run(qts, "sync", "S0bw 11 S0br r r r r n P", result);
    i2c_script_run(qts, "request", "S0bw 11 S0br r r r r n P", result);
    qtest_quit(qts);
}

static void plain_devices_see_a_code_as_data(void)
{
    const uint8_t wire[] = { 0xa0, 0x05, 0x5a };
    uint8_t pec = code(wire, 3);
    QTestState *qts = start(CTL HOST OTHER);
    g_autofree char *script = g_strdup_printf("S50w 05 5a %02x P", pec);

    i2c_script_run(qts, "sync", script, "a a a a a");
    /* it keeps two bytes; a byte register gives the first of them */
    i2c_script_run(qts, "sync", "S50w 05 S50r r r n P", "a a a 5a ff a");
    qtest_quit(qts);
}

/* Alerts */

static void alert_drives_the_line_and_the_lowest_address_answers(void)
{
    QTestState *qts = start(CTL HOST FULL LOW);
    const uint8_t wire[] = { 0x19, 0x14 };
    g_autofree char *with_code =
        g_strdup_printf("a 14 %02x a", code(wire, sizeof(wire)));

    qtest_irq_intercept_out_named(qts, "/machine/peripheral/full", "smbalert");
    i2c_script_run(qts, "sync", "S0cr P", "!a a");
    i2c_script_set_bool(qts, "full", "alert", true);
    g_assert_true(qtest_get_irq(qts, 0));
    i2c_script_set_bool(qts, "low", "alert", true);

    i2c_script_run(qts, "sync", "S0cr r r n P", with_code);
    g_assert_false(i2c_script_get_bool(qts, "low", "alert"));
    g_assert_true(i2c_script_get_bool(qts, "full", "alert"));
    i2c_script_run(qts, "request", "S0cr r n P", "a 16 a");
    g_assert_false(qtest_get_irq(qts, 0));
    g_assert_cmpint(i2c_script_get_int(qts, "full", "alerts-acked"), ==, 1);
    i2c_script_run(qts, "sync", "S0cr P", "!a a");
    qtest_quit(qts);
}

static void alert_response_is_a_read_and_nothing_else(void)
{
    QTestState *qts = start(CTL HOST FULL);

    i2c_script_set_bool(qts, "full", "alert", true);
    i2c_script_run(qts, "sync", "S0cw P", "!a a");
    /* without a byte read nobody has been heard */
    i2c_script_run(qts, "sync", "S0cr P", "a a");
    g_assert_true(i2c_script_get_bool(qts, "full", "alert"));
    /* its own address works meanwhile */
    run(qts, "word 0b =11 34 12", "ok 34 12");
    g_assert_true(i2c_script_get_bool(qts, "full", "alert"));
    qtest_system_reset(qts);
    g_assert_false(i2c_script_get_bool(qts, "full", "alert"));
    qtest_quit(qts);
}

static void device_at_the_alert_response_address_keeps_it(void)
{
    QTestState *qts = start(CTL HOST PLAIN);

    run_all(qts, "0c", "-");
    qtest_quit(qts);
}

/* Host notify */

static void host_is_notified(void)
{
    QTestState *qts = start(CTL HOST FULL);
    g_autofree char *log = NULL;

    i2c_script_set_int(qts, "full", "notify", 0x1234);
    g_assert_cmpint(i2c_script_get_int(qts, "full", "result"), ==, 0);
    log = i2c_script_get_string(qts, "host", "log");
    g_assert_cmpstr(log, ==, "16 34 12 ");
    /* in the middle of a transaction it has to wait */
    i2c_script_run(qts, "sync", "S0bw 05", "a a");
    i2c_script_set_int(qts, "full", "notify", 1);
    g_assert_cmpint(i2c_script_get_int(qts, "full", "result"), ==, -EBUSY);
    i2c_script_run(qts, "sync", "P", "a");
    qtest_quit(qts);

    qts = start(CTL FULL);
    i2c_script_set_int(qts, "full", "notify", 1);
    g_assert_cmpint(i2c_script_get_int(qts, "full", "result"), ==, -ENXIO);
    qtest_quit(qts);
}

/* Time-outs */

static void transaction_without_bytes_is_given_up_after_30_ms(void)
{
    QTestState *qts = start(CTL HOST FULL OTHER);

    run(qts, "byte-data 0b =05 5a", "ok 5a");
    i2c_script_run(qts, "sync", "S0bw 05", "a a");
    qtest_clock_step(qts, 24 * 1000 * 1000);
    i2c_script_run(qts, "sync", "77", "a");
    qtest_clock_step(qts, 35 * 1000 * 1000);
    i2c_script_run(qts, "sync", "00 P", "!d a");
    run(qts, "byte-data 0b r =05", "ok 5a"); /* nothing was written */
    /* a START is taken without a STOP, too */
    i2c_script_run(qts, "sync", "S0bw 05", "a a");
    qtest_clock_step(qts, 35 * 1000 * 1000);
    i2c_script_run(qts, "sync", "S0bw 05 S0br r n P", "a a a 5a a");
    /* a device that does not time out */
    i2c_script_run(qts, "sync", "S50w 05", "a a");
    qtest_clock_step(qts, 35 * 1000 * 1000);
    i2c_script_run(qts, "sync", "77 P", "a a");
    run(qts, "byte-data 50 r =05", "ok 77");
    qtest_quit(qts);
}

/* Reset */

static void reset_ends_a_transaction(void)
{
    QTestState *qts = start(CTL HOST FULL OTHER);

    i2c_script_run(qts, "sync", "S50w 05", "a a");
    qtest_system_reset(qts);
    run(qts, "byte-data 50 =05 5a", "ok 5a");
    run(qts, "byte-data 50 r =05", "ok 5a");
    i2c_script_run(qts, "sync", "S0bw 05", "a a");
    qtest_system_reset(qts);
    run(qts, "byte-data 0b =05 5a", "ok 5a");
    run(qts, "byte-data 0b r =05", "ok 5a");
    /* while the host asks who alerts it */
    i2c_script_set_bool(qts, "full", "alert", true);
    i2c_script_run(qts, "sync", "S0cr r", "a 16");
    qtest_system_reset(qts);
    run(qts, "byte-data 0b r =05", "ok 5a");
    g_assert_cmpint(i2c_script_get_int(qts, "full", "alerts-acked"), ==, 0);
    qtest_quit(qts);
}

/* Migration */

static void long_write_with_code_and_alert_migrate(void)
{
    uint8_t wire[43] = { 0x16, 0x20, 40 };
    g_autoptr(GString) first = g_string_new("S0bw 20 28");
    g_autoptr(GString) acks = g_string_new("a a a");
    g_autofree char *rest = NULL;
    QTestState *from = start(CTL HOST FULL);
    QTestState *to = start(CTL HOST FULL "-incoming defer");
    int64_t now;

    for (int i = 0; i < 38; i++) {
        wire[3 + i] = i;
        g_string_append_printf(first, " %02x", i);
        g_string_append(acks, " a");
    }
    wire[41] = 0xaa;
    wire[42] = 0xbb;
    rest = g_strdup_printf("aa bb %02x P", code(wire, sizeof(wire)));
    i2c_script_set_bool(from, "full", "alert", true);
    i2c_script_run(from, "sync", first->str, acks->str);
    now = qtest_clock_step(from, 1000);
    migrate_in(to, migrate_out(from), now);
    g_assert_true(i2c_script_get_bool(to, "full", "alert"));
    i2c_script_run(to, "sync", rest, "a a a a");
    i2c_script_run(to, "sync", "S0bw 20 S0br r r n P", "a a a 28 00 a");
    qtest_quit(from);
    qtest_quit(to);
}

int main(int argc, char **argv)
{
#define ADD(name) qtest_add_func("/smbus/" #name, name)
    g_test_init(&argc, &argv, NULL);
    ADD(every_protocol_works_without_and_with_codes);
    ADD(blocks_have_up_to_255_bytes);
    ADD(what_is_wrong_is_told);
    ADD(wrong_code_of_a_write_is_refused_and_the_write_dropped);
    ADD(code_of_a_read_is_behind_its_data_once);
    ADD(plain_devices_see_a_code_as_data);
    ADD(alert_drives_the_line_and_the_lowest_address_answers);
    ADD(alert_response_is_a_read_and_nothing_else);
    ADD(device_at_the_alert_response_address_keeps_it);
    ADD(host_is_notified);
    ADD(transaction_without_bytes_is_given_up_after_30_ms);
    ADD(reset_ends_a_transaction);
    ADD(long_write_with_code_and_alert_migrate);
#undef ADD
    return g_test_run();
}
