/*
 * A small text file, read as a whole and replaced as a whole; see file_swap.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/file_swap.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *bw_file_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text;
    size_t len;

    if (!file) {
        return errno == ENOENT ? strdup("") : NULL;
    }
    text = malloc(BW_FILE_SWAP_MAX + 1);
    if (!text) {
        fclose(file);
        return NULL;
    }
    len = fread(text, 1, BW_FILE_SWAP_MAX + 1, file);
    if (ferror(file) || len > BW_FILE_SWAP_MAX) {
        errno = ferror(file) ? EIO : EFBIG;
        free(text);
        text = NULL;
    } else {
        text[len] = '\0';
    }
    fclose(file);
    return text;
}

static int write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno != EINTR) {
            return -1;
        }
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* The new one looks as the old one did, or as its folder wants. */
static int dress(int fd, const char *path, const char *dir, mode_t mode)
{
    struct stat st;

    if (stat(path, &st) == 0) {
        if (fchown(fd, st.st_uid, st.st_gid) < 0 && errno != EPERM) {
            return -1;
        }
        return fchmod(fd, st.st_mode & 07777);
    }
    if (stat(dir, &st) < 0 ||
        (fchown(fd, (uid_t)-1, st.st_gid) < 0 && errno != EPERM)) {
        return -1;
    }
    return fchmod(fd, mode);
}

static void sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

int bw_file_swap(const char *path, const char *text, mode_t mode)
{
    char temporary[PATH_MAX], copy[PATH_MAX];
    const char *dir;
    int fd, err;

    if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy) ||
        snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
            (int)sizeof(temporary)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    dir = dirname(copy);
    fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        return -1;
    }
    if (write_all(fd, text, strlen(text)) < 0 ||
        dress(fd, path, dir, mode) < 0 || fsync(fd) < 0 ||
        rename(temporary, path) < 0) {
        err = errno;
        close(fd);
        unlink(temporary);
        errno = err;
        return -1;
    }
    close(fd);
    sync_dir(dir);
    return 0;
}
