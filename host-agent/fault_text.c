/*
 * A fault as people write it; see fault_text.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/fault_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/micro.h"

#define MICRO 1000000

struct key {
    const char *name;
    const char *(*set)(struct bw_wire_fault *f, const char *value);
};

/* Each returns NULL, or what to write instead. */

static bool parse_number(const char *value, unsigned long max,
                         unsigned long *out)
{
    char *end;

    if (value[0] < '0' || value[0] > '9') {
        return false;
    }
    errno = 0;
    *out = strtoul(value, &end, 0);
    return !errno && !*end && *out <= max;
}

static const char *set_kind(struct bw_wire_fault *f, const char *value)
{
    f->kind = (uint16_t)bw_fault_kind_find(value);
    return f->kind ? NULL
                   : "one of nack-addr, nack-data, stretch, hold-sda, "
                     "arbitration, flip, vanish, link-delay, link-cut, "
                     "link-lose, link-tear";
}

/* "0x48", or a 10-bit one as "0x150t"; "any" */
static const char *set_address(struct bw_wire_fault *f, const char *value)
{
    size_t len = strlen(value);
    bool ten_bit = len > 1 && value[len - 1] == 't';
    unsigned long addr;
    char text[16];

    if (strcmp(value, "any") == 0) {
        return NULL;
    }
    snprintf(text, sizeof(text), "%.*s", (int)(len - ten_bit), value);
    if (!parse_number(text, ten_bit ? 0x3ff : 0x7f, &addr)) {
        return "a number from 0x00 to 0x7f, one of 10 bits with a t behind "
               "it, or any";
    }
    f->addr = (uint16_t)addr;
    f->flags |= ten_bit ? BW_FAULT_TEN_BIT : 0;
    return NULL;
}

static const char *set_direction(struct bw_wire_fault *f, const char *value)
{
    if (strcmp(value, "read") == 0) {
        f->flags |= BW_FAULT_READ;
    } else if (strcmp(value, "write") == 0) {
        f->flags |= BW_FAULT_WRITE;
    } else if (strcmp(value, "both") != 0) {
        return "read, write or both";
    }
    return NULL;
}

static const char *set_byte(struct bw_wire_fault *f, const char *value)
{
    unsigned long n;

    if (!parse_number(value, BW_FAULT_ANY - 1, &n)) {
        return "the number of a byte, from 0";
    }
    f->byte = (uint16_t)n;
    return NULL;
}

/* A decimal number with its unit behind it.  Returns the unit, or NULL. */
static const char *parse_micro(const char *value, int64_t *micro)
{
    size_t len = strspn(value, "0123456789.");
    char text[24];

    if (len == 0 || len >= sizeof(text)) {
        return NULL;
    }
    memcpy(text, value, len);
    text[len] = '\0';
    return bw_micro_parse(text, micro) ? value + len : NULL;
}

bool bw_fault_text_time(const char *value, uint32_t *us)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = { { "us", 1 }, { "ms", 1000 }, { "s", 1000000 } };
    int64_t micro;
    const char *unit = parse_micro(value, &micro);
    size_t i;

    for (i = 0; unit && i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(unit, units[i].name) == 0 && micro >= 0 &&
            micro <= (int64_t)BW_FAULT_MAX_US * MICRO / units[i].us) {
            *us = (uint32_t)(micro * units[i].us / MICRO);
            return true;
        }
    }
    return false;
}

static const char *set_time(struct bw_wire_fault *f, const char *value)
{
    if (bw_fault_text_time(value, &f->time_us)) {
        return NULL;
    }
    return "a time with its unit, such as 25ms, 300us or 1.5s, up to 60s";
}

static const char *set_chance(struct bw_wire_fault *f, const char *value)
{
    int64_t micro;
    const char *unit = parse_micro(value, &micro);

    if (!unit || strcmp(unit, "%") != 0 || micro < 100 ||
        micro > 100 * (int64_t)MICRO) {
        return "a percentage above 0% and up to 100%, such as 10%";
    }
    f->chance_ppm = (uint32_t)(micro / 100);
    return NULL;
}

static const char *set_count_of(uint32_t *out, const char *value)
{
    unsigned long n;

    if (!parse_number(value, UINT32_MAX, &n)) {
        return "a whole number from 0";
    }
    *out = (uint32_t)n;
    return NULL;
}

static const char *set_skip(struct bw_wire_fault *f, const char *value)
{
    return set_count_of(&f->skip, value);
}

static const char *set_count(struct bw_wire_fault *f, const char *value)
{
    return set_count_of(&f->count, value);
}

