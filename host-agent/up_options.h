/*
 * Options of QEMU, and the forms in which they can be written: as words for
 * exec(3), for a shell, and as a file for QEMU's -readconfig.
 *
 * Filled by up_plan.c, used by tool_up.c.  QEMU takes a comma in a value
 * doubled on its command line (and as it is in a file); a file has no way to
 * write a quotation mark or a line end, so values with these are refused.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_UP_OPTIONS_H
#define BENCHWIRE_HOST_AGENT_UP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define BW_UP_MAX_OPTIONS 256
#define BW_UP_MAX_WORDS   (2 * BW_UP_MAX_OPTIONS + 256)

/* "-device i2c-passthrough,id=...": the group, what comes first, the rest. */
struct bw_up_option {
    const char *group; /* "device", "chardev", "machine" ... */
    char *kind;        /* "i2c-passthrough"; NULL: there is none */
    char *pairs;       /* "KEY=VALUE" lines, each ends with \n */
};

struct bw_up_options {
    struct bw_up_option options[BW_UP_MAX_OPTIONS];
    size_t count;
    bool failed; /* no memory, or too many */
};

/* "chardev", "socket": the option which bw_up_set() is then about. */
void bw_up_add(struct bw_up_options *o, const char *group, const char *kind);
/* A value with a line end fails @o. */
void bw_up_set(struct bw_up_options *o, const char *key, const char *format,
               ...) __attribute__((format(printf, 3, 4)));
void bw_up_finish(struct bw_up_options *o);

/**
 * bw_up_words: as words of a command line
 * @words: receives pointers to memory of its own, and NULL at the end
 *
 * Returns: how many, or -1 without room or memory.
 */
int bw_up_words(const struct bw_up_options *o, char *words[], size_t max);

/* One word as a shell takes it. */
void bw_up_put_word(FILE *f, const char *word);

/* As a file for -readconfig.  Returns: false for a value with a quotation
 * mark, of which there is no form. */
bool bw_up_put_config(FILE *f, const struct bw_up_options *o);

#endif
