/*
 * gpio-passthrough: a pin of the guest and a line of an agent are one net.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "gpio_bench.h"
#include "nrf_block.h"

#define GPIOTE_BASE     0x40006000
#define EVENTS_IN0      (GPIOTE_BASE + 0x100)
#define CONFIG0         (GPIOTE_BASE + 0x510)
#define BOTH_EDGES(pin) (1 | (pin) << 8 | 3 << 16)

#define ALL_BUT(func)                                           \
    ((BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_EDGES | \
      BW_GPIO_FUNC_BIAS | BW_GPIO_FUNC_PUSH_PULL) &             \
     ~(func))

static bool took_edge(struct bench *b)
{
    bool was = qtest_readl(b->qts, EVENTS_IN0);

    qtest_writel(b->qts, EVENTS_IN0, 0);
    return was;
}

/* --- what the guest does --- */

static void test_guest_levels_reach_the_line_in_order(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_expect(&b, "a in");
    gpio_drive(&b, PIN_A, true);
    gpio_drive(&b, PIN_A, false);
    gpio_drive(&b, PIN_A, true);
    gpio_settle(&b, ONE);
    gpio_expect(&b, "a out 1|a=0|a=1");
    g_assert_true(fake_gpio_is_high(b.agent, 0));
    g_assert_cmpint(qom_int(b.qts, ONE, "edges-out"), ==, 2);
    g_assert_cmpint(qom_int(b.qts, ONE, "edges-dropped"), ==, 0);
    g_assert_true(gpio_in(b.qts, PIN_A));
    bench_finish(&b);
}

static void test_pulls_of_the_guest_are_the_bias_of_the_line(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_release(&b, PIN_A, CNF_PULL_UP);
    gpio_settle(&b, ONE);
    g_assert_true(gpio_in(b.qts, PIN_A));
    gpio_release(&b, PIN_A, CNF_PULL_DOWN);
    gpio_settle(&b, ONE);
    g_assert_false(gpio_in(b.qts, PIN_A));
    gpio_release(&b, PIN_A, 0);
    gpio_settle(&b, ONE);
    gpio_expect(&b, "a in|a in pull-up|a in pull-down|a in");
    bench_finish(&b);
}

static void test_open_drain_lets_go_and_reads_the_bench(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    fake_gpio_rival(b.agent, 0, 1);
    qtest_writel(b.qts, GPIO_OUTSET, 1u << PIN_A);
    gpio_cnf(b.qts, PIN_A, CNF_OUTPUT | CNF_S0D1);
    gpio_settle(&b, ONE);
    fake_gpio_rival(b.agent, 0, -1);
    qtest_writel(b.qts, GPIO_OUTCLR, 1u << PIN_A);
    gpio_settle(&b, ONE);
    g_assert_false(fake_gpio_is_high(b.agent, 0));
    fake_gpio_level(b.agent, 0, true);
    qtest_writel(b.qts, GPIO_OUTSET, 1u << PIN_A);
    gpio_settle(&b, ONE);
    g_assert_true(gpio_in(b.qts, PIN_A));
    gpio_expect(&b, "a in|a out 0|a in");
    bench_finish(&b);
}

static void test_direction_flips_at_run_time(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_expect(&b, "a in");
    for (unsigned i = 0; i < 10; i++) {
        gpio_drive(&b, PIN_A, i & 1);
        gpio_settle(&b, ONE);
        g_assert_cmpint(fake_gpio_is_high(b.agent, 0), ==, i & 1);
        fake_gpio_level(b.agent, 0, !(i & 1));
        gpio_release(&b, PIN_A, 0);
        gpio_settle(&b, ONE);
        g_assert_cmpint(gpio_in(b.qts, PIN_A), ==, !(i & 1));
        g_assert_false(net_conflict(b.qts, PIN_A));
    }
    assert_warnings(&b, 0);
    bench_finish(&b);
}

static void test_many_edges_are_few_requests(void)
{
    struct bench b = { 0 };

    gpio_start(&b, ",timeout-ms=20000");
    gpio_drive(&b, PIN_A, false);
    gpio_settle(&b, ONE);
    fake_agent_will(b.agent, BW_MSG_GPIO_SET, FAKE_HOLD, 0, 1);
    for (unsigned i = 0; i < 500; i++) {
        qtest_writel(b.qts, i & 1 ? GPIO_OUTCLR : GPIO_OUTSET, 1u << PIN_A);
    }
    fake_agent_let_go(b.agent);
    gpio_settle(&b, ONE);
    g_assert_cmpuint(fake_gpio_sets(b.agent), ==, 500);
    g_assert_cmpuint(fake_gpio_set_requests(b.agent), <, 100);
    g_assert_cmpint(qom_int(b.qts, ONE, "edges-dropped"), ==, 0);
    bench_finish(&b);
}

