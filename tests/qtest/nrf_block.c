/*
 * One peripheral of -M microbit on the Nordic base, driven by qtest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migrate.h"
#include "nrf_block.h"

#define CHENSET    0x4001f504
#define CHANNEL(n) (0x4001f510 + 8 * (n))
#define CORE       "/machine/nrf51/armv6m"
#define MACHINE    "-M microbit "
#define ALL_ONES   0xffffffff

struct block block_start(unsigned id, const char *args)
{
    struct block b = { .qts = qtest_initf(MACHINE "%s", args), .id = id };

    qtest_irq_intercept_in(b.qts, CORE);
    return b;
}

void block_finish(struct block b)
{
    qtest_quit(b.qts);
}

uint32_t block_address(struct block b, uint32_t offset)
{
    return 0x40000000 + b.id * 0x1000 + offset;
}

uint32_t block_read(struct block b, uint32_t offset)
{
    return qtest_readl(b.qts, block_address(b, offset));
}

void block_write(struct block b, uint32_t offset, uint32_t value)
{
    qtest_writel(b.qts, block_address(b, offset), value);
}

void block_task(struct block b, uint32_t offset)
{
    block_write(b, offset, 1);
}

void block_pass(struct block b, int64_t ns)
{
    if (ns > 0) { /* a step of 0 goes to the next timer */
        qtest_clock_step(b.qts, ns);
    }
}

void block_expect_in(struct block b, uint32_t event, int64_t ns)
{
    block_expect_none(b, event, ns - 1);
    block_pass(b, 1);
    g_assert_cmpuint(block_read(b, event), ==, 1);
    block_write(b, event, 0);
    g_assert_cmpuint(block_read(b, event), ==, 0);
}

void block_expect_none(struct block b, uint32_t event, int64_t ns)
{
    block_pass(b, ns);
    g_assert_cmpuint(block_read(b, event), ==, 0);
}

void block_join(struct block b, unsigned channel, uint32_t event_address,
                uint32_t task_address)
{
    qtest_writel(b.qts, CHANNEL(channel), event_address);
    qtest_writel(b.qts, CHANNEL(channel) + 4, task_address);
    qtest_writel(b.qts, CHENSET, 1u << channel);
}

static void check_reset_values(struct block b,
                               const struct block_register *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_assert_cmphex(block_read(b, table[i].offset), ==, table[i].reset);
    }
}

static void write_ones(struct block b, const struct block_register *table,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        block_write(b, table[i].offset, ALL_ONES);
        g_assert_cmphex(block_read(b, table[i].offset), ==, table[i].ones);
    }
}

void block_check_registers(struct block b, const struct block_register *table,
                           size_t count)
{
    g_assert_cmpuint(block_read(b, BLOCK_POWER), ==, 1);
    check_reset_values(b, table, count);
    write_ones(b, table, count);
    block_write(b, BLOCK_POWER, 0);
    for (size_t i = 0; i < count; i++) {
        g_assert_cmphex(block_read(b, table[i].offset), ==, 0);
    }
    block_write(b, BLOCK_POWER, 1);
    check_reset_values(b, table, count);
    write_ones(b, table, count);
    qtest_system_reset(b.qts);
    check_reset_values(b, table, count);
}

void block_check_inten(struct block b, uint32_t mask)
{
    g_assert_cmphex(block_read(b, BLOCK_INTENSET), ==, 0);
    block_write(b, BLOCK_INTENSET, ALL_ONES);
    g_assert_cmphex(block_read(b, BLOCK_INTENSET), ==, mask);
    g_assert_cmphex(block_read(b, BLOCK_INTENCLR), ==, mask);
    block_write(b, BLOCK_INTENCLR, mask & -mask); /* the lowest */
    g_assert_cmphex(block_read(b, BLOCK_INTENSET), ==, mask & (mask - 1));
    block_write(b, BLOCK_INTENCLR, ALL_ONES);
    g_assert_cmphex(block_read(b, BLOCK_INTENSET), ==, 0);
}

/* qtest's clock does not migrate, the timers that it drives do. */
struct block block_migrate(struct block b)
{
    struct block to = { .id = b.id };
    int64_t now_ns = qtest_clock_step(b.qts, 1);
    char *path = migrate_out(b.qts);

    qtest_quit(b.qts);
    to.qts = qtest_init(MACHINE "-incoming defer");
    migrate_in(to.qts, path, now_ns);
    return to;
}
