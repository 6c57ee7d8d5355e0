/*
 * Pre-shared keys by identity; see tls_keys.h.
 *
 * GnuTLS would read the file itself, with every handshake.  Read here, once,
 * it is checked as a whole before it is used, a handshake needs no file, and
 * the log can tell an unknown name from a wrong key.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tls_keys.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "host-agent/policy.h"

/* a name, ':', a key, the line's end and the NUL */
#define LINE_SIZE (BW_WIRE_MAX_NAME + 1 + 2 * BW_TLS_MAX_KEY + 3)

struct place {
    const char *file;
    int line;
    char *error;
    size_t error_size;
};

__attribute__((format(printf, 2, 3))) static bool fail(const struct place *p,
                                                       const char *format, ...)
{
    va_list args;
    int n = snprintf(p->error, p->error_size, "%s:%d: ", p->file, p->line);

    if (n >= 0 && (size_t)n < p->error_size) {
        va_start(args, format);
        vsnprintf(p->error + n, p->error_size - (size_t)n, format, args);
        va_end(args);
    }
    return false;
}

const char *bw_tls_bad_identity(const char *name)
{
    size_t len = strlen(name);
    size_t i;

    if (len == 0 || len > BW_WIRE_MAX_NAME) {
        return "must have 1 to 63 characters";
    }
    for (i = 0; i < len; i++) {
        if (!isalnum((unsigned char)name[i]) && !strchr("-_.@", name[i])) {
            return "may have letters, digits and -_.@ only";
        }
    }
    if (strcmp(name, BW_IDENTITY_LOCAL) == 0 ||
        strcmp(name, BW_IDENTITY_LOOPBACK) == 0 ||
        strcmp(name, BW_IDENTITY_NETWORK) == 0) {
        return "is what the agent calls clients without a key; choose another";
    }
    return NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_key(struct bw_tls_key *k, const char *hex,
                      const struct place *p)
{
    size_t len = strlen(hex);
    size_t i;

    if (len % 2 || len < 2 * BW_TLS_MIN_KEY || len > 2 * BW_TLS_MAX_KEY) {
        return fail(p,
                    "the key of \"%s\" has %zu hexadecimal digits, not %d to "
                    "%d and even; make one with benchwire pair",
                    k->identity, len, 2 * BW_TLS_MIN_KEY, 2 * BW_TLS_MAX_KEY);
    }
    for (i = 0; i < len / 2; i++) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);

        if (high < 0 || low < 0) {
            return fail(p,
                        "the key of \"%s\" is not hexadecimal; make one with "
                        "benchwire pair",
                        k->identity);
        }
        k->bytes[i] = (uint8_t)(high << 4 | low);
    }
    k->len = len / 2;
    return true;
}

/* @line has no line end and is not empty. */
static bool take_line(struct bw_tls_keys *keys, char *line,
                      const struct place *p)
{
    struct bw_tls_key *k = &keys->keys[keys->count];
    char *colon = strchr(line, ':');
    const char *bad;

    if (!colon) {
        return fail(p, "this is not NAME:KEY; make a key with benchwire pair");
    }
    *colon = '\0';
    bad = bw_tls_bad_identity(line);
    if (bad) {
        return fail(p, "the name before the colon %s", bad);
    }
    if (bw_tls_keys_find(keys, line)) {
        return fail(p, "\"%s\" has a key already; remove one of the two", line);
    }
    if (keys->count == BW_TLS_MAX_KEYS) {
        return fail(p, "there are more than %d keys; remove some",
                    BW_TLS_MAX_KEYS);
    }
    memcpy(k->identity, line, strlen(line) + 1);
    if (!parse_key(k, colon + 1, p)) {
        return false;
    }
    keys->count++;
    return true;
}

bool bw_tls_keys_read(struct bw_tls_keys *k, FILE *file, const char *name,
                      char *error, size_t error_size)
{
    struct place p = { .file = name, .error = error, .error_size = error_size };
    char line[LINE_SIZE];
    bool good = true;

    k->count = 0;
    while (good && fgets(line, sizeof(line), file)) {
        size_t len = strlen(line);

        p.line++;
        if (len == sizeof(line) - 1 && line[len - 1] != '\n') {
            good = fail(&p, "the line is too long for NAME:KEY");
            break;
        }
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0]) {
            good = take_line(k, line, &p);
        }
    }
    if (good && ferror(file)) {
        good = fail(&p, "cannot be read");
    }
    explicit_bzero(line, sizeof(line));
    return good;
}

const struct bw_tls_key *bw_tls_keys_find(const struct bw_tls_keys *k,
                                          const char *identity)
{
    size_t i;

    for (i = 0; i < k->count; i++) {
        if (strcmp(k->keys[i].identity, identity) == 0) {
            return &k->keys[i];
        }
    }
    return NULL;
}

void bw_tls_keys_wipe(struct bw_tls_keys *k)
{
    explicit_bzero(k, sizeof(*k));
}
