/*
 * The bench file: lines to struct bw_config; see config.h.
 *
 * libinih splits the lines; this file finds the section and the key that a
 * line belongs to.  What a section means is in the file of its kind,
 * config_NAME.c; see config_section.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config_section.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

#define BOM_AND_BLANKS "\xef\xbb\xbf \t" /* before the first section */

/* In the order in which they are checked. */
static const struct bw_config_section *const sections[] = {
    &bw_config_section_listen,   &bw_config_section_part,
    &bw_config_section_export,   &bw_config_section_line,
    &bw_config_section_adapter,  &bw_config_section_fault,
    &bw_config_section_identity, &bw_config_section_usb,
};

#define SECTION_COUNT (sizeof(sections) / sizeof(sections[0]))

/* What the sections use */

__attribute__((format(printf, 3, 0))) static void
vfail(struct bw_config_error *e, int line, const char *format, va_list args)
{
    if (e->line) {
        return;
    }
    e->line = line > 0 ? line : 1;
    vsnprintf(e->text, sizeof(e->text), format, args);
}

bool bw_config_fail(struct bw_config_parser *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfail(&p->error, p->line, format, args);
    va_end(args);
    return false;
}

bool bw_config_fail_at(struct bw_config_error *e, int line, const char *format,
                       ...)
{
    va_list args;

    va_start(args, format);
    vfail(e, line, format, args);
    va_end(args);
    return false;
}

bool bw_config_fail_twice(struct bw_config_parser *p, const char *key)
{
    return bw_config_fail(p, "%s is given twice in this section; keep one",
                          key);
}

bool bw_config_set_text(struct bw_config_parser *p, const char *key, char *out,
                        size_t size, const char *value)
{
    size_t len = strlen(value);

    if (out[0]) {
        return bw_config_fail_twice(p, key);
    }
    if (len == 0) {
        return bw_config_fail(
            p, "%s is empty; give it a value or remove the line", key);
    }
    if (len >= size) {
        return bw_config_fail(p, "%s is longer than %zu bytes; shorten it", key,
                              size - 1);
    }
    if (!bw_text_ok((const uint8_t *)value, len)) {
        return bw_config_fail(
            p, "%s is not UTF-8 text; write it in plain letters", key);
    }
    memcpy(out, value, len + 1);
    return true;
}

bool bw_config_set_adapter(struct bw_config_parser *p, char *out, size_t size,
                           const char *value)
{
    if (!bw_config_is_sim(value) && !bw_config_is_gpio(value) &&
        value[0] != '/') {
        return bw_config_fail(
            p,
            "adapter \"%s\" is unknown; write sim:NAME, wires:NAME or "
            "sim-usb:NAME for a simulated one, gpio:NAME for a bus of two "
            "lines, or the path of a real one, such as /dev/i2c-1 or "
            "/dev/gpiochip0",
            value);
    }
    return bw_config_set_text(p, "adapter", out, size, value);
}

bool bw_config_set_flag(struct bw_config_parser *p, const char *key, bool *out,
                        bool *given, const char *value)
{
    if (*given) {
        return bw_config_fail_twice(p, key);
    }
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
        return bw_config_fail(p, "%s \"%s\" is neither yes nor no", key, value);
    }
    *out = value[0] == 'y';
    *given = true;
    return true;
}

bool bw_config_check_name(struct bw_config_parser *p, const char *name,
                          const char *more)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const char *at = name;

    if (!name[0]) {
        return bw_config_fail(p, "[%s] has no name; write [%s NAME]",
                              p->section->name, p->section->name);
    }
    while (*at && (strchr(allowed, *at) || strchr(more, *at))) {
        at++;
    }
    if (strlen(name) > BW_WIRE_MAX_NAME || *at) {
        return bw_config_fail(p,
                              "name \"%s\" is not allowed; use at most %d "
                              "letters, digits, - and _%s%s",
                              name, BW_WIRE_MAX_NAME, more[0] ? ", and " : "",
                              more);
    }
    return true;
}

long bw_config_parse_number(const char *value, long max)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(value, &end, 0);
    return errno || end == value || *end || number < 0 || number > max ? -1
                                                                       : number;
}

/* Two files */

bool bw_config_same_adapter(const struct bw_config *a,
                            const struct bw_config *b, const char *adapter)
{
    size_t i;

    for (i = 0; i < SECTION_COUNT; i++) {
        if (sections[i]->same_adapter &&
            !sections[i]->same_adapter(a, b, adapter)) {
            return false;
        }
    }
    return true;
}

bool bw_config_same_export(const struct bw_config *a, const struct bw_config *b,
                           const char *name)
{
    const struct bw_config_export *x = bw_config_find_export(a, name);
    size_t i;

    if (!x || !bw_config_find_export(b, name)) {
        return false;
    }
    for (i = 0; i < SECTION_COUNT; i++) {
        if (sections[i]->same_export && !sections[i]->same_export(a, b, name)) {
            return false;
        }
    }
    return !x->adapter[0] || bw_config_same_adapter(a, b, x->adapter);
}

/* Lines */

