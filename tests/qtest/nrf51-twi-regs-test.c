/*
 * TWI0 and TWI1 of the nRF51: registers, interrupts, POWER, ENABLE
 *
 * Offsets, masks and reset values are those of Nordic's nrf51.svd.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "twi.h"

static const struct {
    uint16_t offset;
    uint32_t reset;
    uint32_t mask; /* bits that keep what is written; 0: read only */
} registers[] = {
    { TWI_SHORTS, 0, 0x3 },
    { TWI_INTEN, 0, 0x44286 }, /* bits 1, 2, 7, 9, 14, 18 */
    { TWI_PSELSCL, 0xffffffff, 0xffffffff },
    { TWI_PSELSDA, 0xffffffff, 0xffffffff },
    { TWI_RXD, 0, 0 },
    { TWI_TXD, 0, 0xff },
    { TWI_FREQUENCY, 0x04000000, 0xffffffff },
    { TWI_ADDRESS, 0, 0x7f },
    { TWI_ENABLE, 0, 0x7 },
};

static const uint16_t events[] = { TWI_STOPPED, TWI_RXDREADY, TWI_TXDSENT,
                                   TWI_ERROR,   TWI_BB,       TWI_SUSPENDED };

static const uint16_t tasks[] = { TWI_STARTRX, TWI_STARTTX, TWI_STOP,
                                  TWI_SUSPEND, TWI_RESUME };

static struct twi bare(uint32_t base)
{
    return (struct twi){ .qts = qtest_init("-M microbit"), .base = base };
}

static void expect_reset_values(struct twi t)
{
    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++) {
        g_assert_cmphex(twi_read(t, registers[i].offset), ==,
                        registers[i].reset);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++) {
        g_assert_cmphex(twi_read(t, tasks[i]), ==, 0);
    }
    g_assert_cmphex(twi_read(t, TWI_INTENSET), ==, 0);
    g_assert_cmphex(twi_read(t, TWI_INTENCLR), ==, 0);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, 0);
    twi_expect_quiet(t);
}

static void reset_values(void)
{
    static const uint32_t bases[] = { TWI0_BASE, TWI1_BASE };

    for (size_t i = 0; i < G_N_ELEMENTS(bases); i++) {
        struct twi t = bare(bases[i]);

        expect_reset_values(t);
        g_assert_cmphex(twi_read(t, TWI_POWER), ==, 1);
        twi_finish(t);
    }
}

static void registers_keep_what_their_bits_can_hold(void)
{
    struct twi t = bare(TWI0_BASE);

    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++) {
        uint32_t mask = registers[i].mask;

        twi_write(t, registers[i].offset, 0xffffffff);
        g_assert_cmphex(twi_read(t, registers[i].offset), ==, mask);
        twi_write(t, registers[i].offset, 0x5a5a5a5a);
        g_assert_cmphex(twi_read(t, registers[i].offset), ==,
                        mask & 0x5a5a5a5a);
    }
    twi_finish(t);
}

static void registers_keep_their_value_while_disabled(void)
{
    struct twi t = bare(TWI0_BASE);

    twi_write(t, TWI_FREQUENCY, TWI_K100);
    twi_write(t, TWI_ENABLE, 5);
    twi_write(t, TWI_ENABLE, 0);
    g_assert_cmphex(twi_read(t, TWI_FREQUENCY), ==, TWI_K100);
    twi_write(t, TWI_ADDRESS, 0x1d);
    g_assert_cmphex(twi_read(t, TWI_ADDRESS), ==, 0x1d);
    twi_finish(t);
}

static void inten_can_be_set_cleared_and_written_whole(void)
{
    struct twi t = bare(TWI0_BASE);

    twi_write(t, TWI_INTENSET, 1 << 1 | 1 << 9);
    twi_write(t, TWI_INTENSET, 1 << 18);
    g_assert_cmphex(twi_read(t, TWI_INTENSET), ==, 0x40202);
    g_assert_cmphex(twi_read(t, TWI_INTENCLR), ==, 0x40202);
    twi_write(t, TWI_INTENCLR, 1 << 9);
    g_assert_cmphex(twi_read(t, TWI_INTEN), ==, 0x40002);
    twi_write(t, TWI_INTEN, 1 << 7);
    g_assert_cmphex(twi_read(t, TWI_INTENSET), ==, 0x80);
    twi_finish(t);
}