static void
test_edges_that_do_not_fit_are_counted_and_the_last_level_holds(void)
{
    enum {
        EDGES = 17001
    };
    struct bench b = { 0 };
    int64_t dropped;

    gpio_start(&b, ",timeout-ms=60000");
    gpio_drive(&b, PIN_A, false);
    gpio_settle(&b, ONE);
    fake_agent_will(b.agent, BW_MSG_GPIO_SET, FAKE_HOLD, 0, 1);
    for (unsigned i = 0; i < EDGES; i++) {
        qtest_writel(b.qts, i & 1 ? GPIO_OUTCLR : GPIO_OUTSET, 1u << PIN_A);
    }
    dropped = qom_int(b.qts, ONE, "edges-dropped");
    g_assert_cmpint(dropped, >, 0);
    fake_agent_let_go(b.agent);
    gpio_settle(&b, ONE);
    g_assert_true(fake_gpio_is_high(b.agent, 0));
    g_assert_cmpint(qom_int(b.qts, ONE, "edges-out"), ==, EDGES);
    g_assert_cmpint(fake_gpio_sets(b.agent) + dropped, ==, EDGES);
    assert_logged(&b, "faster than the agent takes it", 1);
    bench_finish(&b);
}

/* --- what the bench does --- */

static void test_level_of_the_bench_is_there_from_the_start(void)
{
    struct bench b = { 0 };

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_gpio_level(b.agent, 0, true);
    gpio_start(&b, "");
    gpio_release(&b, PIN_A, 0);
    gpio_settle(&b, ONE);
    g_assert_true(gpio_in(b.qts, PIN_A));
    g_assert_true(qom_bool(b.qts, ONE, "level"));
    bench_finish(&b);
}

static void test_two_edges_of_one_notice_are_two_events(void)
{
    static const struct fake_edge pulse[] = { { 0, true, 1000 },
                                              { 0, false, 1700 } };
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_release(&b, PIN_A, 0);
    qtest_writel(b.qts, CONFIG0, BOTH_EDGES(PIN_A));
    gpio_settle(&b, ONE);
    g_assert_false(took_edge(&b));
    fake_gpio_edges(b.agent, pulse, 2);
    gpio_wait_int(&b, ONE, "edges-in", 2);
    g_assert_true(gpio_in(b.qts, PIN_A));
    g_assert_true(took_edge(&b));
    qtest_clock_step(b.qts, 699999);
    g_assert_true(gpio_in(b.qts, PIN_A));
    g_assert_false(took_edge(&b));
    qtest_clock_step(b.qts, 1);
    g_assert_false(gpio_in(b.qts, PIN_A));
    g_assert_true(took_edge(&b));
    bench_finish(&b);
}

static void test_machine_that_is_stopped_sees_its_edges_later(void)
{
    static const struct fake_edge pulse[] = { { 0, true, 1000 },
                                              { 0, false, 11000 } };
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_release(&b, PIN_A, 0);
    qtest_writel(b.qts, CONFIG0, BOTH_EDGES(PIN_A));
    gpio_settle(&b, ONE);
    qtest_qmp_assert_success(b.qts, "{'execute': 'stop'}");
    fake_gpio_edges(b.agent, pulse, 1);
    fake_gpio_edges(b.agent, pulse + 1, 1);
    gpio_wait_int(&b, ONE, "edges-in", 2);
    g_assert_false(took_edge(&b));
    g_assert_false(gpio_in(b.qts, PIN_A));
    qtest_qmp_assert_success(b.qts, "{'execute': 'cont'}");
    gpio_wait_bool(&b, ONE, "level", true);
    g_assert_true(gpio_in(b.qts, PIN_A));
    g_assert_true(took_edge(&b));
    qtest_clock_step(b.qts, 9999999);
    g_assert_false(took_edge(&b));
    qtest_clock_step(b.qts, 1);
    g_assert_true(took_edge(&b));
    g_assert_false(gpio_in(b.qts, PIN_A));
    bench_finish(&b);
}

