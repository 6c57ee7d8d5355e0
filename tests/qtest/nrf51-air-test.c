/*
 * RADIO of the nRF51 and the other boards: what is sent, what is received
 *
 * The test is all the other boards (radio.h); in one test two QEMUs hear each
 * other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/socket.h>
#include "radio.h"

#define UNTOUCHED 0xee

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

/* A receiver whose RAM shows what is written to it */
static struct block start_receiver(void)
{
    struct block b = start();

    qtest_memset(b.qts, PACKET - 16, UNTOUCHED, 512);
    radio_start_rx(b);
    return b;
}

static void expect_ram(struct block b, uint32_t address, const uint8_t *bytes,
                       size_t len)
{
    g_autofree uint8_t *got = g_malloc(len);

    qtest_memread(b.qts, address, got, len);
    g_assert_cmpmem(got, len, bytes, len);
}

/* The first @len bytes of the sample are in RAM, and nothing around them. */
static void expect_sample(struct block b, size_t len)
{
    expect_ram(b, PACKET, sample_ram, len);
    g_assert_cmphex(qtest_readb(b.qts, PACKET - 1), ==, UNTOUCHED);
    g_assert_cmphex(qtest_readb(b.qts, PACKET + len), ==, UNTOUCHED);
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
    struct block b = start_receiver();

    radio_say(b, peer, &sample_frame);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_expect_in(b, PAYLOAD, SAMPLE_PAYLOAD_NS - SAMPLE_ADDRESS_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    radio_expect_state(b, STATE_RX);
    block_expect_in(b, END, SAMPLE_END_NS - SAMPLE_PAYLOAD_NS);
    radio_expect_state(b, STATE_RXIDLE);
    expect_sample(b, SAMPLE_RAM_LEN);
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
    struct block b = start_receiver();
    uint8_t before[SAMPLE_RAM_LEN], after[SAMPLE_RAM_LEN];

    qtest_memread(b.qts, PACKET, before, sizeof(before));
    block_write(b, PACKETPTR, other);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    expect_ram(b, other, sample_ram, SAMPLE_RAM_LEN);
    qtest_memread(b.qts, PACKET, after, sizeof(after));
    g_assert_cmpmem(before, sizeof(before), after, sizeof(after));
    finish(b);
}

/* Also if a packet was there already when it started for the first time. */
static void the_second_start_counts_for_an_early_packet(void)
{
    const uint32_t other = PACKET + 0x100;
    struct block b = start_receiver();

    block_task(b, STOP);
    radio_say(b, peer, &sample_frame);
    block_pass(b, 5000);
    block_task(b, START);
    block_pass(b, 3000);
    block_write(b, PACKETPTR, other);
    block_task(b, START);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    expect_ram(b, other, sample_ram, SAMPLE_RAM_LEN);
    g_assert_cmphex(qtest_readb(b.qts, PACKET), ==, UNTOUCHED);
    finish(b);
}

static void start_in_mid_packet_misses_it(void)
{
    struct block b = start_receiver();

    radio_say(b, peer, &sample_frame);
    block_expect_in(b, ADDRESS, SAMPLE_ADDRESS_NS);
    block_task(b, START);
    block_expect_none(b, END, 1000000);
    radio_expect_state(b, STATE_RX);
    finish(b);
}

static void the_logical_address_is_told(void)
{
    struct block b = start_receiver();

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
    struct block b = start_receiver();

    block_write(b, BLOCK_SHORTS, ADDRESS_BCSTART);
    block_write(b, BCC, 32); /* LENGTH and three bytes */
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, BCMATCH, SAMPLE_ADDRESS_NS + 32000);
    expect_sample(b, 4);
    block_pass(b, 16000 - 1);
    block_task(b, DISABLE); /* a bit before the sixth is complete */
    expect_sample(b, 5);
    block_expect_none(b, END, 1000000);
    finish(b);
}

