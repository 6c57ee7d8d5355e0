/*
 * Status codes shared by every layer and carried on the wire.
 *
 * One number means one thing from the agent's backend to the guest's error
 * register.  Zero is success; a value that is not listed counts as failure.
 * docs/protocol.md, "Status codes", is the normative list.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_STATUS_H
#define BENCHWIRE_LIB_STATUS_H

enum bw_status {
    BW_OK = 0,
    BW_NACK_ADDR = 1,   /* nobody acknowledged the address */
    BW_NACK_DATA = 2,   /* the part refused a data byte */
    BW_ARBITRATION = 3, /* another master won the bus */
    BW_TIMEOUT = 4,     /* a deadline passed: SCL held, adapter hung */
    BW_BUS_ERROR = 5,   /* SDA stuck, illegal START or STOP */
    BW_BUSY = 6,        /* somebody else uses the export or address */
    BW_DENIED = 7,      /* the policy or the operating system says no */
    BW_NOT_FOUND = 8,   /* no such export, part or value */
    BW_UNSUPPORTED = 9, /* the adapter or this agent cannot do that */
    BW_INVALID = 10,    /* a field is out of range; nothing was done */
    BW_TOO_LONG = 11,   /* over a stated limit; nothing was done */
    BW_MALFORMED = 12,  /* the frame does not parse; the session ends */
    BW_VERSION = 13,    /* no common protocol version; the session ends */
    BW_ORDER = 14,      /* the message is not legal now; the session ends */
    BW_GONE = 15,       /* the device behind the export went away */
    BW_IO = 16,         /* any other input/output error */
    BW_LINK_DOWN = 17,  /* local only: no agent at the other end */
    BW_SHUTDOWN = 18,   /* the agent is stopping */
    BW_PEC = 19,        /* the SMBus packet error code does not match */
    BW_STATUS_COUNT
};

/**
 * bw_status_name: the short, stable name of a status, for logs and traces
 * @status: any value, also one received from a peer
 *
 * Returns: a static string such as "nack-addr"; "unknown" outside the list.
 */
const char *bw_status_name(unsigned status);

/**
 * bw_status_text: one plain phrase that tells a user what happened
 * @status: any value, also one received from a peer
 *
 * Returns: a static string such as "no part acknowledged the address".
 */
const char *bw_status_text(unsigned status);

#endif
