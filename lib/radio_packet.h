/*
 * Packets of the nRF51's 2.4 GHz radio: from RAM to the bits on the air and
 * back.
 *
 * nRF51 Series Reference Manual v3.0, chapter "2.4 GHz Radio (RADIO)",
 * sections on packet configuration, address configuration, data whitening and
 * CRC; the parts of Bluetooth Core Specification, Vol 6 Part B, that the same
 * hardware implements (3.1.1 CRC, 3.2 whitening, 2.1.1 preamble).
 *
 * On the air a packet is PREAMBLE, ADDRESS (base, then prefix), S0, LENGTH,
 * S1, PAYLOAD, CRC.  Preamble and address go least significant bit first;
 * ENDIAN says how the others do, but for the CRC, which goes most significant
 * bit first.  Whitening covers S0 to CRC.  In RAM a packet is S0, LENGTH and
 * S1, each a byte or absent, and the payload.
 *
 * Bits on the air are kept eight to a byte, the first one in bit 0.
 *
 * Used by boards/nrf51/nrf51_radio.c.  lib/air.h carries the bits between
 * boards.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_RADIO_PACKET_H
#define BENCHWIRE_LIB_RADIO_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BW_RADIO_MAX_HEADER  3   /* bytes in RAM: S0, LENGTH, S1 */
#define BW_RADIO_MAX_PAYLOAD 255 /* bytes */
#define BW_RADIO_MAX_RAM     (BW_RADIO_MAX_HEADER + BW_RADIO_MAX_PAYLOAD)
#define BW_RADIO_MAX_AIR     267 /* bytes: 1 + 5 + 3 + 255 + 3 */
#define BW_RADIO_ADDRESSES   8   /* logical addresses */

/**
 * struct bw_radio_format - how packets are laid out, from PCNF0, PCNF1,
 * CRCCNF, CRCPOLY, CRCINIT and DATAWHITEIV
 * @lflen: bits of LENGTH, 0 to 8; more count as 8
 * @s0len: bytes of S0, 0 or 1
 * @s1len: bits of S1, 0 to 8; more count as 8
 * @maxlen: bytes of payload that are sent or received at most
 * @statlen: bytes of payload beyond what LENGTH says
 * @balen: bytes of the base address, 0 to 4; more count as 4
 * @big_endian: S0, LENGTH, S1 and payload go most significant bit first
 * @white_iv: initial value of the whitening; bit 6 is always 1
 * @crc_len: bytes of CRC, 0 to 3
 * @crc_skips_address: the CRC does not cover the address
 * @crc_poly: bit n is the term x^n; x^0 is always there
 */
struct bw_radio_format {
    uint8_t lflen;
    uint8_t s0len;
    uint8_t s1len;
    uint8_t maxlen;
    uint8_t statlen;
    uint8_t balen;
    bool big_endian;
    bool whiten;
    uint8_t white_iv;
    uint8_t crc_len;
    bool crc_skips_address;
    uint32_t crc_poly;
    uint32_t crc_init;
};

struct bw_radio_address {
    uint32_t base; /* its @balen most significant bytes count */
    uint8_t prefix;
};

/* What is on the air: @bits of them, in @bytes; the rest of the last is 0. */
struct bw_radio_air {
    uint16_t bits;
    uint8_t bytes[BW_RADIO_MAX_AIR];
};

/* Where the parts of a packet end, in bits from the start of its preamble */
struct bw_radio_layout {
    uint16_t address_end;
    uint16_t header_end; /* S0, LENGTH, S1 */
    uint16_t payload_end;
    uint16_t end; /* of the CRC */
};

/**
 * struct bw_radio_received - a packet as a receiver takes it
 * @ram: what it leaves in RAM, @ram_len bytes, of which @header_len are S0,
 *       LENGTH and S1
 * @crc: the CRC as received
 * @crc_ok: it is the right one; true without a CRC
 */
struct bw_radio_received {
    struct bw_radio_layout at;
    uint8_t ram[BW_RADIO_MAX_RAM];
    uint16_t ram_len;
    uint8_t header_len;
    uint32_t crc;
    bool crc_ok;
};

/* Bytes that S0, LENGTH and S1 take in RAM: 0 to 3 */
unsigned bw_radio_header_len(const struct bw_radio_format *f);

/**
 * bw_radio_payload_len: bytes of payload of a packet
 * @header: its S0, LENGTH and S1 in RAM, bw_radio_header_len() bytes
 */
unsigned bw_radio_payload_len(const struct bw_radio_format *f,
                              const uint8_t *header);

/**
 * bw_radio_assemble: make the bits of a packet
 * @ram: header and payload, bw_radio_header_len() + bw_radio_payload_len()
 *       bytes
 * @at: where its parts end
 */
void bw_radio_assemble(const struct bw_radio_format *f,
                       const struct bw_radio_address *address,
                       const uint8_t *ram, struct bw_radio_air *air,
                       struct bw_radio_layout *at);

/**
 * bw_radio_find: look for an address in what is on the air
 * @addresses: the logical addresses
 * @enabled: bit n: @addresses[n] is listened for
 * @end: out: the bit after the address
 *
 * Returns: the number of the address found first, the lowest of equal ones,
 * or -1.
 */
int bw_radio_find(const struct bw_radio_format *f,
                  const struct bw_radio_address *addresses, uint8_t enabled,
                  const struct bw_radio_air *air, uint16_t *end);

/**
 * bw_radio_disassemble: receive a packet whose address ends at bit @address_end
 *
 * @f is the receiver's and need not be the sender's.  What the receiver wants
 * after the last bit is noise: bits that repeat from call to call, but fit no
 * CRC but by chance.
 */
void bw_radio_disassemble(const struct bw_radio_format *f,
                          const struct bw_radio_air *air, uint16_t address_end,
                          struct bw_radio_received *out);

#endif
