/*
 * host-agent/backend_sim_lines.c: simulated lines and the knobs at their other
 * end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "unit_test.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host-agent/backend_sim_lines.h"

#define MICRO   1000000
#define WAIT_MS 5000

static struct bw_sim_chip *chip;
static struct bw_gpio_lines *lines;

static const struct bw_gpio_setting input = { .bias = BW_GPIO_BIAS_DISABLED };

/* Lines "x.a" and "x.b" as lines 0 and 1, nothing at their other ends. */
static int setup(void **state)
{
    const struct bw_gpio_setting settings[] = { input, input };
    const unsigned numbers[] = { 0, 1 };

    (void)state;
    chip = bw_sim_chip_new();
    assert_non_null(chip);
    assert_int_equal(bw_sim_chip_add(chip, "x.a", BW_SIM_LINE_OPEN), 0);
    assert_int_equal(bw_sim_chip_add(chip, "x.b", BW_SIM_LINE_OPEN), 1);
    lines = bw_sim_chip_open(chip, numbers, 2, settings);
    assert_non_null(lines);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lines->ops->close(lines);
    bw_sim_chip_free(chip);
    return 0;
}

static void use(unsigned line, struct bw_gpio_setting setting)
{
    struct bw_gpio_setting settings[2];

    settings[line] = setting;
    assert_int_equal(
        lines->ops->configure(lines, UINT64_C(1) << line, settings), BW_OK);
}

static void knob(const char *name, int level)
{
    size_t at = bw_sim_chip_value_find(chip, name);

    assert_int_equal(bw_sim_chip_value_set(chip, at, (int64_t)level * MICRO),
                     BW_OK);
}

static uint64_t levels(void)
{
    uint64_t value = 0xdead;

    assert_int_equal(lines->ops->get(lines, &value), BW_OK);
    return value;
}

static bool is_readable(int timeout_ms)
{
    struct pollfd p = { .fd = lines->event_fd, .events = POLLIN };

    return poll(&p, 1, timeout_ms) > 0;
}

/* The next event, which must be there within a time. */
static struct bw_gpio_event next_event(void)
{
    struct bw_gpio_event event = { 0 };

    do {
        assert_true(is_readable(WAIT_MS));
    } while (lines->ops->read(lines, &event, 1) == 0);
    return event;
}

static void an_output_drives_its_line(void **state)
{
    (void)state;
    use(0, (struct bw_gpio_setting){ .direction = BW_GPIO_OUT, .value = 1 });
    assert_int_equal(levels(), 1);
    assert_int_equal(lines->ops->set(lines, 1, 0), BW_OK);
    assert_int_equal(levels(), 0);
    assert_int_equal(lines->ops->set(lines, 1, 1), BW_OK);
    use(0, input);
    assert_int_equal(levels(), 0); /* let go, and nothing else drives it */
}

static void a_pull_is_weaker_than_the_bench(void **state)
{
    struct bw_gpio_setting up = { .bias = BW_GPIO_BIAS_PULL_UP };

    (void)state;
    use(0, up);
    assert_int_equal(levels(), 1);
    knob("x.a", 0);
    assert_int_equal(levels(), 0);
    knob("x.a", -1);
    assert_int_equal(levels(), 1);
    up.bias = BW_GPIO_BIAS_AS_IS;
    use(0, up);
    assert_int_equal(levels(), 1);
    up.bias = BW_GPIO_BIAS_PULL_DOWN;
    use(0, up);
    assert_int_equal(levels(), 0);
}

static void an_open_drain_lets_go_when_it_is_high(void **state)
{
    const struct bw_gpio_setting drain = { .direction = BW_GPIO_OUT,
                                           .drive = BW_GPIO_OPEN_DRAIN,
                                           .bias = BW_GPIO_BIAS_PULL_UP,
                                           .value = 1 };

    (void)state;
    use(0, drain);
    assert_int_equal(levels(), 1);
    knob("x.a", 0);
    assert_int_equal(levels(), 0);
    knob("x.a", -1);
    lines->ops->set(lines, 1, 0);
    assert_int_equal(levels(), 0);
}

/* 20 ohms against 100: 0.55 V or 2.75 V of 3.3 V. */
static void the_bench_wins_against_an_output(void **state)
{
    (void)state;
    use(0, (struct bw_gpio_setting){ .direction = BW_GPIO_OUT, .value = 1 });
    knob("x.a", 0);
    assert_int_equal(levels(), 0);
    assert_true(is_readable(WAIT_MS)); /* something to look at */
    assert_int_equal(lines->ops->read(lines, NULL, 0), 0);
    assert_false(is_readable(0));
    lines->ops->set(lines, 1, 0);
    knob("x.a", 1);
    assert_int_equal(levels(), 1);
}

static void edges_are_told_in_their_order(void **state)
{
    struct bw_gpio_setting both = input;
    struct bw_gpio_event first, second;

    (void)state;
    both.edges = BW_GPIO_RISING | BW_GPIO_FALLING;
    use(0, both);
    both.edges = BW_GPIO_FALLING;
    use(1, both);
    knob("x.b", 1); /* rising: not asked for */
    knob("x.a", 1);
    knob("x.b", 0);
    first = next_event();
    assert_int_equal(first.line, 0);
    assert_int_equal(first.edge, BW_GPIO_RISING);
    assert_int_equal(first.seq, 1);
    second = next_event();
    assert_int_equal(second.line, 1);
    assert_int_equal(second.edge, BW_GPIO_FALLING);
    assert_int_equal(second.seq, 1);
    assert_true(second.time_ns >= first.time_ns);
    assert_false(is_readable(0));
    assert_int_equal(lines->ops->read(lines, &first, 1), 0);
}

