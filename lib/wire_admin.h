/*
 * The benchwire protocol: bodies of LEASE, WHO and KICK; see wire.h.
 *
 * Source: docs/protocol.md, which is normative.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_WIRE_ADMIN_H
#define BENCHWIRE_LIB_WIRE_ADMIN_H

#include "cursor.h"
#include "status.h"
#include "wire.h"

/**
 * struct bw_wire_lease - LEASE reply
 * @silence_ms: a session that has an export open and sends nothing for so long
 *              is ended; 0: it may be silent for ever
 * @identity: who the agent takes the client for
 */
struct bw_wire_lease {
    uint32_t silence_ms;
    char identity[BW_WIRE_MAX_NAME + 1];
};

/**
 * struct bw_wire_who - one session, in a WHO reply
 * @session: its number, for KICK and in the agent's log
 * @since_ms: since it began
 * @idle_ms: since it last sent something
 * @requests: it made
 * @kind: enum bw_export_kind of the export it holds; 0: none
 * @export: its name, or ""
 * @identity: of the client
 * @peer: where it comes from, "unix pid 12 uid 0", "tls 10.0.0.2:4711"
 * @software: as its HELLO says
 */
struct bw_wire_who {
    uint32_t session;
    uint64_t since_ms;
    uint64_t idle_ms;
    uint64_t requests;
    uint16_t kind;
    char export[BW_WIRE_MAX_NAME + 1];
    char identity[BW_WIRE_MAX_NAME + 1];
    char peer[BW_WIRE_MAX_TEXT + 1];
    char software[BW_WIRE_MAX_TEXT + 1];
};

void bw_wire_put_lease(struct bw_writer *w, const struct bw_wire_lease *m);
enum bw_status bw_wire_get_lease(struct bw_reader *r, struct bw_wire_lease *m);
void bw_wire_put_who(struct bw_writer *w, const struct bw_wire_who *m);
/* One entry; call until bw_reader_left() is 0. */
enum bw_status bw_wire_get_who(struct bw_reader *r, struct bw_wire_who *m);
/* KICK request: the number of a session. */
void bw_wire_put_kick(struct bw_writer *w, uint32_t session);
enum bw_status bw_wire_get_kick(struct bw_reader *r, uint32_t *session);

#endif
