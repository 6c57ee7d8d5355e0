/*
 * RADIO of the nRF51: registers, states and times, without anybody else
 *
 * nrf51-air-test.c and nrf51-air-others-test.c have what boards say to each other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "radio.h"

#define SHORTS_ALL 0x17f
#define INTEN_ALL  0x4ff

#define PPI_CHENCLR 0x4001f508
#define RING_S      20 /* host time for what takes a millisecond */

static struct block start(void)
{
    struct block b = block_start(RADIO_ID, "");

    radio_configure(b);
    return b;
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { TXEN, 0, 0 },
        { RXMATCH, 0, 0 },
        { READY, 0, 0 },
        { CRCSTATUS, 0, 0 },
        { RXCRC, 0, 0 },
        { DAI, 0, 0 },
        { PACKETPTR, 0, 0xffffffff },
        { FREQUENCY, 2, 0x7f },
        { TXPOWER, 0, 0xff },
        { MODE, 0, 0x3 },
        { PCNF0, 0, 0x000f010f },
        { PCNF1, 0, 0x0307ffff },
        { BASE0, 0, 0xffffffff },
        { BASE1, 0, 0xffffffff },
        { PREFIX0, 0, 0xffffffff },
        { PREFIX1, 0, 0xffffffff },
        { TXADDRESS, 0, 0x7 },
        { RXADDRESSES, 0, 0xff },
        { CRCCNF, 0, 0x103 },
        { CRCPOLY, 0, 0xffffff },
        { CRCINIT, 0, 0xffffff },
        { TEST_REGISTER, 0, 0x3 },
        { TIFS, 0, 0xff },
        { RSSISAMPLE, 0, 0 },
        { STATE, 0, 0 },
        { DATAWHITEIV, 0x40, 0x7f },
        { BCC, 0, 0xffffffff },
        { DAB0, 0, 0xffffffff },
        { DAB0 + 28, 0, 0xffffffff },
        { DAP0, 0, 0xffff },
        { DAP0 + 28, 0, 0xffff },
        { DACNF, 0, 0xffff },
        { OVERRIDE0, 0, 0xffffffff },
        { OVERRIDE0 + 12, 0, 0xffffffff },
        { OVERRIDE0 + 16, 0, 0x8fffffff },
        { BLOCK_SHORTS, 0, SHORTS_ALL },
    };
    struct block b = block_start(RADIO_ID, "");

    /* TXEN is one of the tasks that all ones start: DISABLE ends it */
    block_check_registers(b, table + 1, G_N_ELEMENTS(table) - 1);
    block_check_inten(b, INTEN_ALL);
    block_write(b, DATAWHITEIV, 0); /* bit 6 is hardwired */
    g_assert_cmphex(block_read(b, DATAWHITEIV), ==, 0x40);
    g_assert_cmphex(block_read(b, table[0].offset), ==, 0);
    block_finish(b);
}

static void sending_goes_through_all_states(void)
{
    struct block b = start();

    radio_expect_state(b, STATE_DISABLED);
    block_task(b, TXEN);
    radio_expect_state(b, STATE_TXRU);
    block_expect_in(b, READY, TX_RAMP_NS);
    radio_expect_state(b, STATE_TXIDLE);
    block_task(b, START);
    radio_expect_state(b, STATE_TX);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_expect_in(b, PAYLOAD, SAMPLE_PAYLOAD_NS - SAMPLE_ADDRESS_NS);
    block_expect_in(b, END, SAMPLE_END_NS - SAMPLE_PAYLOAD_NS);
    radio_expect_state(b, STATE_TXIDLE);
    block_task(b, DISABLE);
    radio_expect_state(b, STATE_TXDISABLE);
    block_expect_in(b, DISABLED, 4000);
    radio_expect_state(b, STATE_DISABLED);
    block_finish(b);
}

