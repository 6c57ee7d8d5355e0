/*
 * POWER of the nRF51: what resets the chip and what a reset reaches, System
 * OFF, the supply, power of the RAM
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "net.h"
#include "nrf_block.h"

#define POWER_ID   0
#define POFWARN    0x108
#define RESETREAS  0x400
#define RAMSTATUS  0x428
#define SYSTEMOFF  0x500
#define POFCON     0x510
#define GPREGRET   0x51c
#define RAMON      0x524
#define RAMONB     0x554
#define PROTENSET0 0x600

#define POF_ON  0x1
#define POF_2V5 0x4

#define PIN    0x00001
#define SREQ   0x00004
#define LOCKUP 0x00008
#define OFF    0x10000

#define SOC         "/machine/nrf51"
#define AIRCR       0xe000ed0c
#define SYSRESETREQ 0x05fa0004
#define LOST        0xa5a5a5a5 /* what RAM without power reads */
#define MARK        0x12345678

#define TIMER0_PRESCALER 0x40008510
#define BUTTON_A         17 /* the pin */

static struct block boot(void)
{
    return block_start(POWER_ID, "");
}

static void wait_for_reset(struct block b)
{
    qtest_qmp_eventwait(b.qts, "RESET");
}

static void set_vdd(struct block b, int mv)
{
    qtest_qmp_assert_success(
        b.qts,
        "{'execute': 'qom-set', 'arguments': {'path': '" SOC
        "', 'property': 'vdd-millivolts', 'value': %d}}",
        mv);
}

static void press(struct block b, const char *button, bool pressed)
{
    qtest_qmp_assert_success(b.qts,
                             "{'execute': 'qom-set', 'arguments': {'path': %s,"
                             " 'property': 'pressed', 'value': %i}}",
                             button, pressed);
}

static void soft_reset(struct block b)
{
    qtest_writel(b.qts, AIRCR, SYSRESETREQ);
    wait_for_reset(b);
}

static void lock_up(struct block b)
{
    qtest_set_irq_in(b.qts, SOC, "LOCKUP", 0, 1);
    wait_for_reset(b);
}

/* Leave marks that resets reach or not. */
static void mark(struct block b)
{
    block_write(b, GPREGRET, 0x5a);
    block_write(b, PROTENSET0, 1);
    qtest_writel(b.qts, GPIO_OUT, 1);
    qtest_writel(b.qts, TIMER0_PRESCALER, 7);
    qtest_writel(b.qts, RAM_BASE, MARK);
    qtest_writel(b.qts, RAM_END - 4, MARK);
}

static void expect_marks(struct block b, uint32_t gpregret, uint32_t out,
                         uint32_t ram)
{
    g_assert_cmphex(block_read(b, GPREGRET), ==, gpregret);
    g_assert_cmphex(block_read(b, PROTENSET0), ==, 0);
    g_assert_cmphex(qtest_readl(b.qts, GPIO_OUT), ==, out);
    g_assert_cmphex(qtest_readl(b.qts, TIMER0_PRESCALER), ==, 4);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE), ==, ram);
    g_assert_cmphex(qtest_readl(b.qts, RAM_END - 4), ==, ram);
}

static void reasons_add_up_and_are_cleared_by_ones(void)
{
    struct block b = boot();

    g_assert_cmphex(block_read(b, RESETREAS), ==, 0);
    soft_reset(b);
    g_assert_cmphex(block_read(b, RESETREAS), ==, SREQ);
    lock_up(b);
    g_assert_cmphex(block_read(b, RESETREAS), ==, SREQ | LOCKUP);
    qtest_system_reset(b.qts);
    g_assert_cmphex(block_read(b, RESETREAS), ==, SREQ | LOCKUP | PIN);
    block_write(b, RESETREAS, SREQ);
    g_assert_cmphex(block_read(b, RESETREAS), ==, LOCKUP | PIN);
    block_write(b, RESETREAS, ~0u);
    g_assert_cmphex(block_read(b, RESETREAS), ==, 0);
    block_finish(b);
}

static void a_reset_by_software_reaches_registers_and_pins(void)
{
    struct block b = boot();

    mark(b);
    soft_reset(b);
    expect_marks(b, 0x5a, 0, MARK);
    block_finish(b);
}

static void a_lockup_does_the_same(void)
{
    struct block b = boot();

    mark(b);
    lock_up(b);
    expect_marks(b, 0x5a, 0, MARK);
    block_finish(b);
}

