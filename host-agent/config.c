/*
 * The bench file: lines to struct bw_config; see config.h.
 *
 * libinih splits the lines; this file knows the sections and keys.  Rules
 * across keys and sections are in config_check.c.  The first error wins and
 * names its line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/config.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/config_check.h"
#include "host-agent/i2c_bitbang.h"
#include "lib/text.h"

#define ADDR7_MAX      0x7f
#define ADDR10_MAX     0x3ff
#define BOM_AND_BLANKS "\xef\xbb\xbf \t" /* before the first section */

struct parser;

typedef bool set_key(struct parser *p, const char *value);

struct key {
    const char *name;
    set_key *set;
};

struct section_kind {
    const char *name;
    const struct key *keys; /* NULL name at the end */
    bool (*begin)(struct parser *p, const char *name);
    bool (*other)(struct parser *p, const char *key, const char *value);
};

struct parser {
    struct bw_config *c;
    FILE *file;
    int line; /* being read, from 1 */
    const struct section_kind *section;
    struct bw_config_part *part;       /* in a part section */
    struct bw_config_export *export;   /* in an export section */
    struct bw_config_fault *fault;     /* in a fault section */
    struct bw_config_adapter *adapter; /* in an adapter section */
    struct bw_config_error error;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct parser *p,
                                                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    bw_config_vfail(&p->error, p->line, format, args);
    va_end(args);
    return false;
}

static bool fail_twice(struct parser *p, const char *key)
{
    return fail(p, "%s is given twice in this section; keep one", key);
}

/* A value of at most @size - 1 bytes of printable text, given once. */
static bool set_text(struct parser *p, const char *key, char *out, size_t size,
                     const char *value)
{
    size_t len = strlen(value);

    if (out[0]) {
        return fail_twice(p, key);
    }
    if (len == 0) {
        return fail(p, "%s is empty; give it a value or remove the line", key);
    }
    if (len >= size) {
        return fail(p, "%s is longer than %zu bytes; shorten it", key,
                    size - 1);
    }
    if (!bw_text_ok((const uint8_t *)value, len)) {
        return fail(p, "%s is not UTF-8 text; write it in plain letters", key);
    }
    memcpy(out, value, len + 1);
    return true;
}

/* "0x48", "72"; returns -1 if it is no number up to @max. */
static long parse_addr(const char *value, long max)
{
    char *end;
    long addr;

    errno = 0;
    addr = strtol(value, &end, 0);
    return errno || end == value || *end || addr < 0 || addr > max ? -1 : addr;
}

static bool set_adapter(struct parser *p, char *out, size_t size,
                        const char *value)
{
    if (!bw_config_is_sim(value) && !bw_config_is_gpio(value) &&
        value[0] != '/') {
        return fail(p,
                    "adapter \"%s\" is unknown; write sim:NAME or wires:NAME "
                    "for a simulated bus, gpio:NAME for two lines, or the path "
                    "of a real one, such as /dev/i2c-1",
                    value);
    }
    return set_text(p, "adapter", out, size, value);
}

/* [adapter NAME] */

static bool set_adapter_chip(struct parser *p, const char *value)
{
    return set_text(p, "chip", p->adapter->chip, sizeof(p->adapter->chip),
                    value);
}

static bool set_adapter_scl(struct parser *p, const char *value)
{
    return set_text(p, "scl", p->adapter->scl, sizeof(p->adapter->scl), value);
}

static bool set_adapter_sda(struct parser *p, const char *value)
{
    return set_text(p, "sda", p->adapter->sda, sizeof(p->adapter->sda), value);
}

static bool set_adapter_speed(struct parser *p, const char *value)
{
    long hz = parse_addr(value, BW_BITBANG_MAX_HZ);

    if (p->adapter->scl_hz) {
        return fail_twice(p, "speed");
    }
    if (hz < BW_BITBANG_MIN_HZ) {
        return fail(p, "speed = %s is not possible; write %d to %d, in Hz",
                    value, BW_BITBANG_MIN_HZ, BW_BITBANG_MAX_HZ);
    }
    p->adapter->scl_hz = (uint32_t)hz;
    return true;
}

