/*
 * The sections of the bench file: what config.c, which reads the lines, and
 * the files config_NAME.c, each of which knows one kind of section, have
 * together.  For a kind more, write its file and name it in config.c.
 *
 * A section's functions meet the lines in the order of the file: begin() for
 * the bracket, which adds an entry to struct bw_config, then a setter for each
 * key, which fills in the newest entry.  When all was read, check() looks at
 * what spans keys and sections.  The first error wins and names its line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CONFIG_SECTION_H
#define BENCHWIRE_HOST_AGENT_CONFIG_SECTION_H

#include <stdarg.h>
#include <stddef.h>

#include "host-agent/config.h"

#define BW_CONFIG_MAX_LINE 200 /* bytes, the limit of libinih as built */

/* The first error of a file. */
struct bw_config_error {
    int line;       /* 0: none yet */
    char text[352]; /* "cause; cure" */
};

struct bw_config_section;

struct bw_config_parser {
    struct bw_config *c;
    FILE *file;
    int line; /* being read, from 1 */
    const struct bw_config_section *section;
    struct bw_config_error error;
};

/* One key; a setter that returns false has called bw_config_fail(). */
struct bw_config_key {
    const char *name;
    bool (*set)(struct bw_config_parser *p, const char *value);
};

/**
 * struct bw_config_section - a kind of section
 * @name: "[name ...]"
 * @keys: ends with a NULL name
 * @begin: a section of that kind begins; "" if it gives no name
 * @other: a key that is none of @keys, or NULL
 * @check: after all lines, in the order of the table in config.c; or NULL
 * @same_adapter: do the entries of this kind make @adapter the same in both
 *                files?  NULL: they have nothing to do with adapters
 * @same_export: the same of the export @name, which is in both
 */
struct bw_config_section {
    const char *name;
    const struct bw_config_key *keys;
    bool (*begin)(struct bw_config_parser *p, const char *name);
    bool (*other)(struct bw_config_parser *p, const char *key,
                  const char *value);
    bool (*check)(struct bw_config *c, struct bw_config_error *e);
    bool (*same_adapter)(const struct bw_config *a, const struct bw_config *b,
                         const char *adapter);
    bool (*same_export)(const struct bw_config *a, const struct bw_config *b,
                        const char *name);
};

extern const struct bw_config_section bw_config_section_adapter;
extern const struct bw_config_section bw_config_section_export;
extern const struct bw_config_section bw_config_section_fault;
extern const struct bw_config_section bw_config_section_identity;
extern const struct bw_config_section bw_config_section_line;
extern const struct bw_config_section bw_config_section_listen;
extern const struct bw_config_section bw_config_section_part;
extern const struct bw_config_section bw_config_section_usb;

/* Record "cause; cure" for the line being read, or with _at() for @line,
 * unless there is an error already.  Return false. */
bool bw_config_fail(struct bw_config_parser *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool bw_config_fail_at(struct bw_config_error *e, int line, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));
bool bw_config_fail_twice(struct bw_config_parser *p, const char *key);

/* A value of at most @size - 1 bytes of printable text, given once. */
bool bw_config_set_text(struct bw_config_parser *p, const char *key, char *out,
                        size_t size, const char *value);

/* "sim:NAME", "/dev/i2c-1" ..., given once. */
bool bw_config_set_adapter(struct bw_config_parser *p, char *out, size_t size,
                           const char *value);

/* "yes" or "no", given once: @given tells. */
bool bw_config_set_flag(struct bw_config_parser *p, const char *key, bool *out,
                        bool *given, const char *value);

/* The keys of an export of type usb, and what spans them. */
bool bw_config_set_usb_port(struct bw_config_parser *p, const char *value);
bool bw_config_set_usb_serial(struct bw_config_parser *p, const char *value);
bool bw_config_set_usb_device(struct bw_config_parser *p, const char *value);
bool bw_config_set_usb_filter(struct bw_config_parser *p, const char *value);
bool bw_config_check_usb_export(const struct bw_config *c,
                                struct bw_config_export *x,
                                struct bw_config_error *e);

/* Has the export one of these keys? */
bool bw_config_has_usb_keys(const struct bw_config_export *x);

/* The name of a section: letters, digits, - and _, and what @more has. */
bool bw_config_check_name(struct bw_config_parser *p, const char *name,
                          const char *more);

/* "0x48", "72"; -1 if it is no number up to @max. */
long bw_config_parse_number(const char *value, long max);

/* The keys of [export NAME] that only type = scsi has: config_scsi.c. */
bool bw_config_set_scsi_device(struct bw_config_parser *p, const char *value);
bool bw_config_set_scsi_commands(struct bw_config_parser *p, const char *value);
bool bw_config_set_scsi_data_time(struct bw_config_parser *p,
                                  const char *value);
bool bw_config_set_scsi_motion_time(struct bw_config_parser *p,
                                    const char *value);
bool bw_config_set_scsi_erase_time(struct bw_config_parser *p,
                                   const char *value);
bool bw_config_has_scsi_keys(const struct bw_config_export *x);
bool bw_config_check_scsi(const struct bw_config *c, struct bw_config_export *x,
                          struct bw_config_error *e);
bool bw_config_same_scsi(const struct bw_config_scsi *a,
                         const struct bw_config_scsi *b);

#endif
