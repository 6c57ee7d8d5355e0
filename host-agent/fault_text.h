/*
 * A fault as people write it: KIND and KEY = VALUE, "25ms", "10%".
 *
 * For the bench file (config.c) and the benchwire tool (tool_fault.c), which
 * so have one language; bench.conf(5) describes it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_FAULT_TEXT_H
#define BENCHWIRE_HOST_AGENT_FAULT_TEXT_H

#include <stddef.h>

#include "lib/wire_fault.h"

#define BW_FAULT_TEXT_SIZE 192 /* holds any fault */

/* A fault that is being written down. */
struct bw_fault_text {
    struct bw_wire_fault fault;
    unsigned given; /* which keys, a bit each */
};

/* A fault of no kind, at any place, always. */
void bw_fault_text_init(struct bw_fault_text *t);

/**
 * bw_fault_text_set: take one key
 * @key: kind, address, direction, byte, time, skip, count, chance, seed, mask
 * @error: receives "cause; cure" on failure
 *
 * Returns: whether that could be.
 */
bool bw_fault_text_set(struct bw_fault_text *t, const char *key,
                       const char *value, char *error, size_t size);

/* A time with its unit, such as 25ms, 300us or 1.5s, up to 60s.  Returns:
 * whether @value is one. */
bool bw_fault_text_time(const char *value, uint32_t *us);

/* Complete what was left out.  Returns: NULL, or what is wrong. */
const char *bw_fault_text_finish(struct bw_fault_text *t);

/* "nack-data address=0x50 byte=2 count=1" */
void bw_fault_text_print(const struct bw_wire_fault *f,
                         char out[BW_FAULT_TEXT_SIZE]);

#endif
