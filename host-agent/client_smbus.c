/*
 * The client's side of SMBUS_XFER; see client.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/client.h"

#include <stdio.h>

#include "lib/wire_smbus.h"

enum bw_status bw_client_smbus(struct bw_client *c, struct bw_smbus_xfer *x)
{
    struct bw_wire_smbus_request rq = {
        .deadline_ms = c->deadline_ms,
        .xfer = *x,
    };
    struct bw_reader body;
    enum bw_status status;

    bw_wire_put_smbus_request(bw_client_begin(c, BW_MSG_SMBUS_XFER), &rq);
    status = bw_client_call(
        c, c->deadline_ms + c->opened.timeout_ms + BW_CLIENT_WAIT_MS, &body);
    if (status == BW_OK) {
        status = bw_wire_get_smbus_reply(&body, x);
        if (status != BW_OK) {
            snprintf(c->error, sizeof(c->error),
                     "the agent's answer has the wrong length");
        }
    }
    return status;
}
