/*
 * lib/part_profile.c, part_profile_parse.c: the text and what it allows; and
 * the profiles that are delivered.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "lib/part_profile.h"
#include "lib/wire_profile.h"

static struct bw_part_profile p;

static enum bw_status parse(const char *text, unsigned *line, const char **what)
{
    return bw_part_profile_parse(&p, text, strlen(text), line, what);
}

static void parse_ok(const char *text)
{
    const char *what = "";
    unsigned line = 0;

    if (parse(text, &line, &what) != BW_OK) {
        fail_msg("line %u: %s", line, what);
    }
}

static struct bw_part_pos at(uint8_t reg)
{
    return bw_part_profile_point(&p, &reg, 1);
}

/* What may be fetched at a register when @expected bytes are. */
static uint32_t run(uint8_t reg, uint32_t expected)
{
    struct bw_part_pos pos = at(reg);
    bool limited;

    return bw_part_profile_run(&p, &pos, expected, &limited);
}

static bool is_limited(uint8_t reg, uint32_t expected)
{
    struct bw_part_pos pos = at(reg);
    bool limited;

    bw_part_profile_run(&p, &pos, expected, &limited);
    return limited;
}

static void a_run_ends_before_what_would_notice(void **state)
{
    (void)state;
    parse_ok("profile 1\nplain 0-2\nfifo 3\nplain 4-6\nclear 7\nplain 8-0xff");
    assert_int_equal(run(0, 0), 3);
    assert_true(is_limited(0, 0));
    assert_int_equal(run(0, 2), 2);
    assert_false(is_limited(0, 2));
    assert_int_equal(run(0, 20), 3); /* what was learned does not count */
    assert_int_equal(run(3, 20), 1);
    assert_int_equal(run(7, 20), 1);
    assert_int_equal(run(8, 0), BW_PROFILE_AHEAD);
    assert_false(is_limited(8, 0));
    assert_int_equal(run(8, 100), 100);
}

static void the_pointer_moves_on_stays_or_wraps(void **state)
{
    struct bw_part_pos pos;
    uint8_t bytes[BW_PROFILE_POINTER];

    (void)state;
    parse_ok("profile 1\nplain 0-2\nfifo 3\nplain 4-0x12\nwrap 0x12 0");
    pos = at(2);
    bw_part_profile_advance(&p, &pos, 1);
    assert_int_equal(bw_part_profile_pointer(&p, &pos, bytes), 1);
    assert_int_equal(bytes[0], 3);
    bw_part_profile_advance(&p, &pos, 100);
    bw_part_profile_pointer(&p, &pos, bytes);
    assert_int_equal(bytes[0], 3);
    pos = at(0x11);
    bw_part_profile_advance(&p, &pos, 3);
    bw_part_profile_pointer(&p, &pos, bytes);
    assert_int_equal(bytes[0], 1);
}

static void a_register_wider_than_a_byte_is_read_as_a_whole(void **state)
{
    struct bw_part_pos pos;

    (void)state;
    parse_ok("profile 1\nplain 0-3 width 2 stay\nfifo 4 width 6");
    assert_int_equal(run(0, 0), 2);
    assert_int_equal(run(0, 5), 5);
    assert_int_equal(run(4, 0), 6);
    pos = at(0);
    bw_part_profile_advance(&p, &pos, 3);
    assert_false(bw_part_pos_same(&pos, &(struct bw_part_pos){ 0 }));
    bw_part_profile_restart(&p, &pos);
    assert_true(bw_part_pos_same(&pos, &(struct bw_part_pos){
                                           .known = true,
                                           .increments = true,
                                       }));
}

static void samples_are_fetched_as_far_as_last_time(void **state)
{
    (void)state;
    parse_ok("profile 1\nsample 1-6\nclear 7\n");
    assert_int_equal(run(1, 0), 1);
    assert_int_equal(run(1, 6), 6);
    assert_int_equal(run(1, 10), 6);
    assert_int_equal(run(3, 2), 2);
}

static void a_block_is_a_count_data_and_a_pec(void **state)
{
    (void)state;
    parse_ok("profile 1\nblock 0x20-0x23 32\n");
    assert_int_equal(run(0x20, 0), 34);
    assert_int_equal(run(0x23, 12), 12);
}

