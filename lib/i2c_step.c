/*
 * Steps of an I2C transaction: which may follow which; see i2c_step.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c_step.h"

#define ADDR7_MAX  0x7fu
#define ADDR10_MAX 0x3ffu

static enum bw_status check_start(const struct bw_i2c_step *step)
{
    bool ten_bit = step->flags & BW_I2C_TEN_BIT;

    if (step->flags & ~(unsigned)BW_I2C_FLAGS_ALL) {
        return BW_INVALID;
    }
    return step->addr > (ten_bit ? ADDR10_MAX : ADDR7_MAX) ? BW_INVALID : BW_OK;
}

static enum bw_status check_bytes(const struct bw_i2c_step *step,
                                  enum bw_i2c_step_phase phase,
                                  enum bw_i2c_step_phase needed)
{
    if (phase != needed || step->len == 0) {
        return BW_INVALID;
    }
    return step->len > BW_I2C_MAX_LEN ? BW_TOO_LONG : BW_OK;
}

static enum bw_status check_step(const struct bw_i2c_step *step,
                                 enum bw_i2c_step_phase phase)
{
    switch (step->op) {
    case BW_STEP_START:
        return check_start(step);
    case BW_STEP_WRITE:
        return check_bytes(step, phase, BW_STEP_WRITING);
    case BW_STEP_READ:
        return check_bytes(step, phase, BW_STEP_READING);
    case BW_STEP_STOP:
        return phase == BW_STEP_IDLE ? BW_INVALID : BW_OK;
    default:
        return BW_INVALID;
    }
}

/* After a step that was done. */
static enum bw_i2c_step_phase phase_after(const struct bw_i2c_step *step,
                                          enum bw_i2c_step_phase phase)
{
    if (step->op == BW_STEP_START) {
        return step->flags & BW_I2C_READ ? BW_STEP_READING : BW_STEP_WRITING;
    }
    return step->op == BW_STEP_STOP ? BW_STEP_IDLE : phase;
}

size_t bw_i2c_steps_bytes(const struct bw_i2c_step *steps, size_t nsteps,
                          bool reads)
{
    uint8_t op = reads ? BW_STEP_READ : BW_STEP_WRITE;
    size_t sum = 0;

    for (size_t i = 0; i < nsteps; i++) {
        sum += steps[i].op == op ? steps[i].len : 0;
    }
    return sum;
}

enum bw_status bw_i2c_steps_check(const struct bw_i2c_step *steps,
                                  size_t nsteps, enum bw_i2c_step_phase phase)
{
    if (nsteps == 0) {
        return BW_INVALID;
    }
    if (nsteps > BW_I2C_MAX_STEPS) {
        return BW_TOO_LONG;
    }
    for (size_t i = 0; i < nsteps; i++) {
        enum bw_status status = check_step(&steps[i], phase);

        if (status != BW_OK) {
            return status;
        }
        phase = phase_after(&steps[i], phase);
    }
    if (bw_i2c_steps_bytes(steps, nsteps, true) > BW_I2C_MAX_BYTES ||
        bw_i2c_steps_bytes(steps, nsteps, false) > BW_I2C_MAX_BYTES) {
        return BW_TOO_LONG;
    }
    return BW_OK;
}

enum bw_i2c_step_phase bw_i2c_steps_after(const struct bw_i2c_step *steps,
                                          size_t done,
                                          enum bw_i2c_step_phase phase,
                                          enum bw_status status)
{
    if (status == BW_NACK_ADDR || status == BW_NACK_DATA) {
        return BW_STEP_REFUSED;
    }
    if (status != BW_OK) {
        return BW_STEP_IDLE;
    }
    for (size_t i = 0; i < done; i++) {
        phase = phase_after(&steps[i], phase);
    }
    return phase;
}

enum bw_status bw_i2c_steps_assign_reads(struct bw_i2c_step *steps,
                                         size_t nsteps, uint8_t *buf,
                                         size_t size)
{
    size_t used = 0;

    if (bw_i2c_steps_bytes(steps, nsteps, true) > size) {
        return BW_TOO_LONG;
    }
    for (size_t i = 0; i < nsteps; i++) {
        if (steps[i].op == BW_STEP_READ) {
            steps[i].data = buf + used;
            used += steps[i].len;
        }
    }
    return BW_OK;
}
