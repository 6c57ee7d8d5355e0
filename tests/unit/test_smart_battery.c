/*
 * The smart battery; facts from the Smart Battery Data Specification 1.1.
 *
 * The pack: 4400 mAh when new, 4180 mAh full, 80 % at first (3344 mAh), from
 * which 0.5 A is drawn.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/smbus.h"
#include "part_bus.h"

#define ADDR 0x0b

#define REMAINING_CAPACITY_ALARM 0x01
#define REMAINING_TIME_ALARM     0x02
#define BATTERY_MODE             0x03
#define AT_RATE                  0x04
#define BATTERY_STATUS           0x16
#define MANUFACTURER_NAME        0x20

#define ERROR_CODE 0x000f

static struct part_bus bus;

static int fresh_part(void **state)
{
    (void)state;
    part_bus_init(&bus, &bw_part_smart_battery, ADDR);
    return 0;
}

/* Low byte first, and the PEC must be right. */
static uint16_t word(uint8_t command)
{
    uint8_t all[6] = { ADDR << 1, command, ADDR << 1 | 1 };

    bus_read_at(&bus, command, all + 3, 3);
    assert_int_equal(all[5], bw_smbus_pec(0, all, 5));
    return (uint16_t)(all[3] | all[4] << 8);
}

static void set(const char *name, double value)
{
    assert_true(value_set(&bus, name, (int64_t)(value * 1e6)));
}

static void measurements_are_in_the_units_of_the_specification(void **state)
{
    (void)state;
    set("voltage", 11.987);
    set("current", -1.5);
    set("temperature", 30);
    assert_int_equal(word(0x08), 3032); /* 303.15 K in 0.1 K, rounded up */
    assert_int_equal(word(0x09), 11987);
    assert_int_equal((int16_t)word(0x0a), -1500);
    assert_int_equal((int16_t)word(0x0b), -1500);
}

static void charge_capacity_and_times(void **state)
{
    (void)state;
    assert_int_equal(word(0x0d), 80);
    assert_int_equal(word(0x0e), 76); /* 3344 of 4400 */
    assert_int_equal(word(0x0f), 3344);
    assert_int_equal(word(0x10), 4180);
    assert_int_equal(word(0x11), 401); /* 3344 * 60 / 500 */
    assert_int_equal(word(0x12), 401);
    assert_int_equal(word(0x13), 65535); /* it is not charged */
    set("current", 1);
    assert_int_equal(word(0x11), 65535);
    assert_int_equal(word(0x13), 50); /* 836 * 60 / 1000 */
}

static void the_pack_tells_what_it_is(void **state)
{
    (void)state;
    assert_int_equal(word(0x17), 42);
    assert_int_equal(word(0x18), 4400);
    assert_int_equal(word(0x19), 11100);
    assert_int_equal(word(0x1a), 0x0031); /* SBS 1.1 with PEC */
    assert_int_equal(word(0x1b), 44 * 512 + 3 * 32 + 14);
    assert_int_equal(word(0x1c), 1);
    assert_int_equal(word(0x0c), 2);
}

static void names_are_blocks(void **state)
{
    uint8_t all[15] = { ADDR << 1, MANUFACTURER_NAME, ADDR << 1 | 1 };

    (void)state;
    bus_read_at(&bus, MANUFACTURER_NAME, all + 3, 12);
    assert_memory_equal(all + 3,
                        "\x09"
                        "Benchwire",
                        10);
    assert_int_equal(all[13], bw_smbus_pec(0, all, 13));
    assert_int_equal(all[14], 0xff);
    bus_read_at(&bus, 0x22, all, 5);
    assert_memory_equal(all, "\x04LION", 5);
}

static void capacities_as_energy(void **state)
{
    (void)state;
    BUS_WRITE(&bus, BATTERY_MODE, 0xff, 0xff);
    assert_int_equal(word(BATTERY_MODE), 0xe300); /* what can be written */
    assert_int_equal(word(0x18), 4884); /* 4400 mAh * 11.1 V in 10 mWh */
}

static void at_rate_answers_what_would_be(void **state)
{
    (void)state;
    BUS_WRITE(&bus, AT_RATE, 0x18, 0xfc); /* -1000 */
    assert_int_equal(word(0x06), 200);    /* 3344 * 60 / 1000 */
    assert_int_equal(word(0x05), 65535);
    assert_int_equal(word(0x07), 1);
    BUS_WRITE(&bus, AT_RATE, 0xe8, 0x03); /* 1000 */
    assert_int_equal(word(0x05), 50);
    assert_int_equal(word(0x06), 65535);
    set("charge", 0);
    BUS_WRITE(&bus, AT_RATE, 0xff, 0xff);
    assert_int_equal(word(0x07), 0);
}

