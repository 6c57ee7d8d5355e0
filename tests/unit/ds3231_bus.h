/*
 * What the DS3231 tests share: registers and bits of figure 1 of the data
 * sheet, 19-5170 Rev 10, and a clock on a bus.
 *
 * Included by test_ds3231.c and test_ds3231_alarm.c only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_DS3231_BUS_H
#define BENCHWIRE_TESTS_UNIT_DS3231_BUS_H

#include "part_bus.h"

#define ADDR 0x68

#define SECONDS 0x00
#define HOURS   0x02
#define DAY     0x03
#define A1      0x07
#define A2      0x0b
#define CONTROL 0x0e
#define STATUS  0x0f
#define AGING   0x10
#define TEMP    0x11
#define REGS    0x13

#define CONTROL_RESET 0x1c
#define EOSC          0x80
#define BBSQW         0x40
#define CONV          0x20
#define RS(n)         ((n) << 3)
#define INTCN         0x04
#define A2IE          0x02
#define A1IE          0x01

#define OSF     0x80
#define EN32KHZ 0x08
#define BSY     0x04
#define A2F     0x02
#define A1F     0x01

#define ANY    0x80 /* alarm mask bit */
#define BY_DAY 0x40 /* DY/DT */

#define CONVERSION (125 * MS) /* tCONV, typical */
#define VOLT(v)    ((int64_t)((v)*1000000))

static struct part_bus bus;

/* Powered, the first temperature conversion over, all flags clear. */
static inline int running_clock(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_ds3231, ADDR);
    bus.now_ns += CONVERSION;
    BUS_WRITE(&bus, STATUS, 0x00);
    return 0;
}

static inline int powered_now(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_ds3231, ADDR);
    return 0;
}

/* The seven registers, 00h first. */
static inline void set_clock(uint8_t s, uint8_t m, uint8_t h, uint8_t day,
                             uint8_t date, uint8_t month, uint8_t year)
{
    BUS_WRITE(&bus, SECONDS, s, m, h, day, date, month, year);
}

static inline void assert_clock(uint8_t s, uint8_t m, uint8_t h, uint8_t day,
                                uint8_t date, uint8_t month, uint8_t year)
{
    uint8_t want[7] = { s, m, h, day, date, month, year };
    uint8_t got[7];

    bus_read_at(&bus, SECONDS, got, sizeof(got));
    assert_memory_equal(got, want, sizeof(got));
}

static inline bool status_has(uint8_t flag)
{
    return bus_read_byte(&bus, STATUS) & flag;
}

#endif