static bool begin_adapter(struct parser *p, const char *name)
{
    struct bw_config *c = p->c;
    const struct bw_config_adapter *same = bw_config_find_adapter(c, name);

    if (!bw_config_is_wires(name) && !bw_config_is_gpio(name)) {
        return fail(p,
                    "[adapter %s] has nothing to set; only wires:NAME and "
                    "gpio:NAME have a section",
                    name);
    }
    if (same) {
        return fail(p, "[adapter %s] is already in line %d; put the keys there",
                    name, same->line);
    }
    if (c->adapter_count == BW_BENCH_MAX_BUSES) {
        return fail(p, "more than %d adapters; remove some",
                    BW_BENCH_MAX_BUSES);
    }
    p->adapter = &c->adapters[c->adapter_count++];
    p->adapter->line = p->line;
    return set_text(p, "the name", p->adapter->name, sizeof(p->adapter->name),
                    name);
}

/* [listen] */

static bool set_unix(struct parser *p, const char *value)
{
    struct bw_config_listen *l = &p->c->listen;

    return set_text(p, "unix", l->unix_path, sizeof(l->unix_path), value);
}

static bool set_tcp(struct parser *p, const char *value)
{
    const char *why;

    if (p->c->listen.tcp_host[0]) {
        return fail_twice(p, "tcp");
    }
    why = bw_config_parse_tcp(&p->c->listen, value);
    return why ? fail(p, "tcp = %s: %s", value, why) : true;
}

static bool begin_listen(struct parser *p, const char *name)
{
    if (name[0]) {
        return fail(p, "[listen] has no name; write [listen]");
    }
    if (p->c->listen.line) {
        return fail(p, "[listen] is already in line %d; put the keys there",
                    p->c->listen.line);
    }
    p->c->listen.line = p->line;
    return true;
}

/* [part NAME] */

static bool set_part_model(struct parser *p, const char *value)
{
    char names[256];

    if (p->part->model) {
        return fail_twice(p, "model");
    }
    p->part->model = bw_part_find(value);
    if (!p->part->model) {
        bw_config_model_names(names, sizeof(names));
        return fail(p, "model \"%s\" is unknown; the models are %s", value,
                    names);
    }
    return true;
}

static bool set_part_adapter(struct parser *p, const char *value)
{
    if (!bw_config_is_sim(value)) {
        return fail(p,
                    "a part is simulated and adapter \"%s\" is not; write "
                    "sim:NAME or wires:NAME, or remove the part: a real one "
                    "needs no section",
                    value);
    }
    return set_adapter(p, p->part->adapter, sizeof(p->part->adapter), value);
}

static bool set_part_address(struct parser *p, const char *value)
{
    long addr = parse_addr(value, ADDR10_MAX);

    if (p->part->has_addr) {
        return fail_twice(p, "address");
    }
    if (addr < 0) {
        return fail(p,
                    "address \"%s\" is not a number from 0x00 to 0x7f, or to "
                    "0x3ff for an address of 10 bits",
                    value);
    }
    p->part->addr = (uint16_t)addr;
    p->part->has_addr = true;
    p->part->ten_bit |= addr > ADDR7_MAX;
    return true;
}

static bool set_part_ten_bit(struct parser *p, const char *value)
{
    if (strcmp(value, "yes") != 0) {
        return fail(p,
                    "ten-bit = %s is not possible; write yes, or leave it "
                    "out for an address of 7 bits",
                    value);
    }
    p->part->ten_bit = true;
    return true;
}

/* Any other key presets a value; the model may still follow. */
static bool add_preset(struct parser *p, const char *key, const char *value)
{
    struct bw_config_part *part = p->part;
    struct bw_config_preset *preset = &part->presets[part->preset_count];
    size_t i;

    for (i = 0; i < part->preset_count; i++) {
        if (strcmp(part->presets[i].key, key) == 0) {
            return fail_twice(p, key);
        }
    }
    if (part->preset_count == BW_CONFIG_MAX_PRESETS) {
        return fail(p, "more than %d values are preset; remove some",
                    BW_CONFIG_MAX_PRESETS);
    }
    preset->line = p->line;
    if (!set_text(p, "the key", preset->key, sizeof(preset->key), key) ||
        !set_text(p, key, preset->text, sizeof(preset->text), value)) {
        return false;
    }
    part->preset_count++;
    return true;
}

