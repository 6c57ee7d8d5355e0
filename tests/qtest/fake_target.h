/*
 * A fake iSCSI target: one connection, one LUN, a tape that answers as it is
 * told.
 *
 * Source: RFC 7143.  Login without authentication or digests, SCSI commands
 * with data-in or immediate data, task management, NOP and logout; no R2T, no
 * recovery.  It runs in a thread; a peer that is silent for 20 s ends it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_FAKE_TARGET_H
#define BENCHWIRE_TESTS_QTEST_FAKE_TARGET_H

#include <stddef.h>
#include <stdint.h>

#define FAKE_TARGET_NAME "iqn.2026-11.example:tape"

enum fake_residual {
    FAKE_RESIDUAL_NONE,
    FAKE_RESIDUAL_UNDERFLOW,
    FAKE_RESIDUAL_OVERFLOW
};

/* The answer to READ(6); all else is answered as by a tape that is ready. */
struct fake_answer {
    uint8_t status;
    size_t data; /* bytes of 1 to 255 in turn; as many as are expected */
    enum fake_residual residual_kind;
    uint32_t residual;
    /* the data segment of the response: the length, and what follows it */
    uint16_t sense_says;
    size_t sense_len;
    uint8_t sense[1024];
};

struct fake_target;

struct fake_target *fake_target_new(void);
uint16_t fake_target_port(const struct fake_target *target);
/* From the next READ(6) on. */
void fake_target_answer(struct fake_target *target,
                        const struct fake_answer *answer);
/* Returns when the peer has gone. */
void fake_target_free(struct fake_target *target);

#endif