static void receiving_goes_through_all_states(void)
{
    struct block b = start();

    block_task(b, RXEN);
    radio_expect_state(b, STATE_RXRU);
    block_expect_in(b, READY, RX_RAMP_NS);
    radio_expect_state(b, STATE_RXIDLE);
    block_task(b, START);
    radio_expect_state(b, STATE_RX);
    block_expect_none(b, ADDRESS, 10000000); /* nobody sends */
    radio_expect_state(b, STATE_RX);
    block_task(b, STOP);
    radio_expect_state(b, STATE_RXIDLE);
    block_task(b, DISABLE);
    g_assert_cmpuint(block_read(b, DISABLED), ==, 1); /* takes no time */
    radio_expect_state(b, STATE_DISABLED);
    block_finish(b);
}

/* The sample is 152 bits, of which 48 are preamble and address. */
static void the_data_rate_sets_the_times(void)
{
    static const struct {
        uint32_t mode;
        int64_t bit_ns;
        int64_t disable_ns;
    } rates[] = {
        { 0, 1000, 4000 },
        { 1, 500, 3000 },
        { 2, 4000, 10000 },
        { 3, 1000, 4000 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        struct block b = start();

        block_write(b, MODE, rates[i].mode);
        radio_start_tx(b);
        block_expect_in(b, ADDRESS, 48 * rates[i].bit_ns);
        block_expect_in(b, PAYLOAD, 88 * rates[i].bit_ns);
        block_expect_in(b, END, 16 * rates[i].bit_ns);
        block_task(b, DISABLE);
        block_expect_in(b, DISABLED, rates[i].disable_ns);
        block_finish(b);
    }
}

static void tasks_in_the_wrong_state_do_nothing(void)
{
    struct block b = start();

    block_task(b, START);
    block_task(b, STOP);
    block_task(b, BCSTART);
    block_task(b, RSSISTART);
    radio_expect_state(b, STATE_DISABLED);
    block_task(b, TXEN);
    block_task(b, RXEN); /* it is on its way to be a transmitter */
    radio_expect_state(b, STATE_TXRU);
    block_task(b, START);
    block_expect_in(b, READY, TX_RAMP_NS);
    radio_expect_state(b, STATE_TXIDLE);
    block_task(b, START);
    block_pass(b, 10000);
    block_task(b, START);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS - 10000);
    g_assert_cmpuint(block_read(b, RSSIEND), ==, 0);
    block_finish(b);
}

static void disable_while_disabled_is_reported(void)
{
    struct block b = start();

    block_task(b, DISABLE);
    g_assert_cmpuint(block_read(b, DISABLED), ==, 1);
    radio_expect_state(b, STATE_DISABLED);
    block_finish(b);
}

static void disable_ends_the_ramp(void)
{
    struct block b = start();

    block_task(b, TXEN);
    block_pass(b, 1000);
    block_task(b, DISABLE);
    radio_expect_state(b, STATE_TXDISABLE);
    block_task(b, DISABLE); /* does not begin anew */
    block_expect_in(b, DISABLED, 4000);
    block_expect_none(b, READY, TX_RAMP_NS);
    block_task(b, RXEN);
    block_pass(b, 1000);
    block_task(b, DISABLE);
    g_assert_cmpuint(block_read(b, DISABLED), ==, 1);
    block_expect_none(b, READY, RX_RAMP_NS);
    block_finish(b);
}

static void stop_and_disable_end_a_packet_without_end(void)
{
    struct block b = start();

    radio_start_tx(b);
    block_pass(b, 100000);
    block_task(b, STOP);
    radio_expect_state(b, STATE_TXIDLE);
    g_assert_cmpuint(block_read(b, ADDRESS), ==, 1);
    block_expect_none(b, END, SAMPLE_END_NS);
    block_task(b, START);
    block_pass(b, 100000);
    block_task(b, DISABLE);
    block_expect_in(b, DISABLED, 4000);
    block_expect_none(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, PAYLOAD), ==, 0);
    block_finish(b);
}

