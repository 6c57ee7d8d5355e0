/*
 * host-agent/tape_file.c: a tape's files and their locks; and tape_aws.c, which
 * reads and writes through them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-agent/tape_aws.h"
#include "host-agent/tape_file.h"

static char folder[64];
static char path[128];
static char other[128];
static struct bw_tape_set set, second;

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/bw-tape.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/x.tap", folder);
    snprintf(other, sizeof(other), "%s/x.tap.meta", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bw_tape_set_finish(&set);
    bw_tape_set_finish(&second);
    unlink(path);
    unlink(other);
    return rmdir(folder);
}

static const struct bw_tape_io *open_tape(struct bw_tape_set *s,
                                          enum bw_tape_access access,
                                          enum bw_tape_result expected)
{
    const struct bw_tape_io *io = NULL;

    assert_true(bw_tape_set_init(s, path, access));
    assert_int_equal(
        s->files.open(s->files.opaque, BW_TAPE_FILE_DATA_0, true, &io),
        expected);
    return io;
}

static void put(const struct bw_tape_io *io, uint64_t offset, const char *text)
{
    struct bw_tape_piece piece = { (void *)(uintptr_t)text, strlen(text) };

    assert_int_equal(io->write(io->opaque, offset, &piece, 1), BW_TAPE_OK);
}

/* --- bytes --- */

static void pieces_are_one_row_of_bytes(void **state)
{
    char a[3] = "", b[4] = "";
    struct bw_tape_piece in[] = { { a, 2 }, { NULL, 0 }, { b, 3 } };
    const struct bw_tape_io *io = open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);
    uint64_t size;

    (void)state;
    put(io, 0, "abcdef");
    assert_int_equal(io->read(io->opaque, 1, in, 3), BW_TAPE_OK);
    assert_string_equal(a, "bc");
    assert_string_equal(b, "def");
    assert_int_equal(io->truncate(io->opaque, 4), BW_TAPE_OK);
    assert_int_equal(io->flush(io->opaque), BW_TAPE_OK);
    assert_int_equal(io->size(io->opaque, &size), BW_TAPE_OK);
    assert_int_equal(size, 4);
}

static void reading_over_the_end_is_an_error_with_a_name(void **state)
{
    char a[8];
    struct bw_tape_piece in = { a, sizeof(a) };
    const struct bw_tape_io *io = open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);

    (void)state;
    put(io, 0, "abc");
    assert_int_equal(io->read(io->opaque, 0, &in, 1), BW_TAPE_IO);
    assert_non_null(strstr(set.error, path));
    assert_non_null(strstr(set.error, "shorter"));
}

static void a_disk_that_is_full_is_told_apart(void **state)
{
    static uint8_t bytes[16];
    struct bw_tape_piece piece = { bytes, sizeof(bytes) };
    struct bw_tape_disk disk;

    (void)state;
    assert_int_equal(bw_tape_disk_open(&disk, path, BW_TAPE_CHANGE, true, NULL),
                     BW_TAPE_OK);
    close(disk.fd);
    disk.fd = open("/dev/full", O_RDWR | O_CLOEXEC);
    assert_int_equal(disk.io.write(&disk, 0, &piece, 1), BW_TAPE_FULL);
    bw_tape_disk_close(&disk);
}

/* --- names --- */

static void side_files_come_and_go(void **state)
{
    const struct bw_tape_io *io;
    const struct bw_tape_files *files = &set.files;

    (void)state;
    open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);
    assert_int_equal(files->open(files->opaque, BW_TAPE_FILE_META, false, &io),
                     BW_TAPE_NOT_FOUND);
    assert_string_equal(set.error, "");
    assert_int_equal(files->open(files->opaque, BW_TAPE_FILE_META, true, &io),
                     BW_TAPE_OK);
    assert_int_equal(access(other, F_OK), 0);
    assert_int_equal(files->remove(files->opaque, BW_TAPE_FILE_META),
                     BW_TAPE_OK);
    assert_int_equal(access(other, F_OK), -1);
    assert_int_equal(files->remove(files->opaque, BW_TAPE_FILE_META),
                     BW_TAPE_OK);
}

