/*
 * The benchwire protocol: faults, the bodies of FAULT_LIST, _ADD and _CLEAR.
 *
 * docs/protocol.md, "Faults", is normative.  What each kind does to a transfer
 * is in host-agent/filter_fault.c; what it is for in docs/faults.md.  Used by
 * host-agent/handlers_fault.c (agent), tool_fault.c (the benchwire tool) and
 * by config_fault.c, which reads the bench file's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_FAULT_H
#define BENCHWIRE_LIB_WIRE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "cursor.h"
#include "status.h"

#define BW_FAULT_ANY      0xffffu  /* of @addr and @byte */
#define BW_FAULT_ALWAYS   1000000u /* of @chance_ppm */
#define BW_FAULT_MAX_US   60000000u
#define BW_WIRE_FAULT_LEN 37 /* bytes of an entry */

enum bw_fault_kind {
    BW_FAULT_NACK_ADDR = 1,   /* the address is not acknowledged */
    BW_FAULT_NACK_DATA = 2,   /* a byte written is not acknowledged */
    BW_FAULT_STRETCH = 3,     /* SCL is held low for a time */
    BW_FAULT_HOLD_SDA = 4,    /* SDA is held low for a time */
    BW_FAULT_ARBITRATION = 5, /* another master wins */
    BW_FAULT_FLIP = 6,        /* bits of a byte change on the way */
    BW_FAULT_VANISH = 7,      /* the part is gone for a time */
    BW_FAULT_LINK_DELAY = 8,  /* the reply comes later */
    BW_FAULT_LINK_CUT = 9,    /* connection lost, nothing was done */
    BW_FAULT_LINK_LOSE = 10,  /* connection lost when all was done */
    BW_FAULT_LINK_TEAR = 11,  /* connection lost within the reply */
    BW_FAULT_KIND_END
};

enum bw_fault_flag {
    BW_FAULT_READ = 1u << 0,  /* only messages that read */
    BW_FAULT_WRITE = 1u << 1, /* only messages that write */
    BW_FAULT_TEN_BIT = 1u << 2
};

/**
 * struct bw_wire_fault - one fault of an adapter
 * @number: given by the agent; 0 in a request to add
 * @kind: enum bw_fault_kind
 * @addr: of the messages it is for, or BW_FAULT_ANY
 * @byte: number of the data byte in the message where it happens, from 0;
 *        BW_FAULT_ANY: at the address, or for FLIP at every byte, for
 *        NACK_DATA and LINK_TEAR at the first
 * @flags: enum bw_fault_flag; neither READ nor WRITE: both
 * @time_us: how long
 * @skip: so many matching messages go by first
 * @count: it happens so often; 0: without end
 * @chance_ppm: of those left, so many in a million, 1 to BW_FAULT_ALWAYS
 * @seed: of the draws; the same seed draws the same
 * @mask: FLIP: the bits that change
 * @hits: how often it happened so far; 0 in a request to add
 */
struct bw_wire_fault {
    uint32_t number;
    uint16_t kind;
    uint16_t addr;
    uint16_t byte;
    uint16_t flags;
    uint32_t time_us;
    uint32_t skip;
    uint32_t count;
    uint32_t chance_ppm;
    uint32_t seed;
    uint8_t mask;
    uint32_t hits;
};

/* "nack-addr", "stretch" ...; "unknown" for another number. */
const char *bw_fault_kind_name(unsigned kind);

/* The kind of that name, or 0. */
unsigned bw_fault_kind_find(const char *name);

/* Is it one of the link, not of the bus? */
bool bw_fault_is_link(unsigned kind);

/* Does the kind make use of a time, of a byte number? */
bool bw_fault_has_time(unsigned kind);
bool bw_fault_has_byte(unsigned kind);

/**
 * bw_fault_check: may this be added?
 *
 * Returns: NULL, or what is wrong and how to mend it, one phrase.
 */
const char *bw_fault_check(const struct bw_wire_fault *m);

/* One entry; FAULT_ADD request: one, FAULT_LIST reply: up to the body's end.
 * Any values travel; bw_fault_check() judges them. */
void bw_wire_put_fault(struct bw_writer *w, const struct bw_wire_fault *m);
enum bw_status bw_wire_get_fault(struct bw_reader *r, struct bw_wire_fault *m);

/* FAULT_ADD reply, FAULT_CLEAR request: a number. */
void bw_wire_put_fault_number(struct bw_writer *w, uint32_t number);
enum bw_status bw_wire_get_fault_number(struct bw_reader *r, uint32_t *number);

#endif
