/*
 * nRF51 SPI slave (SPIS1)
 *
 * Sources: nRF51 Series Reference Manual v3.0, chapter "SPI Slave (SPIS)";
 * Nordic's nrf51.svd for the registers.
 *
 * A transaction lasts while CSN is low.  If the semaphore is free then, the
 * slave takes it and exchanges bytes with the two buffers in RAM: ORC goes out
 * after the end of TXD, what comes after the end of RXD is dropped.  Otherwise
 * the transaction is ignored: DEF goes out.  The master is whatever moves the
 * pins: another SPI block of the chip, wires on the board.
 *
 * The way of a byte: pins -> here -> RAM of the chip.
 *
 * Where the sources are silent:
 *  - a byte goes from and to RAM when its first bit, and its last, is taken;
 *    buffers outside of the data RAM send 0 and drop what is received;
 *  - ACQUIRE by the CPU that has the semaphore raises ACQUIRED again; RELEASE
 *    while the CPU waits for it ends the waiting;
 *  - AMOUNTRX and AMOUNTTX are those of the last granted transaction, written
 *    before END; ENDRX comes with the last byte there is room for;
 *  - OVERREAD and OVERFLOW come with the first bit, and the last, of a byte
 *    beyond the buffer;
 *  - a byte that CSN cuts off is dropped, but counts in AMOUNTTX;
 *  - buffers, lengths, CONFIG and the characters count from the next byte;
 *  - without a pin CSN is high, the others are low;
 *  - ENABLE other than 2 ends a transaction without an event and frees the
 *    semaphore that it had.
 *
 * Not modelled: limits of SCK's frequency and of the time from CSN to SCK.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "exec/memory.h"
#include "hw/qdev-core.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/nrf51/nrf51_spis.h"
#include "hw/benchwire/boards/nrf51/nrf51_spi_twi_regs.h"
#include "hw/benchwire/trace.h"

#define BITS 8

/* SEMSTAT */
enum { SEM_FREE, SEM_CPU, SEM_SPIS, SEM_CPU_PENDING };

/* STATUS */
#define STATUS_OVERREAD BIT(0)
#define STATUS_OVERFLOW BIT(1)

static uint32_t *reg_of(Nrf51Spis *s)
{
    return s->p->reg;
}

static bool is_enabled(Nrf51Spis *s)
{
    return reg_of(s)[REG_ENABLE] == NRF51_SPIS_ENABLED;
}

static bool config(Nrf51Spis *s, uint32_t bit)
{
    return reg_of(s)[REG_CONFIG] & bit;
}

/* Buffers */

static void log_no_ram(Nrf51Spis *s, uint64_t addr)
{
    qemu_log_mask(LOG_GUEST_ERROR, "%s: 0x%08" PRIx64 " is not in RAM\n",
                  DEVICE(s->p)->canonical_path, addr);
}

static uint8_t get_byte(Nrf51Spis *s)
{
    uint64_t addr = (uint64_t)reg_of(s)[REG_TXDPTR] + s->sent;
    uint8_t byte = 0;

    if (address_space_read(s->ram, addr, MEMTXATTRS_UNSPECIFIED, &byte, 1) !=
        MEMTX_OK) {
        log_no_ram(s, addr);
        return 0;
    }
    return byte;
}

static void put_byte(Nrf51Spis *s, uint8_t byte)
{
    uint64_t addr = (uint64_t)reg_of(s)[REG_RXDPTR] + s->received;

    if (address_space_write(s->ram, addr, MEMTXATTRS_UNSPECIFIED, &byte, 1) !=
        MEMTX_OK) {
        log_no_ram(s, addr);
    }
}

/* The byte to go out next; most significant bit first from here on */
static void load(Nrf51Spis *s)
{
    uint32_t *reg = reg_of(s);

    if (!s->granted) {
        s->out = reg[REG_DEF];
    } else if (s->sent < reg[REG_MAXTX]) {
        s->out = get_byte(s);
    } else {
        s->out = reg[REG_ORC];
    }
    if (config(s, NRF51_SPI_CONFIG_LSB_FIRST)) {
        s->out = revbit8(s->out);
    }
    s->bits = 0;
    s->in = 0;
}

