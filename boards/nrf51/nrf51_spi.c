/*
 * nRF51 SPI master (SPI0, SPI1)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "Serial Peripheral
 * Interface (SPI) Master"; Nordic's nrf51.svd for the registers.
 *
 * A byte written to TXD goes out at FREQUENCY; one more can wait.  For each
 * byte received there is one READY: at the end of the byte, or, if RXD still
 * held the one before, when that is read.
 *
 * Bits go over the nets of the pins, so that a wire from MOSI to MISO, SPIS or
 * anything else on them sees the edges.  They are put there when the byte is
 * complete, each at its own time (nrf_time()): one host timer for a byte.
 *
 * The way of a byte: register write -> nrf51_spi_twi.c -> here -> pins, and
 * nrf51_spi_lines.c for QEMU's SSI parts -> READY -> interrupt.
 *
 * Where the sources are silent:
 *  - the first byte starts at once, the next one without a gap;
 *  - FREQUENCY other than the listed: FREQUENCY * 16 MHz / 2^32, and at least
 *    1 kHz;
 *  - FREQUENCY counts from the next byte, CONFIG at the end of each byte, PSEL
 *    at once;
 *  - a third byte written to TXD replaces the second;
 *  - if RXD is not read, a third byte received replaces the second;
 *  - MISO without a pin is high; SCK idles as CPOL says and MOSI is low before
 *    the first byte and keeps the last bit after it;
 *  - TXD written while disabled is not sent; ENABLE 0 ends a byte without an
 *    event.
 *
 * Partial: software that polls a pin sees all edges of a byte at its end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "hw/qdev-core.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_spi.h"
#include "hw/benchwire/boards/nrf51/nrf51_spi_twi_regs.h"
#include "hw/benchwire/trace.h"

#define HFCLK_HZ 16000000
#define MIN_HZ   1000
#define BITS     8

static bool is_enabled(Nrf51Spi *s)
{
    return s->p->reg[REG_ENABLE] == NRF51_SPI_ENABLED;
}

static bool config(Nrf51Spi *s, uint32_t bit)
{
    return s->p->reg[REG_CONFIG] & bit;
}

static int64_t byte_ns(Nrf51Spi *s)
{
    uint64_t hz = ((uint64_t)s->p->reg[REG_FREQUENCY] * HFCLK_HZ) >> 32;

    return BITS * NANOSECONDS_PER_SECOND / MAX(hz, MIN_HZ);
}

/* Pins */

static void put(Nrf51Pin *pin, bool level)
{
    nrf51_pin_output(pin, level ? NRF51_PIN_HIGH : NRF51_PIN_LOW);
}

static void put_sck(Nrf51Spi *s, bool active)
{
    put(&s->sck, active != config(s, NRF51_SPI_CONFIG_CPOL));
}

static void put_mosi(Nrf51Spi *s, bool high)
{
    s->mosi_high = high;
    put(&s->mosi, high);
}

static void connect_pins(Nrf51Spi *s)
{
    uint32_t *reg = s->p->reg;
    bool on = is_enabled(s);

    put_sck(s, false);
    nrf51_pin_connect(&s->sck, on ? reg[REG_PSELSCK] : NRF51_NO_PIN);
    nrf51_pin_connect(&s->mosi, on ? reg[REG_PSELMOSI] : NRF51_NO_PIN);
    nrf51_pin_connect(&s->miso, on ? reg[REG_PSELMISO] : NRF51_NO_PIN);
}

/* The bits of a byte: all edges, each at its time */

typedef struct Exchange {
    Nrf51Spi *s;
    uint8_t out; /* from here on most significant bit first */
    uint8_t in;
    bool has_part; /* that sends @part */
    uint8_t part;
} Exchange;

static void put_bit(Exchange *x, unsigned n)
{
    put_mosi(x->s, x->out & BIT(BITS - 1 - n));
    if (x->has_part) {
        nrf51_spi_lines_put(x->s->lines, x->part & BIT(BITS - 1 - n));
    }
}

static void take_bit(Exchange *x)
{
    x->in = x->in << 1 | nrf51_pin_input(&x->s->miso, true);
}

/* The first half of a bit and the second one, with the edge between */
static void shift_bit(Exchange *x, unsigned n)
{
    Nrf51Spi *s = x->s;
    int64_t span_ns = s->end_ns - s->begin_ns;
    bool trailing = config(s, NRF51_SPI_CONFIG_CPHA);

    nrf_time_begin(s->begin_ns + span_ns * n / BITS);
    if (trailing) {
        put_sck(s, true);
    }
    put_bit(x, n);
    nrf_time_begin(s->begin_ns + span_ns * (2 * n + 1) / (2 * BITS));
    take_bit(x);
    put_sck(s, !trailing);
    nrf_time_begin(s->begin_ns + span_ns * (n + 1) / BITS);
    if (!trailing) {
        put_sck(s, false);
    }
}

