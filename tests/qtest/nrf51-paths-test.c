/*
 * PPI reaches every task of the nRF51, and shorts run theirs
 *
 * For each task of nrf51_registers.c a compare of a timer is wired to it; the
 * trace must then tell that the block ran it, and no guest error.  What a task
 * does is the business of the block's own test, and so are the shorts of
 * events that need something outside of the chip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf51_registers.h"
#include "tests/qtest/libqtest.h"

#define TIMER0        0x40008000
#define TIMER1        0x40009000
#define TIMER_START   0x000
#define TIMER_COMPARE 0x140
#define TIMER_CC      0x540
#define ENABLE        0x500
#define PPI_CHENSET   0x4001f504
#define PPI_CH0_EEP   0x4001f510
#define PPI_CH0_TEP   0x4001f514
#define RADIO         0x40001000
#define SHORTS        0x200
#define EVENT_NS      1000000 /* in which all events used here happen */
#define SHORTLY_NS    2000    /* one tick of the timer at 1 MHz, and one more */
#define RAN           "bw_nrf_task"
#define MISSED        "channel 0: "

static void wire_to_a_compare(QTestState *qts, uint32_t timer, uint32_t task)
{
    qtest_writel(qts, PPI_CH0_EEP, timer + TIMER_COMPARE);
    qtest_writel(qts, PPI_CH0_TEP, task);
    qtest_writel(qts, PPI_CHENSET, 1);
    qtest_writel(qts, timer + TIMER_CC, 1);
    qtest_writel(qts, timer + TIMER_START, 1);
}

/* @trigger, a task, leads to the event of the short, and that to @task. */
static const struct short_case {
    const char *name;
    uint32_t base;
    uint32_t shorts; /* its own bit, and those that lead to its event */
    uint16_t trigger;
    const char *task;
    uint32_t enable;
} shorts[] = {
    { "READY_START", RADIO, 1 << 0, 0x000, "START" },
    { "END_DISABLE", RADIO, 1 << 0 | 1 << 1, 0x000, "DISABLE" },
    { "DISABLED_TXEN", RADIO, 1 << 2, 0x010, "TXEN" },
    { "DISABLED_RXEN", RADIO, 1 << 3, 0x010, "RXEN" },
    { "ADDRESS_RSSISTART", RADIO, 1 << 0 | 1 << 4, 0x000, "RSSISTART" },
    { "ADDRESS_BCSTART", RADIO, 1 << 0 | 1 << 6, 0x000, "BCSTART" },
    { "DISABLED_RSSISTOP", RADIO, 1 << 8, 0x010, "RSSISTOP" },
    { "COMPARE0_CLEAR", TIMER0, 1 << 0, TIMER_START, "CLEAR" },
    { "COMPARE0_STOP", TIMER0, 1 << 8, TIMER_START, "STOP" },
    { "VALRDY_STOP", 0x4000d000, 1 << 0, 0x000, "STOP" },
    { "SAMPLERDY_STOP", 0x40012000, 1 << 1, 0x000, "STOP", 1 },
    { "READY_SAMPLE", 0x40013000, 1 << 0, 0x000, "SAMPLE", 1 },
    { "READY_STOP", 0x40013000, 1 << 1, 0x000, "STOP", 1 },
};

static QTestState *start(char **log)
{
    close(g_file_open_tmp("nrf51-paths-XXXXXX", log, NULL));
    return qtest_initf("-M microbit -d guest_errors,unimp -D %s"
                       " -trace bw_nrf_task",
                       *log);
}

static size_t log_size(const char *log)
{
    g_autofree char *text = NULL;
    size_t len = 0;

    g_file_get_contents(log, &text, &len, NULL);
    return len;
}

static void expect_run(QTestState *qts, const char *log, size_t before,
                       const struct nrf51_block *b, uint16_t offset)
{
    g_autofree char *text = NULL;

    qtest_clock_step(qts, SHORTLY_NS);
    g_assert_true(g_file_get_contents(log, &text, NULL, NULL));
    if (!strstr(text + before, RAN) || strstr(text + before, MISSED)) {
        g_test_message("%s: the task at 0x%03x did not run: %s", b->name,
                       offset, text + before);
        g_test_fail();
    }
}

static void ppi_triggers_every_task_of(const void *opaque)
{
    const struct nrf51_block *b = opaque;
    uint32_t timer = b->base == TIMER0 ? TIMER1 : TIMER0;
    g_autofree char *log = NULL;
    QTestState *qts = start(&log);

    for (unsigned i = 0; i < b->num_tasks; i++) {
        size_t before;

        qtest_system_reset(qts);
        if (b->enable) {
            qtest_writel(qts, b->base + ENABLE, b->enable);
        }
        wire_to_a_compare(qts, timer, b->base + b->tasks[i]);
        before = log_size(log);
        expect_run(qts, log, before, b, b->tasks[i]);
    }
    qtest_quit(qts);
    unlink(log);
}

static void the_short_runs_its_task(const void *opaque)
{
    const struct short_case *s = opaque;
    g_autofree char *line = g_strdup_printf(" %s\n", s->task);
    g_autofree char *log = NULL, *text = NULL;
    QTestState *qts = start(&log);

    if (s->enable) {
        qtest_writel(qts, s->base + ENABLE, s->enable);
    }
    qtest_writel(qts, TIMER0 + TIMER_CC, 1);
    qtest_writel(qts, s->base + SHORTS, s->shorts);
    qtest_writel(qts, s->base + s->trigger, 1);
    qtest_clock_step(qts, EVENT_NS);
    g_assert_true(g_file_get_contents(log, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, line));
    qtest_quit(qts);
    unlink(log);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < nrf51_num_blocks; i++) {
        g_autofree char *name = g_strdup_printf(
            "/nrf51-paths/ppi_triggers_every_task_of/%s", nrf51_blocks[i].name);

        if (nrf51_blocks[i].num_tasks > 0) {
            qtest_add_data_func(name, &nrf51_blocks[i],
                                ppi_triggers_every_task_of);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(shorts); i++) {
        g_autofree char *name = g_strdup_printf(
            "/nrf51-paths/the_short_runs_its_task/%s", shorts[i].name);

        qtest_add_data_func(name, &shorts[i], the_short_runs_its_task);
    }
    return g_test_run();
}
