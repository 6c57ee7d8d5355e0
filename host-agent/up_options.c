/*
 * Options of QEMU in three forms; see up_options.h.
 *
 * Source: QEMU's qemu-options.hx, "-readconfig", and util/qemu-config.c: a
 * section [GROUP "ID"], values in quotation marks; what is first on the command
 * line has a name there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/up_options.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void bw_up_add(struct bw_up_options *o, const char *group, const char *kind)
{
    struct bw_up_option *p;

    if (o->count == BW_UP_MAX_OPTIONS) {
        o->failed = true;
        return;
    }
    p = &o->options[o->count++];
    p->group = group;
    p->kind = kind ? strdup(kind) : NULL;
    p->pairs = strdup("");
    o->failed |= !p->pairs || (kind && !p->kind);
}

void bw_up_set(struct bw_up_options *o, const char *key, const char *format,
               ...)
{
    struct bw_up_option *p;
    char *value = NULL, *pairs = NULL;
    va_list args;
    int len;

    if (o->failed || o->count == 0) {
        o->failed = true;
        return;
    }
    p = &o->options[o->count - 1];
    va_start(args, format);
    len = vasprintf(&value, format, args);
    va_end(args);
    if (len < 0) {
        o->failed = true;
        return;
    }
    if (strchr(value, '\n') ||
        asprintf(&pairs, "%s%s=%s\n", p->pairs, key, value) < 0) {
        o->failed = true;
    } else {
        free(p->pairs);
        p->pairs = pairs;
    }
    free(value);
}

void bw_up_finish(struct bw_up_options *o)
{
    while (o->count > 0) {
        struct bw_up_option *p = &o->options[--o->count];

        free(p->kind);
        free(p->pairs);
    }
}

/* The next "KEY=VALUE" of @at; NULL: there are no more. */
static const char *next_pair(const char **at, size_t *key_len,
                             size_t *value_len)
{
    const char *pair = *at;

    if (!*pair) {
        return NULL;
    }
    *key_len = strcspn(pair, "=");
    *value_len = strcspn(pair + *key_len + 1, "\n");
    *at = pair + *key_len + 1 + *value_len + 1;
    return pair;
}

static void put_doubled(FILE *f, const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        fputs(text[i] == ',' ? ",," : (char[]){ text[i], '\0' }, f);
    }
}

/* "i2c-passthrough,id=thermometer,..."; NULL: no memory. */
static char *new_value(const struct bw_up_option *p)
{
    const char *at = p->pairs, *pair, *comma = "";
    size_t key_len, value_len, size;
    char *text = NULL;
    FILE *f = open_memstream(&text, &size);

    if (!f) {
        return NULL;
    }
    if (p->kind) {
        put_doubled(f, p->kind, strlen(p->kind));
        comma = ",";
    }
    while ((pair = next_pair(&at, &key_len, &value_len))) {
        fprintf(f, "%s%.*s=", comma, (int)key_len, pair);
        put_doubled(f, pair + key_len + 1, value_len);
        comma = ",";
    }
    if (fclose(f)) {
        free(text);
        text = NULL;
    }
    return text;
}

int bw_up_words(const struct bw_up_options *o, char *words[], size_t max)
{
    size_t count = 0, i;

    for (i = 0; i < o->count; i++) {
        char *name;

        if (count + 3 > max ||
            asprintf(&name, "-%s", o->options[i].group) < 0) {
            return -1;
        }
        words[count++] = name;
        words[count] = new_value(&o->options[i]);
        if (!words[count++]) {
            return -1;
        }
    }
    if (count == max || o->failed) {
        return -1;
    }
    words[count] = NULL;
    return (int)count;
}

void bw_up_put_word(FILE *f, const char *word)
{
    static const char usual[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789/._+-@%,=:";

    if (word[0] && !word[strspn(word, usual)]) {
        fputs(word, f);
        return;
    }
    fputc('\'', f);
    for (; *word; word++) {
        if (*word == '\'') {
            fputs("'\\''", f);
        } else {
            fputc(*word, f);
        }
    }
    fputc('\'', f);
}

/* What the first value of the command line is called in a file. */
static const char *kind_key(const char *group)
{
    static const struct {
        const char *group, *key;
    } keys[] = {
        { "machine", "type" },
        { "chardev", "backend" },
        { "device", "driver" },
        { "object", "qom-type" },
    };
    size_t i;

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i].group, group) == 0) {
            return keys[i].key;
        }
    }
    return "kind";
}

static void put_section(FILE *f, const struct bw_up_option *p)
{
    const char *at = p->pairs, *pair;
    size_t key_len, value_len;

    /* -m is the only option here whose group has another name */
    fprintf(f, "\n[%s", strcmp(p->group, "m") == 0 ? "memory" : p->group);
    while ((pair = next_pair(&at, &key_len, &value_len))) {
        if (key_len == 2 && memcmp(pair, "id", 2) == 0) {
            fprintf(f, " \"%.*s\"", (int)value_len, pair + 3);
        }
    }
    fputs("]\n", f);
    if (p->kind) {
        fprintf(f, "  %s = \"%s\"\n", kind_key(p->group), p->kind);
    }
    at = p->pairs;
    while ((pair = next_pair(&at, &key_len, &value_len))) {
        if (key_len != 2 || memcmp(pair, "id", 2) != 0) {
            fprintf(f, "  %.*s = \"%.*s\"\n", (int)key_len, pair,
                    (int)value_len, pair + key_len + 1);
        }
    }
}

bool bw_up_put_config(FILE *f, const struct bw_up_options *o)
{
    size_t i;

    for (i = 0; i < o->count; i++) {
        const struct bw_up_option *p = &o->options[i];

        if (strchr(p->pairs, '"') || (p->kind && strchr(p->kind, '"'))) {
            return false;
        }
    }
    for (i = 0; i < o->count; i++) {
        put_section(f, &o->options[i]);
    }
    return true;
}