/* TXEN, one packet, and back to listening, without the core */
static void shorts_send_a_packet_and_listen(void)
{
    struct block b = start();

    block_write(b, BLOCK_SHORTS, READY_START | END_DISABLE | DISABLED_RXEN);
    block_task(b, TXEN);
    block_expect_in(b, READY, TX_RAMP_NS);
    radio_expect_state(b, STATE_TX);
    block_expect_in(b, END, SAMPLE_END_NS);
    radio_expect_state(b, STATE_TXDISABLE);
    block_expect_in(b, DISABLED, 4000);
    radio_expect_state(b, STATE_RXRU);
    block_expect_in(b, READY, RX_RAMP_NS);
    radio_expect_state(b, STATE_RX);
    block_finish(b);
}

static void shorts_send_for_ever(void)
{
    struct block b = start();

    block_write(b, BLOCK_SHORTS, READY_START | END_START);
    block_task(b, TXEN);
    block_expect_in(b, READY, TX_RAMP_NS);
    for (int i = 0; i < 20; i++) {
        block_expect_in(b, END, SAMPLE_END_NS);
        radio_expect_state(b, STATE_TX);
    }
    block_finish(b);
}

static void a_step_over_many_packets_does_not_lose_time(void)
{
    struct block b = start();

    block_write(b, BLOCK_SHORTS, END_START);
    radio_start_tx(b);
    block_pass(b, 5000 * SAMPLE_END_NS);
    block_write(b, END, 0);
    block_expect_in(b, END, SAMPLE_END_NS);
    block_finish(b);
}

static void disabled_starts_the_transmitter(void)
{
    struct block b = start();

    block_write(b, BLOCK_SHORTS, DISABLED_TXEN);
    block_task(b, RXEN);
    block_expect_in(b, READY, RX_RAMP_NS);
    block_task(b, DISABLE);
    g_assert_cmpuint(block_read(b, DISABLED), ==, 1);
    radio_expect_state(b, STATE_TXRU);
    block_expect_in(b, READY, TX_RAMP_NS);
    block_finish(b);
}

/*
 * From the end of a packet to the start of the next one: 4 us to disable and
 * 132 us to ramp up are 136 us; TIFS makes them more, and never less.
 */
static void tifs_holds_the_next_packet_back(void)
{
    static const struct {
        uint32_t shorts;
        uint32_t tifs;
        int64_t ready_ns;
    } cases[] = {
        { END_DISABLE | DISABLED_TXEN, 150, 150000 },
        { END_DISABLE | DISABLED_TXEN, 255, 255000 },
        { END_DISABLE | DISABLED_TXEN, 100, 136000 },
        { END_DISABLE | DISABLED_RXEN, 150, 150000 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct block b = start();

        block_write(b, TIFS, cases[i].tifs);
        block_write(b, BLOCK_SHORTS, cases[i].shorts);
        radio_start_tx(b);
        block_expect_in(b, END, SAMPLE_END_NS);
        block_expect_in(b, READY, cases[i].ready_ns);
        block_finish(b);
    }
}

static void tifs_needs_the_shorts(void)
{
    struct block b = start();

    block_write(b, TIFS, 250);
    block_write(b, BLOCK_SHORTS, END_DISABLE);
    radio_start_tx(b);
    block_expect_in(b, END, SAMPLE_END_NS);
    block_expect_in(b, DISABLED, 4000);
    block_task(b, TXEN);
    block_expect_in(b, READY, TX_RAMP_NS);
    block_finish(b);
}

static void the_bit_counter_counts_from_the_address(void)
{
    struct block b = start();

    block_write(b, BCC, 8 + 16); /* LENGTH and two bytes */
    block_write(b, BLOCK_SHORTS, ADDRESS_BCSTART);
    radio_start_tx(b);
    block_expect_in(b, BCMATCH, SAMPLE_ADDRESS_NS + 24000);
    block_write(b, BCC, 32); /* goes on counting */
    block_expect_in(b, BCMATCH, 8000);
    block_write(b, BCC, 16); /* has been passed */
    block_expect_none(b, BCMATCH, 1000000);
    block_finish(b);
}

static void the_bit_counter_stops(void)
{
    static const uint32_t ways[] = { BCSTOP, STOP, DISABLE };

    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        struct block b = start();

        block_write(b, BCC, 40);
        block_write(b, BLOCK_SHORTS, ADDRESS_BCSTART);
        radio_start_tx(b);
        block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
        block_pass(b, 39000);
        block_task(b, ways[i]);
        block_write(b, BCC, 50);
        block_expect_none(b, BCMATCH, 1000000);
        block_finish(b);
    }
}

