/*
 * The faults of one adapter: which there are, and when each of them happens.
 *
 * filter_fault.c asks at every place of a transfer, handlers_fault.c adds,
 * lists and clears.  A place is an address, or a data byte by its number in
 * the message; a fault counts the places that match it, skips, draws and
 * counts its hits, so that the same bench file, seed and transfers always give
 * the same faults.  Any thread may call: there is one lock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_FAULT_SET_H
#define BENCHWIRE_HOST_AGENT_FAULT_SET_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/status.h"
#include "lib/wire_fault.h"

#define BW_FAULT_SET_MAX 32

struct bw_fault_entry {
    struct bw_wire_fault fault;
    uint32_t seen;     /* matching places so far */
    uint64_t draw;     /* state of the generator */
    uint64_t until_ns; /* the line is held, or the part away, until then */
};

struct bw_fault_set {
    pthread_mutex_t lock;
    atomic_uint count; /* of @entries; read without the lock */
    uint32_t number;   /* of the newest */
    struct bw_fault_entry entries[BW_FAULT_SET_MAX];
};

/* A message, as far as it decides whether a fault is for it. */
struct bw_fault_msg {
    uint16_t addr;
    bool ten_bit;
    bool read;
};

/* What happens at a place. */
struct bw_fault_effect {
    unsigned kind;       /* enum bw_fault_kind that ends the message; 0: none */
    uint64_t stretch_us; /* SCL is held so long */
    uint8_t mask;        /* these bits change */
};

/* What happens to the reply of a request. */
struct bw_fault_link {
    unsigned kind; /* BW_FAULT_LINK_CUT, _LOSE or _TEAR; 0: none */
    uint32_t byte; /* TEAR: bytes of the reply that still go out */
    uint64_t delay_us;
};

void bw_fault_set_init(struct bw_fault_set *s);
void bw_fault_set_finish(struct bw_fault_set *s);

/**
 * bw_fault_set_add: add a fault that bw_fault_check() finds right
 * @number: receives its number
 *
 * Returns: BW_OK, or BW_TOO_LONG if there are BW_FAULT_SET_MAX.
 */
enum bw_status bw_fault_set_add(struct bw_fault_set *s,
                                const struct bw_wire_fault *fault,
                                uint32_t *number);

/* Remove one, or all with @number 0.  Returns: BW_OK or BW_NOT_FOUND. */
enum bw_status bw_fault_set_clear(struct bw_fault_set *s, uint32_t number);

/* Copy them, in the order they came.  Returns: how many. */
size_t bw_fault_set_list(struct bw_fault_set *s,
                         struct bw_wire_fault out[BW_FAULT_SET_MAX]);

/* Is there any?  Costs one load. */
bool bw_fault_set_armed(const struct bw_fault_set *s);

/**
 * bw_fault_set_at: a transfer has come to a place
 * @byte: number of the data byte in the message, or BW_FAULT_ANY: the address
 * @now_ns: of the filter's clock
 */
void bw_fault_set_at(struct bw_fault_set *s, const struct bw_fault_msg *m,
                     uint32_t byte, uint64_t now_ns,
                     struct bw_fault_effect *effect);

/* Until when is a line held: SCL by @kind STRETCH, SDA by HOLD_SDA?  0: it is
 * not. */
uint64_t bw_fault_set_held(struct bw_fault_set *s, unsigned kind);

/* A request with these messages has come: what becomes of the reply? */
void bw_fault_set_request(struct bw_fault_set *s, const struct bw_fault_msg *m,
                          size_t nmsgs, struct bw_fault_link *link);

#endif
