/*
 * RADIO of the nRF51 and another board: what is sent, what is received
 *
 * The test is the other board (radio.h); nrf51-air-others-test.c has more of
 * them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "radio.h"

static int peer;

static struct block start(void)
{
    return radio_with_air(&peer, "");
}

static void finish(struct block b)
{
    block_finish(b);
    close(peer);
}

/* Sending */

static void a_packet_goes_out_when_it_starts(void)
{
    struct block b = start();
    struct bw_air_frame sent;

    block_task(b, TXEN);
    block_expect_in(b, READY, TX_RAMP_NS);
    radio_expect_silence(peer);
    block_task(b, START);
    sent = radio_hear(peer);
    g_assert_cmpuint(sent.kind, ==, BW_AIR_PACKET);
    g_assert_cmpuint(sent.mode, ==, 0);
    g_assert_cmpint(sent.power_dbm, ==, -4);
    g_assert_cmpuint(sent.frequency_mhz, ==, 2407);
    g_assert_cmpuint(sent.station, !=, 0);
    g_assert_cmpint(sent.start_ns, ==, qtest_clock_step(b.qts, 1) - 1);
    g_assert_cmpmem(&sent.packet, sizeof(sent.packet), &sample_frame.packet,
                    sizeof(sample_frame.packet));
    block_pass(b, 1000000);
    radio_expect_silence(peer);
    g_assert_cmpint(radio_property(b, "air-sent"), ==, 1);
    finish(b);
}

static void packets_are_numbered(void)
{
    struct block b = start();
    struct bw_air_frame first, second;

    block_write(b, BLOCK_SHORTS, END_START);
    radio_start_tx(b);
    block_pass(b, SAMPLE_END_NS);
    first = radio_hear(peer);
    second = radio_hear(peer);
    g_assert_cmpuint(second.station, ==, first.station);
    g_assert_cmpuint(second.sequence, ==, first.sequence + 1);
    g_assert_cmpuint(second.start_ns, ==, first.start_ns + SAMPLE_END_NS);
    finish(b);
}

/* nrf51.svd names for each register the task that looks at it. */
static void registers_count_at_their_decision_points(void)
{
    struct block b = start();
    struct bw_air_frame sent;

    block_write(b, MODE, 3);
    block_task(b, TXEN);
    block_write(b, FREQUENCY, 80);
    block_write(b, TXPOWER, 4);
    block_write(b, MODE, 1);
    block_write(b, DATAWHITEIV, 0x19);
    block_expect_in(b, READY, TX_RAMP_NS);
    block_write(b, BASE0, 0x75626975);
    block_task(b, START);
    block_write(b, PREFIX0, 9);
    block_write(b, PACKETPTR, 0);
    sent = radio_hear(peer);
    g_assert_cmpuint(sent.frequency_mhz, ==, 2407);
    g_assert_cmpint(sent.power_dbm, ==, -4);
    g_assert_cmpuint(sent.mode, ==, 3);
    g_assert_cmphex(sent.packet.bytes[1], ==, 0x75); /* BASE0's new one */
    g_assert_cmphex(sent.packet.bytes[5], ==, 0);
    /* LENGTH, whitened as before */
    g_assert_cmphex(sent.packet.bytes[6], ==, sample_frame.packet.bytes[6]);
    finish(b);
}

static void the_transmit_address_is_chosen(void)
{
    struct block b = start();

    block_write(b, BASE1, 0x11223344);
    block_write(b, PREFIX1, 0x99887766);
    block_write(b, TXADDRESS, 6);
    radio_start_tx(b);
    g_assert_cmpmem(radio_hear(peer).packet.bytes, 6,
                    ((const uint8_t[]){ 0xaa, 0x44, 0x33, 0x22, 0x11, 0x88 }),
                    6);
    finish(b);
}

static void a_packet_that_is_cut_short_is_told(void)
{
    static const uint32_t ways[] = { STOP, DISABLE, BLOCK_POWER };

    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        struct block b = start();
        struct bw_air_frame packet, cut;

        radio_start_tx(b);
        packet = radio_hear(peer);
        block_pass(b, 100999);
        block_write(b, ways[i], ways[i] != BLOCK_POWER);
        cut = radio_hear(peer);
        g_assert_cmpuint(cut.kind, ==, BW_AIR_CUT);
        g_assert_cmpuint(cut.sequence, ==, packet.sequence);
        g_assert_cmpuint(cut.station, ==, packet.station);
        g_assert_cmpuint(cut.packet.bits, ==, 100);
        finish(b);
    }
}