static void looking_makes_and_removes_nothing(void **state)
{
    const struct bw_tape_io *io;
    const struct bw_tape_files *files = &set.files;

    (void)state;
    open_tape(&second, BW_TAPE_CHANGE, BW_TAPE_OK);
    bw_tape_set_finish(&second);
    open_tape(&set, BW_TAPE_LOOK, BW_TAPE_OK);
    assert_int_equal(files->open(files->opaque, BW_TAPE_FILE_META, true, &io),
                     BW_TAPE_READ_ONLY);
    assert_int_equal(access(other, F_OK), -1);
    assert_int_equal(files->remove(files->opaque, BW_TAPE_FILE_DATA_0),
                     BW_TAPE_READ_ONLY);
    assert_int_equal(access(path, F_OK), 0);
}

static void what_is_no_file_is_no_tape(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    open_tape(&set, BW_TAPE_LOOK, BW_TAPE_FOREIGN);
    assert_non_null(strstr(set.error, "not a regular file"));
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    static char name[PATH_MAX];

    (void)state;
    memset(name, 'x', sizeof(name) - 10);
    assert_false(bw_tape_set_init(&set, name, BW_TAPE_LOOK));
    assert_non_null(strstr(set.error, "too long"));
}

/* --- locks --- */

static void who_changes_a_tape_is_alone(void **state)
{
    (void)state;
    open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);
    open_tape(&second, BW_TAPE_CHANGE, BW_TAPE_IO);
    assert_non_null(strstr(second.error, "in use"));
    open_tape(&second, BW_TAPE_LOOK, BW_TAPE_IO);
    assert_non_null(strstr(second.error, "--force-share"));
    open_tape(&second, BW_TAPE_SHARE, BW_TAPE_OK);
}

static void several_may_look(void **state)
{
    (void)state;
    open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);
    bw_tape_set_finish(&set);
    open_tape(&set, BW_TAPE_LOOK, BW_TAPE_OK);
    open_tape(&second, BW_TAPE_LOOK, BW_TAPE_OK);
    bw_tape_set_finish(&second);
    open_tape(&second, BW_TAPE_CHANGE, BW_TAPE_IO);
}

/* As a QEMU has it that writes (byte 101), and lets others look only if they
 * do not mind. */
static void a_qemu_that_writes_is_seen(void **state)
{
    struct flock l = {
        .l_type = F_RDLCK,
        .l_whence = SEEK_SET,
        .l_start = 101,
        .l_len = 1,
    };
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    (void)state;
    assert_int_equal(fcntl(fd, F_OFD_SETLK, &l), 0);
    open_tape(&set, BW_TAPE_LOOK, BW_TAPE_IO);
    open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_IO);
    close(fd);
    open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);
}

/* --- AWS --- */

static uint8_t record[200000], back[200000];

static void an_image_comes_back_as_it_was(void **state)
{
    const struct bw_tape_io *io = open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);
    struct bw_aws aws;
    size_t length, i;

    (void)state;
    for (i = 0; i < sizeof(record); i++) {
        record[i] = (uint8_t)(i * 7 + i / 251);
    }
    bw_aws_open(&aws, io);
    assert_int_equal(bw_aws_write(&aws, record, 80), BW_TAPE_OK);
    assert_int_equal(bw_aws_write_mark(&aws), BW_TAPE_OK);
    assert_int_equal(bw_aws_write(&aws, record, sizeof(record)), BW_TAPE_OK);
    assert_int_equal(bw_aws_write_mark(&aws), BW_TAPE_OK);

    bw_aws_open(&aws, io);
    /* 6 + 80, 6, four blocks of up to 65535, 6 */
    assert_int_equal(aws.size, 6 + 80 + 6 + 4 * 6 + sizeof(record) + 6);
    assert_int_equal(bw_aws_read(&aws, back, sizeof(back), &length),
                     BW_TAPE_OK);
    assert_int_equal(length, 80);
    assert_int_equal(bw_aws_read(&aws, back, sizeof(back), &length),
                     BW_TAPE_MARK);
    assert_int_equal(bw_aws_read(&aws, back, sizeof(back), &length),
                     BW_TAPE_OK);
    assert_int_equal(length, sizeof(record));
    assert_memory_equal(back, record, sizeof(record));
    assert_int_equal(bw_aws_read(&aws, back, sizeof(back), &length),
                     BW_TAPE_MARK);
    assert_int_equal(bw_aws_read(&aws, back, sizeof(back), &length),
                     BW_TAPE_EOD);
}

