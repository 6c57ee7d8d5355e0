/*
 * Files with part profiles: found, read and checked; see profile_file.h.
 *
 * Delivered ones are looked for relative to the running program, so that a
 * build's programs find those of its source tree, and installed ones theirs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/profile_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* From the program's folder: PREFIX/bin, build/host or build/qemu. */
static const char *const folders[] = {
    "../share/benchwire/profiles",
    "../../peripherals/profiles",
};

static bool program_folder(char *out, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", out, size - 1);
    char *slash;

    if (len <= 0) {
        return false;
    }
    out[len] = '\0';
    slash = strrchr(out, '/');
    if (!slash) {
        return false;
    }
    *slash = '\0';
    return true;
}

/* The path of a delivered profile; false if there is none. */
static bool find_delivered(const char *name, char *path, size_t size)
{
    char folder[PATH_MAX];
    size_t i;

    if (!program_folder(folder, sizeof(folder))) {
        return false;
    }
    for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        int len =
            snprintf(path, size, "%s/%s/%s.profile", folder, folders[i], name);

        if (len > 0 && (size_t)len < size && access(path, R_OK) == 0) {
            return true;
        }
    }
    return false;
}

bool bw_profile_file_exists(const char *name)
{
    char path[PATH_MAX];

    return find_delivered(name, path, sizeof(path));
}

static bool read_text(struct bw_profile_file *f, const char *path, char *error,
                      size_t error_size)
{
    FILE *file = fopen(path, "re");
    int err;

    if (!file) {
        snprintf(error, error_size, "profile %s cannot be opened: %s", path,
                 strerror(errno));
        return false;
    }
    f->len = fread(f->text, 1, sizeof(f->text), file);
    err = ferror(file) ? errno : 0;
    fclose(file);
    if (err) {
        snprintf(error, error_size, "profile %s cannot be read: %s", path,
                 strerror(err));
        return false;
    }
    if (f->len > BW_WIRE_MAX_PROFILE) {
        snprintf(error, error_size,
                 "profile %s is longer than %d bytes; is it one?", path,
                 BW_WIRE_MAX_PROFILE);
        return false;
    }
    return true;
}

bool bw_profile_file_load(struct bw_profile_file *f, const char *name,
                          char *error, size_t error_size)
{
    char path[PATH_MAX];
    const char *what;
    unsigned line;

    if (strchr(name, '/')) {
        snprintf(path, sizeof(path), "%s", name);
    } else if (!find_delivered(name, path, sizeof(path))) {
        snprintf(error, error_size,
                 "there is no profile \"%s\"; name a delivered one "
                 "(docs/profiles.md) or a file with a slash, such as ./%s",
                 name, name);
        return false;
    }
    if (!read_text(f, path, error, error_size)) {
        return false;
    }
    if (bw_part_profile_parse(&f->profile, f->text, f->len, &line, &what) !=
        BW_OK) {
        snprintf(error, error_size, "%s:%u: %s", path, line, what);
        return false;
    }
    return true;
}
