/*
 * host-agent/flash_file.c: the file that keeps a board's flash.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host-agent/flash_file.h"

#define FLASH (8 * 1024)
#define WHOLE (FLASH + BW_FLASH_FILE_UICR + BW_FLASH_FILE_LABEL)

static char folder[] = "/tmp/bw-flash.XXXXXX";
static char path[64];
static uint8_t flash[FLASH], uicr[BW_FLASH_FILE_UICR];
static struct bw_flash_file file;

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/bw-flash.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/board", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bw_flash_file_close(&file);
    unlink(path);
    rmdir(path);
    return rmdir(folder);
}

static void open_it(void)
{
    assert_int_equal(bw_flash_file_open(&file, path, FLASH), 0);
    assert_int_equal(bw_flash_file_read(&file, flash, uicr), 0);
}

static void expect_refusal(const char *what)
{
    struct bw_flash_file f;

    assert_int_equal(bw_flash_file_open(&f, path, FLASH), -1);
    assert_non_null(strstr(f.error, path));
    assert_non_null(strstr(f.error, what));
    assert_int_equal(f.fd, -1);
}

static void put_file(const void *bytes, size_t len, off_t size)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    fclose(out);
    assert_int_equal(truncate(path, size), 0);
}

static bool erased(void)
{
    for (size_t i = 0; i < FLASH; i++) {
        if (flash[i] != 0xff || uicr[i % sizeof(uicr)] != 0xff) {
            return false;
        }
    }
    return true;
}

static void a_new_file_is_an_erased_chip(void **state)
{
    struct stat st;

    (void)state;
    open_it();
    assert_true(erased());
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, WHOLE);
}

static void an_empty_file_is_a_new_one(void **state)
{
    (void)state;
    put_file("", 0, 0);
    open_it();
    assert_true(erased());
}

/* Killed after it had got its size: no label yet */
static void a_file_whose_creator_was_killed_is_a_new_one(void **state)
{
    (void)state;
    put_file("", 0, WHOLE);
    open_it();
    assert_true(erased());
    bw_flash_file_close(&file);
    open_it();
}

static void what_is_written_is_kept(void **state)
{
    (void)state;
    open_it();
    assert_int_equal(bw_flash_file_write(&file, 0, (const uint8_t *)"flash", 5),
                     0);
    assert_int_equal(
        bw_flash_file_write(&file, FLASH, (const uint8_t *)"uicr", 4), 0);
    bw_flash_file_close(&file);
    open_it();
    assert_memory_equal(flash, "flash\xff", 6);
    assert_memory_equal(uicr, "uicr\xff", 5);
}

static void the_label_cannot_be_written(void **state)
{
    (void)state;
    open_it();
    assert_int_equal(bw_flash_file_write(&file, FLASH + BW_FLASH_FILE_UICR - 1,
                                         (const uint8_t *)"xy", 2),
                     -1);
    assert_int_equal(
        bw_flash_file_write(&file, UINT32_MAX, (const uint8_t *)"x", 1), -1);
    bw_flash_file_close(&file);
    open_it();
}

static void foreign_files_are_refused_and_left_alone(void **state)
{
    char bytes[16] = "", text[] = "a letter to my aunt\n";
    FILE *in;

    (void)state;
    put_file(text, strlen(text), (off_t)strlen(text));
    expect_refusal("it has 20 bytes, and one for this board has 10240");
    put_file(text, strlen(text), WHOLE - 1);
    expect_refusal("is not a flash file");
    in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), in), sizeof(bytes));
    fclose(in);
    assert_memory_equal(bytes, text, sizeof(bytes));
}

static void a_file_without_the_label_is_refused(void **state)
{
    static uint8_t bytes[WHOLE];

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    put_file(bytes, sizeof(bytes), WHOLE);
    expect_refusal("its label is missing");
}

static void another_size_of_flash_is_refused(void **state)
{
    struct bw_flash_file f;

    (void)state;
    open_it();
    bw_flash_file_close(&file);
    assert_int_equal(bw_flash_file_open(&f, path, 2 * FLASH), -1);
    assert_non_null(strstr(f.error, "it has 10240 bytes"));
}

static void one_program_has_it_at_a_time(void **state)
{
    (void)state;
    open_it();
    expect_refusal("another program uses it");
    bw_flash_file_close(&file);
    open_it();
}

static void a_folder_or_a_missing_folder_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refusal("cannot open");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refusal("is not a regular file");
    unlink(path);
    strcat(path, "/x");
    expect_refusal("cannot open");
    path[strlen(path) - 2] = '\0';
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_is_an_erased_chip),
        TEST(an_empty_file_is_a_new_one),
        TEST(a_file_whose_creator_was_killed_is_a_new_one),
        TEST(what_is_written_is_kept),
        TEST(the_label_cannot_be_written),
        TEST(foreign_files_are_refused_and_left_alone),
        TEST(a_file_without_the_label_is_refused),
        TEST(another_size_of_flash_is_refused),
        TEST(one_program_has_it_at_a_time),
        TEST(a_folder_or_a_missing_folder_is_refused),
    };

    file.fd = -1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
