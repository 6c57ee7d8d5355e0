/*
 * RADIO of the nRF51 among several boards: collisions, bursts, late and hostile
 * frames
 *
 * The test is all the other boards (radio.h); in one test two QEMUs hear each
 * other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/socket.h>
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

/* Several at a time */

static void two_at_a_time_spoil_each_other(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = radio_start_receiver(&peer);

    other.station++;
    other.packet.bytes[5] = 1;
    radio_say(b, peer, &sample_frame);
    block_pass(b, SAMPLE_END_NS - 1); /* its last bit */
    radio_say(b, peer, &other);
    block_expect_in(b, END, 1);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    radio_expect_sample(b, SAMPLE_RAM_LEN); /* what had come before is good */
    finish(b);
}

static void the_second_of_two_is_spoilt_as_well(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = radio_start_receiver(&peer);

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
    struct block b = radio_start_receiver(&peer);

    other.station++;
    other.frequency_mhz++;
    radio_say(b, peer, &sample_frame);
    block_pass(b, 1000);
    radio_say(b, peer, &other);
    block_expect_in(b, END, SAMPLE_END_NS - 1000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    radio_expect_sample(b, SAMPLE_RAM_LEN);
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
    struct block b = radio_start_receiver(&peer);

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
    struct block b = radio_start_receiver(&peer);

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
    struct block b = radio_start_receiver(&peer);

    block_task(b, STOP);
    block_write(b, PCNF1, 0x02040000 | 4);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_pass(b, 1000000);
    g_assert_cmpuint(block_read(b, END), ==, 1);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 0);
    radio_expect_sample(b, 5);
    finish(b);
}

static void a_packet_ends_at_the_end_of_the_ram(void)
{
    struct block b = radio_start_receiver(&peer);

    block_task(b, STOP);
    block_write(b, PACKETPTR, RAM_END - 4);
    block_task(b, START);
    radio_say(b, peer, &sample_frame);
    block_expect_in(b, END, SAMPLE_END_NS);
    radio_expect_ram(b, RAM_END - 4, sample_ram, 4);
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
    struct block b = radio_start_receiver(&peer);
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
    radio_expect_sample(b, SAMPLE_RAM_LEN);
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
    radio_expect_ram(b, PACKET, sample_ram, SAMPLE_RAM_LEN);

    block_pass(a, SAMPLE_END_NS + 4000 + RX_RAMP_NS); /* listens now */
    radio_expect_state(a, STATE_RX);
    qtest_memwrite(b.qts, PACKET, answer, sizeof(answer));
    block_pass(b, TX_RAMP_NS); /* answers now */
    radio_wait_for_frames(a, 1);
    block_pass(a, SAMPLE_END_NS);
    g_assert_cmpuint(block_read(a, CRCSTATUS), ==, 1);
    radio_expect_ram(a, PACKET, answer, sizeof(answer));
    block_finish(a);
    block_finish(b);
}

static void a_reception_goes_on_after_migration(void)
{
    struct bw_air_frame other = sample_frame;
    struct block b = radio_start_receiver(&peer);

    radio_say(b, peer, &sample_frame);
    other.start_ns += 300000;
    other.sequence++;
    radio_say(b, peer, &other); /* still to come */
    block_pass(b, 100000 - 1);
    b = block_migrate(b);
    block_expect_in(b, END, SAMPLE_END_NS - 100000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    radio_expect_ram(b, PACKET, sample_ram, SAMPLE_RAM_LEN);
    block_task(b, START);
    block_expect_in(b, END, 300000);
    g_assert_cmpuint(block_read(b, CRCSTATUS), ==, 1);
    finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-air-others/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
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
    TEST(two_boards_hear_each_other);
    TEST(a_reception_goes_on_after_migration);
    return g_test_run();
}