static void test_edges_of_several_lines_keep_their_order(void)
{
    static const struct fake_edge edges[] = {
        { 0, true, 0 }, { 1, true, 100 }, { 0, false, 200 }, { 1, false, 300 }
    };
    struct bench b = { 0 };

    gpio_start_two(&b);
    gpio_release(&b, PIN_A, 0);
    gpio_release(&b, PIN_B, 0);
    gpio_settle(&b, ONE);
    gpio_settle(&b, TWO);
    fake_gpio_edges(b.agent, edges, 4);
    gpio_wait_int(&b, TWO, "edges-in", 2);
    for (unsigned i = 0; i < 4; i++) {
        g_assert_cmpint(gpio_in(b.qts, PIN_A), ==, i < 2);
        g_assert_cmpint(gpio_in(b.qts, PIN_B), ==, i == 1 || i == 2);
        qtest_clock_step(b.qts, 100000);
    }
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 1);
    bench_finish(&b);
}

static void test_lost_edges_are_counted_and_the_level_is_right(void)
{
    static const struct fake_edge first = { 0, true, 1000 };
    static const struct fake_edge second = { 0, true, 9000 };
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_release(&b, PIN_A, 0);
    qtest_writel(b.qts, CONFIG0, BOTH_EDGES(PIN_A));
    gpio_settle(&b, ONE);
    fake_gpio_edges(b.agent, &first, 1);
    gpio_wait_int(&b, ONE, "edges-in", 1);
    g_assert_true(took_edge(&b));
    fake_gpio_lose(b.agent, 0, 3);
    fake_gpio_edges(b.agent, &second, 1);
    gpio_wait_int(&b, ONE, "edges-in", 2);
    g_assert_cmpint(qom_int(b.qts, ONE, "edges-lost"), ==, 3);
    g_assert_true(took_edge(&b)); /* it must have fallen meanwhile */
    g_assert_true(gpio_in(b.qts, PIN_A));
    assert_logged(&b, "3 edges were lost", 1);
    bench_finish(&b);
}

static void test_chip_without_edges_is_asked(void)
{
    struct bench b = { 0 };

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_gpio_allow(b.agent, 0, ALL_BUT(BW_GPIO_FUNC_EDGES));
    gpio_start(&b, "");
    gpio_release(&b, PIN_A, 0);
    gpio_settle(&b, ONE);
    g_assert_false(gpio_in(b.qts, PIN_A));
    fake_gpio_level(b.agent, 0, true);
    qtest_clock_step(b.qts, 20 * 1000000);
    gpio_wait_bool(&b, ONE, "level", true);
    g_assert_true(gpio_in(b.qts, PIN_A));
    gpio_expect(&b, "a in no-edges");
    bench_finish(&b);
}

/* --- both --- */

static void test_conflict_is_told_and_not_forced(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_drive(&b, PIN_A, false);
    gpio_settle(&b, ONE);
    g_assert_false(qom_bool(b.qts, ONE, "conflict"));
    fake_gpio_rival(b.agent, 0, 1);
    gpio_drive(&b, PIN_A, true);
    gpio_drive(&b, PIN_A, false);
    gpio_wait_bool(&b, ONE, "conflict", true);
    g_assert_true(net_conflict(b.qts, PIN_A));
    g_assert_true(fake_gpio_is_high(b.agent, 0));
    assert_logged(&b, "something on the bench drives line 'a' against", 1);
    assert_logged(&b,
                  "is driven low by GPIO and high by gpio-passthrough one "
                  "at P0.18",
                  1);
    fake_gpio_rival(b.agent, 0, -1);
    fake_gpio_level(b.agent, 0, false);
    qtest_clock_step(b.qts, 10 * 1000000);
    gpio_wait_bool(&b, ONE, "conflict", false);
    g_assert_false(net_conflict(b.qts, PIN_A));
    g_assert_false(fake_gpio_is_high(b.agent, 0));
    g_assert_cmpint(qom_int(b.qts, ONE, "conflicts"), ==, 1);
    bench_finish(&b);
}

static void test_line_that_may_only_be_read_is_read(void)
{
    struct bench b = { 0 };

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    fake_gpio_allow(b.agent, 0, ALL_BUT(BW_GPIO_FUNC_OUT));
    gpio_start(&b, "");
    gpio_drive(&b, PIN_A, true);
    gpio_drive(&b, PIN_A, false);
    gpio_settle(&b, ONE);
    gpio_expect(&b, "a in");
    assert_logged(&b, "line 'a' may not be an output", 1);
    bench_finish(&b);
}