static void the_bit_counter_can_be_started_later(void)
{
    struct block b = start();

    block_write(b, BCC, 10);
    radio_start_tx(b);
    block_task(b, BCSTART); /* before the address: ignored */
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_expect_none(b, BCMATCH, 20000);
    block_task(b, BCSTART);
    block_expect_in(b, BCMATCH, 10000);
    block_pass(b, SAMPLE_END_NS);
    block_task(b, BCSTART); /* after the end: ignored */
    block_expect_none(b, BCMATCH, 20000);
    block_finish(b);
}

static void rssi_of_silence_is_the_noise(void)
{
    struct block b = start();

    radio_start_rx(b);
    block_task(b, RSSISTART);
    block_expect_in(b, RSSIEND, 8800);
    g_assert_cmpuint(block_read(b, RSSISAMPLE), ==, 100);
    block_expect_none(b, RSSIEND, 1000000); /* once */
    block_task(b, RSSISTART);
    block_task(b, RSSISTOP);
    block_expect_none(b, RSSIEND, 1000000);
    block_write(b, BLOCK_SHORTS, DISABLED_RSSISTOP);
    block_task(b, RSSISTART);
    block_task(b, DISABLE);
    block_expect_none(b, RSSIEND, 1000000);
    block_finish(b);
}

static void each_event_raises_interrupt_1(void)
{
    static const struct {
        uint32_t event;
        unsigned bit;
    } events[] = {
        { READY, 0 }, { ADDRESS, 1 },  { PAYLOAD, 2 },
        { END, 3 },   { DISABLED, 4 }, { BCMATCH, 10 },
    };
    struct block b = start();

    block_write(b, BCC, 8);
    block_write(b, BLOCK_SHORTS, READY_START | END_DISABLE | ADDRESS_BCSTART);
    block_task(b, TXEN);
    block_pass(b, 1000000);
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        g_assert_cmpuint(block_read(b, events[i].event), ==, 1);
        g_assert_false(qtest_get_irq(b.qts, RADIO_ID));
        block_write(b, BLOCK_INTENSET, 1u << events[i].bit);
        g_assert_true(qtest_get_irq(b.qts, RADIO_ID));
        block_write(b, events[i].event, 0);
        g_assert_false(qtest_get_irq(b.qts, RADIO_ID));
    }
    block_finish(b);
}

/* 20: TIMER0 COMPARE0 to TXEN; 22: COMPARE1 to DISABLE; 26: ADDRESS to
 * CAPTURE1; 27: END to CAPTURE2; the timer counts at 1 MHz. */
static void fixed_ppi_channels_join_it_to_timer0(void)
{
    struct block b = start();
    struct block timer = { .qts = b.qts, .id = 8 };

    block_write(timer, 0x508, 3); /* 32 bits */
    block_write(timer, 0x510, 4); /* 1 MHz */
    block_write(timer, 0x540, 50);
    block_write(timer, 0x544, 100000);
    qtest_writel(b.qts, 0x4001f504, 1u << 20 | 1u << 22 | 1u << 26 | 1u << 27);
    block_write(b, BLOCK_SHORTS, READY_START);
    block_task(timer, 0x000);
    block_expect_in(b, READY, 50000 + TX_RAMP_NS);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(timer, 0x544), ==, 50 + 132 + 48);
    g_assert_cmpuint(block_read(timer, 0x548), ==, 50 + 132 + 152);
    block_write(timer, 0x544, 500);
    block_expect_in(b, DISABLED, (500 - 50 - 132 - 152) * 1000 + 4000);
    block_finish(b);
}