static void a_reset_by_pin_keeps_gpregret_and_ram(void)
{
    struct block b = boot();

    mark(b);
    press(b, "/machine/reset-button", true);
    expect_marks(b, 0x5a, 0, MARK); /* held in reset */
    g_assert_cmphex(block_read(b, RESETREAS), ==, 0);
    press(b, "/machine/reset-button", false);
    wait_for_reset(b);
    expect_marks(b, 0x5a, 0, MARK);
    g_assert_cmphex(block_read(b, RESETREAS), ==, PIN);
    block_finish(b);
}

static void power_on_clears_everything(void)
{
    struct block b = boot();

    soft_reset(b);
    mark(b);
    block_write(b, RAMON, 0x30001);
    set_vdd(b, 1699);
    set_vdd(b, 1700);
    wait_for_reset(b);
    expect_marks(b, 0, 0, LOST);
    g_assert_cmphex(block_read(b, RESETREAS), ==, 0);
    g_assert_cmphex(block_read(b, RAMON), ==, 3);
    block_finish(b);
}

static void go_off(struct block b, uint32_t pin_cnf)
{
    qtest_writel(b.qts, GPIO_CNF(BUTTON_A), pin_cnf);
    block_write(b, SYSTEMOFF, 1);
}

static void system_off_ends_by_detect(void)
{
    struct block b = boot();

    block_write(b, RAMON, 0x30003); /* keep it all */
    mark(b);
    go_off(b, CNF_SENSE_LOW | CNF_PULL_UP);
    g_assert_cmphex(block_read(b, RESETREAS), ==, 0);
    g_assert_cmphex(qtest_readl(b.qts, TIMER0_PRESCALER), ==, 4); /* silent */
    g_assert_cmphex(qtest_readl(b.qts, GPIO_OUT), ==, 1);
    press(b, "/machine/button-a", true);
    wait_for_reset(b);
    g_assert_cmphex(block_read(b, RESETREAS), ==, OFF);
    expect_marks(b, 0x5a, 1, MARK); /* pins stay */
    g_assert_cmphex(qtest_readl(b.qts, GPIO_CNF(BUTTON_A)), ==,
                    CNF_SENSE_LOW | CNF_PULL_UP);
    block_finish(b);
}

static void detect_that_is_there_ends_system_off_at_once(void)
{
    struct block b = boot();

    press(b, "/machine/button-a", true);
    go_off(b, CNF_SENSE_LOW | CNF_PULL_UP);
    wait_for_reset(b);
    g_assert_cmphex(block_read(b, RESETREAS), ==, OFF);
    block_finish(b);
}

static void system_off_ends_by_the_reset_button(void)
{
    struct block b = boot();

    mark(b);
    go_off(b, 0);
    press(b, "/machine/reset-button", true);
    press(b, "/machine/reset-button", false);
    wait_for_reset(b);
    g_assert_cmphex(block_read(b, RESETREAS), ==, PIN);
    g_assert_cmphex(qtest_readl(b.qts, GPIO_OUT), ==, 0);
    block_finish(b);
}

static void system_off_loses_ram_that_is_not_retained(void)
{
    struct block b = boot();

    block_write(b, RAMON, 0x20003); /* OFFRAM1 */
    mark(b);
    go_off(b, CNF_SENSE_LOW | CNF_PULL_UP);
    press(b, "/machine/button-a", true);
    wait_for_reset(b);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE), ==, LOST);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE + 0x1ffc), ==, LOST);
    g_assert_cmphex(qtest_readl(b.qts, RAM_END - 4), ==, MARK);
    block_finish(b);
}

static void ram_is_lost_when_switched_off_without_retention(void)
{
    struct block b = boot();

    g_assert_cmphex(block_read(b, RAMSTATUS), ==, 3);
    mark(b);
    block_write(b, RAMON, 0x10002); /* block 0 off, retained */
    g_assert_cmphex(block_read(b, RAMSTATUS), ==, 2);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE), ==, MARK);
    block_write(b, RAMON, 0x00002);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE), ==, LOST);
    g_assert_cmphex(qtest_readl(b.qts, RAM_END - 4), ==, MARK);
    qtest_writel(b.qts, RAM_BASE, MARK);
    block_write(b, RAMON, 0x00003);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE), ==, MARK); /* once */
    soft_reset(b);
    g_assert_cmphex(block_read(b, RAMON), ==, 3);
    block_write(b, RAMON, 0x00002);
    soft_reset(b);
    g_assert_cmphex(block_read(b, RAMON), ==, 2);
    block_finish(b);
}

