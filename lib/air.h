/*
 * The air: what boards send each other in place of radio waves.
 *
 * docs/air.md is normative; the golden frame in it is checked byte for byte by
 * tests/unit/test_air.c.  A frame is one datagram; its integers are
 * little-endian.  Whoever can reach the socket can send anything: the decoder
 * takes a frame whole or not at all, and leaves the output untouched if not.
 *
 * Used by boards/nrf51/nrf51_radio_air.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_AIR_H
#define BENCHWIRE_LIB_AIR_H

#include <stddef.h>
#include <stdint.h>

#include "radio_packet.h"
#include "status.h"

#define BW_AIR_MAGIC      0x52415742u /* "BWAR" as bytes */
#define BW_AIR_VERSION    1
#define BW_AIR_HEADER_LEN 40
#define BW_AIR_MAX_FRAME  (BW_AIR_HEADER_LEN + BW_RADIO_MAX_AIR)
#define BW_AIR_MAX_MODE   3
#define BW_AIR_MIN_MHZ    2400
#define BW_AIR_MAX_MHZ    2527
#define BW_AIR_MIN_DBM    (-60)
#define BW_AIR_MAX_DBM    20

enum bw_air_kind {
    BW_AIR_PACKET = 1, /* a packet begins */
    BW_AIR_CUT = 2,    /* one that has begun ends early */
};

/**
 * struct bw_air_frame - a frame
 * @kind: enum bw_air_kind
 * @mode: data rate and modulation, as in the MODE register
 * @power_dbm: at the sender's antenna
 * @frequency_mhz: of the carrier
 * @sequence: of the sender's packets; a cut has its packet's
 * @station: who sends, by chance different for everybody; never 0
 * @start_ns: when the preamble began, on the sender's own clock
 * @host_ns: the time of the sender's host when it sent the frame
 * @packet: what is on the air; of a cut only how many bits there were
 */
struct bw_air_frame {
    uint8_t kind;
    uint8_t mode;
    int8_t power_dbm;
    uint16_t frequency_mhz;
    uint32_t sequence;
    uint64_t station;
    uint64_t start_ns;
    uint64_t host_ns;
    struct bw_radio_air packet;
};

/**
 * bw_air_encode: write a frame
 * @room: bytes at @buf; BW_AIR_MAX_FRAME are always enough
 *
 * Returns: its length; 0 if it does not fit or breaks a rule of the format.
 */
size_t bw_air_encode(const struct bw_air_frame *frame, uint8_t *buf,
                     size_t room);

/**
 * bw_air_decode: read a frame
 *
 * Returns: BW_OK; BW_MALFORMED for what is no frame, BW_VERSION for one of
 * another version, BW_UNSUPPORTED for another kind, BW_INVALID for one with a
 * field out of its range.
 */
enum bw_status bw_air_decode(const uint8_t *buf, size_t len,
                             struct bw_air_frame *frame);

#endif
