/*
 * Fuzzer of the air: any bytes as one frame, and what is in it as a packet.
 *
 * What the decoder accepts must be written back byte for byte; what it refuses
 * must leave the output alone.  Each packet is then taken apart with formats
 * that follow from the frame's own fields (sequence, station and start), so
 * that the input chooses them; the result must stay within its bounds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "lib/air.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Fields may hold any value, also those that no register can. */
static struct bw_radio_format format_of(const struct bw_air_frame *frame)
{
    uint64_t a = frame->station;
    uint64_t b = frame->start_ns;

    return (struct bw_radio_format){
        .lflen = (uint8_t)a & 0xf,
        .s0len = (uint8_t)(a >> 4) & 1,
        .s1len = (uint8_t)(a >> 5) & 0xf,
        .maxlen = (uint8_t)(a >> 9),
        .statlen = (uint8_t)(a >> 17),
        .balen = (uint8_t)(a >> 25) & 7,
        .big_endian = a >> 28 & 1,
        .whiten = a >> 29 & 1,
        .white_iv = (uint8_t)(a >> 30),
        .crc_len = (uint8_t)(a >> 38) & 3,
        .crc_skips_address = a >> 40 & 1,
        .crc_poly = (uint32_t)b,
        .crc_init = (uint32_t)(b >> 32),
    };
}

/* Receiving what has been sent gives it back. */
static void check_round_trip(const struct bw_radio_format *f,
                             const struct bw_radio_address *address,
                             const struct bw_radio_received *got)
{
    struct bw_radio_received again;
    struct bw_radio_layout at;
    struct bw_radio_air air;

    bw_radio_assemble(f, address, got->ram, &air, &at);
    must(air.bits == at.end && at.end <= 8 * BW_RADIO_MAX_AIR);
    bw_radio_disassemble(f, &air, at.address_end, &again);
    must(again.crc_ok && again.ram_len == got->ram_len);
    must(memcmp(again.ram, got->ram, got->ram_len) == 0);
    must(memcmp(&again.at, &at, sizeof(at)) == 0);
}

static void check_packet(const struct bw_air_frame *frame)
{
    struct bw_radio_address addresses[BW_RADIO_ADDRESSES] = { { 0, 0 } };
    struct bw_radio_format f = format_of(frame);
    struct bw_radio_received got;
    uint16_t end = (uint16_t)(frame->sequence % (frame->packet.bits + 1u));

    addresses[0].base = frame->sequence;
    addresses[0].prefix = frame->packet.bytes[0];
    bw_radio_find(&f, addresses, 0xff, &frame->packet, &end);
    must(end <= frame->packet.bits);
    bw_radio_disassemble(&f, &frame->packet, end, &got);
    must(got.ram_len <= BW_RADIO_MAX_RAM);
    must(got.header_len <= BW_RADIO_MAX_HEADER);
    must(got.ram_len - got.header_len <= f.maxlen);
    check_round_trip(&f, &addresses[0], &got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct bw_air_frame untouched = { .sequence = 0xdeadbeef };
    struct bw_air_frame frame = untouched;
    uint8_t out[BW_AIR_MAX_FRAME];
    size_t len;

    if (bw_air_decode(data, size, &frame) != BW_OK) {
        must(memcmp(&frame, &untouched, sizeof(frame)) == 0);
        return 0;
    }
    len = bw_air_encode(&frame, out, sizeof(out));
    must(len == size && memcmp(out, data, size) == 0);
    check_packet(&frame);
    return 0;
}
