/*
 * The calendar of bcd_calendar.h.
 *
 * Source: Maxim DS3231 data sheet, 19-5170 Rev 10, "Clock and Calendar" and
 * figure 1; leap years are "valid up to 2100", that is every fourth one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/bcd_calendar.h"

#define HOURS_24_MASK 0x3f
#define HOURS_12_MASK 0x1f
#define MONTH_MASK    0x1f

#define DAYS_IN_4_YEARS    1461
#define WEEKDAY_2000_01_01 6 /* Saturday, where Sunday is 0 */

static unsigned from_bcd(uint8_t bcd)
{
    return (bcd >> 4) * 10u + (bcd & 0x0f);
}

static uint8_t to_bcd(unsigned n)
{
    return (uint8_t)((n / 10 % 10) << 4 | n % 10);
}

static bool legal_bcd(uint8_t bcd, unsigned min, unsigned max)
{
    return (bcd & 0x0f) <= 9 && from_bcd(bcd) >= min && from_bcd(bcd) <= max;
}

/* @year counts from a leap year; @month outside 1 to 12 has 31 days. */
static unsigned days_in_month(unsigned month, unsigned year)
{
    static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30,
                                      31, 31, 30, 31, 30, 31 };

    if (month < 1 || month > 12) {
        return 31;
    }
    return days[month - 1] + (month == 2 && year % 4 == 0 ? 1u : 0u);
}

/* 0 to 23 for a legal register in either mode. */
static unsigned decode_hours(uint8_t hours)
{
    if (hours & BW_CALENDAR_HOURS_12) {
        return from_bcd(hours & HOURS_12_MASK) % 12 +
               (hours & BW_CALENDAR_HOURS_PM ? 12 : 0);
    }
    return from_bcd(hours & HOURS_24_MASK);
}

static uint8_t encode_hours(unsigned hour, bool mode_12)
{
    if (!mode_12) {
        return to_bcd(hour);
    }
    return BW_CALENDAR_HOURS_12 | (hour >= 12 ? BW_CALENDAR_HOURS_PM : 0) |
           to_bcd(hour % 12 == 0 ? 12 : hour % 12);
}

/* Add one; past @last go to @first and return true. */
static bool count(uint8_t *bcd, unsigned first, unsigned last)
{
    unsigned n = from_bcd(*bcd) + 1;

    *bcd = to_bcd(n > last ? first : n);
    return n > last;
}

void bw_calendar_next_day(uint8_t reg[BW_CALENDAR_REGS])
{
    uint8_t century = reg[BW_CALENDAR_MONTH] & BW_CALENDAR_MONTH_CENTURY;
    uint8_t month = reg[BW_CALENDAR_MONTH] & MONTH_MASK;
    unsigned days =
        days_in_month(from_bcd(month), from_bcd(reg[BW_CALENDAR_YEAR]));

    count(&reg[BW_CALENDAR_DAY], 1, 7);
    if (count(&reg[BW_CALENDAR_DATE], 1, days) && count(&month, 1, 12) &&
        count(&reg[BW_CALENDAR_YEAR], 0, 99)) {
        century ^= BW_CALENDAR_MONTH_CENTURY;
    }
    reg[BW_CALENDAR_MONTH] = century | month;
}

void bw_calendar_tick(uint8_t reg[BW_CALENDAR_REGS])
{
    unsigned hour;

    if (!count(&reg[BW_CALENDAR_SECONDS], 0, 59) ||
        !count(&reg[BW_CALENDAR_MINUTES], 0, 59)) {
        return;
    }
    hour = decode_hours(reg[BW_CALENDAR_HOURS]) + 1;
    if (hour >= 24) {
        hour = 0;
        bw_calendar_next_day(reg);
    }
    reg[BW_CALENDAR_HOURS] =
        encode_hours(hour, reg[BW_CALENDAR_HOURS] & BW_CALENDAR_HOURS_12);
}

bool bw_calendar_is_midnight(const uint8_t reg[BW_CALENDAR_REGS])
{
    return reg[BW_CALENDAR_SECONDS] == 0 && reg[BW_CALENDAR_MINUTES] == 0 &&
           decode_hours(reg[BW_CALENDAR_HOURS]) == 0;
}

bool bw_calendar_legal_time(uint8_t seconds, uint8_t minutes, uint8_t hours)
{
    bool legal_hours;

    if (hours & BW_CALENDAR_HOURS_12) {
        legal_hours = legal_bcd(hours & HOURS_12_MASK, 1, 12);
    } else {
        legal_hours = legal_bcd(hours & HOURS_24_MASK, 0, 23);
    }
    return legal_hours && legal_bcd(seconds, 0, 59) &&
           legal_bcd(minutes, 0, 59);
}

int64_t bw_calendar_get(const uint8_t reg[BW_CALENDAR_REGS])
{
    unsigned year = from_bcd(reg[BW_CALENDAR_YEAR]);
    unsigned month = from_bcd(reg[BW_CALENDAR_MONTH] & MONTH_MASK);
    int64_t days = (int64_t)year * 365 + (year + 3) / 4;
    int64_t seconds;

    for (unsigned m = 1; m < month && m <= 12; m++) {
        days += days_in_month(m, year);
    }
    days += (int64_t)from_bcd(reg[BW_CALENDAR_DATE]) - 1;
    seconds = days * BW_CALENDAR_DAY_S +
              decode_hours(reg[BW_CALENDAR_HOURS]) * 3600 +
              from_bcd(reg[BW_CALENDAR_MINUTES]) * 60 +
              from_bcd(reg[BW_CALENDAR_SECONDS]);
    if (reg[BW_CALENDAR_MONTH] & BW_CALENDAR_MONTH_CENTURY) {
        seconds += BW_CALENDAR_CENTURY_S;
    }
    return seconds;
}

static void set_date(uint8_t reg[BW_CALENDAR_REGS], unsigned days)
{
    unsigned century_days = BW_CALENDAR_CENTURY_S / BW_CALENDAR_DAY_S;
    uint8_t century = days >= century_days ? BW_CALENDAR_MONTH_CENTURY : 0;
    unsigned year, month = 1;

    reg[BW_CALENDAR_DAY] = (uint8_t)((days + WEEKDAY_2000_01_01) % 7 + 1);
    days %= century_days;
    year = days / DAYS_IN_4_YEARS * 4;
    days %= DAYS_IN_4_YEARS;
    for (unsigned len = 366; days >= len; len = 365) {
        days -= len;
        year++;
    }
    while (days >= days_in_month(month, year)) {
        days -= days_in_month(month, year);
        month++;
    }
    reg[BW_CALENDAR_DATE] = to_bcd(days + 1);
    reg[BW_CALENDAR_MONTH] = century | to_bcd(month);
    reg[BW_CALENDAR_YEAR] = to_bcd(year);
}

void bw_calendar_set(uint8_t reg[BW_CALENDAR_REGS], int64_t seconds)
{
    unsigned of_day = (unsigned)(seconds % BW_CALENDAR_DAY_S);

    set_date(reg, (unsigned)(seconds / BW_CALENDAR_DAY_S));
    reg[BW_CALENDAR_SECONDS] = to_bcd(of_day % 60);
    reg[BW_CALENDAR_MINUTES] = to_bcd(of_day / 60 % 60);
    reg[BW_CALENDAR_HOURS] = encode_hours(
        of_day / 3600, reg[BW_CALENDAR_HOURS] & BW_CALENDAR_HOURS_12);
}
