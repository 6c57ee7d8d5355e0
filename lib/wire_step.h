/*
 * The benchwire protocol: the bodies of I2C_STEP; see wire.h.
 *
 * Source: docs/protocol.md, "I2C_STEP", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_STEP_H
#define BENCHWIRE_LIB_WIRE_STEP_H

#include "cursor.h"
#include "i2c_step.h"
#include "wire.h"

#define BW_STEP_REPLY_LEN 4 /* and the bytes read */

struct bw_wire_step_request {
    uint32_t deadline_ms; /* as of struct bw_wire_i2c_request */
    uint16_t nsteps;
    struct bw_i2c_step steps[BW_I2C_MAX_STEPS];
};

void bw_wire_put_step_request(struct bw_writer *w,
                              const struct bw_wire_step_request *m);

/*
 * WRITE steps point into the reader's buffer, which must outlive @m and is not
 * written to; READ steps have data NULL until bw_i2c_steps_assign_reads().
 * Which step may follow which is for bw_i2c_steps_check().  Returns also
 * BW_TOO_LONG for too many steps, BW_INVALID for an unknown one or a deadline
 * over the limit.
 */
enum bw_status bw_wire_get_step_request(struct bw_reader *r,
                                        struct bw_wire_step_request *m);

/* How far the list came, and the bytes of its READ steps until there; in a
 * failure as in a success. */
void bw_wire_put_step_reply(struct bw_writer *w,
                            const struct bw_i2c_step *steps, size_t nsteps,
                            const struct bw_i2c_progress *progress);

/**
 * bw_wire_get_step_reply: the same to the one who sent the list
 * @status: of the reply; with BW_OK all steps must be done
 * @steps: receive the bytes; they have room
 */
enum bw_status bw_wire_get_step_reply(struct bw_reader *r,
                                      enum bw_status status,
                                      const struct bw_i2c_step *steps,
                                      size_t nsteps,
                                      struct bw_i2c_progress *progress);

#endif
