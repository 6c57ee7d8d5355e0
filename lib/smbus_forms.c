/*
 * What a user says about the commands of an SMBus part; see smbus_guest.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "smbus_guest.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number up to 255, 0x or decimal.  Returns what is behind it, or NULL. */
static const char *parse_command(const char *p, unsigned *command)
{
    unsigned base = 10;
    unsigned value = 0;
    const char *begin;

    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        base = 16;
        p += 2;
    }
    for (begin = p;; p++) {
        int digit = hex_digit(*p);

        if (digit < 0 || (unsigned)digit >= base) {
            break;
        }
        value = value * base + (unsigned)digit;
        if (value > 0xff) {
            return NULL;
        }
    }
    *command = value;
    return p > begin ? p : NULL;
}

static unsigned parse_form(const char *p, size_t len)
{
    static const char *const names[BW_SMBUS_READ_COUNT] = {
        [BW_SMBUS_READ_BYTE] = "byte",
        [BW_SMBUS_READ_WORD] = "word",
        [BW_SMBUS_READ_BLOCK] = "block",
        [BW_SMBUS_READ_CALL] = "call",
        [BW_SMBUS_READ_BLOCK_CALL] = "block-call",
    };

    for (unsigned i = 1; i < BW_SMBUS_READ_COUNT; i++) {
        if (strlen(names[i]) == len && memcmp(names[i], p, len) == 0) {
            return i;
        }
    }
    return BW_SMBUS_READ_UNKNOWN;
}

/* One part between colons.  Returns false if it is none. */
static bool parse_part(const char *p, size_t len, uint8_t *named, uint8_t *rest)
{
    const char *end = p + len;
    const char *equals = memchr(p, '=', len);
    unsigned first, last, form;

    if (!equals) {
        *rest = (uint8_t)parse_form(p, len);
        return *rest != BW_SMBUS_READ_UNKNOWN;
    }
    p = parse_command(p, &first);
    last = first;
    if (p && *p == '-') {
        p = parse_command(p + 1, &last);
    }
    form = parse_form(equals + 1, (size_t)(end - equals - 1));
    if (p != equals || first > last || form == BW_SMBUS_READ_UNKNOWN) {
        return false;
    }
    memset(named + first, (int)form, last - first + 1);
    return true;
}

enum bw_status bw_smbus_forms_parse(const char *text, uint8_t forms[256])
{
    uint8_t named[256] = { 0 };
    uint8_t rest = BW_SMBUS_READ_UNKNOWN;

    for (;;) {
        const char *colon = strchr(text, ':');
        size_t len = colon ? (size_t)(colon - text) : strlen(text);

        if (!parse_part(text, len, named, &rest)) {
            return BW_INVALID;
        }
        if (!colon) {
            break;
        }
        text = colon + 1;
    }
    for (unsigned i = 0; i < 256; i++) {
        forms[i] = named[i] ? named[i] : rest;
    }
    return BW_OK;
}
