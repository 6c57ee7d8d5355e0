/*
 * The nets of -M microbit over QMP, and the GPIO registers in front of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "net.h"

static QDict *get(QTestState *qts, const char *path, const char *property)
{
    QDict *reply = qtest_qmp(qts,
                             "{'execute': 'qom-get', 'arguments': {'path': %s,"
                             " 'property': %s}}",
                             path, property);

    g_assert_true(qdict_haskey(reply, "return"));
    return reply;
}

int64_t qom_int(QTestState *qts, const char *path, const char *property)
{
    QDict *reply = get(qts, path, property);
    int64_t value = qdict_get_int(reply, "return");

    qobject_unref(reply);
    return value;
}

bool qom_bool(QTestState *qts, const char *path, const char *property)
{
    QDict *reply = get(qts, path, property);
    bool value = qdict_get_bool(reply, "return");

    qobject_unref(reply);
    return value;
}

void qom_set_int(QTestState *qts, const char *path, const char *property,
                 int64_t value)
{
    qtest_qmp_assert_success(qts,
                             "{'execute': 'qom-set', 'arguments': {'path': %s,"
                             " 'property': %s, 'value': %" PRId64 "}}",
                             path, property, value);
}

static char *path_of(unsigned pin)
{
    return g_strdup_printf("/machine/nrf51/pin[%u]", pin);
}

bool net_level(QTestState *qts, unsigned pin)
{
    g_autofree char *path = path_of(pin);

    return qom_bool(qts, path, "level");
}

int net_mv(QTestState *qts, unsigned pin)
{
    g_autofree char *path = path_of(pin);

    return qom_int(qts, path, "millivolts");
}

bool net_conflict(QTestState *qts, unsigned pin)
{
    g_autofree char *path = path_of(pin);

    return qom_bool(qts, path, "conflict");
}

void net_feed(QTestState *qts, unsigned pin, int mv)
{
    g_autofree char *path = path_of(pin);

    qom_set_int(qts, path, "feed-millivolts", mv);
}

void net_unfeed(QTestState *qts, unsigned pin)
{
    g_autofree char *path = path_of(pin);

    qom_set_int(qts, path, "feed-ohms", 0);
}

void gpio_cnf(QTestState *qts, unsigned pin, uint32_t value)
{
    qtest_writel(qts, GPIO_CNF(pin), value);
}

bool gpio_in(QTestState *qts, unsigned pin)
{
    return qtest_readl(qts, GPIO_IN) & 1u << pin;
}
