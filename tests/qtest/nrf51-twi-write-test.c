/*
 * TWI of the nRF51: addresses, writes, NACKs, STOP, timing
 *
 * Times are exact: a bit at K250 takes 4 us; see twi.h for the phases.
 * docs/fidelity.md names the sources of the rules.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "twi.h"

static void write_takes_ten_bits_nine_a_byte_and_one(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x11);
    twi_expect_in(t, TWI_BB, ADDRESS_NS); /* not for the address */
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS);
    twi_clear(t, TWI_BB);
    twi_clear(t, TWI_TXDSENT);
    twi_write(t, TWI_TXD, 0x22);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_BB), ==, 1);
    twi_clear(t, TWI_BB);
    twi_clear(t, TWI_TXDSENT);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    twi_clear(t, TWI_STOPPED);
    twi_expect_quiet(t);
    part_expect(t, "W 11 22 P");
    twi_finish(t);
}

static void nothing_completes_within_a_register_write(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x11);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STOP);
    twi_expect_quiet(t);
    twi_finish(t);
}

static void expect_bit_time(uint32_t frequency, int64_t bit_ns)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_FREQUENCY, frequency);
    twi_write(t, TWI_TXD, 0x11);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_BB, 10 * bit_ns);
    twi_expect_in(t, TWI_TXDSENT, 9 * bit_ns);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, bit_ns);
    twi_finish(t);
}

static void frequency_k100_has_10_us_bits(void)
{
    expect_bit_time(TWI_K100, 10000);
}

static void frequency_k400_has_2500_ns_bits(void)
{
    expect_bit_time(TWI_K400, 2500);
}

/* 0x00800000 * 16 MHz / 2^32 = 31250 Hz */
static void other_frequencies_follow_the_formula(void)
{
    expect_bit_time(0x00800000, 32000);
}

static void frequency_zero_still_ends(void)
{
    expect_bit_time(0, 1000000);
}

static void txd_may_be_written_before_the_start(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x33);
    twi_task(t, TWI_STARTTX);
    twi_expect_in(t, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    part_expect(t, "W 33");
    twi_finish(t);
}

static void scl_is_held_low_until_txd_is_written(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_pass(t, 20 * ADDRESS_NS);
    twi_expect_quiet(t);
    twi_write(t, TWI_TXD, 0x44);
    g_assert_cmpuint(twi_read(t, TWI_BB), ==, 1);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS);
    part_expect(t, "W 44");
    twi_finish(t);
}

static void a_byte_written_during_a_byte_follows_at_once(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS + BYTE_NS / 2);
    twi_write(t, TWI_TXD, 0x02);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS / 2);
    twi_clear(t, TWI_TXDSENT);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS);
    part_expect(t, "W 01 02");
    twi_finish(t);
}

static void stop_during_a_byte_waits_for_its_end(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS);
    twi_task(t, TWI_STOP);
    twi_write(t, TWI_TXD, 0x02); /* too late for this transaction */
    twi_expect_in(t, TWI_STOPPED, BYTE_NS + STOP_NS);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 1);
    part_expect(t, "W 01 P");
    twi_clear(t, TWI_TXDSENT);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS + BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 0);
    part_expect(t, "W");
    twi_finish(t);
}

static void absent_address_raises_error_anack_and_nothing_else(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ADDRESS, NOBODY);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x11);
    twi_expect_in(t, TWI_ERROR, ADDRESS_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_ANACK);
    twi_clear(t, TWI_ERROR);
    twi_pass(t, 5 * BYTE_NS);
    twi_expect_quiet(t);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    twi_finish(t);
}

static void a_part_may_refuse_its_address(void)
{
    struct twi t = twi_start("");

    part_refuse(t, 0);
    twi_task(t, TWI_STARTRX);
    twi_expect_in(t, TWI_ERROR, ADDRESS_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_ANACK);
    g_assert_cmpuint(twi_read(t, TWI_RXDREADY), ==, 0);
    twi_finish(t);
}

