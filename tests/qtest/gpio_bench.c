/*
 * What the tests of gpio-passthrough share; see gpio_bench.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "gpio_bench.h"

#define DEVICE_ONE                                                      \
    "-device gpio-passthrough,id=one,chardev=agent,export=" FAKE_EXPORT \
    ",line=a,pin=P0.18"
#define DEVICE_TWO                                                      \
    "-device gpio-passthrough,id=two,chardev=agent,export=" FAKE_EXPORT \
    ",line=b,pin=P0.20"

void gpio_boot(struct bench *b, const char *devices)
{
    b->qts = qtest_initf("-M microbit "
                         "-chardev socket,id=agent,path=%s,reconnect-ms=50 "
                         "%s -trace 'bw_link_*' -trace 'bw_gpio_*' "
                         "-D %s 2>%s",
                         b->socket, devices, b->trace, b->log);
}

void gpio_start(struct bench *b, const char *more)
{
    g_autofree char *device = g_strdup_printf("%s%s", DEVICE_ONE, more);

    if (!b->dir) {
        bench_init(b);
    }
    if (!b->agent) {
        b->agent = fake_agent_start(b->socket);
    }
    gpio_boot(b, device);
    gpio_settle(b, ONE);
}

void gpio_start_two(struct bench *b)
{
    bench_init(b);
    b->agent = fake_agent_start(b->socket);
    gpio_boot(b, DEVICE_ONE " " DEVICE_TWO);
    gpio_settle(b, ONE);
    gpio_settle(b, TWO);
}

void gpio_wait_bool(struct bench *b, const char *device, const char *property,
                    bool value)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (qom_bool(b->qts, device, property) != value) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

void gpio_wait_int(struct bench *b, const char *device, const char *property,
                   int64_t value)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;

    while (qom_int(b->qts, device, property) < value) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_cmpint(qom_int(b->qts, device, property), ==, value);
}

void gpio_settle(struct bench *b, const char *device)
{
    gpio_wait_bool(b, device, "settled", true);
}

void gpio_wait_link(struct bench *b, const char *state)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    bool is = false;

    while (!is) {
        QDict *r = qtest_qmp(
            b->qts, "{'execute': 'qom-get', 'arguments': {'path': '" ONE
                    "', 'property': 'link-state'}}");

        is = g_str_equal(qdict_get_str(r, "return"), state);
        qobject_unref(r);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

void gpio_drive(struct bench *b, unsigned pin, bool level)
{
    qtest_writel(b->qts, level ? GPIO_OUTSET : GPIO_OUTCLR, 1u << pin);
    gpio_cnf(b->qts, pin, CNF_OUTPUT);
}

void gpio_release(struct bench *b, unsigned pin, uint32_t pull)
{
    gpio_cnf(b->qts, pin, pull);
}

void gpio_expect(struct bench *b, const char *text)
{
    g_autofree char *log = fake_gpio_log(b->agent);

    g_assert_cmpstr(log, ==, text);
}
