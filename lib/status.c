/*
 * Names and plain words of the status codes.
 *
 * Source: docs/protocol.md, "Status codes"; tests/unit/test_status.c holds
 * the two lists against each other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "status.h"

#include <stddef.h>

struct status_words {
    const char *name;
    const char *text;
};

/* clang-format off */
static const struct status_words words[BW_STATUS_COUNT] = {
    [BW_OK] = { "ok", "done" },
    [BW_NACK_ADDR] = { "nack-addr", "no part acknowledged the address" },
    [BW_NACK_DATA] = { "nack-data", "the part refused a data byte" },
    [BW_ARBITRATION] = { "arbitration", "another master won the bus" },
    [BW_TIMEOUT] = { "timeout", "a deadline passed" },
    [BW_BUS_ERROR] = { "bus-error", "the bus is stuck or saw an illegal START or STOP" },
    [BW_BUSY] = { "busy", "somebody else uses the export or address" },
    [BW_DENIED] = { "denied", "not permitted" },
    [BW_NOT_FOUND] = { "not-found", "there is no export, part or value of that name" },
    [BW_UNSUPPORTED] = { "unsupported", "the adapter or the agent cannot do that" },
    [BW_INVALID] = { "invalid", "a field is out of range" },
    [BW_TOO_LONG] = { "too-long", "a length is over the limit" },
    [BW_MALFORMED] = { "malformed", "a frame does not parse" },
    [BW_VERSION] = { "version", "there is no common protocol version" },
    [BW_ORDER] = { "order", "the message is not legal at this point" },
    [BW_GONE] = { "gone", "the device behind the export went away" },
    [BW_IO] = { "io", "input/output error" },
    [BW_LINK_DOWN] = { "link-down", "no agent is connected" },
    [BW_SHUTDOWN] = { "shutdown", "the agent is stopping" },
    [BW_PEC] = { "pec", "the packet error code does not match" },
};
/* clang-format on */

const char *bw_status_name(unsigned status)
{
    if (status >= BW_STATUS_COUNT) {
        return "unknown";
    }
    return words[status].name;
}

const char *bw_status_text(unsigned status)
{
    if (status >= BW_STATUS_COUNT) {
        return "a failure this version has no name for";
    }
    return words[status].text;
}
