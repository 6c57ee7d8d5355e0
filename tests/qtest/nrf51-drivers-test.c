/*
 * Each known driver's order of operations on the nRF51's TWI, with the
 * bus traffic it must make
 *
 * twi_drivers.c holds the sequences; see nrf51-twi-read-test.c for the words
 * in which PART writes down what it sees.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "twi_drivers.h"

static const uint8_t three[] = { 0x01, 0x02, 0x03 };

static struct twi start(const struct twi_driver *d)
{
    struct twi t = twi_start("");

    if (d->setup) {
        d->setup(t);
    }
    return t;
}

static void writes_three_bytes(const void *driver)
{
    const struct twi_driver *d = driver;
    struct twi t = start(d);

    g_assert_true(d->write(t, PART, three, 3, true));
    part_expect(t, "W 01 02 03 P");
    twi_finish(t);
}

/* mbed arms BB_STOP for a single byte only after STARTRX; the others, except
 * those that go by PPI, before it: then the part is told the length. */
static void expect_read_log(const struct twi_driver *d, struct twi t,
                            unsigned n)
{
    GString *log = g_string_new("R");
    bool told =
        d == &nrfx_driver || d == &nrf_hal_driver || d == &microbian_driver;

    if (n == 1 && told) {
        g_string_append(log, "1");
    }
    for (unsigned i = 0; i < n; i++) {
        g_string_append(log, " r");
    }
    g_string_append(log, " n P");
    part_expect(t, log->str);
    g_string_free(log, true);
}

static void reads_exactly(const struct twi_driver *d, unsigned n)
{
    struct twi t = start(d);
    uint8_t bytes[6];

    for (int again = 0; again < 2; again++) {
        memset(bytes, 0, sizeof(bytes));
        g_assert_true(d->read(t, PART, bytes, n));
        for (unsigned i = 0; i < n; i++) {
            g_assert_cmphex(bytes[i], ==, 0xa0 + i);
        }
        twi_pass(t, STOP_NS); /* nrf-hal does not wait for it */
        expect_read_log(d, t, n);
    }
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, 0);
    twi_finish(t);
}

static void reads_one_byte(const void *driver)
{
    reads_exactly(driver, 1);
}

static void reads_two_bytes(const void *driver)
{
    reads_exactly(driver, 2);
}

static void reads_six_bytes(const void *driver)
{
    reads_exactly(driver, 6);
}

static void reads_a_register_with_repeated_start(const void *driver)
{
    const struct twi_driver *d = driver;
    struct twi t = start(d);
    uint8_t reg = 0x04, bytes[3];

    g_assert_true(d->write(t, EEPROM, &reg, 1, false));
    g_assert_true(d->read(t, EEPROM, bytes, 3));
    g_assert_cmphex(bytes[0], ==, 0xa4);
    g_assert_cmphex(bytes[2], ==, 0xa6);
    twi_finish(t);
}

static void writes_again_without_stop(const void *driver)
{
    const struct twi_driver *d = driver;
    struct twi t = start(d);

    g_assert_true(d->write(t, PART, three, 1, false));
    if (d == &riot_driver) {
        /* its STARTTX per byte joins the two writes */
        g_assert_true(d->write(t, PART, three, 2, true));
        part_expect(t, "W 01 01 02 P");
    } else if (d == &twi_master_driver) {
        /* so does its TXD before STARTTX */
        g_assert_true(d->write(t, PART, three, 2, true));
        part_expect(t, "W 01 01 02 P");
    } else {
        g_assert_true(d->write(t, PART, three, 2, true));
        part_expect(t, "W 01 W 01 02 P");
    }
    twi_finish(t);
}

static void notices_an_absent_part_and_works_on(const void *driver)
{
    const struct twi_driver *d = driver;
    struct twi t = start(d);
    uint8_t byte;

    g_assert_false(d->write(t, NOBODY, three, 3, true));
    g_assert_true(d->write(t, PART, three, 2, true));
    part_expect(t, "W 01 02 P");
    g_assert_false(d->read(t, NOBODY, &byte, 1));
    g_assert_true(d->read(t, PART, &byte, 1));
    g_assert_cmphex(byte, ==, 0xa0);
    twi_finish(t);
}

/* nrf-hal leaves a read while STOP is still on the wire. */
static void nrf_hal_starts_during_stop(void)
{
    struct twi t = twi_start("");
    uint8_t byte;

    g_assert_true(nrf_hal_driver.read(t, PART, &byte, 1));
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    g_assert_true(nrf_hal_driver.write(t, PART, three, 2, true));
    part_expect(t, "R1 r n P W 01 02 P");
    twi_finish(t);
}

/* nrfx: the interrupts of the last byte and of STOP may come as one. */
static void nrfx_sees_rxdready_and_stopped_together(void)
{
    struct twi t = start(&nrfx_driver);

    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_STARTRX);
    twi_pass(t, ADDRESS_NS + BYTE_NS + STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 1);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 1);
    twi_clear(t, TWI_STOPPED);
    twi_wait_irq(t); /* still up for the byte */
    twi_clear(t, TWI_RXDREADY);
    g_assert_false(qtest_get_irq(t.qts, 3));
    twi_finish(t);
}

/* A course's code for V2: the STOP task once more after BB_STOP's. */
static void stop_task_after_bb_stop(void)
{
    struct twi t = twi_start("");

    for (unsigned i = 0; i < 2; i++) {
        twi_write(t, TWI_SHORTS, TWI_BB_STOP);
        twi_task(t, TWI_STARTRX);
        twi_take(t, TWI_RXDREADY);
        g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa0);
        twi_task(t, TWI_STOP);
        twi_take(t, TWI_STOPPED);
        part_expect(t, "R1 r n P");
    }
    twi_pass(t, 2 * STOP_NS);
    twi_task(t, TWI_STOP); /* also when it comes late */
    twi_pass(t, 2 * STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    twi_finish(t);
}

/* Another course's: BB_SUSPEND is on while the register number is sent. */
static void bb_suspend_during_write_and_read(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_SHORTS, TWI_BB_SUSPEND);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x0d);
    twi_take(t, TWI_TXDSENT);
    twi_task(t, TWI_RESUME);
    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    twi_task(t, TWI_RESUME);
    g_assert_cmphex(twi_read(t, TWI_RXD), ==, 0xa0);
    twi_task(t, TWI_STOP); /* one byte more is clocked, and dropped */
    twi_take(t, TWI_STOPPED);
    part_expect(t, "W 0d R r r n P");
    twi_finish(t);
}

static const struct twi_driver *const drivers[] = {
    &mbed_driver, &twi_master_driver, &riot_driver,
    &nrfx_driver, &nrf_hal_driver,    &microbian_driver,
};

static void add(const struct twi_driver *d, const char *name,
                void (*test)(const void *))
{
    char *path = g_strdup_printf("/nrf51-drivers/%s/%s", d->name, name);

    qtest_add_data_func(path, d, test);
    g_free(path);
}

#define ADD(name)  add(drivers[i], #name, name)
#define TEST(name) qtest_add_func("/nrf51-drivers/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++) {
        ADD(writes_three_bytes);
        ADD(reads_one_byte);
        ADD(reads_two_bytes);
        ADD(reads_six_bytes);
        ADD(reads_a_register_with_repeated_start);
        ADD(writes_again_without_stop);
        ADD(notices_an_absent_part_and_works_on);
    }
    TEST(nrf_hal_starts_during_stop);
    TEST(nrfx_sees_rxdready_and_stopped_together);
    TEST(stop_task_after_bb_stop);
    TEST(bb_suspend_during_write_and_read);
    return g_test_run();
}
