/*
 * A tape-passthrough and the fake agent's drive behind it, driven by qtest.
 *
 * The bench is passthrough_bench.h's, so its link_is(), get_count() and logs
 * are for this device, too; commands are tape_bench.h's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_TAPE_LINK_H
#define BENCHWIRE_TESTS_QTEST_TAPE_LINK_H

#include "fake_scsi.h"
#include "passthrough_bench.h"
#include "tape_bench.h"

#define TAPE_PART "/machine/peripheral/part"

struct tape_link {
    struct bench b;
    struct tape_bench t; /* qts and scsi of it */
};

/* QEMU with an adapter and the device, which has @more properties; b.agent is
 * set, or not: then none answers yet. */
void tape_link_boot(struct tape_link *l, enum guest_scsi_kind kind,
                    const char *more);

/* All of it, with an agent, a ready link, and the drive's attentions gone. */
void tape_link_start(struct tape_link *l, enum guest_scsi_kind kind,
                     const char *more);
void tape_link_finish(struct tape_link *l);

/* The device's other properties. */
bool tape_link_is_lost(struct tape_link *l); /* position-unknown */
int64_t tape_link_int(struct tape_link *l, const char *name);

/* What the drive was given since the last call. */
void tape_link_expect(struct tape_link *l, const char *log);

/* Give the drive a command, whose reply the agent holds; the drive has it. */
void tape_link_hold(struct tape_link *l, const struct scsi_command *command,
                    struct guest_scsi_pending *pending);

/* Close the connection, and wait until it is there again. */
void tape_link_cut(struct tape_link *l);

#endif
