/*
 * TWI of the nRF51: migration in mid-transaction, and a guest gone mad
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "migrate.h"
#include "twi.h"

/* Migration through a file */

/*
 * Continue @t in another QEMU, a nanosecond later; @t is gone afterwards.
 * qtest's clock does not migrate, the timers that it drives do.
 */
static struct twi migrate(struct twi t)
{
    struct twi u = { .base = t.base };
    int64_t now_ns = qtest_clock_step(t.qts, 1);
    char *path = migrate_out(t.qts);

    qtest_quit(t.qts);
    u.qts = qtest_initf(TWI_MACHINE " -incoming defer", EEPROM, PART);
    migrate_in(u.qts, path, now_ns);
    return u;
}

static void registers_and_events_migrate(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_write(t, TWI_INTENSET, 1 << 7);
    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_wait(t, TWI_TXDSENT);
    t = migrate(t);
    g_assert_cmphex(twi_read(t, TWI_SHORTS), ==, TWI_BB_SUSPEND);
    g_assert_cmphex(twi_read(t, TWI_INTEN), ==, 1 << 7);
    g_assert_cmphex(twi_read(t, TWI_ADDRESS), ==, PART);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 1);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 1);
    twi_finish(t);
}

static void open_transaction_goes_on_after_migration(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_TXDSENT);
    t = migrate(t);
    twi_write(t, TWI_TXD, 0x02);
    twi_take(t, TWI_TXDSENT);
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    part_expect(t, "02 P");
    twi_finish(t);
}

static void byte_that_the_part_works_on_is_asked_for_again(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS);
    part_wait(t, true);
    twi_write(t, TWI_TXD, 0x05);
    twi_pass(t, 3 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 0);
    part_expect(t, "W 05");
    t = migrate(t);
    part_expect(t, "05"); /* its wire time is over: no need to wait */
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 1);
    twi_finish(t);
}

static void start_that_the_part_works_on_is_asked_for_again(void)
{
    struct twi t = twi_start("");

    part_wait(t, true);
    twi_write(t, TWI_TXD, 0x05);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS / 2);
    t = migrate(t);
    twi_expect_in(t, TWI_BB, ADDRESS_NS / 2 - 1);
    part_expect(t, "W 05");
    twi_finish(t);
}

static void a_waiting_master_still_waits_after_migration(void)
{
    struct twi t = twi_start("");
    struct twi other = { t.qts, TWI1_BASE };

    twi_enable(other);
    twi_write(other, TWI_ADDRESS, PART);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS);
    twi_task(other, TWI_STARTTX);
    twi_task(other, TWI_STOP);
    t = migrate(t);
    other.qts = t.qts;
    twi_pass(t, 3 * ADDRESS_NS);
    twi_expect_quiet(other);
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    twi_expect_in(other, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    twi_finish(t);
}

/* Random accesses */

#define ACCESSES 20000

static const uint16_t offsets[] = {
    TWI_STARTRX,   TWI_STARTTX,   TWI_STOP,     TWI_SUSPEND,  TWI_RESUME,
    TWI_STOPPED,   TWI_RXDREADY,  TWI_TXDSENT,  TWI_ERROR,    TWI_BB,
    TWI_SHORTS,    TWI_SUSPENDED, TWI_INTENSET, TWI_INTENCLR, TWI_ERRORSRC,
    TWI_ENABLE,    TWI_PSELSCL,   TWI_PSELSDA,  TWI_RXD,      TWI_TXD,
    TWI_FREQUENCY, TWI_ADDRESS,   TWI_POWER,    TWI_INTEN,
};

static const uint16_t tasks_and_events[] = {
    TWI_STARTRX, TWI_STARTTX, TWI_STOP,      TWI_SUSPEND,
    TWI_RESUME,  TWI_STOPPED, TWI_RXDREADY,  TWI_TXDSENT,
    TWI_ERROR,   TWI_BB,      TWI_SUSPENDED,
};

static uint32_t any_base(void)
{
    return g_test_rand_int_range(0, 2) ? TWI0_BASE : TWI1_BASE;
}

/* Mostly values that keep the masters going. */
static uint32_t value_for(uint16_t offset)
{
    static const uint32_t addresses[] = { PART, PART, EEPROM, NOBODY };
    static const uint32_t clocks[] = { TWI_K100, TWI_K250, TWI_K400 };

    switch (offset) {
    case TWI_PSELSCL:
        return g_test_rand_int_range(0, 20) ? MICROBIT_SCL : 7;
    case TWI_PSELSDA:
        return g_test_rand_int_range(0, 20) ? MICROBIT_SDA : 8;
    case TWI_ENABLE:
        return g_test_rand_int_range(0, 20) ? 5 : g_test_rand_int();
    case TWI_POWER:
        return g_test_rand_int_range(0, 20) != 0;
    case TWI_ADDRESS:
        return addresses[g_test_rand_int_range(0, 4)];
    case TWI_FREQUENCY:
        return clocks[g_test_rand_int_range(0, 3)];
    default:
        return offset < TWI_STOPPED ? 1 : g_test_rand_int();
    }
}

static void any_twi_access(struct twi t)
{
    uint16_t offset = offsets[g_test_rand_int_range(0, G_N_ELEMENTS(offsets))];

    t.base = any_base();
    if (g_test_rand_int_range(0, 4) == 0) {
        twi_read(t, offset);
    } else {
        twi_write(t, offset, value_for(offset));
    }
}

static void any_ppi_access(struct twi t)
{
    uint32_t end_point = any_base() + tasks_and_events[g_test_rand_int_range(
                                          0, G_N_ELEMENTS(tasks_and_events))];

    qtest_writel(t.qts, PPI_BASE + 0x510 + 4 * g_test_rand_int_range(0, 32),
                 end_point);
    qtest_writel(t.qts, PPI_BASE + 0x500 + 4 * g_test_rand_int_range(0, 3),
                 g_test_rand_int());
}

static void random_accesses_leave_it_usable(void)
{
    struct twi t = twi_start("");
    uint8_t byte;

    for (int i = 0; i < ACCESSES; i++) {
        any_twi_access(t);
        if (i % 8 == 0) {
            qtest_clock_step(t.qts, g_test_rand_int_range(1, 60000));
        }
        if (i % 64 == 0) {
            any_ppi_access(t);
        }
        if (i % 512 == 0) {
            part_wait(t, i % 1024 == 0);
            part_refuse(t, g_test_rand_int_range(-1, 4));
        }
    }
    qtest_writel(t.qts, PPI_BASE + 0x500, 0);
    part_wait(t, false);
    for (int i = 0; i < 2; i++) {
        t.base = i ? TWI0_BASE : TWI1_BASE;
        twi_write(t, TWI_POWER, 0);
        twi_write(t, TWI_POWER, 1);
    }
    twi_enable(t);
    byte = twi_get(t, EEPROM, 0x20);
    g_assert_cmphex(twi_get(t, EEPROM, 0x20), ==, byte);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, 0);
    twi_finish(t);
}

#define TEST(name) qtest_add_func("/nrf51-twi/state/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_and_events_migrate);
    TEST(open_transaction_goes_on_after_migration);
    TEST(byte_that_the_part_works_on_is_asked_for_again);
    TEST(start_that_the_part_works_on_is_asked_for_again);
    TEST(a_waiting_master_still_waits_after_migration);
    TEST(random_accesses_leave_it_usable);
    return g_test_run();
}
