/*
 * Which USB device an export means; see usb_select.h.
 *
 * Ports are written as Linux names devices in /sys/bus/usb/devices; filters as
 * usbredirfilter.h of usbredir 0.13 says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/usb_select.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 7 /* hubs between a root port and a device, and that port */

/* Four hexadecimal digits, then @end. */
static bool parse_hex4(const char *text, char end, uint16_t *out)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)text[i])) {
            return false;
        }
    }
    *out = (uint16_t)strtoul(text, NULL, 16);
    return text[4] == end;
}

bool bw_usb_parse_id(const char *text, uint16_t *vendor, uint16_t *product)
{
    return parse_hex4(text, ':', vendor) && parse_hex4(text + 5, '\0', product);
}

/* Up to three digits, not 0.  Returns what follows, or NULL. */
static const char *skip_number(const char *text)
{
    size_t len = strspn(text, "0123456789");

    return len >= 1 && len <= 3 && text[0] != '0' ? text + len : NULL;
}

bool bw_usb_is_port(const char *text)
{
    const char *at = skip_number(text);
    unsigned depth;

    if (!at || *at != '-' || strlen(text) > BW_USB_MAX_PORT) {
        return false;
    }
    for (depth = 0; depth < MAX_DEPTH; depth++) {
        at = skip_number(at + 1);
        if (!at || *at == '\0') {
            return at;
        }
        if (*at != '.') {
            return false;
        }
    }
    return false;
}

/* A number, then a comma or, of the @last field, "|" or the end.  Returns what
 * follows, or NULL. */
static const char *skip_field(const char *text, long min, long max, bool last)
{
    char *end;
    long value = strtol(text, &end, 0);

    if (end == text || isspace((unsigned char)text[0]) || value < min ||
        value > max) {
        return NULL;
    }
    if (last) {
        return *end == '\0' || *end == '|' ? end : NULL;
    }
    return *end == ',' ? end + 1 : NULL;
}

bool bw_usb_is_filter(const char *text)
{
    const char *at = text;

    for (;;) {
        at = skip_field(at, -1, 0xff, false);
        at = at ? skip_field(at, -1, 0xffff, false) : NULL;
        at = at ? skip_field(at, -1, 0xffff, false) : NULL;
        at = at ? skip_field(at, -1, 0xffff, false) : NULL;
        at = at ? skip_field(at, 0, 1, true) : NULL;
        if (!at || *at == '\0') {
            return at;
        }
        at++;
    }
}

bool bw_usb_select_any(const struct bw_usb_select *s)
{
    return s->port[0] || s->serial[0] || s->has_id;
}

bool bw_usb_select_same(const struct bw_usb_select *a,
                        const struct bw_usb_select *b)
{
    return strcmp(a->port, b->port) == 0 && strcmp(a->serial, b->serial) == 0 &&
           a->has_id == b->has_id && a->vendor == b->vendor &&
           a->product == b->product;
}

bool bw_usb_select_matches(const struct bw_usb_select *s,
                           const struct bw_usb_what *w)
{
    return (!s->port[0] || strcmp(s->port, w->port) == 0) &&
           (!s->serial[0] || strcmp(s->serial, w->serial) == 0) &&
           (!s->has_id || (s->vendor == w->vendor && s->product == w->product));
}

__attribute__((format(printf, 3, 4))) static void
append(char *out, size_t size, const char *format, ...)
{
    size_t len = strlen(out);
    va_list args;

    va_start(args, format);
    vsnprintf(out + len, size - len, format, args);
    va_end(args);
}

void bw_usb_select_print(const struct bw_usb_select *s, char *out, size_t size)
{
    out[0] = '\0';
    if (s->has_id) {
        append(out, size, "device %04x:%04x", s->vendor, s->product);
    } else {
        append(out, size, "device");
    }
    if (s->serial[0]) {
        append(out, size, " with serial %s", s->serial);
    }
    if (s->port[0]) {
        append(out, size, " at port %s", s->port);
    }
}

void bw_usb_what_print(const struct bw_usb_what *w, char *out, size_t size)
{
    out[0] = '\0';
    append(out, size, "%04x:%04x", w->vendor, w->product);
    if (w->name[0]) {
        append(out, size, " %s", w->name);
    }
    if (w->serial[0]) {
        append(out, size, ", serial %s", w->serial);
    }
    if (w->port[0]) {
        append(out, size, ", port %s", w->port);
    }
}
