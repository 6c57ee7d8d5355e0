/*
 * lib/gpio_replay.c: edges on the guest's clock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <stdlib.h>

#include "lib/gpio_replay.h"

#define US 1000
#define MS 1000000

static struct bw_gpio_replay *replay;

static int new_replay(void **state)
{
    (void)state;
    free(replay);
    replay = calloc(1, sizeof(*replay));
    return replay == NULL;
}

static int free_replay(void **state)
{
    (void)state;
    free(replay);
    replay = NULL;
    return 0;
}

static int64_t next_due(void)
{
    int64_t due_ns = -1;

    assert_true(bw_replay_due(replay, &due_ns));
    return due_ns;
}

static void expect(int64_t due_ns, unsigned line, bool level)
{
    struct bw_replay_level now;

    assert_false(bw_replay_take(replay, due_ns - 1, &now));
    assert_true(bw_replay_take(replay, due_ns, &now));
    assert_int_equal(now.due_ns, due_ns);
    assert_int_equal(now.line, line);
    assert_int_equal(now.level, level);
}

/* Its time was earlier, but it is taken now. */
static void expect_at(int64_t now_ns, unsigned line, bool level)
{
    struct bw_replay_level now;

    assert_false(bw_replay_take(replay, now_ns - 1, &now));
    assert_true(bw_replay_take(replay, now_ns, &now));
    assert_int_equal(now.line, line);
    assert_int_equal(now.level, level);
}

static void expect_nothing(void)
{
    int64_t due_ns;

    assert_false(bw_replay_due(replay, &due_ns));
}

static void edges_of_one_frame_keep_their_spacing(void **state)
{
    (void)state;
    bw_replay_edge(replay, 3, true, 5000 * US, 100 * MS);
    bw_replay_edge(replay, 4, true, 5010 * US, 100 * MS);
    bw_replay_edge(replay, 3, false, 9000 * US, 100 * MS);
    expect(100 * MS, 3, true);
    expect(100 * MS + 10 * US, 4, true);
    expect(104 * MS, 3, false);
    expect_nothing();
}

static void an_edge_that_comes_late_is_due_at_once(void **state)
{
    (void)state;
    bw_replay_edge(replay, 0, true, 1000 * US, 10 * MS);
    expect(10 * MS, 0, true);
    bw_replay_edge(replay, 0, false, 1500 * US, 11 * MS);
    expect(11 * MS, 0, false);
    /* and one that comes early, soon after it, waits */
    bw_replay_edge(replay, 0, true, 2500 * US, 11 * MS + 900 * US);
    expect(12 * MS, 0, true);
}

static void after_a_pause_nothing_is_held_back(void **state)
{
    (void)state;
    bw_replay_edge(replay, 0, true, 1 * MS, 10 * MS);
    expect(10 * MS, 0, true);
    bw_replay_edge(replay, 0, false, 101 * MS, 109 * MS);
    expect(109 * MS, 0, false);
}

static void edges_taken_late_are_not_taken_together(void **state)
{
    struct bw_replay_level now;

    (void)state;
    bw_replay_edge(replay, 0, true, 1000 * US, 10 * MS);
    bw_replay_edge(replay, 0, false, 1030 * US, 10 * MS);
    bw_replay_edge(replay, 1, true, 1030 * US, 10 * MS);
    bw_replay_edge(replay, 0, true, 3000 * US, 10 * MS);
    assert_true(bw_replay_take(replay, 15 * MS, &now));
    /* the 30 us between them; two of one time stay together */
    expect_at(15 * MS + 30 * US, 0, false);
    expect_at(15 * MS + 30 * US, 1, true);
    /* of the 1970 us as much as an interrupt may take */
    expect_at(15 * MS + 30 * US + BW_REPLAY_APART_NS, 0, true);
    expect_nothing();
}

static void a_replay_that_is_behind_hurries(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        bw_replay_edge(replay, 0, i & 1, (uint64_t)i * MS, 0);
    }
    for (unsigned i = 0; i < 256; i++) {
        /* half the spacing beyond the 50 ms */
        expect(i <= 50 ? i * MS : 50 * MS + (i - 50) * (MS / 2), 0, i & 1);
    }
    expect_nothing();
}

