/*
 * A calendar kept in seven BCD registers, as real-time clock chips have it:
 * what happens to them each second, and what time they mean.
 *
 * Used by ds3231.c.  Register contents that are no legal date are never
 * followed out of bounds; what becomes of them is undefined, as it is in the
 * chip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PERIPHERALS_PARTS_BCD_CALENDAR_H
#define BENCHWIRE_PERIPHERALS_PARTS_BCD_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum bw_calendar_reg {
    BW_CALENDAR_SECONDS,
    BW_CALENDAR_MINUTES,
    BW_CALENDAR_HOURS,
    BW_CALENDAR_DAY,   /* of the week, 1 to 7 */
    BW_CALENDAR_DATE,  /* of the month, 1 to 31 */
    BW_CALENDAR_MONTH, /* 1 to 12, and the century */
    BW_CALENDAR_YEAR,  /* 00 to 99 */
    BW_CALENDAR_REGS
};

#define BW_CALENDAR_HOURS_12      0x40 /* in HOURS: 12-hour mode */
#define BW_CALENDAR_HOURS_PM      0x20 /* in HOURS, 12-hour mode only */
#define BW_CALENDAR_MONTH_CENTURY 0x80 /* in MONTH: toggles after year 99 */

#define BW_CALENDAR_DAY_S     86400
#define BW_CALENDAR_CENTURY_S (36525ll * BW_CALENDAR_DAY_S)

/** bw_calendar_tick: one second passes */
void bw_calendar_tick(uint8_t reg[BW_CALENDAR_REGS]);

/** bw_calendar_next_day: the date changes; the time of day is not touched */
void bw_calendar_next_day(uint8_t reg[BW_CALENDAR_REGS]);

/** bw_calendar_is_midnight: it is 00:00:00, or 12:00:00 AM */
bool bw_calendar_is_midnight(const uint8_t reg[BW_CALENDAR_REGS]);

/**
 * bw_calendar_legal_time: can the clock ever show this time of day?
 * @hours: in the mode its own mode bit says
 */
bool bw_calendar_legal_time(uint8_t seconds, uint8_t minutes, uint8_t hours);

/**
 * bw_calendar_get: the registers as seconds since 2000-01-01 00:00:00
 *
 * Every fourth year is a leap year, also 2100, as in the chips.
 */
int64_t bw_calendar_get(const uint8_t reg[BW_CALENDAR_REGS]);

/**
 * bw_calendar_set: registers from seconds since 2000-01-01 00:00:00
 * @reg: its 12-hour mode bit is kept; day of the week 1 is a Sunday
 * @seconds: 0 to 2 * BW_CALENDAR_CENTURY_S - 1
 */
void bw_calendar_set(uint8_t reg[BW_CALENDAR_REGS], int64_t seconds);

#endif