static void test_refused_setting_is_told_once(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    fake_agent_will(b.agent, BW_MSG_GPIO_CONFIG, FAKE_STATUS, BW_DENIED, 3);
    gpio_drive(&b, PIN_A, true);
    gpio_drive(&b, PIN_A, false);
    gpio_settle(&b, ONE);
    gpio_drive(&b, PIN_A, true);
    gpio_settle(&b, ONE);
    assert_logged(&b, "the agent refuses what the guest does", 1);
    gpio_drive(&b, PIN_A, false);
    gpio_settle(&b, ONE);
    g_assert_cmpint(qom_bool(b.qts, ONE, "conflict"), ==, false);
    g_assert_false(fake_gpio_is_high(b.agent, 0));
    bench_finish(&b);
}

/* Nothing but the refusal would make the guest's level come. */
static void test_levels_that_are_refused_are_set_up_anew(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_drive(&b, PIN_A, false);
    gpio_settle(&b, ONE);
    fake_agent_will(b.agent, BW_MSG_GPIO_SET, FAKE_STATUS, BW_INVALID, 1);
    qtest_writel(b.qts, GPIO_OUTSET, 1u << PIN_A);
    gpio_settle(&b, ONE);
    g_assert_true(fake_gpio_is_high(b.agent, 0));
    gpio_expect(&b, "a in|a out 0|a out 1");
    bench_finish(&b);
}

static void test_reset_lets_go_of_the_line(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_drive(&b, PIN_A, true);
    gpio_settle(&b, ONE);
    qtest_system_reset(b.qts);
    gpio_settle(&b, ONE);
    gpio_expect(&b, "a in|a out 1|a in");
    g_assert_cmpuint(fake_agent_connections(b.agent), ==, 1);
    bench_finish(&b);
}

/* The agent's session code in a thread of QEMU, on its simulated chip */
static void test_line_of_this_machine(void)
{
    struct bench b = { 0 };

    bench_init(&b);
    gpio_boot(&b, "-device gpio-passthrough,id=one,chip=sim,line=1,pin=P0.18 "
                  "-device gpio-passthrough,id=two,chip=sim,line=2,pin=P0.20");
    gpio_settle(&b, ONE);
    gpio_settle(&b, TWO);
    gpio_release(&b, PIN_A, CNF_PULL_UP);
    gpio_drive(&b, PIN_B, true);
    gpio_settle(&b, ONE);
    gpio_settle(&b, TWO);
    gpio_wait_bool(&b, ONE, "level", true);
    g_assert_true(gpio_in(b.qts, PIN_A));
    gpio_release(&b, PIN_A, CNF_PULL_DOWN);
    gpio_settle(&b, ONE);
    gpio_wait_bool(&b, ONE, "level", false);
    g_assert_false(gpio_in(b.qts, PIN_A));
    g_assert_true(gpio_in(b.qts, PIN_B));
    bench_finish(&b);
}

/* tests/rig/gpio-agent.sh sees what the end of a session does to a line. */
static void test_lines_of_this_machine_are_let_go_of_at_exit(void)
{
    struct bench b = { 0 };

    bench_init(&b);
    gpio_boot(&b, "-trace 'bw_local_*' "
                  "-device gpio-passthrough,id=one,chip=sim,line=1,pin=P0.18 "
                  "-device gpio-passthrough,id=two,chip=sim,line=2,pin=P0.20");
    gpio_drive(&b, PIN_A, true);
    gpio_settle(&b, ONE);
    qtest_quit(b.qts);
    b.qts = NULL;
    g_assert_cmpuint(count_in(b.trace, "bw_local_exit"), ==, 2);
    bench_finish(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/gpio-passthrough/" #name, test_##name)
    ADD(guest_levels_reach_the_line_in_order);
    ADD(pulls_of_the_guest_are_the_bias_of_the_line);
    ADD(open_drain_lets_go_and_reads_the_bench);
    ADD(direction_flips_at_run_time);
    ADD(many_edges_are_few_requests);
    ADD(edges_that_do_not_fit_are_counted_and_the_last_level_holds);
    ADD(level_of_the_bench_is_there_from_the_start);
    ADD(two_edges_of_one_notice_are_two_events);
    ADD(machine_that_is_stopped_sees_its_edges_later);
    ADD(edges_of_several_lines_keep_their_order);
    ADD(lost_edges_are_counted_and_the_level_is_right);
    ADD(chip_without_edges_is_asked);
    ADD(conflict_is_told_and_not_forced);
    ADD(line_that_may_only_be_read_is_read);
    ADD(refused_setting_is_told_once);
    ADD(levels_that_are_refused_are_set_up_anew);
    ADD(reset_lets_go_of_the_line);
    ADD(line_of_this_machine);
    ADD(lines_of_this_machine_are_let_go_of_at_exit);
    return g_test_run();
}