static uint8_t exchange(Nrf51Spi *s)
{
    bool lsb_first = config(s, NRF51_SPI_CONFIG_LSB_FIRST);
    Exchange x = { .s = s };
    unsigned n;

    x.out = lsb_first ? revbit8(s->shifting) : s->shifting;
    x.has_part = nrf51_spi_lines_exchange(s->lines, s->p->reg[REG_PSELSCK],
                                          s->p->reg[REG_PSELMOSI], x.out,
                                          &x.part);
    for (n = 0; n < BITS; n++) {
        shift_bit(&x, n);
    }
    if (x.has_part) {
        nrf51_spi_lines_release(s->lines);
    }
    return lsb_first ? revbit8(x.in) : x.in;
}

/* Bytes */

static void begin(Nrf51Spi *s, uint8_t byte, int64_t now_ns)
{
    s->shifting = byte;
    s->begin_ns = now_ns;
    s->end_ns = now_ns + byte_ns(s);
    timer_mod(&s->end, s->end_ns);
}

static void received(Nrf51Spi *s, uint8_t byte)
{
    if (s->rxd_full) {
        s->next_in = byte;
        s->next_in_full = true;
        return;
    }
    s->p->reg[REG_RXD] = byte;
    s->rxd_full = true;
    nrf_event(s->p, EV_READY);
}

static void byte_over(void *opaque)
{
    Nrf51Spi *s = opaque;
    int64_t outer = nrf_time_begin(s->end_ns);
    uint8_t in = exchange(s);

    trace_bw_nrf51_spi_byte(DEVICE(s->p)->canonical_path, s->shifting, in);
    if (s->next_out_full) {
        s->next_out_full = false;
        begin(s, s->next_out, s->end_ns);
    }
    received(s, in);
    nrf_time_end(outer);
}

static void txd_written(Nrf51Spi *s)
{
    uint8_t byte = s->p->reg[REG_TXD];

    if (!timer_pending(&s->end)) {
        begin(s, byte, nrf_time());
        return;
    }
    if (s->next_out_full) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "%s: 0x%02x in TXD replaced by 0x%02x unsent\n",
                      DEVICE(s->p)->canonical_path, s->next_out, byte);
    }
    s->next_out = byte;
    s->next_out_full = true;
}

void nrf51_spi_rxd_read(Nrf51Spi *s)
{
    s->rxd_full = false;
    if (s->next_in_full) {
        s->next_in_full = false;
        received(s, s->next_in);
    }
}

static void drop(Nrf51Spi *s)
{
    timer_del(&s->end);
    s->next_out_full = false;
    s->next_in_full = false;
    s->rxd_full = false;
}

void nrf51_spi_written(Nrf51Spi *s, unsigned reg)
{
    switch (reg) {
    case REG_ENABLE:
        if (is_enabled(s) != s->enabled) {
            s->enabled = !s->enabled;
            drop(s);
            put_mosi(s, false);
            connect_pins(s);
        }
        break;
    case REG_PSELSCK:
    case REG_PSELMOSI:
    case REG_PSELMISO:
    case REG_CONFIG:
        connect_pins(s);
        break;
    case REG_TXD:
        if (is_enabled(s)) {
            txd_written(s);
        }
        break;
    }
}

void nrf51_spi_silence(Nrf51Spi *s)
{
    drop(s);
    s->enabled = false;
    nrf51_pin_disconnect(&s->sck);
    nrf51_pin_disconnect(&s->mosi);
    nrf51_pin_disconnect(&s->miso);
}

void nrf51_spi_init(Nrf51Spi *s, NrfPeripheral *p)
{
    s->p = p;
    timer_init_ns(&s->end, QEMU_CLOCK_VIRTUAL, byte_over, s);
}

void nrf51_spi_realize(Nrf51Spi *s, Nrf51Gpio *gpio, Nrf51SpiLines *lines)
{
    s->lines = lines;
    nrf51_pin_init(&s->sck, gpio, "SPI SCK", NULL, NULL);
    nrf51_pin_init(&s->mosi, gpio, "SPI MOSI", NULL, NULL);
    nrf51_pin_init(&s->miso, gpio, "SPI MISO", NULL, NULL);
}

void nrf51_spi_finalize(Nrf51Spi *s)
{
    timer_del(&s->end);
}

static int nrf51_spi_post_load(void *opaque, int version_id)
{
    Nrf51Spi *s = opaque;

    if (timer_pending(&s->end) && s->end_ns <= s->begin_ns) {
        return -EINVAL;
    }
    put_mosi(s, s->mosi_high);
    connect_pins(s);
    return 0;
}

const VMStateDescription vmstate_nrf51_spi = {
    .name = "bw-nrf51-spi",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_spi_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_TIMER(end, Nrf51Spi),
        VMSTATE_INT64(begin_ns, Nrf51Spi),
        VMSTATE_INT64(end_ns, Nrf51Spi),
        VMSTATE_BOOL(enabled, Nrf51Spi),
        VMSTATE_BOOL(mosi_high, Nrf51Spi),
        VMSTATE_UINT8(shifting, Nrf51Spi),
        VMSTATE_UINT8(next_out, Nrf51Spi),
        VMSTATE_UINT8(next_in, Nrf51Spi),
        VMSTATE_BOOL(next_out_full, Nrf51Spi),
        VMSTATE_BOOL(next_in_full, Nrf51Spi),
        VMSTATE_BOOL(rxd_full, Nrf51Spi),
        VMSTATE_END_OF_LIST()
    }
};
