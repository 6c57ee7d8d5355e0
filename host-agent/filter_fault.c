/*
 * A filter that makes faults: an adapter in front of another one.
 *
 * Here is what all ways through it share; transfers are in
 * filter_fault_xfer.c, SMBus protocols in filter_fault_smbus.c, steps in
 * filter_fault_step.c.
 *
 * What a fault reports is what a bus would show, and what it does to the part
 * as well: bytes before the place of the fault reach the part, it and those
 * after it do not.  A line that is held stays held until its time is over,
 * for every address and every session.
 *
 * Choices: a transfer cannot be stopped between two of its bytes, so a stretch
 * is waited for before all of them; who loses arbitration at a byte leaves the
 * bus as by a STOP.
 *
 * Not modelled: noise on SCL (a bit too many or too few), a part that answers
 * for another one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/filter_fault_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/clock.h"

#define NS_PER_US 1000u
#define US_PER_MS 1000u

static _Thread_local struct bw_fault_link pending;

static void sleep_us(uint64_t us)
{
    uint64_t until_ns = bw_clock_ns() + us * NS_PER_US;
    struct timespec until = bw_clock_timespec(until_ns);

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
           EINTR) {
    }
}

static void fault_close(struct bw_i2c_adapter *a)
{
    struct bw_filter_fault *f = (struct bw_filter_fault *)a;

    f->inner->ops->close(f->inner);
    bw_fault_set_finish(&f->set);
    free(f);
}

struct bw_filter_fault *bw_filter_fault_new(struct bw_i2c_adapter *inner,
                                            const struct bw_fault_clock *clock)
{
    static const struct bw_fault_clock real = { bw_clock_ns, sleep_us };
    struct bw_filter_fault *f = calloc(1, sizeof(*f));

    if (!f) {
        return NULL;
    }
    f->ops.xfer = bw_filter_fault_xfer;
    f->ops.smbus = inner->ops->smbus ? bw_filter_fault_smbus : NULL;
    f->ops.step = inner->ops->step ? bw_filter_fault_step : NULL;
    f->ops.close = fault_close;
    f->adapter = *inner;
    f->adapter.ops = &f->ops;
    f->inner = inner;
    f->clock = clock ? *clock : real;
    bw_fault_set_init(&f->set);
    return f;
}

struct bw_i2c_adapter *bw_filter_fault_adapter(struct bw_filter_fault *f)
{
    return &f->adapter;
}

struct bw_fault_set *bw_filter_fault_set(struct bw_filter_fault *f)
{
    return &f->set;
}

void bw_fault_link_take(struct bw_fault_link *link)
{
    *link = pending;
    memset(&pending, 0, sizeof(pending));
}

enum bw_status bw_filter_fault_request(struct bw_filter_fault *f,
                                       const struct bw_fault_msg *m,
                                       size_t nmsgs)
{
    bw_fault_set_request(&f->set, m, nmsgs, &pending);
    return pending.kind == BW_FAULT_LINK_CUT ? BW_LINK_DOWN : BW_OK;
}

enum bw_status bw_filter_fault_end(unsigned kind, bool is_read, uint32_t byte)
{
    switch (kind) {
    case BW_FAULT_NACK_ADDR:
        return BW_NACK_ADDR;
    case BW_FAULT_NACK_DATA:
        return BW_NACK_DATA;
    case BW_FAULT_VANISH:
        if (byte == BW_FAULT_ANY) {
            return BW_NACK_ADDR;
        }
        return is_read ? BW_OK : BW_NACK_DATA;
    case BW_FAULT_HOLD_SDA:
        return BW_BUS_ERROR;
    default:
        return BW_ARBITRATION;
    }
}

static uint64_t patience_us(const struct bw_filter_fault *f)
{
    return (uint64_t)f->adapter.timeout_ms * US_PER_MS;
}

bool bw_filter_fault_gives_up(const struct bw_filter_fault *f, uint64_t us)
{
    return us > patience_us(f);
}

void bw_filter_fault_wait(struct bw_filter_fault *f, uint64_t us)
{
    if (us > 0) {
        f->clock.sleep_us(us < patience_us(f) ? us : patience_us(f));
    }
}

enum bw_status bw_filter_fault_bus(struct bw_filter_fault *f,
                                   uint64_t *stretch_us)
{
    uint64_t now_ns = f->clock.now_ns();
    uint64_t until_ns = bw_fault_set_held(&f->set, BW_FAULT_STRETCH);

    *stretch_us = 0;
    if (now_ns < bw_fault_set_held(&f->set, BW_FAULT_HOLD_SDA)) {
        return BW_BUS_ERROR;
    }
    if (now_ns < until_ns) {
        *stretch_us = (until_ns - now_ns + NS_PER_US - 1) / NS_PER_US;
    }
    if (bw_filter_fault_gives_up(f, *stretch_us)) {
        bw_filter_fault_wait(f, *stretch_us);
        return BW_TIMEOUT;
    }
    return BW_OK;
}