static void start_after_an_address_nack_needs_no_stop(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ADDRESS, NOBODY);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x99); /* must not be sent to the next part */
    twi_take(t, TWI_ERROR);
    twi_write(t, TWI_ADDRESS, PART);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x11);
    twi_expect_in(t, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, 0);
    part_expect(t, "W 11");
    twi_finish(t);
}

static void refused_byte_raises_txdsent_and_error_dnack(void)
{
    struct twi t = twi_start("");

    part_refuse(t, 2); /* START, 01, 02 */
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x01);
    twi_take(t, TWI_TXDSENT);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, 0);
    twi_write(t, TWI_TXD, 0x02);
    twi_expect_in(t, TWI_TXDSENT, BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, 1);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_DNACK);
    twi_clear(t, TWI_TXDSENT);
    twi_write(t, TWI_TXD, 0x03); /* the part does not listen any more */
    twi_pass(t, 3 * BYTE_NS);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 0);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    part_expect(t, "W 01 02 P");
    twi_finish(t);
}

static void expect_zero_length_write(unsigned addr7, uint32_t errorsrc)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_ADDRESS, addr7);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STOP);
    twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, errorsrc);
    g_assert_cmpuint(twi_read(t, TWI_ERROR), ==, errorsrc != 0);
    g_assert_cmpuint(twi_read(t, TWI_BB), ==, 0);
    g_assert_cmpuint(twi_read(t, TWI_TXDSENT), ==, 0);
    part_expect(t, addr7 == PART ? "W P" : "");
    twi_finish(t);
}

static void write_of_no_bytes_finds_a_part(void)
{
    expect_zero_length_write(PART, 0);
}

static void write_of_no_bytes_misses_an_absent_part(void)
{
    expect_zero_length_write(NOBODY, TWI_ANACK);
}

static void stop_without_a_transaction_does_nothing(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STOP);
    twi_pass(t, 10 * BIT_NS);
    twi_expect_quiet(t);
    twi_put(t, PART, (const uint8_t *)"\x11", 1);
    part_expect(t, "W 11 P");
    twi_task(t, TWI_STOP); /* once more, as some drivers do */
    twi_pass(t, 10 * BIT_NS);
    twi_expect_quiet(t);
    twi_finish(t);
}

static void second_stop_during_stop_is_merged(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS);
    twi_task(t, TWI_STOP);
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    twi_pass(t, 10 * BIT_NS);
    twi_expect_quiet(t);
    part_expect(t, "W P");
    twi_finish(t);
}

/* It is not one more START for the byte under way: that one ends in STOP. */
static void start_after_stop_in_the_same_byte_follows_it(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS + BIT_NS);
    twi_task(t, TWI_STOP);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x02);
    twi_take(t, TWI_STOPPED);
    twi_clear(t, TWI_TXDSENT);
    twi_expect_in(t, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    part_expect(t, "W 01 P W 02");
    twi_finish(t);
}

static void start_during_stop_follows_it(void)
{
    struct twi t = twi_start("");

    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_take(t, TWI_TXDSENT);
    twi_task(t, TWI_STOP);
    twi_task(t, TWI_STARTTX);
    twi_write(t, TWI_TXD, 0x02);
    twi_expect_in(t, TWI_STOPPED, STOP_NS);
    twi_expect_in(t, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    part_expect(t, "W 01 P W 02");
    twi_finish(t);
}

static void start_and_stop_during_stop_make_a_second_transaction(void)
{
    struct twi t = twi_start("");

    twi_task(t, TWI_STARTTX);
    twi_pass(t, ADDRESS_NS);
    twi_task(t, TWI_STOP);
    twi_task(t, TWI_STARTTX);
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    part_expect(t, "W P W P");
    twi_finish(t);
}

static void pins_other_than_the_boards_have_no_parts(void)
{
    static const uint32_t pins[][2] = {
        { 0xffffffff, 0xffffffff }, /* disconnected */
        { MICROBIT_SDA, MICROBIT_SCL },
        { MICROBIT_SCL, 0xffffffff },
        { 21, 22 },
    };
    struct twi t = twi_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(pins); i++) {
        twi_write(t, TWI_PSELSCL, pins[i][0]);
        twi_write(t, TWI_PSELSDA, pins[i][1]);
        twi_write(t, TWI_ERRORSRC, TWI_ANACK);
        twi_task(t, TWI_STARTTX);
        twi_task(t, TWI_STOP);
        twi_expect_in(t, TWI_STOPPED, ADDRESS_NS + STOP_NS);
        twi_clear(t, TWI_STOPPED);
        g_assert_cmphex(twi_read(t, TWI_ERRORSRC), ==, TWI_ANACK);
    }
    part_expect(t, "");
    twi_finish(t);
}

