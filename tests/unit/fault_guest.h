/*
 * One client of test_fault_runs.c, and what it may see of faults: which
 * statuses, and the part as a transaction leaves it that came so far.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_FAULT_GUEST_H
#define BENCHWIRE_TESTS_UNIT_FAULT_GUEST_H

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "fault_run.h"
#include "host-agent/client.h"
#include "host-agent/fault_set.h"

/* One client in one run. */
struct guest {
    pthread_t thread;
    unsigned number; /* 0 or 1 */
    uint64_t random;
    unsigned kinds; /* armed faults, a bit each */
    bool stops;     /* the agent may */
    struct bw_client client;
    struct deal deal;
    uint8_t read[MAX_MSGS][MAX_LEN]; /* what the part had for it */
    struct cells before;
    char wrong[256]; /* "": all is well */
};

__attribute__((format(printf, 2, 3))) static bool blame(struct guest *g,
                                                        const char *format, ...)
{
    size_t len =
        (size_t)snprintf(g->wrong, sizeof(g->wrong), "client %u: ", g->number);
    va_list args;

    va_start(args, format);
    vsnprintf(g->wrong + len, sizeof(g->wrong) - len, format, args);
    va_end(args);
    return false;
}

static bool armed(const struct guest *g, unsigned kind)
{
    return g->kinds & 1u << kind;
}

/* Can one of the faults that are set give this status? */
static bool is_possible(const struct guest *g, enum bw_status status)
{
    switch (status) {
    case BW_OK:
        return true;
    case BW_NACK_ADDR:
        return armed(g, BW_FAULT_NACK_ADDR) || armed(g, BW_FAULT_VANISH);
    case BW_NACK_DATA:
        return armed(g, BW_FAULT_NACK_DATA) || armed(g, BW_FAULT_VANISH);
    case BW_ARBITRATION:
        return armed(g, BW_FAULT_ARBITRATION);
    case BW_BUS_ERROR:
        return armed(g, BW_FAULT_HOLD_SDA);
    case BW_TIMEOUT:
        return armed(g, BW_FAULT_STRETCH);
    case BW_LINK_DOWN:
        return g->stops || armed(g, BW_FAULT_LINK_CUT) ||
               armed(g, BW_FAULT_LINK_LOSE) || armed(g, BW_FAULT_LINK_TEAR);
    case BW_SHUTDOWN:
        return g->stops;
    default:
        return false;
    }
}

static bool check_status(struct guest *g, enum bw_status status)
{
    return is_possible(g, status) ||
           blame(g, "status %s of no fault that is set",
                 bw_status_name(status));
}

static struct cells *part_of(const struct guest *g)
{
    return cells_of[g->number];
}

/* The part is as the start of the transaction left it that was done. */
static bool check_start(struct guest *g)
{
    return deal_explains(&g->deal, &g->before, part_of(g)) ||
           blame(g, "no part of the transaction explains the part");
}

/* It is as it must be when @msg messages are over and @byte bytes more. */
static bool check_place(struct guest *g, unsigned msg, unsigned byte)
{
    struct cells c = g->before;

    deal_play(&g->deal, &c, msg, byte, g->read);
    return cells_same(&c, part_of(g)) ||
           blame(g, "the part is not as at message %u byte %u", msg, byte);
}

/* What was read is what the part had; from where it vanished on, ones. */
static bool check_reads(struct guest *g, uint8_t read[MAX_MSGS][MAX_LEN])
{
    uint8_t mask = armed(g, BW_FAULT_FLIP) ? VALUE : 0xff;
    struct cells c = g->before;

    deal_play(&g->deal, &c, g->deal.x.nmsgs, 0, g->read);
    for (unsigned i = 0; i < g->deal.x.nmsgs; i++) {
        const struct bw_i2c_msg *m = &g->deal.x.msgs[i];
        bool gone = false;

        for (unsigned n = 0; n < m->len && (m->flags & BW_I2C_READ); n++) {
            gone |= armed(g, BW_FAULT_VANISH) &&
                    (read[i][n] & mask) == (0xff & mask);
            if (!gone && (read[i][n] ^ g->read[i][n]) & mask) {
                return blame(g, "message %u byte %u reads 0x%02x, not 0x%02x",
                             i, n, read[i][n], g->read[i][n]);
            }
        }
    }
    return true;
}

#endif
