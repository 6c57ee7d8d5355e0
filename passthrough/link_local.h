/*
 * The local form of a link: the agent's own session code, in a thread of this
 * process, behind a socketpair and a private socket chardev (link.c then sees
 * no difference).  host-agent/local.h is the other end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_LINK_LOCAL_H
#define BENCHWIRE_PASSTHROUGH_LINK_LOCAL_H

#include "chardev/char-fe.h"

typedef struct BwLinkLocal BwLinkLocal;

/**
 * bw_link_local_new: start a session for @adapter
 * @chr: receives a chardev, which is not connected yet
 *
 * Returns: NULL with @errp set if the adapter cannot be used.
 */
BwLinkLocal *bw_link_local_new(const char *adapter, const char *name,
                               CharBackend *chr, Error **errp);

/**
 * bw_link_local_connect: connect @chr with the session
 *
 * Starts a new session if the former one's connection was used already; that
 * one is ended in the background, since a transfer may keep it in the kernel.
 *
 * Returns: false with @errp set if there is none to connect with.
 */
bool bw_link_local_connect(BwLinkLocal *local, CharBackend *chr, Error **errp);

/* End the session in the background.  NULL is fine. */
void bw_link_local_free(BwLinkLocal *local);

#endif