static void a_packet_that_is_not_in_ram_is_zeros(void)
{
    struct block b = start();
    struct bw_air_frame sent;

    block_write(b, DATAWHITEIV, 0);
    block_write(b, PCNF1, 0x00040020); /* no whitening */
    qtest_writeb(b.qts, RAM_END - 4, 20);
    block_write(b, PACKETPTR, RAM_END - 4);
    radio_start_tx(b);
    sent = radio_hear(peer);
    g_assert_cmpuint(sent.packet.bits, ==, 48 + 8 + 160 + 16);
    g_assert_cmphex(sent.packet.bytes[6], ==, 20);
    for (int i = 0; i < 20; i++) {
        g_assert_cmphex(sent.packet.bytes[7 + i], ==, 0);
    }
    finish(b);
}

/* Receiving */

static void a_packet_is_received(void)
{
    struct block b = radio_start_receiver(&peer);

    radio_say(b, peer, &sample_frame);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_expect_in(b, PAYLOAD, SAMPLE_PAYLOAD_NS - SAMPLE_ADDRESS_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    radio_expect_state(b, STATE_RX);
    block_expect_in(b, END, SAMPLE_END_NS - SAMPLE_PAYLOAD_NS);
    radio_expect_state(b, STATE_RXIDLE);
    radio_expect_sample(b, SAMPLE_RAM_LEN);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    g_assert_cmphex(block_read(b, RXCRC), ==, SAMPLE_CRC);
    g_assert_cmpuint(block_read(b, RXMATCH), ==, 0);
    radio_expect_silence(peer);
    finish(b);
}

/* As the DAL does it: the first buffer belongs to somebody else by then. */
static void start_while_listening_takes_the_new_buffer(void)
{
    const uint32_t other = PACKET + 0x100;
    struct block b = radio_start_receiver(&peer);
    uint8_t before[SAMPLE_RAM_LEN], after[SAMPLE_RAM_LEN];

    qtest_memread(b.qts, PACKET, before, sizeof(before));
    block_write(b, PACKETPTR, other);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    radio_expect_ram(b, other, sample_ram, SAMPLE_RAM_LEN);
    qtest_memread(b.qts, PACKET, after, sizeof(after));
    g_assert_cmpmem(before, sizeof(before), after, sizeof(after));
    finish(b);
}

/* Also if a packet was there already when it started for the first time. */
static void the_second_start_counts_for_an_early_packet(void)
{
    const uint32_t other = PACKET + 0x100;
    struct block b = radio_start_receiver(&peer);

    block_task(b, STOP);
    radio_say(b, peer, &sample_frame);
    block_pass(b, 5000);
    block_task(b, START);
    block_pass(b, 3000);
    block_write(b, PACKETPTR, other);
    block_task(b, START);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    radio_expect_ram(b, other, sample_ram, SAMPLE_RAM_LEN);
    g_assert_cmphex(qtest_readb(b.qts, PACKET), ==, RADIO_UNTOUCHED);
    finish(b);
}

static void start_in_mid_packet_misses_it(void)
{
    struct block b = radio_start_receiver(&peer);

    radio_say(b, peer, &sample_frame);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_task(b, START);
    block_expect_none(b, END, 1000000);
    radio_expect_state(b, STATE_RX);
    finish(b);
}

static void the_logical_address_is_told(void)
{
    struct block b = radio_start_receiver(&peer);

    block_task(b, STOP);
    block_write(b, BASE1, 0x75626974);
    block_write(b, PREFIX0, 0x01010101);
    block_write(b, PREFIX1, 0x01000101); /* number 6 */
    block_write(b, RXADDRESSES, 0xff);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, RXMATCH), ==, 6);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    finish(b);
}

static void bytes_come_as_they_are_sent(void)
{
    struct block b = radio_start_receiver(&peer);

    block_write(b, BLOCK_SHORTS, ADDRESS_BCSTART);
    block_write(b, BCC, 32); /* LENGTH and three bytes */
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, BCMATCH, SAMPLE_ADDRESS_NS + 32000);
    radio_expect_sample(b, 4);
    block_pass(b, 16000 - 1);
    block_task(b, DISABLE); /* a bit before the sixth is complete */
    radio_expect_sample(b, 5);
    block_expect_none(b, END, 1000000);
    finish(b);
}

static void a_wrong_bit_is_a_crc_error(void)
{
    struct bw_air_frame frame = sample_frame;
    struct block b = radio_start_receiver(&peer);

    frame.packet.bytes[10] ^= 0x10;
    radio_say(b, peer, &frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    finish(b);
}

static void another_whitening_is_a_crc_error(void)
{
    struct block b = start();

    block_write(b, DATAWHITEIV, 0x19);
    radio_start_rx(b);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_pass(b, 1000000);
    g_assert_cmpuint(block_read(b, END), ==, 1);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    finish(b);
}

/* Neither frame is for a receiver at 2407 MHz, mode 0, group 0. */
static void what_is_not_for_us_is_not_heard(void)
{
    struct bw_air_frame frames[] = { sample_frame, sample_frame, sample_frame };
    struct block b = radio_start_receiver(&peer);

    frames[0].frequency_mhz++;
    frames[1].mode = 3;
    frames[2].packet.bytes[5] = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        radio_say(b, peer, &frames[i]);
        block_expect_none(b, ADDRESS, 1000000);
        radio_expect_state(b, STATE_RX);
    }
    g_assert_cmphex(qtest_readb(b.qts, PACKET), ==, RADIO_UNTOUCHED);
    g_assert_cmpint(radio_property(b, "air-heard"), ==, 3);
    finish(b);
}

