/*
 * Files with part profiles: found, read and checked.
 *
 * Used by bench_setup.c for the key "profile" and, in QEMU, by
 * passthrough/i2c_profile.c for the property.  docs/profiles.md says what
 * they hold and where they are looked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_PROFILE_FILE_H
#define BENCHWIRE_HOST_AGENT_PROFILE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/part_profile.h"
#include "lib/wire_profile.h"

struct bw_profile_file {
    size_t len; /* bytes of @text, 1 to BW_WIRE_MAX_PROFILE */
    char text[BW_WIRE_MAX_PROFILE + 1];
    struct bw_part_profile profile;
};

/**
 * bw_profile_file_load: read a profile
 * @name: NAME of a delivered one, or the path of a file (with a slash)
 * @error: receives one sentence on failure
 */
bool bw_profile_file_load(struct bw_profile_file *f, const char *name,
                          char *error, size_t error_size);

/* Is there a delivered profile of that name? */
bool bw_profile_file_exists(const char *name);

#endif
