/*
 * "benchwire tape mam": the attributes in the memory of a cartridge.
 *
 * Source: SPC-4, 7.4 (medium auxiliary memory): the numbers, formats and
 * lengths of the attributes that hosts write.  What the drive itself counts or
 * knows (capacities, its own serial number) is told by "info", and by the
 * drive in READ ATTRIBUTE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool_tape.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BINARY,
    ASCII,
    TEXT
};

/* clang-format off */
static const struct known {
    uint16_t id;
    uint16_t length; /* 0: any */
    uint8_t format;
    const char *name;
} known[] = {
    { 0x0800,   8, ASCII,  "application vendor" },
    { 0x0801,  32, ASCII,  "application name" },
    { 0x0802,   8, ASCII,  "application version" },
    { 0x0803, 160, TEXT,   "user's label of the medium" },
    { 0x0804,  12, ASCII,  "date and time of the last write" },
    { 0x0805,   1, BINARY, "character set" },
    { 0x0806,  32, ASCII,  "bar code" },
    { 0x0807,  80, TEXT,   "owning host" },
    { 0x0808, 160, TEXT,   "media pool" },
    { 0x0809,  16, ASCII,  "user's label of the partition" },
    { 0x080a,   1, BINARY, "load and unload at the partition" },
    { 0x080b,  16, ASCII,  "format version of the application" },
    { 0x080c,   0, BINARY, "volume coherency" },
};
/* clang-format on */

static const struct known *find(uint16_t id)
{
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].id == id) {
            return &known[i];
        }
    }
    return NULL;
}

/* --- print --- */

static void print_value(const struct bw_tape_attribute *a)
{
    uint16_t i, end = a->length;

    if (a->format == BINARY) {
        for (i = 0; i < a->length; i++) {
            printf("%02x", a->value[i]);
        }
        return;
    }
    while (end > 0 && (a->value[end - 1] == ' ' || a->value[end - 1] == 0)) {
        end--;
    }
    for (i = 0; i < end; i++) {
        uint8_t c = a->value[i];

        /* UTF-8 passes; what would act on the terminal does not */
        putchar(c < 0x20 || c == 0x7f ? '.' : c);
    }
}

static void print_attribute(const struct bw_tape_attribute *a)
{
    static const char *const formats[] = { "binary", "ASCII", "text" };
    const struct known *k = find(a->id);

    printf("0x%04x  %-6s  %-33s  ", a->id,
           a->format <= TEXT ? formats[a->format] : "?", k ? k->name : "");
    print_value(a);
    putchar('\n');
}

/* Those of the partition with this id, or all (-1).  Returns: how many. */
static unsigned print_some(const struct bw_tape_job *job, long id)
{
    struct bw_tape_attribute a;
    unsigned next = id < 0 ? 0 : (unsigned)id, n = 0;

    while (next <= 0xffff &&
           bw_cartridge_attribute(&job->medium.cartridge,
                                  (uint8_t)job->partition, (uint16_t)next,
                                  &a) &&
           (id < 0 || a.id == id)) {
        print_attribute(&a);
        next = a.id + 1u;
        n++;
    }
    return n;
}

/* --- set --- */

static int parse_hex(const char *text, uint8_t *value, uint16_t *length)
{
    size_t n = strlen(text), i;

    if (n % 2 || n / 2 > BW_TAPE_MAM_VALUE ||
        n != strspn(text, "0123456789"
                          "abcdefABCDEF")) {
        return bw_tool_fail("\"hex:%s\" is not up to %u pairs of hexadecimal "
                            "digits",
                            text, BW_TAPE_MAM_VALUE);
    }
    for (i = 0; i < n / 2; i++) {
        char pair[3] = { text[2 * i], text[2 * i + 1], 0 };

        value[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *length = (uint16_t)(n / 2);
    return 0;
}

/* Attributes of a fixed length are filled up: with spaces, text with zeros. */
static int parse_text(const struct known *k, const char *text, uint8_t *value,
                      uint16_t *length)
{
    size_t n = strlen(text),
           room = k && k->length ? k->length : BW_TAPE_MAM_VALUE;

    if (n > room) {
        return bw_tool_fail("\"%s\" is longer than %zu characters", text, room);
    }
    memset(value, k && k->format == ASCII ? ' ' : 0, BW_TAPE_MAM_VALUE);
    memcpy(value, text, n);
    *length = (uint16_t)(k && k->length && n ? k->length : n);
    return 0;
}

static int set_one(struct bw_tape_job *job, uint16_t id, const char *text)
{
    uint8_t value[BW_TAPE_MAM_VALUE];
    const struct known *k = find(id);
    bool hex = strncmp(text, "hex:", 4) == 0;
    struct bw_tape_attribute a = {
        .partition = (uint8_t)job->partition,
        .format = k     ? k->format
                  : hex ? BINARY
                        : ASCII,
        .id = id,
        .value = value,
    };
    enum bw_tape_result result;
    int code;

    if (a.format == BINARY && !hex && text[0]) {
        return bw_tool_fail("the attribute 0x%04x is binary: write its value "
                            "as in 0x%04x=hex:00ff",
                            id, id);
    }
    code = hex ? parse_hex(text + 4, value, &a.length)
               : parse_text(k, text, value, &a.length);
    if (code) {
        return code;
    }
    result = bw_cartridge_set(&job->medium.cartridge, &a);
    job->medium.meta_changed = true;
    return result == BW_TAPE_OK ? 0 : bw_tape_job_fail(job, "write to", result);
}

static int word(struct bw_tape_job *job, const char *text)
{
    char *end;
    unsigned long id = strtoul(text, &end, 0);

    if (end == text || !isdigit((unsigned char)text[0]) || id > 0xffff ||
        (*end && *end != '=')) {
        return bw_tool_fail("\"%s\" does not begin with the number of an "
                            "attribute, as 0x0806",
                            text);
    }
    if (*end == '=') {
        return set_one(job, (uint16_t)id, end + 1);
    }
    if (!print_some(job, (long)id)) {
        return bw_tool_fail("%s has no attribute 0x%04lx", job->set.path, id);
    }
    return 0;
}

int bw_tool_tape_mam(struct bw_tape_job *job)
{
    bool sets = false;
    int code, i;

    for (i = 1; i < job->word_count; i++) {
        sets |= strchr(job->words[i], '=') != NULL;
    }
    code = bw_tape_job_open(job, job->words[0],
                            sets ? BW_TAPE_CHANGE : BW_TAPE_LOOK);
    if (code || !bw_tape_job_store(job)) {
        return code ? code : 1;
    }
    if (job->word_count == 1) {
        print_some(job, -1);
        return 0;
    }
    for (i = 1; i < job->word_count && !code; i++) {
        code = word(job, job->words[i]);
    }
    return code || !sets ? code : bw_tape_job_save(job);
}