static void a_wrong_bit_is_a_crc_error(void)
{
    struct bw_air_frame frame = sample_frame;
    struct block b = start_receiver();

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
    struct block b = start_receiver();

    frames[0].frequency_mhz++;
    frames[1].mode = 3;
    frames[2].packet.bytes[5] = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        radio_say(b, peer, &frames[i]);
        block_expect_none(b, ADDRESS, 1000000);
        radio_expect_state(b, STATE_RX);
    }
    g_assert_cmphex(qtest_readb(b.qts, PACKET), ==, UNTOUCHED);
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

/* Several at a time */

static void two_at_a_time_spoil_each_other(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = start_receiver();

    other.station++;
    other.packet.bytes[5] = 1;
    radio_say(b, peer, &sample_frame);
    block_pass(b, SAMPLE_END_NS - 1); /* its last bit */
    radio_say(b, peer, &other);
    block_expect_in(b, END, 1);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    expect_sample(b, SAMPLE_RAM_LEN); /* what had come before is good */
    finish(b);
}

static void the_second_of_two_is_spoilt_as_well(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = start_receiver();

    other.station++;
    other.packet.bytes[5] = 1;
    radio_say(b, peer, &other); /* not for us */
    block_pass(b, 1000);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    finish(b);
}

/* This board was late: it finds both frames at once. */
static void two_that_did_not_meet_come_one_by_one(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = start();

    block_write(b, BLOCK_SHORTS, END_START);
    radio_start_rx(b);
    other.station++;
    other.host_ns = sample_frame.host_ns + SAMPLE_END_NS;
    radio_say(b, peer, &sample_frame);
    block_pass(b, 1000);
    radio_say(b, peer, &other);
    block_expect_in(b, END, SAMPLE_END_NS - 1000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    other.station++;
    other.host_ns = sample_frame.host_ns - 1; /* ended a bit too late */
    block_pass(b, 10000000);
    radio_say(b, peer, &sample_frame);
    radio_say(b, peer, &other);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    finish(b);
}

static void another_frequency_does_not_disturb(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = start_receiver();

    other.station++;
    other.frequency_mhz++;
    radio_say(b, peer, &sample_frame);
    block_pass(b, 1000);
    radio_say(b, peer, &other);
    block_expect_in(b, END, SAMPLE_END_NS - 1000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    expect_sample(b, SAMPLE_RAM_LEN);
    finish(b);
}

/* The frame of the second one is early, or that of the first was late. */
static void packets_of_one_sender_keep_their_distance(void)
{
    struct bw_air_frame second = sample_frame;
    struct block b = start();

    block_write(b, BLOCK_SHORTS, END_START);
    radio_start_rx(b);
    second.sequence++;
    second.start_ns = sample_frame.start_ns + 300000;
    radio_say(b, peer, &sample_frame);
    radio_say(b, peer, &second);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    block_expect_in(b, END, 300000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    finish(b);
}

/* A board that was late finds several frames at once. */
static void packets_of_one_sender_never_overlap(void)
{
    static const struct {
        uint64_t start_ns;
        int64_t gap_ns; /* to the packet before it */
    } packets[] = {
        { 1000000, 0 },
        { 1000000 + 300000, 300000 },
        { 1000000 + 300001, SAMPLE_END_NS }, /* cannot be */
        { 90000000, 5000000 },               /* its gap is shortened */
        { 0, 5000000 },                      /* its clock went back */
        { UINT64_MAX, 5000000 },
    };
    struct bw_air_frame frame = sample_frame;
    struct block b = start();

    block_write(b, BLOCK_SHORTS, END_START);
    radio_start_rx(b);
    for (size_t i = 0; i < G_N_ELEMENTS(packets); i++) {
        frame.sequence++;
        frame.start_ns = packets[i].start_ns;
        radio_say(b, peer, &frame);
    }
    block_expect_in(b, END, SAMPLE_END_NS);
    for (size_t i = 1; i < G_N_ELEMENTS(packets); i++) {
        block_expect_in(b, END, packets[i].gap_ns);
        g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    }
    finish(b);
}

/* What its clock says has no meaning when nothing of it is on the air. */
static void a_distant_start_is_not_waited_for(void)
{
    static const uint64_t starts[] = { 5000000, 0, UINT64_MAX, 20000000 };
    struct bw_air_frame frame = sample_frame;
    struct block b = start();

    block_write(b, BLOCK_SHORTS, END_START);
    radio_start_rx(b);
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        frame.sequence++;
        frame.start_ns = starts[i];
        radio_say(b, peer, &frame);
        block_expect_in(b, END, SAMPLE_END_NS);
        block_pass(b, 5000000);
    }
    finish(b);
}

static void a_cut_ends_the_packet_in_noise(void)
{
    struct bw_air_frame cut = sample_frame;
    struct block b = start_receiver();

    cut.kind = BW_AIR_CUT;
    cut.packet.bits = 80;
    radio_say(b, peer, &sample_frame);
    block_pass(b, 80000);
    radio_say(b, peer, &cut);
    block_expect_in(b, END, SAMPLE_END_NS - 80000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    g_assert_cmpint(radio_property(b, "air-refused"), ==, 0);
    finish(b);
}

static void a_cut_is_for_its_own_packet(void)
{
    struct bw_air_frame second = sample_frame;
    struct bw_air_frame cut;
    struct block b = start_receiver();

    second.sequence++;
    second.start_ns += 300000;
    cut = second;
    cut.kind = BW_AIR_CUT;
    cut.packet.bits = 60;
    radio_say(b, peer, &sample_frame);
    radio_say(b, peer, &second);
    radio_say(b, peer, &cut); /* before the second has begun here */
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    block_write(b, ADDRESS, 0);
    block_task(b, START);
    block_expect_in(b, ADDRESS, 300000 - SAMPLE_END_NS + SAMPLE_ADDRESS_NS);
    block_pass(b, 1000000);
    g_assert_cmpuint(block_read(b, END), ==, 1);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    finish(b);
}

/* Bounds and hostile input */

static void maxlen_bounds_what_is_written(void)
{
    struct block b = start_receiver();

    block_task(b, STOP);
    block_write(b, PCNF1, 0x02040000 | 4);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_pass(b, 1000000);
    g_assert_cmpuint(block_read(b, END), ==, 1);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    expect_sample(b, 5);
    finish(b);
}

static void a_packet_ends_at_the_end_of_the_ram(void)
{
    struct block b = start_receiver();

    block_task(b, STOP);
    block_write(b, PACKETPTR, RAM_END - 4);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    expect_ram(b, RAM_END - 4, sample_ram, 4);
    block_write(b, PACKETPTR, 0xfffffffe);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    finish(b);
}

static void bad_frames_are_refused(void)
{
    uint8_t buf[BW_AIR_MAX_FRAME + 200];
    struct block b = start_receiver();
    size_t len = bw_air_encode(&sample_frame, buf, sizeof(buf));
    int64_t count = 0;

    for (size_t i = 1; i < len; i++) { /* each length that is too short */
        g_assert_cmpint(send(peer, buf, i, 0), ==, i);
        radio_wait_for_frames(b, ++count);
    }
    g_assert_cmpint(send(peer, buf, sizeof(buf), 0), ==, sizeof(buf));
    radio_wait_for_frames(b, ++count);
    buf[11] = 0xff; /* bits */
    g_assert_cmpint(send(peer, buf, len, 0), ==, len);
    radio_wait_for_frames(b, ++count);
    g_assert_cmpint(radio_property(b, "air-heard"), ==, 0);
    g_assert_cmpint(radio_property(b, "air-refused"), ==, count);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    expect_sample(b, SAMPLE_RAM_LEN);
    finish(b);
}

static void our_own_frames_are_dropped(void)
{
    struct block b = start();
    uint8_t buf[BW_AIR_MAX_FRAME];
    struct bw_air_frame frame;
    ssize_t len;

    radio_start_tx(b);
    frame = radio_hear(peer);
    block_pass(b, SAMPLE_END_NS);
    block_task(b, DISABLE);
    block_pass(b, 4000);
    radio_start_rx(b);
    len = bw_air_encode(&frame, buf, sizeof(buf));
    g_assert_cmpint(send(peer, buf, len, 0), ==, len);
    frame.station++;
    frame.frequency_mhz++;
    radio_say(b, peer, &frame); /* the board has seen the first, too */
    g_assert_cmpint(radio_property(b, "air-heard"), ==, 1);
    g_assert_cmpint(radio_property(b, "air-refused"), ==, 0);
    block_write(b, ADDRESS, 0);
    block_expect_none(b, ADDRESS, 1000000);
    finish(b);
}

static void there_is_room_for_64(void)
{
    struct bw_air_frame frame = sample_frame;
    struct block b = start();

    radio_set_property(b, "air-grace-us", 0);
    frame.frequency_mhz = 2480;
    for (int i = 0; i < 80; i++) {
        frame.station++;
        radio_say(b, peer, &frame);
    }
    g_assert_cmpint(radio_property(b, "air-heard"), ==, 64);
    g_assert_cmpint(radio_property(b, "air-refused"), ==, 16);
    block_pass(b, 5000000);
    frame.station++;
    radio_say(b, peer, &frame);
    g_assert_cmpint(radio_property(b, "air-heard"), ==, 65);
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

/* Two boards */

static struct block start_with(int fd)
{
    g_autofree char *args = radio_air_args(fd);
    struct block b = block_start(RADIO_ID, args);

    radio_configure(b);
    return b;
}

static void two_boards_hear_each_other(void)
{
    static const uint8_t answer[] = { 3, 'p', 'o', 'n' };
    struct block a, b;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), ==, 0);
    a = start_with(fds[0]);
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    b = start_with(fds[1]);
    close(fds[0]);
    close(fds[1]);

    qtest_memset(b.qts, PACKET, 0, 64);
    block_write(b, BLOCK_SHORTS, END_DISABLE | DISABLED_TXEN | READY_START);
    radio_start_rx(b);
    block_write(a, BLOCK_SHORTS, END_DISABLE | DISABLED_RXEN | READY_START);
    radio_start_tx(a);
    radio_wait_for_frames(b, 1);
    block_expect_in(b, END, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    expect_ram(b, PACKET, sample_ram, SAMPLE_RAM_LEN);

    block_pass(a, SAMPLE_END_NS + 4000 + RX_RAMP_NS); /* listens now */
    radio_expect_state(a, STATE_RX);
    qtest_memwrite(b.qts, PACKET, answer, sizeof(answer));
    block_pass(b, TX_RAMP_NS); /* answers now */
    radio_wait_for_frames(a, 1);
    block_pass(a, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(a, CRCSTATUS), ==, 1);
    expect_ram(a, PACKET, answer, sizeof(answer));
    block_finish(a);
    block_finish(b);
}

static void a_reception_goes_on_after_migration(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = start_receiver();

    radio_say(b, peer, &sample_frame);
    other.start_ns += 300000;
    other.sequence++;
    radio_say(b, peer, &other); /* still to come */
    block_pass(b, 100000 - 1);
    b = block_migrate(b);
    block_expect_in(b, END, SAMPLE_END_NS - 100000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    expect_ram(b, PACKET, sample_ram, SAMPLE_RAM_LEN);
    block_task(b, START);
    block_expect_in(b, END, 300000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
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
    TEST(two_at_a_time_spoil_each_other);
    TEST(the_second_of_two_is_spoilt_as_well);
    TEST(two_that_did_not_meet_come_one_by_one);
    TEST(another_frequency_does_not_disturb);
    TEST(packets_of_one_sender_keep_their_distance);
    TEST(packets_of_one_sender_never_overlap);
    TEST(a_distant_start_is_not_waited_for);
    TEST(a_cut_ends_the_packet_in_noise);
    TEST(a_cut_is_for_its_own_packet);
    TEST(maxlen_bounds_what_is_written);
    TEST(a_packet_ends_at_the_end_of_the_ram);
    TEST(bad_frames_are_refused);
    TEST(our_own_frames_are_dropped);
    TEST(there_is_room_for_64);
    TEST(a_device_address_is_matched);
    TEST(another_device_address_is_missed);
    TEST(device_match_is_off_by_default);
    TEST(two_boards_hear_each_other);
    TEST(a_reception_goes_on_after_migration);
    return g_test_run();
}
