/*
 * What a session does with each request; for session.c only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SESSION_HANDLERS_H
#define BENCHWIRE_HOST_AGENT_SESSION_HANDLERS_H

#include "host-agent/session.h"
#include "host-agent/session_reply.h"
#include "lib/cursor.h"

/* @body holds the whole body of the request with header @h. */
typedef enum bw_verdict bw_session_handler(struct bw_session *s,
                                           const struct bw_wire_header *h,
                                           struct bw_reader *body);

bw_session_handler bw_session_on_hello;
bw_session_handler bw_session_on_ping;
bw_session_handler bw_session_on_list;
bw_session_handler bw_session_on_open;
bw_session_handler bw_session_on_i2c_xfer;
bw_session_handler bw_session_on_i2c_step;
bw_session_handler bw_session_on_smbus_xfer;
bw_session_handler bw_session_on_profile_get;
bw_session_handler bw_session_on_value_list;
bw_session_handler bw_session_on_value_get;
bw_session_handler bw_session_on_value_set;
bw_session_handler bw_session_on_fault_list;
bw_session_handler bw_session_on_fault_add;
bw_session_handler bw_session_on_fault_clear;
bw_session_handler bw_session_on_counters;
bw_session_handler bw_session_on_stats;
bw_session_handler bw_session_on_describe;
bw_session_handler bw_session_on_lease;
bw_session_handler bw_session_on_who;
bw_session_handler bw_session_on_kick;
bw_session_handler bw_session_on_reload;
bw_session_handler bw_session_on_gpio_lines;
bw_session_handler bw_session_on_gpio_config;
bw_session_handler bw_session_on_gpio_set;
bw_session_handler bw_session_on_gpio_get;
bw_session_handler bw_session_on_scsi_cmd;
bw_session_handler bw_session_on_scsi_data_out;
bw_session_handler bw_session_on_scsi_reset;
bw_session_handler bw_session_on_usb_start;

/* Is this header, which no frame of ours has, that of a usbredir client's
 * hello?  The bytes are still to be taken. */
bool bw_session_is_usbredir(const struct bw_wire_header *h);

/* Serve such a client, to its end. */
void bw_session_run_usbredir(struct bw_session *s);

/**
 * bw_session_take: the session has an export from now on
 * @e: with success the caller's reference is the session's
 *
 * Returns: BW_OK; BW_BUSY; BW_NOT_FOUND if it has just gone.
 */
enum bw_status bw_session_take(struct bw_session *s, struct bw_export *e,
                               bool shared);

#endif
