/*
 * lib/net.c: voltages, levels and conflicts of a node.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include "lib/net.h"

#define VDD       3000
#define PAD       600
#define CHIP_PULL 13000
#define BOARD     4700
#define TOUCH     10000000
#define SOURCES   4

struct node {
    struct bw_net net;
    struct bw_net_source source[SOURCES];
};

static void node_init(struct node *n)
{
    static const char *const names[SOURCES] = { "a", "b", "c", "d" };

    bw_net_init(&n->net, VDD);
    for (int i = 0; i < SOURCES; i++) {
        bw_net_add(&n->net, &n->source[i], names[i]);
    }
}

static bool drive(struct node *n, int i, int32_t mv, uint32_t ohms)
{
    return bw_net_drive(&n->net, &n->source[i], mv, ohms);
}

static void a_node_that_nothing_drives_is_low(void **state)
{
    struct node n;

    (void)state;
    node_init(&n);
    assert_int_equal(n.net.mv, 0);
    assert_false(n.net.level);
    assert_false(n.net.driven);
    drive(&n, 0, VDD, PAD);
    assert_true(n.net.level);
    assert_true(drive(&n, 0, VDD, BW_NET_OPEN));
    assert_int_equal(n.net.mv, 0);
    assert_false(n.net.level);
    assert_false(n.net.driven);
}

/* Each expected voltage: sum(mv / ohms) / sum(1 / ohms), rounded */
static void voltages_are_those_of_the_network(void **state)
{
    static const struct {
        struct {
            int32_t mv;
            uint32_t ohms;
        } source[SOURCES];
        int32_t mv;
    } cases[] = {
        { { { VDD, CHIP_PULL } }, VDD },
        { { { VDD, TOUCH } }, VDD },
        { { { VDD, UINT32_MAX } }, VDD },
        { { { VDD, CHIP_PULL }, { 0, PAD } }, 132 }, /* 3000 * 6 / 136 */
        { { { VDD, BOARD }, { 0, PAD } }, 340 },     /* 3000 * 6 / 53 */
        { { { VDD, BOARD }, { 0, 1 } }, 1 },         /* 3000 / 4701 */
        { { { VDD, TOUCH }, { 0, CHIP_PULL } }, 4 }, /* 3000 * 13 / 10013 */
        { { { VDD, CHIP_PULL }, { 0, CHIP_PULL } }, 1500 },
        { { { VDD, 1000 }, { 0, 1000 }, { 600, 1000 } }, 1200 },
        { { { VDD, 100 }, { 1000, 300 }, { 0, 600 }, { 500, 200 } }, 1792 },
        { { { 1200, 100 }, { VDD, TOUCH } }, 1200 },
        { { { -200, 10 } }, -200 },
        { { { -200, 10 }, { 0, 30 } }, -150 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct node n;

        node_init(&n);
        for (int j = 0; j < SOURCES; j++) {
            drive(&n, j, cases[i].source[j].mv, cases[i].source[j].ohms);
        }
        assert_int_equal(n.net.mv, cases[i].mv);
        assert_true(n.net.driven);
    }
}

static void diodes_hold_the_voltage_near_the_supply(void **state)
{
    struct node n;

    (void)state;
    node_init(&n);
    drive(&n, 0, 5000, 100);
    assert_int_equal(n.net.mv, VDD + BW_NET_CLAMP_MV);
    drive(&n, 0, -5000, 100);
    assert_int_equal(n.net.mv, -BW_NET_CLAMP_MV);
    drive(&n, 0, INT32_MAX, 1);
    assert_int_equal(n.source[0].mv, BW_NET_MAX_MV);
    drive(&n, 1, INT32_MIN, 1);
    assert_int_equal(n.source[1].mv, -BW_NET_MAX_MV);
    assert_int_equal(n.net.mv, 0);
}

static void levels_have_hysteresis(void **state)
{
    static const struct {
        int32_t mv;
        bool level;
    } steps[] = {
        { 2099, false }, { 2100, true },  { 901, true },  { 900, false },
        { 901, false },  { 2099, false }, { 3000, true }, { 0, false },
    };
    struct node n;

    (void)state;
    node_init(&n);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        drive(&n, 0, steps[i].mv, 100);
        assert_int_equal(n.net.level, steps[i].level);
    }
}

static void a_restored_level_counts_between_the_thresholds_only(void **state)
{
    struct node n;

    (void)state;
    node_init(&n);
    drive(&n, 0, 1500, 100);
    assert_true(bw_net_restore(&n.net, true));
    assert_true(n.net.level);
    assert_false(bw_net_restore(&n.net, true));
    assert_true(bw_net_restore(&n.net, false));
    assert_false(n.net.level);
    drive(&n, 0, VDD, 100);
    assert_false(bw_net_restore(&n.net, false));
    assert_true(n.net.level);
}