static void software_can_clear_an_event_but_not_set_it(void)
{
    struct twi t = bare(TWI0_BASE);

    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        twi_write(t, events[i], 1);
    }
    twi_expect_quiet(t);
    twi_finish(t);
}

static void errorsrc_is_cleared_by_writing_ones(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ADDRESS, NOBODY);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_ERROR);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_ANACK);
    twi_write(t, TWI_ERRORSRC, TWI_DNACK | TWI_OVERRUN);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_ANACK);
    twi_write(t, TWI_ERRORSRC, TWI_ANACK);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, 0);
    twi_finish(t);
}

static void narrow_reads_see_their_lane_and_narrow_writes_are_dropped(void)
{
    struct twi t = bare(TWI0_BASE);

    g_assert_cmphex(qtest_readb(t.qts, t.base + TWI_FREQUENCY + 3), ==, 0x04);
    g_assert_cmphex(qtest_readw(t.qts, t.base + TWI_FREQUENCY + 2), ==, 0x0400);
    qtest_writeb(t.qts, t.base + TWI_ADDRESS, 0x11);
    g_assert_cmphex(twi_read(t, TWI_ADDRESS), ==, 0);
    twi_finish(t);
}

static void unknown_registers_read_zero(void)
{
    struct twi t = bare(TWI0_BASE);

    twi_write(t, 0x534, 0xffffffff); /* RXDPTR of SPIS, which SPI0 is not */
    g_assert_cmphex(twi_read(t, 0x534), ==, 0);
    g_assert_cmphex(twi_read(t, 0x100), ==, 0);
    g_assert_cmphex(twi_read(t, 0xff8), ==, 0);
    twi_finish(t);
}

/* One event of each kind: its interrupt, then none after clearing it */

static void expect_interrupt(struct twi t, unsigned bit,
                             enum twi_register event)
{
    int irq = t.base == TWI0_BASE ? 3 : 4;

    g_assert_cmpuint(twi_read(t, event), ==, 1);
    g_assert_false(qtest_get_irq(t.qts, irq));
    twi_write(t, TWI_INTENSET, 1 << bit);
    g_assert_true(qtest_get_irq(t.qts, irq));
    twi_write(t, TWI_INTENCLR, 1 << bit);
    g_assert_false(qtest_get_irq(t.qts, irq));
    twi_write(t, TWI_INTEN, 1 << bit);
    g_assert_true(qtest_get_irq(t.qts, irq));
    twi_clear(t, event);
    g_assert_false(qtest_get_irq(t.qts, irq));
    twi_write(t, TWI_INTEN, 0);
}

static void interrupts_of(uint32_t base)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ENABLE, 0);
    t.base = base;
    twi_enable(t);
    twi_write(t, TWI_ADDRESS, EEPROM);
    qtest_irq_intercept_in(t.qts, "/machine/nrf51/armv6m");

    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0);
    twi_wait(t, TWI_BB);
    expect_interrupt(t, 14, TWI_BB);
    twi_task(t, TWI_SUSPEND);
    twi_wait(t, TWI_TXDSENT);
    expect_interrupt(t, 7, TWI_TXDSENT);
    expect_interrupt(t, 18, TWI_SUSPENDED);
    twi_task(t, TWI_RESUME);
    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_STARTRX);
    twi_wait(t, TWI_RXDREADY);
    expect_interrupt(t, 2, TWI_RXDREADY);
    twi_wait(t, TWI_STOPPED);
    expect_interrupt(t, 1, TWI_STOPPED);
    twi_write(t, TWI_ADDRESS, NOBODY);
    twi_task(t, TWI_STARTTX);
    twi_wait(t, TWI_ERROR);
    expect_interrupt(t, 9, TWI_ERROR);
    twi_finish(t);
}

static void twi0_raises_interrupt_3_for_each_event(void)
{
    interrupts_of(TWI0_BASE);
}

static void twi1_raises_interrupt_4_for_each_event(void)
{
    interrupts_of(TWI1_BASE);
}

