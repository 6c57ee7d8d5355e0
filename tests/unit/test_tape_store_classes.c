/*
 * Every class of word of a .tap file, broken framing, and files that are none.
 *
 * A file is described by a text: one letter per object.  See put_letter().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tape_rig.h"

#define ROOM 65536u

/*
 * r R   good records of 6 and 7 bytes (7: padded)
 * 1-6   private records of 6 bytes, classes 1 to 6; 0: of class 1, no bytes
 * 7     a private marker
 * 8 b   a bad record of 6 bytes, and one of which nothing was recovered
 * 9-D   reserved records of 6 bytes; E a description
 * M     a tape mark
 * G H   an erase gap of 3 words, a gap that begins with half a word
 * X     a free marker (F0000001)
 * I V   an illegal marker, a reverse half-gap
 * Z     the end of medium
 * t     a record of 6 bytes whose last word says 8
 * s w   a record that says 1000 bytes, or nothing sensible, and has 6
 * f     half a word
 */
static void put_letter(struct tape_file *f, char c)
{
    switch (c) {
    case 'r':
        tape_rig_record(f, 6, 'r');
        break;
    case 'R':
        tape_rig_record(f, 7, 'R');
        break;
    case '0':
        tape_rig_word(f, 0x10000000);
        break;
    case '7':
        tape_rig_word(f, 0x70000007);
        break;
    case 'b':
        tape_rig_word(f, 0x80000000);
        break;
    case 'M':
        tape_rig_word(f, 0);
        break;
    case 'G':
        tape_rig_word(f, 0xfffffffe);
        tape_rig_word(f, 0xfffffffe);
        tape_rig_word(f, 0xfffffffe);
        break;
    case 'H': /* the second half of a gap, and a whole one */
        tape_file_put(f, f->size, (const uint8_t *)"\xff\xff", 2);
        tape_rig_word(f, 0xfffffffe);
        break;
    case 'X':
        tape_rig_word(f, 0xf0000001);
        break;
    case 'I':
        tape_rig_word(f, 0xfffe0001);
        break;
    case 'V':
        tape_rig_word(f, 0xffff0001);
        break;
    case 'Z':
        tape_rig_word(f, 0xffffffff);
        break;
    case 't':
        tape_rig_record(f, 6, 't');
        f->bytes[f->size - 4] = 8;
        break;
    case 's':
        tape_rig_record(f, 6, 's');
        tape_file_put(f, f->size - 14, (const uint8_t *)"\xe8\x03", 2);
        break;
    case 'w':
        tape_rig_record(f, 6, 'w');
        tape_file_put(f, f->size - 14, (const uint8_t *)"\1\0\xfe\xff", 4);
        break;
    case 'f':
        tape_file_put(f, f->size, (const uint8_t *)"\1\0", 2);
        break;
    default:
        tape_rig_record(
            f, (uint32_t)(c <= '9' ? c - '0' : c - 'A' + 10) << 28 | 6, 'p');
    }
}

/* What a reader makes of it: r R M, b for a bad record. */
static void read_all(struct bw_tape_store *store, char *text, size_t room)
{
    struct bw_tape_object object;
    uint8_t data[16];
    enum bw_tape_result result;
    size_t n = 0;

    while (n + 1 < room) {
        result = bw_tape_read(store, data, sizeof(data), &object);
        if (result == BW_TAPE_EOD) {
            break;
        }
        text[n++] = result == BW_TAPE_MARK  ? 'M'
                    : result == BW_TAPE_BAD ? 'b'
                    : result != BW_TAPE_OK  ? '?'
                                            : (char)data[0];
    }
    text[n] = '\0';
}

struct row {
    const char *file;
    const char *read;
    enum bw_tape_result verify;
    const char *text; /* in the verdict's */
};

static const struct row rows[] = {
    { "rRMrMMZ", "rRMrMM", BW_TAPE_OK, "" },
    { "rRMM", "rRMM", BW_TAPE_OK, "" }, /* the file's end is the tape's */
    { "rZrM", "r", BW_TAPE_OK, "" },    /* nothing behind the marker */
    { "Zr", "", BW_TAPE_OK, "" },
    { "", "", BW_TAPE_OK, "" },
    { "r1r2r3r4r5r6rZ", "rrrrrrr", BW_TAPE_OK, "" },
    { "r9rArBrCrDrErZ", "rrrrrrr", BW_TAPE_OK, "" },
    { "r7R0MXrZ", "rRMr", BW_TAPE_OK, "" },
    { "r8MbrZ", "rbMbr", BW_TAPE_OK, "" },
    { "bb", "b", BW_TAPE_OK, "" }, /* two alike are one: first and last word */
    { "GrGGMGZ", "rM", BW_TAPE_OK, "" },
    { "GGG", "", BW_TAPE_OK, "" },
    { "rHrHMZ", "rrM", BW_TAPE_OK, "" },
    { "r1GX79EMZ", "rM", BW_TAPE_OK, "" },
    /* broken: bad in the middle, the end at the tail */
    { "rtrZ", "rbr", BW_TAPE_BAD, "last word" },
    { "rtMMrZ", "rbMMr", BW_TAPE_BAD, "last word" },
    { "rtMM", "r", BW_TAPE_BAD, "last word" }, /* zeros prove nothing */
    { "rtZ", "rb", BW_TAPE_BAD, "last word" },
    { "rt", "r", BW_TAPE_BAD, "byte 14: a record's last word" },
    { "rRs", "rR", BW_TAPE_BAD, "runs over the end" },
    { "rsrZ", "rbr", BW_TAPE_BAD, "byte 14: a record's last word" },
    { "rsMRMZ", "rbMRM", BW_TAPE_BAD, "last word" },
    { "rssrZ", "r", BW_TAPE_BAD, "runs over the end" }, /* two are too many */
    { "rwrZ", "rbr", BW_TAPE_BAD, "last word" },
    { "rw", "r", BW_TAPE_BAD, "no meaning" },
    { "rIrZ", "r", BW_TAPE_BAD, "byte 14: a word has no meaning" },
    { "rVrZ", "r", BW_TAPE_BAD, "no meaning" },
    { "rf", "r", BW_TAPE_BAD, "less than a word" },
};

