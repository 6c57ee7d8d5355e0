/*
 * The fake agent from inside; for fake_agent.c and fake_part.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_FAKE_AGENT_PRIV_H
#define BENCHWIRE_TESTS_QTEST_FAKE_AGENT_PRIV_H

#include <glib.h>

#include "fake_agent.h"
#include "lib/cursor.h"
#include "lib/i2c_step.h"
#include "lib/status.h"

struct fake_agent {
    GThread *thread;
    GMutex lock; /* of everything below it */
    int listen_fd;
    int wake[2];   /* pipe; closed at the writing end: stop */
    int let_go[2]; /* pipe; a byte for each held reply that may go */
    int conn;      /* -1: none; changed by the thread, with the lock */
    char *path;
    unsigned port;
    unsigned connections;
    GString *log;
    GRand *rand;
    unsigned rule_type;
    enum fake_act rule_act;
    uint32_t rule_arg;
    unsigned rule_honest; /* replies before it */
    unsigned rule_times;
    uint16_t grant_addr;
    uint32_t grant_max_len;
    uint32_t grant_funcs;
    uint16_t addr; /* the part's, on the agent's bus */
    uint16_t addr_flags;
    char *profile; /* NULL: none */
    uint8_t pointer;
    bool pointed;                 /* ... is written, since the START */
    enum bw_i2c_step_phase phase; /* of I2C_STEP */
    int refuse_reg;               /* writes to it are refused; -1: none */
    uint8_t reg[256];
    struct fake_gpio *gpio;
    struct fake_scsi *scsi;
    struct fake_usb *usb;
    uint32_t caps;       /* of HELLO */
    uint32_t silence_ms; /* of LEASE; 0: none */
    bool opened;
    unsigned pings;
    uint32_t notices; /* sent on this connection */
};

/* What the part says to I2C_XFER, I2C_STEP, SMBUS_XFER or PROFILE_GET, with the
 * lock held. */
enum bw_status fake_part_reply(struct fake_agent *f, unsigned type, uint32_t id,
                               struct bw_reader *r, struct bw_writer *w);

#endif
