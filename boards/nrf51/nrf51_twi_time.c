/*
 * nRF51 two-wire master (TWI0, TWI1): how long a transaction takes
 *
 * Called by nrf51_twi_bus.c.  Source: nRF51 Series Reference Manual v3.0,
 * chapter "I2C compatible two-wire interface (TWI)", FREQUENCY.
 *
 * Where it is silent: K100, K250, K400 are taken for 100, 250 and 400 kHz
 * sharp, any other value for FREQUENCY * 16 MHz / 2^32, at least 1 kHz.
 *
 * A transfer to a part behind an agent takes its own time on a real wire, all
 * of it in the one phase that waits for it.  So that this is not added to the
 * time of the bits here, the phases before it are short, and what they owe is
 * made up for by it or by STOP; bytes that come after it are short by what it
 * has taken too long, if BB (by a short or PPI) holds the clock after them.
 * The transaction as a whole takes the time of its bits or that of the link,
 * whichever is longer; what is over on the host's clock counts as well, since
 * the guest's may be ahead of it.  "whole-time" off: each phase for itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "hw/benchwire/boards/nrf51/nrf51_twi_bus.h"

#define HFCLK_HZ     16000000
#define MIN_SCL_HZ   1000
#define SHORT_NS     (2 * SCALE_US) /* a phase that is made up for elsewhere */
#define MOST_OWED_NS (5 * SCALE_MS) /* drivers wait so long for STOP */

int64_t nrf51_twi_bits_ns(Nrf51TWI *s, unsigned bits)
{
    uint32_t frequency = NRF_PERIPHERAL(s)->reg[REG_FREQUENCY];
    uint64_t hz;

    switch (frequency) {
    case NRF51_TWI_FREQUENCY_K100:
        hz = 100000;
        break;
    case NRF51_TWI_FREQUENCY_K250:
        hz = 250000;
        break;
    case NRF51_TWI_FREQUENCY_K400:
        hz = 400000;
        break;
    default:
        hz = MAX(((uint64_t)frequency * HFCLK_HZ) >> 32, MIN_SCL_HZ);
        break;
    }
    return bits * (NANOSECONDS_PER_SECOND / hz);
}

bool nrf51_twi_is_outside(Nrf51TWI *s)
{
    return s->whole_time && s->on_board && i2c_bus_is_outside(s->lines->bus);
}

/* Of the @full_ns of its bits */
static int64_t wire_ns(Nrf51TWI *s, int64_t full_ns)
{
    bool owing;

    if (!nrf51_twi_is_outside(s)) {
        s->owed_ns = 0;
        return full_ns;
    }
    s->owed_ns += full_ns;
    owing = s->owed_ns <= MOST_OWED_NS;
    switch (s->state) {
    case TWI_ADDRESS:
        return !s->reading && owing ? SHORT_NS : MAX(s->owed_ns, full_ns);
    case TWI_SEND:
        return owing ? SHORT_NS : full_ns;
    case TWI_STOP:
        return MAX(s->owed_ns, full_ns);
    default:
        return full_ns; /* until it is known that it will be held */
    }
}

int64_t nrf51_twi_phase_begins(Nrf51TWI *s, unsigned bits)
{
    s->began_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    s->began_host_ns = qemu_clock_get_ns(QEMU_CLOCK_REALTIME);
    return wire_ns(s, nrf51_twi_bits_ns(s, bits));
}

void nrf51_twi_phase_ends(Nrf51TWI *s)
{
    s->owed_ns -= MAX(qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - s->began_ns,
                      qemu_clock_get_ns(QEMU_CLOCK_REALTIME) -
                      s->began_host_ns);
}

int64_t nrf51_twi_short_ns(Nrf51TWI *s)
{
    return MAX(s->owed_ns, SHORT_NS);
}
