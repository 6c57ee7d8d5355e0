/*
 * What a session asks of the agent around it: who else is there, and more.
 *
 * server.c answers; a session inside another process (local.c) is alone.  Every
 * call may come from any session's thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SESSION_HOST_H
#define BENCHWIRE_HOST_AGENT_SESSION_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/status.h"
#include "lib/wire.h"
#include "lib/wire_admin.h"

struct bw_session;
struct bw_session_host;

/**
 * struct bw_session_host_ops - questions and orders
 * @changed: the session's export or software is another now; called in its own
 *           thread, also with no export at its end, before the lease is free
 * @who: the next session from place *@at on, which is 0 at first; false: there
 *       are no more
 * @kick: end a session; @why receives a sentence if that fails
 * @reload: read the bench file again; @text receives what came of it
 */
struct bw_session_host_ops {
    void (*changed)(struct bw_session_host *h, struct bw_session *s);
    bool (*who)(struct bw_session_host *h, size_t *at, struct bw_wire_who *out);
    enum bw_status (*kick)(struct bw_session_host *h, struct bw_session *by,
                           uint32_t session, char why[BW_WIRE_MAX_TEXT + 1]);
    enum bw_status (*reload)(struct bw_session_host *h,
                             char text[BW_WIRE_MAX_TEXT + 1]);
};

struct bw_session_host {
    const struct bw_session_host_ops *ops;
};

#endif