static void status_follows_the_charge(void **state)
{
    (void)state;
    assert_int_equal(word(BATTERY_STATUS), 0x00c0);
    set("charge", 10); /* 418 mAh, 50 minutes: under 440 mAh */
    assert_int_equal(word(BATTERY_STATUS), 0x02c0);
    set("charge", 1); /* 42 mAh, 5 minutes */
    assert_int_equal(word(BATTERY_STATUS), 0x03c0);
    BUS_WRITE(&bus, REMAINING_CAPACITY_ALARM, 0, 0);
    BUS_WRITE(&bus, REMAINING_TIME_ALARM, 0, 0);
    assert_int_equal(word(BATTERY_STATUS), 0x00c0);
    set("charge", 0);
    assert_int_equal(word(BATTERY_STATUS), 0x08d0);
    set("charge", 100);
    set("current", 0.5);
    assert_int_equal(word(BATTERY_STATUS), 0x40a0);
    set("temperature", 50);
    set("charge", 50);
    assert_int_equal(word(BATTERY_STATUS), 0x5080);
}

static void charger_is_asked_for_what_the_pack_can_take(void **state)
{
    (void)state;
    assert_int_equal(word(0x14), 1000);
    assert_int_equal(word(0x15), 12600);
    set("temperature", 50);
    assert_int_equal(word(0x14), 0);
    set("temperature", 20);
    set("charge", 100);
    assert_int_equal(word(0x15), 0);
}

static void pec_of_a_write_is_checked(void **state)
{
    const uint8_t all[] = { ADDR << 1, REMAINING_CAPACITY_ALARM, 0x34, 0x12 };
    uint8_t pec = bw_smbus_pec(0, all, sizeof(all));

    (void)state;
    BUS_WRITE(&bus, REMAINING_CAPACITY_ALARM, 0x34, 0x12, pec);
    assert_int_equal(word(REMAINING_CAPACITY_ALARM), 0x1234);
    bus_put(&bus, (const uint8_t[]){ REMAINING_CAPACITY_ALARM, 0x35, 0x12 }, 3);
    assert_false(bus_send(&bus, pec));
    bus_stop(&bus);
    assert_int_equal(word(BATTERY_STATUS) & ERROR_CODE, 7);
    assert_int_equal(word(REMAINING_CAPACITY_ALARM), 0x1234);
    assert_int_equal(word(BATTERY_STATUS) & ERROR_CODE, 0);
}

static void what_it_cannot_do_is_refused_with_a_code(void **state)
{
    (void)state;
    assert_true(bus_start(&bus, ADDR, false));
    assert_false(bus_send(&bus, 0x1d)); /* reserved */
    bus_stop(&bus);
    assert_int_equal(word(BATTERY_STATUS) & ERROR_CODE, 2);
    assert_true(bus_start(&bus, ADDR, false));
    assert_false(bus_send(&bus, 0x3f)); /* optional */
    bus_stop(&bus);
    assert_int_equal(word(BATTERY_STATUS) & ERROR_CODE, 3);
    bus_put(&bus, (const uint8_t[]){ 0x09 }, 1);
    assert_false(bus_send(&bus, 0x00)); /* a voltage cannot be written */
    bus_stop(&bus);
    assert_int_equal(word(BATTERY_STATUS) & ERROR_CODE, 4);
}

static void half_a_word_is_not_taken(void **state)
{
    (void)state;
    BUS_WRITE(&bus, REMAINING_TIME_ALARM, 0x77);
    assert_int_equal(word(REMAINING_TIME_ALARM), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            measurements_are_in_the_units_of_the_specification, fresh_part),
        cmocka_unit_test_setup(charge_capacity_and_times, fresh_part),
        cmocka_unit_test_setup(the_pack_tells_what_it_is, fresh_part),
        cmocka_unit_test_setup(names_are_blocks, fresh_part),
        cmocka_unit_test_setup(capacities_as_energy, fresh_part),
        cmocka_unit_test_setup(at_rate_answers_what_would_be, fresh_part),
        cmocka_unit_test_setup(status_follows_the_charge, fresh_part),
        cmocka_unit_test_setup(charger_is_asked_for_what_the_pack_can_take,
                               fresh_part),
        cmocka_unit_test_setup(pec_of_a_write_is_checked, fresh_part),
        cmocka_unit_test_setup(what_it_cannot_do_is_refused_with_a_code,
                               fresh_part),
        cmocka_unit_test_setup(half_a_word_is_not_taken, fresh_part),
    };

    return cmocka_run_group_tests_name("smart-battery", tests, NULL, NULL);
}