/* Hercules' documents: current length, previous length, flags. */
static void headers_are_as_others_write_them(void **state)
{
    static const uint8_t image[] = {
        0x02, 0x00, 0x00, 0x00, 0xa0, 0x00, 'a', 'b', /* one record */
        0x00, 0x00, 0x02, 0x00, 0x40, 0x00,           /* tape mark */
        0x01, 0x00, 0x00, 0x00, 0x80, 0x00, 'c',      /* begins */
        0x01, 0x00, 0x01, 0x00, 0x20, 0x00, 'd',      /* ends */
    };
    const struct bw_tape_io *io = open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);
    struct bw_tape_piece piece = { (void *)(uintptr_t)image, sizeof(image) };
    struct bw_aws aws;
    size_t length;

    (void)state;
    io->write(io->opaque, 0, &piece, 1);
    bw_aws_open(&aws, io);
    assert_int_equal(bw_aws_read(&aws, back, sizeof(back), &length),
                     BW_TAPE_OK);
    assert_memory_equal(back, "ab", 2);
    assert_int_equal(bw_aws_read(&aws, back, sizeof(back), &length),
                     BW_TAPE_MARK);
    assert_int_equal(bw_aws_read(&aws, back, sizeof(back), &length),
                     BW_TAPE_OK);
    assert_int_equal(length, 2);
    assert_memory_equal(back, "cd", 2);
}

static void damaged_images_are_told(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t length;
        enum bw_tape_result result;
        const char *error;
    } rows[] = {
        { { 2, 0, 0, 0, 0xa0 }, 5, BW_TAPE_FOREIGN, "within a header" },
        { { 2, 0, 0, 0, 0xa0, 0, 1 }, 7, BW_TAPE_FOREIGN, "within a block" },
        { { 1, 0, 3, 0, 0xa0, 0, 1 }, 7, BW_TAPE_FOREIGN, "block before" },
        { { 1, 0, 0, 0, 0x40, 0, 1 }, 7, BW_TAPE_FOREIGN, "tape mark" },
        { { 1, 0, 0, 0, 0x20, 0, 1 }, 7, BW_TAPE_FOREIGN, "follow" },
        { { 0, 0, 0, 0, 0x80, 0 }, 6, BW_TAPE_FOREIGN, "follow" },
        { { 1, 0, 0, 0, 0x80, 0, 1 }, 7, BW_TAPE_FOREIGN, "header" },
        { { 1, 0, 0, 0, 0xa1, 0, 1 }, 7, BW_TAPE_UNSUPPORTED, "HET" },
        { { 9, 0, 0, 0, 0xa0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
          15,
          BW_TAPE_UNSUPPORTED,
          "longer" },
    };
    const struct bw_tape_io *io = open_tape(&set, BW_TAPE_CHANGE, BW_TAPE_OK);
    struct bw_aws aws;
    size_t i, length;

    (void)state;
    for (i = 0; i < ARRAY_LEN(rows); i++) {
        struct bw_tape_piece piece = { (void *)(uintptr_t)rows[i].bytes,
                                       rows[i].length };

        io->truncate(io->opaque, 0);
        io->write(io->opaque, 0, &piece, 1);
        bw_aws_open(&aws, io);
        assert_int_equal(bw_aws_read(&aws, back, 8, &length), rows[i].result);
        assert_non_null(strstr(aws.error, rows[i].error));
    }
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pieces_are_one_row_of_bytes),
        TEST(reading_over_the_end_is_an_error_with_a_name),
        TEST(a_disk_that_is_full_is_told_apart),
        TEST(side_files_come_and_go),
        TEST(looking_makes_and_removes_nothing),
        TEST(what_is_no_file_is_no_tape),
        TEST(a_name_that_is_too_long_is_refused),
        TEST(who_changes_a_tape_is_alone),
        TEST(several_may_look),
        TEST(a_qemu_that_writes_is_seen),
        TEST(an_image_comes_back_as_it_was),
        TEST(headers_are_as_others_write_them),
        TEST(damaged_images_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