static bool fail_unknown(struct bw_config_parser *p, const char *inside)
{
    char known[128] = "";
    size_t i;

    for (i = 0; i < SECTION_COUNT; i++) {
        size_t len = strlen(known);

        snprintf(known + len, sizeof(known) - len, "%s[%s%s]",
                 i == 0                   ? ""
                 : i == SECTION_COUNT - 1 ? " or "
                                          : ", ",
                 sections[i]->name,
                 sections[i] == &bw_config_section_listen ? "" : " NAME");
    }
    return bw_config_fail(p, "section [%s] is unknown; write %s", inside,
                          known);
}

/* "[kind name]"; @text begins after the bracket and is left as it is. */
static bool begin_section(struct bw_config_parser *p, const char *text)
{
    char kind[16] = "";
    char name[BW_CONFIG_MAX_LINE] = "";
    size_t len = strcspn(text, "]");
    char inside[BW_CONFIG_MAX_LINE];
    size_t i;

    if (text[len] != ']' || len >= sizeof(inside)) {
        return bw_config_fail(p, "the section has no ]; write [KIND NAME]");
    }
    memcpy(inside, text, len);
    inside[len] = '\0';
    if (sscanf(inside, " %15[^ \t] %199[^\n]", kind, name) < 1) {
        kind[0] = '\0';
    }
    len = strlen(name);
    while (len > 0 && (name[len - 1] == ' ' || name[len - 1] == '\t')) {
        name[--len] = '\0';
    }
    for (i = 0; i < SECTION_COUNT; i++) {
        if (strcmp(sections[i]->name, kind) == 0) {
            p->section = sections[i];
            return p->section->begin(p, name);
        }
    }
    return fail_unknown(p, inside);
}

/* ini_reader: one line without its indentation, which means nothing here. */
static char *read_line(char *str, int num, void *stream)
{
    struct bw_config_parser *p = stream;
    size_t blanks;

    if (p->error.line || !fgets(str, num, p->file)) {
        return NULL;
    }
    p->line++;
    if (!strchr(str, '\n') && !feof(p->file)) {
        bw_config_fail(p, "the line is longer than %d bytes; shorten it",
                       num - 2);
        return NULL;
    }
    blanks = strspn(str, p->line == 1 ? BOM_AND_BLANKS : " \t");
    memmove(str, str + blanks, strlen(str + blanks) + 1);
    if (str[0] == '[' && !begin_section(p, str + 1)) {
        return NULL;
    }
    return str;
}

/* ini_handler: one "key = value". */
static int on_key(void *user, const char *section, const char *name,
                  const char *value)
{
    struct bw_config_parser *p = user;
    const struct bw_config_key *key;

    (void)section; /* cut by libinih; begin_section() has it whole */
    if (!p->section) {
        return bw_config_fail(p,
                              "%s stands before the first section; begin with "
                              "[listen], [part NAME] or [export NAME]",
                              name);
    }
    for (key = p->section->keys; key->name; key++) {
        if (strcmp(key->name, name) == 0) {
            return key->set(p, value);
        }
    }
    if (p->section->other) {
        return p->section->other(p, name, value);
    }
    return bw_config_fail(p, "key \"%s\" is unknown in [%s]; see bench.conf(5)",
                          name, p->section->name);
}

static void check_all(struct bw_config_parser *p)
{
    size_t i;

    for (i = 0; i < SECTION_COUNT; i++) {
        if (sections[i]->check && !sections[i]->check(p->c, &p->error)) {
            return;
        }
    }
    if (p->c->export_count == 0) {
        bw_config_fail(p, "nothing is exported; add an [export NAME] section");
    }
}

bool bw_config_read(struct bw_config *c, FILE *file, const char *name,
                    char error[BW_CONFIG_MAX_ERROR])
{
    struct bw_config_parser p = { .c = c, .file = file };
    int bad_line;

    memset(c, 0, sizeof(*c));
    bw_policy_init(&c->policy);
    bad_line = ini_parse_stream(read_line, &p, on_key, &p);
    if (bad_line > 0 && (!p.error.line || bad_line < p.error.line)) {
        p.error.line = bad_line;
        snprintf(p.error.text, sizeof(p.error.text),
                 "this is neither a [section] nor KEY = VALUE; comments begin "
                 "with # or ;");
    }
    if (!p.error.line && ferror(file)) {
        snprintf(error, BW_CONFIG_MAX_ERROR, "%s: cannot be read: %s", name,
                 strerror(errno));
        return false;
    }
    if (!p.error.line) {
        check_all(&p);
    }
    if (p.error.line) {
        snprintf(error, BW_CONFIG_MAX_ERROR, "%.128s:%d: %s", name,
                 p.error.line, p.error.text);
        return false;
    }
    return true;
}

bool bw_config_load(struct bw_config *c, const char *path,
                    char error[BW_CONFIG_MAX_ERROR])
{
    FILE *file = fopen(path, "re");
    bool ok;

    if (!file) {
        snprintf(error, BW_CONFIG_MAX_ERROR,
                 "%s: %s; name another bench file with --config FILE", path,
                 strerror(errno));
        return false;
    }
    ok = bw_config_read(c, file, path, error);
    fclose(file);
    return ok;
}