static void a_bit_of_the_pointer_may_stop_it(void **state)
{
    struct bw_part_pos pos;
    uint8_t bytes[BW_PROFILE_POINTER];

    (void)state;
    parse_ok("profile 1\nincrement-bit 7\nplain 0-0x7f");
    assert_int_equal(run(0x28, 0), 1); /* the same one again and again */
    assert_int_equal(run(0xa8, 0), BW_PROFILE_AHEAD);
    pos = at(0xa8);
    bw_part_profile_advance(&p, &pos, 2);
    bw_part_profile_pointer(&p, &pos, bytes);
    assert_int_equal(bytes[0], 0xaa);
}

static void two_bytes_of_pointer_come_high_one_first(void **state)
{
    const uint8_t selected[] = { 0x12, 0xff };
    const uint8_t data[] = { 0x12, 0xff, 0 };
    struct bw_part_pos pos;
    uint8_t bytes[BW_PROFILE_POINTER];

    (void)state;
    parse_ok("profile 1\npointer 2\nplain 0-0xffff");
    pos = bw_part_profile_point(&p, selected, 2);
    bw_part_profile_advance(&p, &pos, 1);
    assert_int_equal(bw_part_profile_pointer(&p, &pos, bytes), 2);
    assert_int_equal(bytes[0], 0x13);
    assert_int_equal(bytes[1], 0x00);
    assert_false(bw_part_profile_point(&p, selected, 1).known);
    assert_false(bw_part_profile_point(&p, data, 3).known);
}

static void data_does_not_move_a_pointer_that_stays(void **state)
{
    const uint8_t stays[] = { 0x00, 0xff };
    const uint8_t moves[] = { 0x04, 0xff };

    (void)state;
    parse_ok("profile 1\nplain 0-3 width 2 stay\nplain 4");
    assert_true(bw_part_profile_point(&p, stays, 2).known);
    assert_false(bw_part_profile_point(&p, stays, 0).known);
    assert_false(bw_part_profile_point(&p, moves, 2).known);
}

static void a_part_without_a_pointer_has_one_register(void **state)
{
    struct bw_part_pos pos;
    uint8_t bytes[BW_PROFILE_POINTER];
    bool limited;

    (void)state;
    parse_ok("profile 1\npointer 0\nplain 0 width 8\n");
    pos = bw_part_profile_point(&p, NULL, 0);
    assert_true(pos.known);
    assert_int_equal(bw_part_profile_run(&p, &pos, 0, &limited), 8);
    assert_int_equal(bw_part_profile_pointer(&p, &pos, bytes), 0);
}

static void a_length_can_be_stated(void **state)
{
    struct bw_part_pos pos;

    (void)state;
    parse_ok("profile 1\nfifo 0\nread 0 6\n");
    pos = at(0);
    assert_int_equal(bw_part_profile_read_len(&p, &pos), 6);
    pos = at(1);
    assert_int_equal(bw_part_profile_read_len(&p, &pos), 0);
}

static void what_no_line_names_is_read_byte_by_byte(void **state)
{
    (void)state;
    parse_ok("profile 1\n# nothing else");
    assert_int_equal(run(5, 9), 1);
    assert_true(is_limited(5, 9));
}