/* The oldest go first, as in the kernel, and the numbers show it. */
static void a_full_queue_loses_the_oldest(void **state)
{
    static struct bw_gpio_event events[BW_SIM_LINES_QUEUE + 1];
    struct bw_gpio_setting both = input;

    (void)state;
    both.edges = BW_GPIO_RISING | BW_GPIO_FALLING;
    use(0, both);
    for (unsigned i = 0; i < BW_SIM_LINES_QUEUE + 10; i++) {
        knob("x.a", i % 2 ? 0 : 1);
    }
    assert_int_equal(lines->ops->read(lines, events, ARRAY_LEN(events)),
                     BW_SIM_LINES_QUEUE);
    assert_int_equal(events[0].seq, 11);
    assert_int_equal(events[0].edge, BW_GPIO_RISING);
    assert_int_equal(events[BW_SIM_LINES_QUEUE - 1].seq,
                     BW_SIM_LINES_QUEUE + 10);
}

static void a_level_that_is_too_short_is_none(void **state)
{
    struct bw_gpio_setting slow = input;
    struct bw_gpio_event event;

    (void)state;
    slow.edges = BW_GPIO_RISING | BW_GPIO_FALLING;
    slow.debounce_us = 20000;
    use(0, slow);
    for (unsigned i = 0; i < 5; i++) {
        knob("x.a", 1);
        knob("x.a", 0);
    }
    assert_int_equal(levels(), 0);
    knob("x.a", 1);
    assert_int_equal(levels(), 0); /* not yet */
    event = next_event();
    assert_int_equal(event.edge, BW_GPIO_RISING);
    assert_int_equal(event.seq, 1);
    assert_int_equal(levels(), 1);
    assert_false(is_readable(0));
}

static void numbers_begin_anew_with_other_edges(void **state)
{
    struct bw_gpio_setting edges = input;

    (void)state;
    edges.edges = BW_GPIO_RISING;
    use(0, edges);
    knob("x.a", 1);
    assert_int_equal(next_event().seq, 1);
    use(0, edges);
    knob("x.a", 0);
    knob("x.a", 1);
    assert_int_equal(next_event().seq, 2);
    use(0, input);
    use(0, edges);
    knob("x.a", 0);
    knob("x.a", 1);
    assert_int_equal(next_event().seq, 1);
}

/* An input that becomes one finds a level, not an edge. */
static void a_change_of_direction_is_no_edge(void **state)
{
    struct bw_gpio_setting edges = input;

    (void)state;
    use(0, (struct bw_gpio_setting){ .direction = BW_GPIO_OUT, .value = 0 });
    knob("x.a", 1);
    edges.edges = BW_GPIO_RISING | BW_GPIO_FALLING;
    use(0, edges);
    assert_int_equal(levels(), 1);
    assert_int_equal(lines->ops->read(lines, (struct bw_gpio_event[1]){ 0 }, 1),
                     0);
}

static void knobs_and_levels_are_values(void **state)
{
    struct bw_wire_value v;
    size_t at;

    (void)state;
    assert_int_equal(bw_sim_chip_value_count(chip), 4);
    at = bw_sim_chip_value_find(chip, "x.b");
    bw_sim_chip_value_at(chip, at, &v);
    assert_string_equal(v.name, "x.b");
    assert_int_equal(v.micro, -MICRO);
    assert_int_equal(v.micro_min, -MICRO);
    assert_int_equal(v.micro_max, MICRO);
    assert_int_equal(bw_sim_chip_value_set(chip, at, 1), BW_INVALID);
    knob("x.b", 1);
    at = bw_sim_chip_value_find(chip, "x.b.level");
    bw_sim_chip_value_at(chip, at, &v);
    assert_string_equal(v.name, "x.b.level");
    assert_int_equal(v.micro, MICRO);
    assert_int_equal(bw_sim_chip_value_set(chip, at, 0), BW_DENIED);
    assert_int_equal(bw_sim_chip_value_find(chip, "x.c"), 4);
    assert_int_equal(bw_sim_chip_value_find(chip, "x.level"), 4);
    assert_int_equal(bw_sim_chip_value_set(chip, 4, 0), BW_NOT_FOUND);
    assert_int_equal(bw_sim_chip_add(chip, "x.a", 0), -1);
}

static void a_chip_has_64_lines(void **state)
{
    struct bw_sim_chip *big = bw_sim_chip_new();
    char name[16];

    (void)state;
    for (int i = 0; i < BW_SIM_LINES_MAX; i++) {
        snprintf(name, sizeof(name), "x.%d", i);
        assert_int_equal(bw_sim_chip_add(big, name, BW_SIM_LINE_HIGH), i);
    }
    assert_int_equal(bw_sim_chip_add(big, "y", BW_SIM_LINE_HIGH), -1);
    bw_sim_chip_free(big);
    bw_sim_chip_free(NULL);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_output_drives_its_line),
        CASE(a_pull_is_weaker_than_the_bench),
        CASE(an_open_drain_lets_go_when_it_is_high),
        CASE(the_bench_wins_against_an_output),
        CASE(edges_are_told_in_their_order),
        CASE(a_full_queue_loses_the_oldest),
        CASE(a_level_that_is_too_short_is_none),
        CASE(numbers_begin_anew_with_other_edges),
        CASE(a_change_of_direction_is_no_edge),
        CASE(knobs_and_levels_are_values),
        CASE(a_chip_has_64_lines),
    };

    return cmocka_run_group_tests_name("sim_lines", tests, NULL, NULL);
}
