/*
 * Reset value, access and bits of every register of the nRF51
 *
 * The table is nrf51_registers.c; each block is a test of its own, and what
 * does not hold is reported register by register.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf51_registers.h"
#include "tests/qtest/libqtest.h"

#define SHORTS   0x200
#define INTENSET 0x304
#define INTENCLR 0x308
#define ENABLE   0x500
#define POWER    0xffc
#define ALL      0xffffffff
#define PATTERN  0x5a5a5a5a

#define SHOWN 12 /* of the faults of a block */

struct check {
    QTestState *qts;
    const struct nrf51_block *block;
    const char *when;
    unsigned *faults;
};

static uint32_t get(struct check c, unsigned offset)
{
    return qtest_readl(c.qts, c.block->base + offset);
}

static void put(struct check c, unsigned offset, uint32_t value)
{
    qtest_writel(c.qts, c.block->base + offset, value);
}

static void expect(struct check c, const char *name, unsigned offset,
                   uint32_t wanted)
{
    uint32_t got = get(c, offset);

    if (got != wanted) {
        g_test_fail();
    }
    if (got != wanted && (*c.faults)++ < SHOWN) {
        g_test_message("%s.%s at 0x%03x, %s: 0x%08x, not 0x%08x", c.block->name,
                       name, offset, c.when, got, wanted);
    }
}

static void expect_tasks_and_events_quiet(struct check c)
{
    unsigned i;

    for (i = 0; i < c.block->num_tasks; i++) {
        expect(c, "a task", c.block->tasks[i], 0);
    }
    for (i = 0; i < c.block->num_events; i++) {
        expect(c, "an event", c.block->events[i], 0);
    }
}

static void expect_resets(struct check c)
{
    expect_tasks_and_events_quiet(c);
    if (c.block->shorts) {
        expect(c, "SHORTS", SHORTS, 0);
    }
    if (c.block->inten) {
        expect(c, "INTENSET", INTENSET, 0);
        expect(c, "INTENCLR", INTENCLR, 0);
    }
    for (unsigned i = 0; i < c.block->num_regs; i++) {
        const struct nrf51_reg *r = &c.block->regs[i];

        for (unsigned n = 0; n < r->count && r->access != UNKNOWN; n++) {
            expect(c, r->name, r->offset + 4 * n, r->reset);
        }
    }
}

/* What a register reads after @value was written, if it read @before. */
static uint32_t after_write(const struct nrf51_reg *r, uint32_t before,
                            uint32_t value)
{
    switch (r->access) {
    case RW:
        return value & r->mask;
    case W1C:
    case CLR:
        return before & ~(value & r->mask);
    case W1S:
    case SET:
        return before | (value & r->mask);
    case WO:
        return 0;
    case FIXED:
        return (value & r->mask) | r->reset;
    default:
        return before;
    }
}

static void write_and_expect(struct check c, const struct nrf51_reg *r,
                             uint32_t value)
{
    for (unsigned n = 0; n < r->count; n++) {
        unsigned offset = r->offset + 4 * n;
        uint32_t wanted = after_write(r, get(c, offset), value);

        put(c, offset, value);
        expect(c, r->name, offset, wanted);
    }
}

static void write_all(struct check c, uint32_t value)
{
    for (unsigned i = 0; i < c.block->num_regs; i++) {
        if (c.block->regs[i].access != TRIGGER) {
            write_and_expect(c, &c.block->regs[i], value);
        }
    }
}

static void check_shorts_and_inten(struct check c)
{
    uint32_t inten = c.block->inten;
    uint32_t lowest = inten & -inten;

    put(c, SHORTS, ALL);
    expect(c, "SHORTS", SHORTS, c.block->shorts);
    put(c, INTENSET, ALL);
    expect(c, "INTENSET", INTENSET, inten);
    expect(c, "INTENCLR", INTENCLR, inten);
    put(c, INTENSET, 0);
    put(c, INTENCLR, lowest);
    expect(c, "INTENSET", INTENSET, inten & ~lowest);
    put(c, INTENCLR, ALL);
    expect(c, "INTENCLR", INTENCLR, 0);
}

/* An event register can be cleared by software, and is never set by it. */
static void check_events(struct check c)
{
    for (unsigned i = 0; i < c.block->num_events; i++) {
        put(c, c.block->events[i], 1);
        expect(c, "an event", c.block->events[i], 0);
        put(c, c.block->events[i], 0);
        expect(c, "an event", c.block->events[i], 0);
    }
}

static void check_writes(struct check c)
{
    if (c.block->enable) {
        put(c, ENABLE, c.block->enable);
    }
    c.when = "written";
    if (c.block->shorts || c.block->inten) {
        check_shorts_and_inten(c);
    }
    check_events(c);
    write_all(c, PATTERN);
    write_all(c, 0);
    write_all(c, ALL);
}

static void check_power(struct check c)
{
    c.when = "without power";
    expect(c, "POWER", POWER, 1);
    put(c, POWER, 0);
    expect(c, "POWER", POWER, 0);
    expect_tasks_and_events_quiet(c);
    for (unsigned i = 0; i < c.block->num_regs; i++) {
        expect(c, c.block->regs[i].name, c.block->regs[i].offset, 0);
    }
    put(c, POWER, 1);
    c.when = "after POWER";
    expect_resets(c);
}

/* Some registers of POWER are reset only by the supply going and coming. */
static void reset(struct check c)
{
    static const int mv[] = { 0, 3000 };

    if (strcmp(c.block->name, "POWER") != 0) {
        qtest_system_reset(c.qts);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(mv); i++) {
        qtest_qmp_assert_success(c.qts,
                                 "{'execute': 'qom-set', 'arguments': {'path': "
                                 "'/machine/nrf51', 'property': "
                                 "'vdd-millivolts', 'value': %d}}",
                                 mv[i]);
    }
    qtest_qmp_eventwait(c.qts, "RESET");
}

static void registers(const void *block)
{
    unsigned faults = 0;
    struct check c = {
        .qts = qtest_init("-M microbit"),
        .block = block,
        .when = "after start",
        .faults = &faults,
    };

    expect_resets(c);
    check_writes(c);
    if (c.block->power) {
        check_power(c);
        check_writes(c);
    }
    reset(c);
    c.when = "after reset";
    expect_resets(c);
    qtest_quit(c.qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < nrf51_num_blocks; i++) {
        g_autofree char *name =
            g_strdup_printf("/nrf51-registers/%s", nrf51_blocks[i].name);

        qtest_add_data_func(name, &nrf51_blocks[i], registers);
    }
    return g_test_run();
}
