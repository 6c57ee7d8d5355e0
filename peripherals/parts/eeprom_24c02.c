/*
 * 24C02, a 2-Kbit (256 bytes) EEPROM with 8-byte pages.
 *
 * Source: Microchip (Atmel), AT24C01C/AT24C02C data sheet, DS20006111;
 * sections 6.1 (addressing), 7.1-7.5 (writes), 8.1-8.3 (reads), 9 (content as
 * delivered).  Microchip's 24LC02B (DS20001709) differs in ignoring A2:A0: it
 * answers at all eight addresses; ours answers at the one it is wired to, as
 * the AT24C02C does.
 *
 * Bytes written wait in the page buffer until STOP; then the write cycle
 * begins, and until it ends the part acknowledges nothing.
 *
 * Not modelled: endurance, supply voltage, the software reset by clock
 * pulses, contents kept over a restart of the program.
 *
 * Where the data sheet is silent or gives a range:
 * - a write cycle takes the maximum, 5 ms; the new content shows at its end,
 *   and nothing can look at it earlier;
 * - a START before the STOP discards the bytes in the page buffer; the
 *   address counter stays where they left it;
 * - the WP pin is sampled at STOP: everything is acknowledged, but there is
 *   no write cycle (section 7.5); the address counter moves all the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/part.h"

#include <string.h>

#define MEM_SIZE  256
#define PAGE_SIZE 8
#define ERASED    0xff /* section 9 */

#define WRITE_CYCLE_NS 5000000ull /* section 4.4: tWR, maximum */

enum eeprom_phase {
    PHASE_IDLE,
    PHASE_ADDRESS, /* the next byte written is the word address */
    PHASE_WRITE,
    PHASE_READ
};

struct eeprom {
    uint64_t busy_until_ns; /* end of the write cycle */
    int64_t wp_micro;
    enum eeprom_phase phase;
    uint8_t addr7;
    uint8_t word;            /* the address counter */
    uint8_t page[PAGE_SIZE]; /* page buffer */
    uint8_t page_filled;     /* one bit for each byte of the page buffer */
    uint8_t mem[MEM_SIZE];
};

static const uint8_t addrs[] = {
    0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, /* A2:A0 */
};

enum eeprom_value {
    VALUE_WP,
    VALUE_BUSY,
    VALUE_COUNT
};

static const struct bw_part_value values[VALUE_COUNT] = {
    [VALUE_WP] = {
        .name = "wp",
        .unit = "",
        .text = "level of the write-protect pin: 1 protects",
        .micro_min = 0,
        .micro_max = 1000000,
        .micro_step = 1000000,
    },
    [VALUE_BUSY] = {
        .name = "busy",
        .unit = "",
        .text = "1 while a write cycle runs",
        .micro_min = 0,
        .micro_max = 1000000,
        .micro_step = 1000000,
        .read_only = true,
    },
};

static void eeprom_reset(void *state, uint8_t addr7, uint64_t now_ns)
{
    struct eeprom *s = state;

    memset(s, 0, sizeof(*s));
    memset(s->mem, ERASED, sizeof(s->mem));
    s->phase = PHASE_IDLE;
    s->addr7 = addr7;
    s->busy_until_ns = now_ns;
}

static bool eeprom_start(void *state, uint8_t addr7, bool is_read,
                         uint64_t now_ns)
{
    struct eeprom *s = state;

    s->phase = PHASE_IDLE;
    s->page_filled = 0;
    if (addr7 != s->addr7 || now_ns < s->busy_until_ns) {
        return false; /* section 7.3: acknowledge polling */
    }
    s->phase = is_read ? PHASE_READ : PHASE_ADDRESS;
    return true;
}

static bool eeprom_write(void *state, uint8_t byte, uint64_t now_ns)
{
    struct eeprom *s = state;
    unsigned offset = s->word % PAGE_SIZE;

    (void)now_ns;
    switch (s->phase) {
    case PHASE_ADDRESS:
        s->word = byte;
        s->phase = PHASE_WRITE;
        return true;
    case PHASE_WRITE:
        s->page[offset] = byte;
        s->page_filled |= 1u << offset;
        s->word += (offset + 1) % PAGE_SIZE - offset; /* stays in the page */
        return true;
    default:
        return false;
    }
}

static uint8_t eeprom_read(void *state, uint64_t now_ns)
{
    struct eeprom *s = state;

    (void)now_ns;
    if (s->phase != PHASE_READ) {
        return 0xff;
    }
    return s->mem[s->word++]; /* section 8.3: 255 is followed by 0 */
}

static void eeprom_stop(void *state, uint64_t now_ns)
{
    struct eeprom *s = state;
    unsigned base = s->word - s->word % PAGE_SIZE;

    if (s->page_filled != 0 && s->wp_micro == 0) {
        for (unsigned i = 0; i < PAGE_SIZE; i++) {
            if (s->page_filled & (1u << i)) {
                s->mem[base + i] = s->page[i];
            }
        }
        s->busy_until_ns = now_ns + WRITE_CYCLE_NS;
    }
    s->page_filled = 0;
    s->phase = PHASE_IDLE;
}

static int64_t eeprom_get(void *state, size_t index, uint64_t now_ns)
{
    struct eeprom *s = state;

    if (index == VALUE_WP) {
        return s->wp_micro;
    }
    return now_ns < s->busy_until_ns ? 1000000 : 0;
}

static bool eeprom_set(void *state, size_t index, int64_t micro,
                       uint64_t now_ns)
{
    struct eeprom *s = state;

    (void)now_ns;
    if (index != VALUE_WP || micro < 0 || micro > 1000000) {
        return false;
    }
    s->wp_micro = micro < 500000 ? 0 : 1000000;
    return true;
}

const struct bw_part_model bw_part_24c02 = {
    .name = "24c02",
    .text = "Microchip AT24C02C EEPROM, 256 bytes",
    .addrs = addrs,
    .addr_count = sizeof(addrs) / sizeof(addrs[0]),
    .state_size = sizeof(struct eeprom),
    .values = values,
    .value_count = VALUE_COUNT,
    .reset = eeprom_reset,
    .start = eeprom_start,
    .write = eeprom_write,
    .read = eeprom_read,
    .stop = eeprom_stop,
    .get = eeprom_get,
    .set = eeprom_set,
};
