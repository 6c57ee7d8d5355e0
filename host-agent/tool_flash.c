/*
 * "benchwire flash": program a board as its interface chip does when a file
 * is copied to it.
 *
 * A board that runs is reached at the socket of its QEMU and is reset
 * afterwards; one that is switched off is the file that keeps its flash.
 * QEMU does the same in boards/microbit/microbit_firmware.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-agent/flash_file.h"
#include "host-agent/qmp.h"
#include "host-agent/tool.h"
#include "lib/image.h"

#define DEFAULT_BOARD "build/run/qmp.sock" /* where make run has it */
#define LARGEST_FILE  (16 * 1024 * 1024)   /* bytes; 2 MB is usual */
#define LABELS        (BW_FLASH_FILE_UICR + BW_FLASH_FILE_LABEL)

/* QEMU reads the file itself, and may have another working directory. */
static int flash_running(const char *board, const char *path)
{
    static struct bw_qmp q;
    char whole[PATH_MAX], quoted[2 * PATH_MAX], command[2 * PATH_MAX + 256];
    int failed;

    if (!realpath(path, whole)) {
        return bw_tool_fail("cannot read %s: %s", path, strerror(errno));
    }
    if (!bw_qmp_quote(whole, quoted, sizeof(quoted))) {
        return bw_tool_fail("the path of %s is too long", path);
    }
    snprintf(command, sizeof(command),
             "{\"execute\": \"qom-set\", \"arguments\": {\"path\": "
             "\"/machine\", \"property\": \"flash-image\", \"value\": %s}}",
             quoted);
    if (bw_qmp_open(&q, board)) {
        bw_tool_fail("the board at %s: %s", board, q.error);
        return BW_TOOL_EXIT_OFF;
    }
    failed = bw_qmp_command(&q, command, "RESET");
    if (failed) {
        bw_tool_fail("the board at %s: %s", board, q.error);
    }
    bw_qmp_close(&q);
    return failed ? 1 : 0;
}

/* Returns: the file's bytes, to be freed, or NULL after printing an error. */
static uint8_t *read_file(const char *path, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint8_t *bytes = NULL;
    struct stat st;
    ssize_t n = -1;

    if (fd < 0) {
        bw_tool_fail("cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > LARGEST_FILE) {
        bw_tool_fail("%s is not a regular file of up to %d bytes", path,
                     LARGEST_FILE);
        goto out_close;
    }
    bytes = malloc((size_t)st.st_size + 1);
    n = bytes ? read(fd, bytes, (size_t)st.st_size) : -1;
    if (n < 0) {
        bw_tool_fail("cannot read %s: %s", path, strerror(errno));
        free(bytes);
        bytes = NULL;
    }
    *len = n < 0 ? 0 : (size_t)n;

out_close:
    close(fd);
    return bytes;
}

static int load_image(struct bw_image *image, const char *path)
{
    struct bw_image_error e = { 0, "" };
    size_t len;
    uint8_t *bytes = read_file(path, &len);
    bool loaded;

    if (!bytes) {
        return 1;
    }
    loaded = bw_image_load(image, bytes, len, &e);
    free(bytes);
    if (!loaded && e.line) {
        return bw_tool_fail("%s, line %u: %s", path, e.line, e.what);
    }
    return loaded ? 0 : bw_tool_fail("%s %s", path, e.what);
}

/* What a flash file that is there has, or else the usual size */
static uint32_t flash_size_of(const char *board)
{
    struct stat st;

    if (stat(board, &st) || !S_ISREG(st.st_mode) || st.st_size <= LABELS ||
        st.st_size > BW_IMAGE_FLASH_MAX + LABELS) {
        return BW_IMAGE_FLASH_MAX;
    }
    return (uint32_t)(st.st_size - LABELS);
}

static int flash_stopped(const char *board, const char *path)
{
    static struct bw_image image;
    static uint8_t flash[BW_IMAGE_FLASH_MAX], uicr[BW_FLASH_FILE_UICR];
    struct bw_flash_file f;
    int failed;

    bw_image_init(&image, flash_size_of(board));
    if (load_image(&image, path)) {
        return 1;
    }
    if (bw_flash_file_open(&f, board, image.flash_size)) {
        return bw_tool_fail("%s", f.error);
    }
    bw_image_program(&image, flash, uicr);
    failed = bw_flash_file_write(&f, 0, flash, f.flash_size) ||
             bw_flash_file_write(&f, f.flash_size, uicr, sizeof(uicr));
    if (failed) {
        bw_tool_fail("%s: %s", board, f.error);
    }
    bw_flash_file_close(&f);
    return failed ? 1 : 0;
}

const char *bw_tool_board(int *argc, char ***argv)
{
    const char *board = getenv("BENCHWIRE_BOARD");

    if (*argc > 2 && strcmp((*argv)[1], "-b") == 0) {
        board = (*argv)[2];
        *argc -= 2;
        *argv += 2;
    }
    return board && board[0] ? board : DEFAULT_BOARD;
}

/* The usual one is never a flash file: none must come to be there. */
int bw_tool_flash_board(const char *board, const char *path)
{
    struct stat st;
    bool is_file = stat(board, &st) ? strcmp(board, DEFAULT_BOARD) != 0
                                    : !S_ISSOCK(st.st_mode);

    return is_file ? flash_stopped(board, path) : flash_running(board, path);
}

int bw_tool_flash(struct bw_tool *t, int argc, char **argv)
{
    const char *board = bw_tool_board(&argc, &argv);
    int failed;

    (void)t;
    if (argc != 2 || argv[1][0] == '-') {
        return bw_tool_fail("flash takes one file, after -b and a board if "
                            "wanted; see benchwire --help");
    }
    failed = bw_tool_flash_board(board, argv[1]);
    if (!failed) {
        printf("%s is in the flash of %s\n", argv[1], board);
    }
    return failed;
}