static void both_masters_reach_the_parts(void)
{
    struct twi t = twi_start("");
    struct twi other = { t.qts, TWI1_BASE };

    twi_enable(other);
    g_assert_cmphex(twi_get(t, EEPROM, 3), ==, 0xa3);
    g_assert_cmphex(twi_get(other, EEPROM, 4), ==, 0xa4);
    g_assert_cmphex(twi_get(t, EEPROM, 5), ==, 0xa5);
    twi_finish(t);
}

static void the_second_master_waits_for_the_first_ones_stop(void)
{
    struct twi t = twi_start("");
    struct twi other = { t.qts, TWI1_BASE };

    twi_enable(other);
    twi_write(other, TWI_ADDRESS, PART);
    twi_write(t, TWI_TXD, 0x01);
    twi_task(t, TWI_STARTTX);
    twi_write(other, TWI_TXD, 0x02);
    twi_task(other, TWI_STARTTX);
    twi_pass(t, 3 * (ADDRESS_NS + BYTE_NS));
    twi_expect_quiet(other);
    twi_task(t, TWI_STOP);
    twi_take(t, TWI_STOPPED);
    twi_expect_in(other, TWI_TXDSENT, ADDRESS_NS + BYTE_NS);
    part_expect(t, "W 01 P W 02");
    twi_finish(t);
}

static void disabling_the_first_master_lets_the_second_in(void)
{
    struct twi t = twi_start("");
    struct twi other = { t.qts, TWI1_BASE };

    twi_enable(other);
    twi_write(other, TWI_ADDRESS, PART);
    twi_task(t, TWI_STARTTX);
    twi_task(other, TWI_STARTTX);
    twi_task(other, TWI_STOP);
    twi_pass(t, ADDRESS_NS / 2);
    twi_write(t, TWI_ENABLE, 0);
    twi_expect_in(other, TWI_STOPPED, ADDRESS_NS + STOP_NS);
    part_expect(t, "W X W P");
    twi_finish(t);
}

#define TEST(name) qtest_add_func("/nrf51-twi/write/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(write_takes_ten_bits_nine_a_byte_and_one);
    TEST(nothing_completes_within_a_register_write);
    TEST(frequency_k100_has_10_us_bits);
    TEST(frequency_k400_has_2500_ns_bits);
    TEST(other_frequencies_follow_the_formula);
    TEST(frequency_zero_still_ends);
    TEST(txd_may_be_written_before_the_start);
    TEST(scl_is_held_low_until_txd_is_written);
    TEST(a_byte_written_during_a_byte_follows_at_once);
    TEST(stop_during_a_byte_waits_for_its_end);
    TEST(absent_address_raises_error_anack_and_nothing_else);
    TEST(a_part_may_refuse_its_address);
    TEST(start_after_an_address_nack_needs_no_stop);
    TEST(refused_byte_raises_txdsent_and_error_dnack);
    TEST(write_of_no_bytes_finds_a_part);
    TEST(write_of_no_bytes_misses_an_absent_part);
    TEST(stop_without_a_transaction_does_nothing);
    TEST(second_stop_during_stop_is_merged);
    TEST(start_during_stop_follows_it);
    TEST(start_after_stop_in_the_same_byte_follows_it);
    TEST(start_and_stop_during_stop_make_a_second_transaction);
    TEST(pins_other_than_the_boards_have_no_parts);
    TEST(both_masters_reach_the_parts);
    TEST(the_second_master_waits_for_the_first_ones_stop);
    TEST(disabling_the_first_master_lets_the_second_in);
    return g_test_run();
}