static bool check_name(struct parser *p, const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    if (!name[0]) {
        return fail(p, "[%s] has no name; write [%s NAME]", p->section->name,
                    p->section->name);
    }
    if (strlen(name) > BW_WIRE_MAX_NAME || name[strspn(name, allowed)]) {
        return fail(p,
                    "name \"%s\" is not allowed; use at most %d letters, "
                    "digits, - and _",
                    name, BW_WIRE_MAX_NAME);
    }
    return true;
}

static bool begin_part(struct parser *p, const char *name)
{
    struct bw_config *c = p->c;
    size_t i;

    if (!check_name(p, name)) {
        return false;
    }
    for (i = 0; i < c->part_count; i++) {
        if (strcmp(c->parts[i].name, name) == 0) {
            return fail(p, "part \"%s\" is already in line %d; rename one",
                        name, c->parts[i].line);
        }
    }
    if (c->part_count == BW_CONFIG_MAX_PARTS) {
        return fail(p, "more than %d parts; remove some", BW_CONFIG_MAX_PARTS);
    }
    p->part = &c->parts[c->part_count++];
    p->part->line = p->line;
    memcpy(p->part->name, name, strlen(name) + 1);
    return true;
}

/* [export NAME] */

static bool set_export_type(struct parser *p, const char *value)
{
    if (p->export->kind != BW_EXPORT_ANY) {
        return fail_twice(p, "type");
    }
    if (strcmp(value, "i2c") == 0) {
        p->export->kind = BW_EXPORT_I2C;
    } else if (strcmp(value, "bench") == 0) {
        p->export->kind = BW_EXPORT_BENCH;
    } else {
        return fail(p,
                    "type \"%s\" is unknown; write i2c for a bus or a part, "
                    "bench for the values of a simulated bus",
                    value);
    }
    return true;
}

static bool set_export_adapter(struct parser *p, const char *value)
{
    return set_adapter(p, p->export->adapter, sizeof(p->export->adapter),
                       value);
}

static bool set_export_address(struct parser *p, const char *value)
{
    long addr = parse_addr(value, ADDR7_MAX);

    if (p->export->has_addr) {
        return fail_twice(p, "address");
    }
    if (addr < 0 && strcmp(value, "any") != 0) {
        return fail(p,
                    "address \"%s\" is neither a number from 0x00 to 0x7f nor "
                    "\"any\" for the whole bus",
                    value);
    }
    p->export->addr = addr < 0 ? BW_ADDR_ANY : (uint16_t)addr;
    p->export->has_addr = true;
    return true;
}

static bool set_export_text(struct parser *p, const char *value)
{
    return set_text(p, "text", p->export->text, sizeof(p->export->text), value);
}

static bool set_export_profile(struct parser *p, const char *value)
{
    return set_text(p, "profile", p->export->profile,
                    sizeof(p->export->profile), value);
}

static bool set_export_shared(struct parser *p, const char *value)
{
    if (p->export->has_shared) {
        return fail_twice(p, "shared");
    }
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
        return fail(p, "shared \"%s\" is neither yes nor no", value);
    }
    p->export->shared = value[0] == 'y';
    p->export->has_shared = true;
    return true;
}

static bool begin_export(struct parser *p, const char *name)
{
    struct bw_config *c = p->c;
    size_t i;

    if (!check_name(p, name)) {
        return false;
    }
    for (i = 0; i < c->export_count; i++) {
        if (strcmp(c->exports[i].name, name) == 0) {
            return fail(p, "export \"%s\" is already in line %d; rename one",
                        name, c->exports[i].line);
        }
    }
    if (c->export_count == BW_BENCH_MAX_EXPORTS) {
        return fail(p, "more than %d exports; remove some",
                    BW_BENCH_MAX_EXPORTS);
    }
    p->export = &c->exports[c->export_count++];
    p->export->line = p->line;
    memcpy(p->export->name, name, strlen(name) + 1);
    return true;
}

/* [fault NAME] */

static bool set_fault_adapter(struct parser *p, const char *value)
{
    return set_adapter(p, p->fault->adapter, sizeof(p->fault->adapter), value);
}

static bool set_fault_key(struct parser *p, const char *key, const char *value)
{
    char why[256];

    return bw_fault_text_set(&p->fault->text, key, value, why, sizeof(why)) ||
           fail(p, "%s", why);
}