static void open_drain_needs_a_pull_up(void **state)
{
    struct node n;

    (void)state;
    node_init(&n);
    drive(&n, 0, 0, PAD);
    drive(&n, 1, 0, PAD);
    assert_false(n.net.level);
    drive(&n, 2, VDD, BOARD);
    assert_false(n.net.level);
    drive(&n, 0, 0, BW_NET_OPEN);
    assert_false(n.net.level);
    drive(&n, 1, 0, BW_NET_OPEN);
    assert_true(n.net.level);
}

static void strong_sources_that_disagree_are_a_conflict(void **state)
{
    const struct bw_net_source *low = NULL;
    const struct bw_net_source *high = NULL;
    struct node n;

    (void)state;
    node_init(&n);
    drive(&n, 0, VDD, PAD);
    drive(&n, 1, 0, BOARD); /* weak: yields */
    assert_false(n.net.conflict);
    drive(&n, 1, 0, BW_NET_STRONG_OHMS);
    assert_false(n.net.conflict);
    drive(&n, 1, 1500, PAD); /* half way: neither level */
    assert_false(n.net.conflict);
    bw_net_opponents(&n.net, &low, &high);
    assert_null(low);
    assert_null(high);
    assert_true(drive(&n, 1, 0, BW_NET_STRONG_OHMS - 1));
    assert_true(n.net.conflict);
    bw_net_opponents(&n.net, &low, &high);
    assert_ptr_equal(low, &n.source[1]);
    assert_ptr_equal(high, &n.source[0]);
    assert_string_equal(low->name, "b");
    drive(&n, 1, VDD, PAD);
    assert_false(n.net.conflict);
}

static void drive_tells_whether_the_node_changed(void **state)
{
    struct node n;

    (void)state;
    node_init(&n);
    assert_true(drive(&n, 0, VDD, PAD));
    assert_false(drive(&n, 0, VDD, PAD));
    assert_false(drive(&n, 0, VDD, 2 * PAD)); /* alone: the same voltage */
    assert_false(drive(&n, 1, VDD, BOARD));
    assert_false(drive(&n, 1, 0, BW_NET_OPEN));
    assert_true(drive(&n, 0, VDD - 1, PAD));
    assert_true(drive(&n, 0, 0, BW_NET_OPEN));
    assert_true(drive(&n, 0, 0, PAD)); /* driven now */
}

static void a_source_that_is_removed_drives_no_more(void **state)
{
    struct bw_net_source stranger = { .ohms = 1 };
    struct node n;

    (void)state;
    node_init(&n);
    drive(&n, 0, VDD, BOARD);
    drive(&n, 1, 0, PAD);
    assert_false(bw_net_remove(&n.net, &stranger));
    assert_true(bw_net_remove(&n.net, &n.source[1]));
    assert_true(n.net.level);
    assert_false(bw_net_remove(&n.net, &n.source[1]));
    assert_false(bw_net_remove(&n.net, &n.source[3]));
    assert_true(bw_net_remove(&n.net, &n.source[0]));
    assert_false(n.net.driven);
}

/* Two sources of the same resistance: half of it, and the mean voltage */
static void the_other_sources_are_one_together(void **state)
{
    struct node n;
    int32_t mv = -1;
    uint32_t ohms = 1;

    (void)state;
    node_init(&n);
    assert_false(bw_net_without(&n.net, NULL, &mv, &ohms));
    assert_int_equal(mv, 0);
    assert_int_equal(ohms, BW_NET_OPEN);
    drive(&n, 0, VDD, CHIP_PULL);
    drive(&n, 1, 0, CHIP_PULL);
    drive(&n, 2, VDD, 1);
    assert_true(bw_net_without(&n.net, &n.source[2], &mv, &ohms));
    assert_int_equal(mv, VDD / 2);
    assert_int_equal(ohms, CHIP_PULL / 2);
    assert_true(bw_net_without(&n.net, &n.source[0], &mv, &ohms));
    assert_int_equal(mv, VDD); /* 1 ohm against 13000 */
    assert_int_equal(ohms, 1);
    drive(&n, 2, VDD, BW_NET_OPEN);
    drive(&n, 1, 0, BW_NET_OPEN);
    assert_true(bw_net_without(&n.net, NULL, &mv, &ohms));
    assert_int_equal(ohms, CHIP_PULL);
    assert_false(bw_net_without(&n.net, &n.source[0], &mv, &ohms));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_that_nothing_drives_is_low),
        cmocka_unit_test(voltages_are_those_of_the_network),
        cmocka_unit_test(diodes_hold_the_voltage_near_the_supply),
        cmocka_unit_test(levels_have_hysteresis),
        cmocka_unit_test(a_restored_level_counts_between_the_thresholds_only),
        cmocka_unit_test(open_drain_needs_a_pull_up),
        cmocka_unit_test(strong_sources_that_disagree_are_a_conflict),
        cmocka_unit_test(drive_tells_whether_the_node_changed),
        cmocka_unit_test(a_source_that_is_removed_drives_no_more),
        cmocka_unit_test(the_other_sources_are_one_together),
    };

    return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
