/*
 * Folders of credentials for a test, in one of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_TLS_FOLDER_H
#define BENCHWIRE_TESTS_UNIT_TLS_FOLDER_H

#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../tls_certs.h"

/* A folder of its own, removed at the end with what is in it. */
static char rig_dir[] = "/tmp/bw-tls-XXXXXX";

static const char *rig_path(const char *name)
{
    static char paths[4][256];
    static unsigned at;

    at = (at + 1) % ARRAY_LEN(paths);
    snprintf(paths[at], sizeof(paths[at]), "%s/%s", rig_dir, name);
    return paths[at];
}

static const char *rig_folder(const char *name)
{
    const char *path = rig_path(name);

    mkdir(path, 0700);
    return path;
}

static void rig_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    chmod(path, 0600);
}

#endif
