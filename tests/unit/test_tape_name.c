/*
 * lib/tape_name.c: the names of the files beside a tape.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <string.h>

#include "lib/tape_name.h"

static void expect(const char *tape, enum bw_tape_file file, const char *name)
{
    char out[64], exact[64];

    assert_true(bw_tape_name(tape, file, out, sizeof(out)));
    assert_string_equal(out, name);
    assert_true(strlen(name) <= strlen(tape) + BW_TAPE_NAME_MORE);
    assert_true(bw_tape_name(tape, file, exact, strlen(name) + 1));
    assert_false(bw_tape_name(tape, file, exact, strlen(name)));
    assert_string_equal(exact, "");
    assert_false(bw_tape_name(tape, file, exact, 0));
}

static void side_files_are_beside_the_tape(void **state)
{
    (void)state;
    expect("/a/x.tap", BW_TAPE_FILE_DATA_0, "/a/x.tap");
    expect("/a/x.tap", BW_TAPE_FILE_DATA_1, "/a/x.p1.tap");
    expect("/a/x.tap", BW_TAPE_FILE_META, "/a/x.tap.meta");
    expect("/a/x.tap", BW_TAPE_FILE_INDEX_0, "/a/x.tap.index");
    expect("/a/x.tap", BW_TAPE_FILE_INDEX_1, "/a/x.p1.tap.index");
}

static void a_name_without_the_ending_has_side_files_too(void **state)
{
    (void)state;
    expect("x", BW_TAPE_FILE_DATA_1, "x.p1");
    expect("x.img", BW_TAPE_FILE_INDEX_1, "x.img.p1.index");
    expect("x.tap.d/y", BW_TAPE_FILE_META, "x.tap.d/y.meta");
    expect("tap", BW_TAPE_FILE_DATA_1, "tap.p1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(side_files_are_beside_the_tape),
        cmocka_unit_test(a_name_without_the_ending_has_side_files_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