static void a_wrong_line_is_named(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *what;
    } wrong[] = {
        { "", 1, "it is empty" },
        { "\n# x\nplain 0\n", 3, "begins with \"profile 1\"" },
        { "profile 2\n", 1, "begins with \"profile 1\"" },
        { "profile 1\nprofile 1\n", 2, "once only" },
        { "profile 1\n\nplane 0\n", 3, "not a keyword" },
        { "profile 1\nplain\n", 2, "registers are missing" },
        { "profile 1\nplain 0x100\n", 2, "registers are missing" },
        { "profile 1\nplain 5-4\n", 2, "registers are missing" },
        { "profile 1\nplain 5-\n", 2, "registers are missing" },
        { "profile 1\nplain 0x\n", 2, "registers are missing" },
        { "profile 1\nplain 0 width\n", 2, "width takes" },
        { "profile 1\nplain 0 width 0\n", 2, "width takes" },
        { "profile 1\nplain 0 width 4097\n", 2, "width takes" },
        { "profile 1\nplain 0 4\n", 2, "after the registers" },
        { "profile 1\nplain 0-4\nfifo 4\n", 3, "an earlier line" },
        { "profile 1\nplain 0\npointer 2\n", 3, "pointer has to be" },
        { "profile 1\npointer 3\n", 2, "pointer takes" },
        { "profile 1\nplain 0\nmask 3\n", 3, "mask has to" },
        { "profile 1\nmask 0\n", 2, "mask takes" },
        { "profile 1\nincrement-bit 8\n", 2, "increment-bit takes" },
        { "profile 1\nahead 0\n", 2, "ahead takes" },
        { "profile 1\nahead 8193\n", 2, "ahead takes" },
        { "profile 1\nblock 0\n", 2, "block takes" },
        { "profile 1\nblock 0 32 1\n", 2, "nothing may follow" },
        { "profile 1\nwrap 0\n", 2, "a register number" },
        { "profile 1\nread 0 0\n", 2, "read takes" },
        { "profile 1\nahead 1 2\n", 2, "nothing may follow" },
        { "profile 1\npart a b\n", 2, "part takes one name" },
        { "profile 1\nplain 1 2 3 4 5 6 7 8\n", 2, "more words" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        const char *what = "";
        unsigned line = 0;

        if (parse(wrong[i].text, &line, &what) != BW_INVALID ||
            line != wrong[i].line || !strstr(what, wrong[i].what)) {
            fail_msg("\"%s\": line %u: %s", wrong[i].text, line, what);
        }
    }
}

static void words_may_be_apart_and_lines_end_in_any_way(void **state)
{
    (void)state;
    parse_ok("# a part\r\n \tprofile   1 # format\r\n\n"
             "part\ttmp102\nplain 0-3\twidth 2 stay# all\nahead 16");
    assert_string_equal(p.name, "tmp102");
    assert_int_equal(p.ahead, 16);
}

static void a_profile_that_is_wrong_leaves_the_old_one(void **state)
{
    struct bw_part_profile before;
    const char *what;
    unsigned line;

    (void)state;
    parse_ok("profile 1\nplain 0-3\n");
    before = p;
    assert_int_equal(parse("profile 1\nclear 0-3\nx\n", &line, &what),
                     BW_INVALID);
    assert_memory_equal(&p, &before, sizeof(p));
}

static void every_profile_that_is_delivered_is_right(void **state)
{
    static char text[BW_WIRE_MAX_PROFILE + 2];
    glob_t found;

    (void)state;
    assert_int_equal(glob("peripherals/profiles/*.profile", 0, NULL, &found),
                     0);
    assert_true(found.gl_pathc >= 8);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        const char *base = strrchr(path, '/') + 1;
        FILE *f = fopen(path, "r");
        const char *what = "";
        unsigned line = 0;
        size_t len;

        assert_non_null(f);
        len = fread(text, 1, sizeof(text), f);
        fclose(f);
        assert_true(len <= BW_WIRE_MAX_PROFILE);
        if (bw_part_profile_parse(&p, text, len, &line, &what) != BW_OK) {
            fail_msg("%s:%u: %s", path, line, what);
        }
        assert_int_equal(strncmp(base, p.name, strlen(p.name)), 0);
        assert_string_equal(base + strlen(p.name), ".profile");
        assert_true(p.nranges > 0);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_before_what_would_notice),
        cmocka_unit_test(the_pointer_moves_on_stays_or_wraps),
        cmocka_unit_test(a_register_wider_than_a_byte_is_read_as_a_whole),
        cmocka_unit_test(samples_are_fetched_as_far_as_last_time),
        cmocka_unit_test(a_block_is_a_count_data_and_a_pec),
        cmocka_unit_test(a_bit_of_the_pointer_may_stop_it),
        cmocka_unit_test(two_bytes_of_pointer_come_high_one_first),
        cmocka_unit_test(data_does_not_move_a_pointer_that_stays),
        cmocka_unit_test(a_part_without_a_pointer_has_one_register),
        cmocka_unit_test(a_length_can_be_stated),
        cmocka_unit_test(what_no_line_names_is_read_byte_by_byte),
        cmocka_unit_test(a_wrong_line_is_named),
        cmocka_unit_test(words_may_be_apart_and_lines_end_in_any_way),
        cmocka_unit_test(a_profile_that_is_wrong_leaves_the_old_one),
        cmocka_unit_test(every_profile_that_is_delivered_is_right),
    };

    return cmocka_run_group_tests_name("part_profile", tests, NULL, NULL);
}
