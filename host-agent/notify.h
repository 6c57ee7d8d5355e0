/*
 * Tell the service manager how the agent is: sd_notify(3) without its library.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_NOTIFY_H
#define BENCHWIRE_HOST_AGENT_NOTIFY_H

/* Send @state ("READY=1") to $NOTIFY_SOCKET; nothing happens if that is not
 * set or nobody listens there. */
void bw_notify(const char *state);

#endif