static bool begin_fault(struct parser *p, const char *name)
{
    struct bw_config *c = p->c;
    size_t i;

    if (!check_name(p, name)) {
        return false;
    }
    for (i = 0; i < c->fault_count; i++) {
        if (strcmp(c->faults[i].name, name) == 0) {
            return fail(p, "fault \"%s\" is already in line %d; rename one",
                        name, c->faults[i].line);
        }
    }
    if (c->fault_count == BW_CONFIG_MAX_FAULTS) {
        return fail(p, "more than %d faults; remove some",
                    BW_CONFIG_MAX_FAULTS);
    }
    p->fault = &c->faults[c->fault_count++];
    p->fault->line = p->line;
    bw_fault_text_init(&p->fault->text);
    memcpy(p->fault->name, name, strlen(name) + 1);
    return true;
}

static const struct key listen_keys[] = {
    { "unix", set_unix },
    { "tcp", set_tcp },
    { NULL, NULL },
};

static const struct key adapter_keys[] = {
    { "chip", set_adapter_chip },
    { "scl", set_adapter_scl },
    { "sda", set_adapter_sda },
    { "speed", set_adapter_speed },
    { NULL, NULL },
};

static const struct key part_keys[] = {
    { "model", set_part_model },
    { "adapter", set_part_adapter },
    { "address", set_part_address },
    { "ten-bit", set_part_ten_bit },
    { NULL, NULL },
};

static const struct key export_keys[] = {
    { "type", set_export_type },
    { "adapter", set_export_adapter },
    { "address", set_export_address },
    { "text", set_export_text },
    { "shared", set_export_shared },
    { "profile", set_export_profile },
    { NULL, NULL },
};

static const struct key fault_keys[] = {
    { "adapter", set_fault_adapter },
    { NULL, NULL },
};

static const struct section_kind section_kinds[] = {
    { "listen", listen_keys, begin_listen, NULL },
    { "adapter", adapter_keys, begin_adapter, NULL },
    { "part", part_keys, begin_part, add_preset },
    { "export", export_keys, begin_export, NULL },
    { "fault", fault_keys, begin_fault, set_fault_key },
};

/* "[kind name]"; @text begins after the bracket and is left as it is. */
static bool begin_section(struct parser *p, const char *text)
{
    char kind[16] = "";
    char name[BW_CONFIG_MAX_LINE] = "";
    size_t len = strcspn(text, "]");
    char inside[BW_CONFIG_MAX_LINE];
    size_t i;

    if (text[len] != ']' || len >= sizeof(inside)) {
        return fail(p, "the section has no ]; write [KIND NAME]");
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
    for (i = 0; i < sizeof(section_kinds) / sizeof(section_kinds[0]); i++) {
        if (strcmp(section_kinds[i].name, kind) == 0) {
            p->section = &section_kinds[i];
            return p->section->begin(p, name);
        }
    }
    return fail(p,
                "section [%s] is unknown; write [listen], [adapter NAME], "
                "[part NAME], [export NAME] or [fault NAME]",
                inside);
}

/* ini_reader: one line without its indentation, which means nothing here. */
static char *read_line(char *str, int num, void *stream)
{
    struct parser *p = stream;
    size_t blanks;

    if (p->error.line || !fgets(str, num, p->file)) {
        return NULL;
    }
    p->line++;
    if (!strchr(str, '\n') && !feof(p->file)) {
        fail(p, "the line is longer than %d bytes; shorten it", num - 2);
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
    struct parser *p = user;
    const struct key *key;

    (void)section; /* cut by libinih; begin_section() has it whole */
    if (!p->section) {
        return fail(p,
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
    return fail(p, "key \"%s\" is unknown in [%s]; see bench.conf(5)", name,
                p->section->name);
}

bool bw_config_read(struct bw_config *c, FILE *file, const char *name,
                    char error[BW_CONFIG_MAX_ERROR])
{
    struct parser p = { .c = c, .file = file };
    int bad_line;

    memset(c, 0, sizeof(*c));
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
        bw_config_check(c, p.line, &p.error);
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
                 "%s: %s; name another bench file with -c FILE", path,
                 strerror(errno));
        return false;
    }
    ok = bw_config_read(c, file, path, error);
    fclose(file);
    return ok;
}