static void who_does_not_listen_at_the_start_misses_it(void)
{
    struct block b = start();

    radio_set_property(b, "air-grace-us", 0);
    block_task(b, RXEN);
    block_pass(b, RX_RAMP_NS - 1);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, READY, 1);
    block_task(b, START);
    block_expect_none(b, ADDRESS, 1000000);
    block_task(b, STOP);
    radio_say(b, peer, &sample_frame);
    block_expect_none(b, ADDRESS, 1000000);
    finish(b);
}

/* It comes while the receiver ramps up, and begins when that is ready. */
static void an_answer_that_is_early_is_heard(void)
{
    struct block b = start();

    block_write(b, BLOCK_SHORTS, READY_START);
    block_task(b, RXEN);
    block_pass(b, 1000);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, READY, RX_RAMP_NS - 1000);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_expect_in(b, END, SAMPLE_END_NS - SAMPLE_ADDRESS_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    block_task(b, START); /* once is enough */
    block_expect_none(b, ADDRESS, 1000000);
    finish(b);
}

/* The default is 1 ms. */
static void what_is_older_than_the_grace_is_gone(void)
{
    struct block b = start();

    block_task(b, RXEN);
    block_expect_in(b, READY, RX_RAMP_NS);
    radio_say(b, peer, &sample_frame);
    block_pass(b, 999999);
    block_task(b, START);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_expect_in(b, END, SAMPLE_END_NS - SAMPLE_ADDRESS_NS);
    radio_say(b, peer, &sample_frame);
    block_pass(b, 1000000);
    block_task(b, START);
    block_expect_none(b, ADDRESS, 1000000);
    finish(b);
}

/* What has been spoilt stays so. */
static void the_grace_does_not_mend_a_collision(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = start();

    other.station++;
    other.packet.bytes[5] = 1;
    radio_say(b, peer, &other);
    radio_say(b, peer, &sample_frame);
    radio_start_rx(b);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    finish(b);
}

static void the_path_loss_weakens_it(void)
{
    struct bw_air_frame frame = sample_frame;
    struct block b = start();

    block_write(b, BLOCK_SHORTS, ADDRESS_RSSISTART);
    g_assert_cmpint(radio_property(b, "path-loss-db"), ==, 40);
    radio_start_rx(b);
    radio_say(b, peer, &frame);
    block_expect_in(b, RSSIEND, SAMPLE_ADDRESS_NS + 8800);
    g_assert_cmpuint(block_read(b, RSSISAMPLE), ==, 44); /* -4 - 40 */
    block_pass(b, SAMPLE_END_NS);
    block_task(b, START);
    radio_set_property(b, "path-loss-db", 86); /* sensitivity: -90 dBm */
    frame.sequence++;
    radio_say(b, peer, &frame);
    block_expect_in(b, RSSIEND, SAMPLE_ADDRESS_NS + 8800);
    g_assert_cmpuint(block_read(b, RSSISAMPLE), ==, 90);
    block_pass(b, SAMPLE_END_NS);
    block_write(b, ADDRESS, 0);
    block_task(b, START);
    radio_set_property(b, "path-loss-db", 87);
    frame.sequence++;
    radio_say(b, peer, &frame);
    block_expect_none(b, ADDRESS, 1000000);
    finish(b);
}

/* Free space: 40.2 dB at 1 m, 20 dB more for each factor of ten */
static void the_distance_makes_the_path_loss(void)
{
    struct block b = start();

    radio_set_property(b, "distance-mm", 10000);
    g_assert_cmpint(radio_property(b, "path-loss-db"), ==, 60);
    radio_set_property(b, "distance-mm", 1);
    g_assert_cmpint(radio_property(b, "path-loss-db"), ==, 0);
    radio_set_property(b, "path-loss-db", 80);
    g_assert_cmpint(radio_property(b, "distance-mm"), >, 97000);
    g_assert_cmpint(radio_property(b, "distance-mm"), <, 98000);
    finish(b);
}

