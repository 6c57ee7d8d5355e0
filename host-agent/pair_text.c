/*
 * What "benchwire pair" writes; see pair_text.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/pair_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TLS_LINE  "tls = 0.0.0.0:7420\n"
#define UNIX_LINE "unix = /run/benchwire/benchwire.sock\n"
#define MARK      "# by benchwire pair\n"

/* --- keys --- */

static bool is_of(const char *line, const char *name)
{
    size_t len = strlen(name);

    return strncmp(line, name, len) == 0 && line[len] == ':';
}

/* The next line's begin, or the end of the text. */
static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end ? end + 1 : line + strlen(line);
}

char *bw_pair_drop_key(const char *keys, const char *name)
{
    char *out = calloc(1, strlen(keys) + 1);
    const char *line, *next;

    for (line = keys; out && *line; line = next) {
        next = next_line(line);
        if (!is_of(line, name)) {
            strncat(out, line, (size_t)(next - line));
        }
    }
    return out;
}

static bool ends_a_line(const char *text)
{
    size_t len = strlen(text);

    return len == 0 || text[len - 1] == '\n';
}

char *bw_pair_add_key(const char *keys, const char *name, const char *hex)
{
    char *out;

    if (asprintf(&out, "%s%s%s:%s\n", keys, ends_a_line(keys) ? "" : "\n", name,
                 hex) < 0) {
        return NULL;
    }
    return out;
}

/* --- the bench file --- */

/* What [listen] lacks, and whether there is one. */
static const char *listen_lines(const struct bw_config_listen *l)
{
    if (l->tls.line) {
        return "";
    }
    /* with a listener of any kind the usual socket is not there by itself */
    return l->unix_path[0] || l->tcp.line ? TLS_LINE : UNIX_LINE TLS_LINE;
}

/* The place behind line @number. */
static size_t after_line(const char *text, int number)
{
    const char *at = text;

    while (number-- > 0) {
        at = next_line(at);
    }
    return (size_t)(at - text);
}

static void put_section(FILE *f, const char *name, char *const *exports,
                        size_t export_count)
{
    size_t i;

    fprintf(f, "\n" MARK "[identity %s]\n", name);
    for (i = 0; i < export_count; i++) {
        fprintf(f, "exports = %s\n", exports[i]);
    }
}

char *bw_pair_add_identity(const char *bench, const struct bw_config *c,
                           const char *name, char *const *exports,
                           size_t export_count)
{
    const struct bw_config_listen *l = &c->listen;
    const char *lines = listen_lines(l);
    size_t at = l->line ? after_line(bench, l->line) : 0;
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);

    if (!f) {
        return NULL;
    }
    if (l->line || !lines[0]) {
        fprintf(f, "%.*s%s%s", (int)at, bench, lines, bench + at);
    } else {
        fprintf(f, "[listen]\n%s\n%s", lines, bench);
    }
    if (!ends_a_line(bench)) {
        fputc('\n', f);
    }
    if (!bw_policy_find(&c->policy, name)) {
        put_section(f, name, exports, export_count);
    }
    if (fclose(f)) {
        free(out);
        out = NULL;
    }
    return out;
}

/* The end of the keys at @at, as pair wrote them: exports and no others up to the
 * next section.  NULL: somebody has written there since. */
static const char *own_end(const char *at)
{
    const char *end, *first;

    while (strncmp(at, "exports =", strlen("exports =")) == 0) {
        at = next_line(at);
    }
    for (end = at; *at; at = next_line(at)) {
        first = at + strspn(at, " \t");
        if (*first == '[') {
            break;
        }
        if (!strchr("\r\n#;", *first)) {
            return NULL;
        }
    }
    return end;
}

char *bw_pair_drop_identity(const char *bench, const char *name)
{
    char head[sizeof(MARK) + BW_WIRE_MAX_NAME + 16];
    const char *begin, *end = NULL;
    char *out;

    snprintf(head, sizeof(head), MARK "[identity %s]\n", name);
    begin = strstr(bench, head);
    if (begin) {
        end = own_end(begin + strlen(head));
    }
    if (!end) {
        return strdup(bench);
    }
    if (begin - bench >= 2 && begin[-1] == '\n' && begin[-2] == '\n') {
        begin--;
    }
    if (asprintf(&out, "%.*s%s", (int)(begin - bench), bench, end) < 0) {
        return NULL;
    }
    return out;
}

/* --- the command line --- */

/* The first one of @kind that @name may open. */
static const struct bw_config_export *
pick_export(const struct bw_config *c, const char *name, unsigned kind)
{
    size_t i;

    for (i = 0; i < c->export_count; i++) {
        const struct bw_config_export *e = &c->exports[i];

        if (e->kind == kind && bw_policy_may_open(&c->policy, name, e->name)) {
            return e;
        }
    }
    return NULL;
}

static void put_i2c_device(FILE *f, const struct bw_config_export *e)
{
    fprintf(f, " -device i2c-passthrough,chardev=bench,export=%s,address=",
            e->name);
    if (e->addr == BW_ADDR_ANY) {
        fputs("any", f);
    } else {
        fprintf(f, "0x%02x", e->addr);
    }
}

/* Its first line. */
static void put_gpio_device(FILE *f, const struct bw_config *c,
                            const struct bw_config_export *e)
{
    size_t i;

    for (i = 0; i < c->line_count; i++) {
        if (strcmp(c->lines[i].export, e->name) == 0) {
            fprintf(f,
                    " -device gpio-passthrough,chardev=bench,export=%s,line=%s,"
                    "pin=P0",
                    e->name, c->lines[i].name);
            return;
        }
    }
}

/* One connection has one export: that of a part, or else of lines. */
static void put_device(FILE *f, const struct bw_config *c, const char *name)
{
    const struct bw_config_export *e = pick_export(c, name, BW_EXPORT_I2C);

    if (e) {
        put_i2c_device(f, e);
        return;
    }
    e = pick_export(c, name, BW_EXPORT_GPIO);
    if (e) {
        put_gpio_device(f, c, e);
    }
}

/* QEMU wants a comma in a value twice, the shell quotes around the unusual. */
static void put_key_object(FILE *f, const char *dir, const char *name)
{
    static const char usual[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789/._+-@%,";
    bool quote = dir[strspn(dir, usual)] != '\0';

    fprintf(f, "%stls-creds-psk,id=key,dir=", quote ? "'" : "");
    for (; *dir; dir++) {
        if (*dir == '\'') {
            fputs("'\\''", f);
        } else {
            fprintf(f, *dir == ',' ? ",," : "%c", *dir);
        }
    }
    fprintf(f, ",endpoint=client,username=%s%s", name, quote ? "'" : "");
}

char *bw_pair_command(const struct bw_config *c, const char *name,
                      const char *dir, const char *host)
{
    unsigned port = c->listen.tls.line ? c->listen.tls.port : BW_ADDRESS_PORT;
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);

    if (!f) {
        return NULL;
    }
    fputs("benchwire-qemu -M microbit -icount shift=6,align=on -nographic "
          "-kernel FIRMWARE -object ",
          f);
    put_key_object(f, dir, name);
    fprintf(f,
            " -chardev socket,id=bench,host=%s,port=%u,reconnect-ms=1000,"
            "tls-creds=key",
            host, port);
    put_device(f, c, name);
    if (fclose(f)) {
        free(out);
        out = NULL;
    }
    return out;
}