static void a_chip_with_32_kb_has_four_blocks(void)
{
    struct block b = block_start(POWER_ID, "-global nrf51-soc.sram-size=32768");

    g_assert_cmphex(block_read(b, RAMSTATUS), ==, 0xf);
    block_write(b, RAMONB, 1);
    g_assert_cmphex(block_read(b, RAMSTATUS), ==, 0x7);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE + 0x6000), ==, LOST);
    g_assert_cmphex(qtest_readl(b.qts, RAM_BASE + 0x4000), ==, 0);
    block_finish(b);
}

static void pofwarn_comes_when_the_supply_falls_below(void)
{
    struct block b = boot();

    qtest_irq_intercept_in(b.qts, "/machine/nrf51/armv6m");
    block_write(b, BLOCK_INTENSET, 1 << 2);
    set_vdd(b, 2000);
    g_assert_cmpuint(block_read(b, POFWARN), ==, 0); /* comparator is off */
    set_vdd(b, 3000);
    block_write(b, POFCON, POF_ON | POF_2V5);
    set_vdd(b, 2500);
    g_assert_cmpuint(block_read(b, POFWARN), ==, 0);
    set_vdd(b, 2499);
    g_assert_cmpuint(block_read(b, POFWARN), ==, 1);
    g_assert_true(qtest_get_irq(b.qts, 0));
    block_write(b, POFWARN, 0);
    set_vdd(b, 2400);
    g_assert_cmpuint(block_read(b, POFWARN), ==, 0); /* once */
    set_vdd(b, 2600);
    set_vdd(b, 2400);
    g_assert_cmpuint(block_read(b, POFWARN), ==, 1);
    block_finish(b);
}

static void a_supply_the_chip_does_not_stand_is_refused(void)
{
    static const int mv[] = { -1, 3601 };
    struct block b = boot();

    for (size_t i = 0; i < G_N_ELEMENTS(mv); i++) {
        qobject_unref(qtest_qmp_assert_failure_ref(
            b.qts,
            "{'execute': 'qom-set', 'arguments': {'path': '" SOC
            "', 'property': 'vdd-millivolts', 'value': %d}}",
            mv[i]));
    }
    block_finish(b);
}

static void the_revision_can_be_read_by_words_and_by_bytes(void)
{
    struct block b = boot();

    g_assert_cmphex(qtest_readl(b.qts, 0xf0000fe0), ==, 0x01);
    g_assert_cmphex(qtest_readl(b.qts, 0xf0000fe4) & 0xf, ==, 0);
    g_assert_cmphex(qtest_readl(b.qts, 0xf0000fe8) & 0xf0, ==, 0x70);
    g_assert_cmphex(qtest_readb(b.qts, 0xf0000fe8) & 0xf0, ==, 0x70);
    g_assert_cmphex(qtest_readl(b.qts, 0xf0000fec) & 0xf0, ==, 0);
    g_assert_cmphex(qtest_readl(b.qts, 0xf0000000), ==, 0);
    block_finish(b);
}

static void what_lasts_migrates(void)
{
    struct block b = boot();

    soft_reset(b);
    block_write(b, GPREGRET, 0x77);
    block_write(b, RAMON, 0x30003);
    go_off(b, CNF_SENSE_LOW | CNF_PULL_UP);
    b = block_migrate(b);
    g_assert_cmphex(block_read(b, RESETREAS), ==, SREQ);
    press(b, "/machine/button-a", true);
    wait_for_reset(b);
    g_assert_cmphex(block_read(b, RESETREAS), ==, SREQ | OFF);
    g_assert_cmphex(block_read(b, GPREGRET), ==, 0x77);
    g_assert_cmphex(block_read(b, RAMON), ==, 0x30003);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-power/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(reasons_add_up_and_are_cleared_by_ones);
    TEST(a_reset_by_software_reaches_registers_and_pins);
    TEST(a_lockup_does_the_same);
    TEST(a_reset_by_pin_keeps_gpregret_and_ram);
    TEST(power_on_clears_everything);
    TEST(system_off_ends_by_detect);
    TEST(detect_that_is_there_ends_system_off_at_once);
    TEST(system_off_ends_by_the_reset_button);
    TEST(system_off_loses_ram_that_is_not_retained);
    TEST(ram_is_lost_when_switched_off_without_retention);
    TEST(a_chip_with_32_kb_has_four_blocks);
    TEST(pofwarn_comes_when_the_supply_falls_below);
    TEST(a_supply_the_chip_does_not_stand_is_refused);
    TEST(the_revision_can_be_read_by_words_and_by_bytes);
    TEST(what_lasts_migrates);
    return g_test_run();
}