/* The master takes the first bit of it. */
static void count_sent(Nrf51Spis *s)
{
    if (!s->granted) {
        return;
    }
    if (s->sent < reg_of(s)[REG_MAXTX]) {
        s->sent++;
    } else {
        reg_of(s)[REG_STATUS] |= STATUS_OVERREAD;
    }
}

static void store(Nrf51Spis *s)
{
    uint8_t byte = config(s, NRF51_SPI_CONFIG_LSB_FIRST) ? revbit8(s->in)
                                                         : s->in;
    uint32_t max = reg_of(s)[REG_MAXRX];

    trace_bw_nrf51_spis_byte(DEVICE(s->p)->canonical_path, s->granted, byte);
    if (!s->granted) {
        return;
    }
    if (s->received >= max) {
        reg_of(s)[REG_STATUS] |= STATUS_OVERFLOW;
        return;
    }
    put_byte(s, byte);
    s->received++;
    if (s->received == max) {
        nrf_event(s->p, EV_ENDRX);
    }
}

/* Bits */

static void put_miso(Nrf51Spis *s, bool high)
{
    s->miso_high = high;
    nrf51_pin_output(&s->miso, !s->selected ? NRF51_PIN_RELEASED
                               : high       ? NRF51_PIN_HIGH
                                            : NRF51_PIN_LOW);
}

static void put_bit(Nrf51Spis *s)
{
    put_miso(s, s->out & BIT(BITS - 1 - s->bits));
}

static void take_bit(Nrf51Spis *s)
{
    if (s->bits == 0) {
        count_sent(s);
    }
    s->in = s->in << 1 | nrf51_pin_input(&s->mosi, false);
    if (++s->bits == BITS) {
        store(s);
        load(s);
    }
}

static void sck_changed(void *opaque, bool level)
{
    Nrf51Spis *s = opaque;
    bool leading = level != config(s, NRF51_SPI_CONFIG_CPOL);

    if (!s->selected) {
        return;
    }
    if (leading == config(s, NRF51_SPI_CONFIG_CPHA)) {
        put_bit(s);
    } else {
        take_bit(s);
    }
}

/* Transactions */

static void begin(Nrf51Spis *s)
{
    uint32_t *reg = reg_of(s);

    s->selected = true;
    s->granted = reg[REG_SEMSTAT] == SEM_FREE;
    if (s->granted) {
        reg[REG_SEMSTAT] = SEM_SPIS;
    }
    s->received = 0;
    s->sent = 0;
    trace_bw_nrf51_spis_select(DEVICE(s->p)->canonical_path, s->granted);
    load(s);
    put_bit(s);
}

static void end(Nrf51Spis *s)
{
    uint32_t *reg = reg_of(s);
    bool wanted = reg[REG_SEMSTAT] == SEM_CPU_PENDING;

    s->selected = false;
    put_miso(s, false);
    if (!s->granted) {
        return;
    }
    s->granted = false;
    reg[REG_AMOUNTRX] = s->received;
    reg[REG_AMOUNTTX] = s->sent;
    reg[REG_SEMSTAT] = wanted ? SEM_CPU : SEM_FREE;
    nrf_event(s->p, EV_END);
    if (wanted) {
        nrf_event(s->p, EV_ACQUIRED);
    }
}

static void csn_changed(void *opaque, bool level)
{
    Nrf51Spis *s = opaque;

    if (is_enabled(s) && level == s->selected) {
        if (level) {
            end(s);
        } else {
            begin(s);
        }
    }
}

void nrf51_spis_acquire(Nrf51Spis *s)
{
    uint32_t *reg = reg_of(s);

    if (!is_enabled(s)) {
        return;
    }
    if (reg[REG_SEMSTAT] == SEM_SPIS || reg[REG_SEMSTAT] == SEM_CPU_PENDING) {
        reg[REG_SEMSTAT] = SEM_CPU_PENDING;
        return;
    }
    reg[REG_SEMSTAT] = SEM_CPU;
    nrf_event(s->p, EV_ACQUIRED);
}

