/*
 * What "benchwire pair" writes, as texts: the keys, the bench file, the command
 * line; for tool_pair.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_PAIR_TEXT_H
#define BENCHWIRE_HOST_AGENT_PAIR_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "host-agent/config.h"

/* The text of keys.psk with the line of @name, "NAME:KEY\n", at its end, and
 * without it; to be freed.  NULL: out of memory. */
char *bw_pair_add_key(const char *keys, const char *name, const char *hex);
char *bw_pair_drop_key(const char *keys, const char *name);

/**
 * bw_pair_add_identity: the text of a bench file in which @name has a section,
 *                       and which listens for TLS
 * @bench: its text, and @c what was read from it
 * @exports: @export_count patterns; 0: the section has none
 *
 * Returns: the text, to be freed; NULL: out of memory.
 */
char *bw_pair_add_identity(const char *bench, const struct bw_config *c,
                           const char *name, char *const *exports,
                           size_t export_count);

/**
 * bw_pair_drop_identity: the text of a bench file without the section that pair
 *                        wrote for @name
 *
 * Returns: the text, to be freed, as it was if there is no such section or
 * somebody has added to it; NULL: out of memory.
 */
char *bw_pair_drop_identity(const char *bench, const char *name);

/* The command line of QEMU that is let in, without a line end, for a shell; to
 * be freed.  @dir: the client's folder.  NULL: out of memory. */
char *bw_pair_command(const struct bw_config *c, const char *name,
                      const char *dir, const char *host);

#endif