static void power_off_resets_everything_and_silences_the_registers(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, 3);
    twi_write(t, TWI_INTENSET, 0x44286);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x11);
    twi_wait(t, TWI_TXDSENT);

    twi_write(t, TWI_POWER, 0);
    g_assert_cmphex(twi_read(t, TWI_POWER), ==, 0);
    g_assert_cmphex(twi_read(t, TWI_PSELSCL), ==, 0); /* no power */
    twi_write(t, TWI_ADDRESS, 0x22);
    twi_task(t, TWI_STARTTX);

    twi_write(t, TWI_POWER, 1);
    g_assert_cmphex(twi_read(t, TWI_POWER), ==, 1);
    twi_pass(t, ADDRESS_NS + BYTE_NS);
    expect_reset_values(t);
    twi_finish(t);
}

static void power_off_releases_the_bus_in_mid_byte(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ADDRESS, EEPROM);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x03);
    twi_pass(t, ADDRESS_NS + BYTE_NS / 2);
    twi_write(t, TWI_POWER, 0);
    twi_write(t, TWI_POWER, 1);
    twi_pass(t, BYTE_NS);
    twi_expect_quiet(t);
    /* as every driver does after it; the bus is free and the part answers */
    twi_enable(t);
    g_assert_cmphex(twi_get(t, EEPROM, 5), ==, 0xa5);
    twi_finish(t);
}

static void disabling_drops_the_transaction_without_an_event(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS / 2);
    twi_write(t, TWI_ENABLE, 0);
    twi_pass(t, ADDRESS_NS);
    twi_expect_quiet(t);
    twi_write(t, TWI_ENABLE, 5);
    g_assert_cmphex(twi_get(t, EEPROM, 1), ==, 0xa1);
    twi_finish(t);
}

static void tasks_do_nothing_while_disabled(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ENABLE, 0);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STARTRX);
    twi_task(t, TWI_STOP);
    twi_task(t, TWI_SUSPEND);
    twi_task(t, TWI_RESUME);
    twi_pass(t, 2 * ADDRESS_NS);
    twi_expect_quiet(t);
    twi_finish(t);
}

static void enable_codes_of_other_functions_leave_the_twi_off(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ENABLE, 1); /* SPI */
    twi_task(t, TWI_STARTTX);
    twi_pass(t, 2 * ADDRESS_NS);
    twi_expect_quiet(t);
    twi_finish(t);
}

static void a_task_is_triggered_by_bit_0_only(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_STARTTX, 0);
    twi_write(t, TWI_STARTTX, 0xfffffffe);
    twi_write(t, TWI_TXD, 0);
    twi_pass(t, 2 * ADDRESS_NS);
    twi_expect_quiet(t);
    twi_finish(t);
}

static void system_reset_resets_the_twi_in_mid_transaction(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS / 2);
    qtest_system_reset(t.qts);
    expect_reset_values(t);
    twi_enable(t);
    g_assert_cmphex(twi_get(t, EEPROM, 2), ==, 0xa2);
    twi_finish(t);
}

#define TEST(name) qtest_add_func("/nrf51-twi/regs/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(reset_values);
    TEST(registers_keep_what_their_bits_can_hold);
    TEST(registers_keep_their_value_while_disabled);
    TEST(inten_can_be_set_cleared_and_written_whole);
    TEST(software_can_clear_an_event_but_not_set_it);
    TEST(errorsrc_is_cleared_by_writing_ones);
    TEST(narrow_reads_see_their_lane_and_narrow_writes_are_dropped);
    TEST(unknown_registers_read_zero);
    TEST(twi0_raises_interrupt_3_for_each_event);
    TEST(twi1_raises_interrupt_4_for_each_event);
    TEST(power_off_resets_everything_and_silences_the_registers);
    TEST(power_off_releases_the_bus_in_mid_byte);
    TEST(disabling_drops_the_transaction_without_an_event);
    TEST(tasks_do_nothing_while_disabled);
    TEST(enable_codes_of_other_functions_leave_the_twi_off);
    TEST(a_task_is_triggered_by_bit_0_only);
    TEST(system_reset_resets_the_twi_in_mid_transaction);
    return g_test_run();
}
