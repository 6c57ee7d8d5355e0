/*
 * SCL and SDA of a simulated bus, with part models at the other end.
 *
 * The lines of i2c_bitbang.h without hardware: what the master drives goes
 * through lib/i2c_bits.c to the parts of a part_bus.h, which drive the lines
 * too; wired-AND decides.  Time on the wires is counted, not waited for, but
 * for a part that holds SCL.  Used by backend_wires.c and by the tests, which
 * may pull at the lines as well.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SIM_WIRES_H
#define BENCHWIRE_HOST_AGENT_SIM_WIRES_H

#include <stdbool.h>
#include <stdint.h>

#include "host-agent/i2c_bitbang.h"
#include "lib/i2c_bits.h"
#include "peripherals/parts/part_bus.h"

/**
 * struct bw_sim_wires - the wires; the first three groups are the user's
 * @now_ns: the time on the wires
 * @wait: let time pass until @until_ns and return the time; it may be earlier
 *        if something has changed; NULL: time jumps
 * @changed: a level has changed; it may change @others; NULL: nobody looks
 * @others: somebody else pulls the line low
 */
struct bw_sim_wires {
    struct bw_i2c_lines lines; /* first: the ops are given its address */

    uint64_t now_ns;
    uint64_t (*wait)(void *opaque, uint64_t until_ns);
    void (*changed)(void *opaque, bool scl, bool sda);
    void *opaque;

    bool others[BW_LINES];

    /* private */
    struct bw_part_bus *bus;
    struct bw_i2c_bits bits;
    bool master[BW_LINES]; /* pulls low */
    bool level[BW_LINES];
    bool ack;     /* the answer that waits for the part to let go of SCL */
    uint8_t byte; /* likewise */
};

void bw_sim_wires_init(struct bw_sim_wires *w, struct bw_part_bus *bus);

/* After a change of @others. */
void bw_sim_wires_update(struct bw_sim_wires *w);

#endif
