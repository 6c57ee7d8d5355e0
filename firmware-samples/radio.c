/*
 * The 2.4 GHz radio: 1 Mbit/s, address and packets as the micro:bit's
 * own runtime has them.
 *
 * nRF51 Series Reference Manual v3.0, chapters RADIO and CLOCK.  Between
 * packets the radio listens; to send it is disabled and ramped up again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "radio.h"

#include <string.h>

#include "nrf51.h"

void radio_handler(void);

/* LENGTH and payload, as EasyDMA takes and leaves them */
static uint8_t packet[1 + RADIO_MAX_LEN];

static void start_crystal(void)
{
    CLOCK_EVENTS_HFCLKSTARTED = 0;
    CLOCK_TASKS_HFCLKSTART = 1;
    while (!CLOCK_EVENTS_HFCLKSTARTED) {
    }
}

static void disable(void)
{
    RADIO_EVENTS_DISABLED = 0;
    RADIO_TASKS_DISABLE = 1;
    while (!RADIO_EVENTS_DISABLED) {
    }
}

static void listen(void)
{
    RADIO_EVENTS_END = 0;
    RADIO_SHORTS = RADIO_SHORTS_READY_START | RADIO_SHORTS_ADDRESS_RSSISTART;
    RADIO_INTENSET = RADIO_INTEN_END;
    RADIO_TASKS_RXEN = 1;
}

void radio_init(uint8_t channel, uint8_t group)
{
    start_crystal();
    RADIO_FREQUENCY = channel;
    RADIO_MODE = 0; /* 1 Mbit/s */
    RADIO_TXPOWER = 0;
    RADIO_PCNF0 = 8; /* bits of LENGTH */
    RADIO_PCNF1 = RADIO_PCNF1_WHITEEN | RADIO_PCNF1_BALEN_4 | RADIO_MAX_LEN;
    RADIO_BASE0 = 0x75626974; /* "uBit" */
    RADIO_PREFIX0 = group;
    RADIO_TXADDRESS = 0;
    RADIO_RXADDRESSES = 1u << 0;
    RADIO_CRCCNF = 2; /* bytes */
    RADIO_CRCPOLY = 0x11021;
    RADIO_CRCINIT = 0xFFFF;
    RADIO_DATAWHITEIV = 0x18;
    RADIO_PACKETPTR = (uint32_t)(uintptr_t)packet;
    NVIC_ISER = 1u << IRQ_RADIO;
    listen();
}

/* Only wakes the processor; the event stays for radio_receive(). */
void radio_handler(void)
{
    RADIO_INTENCLR = RADIO_INTEN_END;
    (void)RADIO_INTENCLR; /* the write has arrived before we return */
}

void radio_send(const void *bytes, size_t len)
{
    RADIO_INTENCLR = RADIO_INTEN_END;
    disable();
    packet[0] = (uint8_t)len;
    memcpy(packet + 1, bytes, len);
    RADIO_EVENTS_END = 0;
    RADIO_SHORTS = RADIO_SHORTS_READY_START;
    RADIO_TASKS_TXEN = 1;
    while (!RADIO_EVENTS_END) {
    }
    disable();
    listen();
}

bool radio_has_packet(void)
{
    return RADIO_EVENTS_END == 1;
}

bool radio_receive(void *bytes, size_t len, int *dbm)
{
    bool good;

    if (!radio_has_packet()) {
        return false;
    }
    good = RADIO_CRCSTATUS == 1 && packet[0] == len;
    if (good) {
        memcpy(bytes, packet + 1, len);
        *dbm = -(int)RADIO_RSSISAMPLE;
    }
    RADIO_EVENTS_END = 0;
    RADIO_INTENSET = RADIO_INTEN_END;
    RADIO_TASKS_START = 1;
    return good;
}