static void pauses_are_not_replayed_when_behind(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        bw_replay_edge(replay, 0, i & 1, (uint64_t)i * 1000 * MS, 0);
    }
    for (unsigned i = 0; i < 10; i++) {
        expect(i * 2 * MS, 0, i & 1);
    }
    expect_nothing();
}

static void a_level_comes_after_the_edges_before_it(void **state)
{
    (void)state;
    bw_replay_level(replay, 7, true, 5 * MS);
    expect(5 * MS, 7, true);
    bw_replay_edge(replay, 1, true, 0, 6 * MS);
    bw_replay_edge(replay, 1, false, 300 * US, 6 * MS);
    bw_replay_level(replay, 7, false, 6 * MS);
    expect(6 * MS, 1, true);
    expect(6 * MS + 300 * US, 1, false);
    expect(6 * MS + 300 * US, 7, false);
    assert_false(bw_replay_newest(replay, 7));
}

static void what_does_not_fit_is_counted_and_the_last_level_told(void **state)
{
    (void)state;
    struct bw_replay_level now;

    for (unsigned i = 0; i < BW_REPLAY_ROOM; i++) {
        assert_true(bw_replay_edge(replay, 63, i & 1, i, 0));
    }
    for (unsigned i = 0; i < 5; i++) {
        assert_false(bw_replay_edge(replay, 63, !(i & 1), i, 0));
        assert_false(bw_replay_edge(replay, 2, i & 1, i, 0));
    }
    assert_int_equal(replay->dropped, 10);
    for (unsigned i = 0; i < BW_REPLAY_ROOM; i++) {
        assert_true(bw_replay_take(replay, next_due(), &now));
        assert_int_equal(now.line, 63);
        assert_int_equal(now.level, i & 1);
    }
    assert_true(bw_replay_take(replay, next_due(), &now));
    assert_int_equal(now.line, 2);
    assert_int_equal(now.level, 0);
    assert_true(bw_replay_take(replay, next_due(), &now));
    assert_int_equal(now.line, 63);
    assert_int_equal(now.level, 1);
    expect_nothing();
}

static void a_line_that_fits_again_is_not_told_twice(void **state)
{
    (void)state;
    struct bw_replay_level now;

    for (unsigned i = 0; i <= BW_REPLAY_ROOM; i++) {
        bw_replay_edge(replay, 0, i & 1, i, 0);
    }
    assert_true(bw_replay_take(replay, next_due(), &now));
    assert_true(bw_replay_edge(replay, 0, true, BW_REPLAY_ROOM + 1, 0));
    for (unsigned i = 1; i <= BW_REPLAY_ROOM; i++) {
        assert_true(bw_replay_take(replay, next_due(), &now));
    }
    assert_int_equal(now.level, 1);
    expect_nothing();
}

static void times_of_a_liar_are_bounded(void **state)
{
    (void)state;
    static const uint64_t times[] = { 0, UINT64_MAX, 5, UINT64_MAX / 2, 6, 0 };
    struct bw_replay_level now;
    int64_t last = 0;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        bw_replay_edge(replay, 0, i & 1, times[i], MS);
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        assert_true(next_due() >= last);
        last = next_due();
        assert_true(last < INT64_C(10000) * MS);
        assert_true(bw_replay_take(replay, last, &now));
    }
    expect_nothing();
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, new_replay, free_replay)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(edges_of_one_frame_keep_their_spacing),
        TEST(an_edge_that_comes_late_is_due_at_once),
        TEST(edges_taken_late_are_not_taken_together),
        TEST(after_a_pause_nothing_is_held_back),
        TEST(a_replay_that_is_behind_hurries),
        TEST(pauses_are_not_replayed_when_behind),
        TEST(a_level_comes_after_the_edges_before_it),
        TEST(what_does_not_fit_is_counted_and_the_last_level_told),
        TEST(a_line_that_fits_again_is_not_told_twice),
        TEST(times_of_a_liar_are_bounded),
    };

    return cmocka_run_group_tests_name("gpio_replay", tests, NULL, NULL);
}