static void every_class_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bw_tape_options options = { .gather = true };
        struct bw_tape_verdict verdict;
        struct bw_tape_store *store;
        struct tape_file file;
        char text[64];

        tape_file_init(&file);
        for (const char *p = rows[i].file; *p; p++) {
            put_letter(&file, *p);
        }
        store = bw_tape_open(&file.io, &options, &verdict);
        assert_int_equal(verdict.result, BW_TAPE_OK);
        for (unsigned round = 0; round < 2; round++) {
            read_all(store, text, sizeof(text));
            assert_string_equal(text, rows[i].read);
            assert_int_equal(bw_tape_rewind(store), BW_TAPE_OK);
        }
        bw_tape_verify(store, NULL, NULL, &verdict);
        assert_int_equal(verdict.result, rows[i].verify);
        assert_int_equal(verdict.objects, strlen(rows[i].read));
        assert_non_null(strstr(verdict.text, rows[i].text));
        bw_tape_close(store);
        tape_file_free(&file);
    }
}

/* All of these tapes can be written on where they end. */
static void every_tape_can_be_written_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bw_tape_options options = { .gather = true };
        struct bw_tape_verdict verdict;
        struct bw_tape_store *store;
        struct tape_file file;
        char text[64], want[64];
        uint32_t done;

        tape_file_init(&file);
        for (const char *p = rows[i].file; *p; p++) {
            put_letter(&file, *p);
        }
        store = bw_tape_open(&file.io, &options, &verdict);
        assert_int_equal(bw_tape_space_end(store), BW_TAPE_OK);
        assert_int_equal(
            bw_tape_write(store, (const uint8_t *)"new", 3, 1, &done),
            BW_TAPE_OK);
        assert_int_equal(bw_tape_commit(store), BW_TAPE_OK);
        bw_tape_close(store);
        store = bw_tape_open(&file.io, &options, &verdict);
        snprintf(want, sizeof(want), "%sn", rows[i].read);
        read_all(store, text, sizeof(text));
        assert_string_equal(text, want);
        bw_tape_close(store);
        tape_file_free(&file);
    }
}

static void expect_opened(const void *bytes, size_t size,
                          enum bw_tape_result result, const char *text)
{
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;
    struct bw_tape_store *store;
    struct bw_tape_object object;
    struct tape_file file;
    uint32_t done;

    tape_rig_file(&file, bytes, size);
    store = bw_tape_open(&file.io, &options, &verdict);
    assert_int_equal(verdict.result, result);
    assert_non_null(strstr(verdict.text, text));
    if (result == BW_TAPE_FOREIGN) {
        assert_int_equal(bw_tape_read(store, NULL, 0, &object),
                         BW_TAPE_FOREIGN);
        assert_int_equal(bw_tape_write_marks(store, 1, &done), BW_TAPE_FOREIGN);
        assert_int_equal(bw_tape_erase(store), BW_TAPE_FOREIGN);
        assert_int_equal(file.writes, 0);
    }
    bw_tape_close(store);
    tape_file_free(&file);
}

static void files_that_are_no_tapes_are_told(void **state)
{
    static const uint8_t aws[] = { 6, 0, 0, 0, 0xa0, 0, 1, 2, 3, 4, 5, 6 };
    static const uint8_t swapped[] = { 0, 0, 0, 2, 'a', 'b', 0, 0, 0, 2 };
    static const uint8_t unpadded[] = {
        1, 0, 0, 0, 'a', 1, 0, 0, 0, 0, 0, 0, 0
    };
    uint8_t *big = calloc(1, 70000);

    (void)state;
    memcpy(big, "file", 4);
    memcpy(big + 257, "ustar", 5);
    expect_opened(big, 10240, BW_TAPE_FOREIGN, "tar archive");
    expect_opened("\x1f\x8b\x08\0\0\0\0\0", 8, BW_TAPE_FOREIGN, "gzip");
    expect_opened("QFI\xfb\0\0\0\3", 8, BW_TAPE_FOREIGN, "format=qcow2");
    expect_opened(aws, sizeof(aws), BW_TAPE_FOREIGN, "AWS");
    expect_opened(swapped, sizeof(swapped), BW_TAPE_FOREIGN, "big-endian");
    expect_opened(unpadded, sizeof(unpadded), BW_TAPE_FOREIGN, "--format e11");
    expect_opened("hello, world", 12, BW_TAPE_FOREIGN, "no .tap file");
    memset(big, 0, 300);
    expect_opened(big, 65536, BW_TAPE_FOREIGN, "zeros");
    expect_opened(big, 512, BW_TAPE_OK, "");
    memset(big + 65536, 0xff, 4); /* so many tape marks, and their end */
    expect_opened(big, 65540, BW_TAPE_OK, "");
    free(big);
}

