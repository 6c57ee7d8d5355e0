/*
 * Physical values as text; see micro.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/micro.h"

#include <stdio.h>
#include <string.h>

#define DECIMALS 6
#define ONE      1000000u

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* *@number * 10 + @c, or false if that is over INT64_MAX. */
static bool push_digit(uint64_t *number, char c)
{
    if (*number > (INT64_MAX - 9) / 10) {
        return false;
    }
    *number = *number * 10 + (uint64_t)(c - '0');
    return true;
}

bool bw_micro_parse(const char *text, int64_t *micro)
{
    bool negative = *text == '-';
    bool any = false;
    uint64_t number = 0;
    int decimals = 0;

    if (*text == '-' || *text == '+') {
        text++;
    }
    for (; is_digit(*text); text++) {
        any = true;
        if (!push_digit(&number, *text)) {
            return false;
        }
    }
    if (*text == '.') {
        for (text++; is_digit(*text) && decimals < DECIMALS; text++) {
            any = true;
            decimals++;
            if (!push_digit(&number, *text)) {
                return false;
            }
        }
    }
    for (; decimals < DECIMALS; decimals++) {
        if (!push_digit(&number, '0')) {
            return false;
        }
    }
    if (!any || *text) {
        return false;
    }
    *micro = negative ? -(int64_t)number : (int64_t)number;
    return true;
}

void bw_micro_print(int64_t micro, char out[BW_MICRO_TEXT_SIZE])
{
    uint64_t size = micro < 0 ? 0 - (uint64_t)micro : (uint64_t)micro;
    size_t len;

    len = (size_t)snprintf(
        out, BW_MICRO_TEXT_SIZE, "%s%llu.%06u", micro < 0 ? "-" : "",
        (unsigned long long)(size / ONE), (unsigned)(size % ONE));
    while (out[len - 1] == '0') {
        len--;
    }
    if (out[len - 1] == '.') {
        len--;
    }
    out[len] = '\0';
}
