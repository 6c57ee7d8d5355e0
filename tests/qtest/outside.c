/*
 * QEMU from outside; see outside.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/syscall.h>
#include "qobject/qdict.h"
#include "outside.h"

#define FDS 100 /* of a QEMU; 0 to 2 are no sockets */

void outside_refuses(const char *options, const char *sentence)
{
    g_autofree char *errors = NULL;
    g_autofree char *command =
        g_strdup_printf("timeout 20 %s -S -display none -monitor none %s",
                        g_getenv("QTEST_QEMU_BINARY"), options);
    int status;

    g_assert_true(
        g_spawn_command_line_sync(command, NULL, &errors, &status, NULL));
    g_test_message("%s", errors);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    g_assert_nonnull(strstr(errors, sentence));
}

void outside_refuses_each(const char *before,
                          const struct outside_mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *options =
            g_strconcat(before, mistakes[i].options, NULL);

        outside_refuses(options, mistakes[i].sentence);
    }
}

char *outside_error(QTestState *qts, const char *format, ...)
{
    char *text = NULL;
    QDict *reply;
    va_list args;

    va_start(args, format);
    reply = qtest_vqmp(qts, format, args);
    va_end(args);
    if (qdict_haskey(reply, "error")) {
        text = g_strdup(qdict_get_str(qdict_get_qdict(reply, "error"), "desc"));
    }
    qobject_unref(reply);
    return text;
}

bool outside_find(QTestState *qts, bool (*visit)(int fd, void *opaque),
                  void *opaque)
{
    int pidfd = syscall(SYS_pidfd_open, qtest_pid(qts), 0);
    bool found = false;

    for (int fd = 3; pidfd >= 0 && fd < FDS && !found; fd++) {
        int ours = syscall(SYS_pidfd_getfd, pidfd, fd, 0);

        if (ours >= 0) {
            found = visit(ours, opaque);
            close(ours);
        }
    }
    if (pidfd >= 0) {
        close(pidfd);
    }
    return found;
}
