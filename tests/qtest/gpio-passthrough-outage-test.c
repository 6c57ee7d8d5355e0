/*
 * gpio-passthrough: an agent that is absent, gone, or lying; and users who are
 * mistaken.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "gpio_bench.h"
#include "outside.h"

static void test_last_level_stays_and_is_read_again(void)
{
    static const struct fake_edge edge = { 0, true, 1000 };
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_release(&b, PIN_A, 0);
    gpio_settle(&b, ONE);
    fake_gpio_edges(b.agent, &edge, 1);
    gpio_wait_int(&b, ONE, "edges-in", 1);
    g_assert_true(gpio_in(b.qts, PIN_A));
    fake_agent_stop(b.agent);
    b.agent = NULL;
    gpio_wait_link(&b, "disconnected");
    g_assert_true(gpio_in(b.qts, PIN_A));
    g_assert_true(qom_bool(b.qts, ONE, "level"));

    b.agent = fake_agent_start(b.socket);
    gpio_wait_int(&b, ONE, "reconnects", 1);
    gpio_settle(&b, ONE);
    g_assert_false(gpio_in(b.qts, PIN_A)); /* a new agent, a low line */
    bench_finish(&b);
}

static void test_what_the_guest_did_meanwhile_is_done(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    fake_agent_stop(b.agent);
    b.agent = NULL;
    gpio_wait_link(&b, "disconnected");
    gpio_drive(&b, PIN_A, true);
    gpio_drive(&b, PIN_A, false);
    gpio_drive(&b, PIN_A, true);
    g_assert_true(gpio_in(b.qts, PIN_A));

    b.agent = fake_agent_start(b.socket);
    gpio_settle(&b, ONE);
    gpio_expect(&b, "a out 1");
    g_assert_cmpint(qom_int(b.qts, ONE, "edges-dropped"), ==, 2);
    bench_finish(&b);
}

static void test_agent_that_comes_later(void)
{
    struct bench b = { 0 };

    bench_init(&b);
    gpio_boot(&b, "-device gpio-passthrough,id=one,chardev=agent,"
                  "export=" FAKE_EXPORT ",line=a,pin=P0.18");
    gpio_release(&b, PIN_A, CNF_PULL_UP);
    g_assert_true(gpio_in(b.qts, PIN_A));
    b.agent = fake_agent_start(b.socket);
    gpio_settle(&b, ONE);
    gpio_expect(&b, "a in pull-up");
    bench_finish(&b);
}

static void test_line_that_is_not_there_is_told_with_those_that_are(void)
{
    struct bench b = { 0 };

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    gpio_boot(&b, "-device gpio-passthrough,id=one,chardev=agent,"
                  "export=" FAKE_EXPORT ",line=a,pin=P0.18 "
                  "-device gpio-passthrough,id=two,chardev=agent,"
                  "export=" FAKE_EXPORT ",line=button,pin=P0.20");
    gpio_settle(&b, ONE);
    assert_logged(&b, "has no line 'button'; it has a, b, c, d", 1);
    gpio_drive(&b, PIN_B, true);
    gpio_drive(&b, PIN_A, true);
    gpio_settle(&b, ONE);
    gpio_expect(&b, "a in|a out 1");
    bench_finish(&b);
}