static void power_off_and_reset_end_everything(void)
{
    struct block b = start();

    radio_start_tx(b);
    block_write(b, BLOCK_POWER, 0);
    block_write(b, BLOCK_POWER, 1);
    radio_expect_state(b, STATE_DISABLED);
    block_expect_none(b, END, 1000000);
    radio_configure(b);
    radio_start_tx(b);
    qtest_system_reset(b.qts);
    radio_expect_state(b, STATE_DISABLED);
    block_expect_none(b, END, 1000000);
    g_assert_cmpuint(block_read(b, DISABLED), ==, 0);
    block_finish(b);
}

static void a_packet_goes_on_after_migration(void)
{
    struct block b = start();

    block_write(b, BCC, 20);
    block_write(b, BLOCK_SHORTS, ADDRESS_BCSTART | END_DISABLE);
    radio_start_tx(b);
    block_pass(b, SAMPLE_ADDRESS_NS + 9999);
    b = block_migrate(b);
    radio_expect_state(b, STATE_TX);
    block_expect_in(b, BCMATCH, 10000);
    block_expect_in(b, END, SAMPLE_END_NS - SAMPLE_ADDRESS_NS - 20000);
    block_expect_in(b, DISABLED, 4000);
    block_finish(b);
}

static void a_packet_anywhere_is_sent(void)
{
    static const uint32_t pointers[] = { 0,           RAM_BASE - 1, RAM_END - 1,
                                         RAM_END - 4, RAM_END,      0x40001000,
                                         0xfffffffe,  0xffffffff };
    struct block b = start();

    qtest_memset(b.qts, RAM_END - 16, 0xff, 16);
    block_write(b, BLOCK_SHORTS, READY_START | END_DISABLE | DISABLED_TXEN);
    block_task(b, TXEN);
    for (size_t i = 0; i < G_N_ELEMENTS(pointers); i++) {
        block_write(b, PACKETPTR, pointers[i]);
        block_pass(b, 1000000);
        g_assert_cmpuint(block_read(b, END), ==, 1);
        block_write(b, END, 0);
    }
    block_finish(b);
}

/* A guest can wire DISABLED to DISABLE, which take no time while disabled. */
static void a_ring_of_disabling_lets_time_pass(void)
{
    struct block b = start();

    block_join(b, 0, block_address(b, DISABLED), block_address(b, DISABLE));
    alarm(RING_S);
    block_task(b, DISABLE);
    block_pass(b, 1000000);
    g_assert_cmpuint(block_read(b, DISABLED), ==, 1);
    /* and once more without the ring, which has left nothing behind */
    qtest_writel(b.qts, PPI_CHENCLR, 1);
    block_pass(b, 1000);
    block_write(b, DISABLED, 0);
    block_expect_none(b, DISABLED, 1000000);
    block_task(b, TXEN);
    block_expect_in(b, READY, TX_RAMP_NS);
    alarm(0);
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-radio/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(sending_goes_through_all_states);
    TEST(receiving_goes_through_all_states);
    TEST(the_data_rate_sets_the_times);
    TEST(tasks_in_the_wrong_state_do_nothing);
    TEST(disable_while_disabled_is_reported);
    TEST(disable_ends_the_ramp);
    TEST(stop_and_disable_end_a_packet_without_end);
    TEST(shorts_send_a_packet_and_listen);
    TEST(shorts_send_for_ever);
    TEST(a_step_over_many_packets_does_not_lose_time);
    TEST(disabled_starts_the_transmitter);
    TEST(tifs_holds_the_next_packet_back);
    TEST(tifs_needs_the_shorts);
    TEST(the_bit_counter_counts_from_the_address);
    TEST(the_bit_counter_stops);
    TEST(the_bit_counter_can_be_started_later);
    TEST(rssi_of_silence_is_the_noise);
    TEST(each_event_raises_interrupt_1);
    TEST(fixed_ppi_channels_join_it_to_timer0);
    TEST(power_off_and_reset_end_everything);
    TEST(a_packet_goes_on_after_migration);
    TEST(a_packet_anywhere_is_sent);
    TEST(a_ring_of_disabling_lets_time_pass);
    return g_test_run();
}