static const char *set_seed(struct bw_wire_fault *f, const char *value)
{
    return set_count_of(&f->seed, value);
}

static const char *set_mask(struct bw_wire_fault *f, const char *value)
{
    unsigned long mask;

    if (!parse_number(value, 0xff, &mask) || mask == 0) {
        return "the bits that change, 0x01 to 0xff";
    }
    f->mask = (uint8_t)mask;
    return NULL;
}

enum {
    KEY_COUNT_AT = 6
};

static const struct key keys[] = {
    { "kind", set_kind },           { "address", set_address },
    { "direction", set_direction }, { "byte", set_byte },
    { "time", set_time },           { "skip", set_skip },
    { "count", set_count },         { "chance", set_chance },
    { "seed", set_seed },           { "mask", set_mask },
};

void bw_fault_text_init(struct bw_fault_text *t)
{
    memset(t, 0, sizeof(*t));
    t->fault.addr = BW_FAULT_ANY;
    t->fault.byte = BW_FAULT_ANY;
    t->fault.chance_ppm = BW_FAULT_ALWAYS;
}

bool bw_fault_text_set(struct bw_fault_text *t, const char *key,
                       const char *value, char *error, size_t size)
{
    const char *instead;
    size_t i;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i].name, key) == 0) {
            break;
        }
    }
    if (i == sizeof(keys) / sizeof(keys[0])) {
        snprintf(error, size,
                 "\"%.40s\" is unknown for a fault; the keys are kind, "
                 "address, direction, byte, time, skip, count, chance, seed, "
                 "mask",
                 key);
        return false;
    }
    if (t->given & 1u << i) {
        snprintf(error, size, "%s is given twice; keep one", key);
        return false;
    }
    t->given |= 1u << i;
    instead = keys[i].set(&t->fault, value);
    if (instead) {
        snprintf(error, size, "%s \"%.40s\" is not possible; write %s", key,
                 value, instead);
    }
    return !instead;
}

const char *bw_fault_text_finish(struct bw_fault_text *t)
{
    struct bw_wire_fault *f = &t->fault;

    if (!f->kind) {
        return "the kind is missing; write one such as nack-addr";
    }
    /* what lasts a while would otherwise begin anew and never be over */
    if (!(t->given & 1u << KEY_COUNT_AT) &&
        (f->kind == BW_FAULT_VANISH || f->kind == BW_FAULT_HOLD_SDA)) {
        f->count = 1;
    }
    return bw_fault_check(f);
}

__attribute__((format(printf, 2, 3))) static void
append(char out[BW_FAULT_TEXT_SIZE], const char *format, ...)
{
    size_t len = strlen(out);
    va_list args;

    va_start(args, format);
    vsnprintf(out + len, BW_FAULT_TEXT_SIZE - len, format, args);
    va_end(args);
}

static void print_time(uint32_t us, char out[BW_FAULT_TEXT_SIZE])
{
    char number[BW_MICRO_TEXT_SIZE];

    if (us >= MICRO) {
        bw_micro_print(us, number);
        append(out, " time=%ss", number);
    } else if (us >= 1000) {
        bw_micro_print((int64_t)us * 1000, number);
        append(out, " time=%sms", number);
    } else if (us > 0) {
        append(out, " time=%uus", (unsigned)us);
    }
}

void bw_fault_text_print(const struct bw_wire_fault *f,
                         char out[BW_FAULT_TEXT_SIZE])
{
    char number[BW_MICRO_TEXT_SIZE];
    unsigned directions = f->flags & (BW_FAULT_READ | BW_FAULT_WRITE);

    snprintf(out, BW_FAULT_TEXT_SIZE, "%s", bw_fault_kind_name(f->kind));
    if (f->addr != BW_FAULT_ANY) {
        append(out, " address=0x%02x%s", f->addr,
               f->flags & BW_FAULT_TEN_BIT ? "t" : "");
    }
    if (directions == BW_FAULT_READ || directions == BW_FAULT_WRITE) {
        append(out, " direction=%s",
               directions == BW_FAULT_READ ? "read" : "write");
    }
    if (f->byte != BW_FAULT_ANY) {
        append(out, " byte=%u", f->byte);
    }
    if (f->mask) {
        append(out, " mask=0x%02x", f->mask);
    }
    print_time(f->time_us, out);
    if (f->skip) {
        append(out, " skip=%u", (unsigned)f->skip);
    }
    append(out, " count=%u", (unsigned)f->count);
    if (f->chance_ppm < BW_FAULT_ALWAYS) {
        bw_micro_print((int64_t)f->chance_ppm * 100, number);
        append(out, " chance=%s%% seed=%u", number, (unsigned)f->seed);
    }
}
