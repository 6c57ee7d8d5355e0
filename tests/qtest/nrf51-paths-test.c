/*
 * PPI reaches every task of the nRF51
 *
 * For each task of nrf51_registers.c a compare of a timer is wired to it; the
 * trace must then tell that the block ran it, and no guest error.  What a task
 * does is the business of the block's own test.
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
#define SHORTLY_NS    2000 /* one tick of the timer at 1 MHz, and one more */
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
    QTestState *qts;

    close(g_file_open_tmp("nrf51-paths-XXXXXX", &log, NULL));
    qts = qtest_initf("-M microbit -d guest_errors,unimp -D %s"
                      " -trace bw_nrf_task",
                      log);
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
    return g_test_run();
}