static void a_carrier_elsewhere_is_no_signal(void)
{
    struct bw_air_frame frame = sample_frame;
    struct block b = start();

    frame.packet.bytes[5] = 1; /* another group: RSSI shows it all the same */
    radio_start_rx(b);
    radio_say(b, peer, &frame);
    block_task(b, RSSISTART);
    block_expect_in(b, RSSIEND, 8800);
    g_assert_cmpuint(block_read(b, RSSISAMPLE), ==, 44);
    frame.frequency_mhz++;
    block_pass(b, SAMPLE_END_NS);
    radio_say(b, peer, &frame);
    block_task(b, RSSISTART);
    block_expect_in(b, RSSIEND, 8800);
    g_assert_cmpuint(block_read(b, RSSISAMPLE), ==, 100);
    finish(b);
}

/* Device address match */

/* An advertisement of C1:02:03:04:05:06, a random address, on channel 37; see
 * tests/unit/test_radio_packet.c. */
static const struct bw_air_frame advertisement = {
    .kind = BW_AIR_PACKET,
    .mode = 3,
    .frequency_mhz = 2402,
    .sequence = 1,
    .station = 0x1234,
    .packet = { .bits = 152,
                .bytes = { 0xaa, 0xd6, 0xbe, 0x89, 0x8e, 0xcf, 0xdb, 0x51, 0xa4,
                           0x39, 0xa4, 0x64, 0x71, 0x77, 0x30, 0x17, 0x88, 0xec,
                           0xb7 } },
};
#define DEVICE_NS 104000 /* 40 bits, 16 of header, 48 of address */

static struct block start_scanner(void)
{
    struct block b = start();

    block_write(b, MODE, 3);
    block_write(b, FREQUENCY, 2);
    block_write(b, PCNF0, 0x00020106);
    block_write(b, PCNF1, 0x02030025);
    block_write(b, BASE0, 0x89bed600);
    block_write(b, PREFIX0, 0x8e);
    block_write(b, CRCCNF, 0x103);
    block_write(b, CRCPOLY, 0x65b);
    block_write(b, CRCINIT, 0x555555);
    block_write(b, DATAWHITEIV, 37);
    block_write(b, DAB0 + 4 * 5, 0x03040506);
    block_write(b, DAP0 + 4 * 5, 0xc102);
    radio_start_rx(b);
    return b;
}

static void a_device_address_is_matched(void)
{
    struct block b = start_scanner();

    block_write(b, DACNF, 1 << 5 | 1 << 13);
    radio_say(b, peer, &advertisement);
    block_expect_in(b, DEVMATCH, DEVICE_NS);
    g_assert_cmpuint(block_read(b, DAI), ==, 5);
    block_expect_in(b, END, 152000 - DEVICE_NS);
    g_assert_cmpuint(block_read(b, DEVMISS), ==, 0);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    finish(b);
}

static void another_device_address_is_missed(void)
{
    static const uint32_t dacnf[] = {
        1 << 5,           /* it is no public address */
        1 << 4 | 1 << 12, /* it is none of these */
        0xdf | 0xff << 8,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(dacnf); i++) {
        struct block b = start_scanner();

        block_write(b, DACNF, dacnf[i]);
        radio_say(b, peer, &advertisement);
        block_expect_in(b, DEVMISS, DEVICE_NS);
        block_expect_none(b, DEVMATCH, 1000000);
        finish(b);
    }
}

static void device_match_is_off_by_default(void)
{
    struct block b = start_scanner();

    radio_say(b, peer, &advertisement);
    block_expect_in(b, END, 152000);
    g_assert_cmpuint(block_read(b, DEVMATCH), ==, 0);
    g_assert_cmpuint(block_read(b, DEVMISS), ==, 0);
    finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-air/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_packet_goes_out_when_it_starts);
    TEST(packets_are_numbered);
    TEST(registers_count_at_their_decision_points);
    TEST(the_transmit_address_is_chosen);
    TEST(a_packet_that_is_cut_short_is_told);
    TEST(a_packet_that_is_not_in_ram_is_zeros);
    TEST(a_packet_is_received);
    TEST(start_while_listening_takes_the_new_buffer);
    TEST(the_second_start_counts_for_an_early_packet);
    TEST(start_in_mid_packet_misses_it);
    TEST(the_logical_address_is_told);
    TEST(bytes_come_as_they_are_sent);
    TEST(a_wrong_bit_is_a_crc_error);
    TEST(another_whitening_is_a_crc_error);
    TEST(what_is_not_for_us_is_not_heard);
    TEST(who_does_not_listen_at_the_start_misses_it);
    TEST(an_answer_that_is_early_is_heard);
    TEST(what_is_older_than_the_grace_is_gone);
    TEST(the_grace_does_not_mend_a_collision);
    TEST(the_path_loss_weakens_it);
    TEST(the_distance_makes_the_path_loss);
    TEST(a_carrier_elsewhere_is_no_signal);
    TEST(a_device_address_is_matched);
    TEST(another_device_address_is_missed);
    TEST(device_match_is_off_by_default);
    return g_test_run();
}