/* Trailing zeros: @words of them behind a record, in a file of @size bytes. */
static uint64_t marks_of_zeros(unsigned words, size_t size)
{
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;
    struct bw_tape_store *store;
    struct bw_tape_place place;
    struct tape_file file;

    tape_file_init(&file);
    put_letter(&file, 'r');
    for (unsigned i = 0; i < words; i++) {
        tape_rig_word(&file, 0);
    }
    if (size > 0) {
        tape_file_put(&file, size - 1, (const uint8_t *)"", 1);
    }
    store = bw_tape_open(&file.io, &options, &verdict);
    assert_int_equal(bw_tape_space_end(store), BW_TAPE_OK);
    bw_tape_place(store, &place);
    bw_tape_close(store);
    tape_file_free(&file);
    return place.marks;
}

static void few_zeros_at_the_end_are_marks_and_many_are_not(void **state)
{
    (void)state;
    assert_int_equal(marks_of_zeros(1, 0), 1);
    assert_int_equal(marks_of_zeros(5, 0), 5);
    assert_int_equal(marks_of_zeros(1, 512), 2); /* a sector was filled up */
    assert_int_equal(marks_of_zeros(1000, 0), 2);
    assert_int_equal(marks_of_zeros(0, 1 << 20), 2);
}

static void a_run_of_marks_before_an_end_is_all_marks(void **state)
{
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;
    struct bw_tape_store *store;
    struct tape_file file;
    uint32_t done;

    (void)state;
    tape_file_init(&file);
    store = bw_tape_open(&file.io, &options, &verdict);
    assert_int_equal(bw_tape_write(store, (const uint8_t *)"a", 1, 1, &done),
                     BW_TAPE_OK);
    assert_int_equal(bw_tape_write_marks(store, 600000, &done), BW_TAPE_OK);
    assert_int_equal(bw_tape_commit(store), BW_TAPE_OK);
    bw_tape_close(store);
    store = bw_tape_open(&file.io, &options, &verdict);
    assert_int_equal(bw_tape_space_end(store), BW_TAPE_OK);
    assert_int_equal(bw_tape_index(store)->count, 600001);
    bw_tape_close(store);
    tape_file_free(&file);
}

/* No host has room for it, and no program would have written it. */
static void a_record_that_is_too_long_is_bad(void **state)
{
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;
    struct bw_tape_store *store;
    struct tape_file file;
    char text[8];

    (void)state;
    tape_file_init(&file);
    put_letter(&file, 'r');
    tape_rig_word(&file, BW_TAPE_RECORD_MAX + 2);
    tape_file_put(&file, file.size + BW_TAPE_RECORD_MAX + 1,
                  (const uint8_t *)"", 1);
    tape_rig_word(&file, BW_TAPE_RECORD_MAX + 2);
    put_letter(&file, 'R');
    store = bw_tape_open(&file.io, &options, &verdict);
    read_all(store, text, sizeof(text));
    assert_string_equal(text, "rbR");
    bw_tape_close(store);
    tape_file_free(&file);
}

static void a_scan_can_be_stopped(void **state)
{
    struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict;
    struct bw_tape_store *store;
    struct tape_file file;

    (void)state;
    tape_file_init(&file);
    for (unsigned i = 0; i < 1000; i++) {
        put_letter(&file, "rRG"[i % 3]);
    }
    store = bw_tape_open(&file.io, &options, &verdict);
    file.stop = true;
    assert_int_equal(bw_tape_space_end(store), BW_TAPE_STOPPED);
    assert_int_equal(bw_tape_locate(store, 500), BW_TAPE_STOPPED);
    bw_tape_verify(store, NULL, NULL, &verdict);
    assert_int_equal(verdict.result, BW_TAPE_STOPPED);
    file.stop = false;
    assert_int_equal(bw_tape_space_end(store), BW_TAPE_OK);
    assert_int_equal(bw_tape_index(store)->count, 667);
    bw_tape_close(store);
    tape_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_is_read),
        cmocka_unit_test(every_tape_can_be_written_on),
        cmocka_unit_test(files_that_are_no_tapes_are_told),
        cmocka_unit_test(few_zeros_at_the_end_are_marks_and_many_are_not),
        cmocka_unit_test(a_run_of_marks_before_an_end_is_all_marks),
        cmocka_unit_test(a_record_that_is_too_long_is_bad),
        cmocka_unit_test(a_scan_can_be_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
