/*
 * A block of the nRF51 seen from a qtest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migrate.h"
#include "nrf51.h"

#define PPI_CHENSET    0x4001f504
#define PPI_CH_EEP(ch) (0x4001f510 + 8 * (ch))
#define PPI_CH_TEP(ch) (0x4001f514 + 8 * (ch))

void nrf51_expect_in(struct nrf51 n, uint32_t event, int64_t ns)
{
    if (ns > 1) {
        nrf51_pass(n, ns - 1);
    }
    g_assert_cmpuint(nrf51_read(n, event), ==, 0);
    nrf51_pass(n, 1);
    g_assert_cmpuint(nrf51_read(n, event), ==, 1);
}

void nrf51_expect_resets(struct nrf51 n, const struct nrf51_register *registers,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_assert_cmphex(nrf51_read(n, registers[i].offset), ==,
                        registers[i].reset);
    }
}

void nrf51_expect_masks(struct nrf51 n, const struct nrf51_register *registers,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t mask = registers[i].mask;

        nrf51_write(n, registers[i].offset, 0xffffffff);
        g_assert_cmphex(nrf51_read(n, registers[i].offset), ==, mask);
        nrf51_write(n, registers[i].offset, 0x5a5a5a5a);
        g_assert_cmphex(nrf51_read(n, registers[i].offset), ==,
                        mask & 0x5a5a5a5a);
    }
}

struct nrf51 nrf51_migrate(struct nrf51 n)
{
    struct nrf51 to = { .base = n.base };
    int64_t now_ns = qtest_clock_step(n.qts, 1);
    char *path = migrate_out(n.qts);

    qtest_quit(n.qts);
    to.qts = qtest_init("-M microbit -incoming defer");
    migrate_in(to.qts, path, now_ns);
    return to;
}

void nrf51_ppi(QTestState *qts, unsigned channel, uint32_t event, uint32_t task)
{
    qtest_writel(qts, PPI_CH_EEP(channel), event);
    qtest_writel(qts, PPI_CH_TEP(channel), task);
    qtest_writel(qts, PPI_CHENSET, 1u << channel);
}
