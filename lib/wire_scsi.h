/*
 * The benchwire protocol: bodies of SCSI_*; see wire.h.
 *
 * Source: docs/protocol.md, "SCSI", which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_SCSI_H
#define BENCHWIRE_LIB_WIRE_SCSI_H

#include "cursor.h"
#include "status.h"
#include "wire.h"

#define BW_SCSI_MAX_CDB   32
#define BW_SCSI_MAX_SENSE 252 /* SPC-4, 4.5.1 */
/* Bytes of data in one SCSI_DATA_OUT (after the offset) or SCSI_DATA_IN (after
 * the request's id and the offset), so that both fit into a body. */
#define BW_SCSI_MAX_CHUNK 65528

enum bw_scsi_direction {
    BW_SCSI_NO_DATA = 0,
    BW_SCSI_DATA_IN = 1, /* from the device */
    BW_SCSI_DATA_OUT = 2 /* to the device */
};

enum bw_scsi_result_flag {
    /* The agent made the status and the sense, the command never reached the
     * device: it is not in the allow-list of the export. */
    BW_SCSI_RESULT_REFUSED = 1u << 0,
    /* The device's status is not known: the transport failed, or the command
     * was aborted after its time.  A tape's position is then unknown, too. */
    BW_SCSI_RESULT_NO_STATUS = 1u << 1
};

/**
 * struct bw_wire_scsi_cmd - SCSI_CMD request
 * @direction: enum bw_scsi_direction
 * @len: bytes to move; data to the device came in SCSI_DATA_OUT before
 * @timeout_ms: the longest it may take, if that is less than what the agent
 *              allows for this operation code; 0: as the agent says
 */
struct bw_wire_scsi_cmd {
    uint8_t direction;
    uint8_t cdb_len; /* 6 to 16, or 32 */
    uint32_t len;
    uint32_t timeout_ms;
    uint8_t cdb[BW_SCSI_MAX_CDB];
};

/**
 * struct bw_wire_scsi_result - SCSI_CMD reply, if it is ok
 * @status: SAM status, as the device gave it
 * @flags: enum bw_scsi_result_flag
 * @host: host status of the agent's kernel (DID_*), for logs
 * @moved: bytes of data that were moved; at most the request's @len
 */
struct bw_wire_scsi_result {
    uint8_t status;
    uint8_t flags;
    uint16_t host;
    uint32_t moved;
    uint8_t sense_len; /* to BW_SCSI_MAX_SENSE; 0: none */
    uint8_t sense[BW_SCSI_MAX_SENSE];
};

/**
 * struct bw_wire_scsi_data - SCSI_DATA_OUT request, SCSI_DATA_IN notice
 * @id: SCSI_DATA_IN only: the request whose data it is
 * @offset: of the first byte; pieces come in order, without gaps; a
 *          SCSI_DATA_OUT with offset 0 begins anew
 * @bytes: @len bytes, 1 to BW_SCSI_MAX_CHUNK, in the caller's or the reader's
 *         buffer
 */
struct bw_wire_scsi_data {
    uint32_t id;
    uint32_t offset;
    const uint8_t *bytes;
    size_t len;
};

/* SCSI_BUSY, a notice: request @id is under way since @elapsed_ms. */
struct bw_wire_scsi_busy {
    uint32_t id;
    uint32_t elapsed_ms;
};

void bw_wire_put_scsi_cmd(struct bw_writer *w,
                          const struct bw_wire_scsi_cmd *m);
/* Also BW_INVALID for a field out of range, BW_TOO_LONG for @len. */
enum bw_status bw_wire_get_scsi_cmd(struct bw_reader *r,
                                    struct bw_wire_scsi_cmd *m);
void bw_wire_put_scsi_result(struct bw_writer *w,
                             const struct bw_wire_scsi_result *m);
enum bw_status bw_wire_get_scsi_result(struct bw_reader *r,
                                       struct bw_wire_scsi_result *m);
void bw_wire_put_scsi_data_out(struct bw_writer *w,
                               const struct bw_wire_scsi_data *m);
/* @m->bytes points into the reader's buffer; so in the one below. */
enum bw_status bw_wire_get_scsi_data_out(struct bw_reader *r,
                                         struct bw_wire_scsi_data *m);
void bw_wire_put_scsi_data_in(struct bw_writer *w,
                              const struct bw_wire_scsi_data *m);
enum bw_status bw_wire_get_scsi_data_in(struct bw_reader *r,
                                        struct bw_wire_scsi_data *m);
void bw_wire_put_scsi_busy(struct bw_writer *w,
                           const struct bw_wire_scsi_busy *m);
enum bw_status bw_wire_get_scsi_busy(struct bw_reader *r,
                                     struct bw_wire_scsi_busy *m);

#endif
