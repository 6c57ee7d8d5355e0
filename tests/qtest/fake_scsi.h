/*
 * The tape drive of the fake agent.
 *
 * peripherals/parts/tape_drive.h with a cartridge in memory, a blank one at
 * first; "lto8".  Frames: docs/protocol.md, "SCSI".  What a command does is
 * done when SCSI_CMD has come, whatever becomes of the reply
 * (fake_agent_will()).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_FAKE_SCSI_H
#define BENCHWIRE_TESTS_QTEST_FAKE_SCSI_H

#include <stdbool.h>
#include <stdint.h>

#include "fake_agent.h"
#include "lib/wire_scsi.h"

struct fake_scsi;

struct fake_scsi *fake_scsi_new(void);
void fake_scsi_free(struct fake_scsi *d);

/* The reply to SCSI_DATA_OUT, SCSI_CMD or SCSI_RESET, with the agent's lock
 * held. */
enum bw_status fake_scsi_reply(struct fake_scsi *d, unsigned type, uint32_t id,
                               struct bw_reader *r, struct bw_writer *w);

/* A new connection, or a request that failed: what came of SCSI_DATA_OUT is
 * forgotten. */
void fake_scsi_begin(struct fake_scsi *d);

/* The data of the command that was answered last, for SCSI_DATA_IN; @len 0:
 * none. */
const uint8_t *fake_scsi_data(struct fake_scsi *d, uint32_t *len);

/* What OPEN tells of it. */
void fake_scsi_opened(const struct fake_scsi *d, struct bw_wire_opened *m);

/* --- for the tests --- */

/**
 * fake_scsi_power_on: another drive, with another cartridge
 * @image: @bytes of a .tap file; NULL and 0: a blank one
 * @capacity: 0: no end
 */
void fake_scsi_power_on(struct fake_agent *f, bool loaded, const void *image,
                        size_t bytes, bool read_only, uint64_t capacity,
                        uint64_t warning);

/* Tell of another type of device from the next OPEN on, or of none (0x1f). */
void fake_scsi_pretend(struct fake_agent *f, uint8_t type);

/* OPEN grants so many bytes for a command from now on. */
void fake_scsi_limit(struct fake_agent *f, uint32_t max_len);

/* The next commands' answer: of the agent, not of the drive. */
void fake_scsi_answer(struct fake_agent *f,
                      const struct bw_wire_scsi_result *result, unsigned times);

/* SCSI_RESET cannot be done from now on. */
void fake_scsi_no_reset(struct fake_agent *f);

/* The object under the head of the drive, without asking it. */
unsigned fake_scsi_position(struct fake_agent *f);

/* Requests SCSI_CMD that have come; the id of the last one, or of a SCSI_RESET
 * that came later. */
unsigned fake_scsi_commands(struct fake_agent *f);
uint32_t fake_scsi_last_id(struct fake_agent *f);

/* Send SCSI_BUSY for the last command or reset. */
void fake_scsi_busy(struct fake_agent *f);

/* "0a 10 12 reset ": the operation codes that have come since the last call;
 * to be freed with g_free(). */
char *fake_scsi_log(struct fake_agent *f);

#endif