static void wait_logged(struct bench *b, const char *needle)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    bool is = false;

    while (!is) {
        g_autofree char *text = NULL;

        g_assert_true(g_file_get_contents(b->log, &text, NULL, NULL));
        is = strstr(text, needle);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static void test_unnamed_line_of_several_is_none(void)
{
    struct bench b = { 0 };

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    gpio_boot(&b, "-device gpio-passthrough,id=one,chardev=agent,"
                  "export=" FAKE_EXPORT ",pin=P0.18");
    gpio_wait_link(&b, "ready");
    wait_logged(&b, "has more than one line; give line=NAME, one of "
                    "a, b, c, d");
    gpio_drive(&b, PIN_A, true);
    gpio_expect(&b, "");
    bench_finish(&b);
}

/*
 * An edge that waits is told when the link goes down, and through a jumper it
 * changes what another line of the export is to be.
 */
static void test_edges_told_at_the_end_leave_nothing_in_the_queue(void)
{
    static const struct fake_edge edges[] = { { 0, true, 0 },
                                              { 0, false, 1000 } };
    struct bench b = { 0 };

    bench_init(&b);
    b.agent = fake_agent_start(b.socket);
    gpio_boot(&b, "-device gpio-passthrough,id=one,chardev=agent,"
                  "export=" FAKE_EXPORT ",line=a,pin=P0.18 "
                  "-device gpio-passthrough,id=two,chardev=agent,"
                  "export=" FAKE_EXPORT ",line=b,pin=P0.20 "
                  "-device bw-jumper,a=P0.18,b=P0.20");
    gpio_settle(&b, ONE);
    gpio_settle(&b, TWO);
    fake_gpio_edges(b.agent, edges, 2);
    gpio_wait_int(&b, ONE, "edges-in", 2);
    fake_agent_drop(b.agent);
    gpio_wait_int(&b, ONE, "reconnects", 1);
    gpio_settle(&b, ONE);
    gpio_settle(&b, TWO);
    bench_finish(&b);
}

static void test_end_of_a_stopped_machine_is_no_outage(void)
{
    struct bench b = { 0 };

    gpio_start(&b, "");
    qobject_unref(qtest_qmp(b.qts, "{'execute': 'stop'}"));
    qtest_quit(b.qts);
    b.qts = NULL;
    assert_logged(&b, "warning:", 0);
    bench_finish(&b);
}

/* --- lies --- */

static void works_again(struct bench *b)
{
    int64_t end = g_get_monotonic_time() + PATIENCE_US;
    static bool level;

    do {
        level = !level;
        gpio_drive(b, PIN_A, level);
        gpio_settle(b, ONE);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    } while (fake_gpio_is_high(b->agent, 0) != level);
}

static void test_lies_in_replies_are_survived(void)
{
    static const enum fake_act acts[] = {
        FAKE_CLOSE,     FAKE_CLOSE_MID,  FAKE_WRONG_ID, FAKE_WRONG_TYPE,
        FAKE_TOO_SHORT, FAKE_TOO_LONG,   FAKE_HUGE,     FAKE_TWICE,
        FAKE_SILENCE,   FAKE_UNFINISHED, FAKE_STATUS
    };
    static const unsigned types[] = { BW_MSG_GPIO_LINES, BW_MSG_GPIO_CONFIG,
                                      BW_MSG_GPIO_SET };

    for (unsigned t = 0; t < G_N_ELEMENTS(types); t++) {
        struct bench b = { 0 };

        gpio_start(&b, ",timeout-ms=300");
        for (unsigned i = 0; i < G_N_ELEMENTS(acts); i++) {
            gpio_release(&b, PIN_A, 0);
            fake_agent_will(b.agent, types[t], acts[i], BW_IO, 1);
            if (types[t] == BW_MSG_GPIO_LINES) {
                fake_agent_drop(b.agent);
            }
            gpio_drive(&b, PIN_A, true);
            gpio_drive(&b, PIN_A, false);
            if (acts[i] == FAKE_STATUS && types[t] == BW_MSG_GPIO_LINES) {
                gpio_wait_link(&b, "ready");
                fake_agent_drop(b.agent); /* no lines: nothing to settle */
            }
            works_again(&b);
        }
        bench_finish(&b);
    }
}

static void test_mutated_replies_are_survived(void)
{
    struct bench b = { 0 };

    gpio_start(&b, ",timeout-ms=100");
    for (unsigned seed = 0; seed < 60; seed++) {
        fake_agent_seed(b.agent, seed);
        fake_agent_will(b.agent, FAKE_ANY_TYPE, FAKE_MUTATED, 3, 4);
        gpio_drive(&b, PIN_A, true);
        gpio_release(&b, PIN_A, CNF_PULL_UP);
        gpio_drive(&b, PIN_A, false);
        qtest_clock_step(b.qts, 10 * 1000000);
    }
    fake_agent_will(b.agent, FAKE_ANY_TYPE, FAKE_HONEST, 0, 0);
    fake_agent_drop(b.agent);
    works_again(&b);
    bench_finish(&b);
}

static void test_bad_notices_end_the_connection(void)
{
    static const uint8_t junk[40] = { 1 };
    struct bench b = { 0 };

    gpio_start(&b, "");
    fake_agent_notice(b.agent, BW_MSG_GPIO_EVENTS, 0, junk, 3);
    gpio_wait_int(&b, ONE, "reconnects", 1);
    gpio_settle(&b, ONE);
    fake_agent_notice(b.agent, BW_MSG_GPIO_EVENTS, 1, junk, 30);
    gpio_wait_int(&b, ONE, "reconnects", 2);
    gpio_settle(&b, ONE);
    fake_agent_notice(b.agent, BW_MSG_PING, 0, NULL, 0);
    gpio_wait_int(&b, ONE, "reconnects", 3);
    works_again(&b);
    bench_finish(&b);
}

/* Edges of lines that nobody has, times that run backwards or far away. */
static void test_mad_edges_are_survived(void)
{
    static const struct fake_edge edges[] = {
        { 3, true, 5 },  { 0, true, INT64_MAX / 2000 },
        { 0, false, 0 }, { 0, true, INT64_MIN / 2000 },
        { 0, true, 1 },  { 0, false, 2 }
    };
    struct bench b = { 0 };

    gpio_start(&b, "");
    gpio_release(&b, PIN_A, 0);
    gpio_settle(&b, ONE);
    fake_gpio_edges(b.agent, edges, G_N_ELEMENTS(edges));
    gpio_wait_int(&b, ONE, "edges-in", 5);
    qtest_clock_step(b.qts, INT64_C(5000000000));
    g_assert_false(gpio_in(b.qts, PIN_A));
    works_again(&b);
    bench_finish(&b);
}

/* --- mistakes --- */

#define REMOTE "chardev=null,export=x"

static const struct outside_mistake mistakes[] = {
    { "pin=P0", "neither chardev= nor chip=" },
    { REMOTE ",chip=/dev/gpiochip0,pin=P0", "exclude each other" },
    { "chardev=null,pin=P0", "give export=NAME" },
    { "chardev=nil,export=x,line=a,pin=P0", "there is no chardev 'nil'" },
    { REMOTE ",line=a", "no pin is named" },
    { REMOTE ",line=a,pin=P99", "the board has no pin 'P99'" },
    { REMOTE ",line=a,pin=P0.32", "the board has no pin 'P0.32'" },
    { REMOTE ",line=a,pin=P0,timeout-ms=1", "timeout-ms 1 is out of range" },
    { REMOTE ",line=a,pin=P0,debounce-us=2000000", "debounce-us 2000000" },
    { "chip=/dev/gpiochip0,pin=P0", "no line of /dev/gpiochip0 is named" },
    { "chip=/dev/gpiochip77,line=1,pin=P0", "/dev/gpiochip77" },
    { "chip=/dev/gpiochip0,export=x,line=1,pin=P0", "leave it out" },
    { REMOTE ",line=a,pin=P0 -device gpio-passthrough," REMOTE ",line=a,pin=P1",
      "line 'a' of export 'x' is used by gpio-passthrough at P0" },
    { REMOTE ",line=a,pin=P0 -device gpio-passthrough,chardev=null,export=y,"
             "line=b,pin=P1",
      "chardev 'null' is connected to export 'x'" },
    { REMOTE ",line=a,pin=P0 -device gpio-passthrough," REMOTE ",line=b,pin=P1,"
             "timeout-ms=50",
      "timeout-ms is 2000 for another device" },
};

static void test_mistakes_are_explained(void)
{
    outside_refuses_each(
        "-M microbit -chardev null,id=null -device gpio-passthrough,", mistakes,
        G_N_ELEMENTS(mistakes));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) qtest_add_func("/gpio-passthrough/" #name, test_##name)
    ADD(last_level_stays_and_is_read_again);
    ADD(what_the_guest_did_meanwhile_is_done);
    ADD(agent_that_comes_later);
    ADD(line_that_is_not_there_is_told_with_those_that_are);
    ADD(unnamed_line_of_several_is_none);
    ADD(edges_told_at_the_end_leave_nothing_in_the_queue);
    ADD(end_of_a_stopped_machine_is_no_outage);
    ADD(lies_in_replies_are_survived);
    ADD(mutated_replies_are_survived);
    ADD(bad_notices_end_the_connection);
    ADD(mad_edges_are_survived);
    ADD(mistakes_are_explained);
    return g_test_run();
}
