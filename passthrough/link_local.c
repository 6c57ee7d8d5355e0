/*
 * The local form of a link: session thread, socketpair, private chardev.
 *
 * The chardev is an ordinary socket chardev that was never opened from an
 * address and does not appear in "info chardev"; it gets its connections the
 * way the monitor's add_client command gives one to a chardev.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/sockets.h"
#include "qemu/thread.h"
#include "chardev/char.h"
#include "chardev/char-socket.h"
#include "link_local.h"
#include "hw/benchwire/host-agent/local.h"

struct BwLinkLocal {
    char *adapter;
    struct bw_local *session; /* NULL: none */
    int fd;                   /* our end of its connection; -1: handed over */
};

static void *end_session(void *opaque)
{
    bw_local_stop(opaque);
    return NULL;
}

/* bw_local_stop() waits for the kernel; nobody here may. */
static void end_session_in_background(BwLinkLocal *local)
{
    QemuThread thread;

    if (local->fd >= 0) {
        close(local->fd);
        local->fd = -1;
    }
    if (local->session) {
        qemu_thread_create(&thread, "bw-local-end", end_session,
                           local->session, QEMU_THREAD_DETACHED);
        local->session = NULL;
    }
}

static bool start_session(BwLinkLocal *local, Error **errp)
{
    char error[256] = "";
    int fds[2];

    if (qemu_socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) {
        error_setg_errno(errp, errno, "no socket pair for adapter '%s'",
                         local->adapter);
        return false;
    }
    local->session = bw_local_start(local->adapter, fds[1], error,
                                    sizeof(error));
    if (!local->session) {
        close(fds[0]);
        error_setg(errp, "%s", error);
        return false;
    }
    local->fd = fds[0];
    return true;
}

BwLinkLocal *bw_link_local_new(const char *adapter, const char *name,
                               CharBackend *chr, Error **errp)
{
    BwLinkLocal *local = g_new0(BwLinkLocal, 1);
    Chardev *s;

    local->adapter = g_strdup(adapter);
    local->fd = -1;
    if (!start_session(local, errp)) {
        bw_link_local_free(local);
        return NULL;
    }
    s = CHARDEV(object_new(TYPE_CHARDEV_SOCKET));
    s->label = g_strdup_printf("%s-local", name);
    s->filename = g_strdup("disconnected:local");
    qemu_chr_fe_init(chr, s, &error_abort);
    return local;
}

bool bw_link_local_connect(BwLinkLocal *local, CharBackend *chr, Error **errp)
{
    Chardev *s = chr->chr;

    if (local->fd < 0) {
        end_session_in_background(local);
        if (!start_session(local, errp)) {
            return false;
        }
    }
    if (CHARDEV_GET_CLASS(s)->chr_add_client(s, local->fd) < 0) {
        error_setg(errp, "no connection with the session of adapter '%s'",
                   local->adapter);
        end_session_in_background(local);
        return false;
    }
    local->fd = -1;
    return true;
}

void bw_link_local_free(BwLinkLocal *local)
{
    if (!local) {
        return;
    }
    end_session_in_background(local);
    g_free(local->adapter);
    g_free(local);
}
