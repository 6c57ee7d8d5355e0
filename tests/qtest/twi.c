/*
 * The nRF51's TWI seen from a qtest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "i2c_script.h"
#include "twi.h"

#define MOST_NS 1000000

void twi_write(struct twi t, enum twi_register reg, uint32_t value)
{
    qtest_writel(t.qts, t.base + reg, value);
}

uint32_t twi_read(struct twi t, enum twi_register reg)
{
    return qtest_readl(t.qts, t.base + reg);
}

void twi_enable(struct twi t)
{
    twi_write(t, TWI_PSELSCL, MICROBIT_SCL);
    twi_write(t, TWI_PSELSDA, MICROBIT_SDA);
    twi_write(t, TWI_FREQUENCY, TWI_K250);
    twi_write(t, TWI_ENABLE, 5);
}

struct twi twi_start(const char *args)
{
    uint8_t image[17] = { 0 };
    struct twi t = { .base = TWI0_BASE };

    for (int i = 0; i < 16; i++) {
        image[1 + i] = 0xa0 + i;
    }
    t.qts = qtest_initf(TWI_MACHINE " %s", EEPROM, PART, args);
    twi_enable(t);
    twi_put(t, EEPROM, image, sizeof(image));
    twi_write(t, TWI_ADDRESS, PART);
    twi_expect_quiet(t);
    return t;
}

void twi_finish(struct twi t)
{
    qtest_quit(t.qts);
}

void twi_pass(struct twi t, int64_t ns)
{
    for (; ns > BIT_NS; ns -= BIT_NS) {
        qtest_clock_step(t.qts, BIT_NS);
    }
    if (ns > 0) {
        qtest_clock_step(t.qts, ns);
    }
}

int64_t twi_wait(struct twi t, enum twi_register event)
{
    int64_t ns = 0;

    while (!twi_read(t, event) && ns < MOST_NS) {
        qtest_clock_step(t.qts, BIT_NS);
        ns += BIT_NS;
    }
    g_assert_cmpuint(twi_read(t, event), ==, 1);
    return ns;
}

int64_t twi_take(struct twi t, enum twi_register event)
{
    int64_t ns = twi_wait(t, event);

    twi_clear(t, event);
    return ns;
}

void twi_expect_in(struct twi t, enum twi_register event, int64_t ns)
{
    g_assert_cmpuint(twi_read(t, event), ==, 0);
    twi_pass(t, ns - 1);
    g_assert_cmpuint(twi_read(t, event), ==, 0);
    qtest_clock_step(t.qts, 1);
    g_assert_cmpuint(twi_read(t, event), ==, 1);
}

void twi_expect_quiet(struct twi t)
{
    g_assert_cmpuint(twi_read(t, TWI_STOPPED), ==, 0);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 0);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 0);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, 0);
    g_assert_cmpuint(twi_read(t, TWI_BB), ==, 0);
    g_assert_cmpuint(twi_read(t, TWI_SUSPENDED), ==, 0);
}

void part_expect(struct twi t, const char *log)
{
    i2c_script_check_log(t.qts, "part", log);
}

void part_refuse(struct twi t, int phase)
{
    i2c_script_set_int(t.qts, "part", "nack-phase", phase);
}

void part_wait(struct twi t, bool wait)
{
    i2c_script_set_int(t.qts, "part", "delay-ms", wait ? -1 : 0);
}

void part_answer(struct twi t, bool ack)
{
    i2c_script_set_bool(t.qts, "part", "reply", ack);
}

void part_fail_at_stop(struct twi t, bool fail)
{
    i2c_script_set_bool(t.qts, "part", "late-nack", fail);
}

static void stop(struct twi t)
{
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    twi_clear(t, TWI_BB);
}

void twi_put(struct twi t, unsigned addr7, const uint8_t *bytes, size_t len)
{
    twi_write(t, TWI_ADDRESS, addr7);
    twi_task(t, TWI_STARTTX);
    for (size_t i = 0; i < len; i++) {
        twi_write(t, TWI_TXD, bytes[i]);
        twi_take(t, TWI_TXDSENT);
    }
    stop(t);
}

uint8_t twi_get(struct twi t, unsigned addr7, uint8_t reg)
{
    uint8_t byte;

    twi_write(t, TWI_ADDRESS, addr7);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, reg);
    twi_take(t, TWI_TXDSENT);
    twi_write(t, TWI_SHORTS, TWI_BB_STOP);
    twi_task(t, TWI_STARTRX);
    twi_take(t, TWI_RXDREADY);
    byte = twi_read(t, TWI_RXD);
    twi_write(t, TWI_SHORTS, 0);
    twi_take(t, TWI_STOPPED);
    twi_clear(t, TWI_BB);
    return byte;
}
