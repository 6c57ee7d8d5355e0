/*
 * "benchwire drop": a folder like the drive of a micro:bit; what is copied
 * into it is programmed.
 *
 * The drive shows a file FAIL.TXT with the reason when it could not program
 * one, and what it has programmed disappears from it; so here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-agent/tool.h"

#define FAIL_FILE "FAIL.TXT"

struct drop {
    const char *folder;
    const char *board;
};

/* The path of @name in the folder; false if it is too long. */
static bool path_of(const struct drop *d, const char *name, char *path,
                    size_t size)
{
    return snprintf(path, size, "%s/%s", d->folder, name) < (int)size;
}

static void note_failure(const struct drop *d)
{
    char path[PATH_MAX];
    FILE *file = NULL;

    if (path_of(d, FAIL_FILE, path, sizeof(path))) {
        file = fopen(path, "w");
    }
    if (file) {
        fprintf(file, "%s\n", bw_tool_error());
        fclose(file);
    }
}

static void note_success(const struct drop *d, const char *programmed)
{
    char path[PATH_MAX];

    unlink(programmed);
    if (path_of(d, FAIL_FILE, path, sizeof(path))) {
        unlink(path);
    }
}

/* Files that start with a dot are a program's way to write another one. */
static void take_file(const struct drop *d, const char *name)
{
    char path[PATH_MAX];

    if (name[0] == '.' || strcmp(name, FAIL_FILE) == 0 ||
        !path_of(d, name, path, sizeof(path))) {
        return;
    }
    if (bw_tool_flash_board(d->board, path)) {
        note_failure(d);
        return;
    }
    note_success(d, path);
    printf("%s was programmed\n", name);
    fflush(stdout);
}

/* Until a signal ends it, or the folder goes away. */
static int watch(const struct drop *d, int fd)
{
    /* room for one event with the longest name there is, or several */
    union {
        char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
        struct inotify_event align;
    } buffer;

    for (;;) {
        ssize_t n = read(fd, buffer.bytes, sizeof(buffer.bytes));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return bw_tool_fail("cannot watch %s: %s", d->folder,
                                strerror(errno));
        }
        for (char *p = buffer.bytes; p < buffer.bytes + n;) {
            const struct inotify_event *e = (const void *)p;

            if (e->mask & IN_IGNORED) {
                return bw_tool_fail("%s is gone", d->folder);
            }
            if (e->len > 0) {
                take_file(d, e->name);
            }
            p += sizeof(*e) + e->len;
        }
    }
}

static int watch_folder(const struct drop *d)
{
    int fd, code;

    if (mkdir(d->folder, 0777) && errno != EEXIST) {
        return bw_tool_fail("cannot make %s: %s", d->folder, strerror(errno));
    }
    fd = inotify_init1(IN_CLOEXEC);
    if (fd < 0 ||
        inotify_add_watch(fd, d->folder, IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
        code = bw_tool_fail("cannot watch %s: %s", d->folder, strerror(errno));
    } else {
        printf("files that are copied to %s are programmed\n", d->folder);
        fflush(stdout);
        code = watch(d, fd);
    }
    if (fd >= 0) {
        close(fd);
    }
    return code;
}

int bw_tool_drop(struct bw_tool *t, int argc, char **argv)
{
    struct drop d = { .board = bw_tool_board(&argc, &argv) };

    (void)t;
    if (argc != 2 || argv[1][0] == '-') {
        return bw_tool_fail("drop takes one folder, after -b and a board if "
                            "wanted; see benchwire --help");
    }
    d.folder = argv[1];
    return watch_folder(&d);
}
