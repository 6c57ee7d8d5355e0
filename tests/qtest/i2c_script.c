/*
 * Implementation of i2c_script.h: plain qom-get and qom-set.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "i2c_script.h"
#include "qobject/qbool.h"
#include "qobject/qdict.h"
#include "qobject/qnum.h"
#include "qobject/qstring.h"

static QDict *get(QTestState *qts, const char *id, const char *property)
{
    QDict *reply = qtest_qmp(qts,
                             "{'execute': 'qom-get', 'arguments':"
                             " {'path': %s, 'property': %s}}",
                             id, property);

    g_assert(qdict_haskey(reply, "return"));
    return reply;
}

char *i2c_script_get_string(QTestState *qts, const char *id,
                            const char *property)
{
    QDict *reply = get(qts, id, property);
    char *value = g_strdup(qdict_get_str(reply, "return"));

    qobject_unref(reply);
    return value;
}

int64_t i2c_script_get_int(QTestState *qts, const char *id,
                           const char *property)
{
    QDict *reply = get(qts, id, property);
    int64_t value = qdict_get_int(reply, "return");

    qobject_unref(reply);
    return value;
}

bool i2c_script_get_bool(QTestState *qts, const char *id, const char *property)
{
    QDict *reply = get(qts, id, property);
    bool value = qdict_get_bool(reply, "return");

    qobject_unref(reply);
    return value;
}

static void set(QTestState *qts, const char *id, const char *property,
                QObject *value)
{
    QDict *args = qdict_new();
    QDict *reply;

    qdict_put_str(args, "path", id);
    qdict_put_str(args, "property", property);
    qdict_put_obj(args, "value", value);
    reply = qtest_qmp(qts, "{'execute': 'qom-set', 'arguments': %p}", args);
    g_assert(qdict_haskey(reply, "return"));
    qobject_unref(reply);
}

void i2c_script_set_string(QTestState *qts, const char *id,
                           const char *property, const char *value)
{
    set(qts, id, property, QOBJECT(qstring_from_str(value)));
}

void i2c_script_set_int(QTestState *qts, const char *id, const char *property,
                        int64_t value)
{
    set(qts, id, property, QOBJECT(qnum_from_int(value)));
}

void i2c_script_set_bool(QTestState *qts, const char *id, const char *property,
                         bool value)
{
    set(qts, id, property, QOBJECT(qbool_from_bool(value)));
}

void i2c_script_finish(QTestState *qts, const char *result)
{
    int64_t deadline_us = g_get_monotonic_time() + I2C_SCRIPT_DEADLINE_US;
    g_autofree char *actual = NULL;

    /* Each question gives the main loop a turn. */
    while (i2c_script_get_bool(qts, "ctl", "pending")) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
    }
    actual = i2c_script_get_string(qts, "ctl", "result");
    g_assert_cmpstr(actual, ==, result);
}

void i2c_script_run(QTestState *qts, const char *how, const char *script,
                    const char *result)
{
    i2c_script_set_string(qts, "ctl", how, script);
    i2c_script_finish(qts, result);
}

void i2c_script_check_log(QTestState *qts, const char *id, const char *log)
{
    g_autofree char *actual = i2c_script_get_string(qts, id, "log");

    g_assert_cmpstr(actual, ==, log);
    i2c_script_set_string(qts, id, "log", "");
}
