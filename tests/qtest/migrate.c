/*
 * Migration through a file, see migrate.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "migrate.h"

static void wait_for_migration(QTestState *qts)
{
    for (int i = 0; i < 500; i++) {
        QDict *reply = qtest_qmp(qts, "{'execute': 'query-migrate'}");
        QDict *info = qdict_get_qdict(reply, "return");
        const char *status = qdict_get_try_str(info, "status");
        bool done = status && g_str_equal(status, "completed");

        g_assert_false(status && g_str_equal(status, "failed"));
        qobject_unref(reply);
        if (done) {
            return;
        }
        g_usleep(10000); /* between two looks, 5 s at most */
    }
    g_assert_not_reached();
}

char *migrate_out(QTestState *from)
{
    g_autofree char *uri = NULL;
    char *path = NULL;

    close(g_file_open_tmp("bw-state-XXXXXX", &path, NULL));
    uri = g_strdup_printf("file:%s", path);
    qtest_qmp_assert_success(
        from, "{'execute': 'migrate', 'arguments': {'uri': %s}}", uri);
    wait_for_migration(from);
    return path;
}

void migrate_in(QTestState *to, char *path, int64_t now_ns)
{
    g_autofree char *uri = g_strdup_printf("file:%s", path);

    qtest_qmp_assert_success(
        to, "{'execute': 'migrate-incoming', 'arguments': {'uri': %s}}", uri);
    wait_for_migration(to);
    qtest_clock_step(to, now_ns);
    qtest_qmp_assert_success(to, "{'execute': 'cont'}");
    unlink(path);
    g_free(path);
}