void nrf51_spis_release(Nrf51Spis *s)
{
    uint32_t *reg = reg_of(s);

    if (!is_enabled(s)) {
        return;
    }
    if (reg[REG_SEMSTAT] == SEM_CPU) {
        reg[REG_SEMSTAT] = SEM_FREE;
    } else if (reg[REG_SEMSTAT] == SEM_CPU_PENDING) {
        reg[REG_SEMSTAT] = SEM_SPIS;
    }
}

static void connect_pins(Nrf51Spis *s)
{
    uint32_t *reg = reg_of(s);
    bool on = is_enabled(s);

    nrf51_pin_connect(&s->sck, on ? reg[REG_PSELSCK] : NRF51_NO_PIN);
    nrf51_pin_connect(&s->mosi, on ? reg[REG_SPIS_PSELMOSI] : NRF51_NO_PIN);
    nrf51_pin_connect(&s->miso, on ? reg[REG_SPIS_PSELMISO] : NRF51_NO_PIN);
    nrf51_pin_connect(&s->csn, on ? reg[REG_PSELCSN] : NRF51_NO_PIN);
}

/* The level that CSN's new pin has already: no edge tells of it. */
static void look_at_csn(Nrf51Spis *s)
{
    csn_changed(s, nrf51_pin_input(&s->csn, true));
}

static void drop(Nrf51Spis *s)
{
    if (s->granted) {
        reg_of(s)[REG_SEMSTAT] =
            reg_of(s)[REG_SEMSTAT] == SEM_CPU_PENDING ? SEM_CPU : SEM_FREE;
    }
    s->granted = false;
    s->selected = false;
    put_miso(s, false);
}

void nrf51_spis_written(Nrf51Spis *s, unsigned reg)
{
    switch (reg) {
    case REG_ENABLE:
        if (is_enabled(s) != s->enabled) {
            s->enabled = !s->enabled;
            drop(s);
            connect_pins(s);
            look_at_csn(s);
        }
        break;
    case REG_PSELSCK:
    case REG_SPIS_PSELMISO:
    case REG_SPIS_PSELMOSI:
    case REG_PSELCSN:
        connect_pins(s);
        look_at_csn(s);
        break;
    }
}

void nrf51_spis_silence(Nrf51Spis *s)
{
    drop(s);
    s->enabled = false;
    nrf51_pin_disconnect(&s->sck);
    nrf51_pin_disconnect(&s->mosi);
    nrf51_pin_disconnect(&s->miso);
    nrf51_pin_disconnect(&s->csn);
}

void nrf51_spis_init(Nrf51Spis *s, NrfPeripheral *p)
{
    s->p = p;
}

void nrf51_spis_realize(Nrf51Spis *s, Nrf51Gpio *gpio, AddressSpace *ram)
{
    s->ram = ram;
    nrf51_pin_init(&s->sck, gpio, "SPIS SCK", sck_changed, s);
    nrf51_pin_init(&s->mosi, gpio, "SPIS MOSI", NULL, NULL);
    nrf51_pin_init(&s->miso, gpio, "SPIS MISO", NULL, NULL);
    nrf51_pin_init(&s->csn, gpio, "SPIS CSN", csn_changed, s);
    put_miso(s, false);
}

static int nrf51_spis_post_load(void *opaque, int version_id)
{
    Nrf51Spis *s = opaque;

    if (s->bits >= BITS) {
        return -EINVAL;
    }
    put_miso(s, s->miso_high);
    connect_pins(s);
    return 0;
}

const VMStateDescription vmstate_nrf51_spis = {
    .name = "bw-nrf51-spis",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = nrf51_spis_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(enabled, Nrf51Spis),
        VMSTATE_BOOL(selected, Nrf51Spis),
        VMSTATE_BOOL(granted, Nrf51Spis),
        VMSTATE_BOOL(miso_high, Nrf51Spis),
        VMSTATE_UINT8(bits, Nrf51Spis),
        VMSTATE_UINT8(in, Nrf51Spis),
        VMSTATE_UINT8(out, Nrf51Spis),
        VMSTATE_UINT8(received, Nrf51Spis),
        VMSTATE_UINT8(sent, Nrf51Spis),
        VMSTATE_END_OF_LIST()
    }
};
