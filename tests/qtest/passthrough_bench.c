/*
 * What the tests of i2c-passthrough share; see passthrough_bench.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <glib/gstdio.h>
#include "qobject/qdict.h"
#include "passthrough_bench.h"

#define PART "/machine/peripheral/part"

/* --- set-up --- */

void bench_init(struct bench *b)
{
    b->dir = g_dir_make_tmp("bw-passthrough-XXXXXX", NULL);
    g_assert_nonnull(b->dir);
    b->socket = g_build_filename(b->dir, "agent", NULL);
    b->log = g_build_filename(b->dir, "log", NULL);
    b->trace = g_build_filename(b->dir, "trace", NULL);
    b->agent = NULL;
    b->qts = NULL;
}

void bench_boot(struct bench *b, const char *chardev, const char *device)
{
    b->qts = qtest_initf("-M microbit %s -device " DEVICE ",id=part,%s "
                         "-trace 'bw_link_*' -trace 'bw_i2c_passthrough_*' "
                         "-trace 'bw_i2c_exact_*' "
                         "-D %s 2>%s",
                         chardev, device, b->trace, b->log);
    guest_bus_init(b->qts);
}

void bench_boot_unix(struct bench *b, const char *more)
{
    g_autofree char *chardev = g_strdup_printf(
        "-chardev socket,id=agent,path=%s,reconnect-ms=50", b->socket);
    g_autofree char *device = g_strdup_printf(
        "chardev=agent,export=" FAKE_EXPORT ",address=0x%02x,hostaddr=0x%02x%s",
        GUEST_ADDR7, FAKE_ADDR7, more);

    bench_boot(b, chardev, device);
}

void bench_finish(struct bench *b)
{
    if (b->qts) {
        qtest_quit(b->qts);
    }
    fake_agent_stop(b->agent);
    g_unlink(b->log);
    g_unlink(b->trace);
    g_assert_cmpint(g_rmdir(b->dir), ==, 0);
    g_free(b->trace);
    g_free(b->log);
    g_free(b->socket);
    g_free(b->dir);
}

/* --- what the device says of itself --- */

static QDict *get_property(struct bench *b, const char *name)
{
    QDict *r = qtest_qmp(b->qts,
                         "{ 'execute': 'qom-get', 'arguments': "
                         "{ 'path': '" PART "', 'property': %s } }",
                         name);

    g_assert_true(qdict_haskey(r, "return"));
    return r;
}

uint64_t get_count(struct bench *b, const char *name)
{
    QDict *r = get_property(b, name);
    uint64_t n = qdict_get_int(r, "return");

    qobject_unref(r);
    return n;
}

bool link_is(struct bench *b, const char *state)
{
    QDict *r = get_property(b, "link-state");
    bool is = g_str_equal(qdict_get_str(r, "return"), state);

    qobject_unref(r);
    return is;
}

void wait_link(struct bench *b, const char *state)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (!link_is(b, state)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

void wait_count(struct bench *b, const char *name, uint64_t n)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (get_count(b, name) < n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_cmpuint(get_count(b, name), ==, n);
}

/* --- logs --- */

unsigned count_in(const char *file, const char *needle)
{
    g_autofree char *text = NULL;
    unsigned n = 0;

    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    for (const char *p = text; (p = strstr(p, needle)); p++) {
        n++;
    }
    return n;
}

void wait_traced(struct bench *b, const char *needle, unsigned times)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (count_in(b->trace, needle) < times) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

void assert_logged(struct bench *b, const char *needle, unsigned times)
{
    unsigned n = count_in(b->log, needle);

    if (n != times) {
        g_autofree char *text = NULL;

        g_file_get_contents(b->log, &text, NULL, NULL);
        g_test_message("log of QEMU: %s", text);
    }
    g_assert_cmpuint(n, ==, times);
}

void assert_warnings(struct bench *b, unsigned times)
{
    assert_logged(b, "warning: " DEVICE, times);
}

/* --- the guest --- */

unsigned read_regs(struct bench *b, uint8_t reg, uint8_t *rx, size_t len)
{
    return guest_bus_transfer(b->qts, GUEST_ADDR7, &reg, 1, rx, len);
}

unsigned write_reg(struct bench *b, uint8_t reg, uint8_t value)
{
    uint8_t tx[] = { reg, value };

    return guest_bus_transfer(b->qts, GUEST_ADDR7, tx, 2, NULL, 0);
}

/* The agent's part holds a pattern from 0x10 on; the guest finds it. */
static void poke_pattern(struct bench *b)
{
    for (unsigned i = 0; i < 6; i++) {
        fake_agent_poke(b->agent, 0x10 + i, 0xa0 + i);
    }
}

void assert_read_works(struct bench *b)
{
    uint8_t rx[6] = { 0 };

    poke_pattern(b);
    g_assert_cmpuint(read_regs(b, 0x10, rx, 6), ==, GUEST_ACK);
    for (unsigned i = 0; i < 6; i++) {
        g_assert_cmphex(rx[i], ==, 0xa0 + i);
    }
}

void start_good_bench(struct bench *b, const char *more)
{
    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    bench_boot_unix(b, more);
    wait_link(b, "ready");
}
