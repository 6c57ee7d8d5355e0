/*
 * Rules of the bench file that span keys and sections; used by config.c only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CONFIG_CHECK_H
#define BENCHWIRE_HOST_AGENT_CONFIG_CHECK_H

#include <stdarg.h>
#include <stddef.h>

#include "host-agent/config.h"

#define BW_CONFIG_MAX_LINE 200 /* bytes, the limit of libinih as built */

/* The first error of a file. */
struct bw_config_error {
    int line;       /* 0: none yet */
    char text[352]; /* "cause; cure" */
};

/* Record an error unless there is one already. */
__attribute__((format(printf, 3, 0))) void
bw_config_vfail(struct bw_config_error *e, int line, const char *format,
                va_list args);

/**
 * bw_config_check: complete the sections and check them against each other
 * @last_line: of the file, for what is missing in it
 */
void bw_config_check(struct bw_config *c, int last_line,
                     struct bw_config_error *e);

/* "tmp102, 24c02, ds3231" */
void bw_config_model_names(char *out, size_t size);

#endif
