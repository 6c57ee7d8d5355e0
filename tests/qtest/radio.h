/*
 * RADIO of -M microbit, and its air, seen from a qtest
 *
 * The air is one end of a socket pair; the test has the other one and plays
 * all the other boards (docs/air.md).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_QTEST_RADIO_H
#define BENCHWIRE_TESTS_QTEST_RADIO_H

#include "lib/air.h"
#include "nrf_block.h"

#define RADIO_ID   1
#define RADIO_PATH "/machine/nrf51/radio"

/* Tasks, events, registers */
enum {
    TXEN = 0x000,
    RXEN = 0x004,
    START = 0x008,
    STOP = 0x00c,
    DISABLE = 0x010,
    RSSISTART = 0x014,
    RSSISTOP = 0x018,
    BCSTART = 0x01c,
    BCSTOP = 0x020,
    READY = 0x100,
    ADDRESS = 0x104,
    PAYLOAD = 0x108,
    END = 0x10c,
    DISABLED = 0x110,
    DEVMATCH = 0x114,
    DEVMISS = 0x118,
    RSSIEND = 0x11c,
    BCMATCH = 0x128,
    CRCSTATUS = 0x400,
    RXMATCH = 0x408,
    RXCRC = 0x40c,
    DAI = 0x410,
    PACKETPTR = 0x504,
    FREQUENCY = 0x508,
    TXPOWER = 0x50c,
    MODE = 0x510,
    PCNF0 = 0x514,
    PCNF1 = 0x518,
    BASE0 = 0x51c,
    BASE1 = 0x520,
    PREFIX0 = 0x524,
    PREFIX1 = 0x528,
    TXADDRESS = 0x52c,
    RXADDRESSES = 0x530,
    CRCCNF = 0x534,
    CRCPOLY = 0x538,
    CRCINIT = 0x53c,
    TEST_REGISTER = 0x540,
    TIFS = 0x544,
    RSSISAMPLE = 0x548,
    STATE = 0x550,
    DATAWHITEIV = 0x554,
    BCC = 0x560,
    DAB0 = 0x600,
    DAP0 = 0x620,
    DACNF = 0x640,
    OVERRIDE0 = 0x724,
};

/* Values of STATE */
enum {
    STATE_DISABLED = 0,
    STATE_RXRU = 1,
    STATE_RXIDLE = 2,
    STATE_RX = 3,
    STATE_RXDISABLE = 4,
    STATE_TXRU = 9,
    STATE_TXIDLE = 10,
    STATE_TX = 11,
    STATE_TXDISABLE = 12,
};

/* Bits of SHORTS */
enum {
    READY_START = 1 << 0,
    END_DISABLE = 1 << 1,
    DISABLED_TXEN = 1 << 2,
    DISABLED_RXEN = 1 << 3,
    ADDRESS_RSSISTART = 1 << 4,
    END_START = 1 << 5,
    ADDRESS_BCSTART = 1 << 6,
    DISABLED_RSSISTOP = 1 << 8,
};

#define TX_RAMP_NS 132000
#define RX_RAMP_NS 130000

#define PACKET (RAM_BASE + 0x100)

/* The sample packet: one of the micro:bit's own protocol, 1 Mbit/s */
#define SAMPLE_RAM_LEN    11
#define SAMPLE_ADDRESS_NS 48000  /* 8 + 40 bits, each 1 us */
#define SAMPLE_PAYLOAD_NS 136000 /* + 8 + 80 bits */
#define SAMPLE_END_NS     152000 /* + 16 bits */
#define SAMPLE_CRC        0x6281
extern const uint8_t sample_ram[SAMPLE_RAM_LEN];

/* The frame that carries it: group 0, 2407 MHz, -4 dBm */
extern const struct bw_air_frame sample_frame;

/* Set the registers for such packets, with the sample at PACKET. */
void radio_configure(struct block b);

/* Through ramp-up and START, without the shortcut; events are cleared. */
void radio_start_tx(struct block b);
void radio_start_rx(struct block b);

void radio_expect_state(struct block b, uint32_t state);

/* A board whose air is the test's: the other end comes in @peer. */
struct block radio_with_air(int *peer, const char *args);

/* Arguments for a board whose air is @fd; to be freed. */
char *radio_air_args(int fd);

/* The same, listening, and its RAM shows what is written to it. */
#define RADIO_UNTOUCHED 0xee
struct block radio_start_receiver(int *peer);

void radio_expect_ram(struct block b, uint32_t address, const uint8_t *bytes,
                      size_t len);

/* The first @len bytes of the sample are at PACKET, and nothing around them. */
void radio_expect_sample(struct block b, size_t len);

/* A property of the radio. */
int64_t radio_property(struct block b, const char *name);
void radio_set_property(struct block b, const char *name, int64_t value);

/* Wait (5 s at most) until @count frames have come, taken or refused. */
void radio_wait_for_frames(struct block b, int64_t count);

/* Send a frame to the board, and wait until it has come. */
void radio_say(struct block b, int peer, const struct bw_air_frame *frame);

/* The next frame that the board sends, or fail after 5 s. */
struct bw_air_frame radio_hear(int peer);

/* Nothing is there to hear. */
void radio_expect_silence(int peer);

#endif
