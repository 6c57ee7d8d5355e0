/*
 * lib/gpio_net.c: what a line does for a net.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include "lib/gpio_net.h"
#include "lib/net.h"

#define VDD 3000
#define ALL                                                                \
    (BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_BIAS |              \
     BW_GPIO_FUNC_EDGES | BW_GPIO_FUNC_DEBOUNCE | BW_GPIO_FUNC_PUSH_PULL | \
     BW_GPIO_FUNC_OPEN_DRAIN)
#define BOTH (BW_GPIO_RISING | BW_GPIO_FALLING)

static struct bw_gpio_setting of(int32_t mv, uint32_t ohms, uint32_t funcs)
{
    struct bw_gpio_setting s = { .direction = 77 };

    assert_true(bw_gpio_from_net(mv, ohms, VDD, funcs, 500, &s));
    assert_true(bw_gpio_setting_ok(&s));
    return s;
}

static void a_strong_level_is_an_output(void **state)
{
    (void)state;
    for (unsigned high = 0; high < 2; high++) {
        struct bw_gpio_setting s = of(high ? VDD : 0, 600, ALL);

        assert_int_equal(s.direction, BW_GPIO_OUT);
        assert_int_equal(s.drive, BW_GPIO_PUSH_PULL);
        assert_int_equal(s.value, high);
        assert_int_equal(s.edges, 0);
    }
}

static void a_pull_is_the_bias_of_an_input(void **state)
{
    (void)state;
    struct bw_gpio_setting up = of(VDD, 13000, ALL);
    struct bw_gpio_setting down = of(0, 4700, ALL);

    assert_int_equal(up.direction, BW_GPIO_IN);
    assert_int_equal(up.bias, BW_GPIO_BIAS_PULL_UP);
    assert_int_equal(up.edges, BOTH);
    assert_int_equal(up.debounce_us, 500);
    assert_int_equal(down.direction, BW_GPIO_IN);
    assert_int_equal(down.bias, BW_GPIO_BIAS_PULL_DOWN);
}

static void nothing_and_a_touch_pad_leave_the_bias_to_the_owner(void **state)
{
    (void)state;
    assert_int_equal(of(0, BW_NET_OPEN, ALL).bias, BW_GPIO_BIAS_AS_IS);
    assert_int_equal(of(VDD, 10000000, ALL).bias, BW_GPIO_BIAS_AS_IS);
    assert_int_equal(of(VDD, 10000000, ALL).direction, BW_GPIO_IN);
}

static void two_that_disagree_are_no_level(void **state)
{
    (void)state;
    struct bw_gpio_setting s = of(VDD / 2, 300, ALL);

    assert_int_equal(s.direction, BW_GPIO_IN);
    assert_int_equal(s.bias, BW_GPIO_BIAS_AS_IS);
}

static void a_line_is_asked_for_what_it_can_do_only(void **state)
{
    (void)state;
    struct bw_gpio_setting s = of(VDD, 13000, BW_GPIO_FUNC_IN);

    assert_int_equal(s.bias, BW_GPIO_BIAS_AS_IS);
    assert_int_equal(s.edges, 0);
    assert_int_equal(s.debounce_us, 0);
    s = of(VDD, 600, BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_OPEN_DRAIN);
    assert_int_equal(s.drive, BW_GPIO_OPEN_DRAIN);
    s = of(VDD, 600, BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_OPEN_SOURCE);
    assert_int_equal(s.drive, BW_GPIO_OPEN_SOURCE);
}

static void what_the_owner_forbids_is_not_asked_for(void **state)
{
    (void)state;
    struct bw_gpio_setting s = { .direction = 77 };

    assert_false(
        bw_gpio_from_net(VDD, 600, VDD, ALL & ~BW_GPIO_FUNC_OUT, 0, &s));
    assert_false(
        bw_gpio_from_net(VDD, 13000, VDD, ALL & ~BW_GPIO_FUNC_IN, 0, &s));
    assert_int_equal(s.direction, 77);
}

/* As an input it is no conflict with a pad, but stronger than all pulls. */
static void an_input_gives_in_to_pads_and_wins_over_pulls(void **state)
{
    (void)state;
    static const struct {
        uint32_t ohms;
        bool level;
    } others[] = {
        { 600, false }, { 60, false }, { 13000, true }, { 4700, true }
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct bw_net_source line, other;
        struct bw_net net;

        bw_net_init(&net, VDD);
        bw_net_add(&net, &line, "line");
        bw_net_add(&net, &other, "other");
        bw_net_drive(&net, &other, 0, others[i].ohms);
        bw_net_drive(&net, &line, VDD, BW_GPIO_INPUT_OHMS);
        assert_int_equal(net.level, others[i].level);
        assert_false(net.conflict);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_strong_level_is_an_output),
        cmocka_unit_test(a_pull_is_the_bias_of_an_input),
        cmocka_unit_test(nothing_and_a_touch_pad_leave_the_bias_to_the_owner),
        cmocka_unit_test(two_that_disagree_are_no_level),
        cmocka_unit_test(a_line_is_asked_for_what_it_can_do_only),
        cmocka_unit_test(what_the_owner_forbids_is_not_asked_for),
        cmocka_unit_test(an_input_gives_in_to_pads_and_wins_over_pulls),
    };

    return cmocka_run_group_tests_name("gpio_net", tests, NULL, NULL);
}
